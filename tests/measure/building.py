"""A made-up history, written down as rows of the canonical tables."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from functools import lru_cache
from typing import Any

import ibis
import pyarrow as pa

from trueup.measure.records.authorship import Prepared
from trueup.model.tables import TABLES

DAY = 86_400_000_000


def at(text: str) -> int:
    """Epoch microseconds of an ISO instant; UTC where it names no offset."""
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return round(moment.timestamp()) * 1_000_000


class World:
    """Rows collected by name; read back as `Tables`."""

    def __init__(self, until: str = "2026-06-30", repositories: tuple[str, ...] = ("r",)) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        self._cache: dict[str, ibis.Table] = {}
        for name in repositories:
            self.add("repository", repository_id=name, name=name, last_commit_at=at(until))
        self._line = 0

    def ready(self) -> Prepared:
        """The rows as a report reads them: what metrics share is worked out once.

        Worlds drawn alike are the same tables.
        """
        return _ready(json.dumps(self.rows))

    def add(self, table: str, **row: Any) -> None:
        row.setdefault("repository_id", "r")
        assert set(row) <= set(TABLES[table].schema.names), row
        self.rows[table].append(row)
        self._cache.pop(table, None)

    def person(self, name: str, kind: str = "human", repository: str = "r") -> None:
        known = any(
            row["account_id"] == name and row["repository_id"] == repository
            for row in self.rows["account"]
        )
        if not known:
            self.add(
                "account",
                repository_id=repository,
                account_id=name,
                person_id=name,
                actor_kind=kind,
            )

    def commit(
        self,
        name: str,
        when: str | int,
        author: str = "ann",
        *,
        tool: str | None = None,
        model: str | None = None,
        kind: str = "human",
        repository: str = "r",
        change: str | None = "",
        **more: Any,
    ) -> None:
        """A commit, landed as part of `change`: by default one of its own; None: never landed."""
        if change is not None:
            self.add(
                "change_commit",
                change_id=change or name,
                repository_id=repository,
                commit_id=name,
            )
        self.person(author, kind, repository)
        instant = when if isinstance(when, int) else at(when)
        row = {"authored_at": instant, "committed_at": instant, "clock": "ok"} | more
        self.add(
            "commit",
            commit_id=name,
            repository_id=repository,
            sha=name,
            author_account_id=author,
            actor_kind=kind,
            **row,
        )
        if tool:
            self.mark(name, tool, model, repository=repository)

    def mark(
        self,
        commit: str,
        tool: str,
        model: str | None = None,
        *,
        repository: str = "r",
        role: str = "author",
    ) -> None:
        self.add(
            "ai_attribution",
            repository_id=repository,
            target_kind="commit",
            target_id=commit,
            tool=tool,
            model=model,
            role=role,
            probability=1.0,
        )

    def change(
        self,
        name: str,
        landed: str | int,
        author: str = "ann",
        *,
        tool: str | None = None,
        kind: str = "human",
        repository: str = "r",
        released: str | int | None = None,
        release: str | None = None,
        landing: str = "merge",
        first: str | int | None = None,
    ) -> None:
        """A change of one commit called `name`, and its row in `change`."""
        instant = landed if isinstance(landed, int) else at(landed)
        self.commit(name, instant, author, tool=tool, kind=kind, repository=repository)
        self.add(
            "change",
            change_id=name,
            repository_id=repository,
            landing=landing,
            landed_commit_id=name,
            landed_at=instant,
            author_account_id=author,
            actor_kind=kind,
            first_commit_at=at(first) if isinstance(first, str) else first,
            first_release_id=release,
            released_at=at(released) if isinstance(released, str) else released,
            state="merged",
        )

    def lines(
        self,
        commit: str,
        count: int,
        *,
        kind: str = "code",
        path: str = "a.py",
        repository: str = "r",
    ) -> int:
        """Lines born with `commit`; returns their id."""
        line = self._line
        self._line += count
        self.add(
            "line_span",
            repository_id=repository,
            line_id=line,
            line_count=count,
            commit_id=commit,
            path=path,
            file_kind=kind,
            first_line=1,
        )
        return line

    def kill(
        self,
        line: int,
        count: int,
        killer: str | None,
        *,
        offset: int = 0,
        repository: str = "r",
        table: str = "line_death",
    ) -> None:
        self.add(
            table,
            repository_id=repository,
            span_line_id=line,
            line_offset=offset,
            line_count=count,
            commit_id=killer,
        )

    def __getitem__(self, name: str) -> ibis.Table:
        if name not in self._cache:
            self._cache[name] = memtable(name, self.rows[name])
        return self._cache[name]


class Kept:
    """Rows as they were when they were asked about."""

    def __init__(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        self._tables = {name: memtable(name, each) for name, each in rows.items() if each}

    def __getitem__(self, name: str) -> ibis.Table:
        return self._tables.get(name, EMPTY[name])


def memtable(name: str, rows: list[dict[str, Any]]) -> ibis.Table:
    """Rows as a table; money is written as text, which JSON can hold and keeps every cent."""
    schema = TABLES[name].schema
    money = [field.name for field in schema if pa.types.is_decimal(field.type)]
    exact = [
        row | {column: Decimal(row[column]) for column in money if row.get(column) is not None}
        for row in rows
    ]
    return ibis.memtable(pa.Table.from_pylist(exact, schema))


EMPTY = {name: memtable(name, []) for name in TABLES}


@lru_cache(maxsize=16)
def _ready(written: str) -> Prepared:
    return Prepared(Kept(json.loads(written)))
