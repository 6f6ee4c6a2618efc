"""How long each metric of the delivery record takes on a made-up organisation of a given size.

Tables are drawn in columns, from one seed. By default 100,000 changes with a million events about
them: reviews, comments, commits proposed, moves of work items. Metrics are asked of `Prepared`
tables, as a report asks them.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trueup.measure.catalogue import all_metrics
from trueup.measure.plan import measure
from trueup.measure.records.authorship import Prepared
from trueup.model.tables import TABLES

Ints = NDArray[np.int64]
START = 1_700_000_000_000_000
DAY = 86_400_000_000
DAYS = 730
REPOSITORIES, TEAMS, PERSONS = 40, 60, 500
AGENT, BOT = PERSONS, PERSONS + 1
SECONDS_ALLOWED, BYTES_ALLOWED = 15.0, 2 * 2**30


@dataclass(frozen=True)
class Drawn:
    """Columns by table, as far as drawn; the rest of each schema is null."""

    columns: Mapping[str, Mapping[str, object]]

    def tables(self) -> dict[str, pa.Table]:
        """Return every canonical table, most of them empty."""
        return {name: self._table(name) for name in TABLES}

    def _table(self, name: str) -> pa.Table:
        schema, given = TABLES[name].schema, self.columns.get(name, {})
        size = len(next(iter(given.values()))) if given else 0  # type: ignore[call-overload]
        arrays = [
            pa.array(given[field.name]).cast(field.type)
            if field.name in given
            else pa.nulls(size, field.type)
            for field in schema
        ]
        return pa.Table.from_arrays(arrays, schema=schema)


class Columns:
    """Tables in memory, by name."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._tables = {name: ibis.memtable(table) for name, table in tables.items()}

    def __getitem__(self, name: str) -> ibis.Table:
        """Return the table called `name`."""
        return self._tables[name]


def named(prefix: str, numbers: Ints) -> pa.Array:
    """Return names of numbers, without a Python string per row."""
    kinds, places = np.unique(numbers, return_inverse=True)
    names = pa.array([f"{prefix}{number}" for number in kinds.tolist()])
    return pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), names)


def kinds_of(accounts: Ints) -> list[str]:
    """Return the kind of actor of each account."""
    kinds = np.full(accounts.size, "human", dtype=object)
    kinds[accounts == AGENT], kinds[accounts == BOT] = "ai_agent", "bot"
    return list(kinds)


def after(rng: np.random.Generator, start: Ints, mean_days: float) -> Ints:
    """Return an instant some days after each of `start`."""
    return start + (rng.exponential(mean_days, start.size) * DAY).astype(np.int64)


def organisation(changes: int, seed: int) -> dict[str, pa.Table]:
    """Draw an organisation with so many changes and ten events about each."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Mapping[str, object]] = _people(rng)
    opened = np.sort(START + (rng.random(changes) * DAYS * DAY).astype(np.int64))
    ready = after(rng, opened, 0.5)
    landed = after(rng, ready, 2.0)
    author = rng.integers(0, BOT + 1, changes)
    repository = rng.integers(0, REPOSITORIES, changes)
    ids, places = np.arange(changes), named("r", repository)
    merged = rng.random(changes) < 0.9
    columns["change"] = {
        "change_id": named("c", ids),
        "repository_id": places,
        "number": ids,
        "landing": np.where(merged, "squash", None),
        "landed_commit_id": named("k", ids),
        "landed_at": pa.array(landed, mask=~merged),
        "author_account_id": named("p", author),
        "actor_kind": kinds_of(author),
        "state": np.where(merged, "merged", "closed"),
        "opened_at": opened,
        "ready_at": ready,
        "closed_at": landed,
        "lines_added": rng.geometric(0.01, changes),
        "lines_deleted": rng.geometric(0.03, changes),
        "file_count": rng.geometric(0.3, changes),
    }
    columns |= _code(rng, columns["change"], landed, merged)
    columns |= _about(rng, changes, ready, repository)
    columns |= _work(rng, changes // 2, changes)
    return Drawn(columns).tables()


def _people(rng: np.random.Generator) -> dict[str, Mapping[str, object]]:
    accounts = np.tile(np.arange(BOT + 1), REPOSITORIES)
    where = np.repeat(np.arange(REPOSITORIES), BOT + 1)
    persons = np.arange(PERSONS)
    last = START + DAYS * DAY
    return {
        "repository": {
            "repository_id": named("r", np.arange(REPOSITORIES)),
            "name": named("r", np.arange(REPOSITORIES)),
            "last_commit_at": np.full(REPOSITORIES, last),
        },
        "account": {
            "repository_id": named("r", where),
            "account_id": named("p", accounts),
            "person_id": named("p", accounts),
            "actor_kind": kinds_of(accounts),
        },
        "membership": {
            "team_id": named("t", rng.integers(0, TEAMS, PERSONS)),
            "person_id": named("p", persons),
        },
    }


def _code(
    rng: np.random.Generator, change: Mapping[str, object], landed: Ints, merged: NDArray[np.bool_]
) -> dict[str, Mapping[str, object]]:
    held = np.flatnonzero(merged)
    ids, where = named("k", held), pa.array(change["repository_id"]).take(pa.array(held))
    files = np.repeat(held, 3)
    owner = pa.array(change["author_account_id"]).take(pa.array(held))
    marked = held[rng.random(held.size) < 0.3]
    runs = np.arange(len(held) // 20 + 1)
    return {
        "commit": {
            "commit_id": ids,
            "repository_id": where,
            "author_account_id": owner,
            "authored_at": landed[held],
            "committed_at": landed[held],
            "clock": ["ok"] * held.size,
        },
        "change_commit": {
            "change_id": named("c", held), "repository_id": where, "commit_id": ids,
        },
        "commit_file": {
            "commit_id": named("k", files),
            "repository_id": pa.array(change["repository_id"]).take(pa.array(files)),
            "path": named("f", rng.integers(0, 20_000, files.size)),
            "file_kind": ["code"] * files.size,
            "lines_added": rng.geometric(0.05, files.size),
            "lines_deleted": rng.geometric(0.1, files.size),
        },
        "ai_attribution": {
            "target_kind": ["commit"] * marked.size,
            "target_id": named("k", marked),
            "tool": named("tool", rng.integers(0, 4, marked.size)),
            "role": ["author"] * marked.size,
        },
        "deployment": {
            "deployment_id": named("d", runs),
            "repository_id": named("r", runs % REPOSITORIES),
            "environment": ["production"] * runs.size,
            "kind": ["deploy"] * runs.size,
            "outcome": ["success"] * runs.size,
            "finished_at": START + runs * (DAYS * DAY // runs.size),
        },
        "deployment_change": {
            "deployment_id": named("d", held // 20 % runs.size), "change_id": named("c", held),
        },
    }  # fmt: skip


def _about(
    rng: np.random.Generator, changes: int, ready: Ints, repository: Ints
) -> dict[str, Mapping[str, object]]:
    """Draw seven rows about each change: commits, reviews, comments and events."""

    def drawn(each: float, account: str, instant: str) -> dict[str, object]:
        about = rng.integers(0, changes, round(changes * each))
        actor = rng.integers(0, BOT + 1, about.size)
        return {
            "change_id": named("c", about),
            "repository_id": named("r", repository[about]),
            account: named("p", actor),
            "actor_kind": kinds_of(actor),
            instant: after(rng, ready[about], 1.0),
        }

    review = drawn(1.5, "reviewer_account_id", "submitted_at")
    size = round(changes * 1.5)
    verdicts = rng.choice(["approved", "commented", "changes_requested"], size)
    comment = drawn(2.0, "account_id", "written_at")
    length = rng.geometric(0.01, changes * 2)
    commit = drawn(2.0, "author_account_id", "authored_at")
    event = drawn(1.5, "account_id", "happened_at")
    return {
        "review": review | {"review_id": named("v", np.arange(size)), "verdict": verdicts},
        "review_comment": comment
        | {
            "comment_id": named("m", np.arange(changes * 2)),
            "length": length,
            "is_on_code": length % 2 == 0,
        },
        "proposed_commit": commit | {"sha": named("s", np.arange(changes * 2))},
        "change_event": event | {"kind": ["commented"] * size},
    }


def _work(rng: np.random.Generator, items: int, changes: int) -> dict[str, Mapping[str, object]]:
    """Draw work items, each with four moves and two events, half of them linked to a change."""
    created = START + (rng.random(items) * DAYS * DAY).astype(np.int64)
    steps = [created]
    for mean_days in (3.0, 4.0, 1.0):
        steps.append(after(rng, steps[-1], mean_days))
    done = rng.random(items) < 0.9
    ids = np.arange(items)
    stages = ("queue", "active", "review", "done")
    everything = np.ones(items, dtype=bool)
    kept = [everything, everything, everything, done]
    moved = np.concatenate([ids[keep] for keep in kept])
    at = np.concatenate([step[keep] for step, keep in zip(steps, kept, strict=True)])
    to = np.concatenate(
        [np.full(keep.sum(), stage) for stage, keep in zip(stages, kept, strict=True)]
    )
    before = np.concatenate(
        [
            np.full(keep.sum(), stage, dtype=object)
            for stage, keep in zip((None, *stages), kept, strict=False)
        ]
    )
    touched = rng.integers(0, items, items * 2)
    linked = ids[rng.random(items) < 0.5]
    types = rng.choice(["task", "feature", "bug", "epic"], items, p=[0.5, 0.25, 0.2, 0.05])
    return {
        "work_item": {
            "work_item_id": named("w", ids),
            "item_type": types,
            "stage": np.where(done, "done", "review"),
            "points": rng.integers(1, 9, items).astype(float),
            "created_at": created,
            "done_at": pa.array(steps[-1], mask=~done),
            "assignee_person_id": named("p", rng.integers(0, PERSONS, items)),
        },
        "work_item_transition": {
            "work_item_id": named("w", moved),
            "happened_at": at,
            "from_stage": list(before),
            "to_stage": to,
        },
        "work_item_event": {
            "work_item_id": named("w", touched),
            "kind": ["commented"] * touched.size,
            "happened_at": after(rng, created[touched], 4.0),
            "person_id": named("p", rng.integers(0, PERSONS, touched.size)),
        },
        "work_item_change": {
            "work_item_id": named("w", linked),
            "change_id": named("c", rng.integers(0, changes, linked.size)),
        },
    }


def main() -> int:
    """Time every metric that is not of git alone; return 1 where the limits are exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], help="names of metrics; all by default")
    asked = parser.parse_args()
    drawn = organisation(asked.changes, asked.seed)
    rows = sum(table.num_rows for table in drawn.values())
    print(f"{asked.changes:,} changes, {rows:,} rows; CPU seconds, then wall")
    clock = Clock()
    tables = Prepared(Columns(drawn))
    clock.lap("preparing")
    for name, metric in all_metrics().items():
        if metric.source != "git" and (not asked.only or name in asked.only):
            found = measure(metric, tables)
            clock.lap(f"{name} ({len(found)})")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"{clock.cpu:6.2f} {clock.wall:6.2f}  in all; {peak / 2**30:.2f} GiB at most")
    return int(clock.cpu > SECONDS_ALLOWED or peak > BYTES_ALLOWED)


class Clock:
    """Prints what each lap took, and adds up."""

    def __init__(self) -> None:
        self.cpu, self.wall = 0.0, 0.0
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def lap(self, name: str) -> None:
        """Print the time since the last lap."""
        cpu, wall = time.process_time() - self._cpu, time.perf_counter() - self._wall
        self.cpu, self.wall = self.cpu + cpu, self.wall + wall
        print(f"{cpu:6.2f} {wall:6.2f}  {name}", flush=True)
        self._cpu, self._wall = time.process_time(), time.perf_counter()


if __name__ == "__main__":
    raise SystemExit(main())
