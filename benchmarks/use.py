"""Time and peak memory of pricing and of linking made-up use of an AI tool.

Usage::

    python benchmarks/use.py [--requests 130000]

A hundred persons on ten machines leave logs of so many requests in half a year; telemetry saw
half of them, and the vendor's report has every person's day. Each session wrote four paths of a
repository of 20,000 commits. Records are landed before the clock starts; then all is linked, once
more with nothing new, and once more after one machine's log grew by one request.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trueup.config import Settings
from trueup.model.tables import TABLES
from trueup.store.identity import Vault
from trueup.store.links import link
from trueup.store.prices import PriceBook, priced
from trueup.store.warehouse import Warehouse

HOUR, DAYS, PERSONS, MACHINES, COMMITS = 3_600_000_000, 180, 100, 10, 20_000
START = 1_760_000_000_000_000 // (24 * HOUR) * 24 * HOUR
SPAN = DAYS * 24 * HOUR
SHOP = "github.com/acme/shop"
MODELS = np.array(["claude-sonnet-4-5", "claude-opus-4-6", "claude-haiku-4-5"])
Ints = NDArray[np.int64]


def rows(table: str, count: int, **columns: Any) -> pa.Table:
    """Make rows of a canonical table; one value stands for all, and what is not given is null."""
    made = {}
    for field in TABLES[table].schema:
        plain = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        value = columns.get(field.name)
        if value is None:
            made[field.name] = pa.nulls(count, plain)
        else:
            made[field.name] = pa.array([value] * count if np.isscalar(value) else value, plain)
    return pa.table(made).cast(TABLES[table].schema)


class Use:
    """What the tool was used for."""

    def __init__(self, count: int) -> None:
        self._draw = draw = np.random.default_rng(1)
        self.person = draw.integers(PERSONS, size=count)
        self.session = self.person * 1_000 + draw.integers(60, size=count)
        self.at = START + draw.integers(SPAN, size=count)
        self.model = MODELS[draw.integers(len(MODELS), size=count)]

    def requests(self, which: Ints, seen_by: str) -> pa.Table:
        """Return the requests of those numbers, as a log or as telemetry has them."""
        key = "anthropic:m{0}:r{0}" if seen_by == "log" else "anthropic_request:r{0}"
        size = which.size
        return rows(
            "ai_request",
            size,
            request_id=[f"{seen_by}{number}" for number in which],
            event_key=[key.format(number) for number in which],
            session_id=[f"claude-code:{session}" for session in self.session[which]],
            person_id=[f"p{person}" for person in self.person[which]],
            tool="claude-code",
            provider="anthropic",
            model=self.model[which],
            requested_at=self.at[which],
            request_count=1,
            uncached_input_tokens=self._draw.integers(1_000, size=size),
            cache_read_tokens=self._draw.integers(50_000, size=size),
            cache_write_5m_tokens=self._draw.integers(3_000, size=size),
            output_tokens=self._draw.integers(2_000, size=size),
            seen_by=seen_by,
        )

    def sessions(self, which: Ints) -> dict[str, pa.Table]:
        """Return the sessions of those requests and what they wrote."""
        ids = np.unique(self.session[which])
        wrote = np.repeat(ids, 4)
        shared = {"tool": "claude-code", "repository_id": SHOP}
        return {
            "ai_session": rows(
                "ai_session",
                ids.size,
                session_id=[f"claude-code:{session}" for session in ids],
                person_id=[f"p{session // 1_000}" for session in ids],
                started_at=np.full(ids.size, START),
                ended_at=np.full(ids.size, START + SPAN),
                seen_by="log",
                **shared,
            ),
            "ai_lines": rows(
                "ai_lines",
                wrote.size,
                layer="written",
                session_id=[f"claude-code:{session}" for session in wrote],
                path=[f"f{path}" for path in self._draw.integers(500, size=wrote.size)],
                happened_at=START + self._draw.integers(SPAN, size=wrote.size),
                lines_added=1,
                **shared,
            ),
        }

    def days(self) -> pa.Table:
        """Return what the vendor says of every person's day."""
        count = DAYS * PERSONS
        day = START + np.arange(count) // PERSONS * 24 * HOUR
        return rows(
            "ai_request",
            count,
            request_id=[f"day{number}" for number in range(count)],
            person_id=[f"p{number % PERSONS}" for number in range(count)],
            tool="claude-code",
            provider="anthropic",
            model="claude-opus-4-6",
            requested_at=day,
            ended_at=day + 24 * HOUR,
            uncached_input_tokens=self._draw.integers(1_000_000, size=count),
            seen_by="admin_api",
        )


def history() -> dict[str, pa.Table]:
    """Return the commits of the repository, each its own change, each of three paths."""
    ids = [f"{SHOP}:{number:040x}" for number in range(COMMITS)]
    at = START + np.arange(COMMITS) * (SPAN // COMMITS)
    here = {"repository_id": SHOP}
    return {
        "commit": rows(
            "commit",
            COMMITS,
            commit_id=ids,
            sha=[commit.rpartition(":")[2] for commit in ids],
            parent_shas=[[]] * COMMITS,
            author_account_id=[f"p{number % PERSONS}" for number in range(COMMITS)],
            authored_at=at,
            clock="ok",
            **here,
        ),
        "change": rows(
            "change",
            COMMITS,
            change_id=ids,
            landing="direct",
            landed_commit_id=ids,
            landed_at=at,
            state="merged",
            **here,
        ),
        "change_commit": rows("change_commit", COMMITS, change_id=ids, commit_id=ids, **here),
        "commit_file": rows(
            "commit_file",
            COMMITS * 3,
            commit_id=np.repeat(ids, 3),
            path=[f"f{(n // 3 * 7 + n % 3 * 13) % 500}" for n in range(COMMITS * 3)],
            **here,
        ),
    }


def main() -> None:
    """Run."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--requests", type=int, default=130_000)
    count = asked.parse_args().requests
    use, every = Use(count), np.arange(count)
    began = time.perf_counter()
    priced(use.requests(every, "log"), PriceBook(Settings()))
    print(f"{count} requests priced: {time.perf_counter() - began:.1f} s, requests made included")
    with tempfile.TemporaryDirectory() as name:
        warehouse, vault = Warehouse.open(Path(name) / "w"), Vault.open(Path(name) / "w")

        def land(source: str, target: str, **tables: pa.Table) -> None:
            with warehouse.collection(source, target, now=1, vault=vault) as collection:
                collection.reset("anew")
                for table, given in tables.items():
                    collection.land(table, given)
                collection.cursor("end")

        def linked(what: str) -> None:
            began = time.perf_counter()
            done = link(warehouse, vault, Settings(), now=2)
            print(f"{what}: {time.perf_counter() - began:.2f} s, {len(done.targets)} targets")

        for machine in range(MACHINES):
            own = every[use.person % MACHINES == machine]
            land("log", f"m{machine}", ai_request=use.requests(own, "log"), **use.sessions(own))
        land("otlp", "all", ai_request=use.requests(every[::2], "otlp"))
        land("report", "org", ai_request=use.days())
        land("git", SHOP, **history())
        linked("linked")
        linked("nothing new")
        own = every[use.person % MACHINES == 0][1:]
        land("log", "m0", ai_request=use.requests(own, "log"), **use.sessions(own))
        linked("one machine's log is another")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
