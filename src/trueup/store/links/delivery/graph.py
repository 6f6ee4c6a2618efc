"""The commits of one repository as a graph: what one commit has that another has not."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
_NOWHERE = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Graph:
    """Commits in an order in which parents come before children.

    Parameters
    ----------
    place
        Of each commit, by its hash.
    parents
        Places of each commit's parents; those not known are left out.
    line
        Places of the main line, oldest first: first parents from the head.
    landed
        Where on the line each commit is first part of it, by place; -1 where it never is.
    """

    place: dict[str, int]
    parents: list[tuple[int, ...]]
    line: Ints
    landed: Ints
    _by_landing: Ints
    _begins: Ints

    def __len__(self) -> int:
        """Count the commits."""
        return len(self.parents)

    def only_in(self, new: int, old: int | None) -> Ints:
        """Return the places of `new` and its ancestors that `old` and its ancestors are not.

        Parameters
        ----------
        old
            None: nothing is known of what was there before; everything `new` has is returned.
        """
        if old is None:
            return self._walk(new, _NOWHERE)
        if old == new:
            return np.empty(0, dtype=np.int64)
        to, since = self.landed[new], self.landed[old]
        if to >= 0 and since >= 0 and self.line[to] == new and self.line[since] == old:
            first, last = self._begins[since + 1], self._begins[to + 1]
            return self._by_landing[first : max(first, last)]
        return self._walk(new, old)

    def has(self, new: int, old: int) -> bool:
        """Say whether `old` is `new` or an ancestor of it."""
        return old == new or self._walk(old, new).size == 0

    def _walk(self, new: int, old: int) -> Ints:
        """Walk down from both, the youngest place first, until nothing is left of `new` alone."""
        is_old: dict[int, bool] = {new: False}
        if old != _NOWHERE:
            is_old[old] = True
        waiting = [-at for at in is_old]
        heapq.heapify(waiting)
        alone = sum(not flag for flag in is_old.values())
        found: list[int] = []
        while waiting and alone:
            at = -heapq.heappop(waiting)
            flag = is_old[at]
            if not flag:
                found.append(at)
                alone -= 1
            for parent in self.parents[at]:
                if parent not in is_old:
                    is_old[parent] = flag
                    alone += not flag
                    heapq.heappush(waiting, -parent)
                elif flag and not is_old[parent]:
                    is_old[parent] = True
                    alone -= 1
        return np.array(sorted(found), dtype=np.int64)


def graph_of(commits: pa.Table, head_sha: str | None) -> Graph:
    """Return the graph of commits given as ``sha`` and ``parent_shas``."""
    shas: list[str] = commits["sha"].to_pylist()
    index = {sha: at for at, sha in enumerate(shas)}
    above = [
        tuple(index[sha] for sha in listed or () if sha in index)
        for listed in commits["parent_shas"].to_pylist()
    ]
    order = _parents_first(above)
    place_of = np.empty(len(order), dtype=np.int64)
    place_of[order] = np.arange(len(order))
    numbered = place_of.tolist()
    parents = [tuple(numbered[at] for at in above[old]) for old in order]
    place = {shas[old]: new for new, old in enumerate(order)}
    line = _line(parents, place.get(head_sha or ""))
    landed = _landed(parents, line)
    by_landing = np.argsort(landed, kind="stable")
    return Graph(
        place=place,
        parents=parents,
        line=line,
        landed=landed,
        _by_landing=by_landing,
        _begins=np.searchsorted(landed[by_landing], np.arange(len(line) + 1)),
    )


def _parents_first(above: list[tuple[int, ...]]) -> list[int]:
    below: list[list[int]] = [[] for _ in above]
    missing = [len(parents) for parents in above]
    for at, parents in enumerate(above):
        for parent in parents:
            below[parent].append(at)
    order = [at for at, count in enumerate(missing) if count == 0]
    for at in order:
        for child in below[at]:
            missing[child] -= 1
            if missing[child] == 0:
                order.append(child)
    return order


def _line(parents: list[tuple[int, ...]], head: int | None) -> Ints:
    line = []
    at = head
    while at is not None:
        line.append(at)
        at = parents[at][0] if parents[at] else None
    return np.array(line[::-1], dtype=np.int64)


def _landed(parents: list[tuple[int, ...]], line: Ints) -> Ints:
    landed = [_NOWHERE] * len(parents)
    for position, tip in enumerate(line.tolist()):
        waiting = [tip]
        while waiting:
            at = waiting.pop()
            if landed[at] == _NOWHERE:
                landed[at] = position
                waiting.extend(parents[at])
    return np.array(landed, dtype=np.int64)
