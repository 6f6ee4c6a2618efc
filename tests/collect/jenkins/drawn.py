"""Jobs and builds as Jenkins writes them, made by hand.

https://www.jenkins.io/doc/book/using/remote-access-api/ ; fields as the classes export them:
``hudson.model.Run``, ``hudson.plugins.git.util.BuildData``, ``jenkins.scm.api.SCMRevisionAction``,
``hudson.tasks.test.AbstractTestResultAction``, ``jenkins.metrics.impl.TimeInQueueAction``.
"""

from __future__ import annotations

from typing import Any

Payload = dict[str, Any]

MARCH = 1_772_442_000_000  # 2026-03-02T09:00:00Z, in milliseconds
MINUTE = 60_000
SHOP = "github.com/acme/shop"
SHA = "0123456789abcdef0123456789abcdef01234567"
OTHER_SHA = "fedcba9876543210fedcba9876543210fedcba98"
LIBRARY_SHA = "1111111111111111111111111111111111111111"


def build(number: int, *actions: Payload, **more: Any) -> Payload:
    """Return a build: each begins an hour after the one before, and lasts five minutes."""
    return {
        "_class": "org.jenkinsci.plugins.workflow.job.WorkflowRun",
        "number": number,
        "id": str(number),
        "timestamp": MARCH + number * 60 * MINUTE,
        "duration": 5 * MINUTE,
        "building": False,
        "result": "SUCCESS",
        "description": "<b>Nightly</b> of Ada",
        "artifacts": [],
        "fingerprint": [],
        "actions": list(actions) or [caused(PUSHED), {}, checked_out()],
        **more,
    }


def running(number: int, *actions: Payload) -> Payload:
    """Return a build that runs: Jenkins says a duration of 0 and no result."""
    return build(number, *actions, building=True, result=None, duration=0)


def caused(*causes: Payload) -> Payload:
    """Return the action that says what started a build."""
    return {"_class": "hudson.model.CauseAction", "causes": list(causes)}


def by(user: str | None, name: str | None = None) -> Payload:
    """Return the cause of a user who pressed the button."""
    return {
        "_class": "hudson.model.Cause$UserIdCause",
        "shortDescription": f"Started by user {name or user}",
        "userId": user,
        "userName": name or user,
    }


def after(job: str, number: int, kind: str = "hudson.model.Cause$UpstreamCause") -> Payload:
    """Return the cause of a build that another one started."""
    return {
        "_class": kind,
        "shortDescription": f'Started by upstream project "{job}" build number {number}',
        "upstreamProject": job,
        "upstreamBuild": number,
        "upstreamUrl": "job/" + "/job/".join(job.split("/")) + "/",
    }


def because(kind: str, said: str = "") -> Payload:
    """Return a cause that says no more than its class, and a sentence."""
    return {"_class": kind, "shortDescription": said}


PUSHED = because("com.cloudbees.jenkins.GitHubPushCause", "Started by GitHub push by ada")
TIMED = because("hudson.triggers.TimerTrigger$TimerTriggerCause", "Started by timer")
SCANNED = because("jenkins.branch.BranchEventCause", "Push event to branch main")


def replayed(number: int) -> Payload:
    """Return the cause of a build that was begun again; its number is in the sentence alone."""
    kind = "org.jenkinsci.plugins.workflow.cps.replay.ReplayCause"
    return because(kind, f"Replayed #{number}")


def checked_out(
    sha: str = SHA,
    address: str = "https://bot:secret@github.com/acme/shop.git",
    branch: str = "refs/remotes/origin/main",
) -> Payload:
    """Return the action of a checkout with git."""
    return {
        "_class": "hudson.plugins.git.util.BuildData",
        "buildsByBranchName": {branch: {"buildNumber": 1}},
        "lastBuiltRevision": {"SHA1": sha, "branch": [{"SHA1": sha, "name": branch}]},
        "remoteUrls": [address],
        "scmName": "",
    }


def library() -> Payload:
    """Return the checkout of the library a pipeline is written with; it comes first."""
    return checked_out(LIBRARY_SHA, "git@github.com:acme/ci-library.git", "main")


def revision(**hashes: str) -> Payload:
    """Return the revision the build of a branch was begun for."""
    return {"_class": "jenkins.scm.api.SCMRevisionAction", "revision": dict(hashes)}


def junit(total: int, failed: int, skipped: int) -> Payload:
    """Return what JUnit reports came to."""
    return {
        "_class": "hudson.tasks.junit.TestResultAction",
        "failCount": failed,
        "skipCount": skipped,
        "totalCount": total,
        "urlName": "testReport",
    }


def queued(milliseconds: int) -> Payload:
    """Return what the metrics plugin says of the wait for a machine."""
    return {
        "_class": "jenkins.metrics.impl.TimeInQueueAction",
        "queuingDurationMillis": milliseconds,
    }


def given(**parameters: Any) -> Payload:
    """Return the parameters of a build."""
    listed = [{"name": name, "value": value} for name, value in parameters.items()]
    return {"_class": "hudson.model.ParametersAction", "parameters": listed}


def used(job: str, number: int) -> Payload:
    """Return the fingerprint of a file that another build made."""
    return {"fileName": "till.jar", "hash": "0" * 32, "original": {"name": job, "number": number}}
