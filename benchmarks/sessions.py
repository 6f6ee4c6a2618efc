"""Whether sessions are tied to the commits they went into: made-up worlds whose truth is known.

Usage::

    python benchmarks/sessions.py [--worlds 12] [--fit]

In each world six persons work for ninety days on one trunk of 150 files, with an AI tool or by
hand. A session's files are committed after minutes, hours or a day, in one commit or two, some
of them while it runs; some sessions are thrown away, some put aside for days. Of every fifth the
person is not known, of three in ten what was written. The sessions are landed and tied by the
code of the product. Shown is, on worlds the odds were not fitted to, how often links of each
probability are true; and in worlds where three times as much is thrown away. With ``--fit`` the
odds of ``store/links/ai/odds.py`` are fitted anew (maximum likelihood) and printed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trueup.model.tables import TABLES
from trueup.store.identity import Vault
from trueup.store.links.ai import commits, odds
from trueup.store.links.records import Records
from trueup.store.reading import Limits
from trueup.store.warehouse import Warehouse

HOUR = 3_600_000_000
START = 1_700_000_000_000_000 // (24 * HOUR) * 24 * HOUR
SHOP = "github.com/acme/shop"
PERSONS, FILES, DAYS = 6, 150, 90
BINS = (0.05, 0.2, 0.4, 0.6, 0.75, 0.85, 0.95, 1.0001)
Floats = NDArray[np.float64]
Rows = list[dict[str, Any]]


@dataclass
class World:
    """What happened, and which commits hold what each session wrote."""

    draw: np.random.Generator
    thrown: float
    sessions: Rows = field(default_factory=list)
    lines: Rows = field(default_factory=list)
    made: list[tuple[float, int, frozenset[int]]] = field(default_factory=list)
    truth: set[tuple[str, float]] = field(default_factory=set)
    events: list[tuple[float, int, str, Any]] = field(default_factory=list)

    def work(self, person: int, at: float, number: int) -> float:
        """Do one task from hour `at`; return when it is over, in hours."""
        module = person if self.draw.random() < 0.7 else int(self.draw.integers(PERSONS))
        size = 1 + int(self.draw.poisson(2))
        files = (module * 25 + self.draw.zipf(1.6, size) % 25) % FILES
        lasts = float(self.draw.lognormal(-0.9, 0.7))
        if self.draw.random() < 0.4:
            self._edit(person, at, lasts, files, None)
            self._commit(person, at + lasts + self.draw.exponential(0.2), files)
            return at + lasts
        name = f"claude-code:{person}-{number}"
        self._edit(person, at, lasts, files, name)
        self.sessions.append({"session_id": name, "person": person, "at": at, "until": at + lasts})
        self._settle(person, at, lasts, files, name)
        return at + lasts

    def _settle(self, person: int, at: float, lasts: float, files: Any, name: str) -> None:
        end, fate = at + lasts, self.draw.random()
        if fate < self.thrown:
            self.events.append((end + 0.01, person, "throw", (name, None)))
            return
        if fate < self.thrown + 0.05:
            self._commit(person, end + self.draw.uniform(72, 240), files)
            return
        if self.draw.random() < 0.2:  # something tried out and undone
            self.events.append((end + 0.01, person, "throw", (name, int(files[0]))))
        if self.draw.random() < 0.2:
            self._commit(person, at + lasts * self.draw.uniform(0.4, 1), files)
        wait = self.draw.choice([self.draw.exponential(0.3), self.draw.exponential(4), 20.0],
                                p=[0.7, 0.2, 0.1])  # fmt: skip
        cut = len(files) if self.draw.random() < 0.7 else max(len(files) // 2, 1)
        self._commit(person, end + wait, files[:cut])
        if cut < len(files):
            self._commit(person, end + wait + self.draw.exponential(0.3), files[cut:])

    def _edit(self, person: int, at: float, lasts: float, files: Any, name: str | None) -> None:
        for file in files.tolist():
            for moment in at + lasts * self.draw.random(1 + int(self.draw.poisson(0.7))):
                self.events.append((float(moment), person, "write", (file, name)))

    def _commit(self, person: int, at: float, files: Any) -> None:
        more = self.draw.integers(FILES, size=int(self.draw.poisson(0.5)))
        kept = frozenset({*np.asarray(files).tolist(), *more.tolist()})
        self.events.append((float(at), person, "commit", kept))

    def replay(self) -> None:
        """Let everything happen in order; a commit holds what lies about of its files."""
        lying: dict[tuple[int, int], set[str]] = defaultdict(set)
        for at, person, kind, what in sorted(self.events, key=lambda event: event[:2]):
            if kind == "write":
                file, name = what
                if name is not None:
                    lying[person, file].add(name)
                    self.lines.append({"session_id": name, "file": file, "at": at})
            elif kind == "throw":
                name, only = what
                for (who, file), names in lying.items():
                    if who == person and only in (None, file):
                        names.discard(name)
            else:
                self.made.append((at, person, what))
                for file in what:
                    self.truth.update((name, at) for name in lying.pop((person, file), ()))


def made_up(seed: int, thrown: float) -> World:
    """Make a world."""
    world = World(draw=np.random.default_rng(seed), thrown=thrown)
    for person in range(PERSONS):
        number = 0
        for day in range(DAYS):
            at = day * 24 + float(world.draw.uniform(8, 10))
            while at < day * 24 + 17:
                at = world.work(person, at, number) + float(world.draw.exponential(0.8))
                number += 1
    world.replay()
    return world


def tables(world: World) -> dict[str, pa.Table]:
    """Return the records sources would have of a world."""
    made = sorted(world.made, key=lambda one: one[0])
    shas = [f"{place:040x}" for place in range(len(made))]
    given = {**_of_tool(world), **_of_git(made, shas)}
    return {
        name: pa.Table.from_pylist(rows, schema=TABLES[name].schema) for name, rows in given.items()
    }


def _of_tool(world: World) -> dict[str, Rows]:
    silent = {s["session_id"] for s in world.sessions if world.draw.random() < 0.3}
    unknown = {s["session_id"] for s in world.sessions if world.draw.random() < 0.2}
    return {
        "ai_session": [
            {
                "session_id": s["session_id"],
                "tool": "claude-code",
                "person_id": None if s["session_id"] in unknown else f"p{s['person']}",
                "repository_id": SHOP,
                "started_at": instant(s["at"]),
                "ended_at": instant(s["until"]),
            }
            for s in world.sessions
        ],
        "ai_lines": [
            {
                "layer": "written",
                "session_id": line["session_id"],
                "repository_id": SHOP,
                "path": f"f{line['file']}",
                "happened_at": instant(line["at"]),
            }
            for line in world.lines
            if line["session_id"] not in silent
        ],
    }


def _of_git(made: list[tuple[float, int, frozenset[int]]], shas: list[str]) -> dict[str, Rows]:
    ids = [{"commit_id": f"{SHOP}:{sha}", "repository_id": SHOP} for sha in shas]
    return {
        "commit": [
            {
                **named,
                "sha": sha,
                "parent_shas": [],
                "author_account_id": f"p{person}",
                "authored_at": instant(at),
                "clock": "ok",
            }
            for named, sha, (at, person, _) in zip(ids, shas, made, strict=True)
        ],
        "change_commit": [{**named, "change_id": named["commit_id"]} for named in ids],
        "commit_file": [
            {**named, "path": f"f{file}"}
            for named, (_, _, files) in zip(ids, made, strict=True)
            for file in sorted(files)
        ],
    }


def instant(hours: float) -> int:
    """Return the instant so many hours after the calendar begins."""
    return START + round(hours * HOUR)


def tied(world: World) -> dict[str, pa.Table]:
    """Tie a world's sessions; return the pairs of both rules, with whether each is true."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / ".trueup"
        warehouse, vault = Warehouse.open(folder), Vault.open(folder)
        with warehouse.collection("made", SHOP, now=1, vault=vault) as collection:
            for table, rows in tables(world).items():
                collection.land(table, rows)
        limits = Limits(threads=1)
        with Records(folder, warehouse.snapshot().manifest, limits, is_united=True) as records:
            records.see(tables=commits.NEEDS)
            commits.tie_commits(records)
            sought = {(session, instant(at)) for session, at in world.truth}
            found = {}
            for rule in ("files", "near"):
                rows = records.sql(f"SELECT * FROM {rule} ORDER BY session_id, commit_id")  # noqa: S608
                made = records.sql("SELECT commit_id, authored_at AS true_at FROM raw_commit")
                rows = rows.join(made, "commit_id").sort_by(
                    [("session_id", "ascending"), ("commit_id", "ascending")]
                )
                pairs = zip(
                    rows["session_id"].to_pylist(), rows["true_at"].to_pylist(), strict=True
                )
                found[rule] = rows.append_column("is_true", pa.array([p in sought for p in pairs]))
    return found


def features(rows: pa.Table, rule: str) -> Floats:
    """Return the numbers the odds are made of, one column for each constant."""
    hours = rows["hours"].to_numpy().astype(float)
    if rule == "files":
        return np.column_stack(
            [
                np.ones(len(hours)),
                np.log1p(hours),
                np.log(rows["paths"].to_numpy().astype(float)),
                rows["covered"].to_numpy().astype(float),
                rows["is_anybody"].to_numpy(zero_copy_only=False).astype(float),
            ]
        )
    return np.column_stack([hours <= 0, hours > 0]).astype(float)


def fitted(x: Floats, y: Floats) -> Floats:
    """Return the coefficients of a logistic regression, by Newton's method."""
    b = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ b))
        step = np.linalg.solve(x.T @ (x * (p * (1 - p))[:, None]) + 1e-6 * np.eye(len(b)),
                               x.T @ (y - p))  # fmt: skip
        b += step
        if np.abs(step).max() < 1e-9:
            break
    return b


def reliability(rows: pa.Table, title: str) -> None:
    """Print how often links of each probability are true."""
    p = rows["probability"].to_numpy().astype(float)
    y = rows["is_true"].to_numpy(zero_copy_only=False).astype(float)
    print(f"\n{title}: {len(p)} pairs, {y.mean():.2f} true; stated {p.mean():.2f}")
    print("| stated | pairs | mean stated | true |\n| --- | --- | --- | --- |")
    error = 0.0
    for low, high in zip((0.0, *BINS), BINS, strict=False):
        inside = (p >= low) & (p < high)
        if inside.any():
            said, is_so = p[inside].mean(), y[inside].mean()
            error += inside.mean() * abs(said - is_so)
            print(
                f"| {low:.2f} to {min(high, 1):.2f} | {inside.sum()} | {said:.2f} | {is_so:.2f} |"
            )
    print(f"mean distance between stated and true: {error:.3f}")


def pooled(seeds: range, rule: str, worlds: dict[int, Any]) -> pa.Table:
    """Return the pairs of one rule in several worlds."""
    return pa.concat_tables([worlds[seed][rule] for seed in seeds])


def main() -> None:
    """Run."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--worlds", type=int, default=12)
    asked.add_argument("--fit", action="store_true")
    given = asked.parse_args()
    if given.fit:
        with patch.object(odds, "LEAST", 0.0):
            worlds = {seed: tied(made_up(seed, 0.12)) for seed in range(given.worlds)}
        for rule, names in (("files", odds.FILES), ("near", odds.BRANCH)):
            rows = pooled(range(given.worlds), rule, worlds)
            y = rows["is_true"].to_numpy(zero_copy_only=False).astype(float)
            print(rule, dict(zip(names, fitted(features(rows, rule), y).round(2), strict=True)))
        return
    for thrown in (0.12, 0.36):
        seeds = range(1_000, 1_000 + given.worlds)
        worlds = {seed: tied(made_up(seed, thrown)) for seed in seeds}
        for rule in ("files", "near"):
            reliability(pooled(seeds, rule, worlds), f"{rule}, thrown away {thrown:.0%}")


if __name__ == "__main__":
    main()
