"""What is recorded of each consenting person, day by day; read by the experiment alone.

Rows are of pseudonyms and go no further than the arrays an answer about all of them is made from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import ibis
import numpy as np
import pyarrow as pa
from ibis import _
from numpy.typing import NDArray

from trueup.measure.metric import Tables
from trueup.measure.records.acts import acts
from trueup.measure.records.authorship import Prepared, changes, proposals
from trueup.measure.records.work import TASKS, work_items

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_USES = {
    "ai_session": "started_at",
    "ai_request": "requested_at",
    "ai_activity": "happened_at",
    "ai_lines": "happened_at",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Begun:
    """Things begun, one a row.

    Parameters
    ----------
    ids
        Work items or changes, ``(n,)``.
    person
        Place among the persons asked about.
    at
        When work on it began, epoch microseconds UTC.
    seconds
        Until it was finished; NaN where it is not, or was given up.
    """

    ids: tuple[str, ...]
    person: Ints
    at: Ints
    seconds: Floats


def persons_of(tables: Tables, accounts: Sequence[str]) -> tuple[str, ...]:
    """Return whose each account is, as links have it now; an account unknown is its own."""
    rows = tables["account"].filter(_.account_id.isin(list(accounts)))
    rows = rows.group_by("account_id").agg(person=_.person_id.max())
    found = {row["account_id"]: row["person"] for row in rows.to_pyarrow().to_pylist()}
    return tuple(found.get(account) or account for account in accounts)


def counted(
    tables: Tables, persons: Sequence[str], names: Sequence[str], days: tuple[Ints, Ints]
) -> dict[str, Floats]:
    """Count what each person did on each day, ``(persons, days)`` by name.

    Parameters
    ----------
    names
        Of `EVENTS`.
    days
        When each begins and ends, epoch microseconds UTC, in order; what lies in none of them is
        not counted.
    """
    prepared, (starts, ends) = Prepared.of(tables), days
    return {
        name: _by_day(_of(EVENTS[name](prepared), persons, starts, ends), persons, starts, ends)
        for name in dict.fromkeys(names)
    }


def begun(tables: Tables, persons: Sequence[str], what: str, first_at: int, last_at: int) -> Begun:
    """Return what each person began in a span, and how long it took.

    Parameters
    ----------
    what
        ``task`` for work items, begun when they first became active; ``change`` for changes, begun
        with their first commit or, where that is not known, when they were opened.
    """
    rows = _begun_items(tables) if what == "task" else _begun_changes(tables)
    rows = rows.filter(_.person.isin(list(persons)) & (_["at"] >= first_at) & (_["at"] < last_at))
    found = rows.order_by("at", "item_id").to_pyarrow()
    return _as_begun(found, persons)


def tasks_named(tables: Tables, persons: Sequence[str], ids: Sequence[str]) -> Begun:
    """Return named work items as far as they were begun, by whoever has them."""
    rows = _begun_items(tables).filter(_.item_id.isin(list(ids)))
    return _as_begun(rows.order_by("at", "item_id").to_pyarrow(), persons)


def known_tasks(tables: Tables, names: Sequence[str]) -> dict[str, str]:
    """Return the work item each name means: its id, or a key as people write it."""
    rows = tables["work_item"].select("work_item_id", "keys").to_pyarrow().to_pylist()
    by_name = {key: row["work_item_id"] for row in rows for key in row["keys"] or ()}
    by_name |= {row["work_item_id"]: row["work_item_id"] for row in rows}
    return {name: by_name[name] for name in names if name in by_name}


def has_use(tables: Tables) -> bool:
    """Say whether any use of AI tools by a person is recorded."""
    return bool(_uses(tables).limit(1).count().to_pyarrow().as_py())


def _as_begun(found: pa.Table, persons: Sequence[str]) -> Begun:
    places = {person: place for place, person in enumerate(persons)}
    return Begun(
        ids=tuple(found["item_id"].to_pylist()),
        person=np.array([places.get(p, -1) for p in found["person"].to_pylist()], dtype=np.int64),
        at=np.array(found["at"].to_pylist(), dtype=np.int64),
        seconds=np.array(
            [np.nan if s is None or s <= 0 else s for s in found["seconds"].to_pylist()],
            dtype=np.float64,
        ),
    )


def _begun_items(tables: Tables) -> ibis.Table:
    rows = work_items(tables)
    rows = rows.filter(rows.item_type.fill_null("task").isin(TASKS) & rows.started_at.notnull())
    return rows.select(
        "person",
        item_id=rows.work_item_id,
        at=rows.started_at,
        seconds=ibis.ifelse(rows.is_finished, rows.flow_seconds, None),
    )


def _begun_changes(tables: Tables) -> ibis.Table:
    rows = proposals(tables)
    rows = rows.mutate(at=rows.first_commit_at.fill_null(rows.opened_at)).filter(_["at"].notnull())
    return rows.select(
        "person",
        "at",
        item_id=rows.change_id,
        seconds=(rows.landed_at - rows["at"]) * 1e-6,
    )


def _finished(tables: Tables) -> ibis.Table:
    rows = work_items(tables)
    rows = rows.filter(rows.item_type.fill_null("task").isin(TASKS) & rows.is_finished)
    return rows.select("person", at=rows.done_at)


def _uses(tables: Tables) -> ibis.Table:
    found = [tables[name].select(person="person_id", at=instant) for name, instant in _USES.items()]
    return ibis.union(*found, distinct=False).filter(_.person.notnull() & _["at"].notnull())


def _landed(tables: Tables) -> ibis.Table:
    return changes(tables).select("person", at="at")


def _begun_tasks_at(tables: Tables) -> ibis.Table:
    return _begun_items(tables).select("person", "at")


def _begun_changes_at(tables: Tables) -> ibis.Table:
    return _begun_changes(tables).select("person", "at")


def _acted(tables: Tables) -> ibis.Table:
    return acts(tables).select("person", at="acted_at")


EVENTS: Mapping[str, Callable[[Tables], ibis.Table]] = MappingProxyType(
    {
        "changes_landed": _landed,
        "tasks_finished": _finished,
        "tasks_begun": _begun_tasks_at,
        "changes_begun": _begun_changes_at,
        "ai_uses": _uses,
        "acts": _acted,
    }
)
"""What may be counted of a day: ``person`` and ``at`` of each event."""


def _of(rows: ibis.Table, persons: Sequence[str], starts: Ints, ends: Ints) -> pa.Table:
    inside = (_["at"] >= int(starts[0])) & (_["at"] < int(ends[-1]))
    return rows.filter(_.person.isin(list(persons)) & inside).select("person", "at").to_pyarrow()


def _by_day(found: pa.Table, persons: Sequence[str], starts: Ints, ends: Ints) -> Floats:
    counts: Floats = np.zeros((len(persons), starts.size))
    places = {person: place for place, person in enumerate(persons)}
    at = np.array(found["at"].to_pylist(), dtype=np.int64)
    day = np.searchsorted(starts, at, side="right") - 1
    inside = (day >= 0) & (at < ends[np.maximum(day, 0)])
    who = np.array([places[person] for person in found["person"].to_pylist()], dtype=np.int64)
    np.add.at(counts, (who[inside], day[inside]), 1.0)
    return counts
