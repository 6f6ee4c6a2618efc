"""Workflow runs: window by window, for a search of them gives a thousand at most."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from trueup.collect.recorded import Fetched, Note, Page, Record, Visit
from trueup.collect.sources.github.asking.instants import is_readable
from trueup.collect.sources.github.door.keeping import run as keep
from trueup.collect.unnamed import Unnamed
from trueup.errors import SourceIncomplete

STREAM = "runs"
_MOST = 1000
_PAGE = 100
_FEW = _MOST // 4
_MOST_ATTEMPTS = 100  # GitHub runs nothing again more than fifty times
_WIDTH = timedelta(days=30)
_NARROWEST = timedelta(seconds=1)
_REVISITED = timedelta(days=2)
_REVISITED_WHEN_RECONCILING = timedelta(days=30)
_LONGEST = timedelta(days=35)
_FORM = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What is read of a repository's runs.

    Parameters
    ----------
    rest
        What paths of the interface begin with.
    default_branch
        Now.
    begins
        When the first run can have been created (ISO).
    """

    rest: str
    default_branch: str
    begins: str


def runs(visit: Visit, span: Span) -> Iterator[Fetched]:
    """Yield runs created since the last visit, those of two days before, and unfinished ones.

    A run of long ago that is run again is seen when reconciling: thirty days back, which is as
    long as GitHub allows it.
    """
    return _Runs(visit, span).read()


class _Runs:
    def __init__(self, visit: Visit, span: Span) -> None:
        self._visit = visit
        self._span = span
        self._path = f"{span.rest}/repos/{visit.target}/actions/runs"
        self._now = datetime.fromtimestamp(visit.now / 1_000_000, UTC)
        self._open: dict[str, str] = {}
        self._unnamed = Unnamed("workflow runs")

    def read(self) -> Iterator[Fetched]:
        state = json.loads(self._visit.checkpoint(STREAM) or "{}")
        self._open = {key: at for key, at in state.get("open", {}).items() if self._is_young(at)}
        yield from self._revisited(state.get("until", ""))
        low = self._first(state.get("until"))
        if "until" not in state and not self._count():
            yield self._page([], self._now)
            return
        width = _WIDTH
        while low < self._now:
            high = min(low + width, self._now)
            first = self._window(low, high, 1)
            total = _whole(first.get("total_count"))
            if total > _MOST and width > _NARROWEST:
                width = max(_NARROWEST, (high - low) / 2)
                continue
            yield from self._windows_pages(first, total, low, high)
            low = high
            if total < _FEW:
                width *= 2
        yield from self._unnamed.notes()

    def _named(self, found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        listed = found.get("workflow_runs")
        return self._unnamed.left_out(listed if isinstance(listed, list) else (), _is_named)

    def _windows_pages(
        self, first: Mapping[str, Any], total: int, low: datetime, high: datetime
    ) -> Iterator[Fetched]:
        if total > _MOST:
            yield Note(
                subject="workflow runs",
                expected=total,
                seen=_MOST,
                skipped=total - _MOST,
                reason=f"GitHub lists {_MOST} runs at most of the second after {low:{_FORM}}.",
                remedy="None is known.",
            )
        pages = -(-min(total, _MOST) // _PAGE)
        found = first
        for number in range(1, pages + 1):
            if number > 1:
                found = self._window(low, high, number)
            yield self._page(self._named(found), high if number == pages else low)
        if not pages:
            yield self._page([], high)

    def _revisited(self, until: str) -> Iterator[Page]:
        """Ask again for each unfinished run of earlier visits."""
        if not self._open:
            return
        found = []
        for path, reply in self._visit.web.many([f"{self._path}/{key}" for key in self._open]):
            raw = reply.json() if reply is not None else None
            if isinstance(raw, Mapping):
                found.append(raw)
            else:
                del self._open[path.rpartition("/")[2]]
        yield self._page(found, datetime.fromisoformat(until))

    def _page(self, found: list[Mapping[str, Any]], until: datetime) -> Page:
        attempts = self._attempts(found)
        records = []
        for raw in found:
            key = str(raw.get("id"))
            body = keep(raw, self._span.default_branch)
            body["attempts"] = attempts.get(key, [])
            records.append(Record(kind="run", key=key, body=body, fetched_at=self._visit.now))
            self._open.pop(key, None)
            created = raw.get("created_at")
            if raw.get("status") != "completed" and is_readable(created):
                self._open[key] = created
        state = {"until": until.strftime(_FORM), "open": self._open}
        return Page(stream=STREAM, records=tuple(records), checkpoint=json.dumps(state))

    def _attempts(self, found: list[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
        """Ask for earlier attempts: the list has only the last of each run."""
        paths = [
            f"{self._path}/{raw.get('id')}/attempts/{number}"
            for raw in found
            for number in range(1, min(_whole(raw.get("run_attempt")), _MOST_ATTEMPTS))
        ]
        attempts: dict[str, list[dict[str, Any]]] = {}
        for path, reply in self._visit.web.many(paths) if paths else ():
            raw = reply.json() if reply is not None else None
            if isinstance(raw, Mapping):
                key = path.split("/")[-3]
                attempts.setdefault(key, []).append(keep(raw, self._span.default_branch))
        return attempts

    def _window(self, low: datetime, high: datetime, number: int) -> Mapping[str, Any]:
        asked = {
            "created": f"{low:{_FORM}}..{high:{_FORM}}",
            "per_page": str(_PAGE),
            "page": str(number),
        }
        found = self._visit.web.get(self._path, params=asked).json()
        if not isinstance(found, Mapping):
            raise SourceIncomplete(
                f"GitHub lists the runs of {self._visit.target} in no form that is known.",
                hint="Run the collection again.",
            )
        return found

    def _count(self) -> int:
        found = self._visit.web.get(self._path, params={"per_page": "1"}).json()
        total = _whole(found.get("total_count")) if isinstance(found, Mapping) else 0
        self._visit.progress.stage(STREAM, total)
        return total

    def _first(self, until: str | None) -> datetime:
        if until is None:
            return datetime.fromisoformat(self._span.begins).astimezone(UTC)
        back = _REVISITED_WHEN_RECONCILING if self._visit.is_reconciling else _REVISITED
        return datetime.fromisoformat(until) - back

    def _is_young(self, created: str) -> bool:
        return datetime.fromisoformat(created) > self._now - _LONGEST


def _is_named(raw: object) -> bool:
    return bool(isinstance(raw, Mapping) and raw.get("id"))


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
