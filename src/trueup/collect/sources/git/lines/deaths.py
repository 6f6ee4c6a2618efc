"""Which commit ended each line, seen from the main line.

A line is dead from the first main-line commit (see `graph`) that does not have it. Among
the commits that landed then, the one that removed it is its killer; where several did, the
one fewest steps into the branch, then the one whose hash sorts first. Where none did, the
line was dropped by a merge, and the landing merge is named. A line that a later main-line
commit has again is alive again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trueup.collect.sources.git.lines.graph import Graph
from trueup.collect.sources.git.lines.replay import Step

Array = npt.NDArray[np.int32]

ALIVE = -1
LANDED = -2
"""A death that an earlier collection has written down."""

NOBODY = -1
"""No commit can be named."""

_PENDING = 1 << 22


class Lines(NamedTuple):
    """How many lines died; of these, how many with only a landing or nobody named."""

    died: int
    dropped: int
    lost: int


class Runs(NamedTuple):
    """Lines that lie together in a span and were removed by one commit: one item per run."""

    span: npt.NDArray[np.int64]  # id of the span's first line
    offset: Array
    length: Array
    commit: Array  # index, or `NOBODY`


class Fates(NamedTuple):
    """What became of the lines that died."""

    runs: Runs
    lines: Lines


class Revived(Exception):
    """A line whose death an earlier collection has landed lives again."""


class Deaths:
    """Follows the main line and keeps each line's killer.

    Parameters
    ----------
    graph
        The commits that will be told of.
    first_id
        The first line number not given out by an earlier collection.
    alive
        Numbers of the lines alive before, as bytes.
    """

    def __init__(self, graph: Graph, first_id: int, alive: Sequence[bytes]) -> None:
        self.graph = graph
        self.first_id = first_id
        self._dropped = len(graph.shas)  # added to a killer: only its landing is known
        self._lost = 2 * self._dropped  # added to a killer: not even that
        self._killer = np.full(first_id, LANDED, np.int32)
        self._killer[_ids(alive)] = ALIVE
        self._flag = np.zeros(first_id, np.uint8)
        self._kills: list[tuple[int, bytes]] = []
        self._straight: list[tuple[int, bytes]] = []
        self._straight_bytes = 0
        self._branches: dict[int, list[tuple[int, bytes]]] = {}
        self._births: dict[int, list[tuple[int, int]]] = {}

    def add(self, step: Step) -> None:
        """Take note of what a commit did."""
        landing = self.graph.landing[step.index]
        killed, lost = b"".join(step.killed), b"".join(step.lost)
        if killed:
            self._kills.append((step.index, killed))
        if landing == step.index and len(self.graph.parents[landing]) < 2:
            self._direct(step.index, killed)
            self._direct(step.index + self._lost, lost)
            return
        for killer, ids in (
            (step.index, killed),
            (step.index + self._lost, lost),
        ):
            if ids:
                self._branches.setdefault(landing, []).append((killer, ids))
        if step.end_id > step.first_id:
            self._births.setdefault(landing, []).append((step.first_id, step.end_id))
        if landing == step.index:
            self._settle()
            self._grow(step.end_id)
            self._land(step)

    def finish(self, alive: Sequence[bytes], end_id: int) -> int | None:
        """End the count; return how many lines are alive.

        Returns
        -------
        The number of lines alive; None if some line is neither alive nor has a killer.
        """
        self._settle()
        self._grow(end_id)
        living = _ids(alive)
        self._killer[living] = ALIVE  # a line may live in two files after a merge
        self._flag[living] = 1
        count = int(np.count_nonzero(self._flag))
        self._flag[living] = 0
        return count if count == np.count_nonzero(self._killer[:end_id] == ALIVE) else None

    def fates(self, span_starts: npt.NDArray[np.int64]) -> Fates:
        """Return this collection's deaths; `span_starts`, sorted, are where spans begin."""
        dead = np.flatnonzero(self._killer >= 0).astype(np.int32)
        killer = self._killer[dead]
        lost = killer >= self._lost
        killer[lost] = NOBODY
        dropped = killer >= self._dropped
        killer[dropped] -= self._dropped
        lines = Lines(dead.size, int(np.count_nonzero(dropped)), int(np.count_nonzero(lost)))
        return Fates(_runs(dead, killer, span_starts), lines)

    def other_removals(self, span_starts: npt.NDArray[np.int64]) -> Runs:
        """Return what commits removed without being the lines' killers."""
        ids, commits = _ids([killed for _, killed in self._kills]), _commits(self._kills)
        other = self._killer[ids] != commits
        pairs = np.unique(commits[other].astype(np.int64) << 32 | ids[other])
        return _runs(
            (pairs & 0x7FFFFFFF).astype(np.int32), (pairs >> 32).astype(np.int32), span_starts
        )

    def _direct(self, killer: int, killed: bytes) -> None:
        if killed:
            self._straight.append((killer, killed))
            self._straight_bytes += len(killed)
            if self._straight_bytes > _PENDING:
                self._settle()

    def _settle(self) -> None:
        """Write down the deaths of plain main-line commits."""
        if self._straight:
            ids = _ids([killed for _, killed in self._straight])
            self._grow(int(ids.max()) + 1)
            self._killer[ids] = _commits(self._straight)
            self._straight, self._straight_bytes = [], 0

    def _grow(self, end: int) -> None:
        if end > self._killer.size:
            size = max(end, 2 * self._killer.size, 1 << 16)
            more = size - self._killer.size
            self._killer = np.concatenate([self._killer, np.full(more, ALIVE, np.int32)])
            self._flag = np.concatenate([self._flag, np.zeros(more, np.uint8)])

    def _land(self, step: Step) -> None:
        """Compare the main line before and after a merge, and say who ended what is gone."""
        births = self._births.pop(step.index, [])
        kills = self._branches.pop(step.index, [])
        now = _ids(step.now)
        before = [_ids(step.was), *(np.arange(a, b, dtype=np.int32) for a, b in births)]
        candidates = np.concatenate(before)
        self._flag[now] = 1
        dead = candidates[self._flag[candidates] == 0]
        self._flag[now] = 0
        self._refuse_return(now)
        if dead.size:
            self._blame(step.index, dead, kills)

    def _refuse_return(self, now: Array) -> None:
        """Stop where a line lives again whose end cannot be taken back."""
        if self.first_id and (self._killer[now] == LANDED).any():
            raise Revived

    def _blame(self, landing: int, dead: Array, kills: list[tuple[int, bytes]]) -> None:
        """Name the killers; without one, the landing."""
        self._killer[dead] = landing + self._dropped
        if kills:
            self._flag[dead] = 1
            kills.sort(key=self._rank, reverse=True)
            ids, commits = _ids([killed for _, killed in kills]), _commits(kills)
            chosen = self._flag[ids] != 0
            self._killer[ids[chosen]] = commits[chosen]  # of equal ids the last one holds
            self._flag[dead] = 0

    def _rank(self, kill: tuple[int, bytes]) -> tuple[int, bytes]:
        commit = kill[0] % self._dropped
        return self.graph.depth[commit], self.graph.shas[commit]


def _ids(parts: Sequence[bytes]) -> Array:
    return np.frombuffer(b"".join(parts), "<i4")


def _commits(kills: Sequence[tuple[int, bytes]]) -> Array:
    commits = np.array([index for index, _ in kills], np.int32)
    return np.repeat(commits, [len(killed) // 4 for _, killed in kills])


def _runs(ids: Array, commits: Array, span_starts: npt.NDArray[np.int64]) -> Runs:
    """Join neighbouring lines of one span that one commit removed."""
    span = np.searchsorted(span_starts, ids, side="right") - 1
    new = np.ones(ids.size, bool)
    new[1:] = (np.diff(ids) != 1) | (np.diff(commits) != 0) | (np.diff(span) != 0)
    at = np.flatnonzero(new)
    length = np.diff(np.append(at, ids.size)).astype(np.int32)
    first = span_starts[span[at]]
    return Runs(first, (ids[at] - first).astype(np.int32), length, commits[at])
