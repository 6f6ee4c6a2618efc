"""Kept builds on their way into rows: runs, and what they deployed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from trueup.collect.attribution import load_rules
from trueup.collect.connector import Batch
from trueup.collect.fields import Fields as _Fields
from trueup.collect.fields import is_absurd
from trueup.collect.forge.accounts import NOBODY, Account, Accounts, Who
from trueup.collect.forge.pipelines import hash_of
from trueup.collect.forge.services import service_of
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading
from trueup.collect.sources.buildbot.settings import host_of, read_options

PLATFORM = "buildbot"
_OUTCOMES = {
    **dict.fromkeys((0, 1), "success"),
    **dict.fromkeys((2, 4), "failure"),
    3: "skipped",
    **dict.fromkeys((5, 6), "cancelled"),
}
_TRIGGERS = (
    ("manual", re.compile(r"A build was forced by '")),
    ("schedule", re.compile(r"Nightly|Periodic")),
    ("push", re.compile(r"BranchScheduler|BasicScheduler")),
)
_CHANGE = re.compile(r"refs/(?:pull|merge-requests)/(\d{1,9})/(?:head|merge)")
_LEAD = re.compile(r"^refs/heads/")
_NAMED = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<address>[^<>\s]+)>")


class Fields(_Fields):
    """One object; see `trueup.collect.fields.Fields`."""

    __slots__ = ()

    def instant(self, name: str) -> int | None:
        """Return an instant Buildbot counts in seconds, in epoch microseconds UTC."""
        value = self._value.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self._odd(name, "is no instant")
            return None
        if is_absurd(value * 10**6, self.now):
            self._odd(name, "is an absurd instant")
            return None
        return value * 10**6

    def revision(self, name: str, codebase: str) -> str | None:
        """Return the hash of a revision; where there are several codebases it is of one."""
        value = self._value.get(name)
        said = value.get(codebase) if isinstance(value, Mapping) else value
        if said is None or said == "":
            return None
        found = hash_of(said) if isinstance(said, str) else None
        if found is None:
            self._odd(name, "is no hash")
        return found


class _Revision(NamedTuple):
    repository: str | None
    commit_id: str | None
    branch: str | None


class Recording:
    """Writes kept builds of one builder into rows."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._host = host_of(reading.connection)
        self._options = read_options(reading.connection)
        self._rules = load_rules(reading.settings.attribution.rules)
        self._accounts = Accounts()
        self._rows = Rows()

    def run_id(self, key: str) -> str:
        """Return what names the row of a record."""
        return f"buildbot:{self._host}:{key}"

    def add(self, body: Fields) -> None:
        """Add all rows of a build.

        Raises
        ------
        Unreadable
            It has no number.
        """
        run_id, builder = self.run_id(body.key("buildid")), self._reading.target
        revision = self._revision(body)
        change = _CHANGE.fullmatch(revision.branch or "") if revision.repository else None
        started_at, finished_at = body.instant("started_at"), body.instant("complete_at")
        outcome = _outcome(body)
        parent, who = body.number("parent"), self._who(body)
        branch = revision.branch and _LEAD.sub("", revision.branch)
        run = {
            "repository_id": revision.repository,
            "commit_id": revision.commit_id,
            "started_at": started_at,
            "finished_at": finished_at if outcome else None,
            "run_id": run_id,
        }
        self._rows.add(
            "pipeline_run",
            **run,
            parent_run_id=self.run_id(str(parent)) if parent else None,
            service_id=self._service(revision, builder),
            pipeline=builder,
            attempt=body.number("attempt") or 1,
            trigger="change" if change else _trigger(body),
            change_id=f"{revision.repository}#{int(change[1])}" if change else None,
            is_default_branch=branch and self._options.default_branch.fullmatch(branch) is not None,
            queued_at=body.instant("submitted_at"),
            outcome=outcome,
            account_id=who.account_id,
            actor_kind=who.kind,
        )
        environment = self._options.environment(builder)
        if environment is not None and outcome != "skipped":
            self._rows.add(
                "deployment",
                **run,
                deployment_id=run_id,
                service_id=self._service(revision, environment, builder),
                environment=environment,
                kind=body.text("kind") or "deploy",
                outcome=outcome,
                evidence="pipeline",
            )

    def finished(self) -> Iterator[Batch]:
        """Yield what was added since the last time, accounts too."""
        self._accounts.rows(self._rows, self._reading.target_id)
        yield from self.batches()

    def batches(self) -> Iterator[Batch]:
        """Yield what was added since the last time."""
        return self._rows.batches()

    def _service(self, revision: _Revision, *names: str) -> str | None:
        if revision.repository is None:
            return None
        return service_of(self._reading.settings.services, revision.repository, *names)

    def _revision(self, body: Fields) -> _Revision:
        """Return what a build is of: the only repository, or the one the option names."""
        sources = body.parts("sources")
        wanted = self._options.repository(self._reading.target)
        here = [s for s in sources if wanted in (None, s.text("repository"))]
        if len(here) > 1:
            body.faults.append("it is of several repositories, and none is named as the builder's")
            return _Revision(None, None, None)
        source = here[0] if here else Fields({}, body.now, body.faults)
        repository = wanted or source.text("repository")
        codebase = source.text("codebase") or ""
        sha = body.revision("got_revision", codebase) or source.revision("revision", codebase)
        commit_id = f"{repository}:{sha}" if repository and sha else None
        return _Revision(repository, commit_id, source.text("branch"))

    def _who(self, body: Fields) -> Who:
        """Return who started a build; nobody where a timer, a push or another build did."""
        owner = body.text("owner")
        if owner is None:
            return NOBODY
        found = _NAMED.fullmatch(owner.strip())
        name, native = (found["name"], found["address"]) if found else (owner, owner)
        kind, tool = self._rules.actor(name, native if found else "")
        native_id = f"{self._host}/{native.strip().lower()}"
        account_id = self._reading.identify(PLATFORM, native_id, name)
        self._accounts.met(account_id, Account(PLATFORM, account_id, kind, tool, None))
        return Who(account_id, kind)


def _outcome(body: Fields) -> str | None:
    results = body.number("results")
    if results is None or body.flag("complete") is False:
        return None
    outcome = _OUTCOMES.get(results)
    if outcome is None:
        body.faults.append("results is not known")
    return outcome


def _trigger(body: Fields) -> str:
    begun_by = body.text("begun_by") or ""
    return next((name for name, known in _TRIGGERS if known.search(begun_by)), "other")
