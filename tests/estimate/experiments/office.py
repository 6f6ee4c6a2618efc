"""Twelve people whose past is recorded, and what they do while an experiment runs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa

from trueup.model.tables import TABLES
from trueup.store.identity import Vault
from trueup.store.warehouse import Warehouse

TODAY = dt.date(2026, 3, 5)
"""A Thursday: the next Monday is the 9th."""
PAST_WEEKS = 14
PEOPLE = tuple(f"dev{number:02}@acme.example" for number in range(12))


def micros(day: dt.date, hour: float = 10) -> int:
    """Return an instant of a day, UTC."""
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    return int((midnight.timestamp() + 3600 * hour) * 1e6)


def land(folder: Path, source: str, rows: dict[str, list[dict[str, object]]], now: int) -> None:
    """Land rows as a source would."""
    with (
        Vault.open(folder) as vault,
        Warehouse.open(folder).collection(source, "acme", now=now, vault=vault) as collection,
    ):
        for name, each in rows.items():
            collection.land(name, pa.Table.from_pylist(each, schema=TABLES[name].schema))


def accounts(folder: Path) -> list[str]:
    """Return the pseudonyms of the people, made known to the vault."""
    with Vault.open(folder) as vault:
        found = [vault.identify("git", who, who.partition("@")[0]) for who in PEOPLE]
        vault.commit(0)
    return found


def working_days(first: dt.date, weeks: int) -> list[dt.date]:
    """Return Mondays to Fridays from a Monday on."""
    return [first + dt.timedelta(weeks=w, days=d) for w in range(weeks) for d in range(5)]


def changes(
    ids: list[str], days: list[dt.date], counts: np.ndarray, prefix: str
) -> list[dict[str, object]]:
    """Return landed changes, so many of each person on each day."""
    return [
        {
            "change_id": f"{prefix}-{who}-{day}-{number}",
            "repository_id": "r",
            "author_account_id": account,
            "actor_kind": "human",
            "opened_at": micros(day, 9),
            "landed_at": micros(day, 11 + number / 10),
            "state": "merged",
        }
        for who, account in enumerate(ids)
        for place, day in enumerate(days)
        for number in range(int(counts[who, place]))
    ]


def past(folder: Path, *, busy: float = 3.0) -> list[str]:
    """Land what the people did before; return their pseudonyms."""
    ids = accounts(folder)
    days = working_days(dt.date(2026, 3, 2) - dt.timedelta(weeks=PAST_WEEKS), PAST_WEEKS)
    counts = np.random.default_rng(1).poisson(busy, (len(ids), len(days)))
    known: list[dict[str, object]] = [
        {"repository_id": "r", "account_id": each, "person_id": each, "platform": "git",
         "actor_kind": "human"}
        for each in ids
    ]  # fmt: skip
    repository: list[dict[str, object]] = [
        {"repository_id": "r", "name": "shop", "last_commit_at": micros(TODAY)}
    ]
    rows: dict[str, list[dict[str, object]]] = {
        "account": known,
        "repository": repository,
        "change": changes(ids, days, counts, "a"),
    }
    land(folder, "made_up", rows, micros(TODAY))
    return ids


def during(
    folder: Path, *, gain: float = 0.5, broken: float = 0.0, until: dt.date | None = None
) -> None:
    """Land what the people do by their lots: on days as usual `gain` more, with AI."""
    busy, weeks = 3.0, 4
    ids, rng = accounts(folder), np.random.default_rng(2)
    with Warehouse.open(folder).tables() as tables:
        lots = tables.arrow("experiment_assignment").to_pylist()
    without = {(row["account_id"], row["started_at"]) for row in lots if row["arm"] == "no_ai"}
    days = working_days(dt.date(2026, 3, 9), weeks)
    days = [day for day in days if until is None or day < until]
    is_without = np.array([[(each, micros(day, 0)) in without for day in days] for each in ids])
    used = ~is_without | (rng.random(is_without.shape) < broken)
    counts = rng.poisson(busy * np.where(used, 1 + gain, 1.0))
    sessions: list[dict[str, object]] = [
        {"session_id": f"{who}-{day}", "person_id": account, "tool": "claude-code",
         "started_at": micros(day)}
        for who, account in enumerate(ids)
        for place, day in enumerate(days)
        if used[who, place]
    ]  # fmt: skip
    last: list[dict[str, object]] = [
        {"session_id": "last", "person_id": ids[0], "started_at": micros(days[-1], 96)}
    ]
    rows = {"change": changes(ids, days, counts, "b"), "ai_session": [*sessions, *last]}
    land(folder, "made_up_later", rows, micros(days[-1], 96))


def the_list(place: Path) -> Path:
    """Write the list of those who consented."""
    path = place / "people.csv"
    path.write_text("\n".join(PEOPLE) + "\n", encoding="utf-8")
    return path
