"""What is kept of changes, issues, pipelines and deployments: no title, body or message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from trueup.collect.attribution import RuleTable
from trueup.collect.fields import instant
from trueup.collect.forge.words import named_items, placed, text_marks, written
from trueup.collect.mentions import mentions
from trueup.collect.messages import breaking_rule, subject_of
from trueup.collect.sources.gitlab.door.notes import note, user

Payload = Mapping[str, Any]

_CHANGE = (
    *("iid", "state", "draft", "work_in_progress", "created_at", "updated_at", "merged_at"),
    *("closed_at", "source_branch", "target_branch", "sha", "merge_commit_sha"),
    *("squash_commit_sha", "labels"),
)
_COMMIT = (
    *("id", "author_name", "author_email", "authored_date"),
    *("committer_name", "committer_email", "committed_date"),
)
_ISSUE = (
    *("iid", "state", "created_at", "updated_at", "closed_at", "labels", "issue_type", "type"),
    *("weight", "severity", "moved_to_id"),
)
_EPIC = ("iid", "state", "created_at", "updated_at", "closed_at")
_RUN = ("id", "iid", "status", "source", "ref", "sha", "name", "created_at", "updated_at")
_RUN_PARTS = ("startedAt", "finishedAt", "upstream", "testReportSummary")
_DEPLOYMENT = ("id", "iid", "ref", "sha", "status", "created_at", "updated_at")
_DEPLOYABLE = ("name", "status", "started_at", "finished_at")
_RETRY_GAP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in what the product has a use for, and drops the rest.

    Parameters
    ----------
    repository_id
        ``host/group/project``: whose issue ``#12`` is.
    rules
        Marks of AI tools, read from texts before they are dropped.
    """

    repository_id: str
    rules: RuleTable

    def change(self, raw: Payload, commits: Iterable[Payload]) -> dict[str, Any]:
        """Return what is kept of a merge request."""
        kept = _only(raw, _CHANGE)
        title, body = _text(raw, "title"), written(_text(raw, "description"))
        message = f"{title}\n\n{body}"
        for name in ("author", "merged_by", "merge_user"):
            kept[name] = user(raw.get(name))
        kept["reviewers"] = [user(one) for one in _objects(raw.get("reviewers"))]
        kept["labels"] = label_names(raw.get("labels"))
        kept["marks"] = text_marks(self.rules, message)
        kept["rules"] = self.rules.version
        branch = _text(raw, "source_branch")
        kept["mentions"] = named_items(self.repository_id, title, body, branch)
        kept["breaking"] = breaking_rule(subject_of(title), message)
        kept["commits"] = [self._commit(one) for one in commits]
        return kept

    def _commit(self, raw: Payload) -> dict[str, Any]:
        message = _text(raw, "message") or _text(raw, "title")
        parents = raw.get("parent_ids")
        is_merge = isinstance(parents, list) and len(parents) > 1
        kept = _only(raw, _COMMIT)
        kept["is_merge"] = is_merge
        kept["marks"] = text_marks(self.rules, message, is_merge=is_merge)
        kept["mentions"] = placed("commit", mentions(message, self.repository_id))
        return kept


def issue(raw: Payload) -> dict[str, Any]:
    """Return what is kept of an issue; its words are not read."""
    kept = _only(raw, _ISSUE)
    kept["author"] = user(raw.get("author"))
    kept["assignees"] = [user(one) for one in _objects(raw.get("assignees"))]
    kept["labels"] = label_names(raw.get("labels"))
    epic = raw.get("epic")
    kept["epic"] = _only(epic, ("iid", "url", "group_id")) if isinstance(epic, Mapping) else None
    return kept


def epic(raw: Payload, group: str, states: Iterable[Payload]) -> dict[str, Any]:
    """Return what is kept of an epic.

    Parameters
    ----------
    group
        Path of the group it is of.
    states
        Its changes of state.
    """
    kept = _only(raw, _EPIC)
    kept["author"] = user(raw.get("author"))
    kept["labels"] = label_names(raw.get("labels"))
    kept["group"] = group
    kept["states"] = events(states)
    return kept


def events(found: Iterable[Payload]) -> list[dict[str, Any]]:
    """Return what is kept of state and label events."""
    kept = []
    for raw in found:
        one = _only(raw, ("id", "created_at", "state", "action"))
        one["user"] = user(raw.get("user"))
        label = raw.get("label")
        if "action" in raw:
            one["label"] = label.get("name") if isinstance(label, Mapping) else None
        kept.append(one)
    return kept


def notes(found: Iterable[Payload]) -> list[dict[str, Any]]:
    """Return what is kept of notes."""
    return [kept for raw in found if (kept := note(raw)) is not None]


def run(
    raw: Payload, parts: Payload, attempts: list[dict[str, Any]], default_branch: str
) -> dict[str, Any]:
    """Return what is kept of a pipeline.

    Parameters
    ----------
    parts
        What GraphQL says of it.
    attempts
        Those before the last, see `attempts_of`.
    """
    kept = {**_only(raw, _RUN), **_only(parts, _RUN_PARTS)}
    kept["attempts"] = attempts
    kept["is_default_branch"] = raw.get("ref") == default_branch
    return kept


def attempts_of(jobs: Iterable[Payload]) -> list[dict[str, Any]]:
    """Return when each attempt before the last ended and when the next one began.

    GitLab runs a failed job again within the same pipeline. Where somebody did so later than a
    minute after it had failed, an attempt of the pipeline had ended; what the pipeline runs again
    by itself starts at once, and belongs to the attempt.
    """
    ended: dict[str, list[tuple[int, str]]] = {}
    begun: list[tuple[int, str, int, str]] = []
    sound = [job for job in jobs if _moment(job.get("created_at")) is not None]
    for job in sorted(sound, key=lambda job: _moment(job["created_at"]) or 0):
        name, created = str(job.get("name")), _moment(job["created_at"]) or 0
        before = [end for end in ended.get(name, ()) if end[0] <= created]
        if before and created - before[-1][0] > _RETRY_GAP_SECONDS * 1_000_000:
            begun.append((created, job["created_at"], *before[-1]))
        finished = _moment(job.get("finished_at"))
        if job.get("status") == "failed" and finished is not None:
            ended.setdefault(name, []).append((finished, job["finished_at"]))
    attempts: list[dict[str, Any]] = []
    last = -1
    for created, created_text, finished, finished_text in begun:
        if attempts and finished <= last:  # several jobs run again together are one attempt
            continue
        attempts.append({"finished_at": finished_text, "next_started_at": created_text})
        last = created
    return attempts


def deployment(raw: Payload, tier: object, kind: str, finished_at: object) -> dict[str, Any]:
    """Return what is kept of a deployment.

    Parameters
    ----------
    tier
        Of its environment.
    kind
        Of the deployment: deploy, redeploy or rollback.
    finished_at
        Where no job did it.
    """
    kept = _only(raw, _DEPLOYMENT)
    environment = raw.get("environment")
    name = environment.get("name") if isinstance(environment, Mapping) else None
    kept["environment"] = {"name": name, "tier": tier}
    job = raw.get("deployable")
    if isinstance(job, Mapping):
        kept["deployable"] = _only(job, _DEPLOYABLE)
        pipeline = job.get("pipeline")
        kept["pipeline"] = pipeline.get("id") if isinstance(pipeline, Mapping) else None
    elif finished_at is not None:
        kept["finished_at"] = finished_at
    kept["kind"] = kind
    return kept


def label_names(labels: object) -> list[Any]:
    """Return names of labels, listed as such or as objects; others are left for the reader."""
    found = labels if isinstance(labels, list) else []
    return [one.get("name") if isinstance(one, Mapping) else one for one in found]


def _moment(value: object) -> int | None:
    try:
        return instant(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def _only(raw: Payload, names: Iterable[str]) -> dict[str, Any]:
    return {name: raw[name] for name in names if name in raw}


def _objects(found: object) -> list[Any]:
    return found if isinstance(found, list) else []


def _text(raw: Payload, name: str) -> str:
    value = raw.get(name)
    return value if isinstance(value, str) else ""
