"""What is seen of a session now, with what was kept of it: editors delete spans after a week."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trueup.collect.ai.reports.days import DAY
from trueup.collect.ai.sessions.rows import KIND
from trueup.collect.recorded import Fetched, Page, Record, Visit

_FIRST = ("repository", "branch", "sha", "provider", "parent")
One = Mapping[str, Any]


def united(visit: Visit, fetched: Iterator[Fetched]) -> Iterator[Fetched]:
    """Yield what is fetched, sessions united with what is kept of them."""
    for one in fetched:
        if not isinstance(one, Page):
            yield one
            continue
        keys = [record.key for record in one.records if record.kind == KIND]
        kept = visit.bodies(KIND, keys)
        records = tuple(
            _with(record, kept[record.key])
            if record.kind == KIND and record.key in kept and record.body is not None
            else record
            for record in one.records
        )
        yield Page(stream=one.stream, records=records, checkpoint=one.checkpoint)


def _with(record: Record, kept: One) -> Record:
    now = record.body or {}
    body = {**now, **{name: now.get(name) or kept.get(name) for name in _FIRST}}
    body["started_at"] = min(_there(now.get("started_at"), kept.get("started_at")), default=None)
    body["ended_at"] = max(_there(now.get("ended_at"), kept.get("ended_at")), default=None)
    for name, named in (("requests", _request), ("acts", _act), ("lines", _line)):
        both = {named(one): one for one in kept.get(name) or ()}
        for one in now.get(name) or ():
            known = both.get(named(one))
            both[named(one)] = one if known is None else _larger(known, one)
        body[name] = [both[key] for key in sorted(both, key=str)]
    return Record(kind=record.kind, key=record.key, body=body)


def _there(*moments: int | None) -> list[int]:
    return [moment for moment in moments if moment is not None]


def _request(one: One) -> tuple[Any, ...]:
    return (one.get("id"),)


def _act(one: One) -> tuple[Any, ...]:
    return (one.get("kind"), one.get("name"), one.get("sha"), _day(one))


def _line(one: One) -> tuple[Any, ...]:
    return (one.get("path"), one.get("model"), _day(one))


def _day(one: One) -> int:
    at = one.get("at")
    return at // DAY if isinstance(at, int) else 0


def _larger(known: One, seen: One) -> One:
    """Return the sighting that counts more: of a day, part may be deleted already."""
    size = ("count", "added", "removed")
    return max(known, seen, key=lambda one: sum(one.get(name) or 0 for name in size))
