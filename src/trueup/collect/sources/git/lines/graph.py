"""Which commit follows which, and with which commit of the main line each one landed.

The main line is the chain of first parents that ends in the head. A commit lands with the
oldest main-line commit that has it among its ancestors. Both follow from the commits alone,
so a later collection sees the same landing as an earlier one as long as the earlier head
lies on the later main line.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from trueup.collect.sources.git.process import Git


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Commits to be read, parents before children; a commit is known by its index.

    Parameters
    ----------
    shas
        Commit hashes, in hexadecimal.
    parents
        Indices of each commit's parents; ``-1 - k`` names ``outside[k]``.
    outside
        Parents that an earlier collection has read.
    children
        How many children each commit has among those read.
    outside_children
        The same for `outside`.
    landing
        Index of the main-line commit each commit landed with.
    depth
        Length of the longest way from a commit back to the first one that landed with it.
    """

    shas: list[bytes]
    parents: list[tuple[int, ...]]
    outside: list[bytes]
    children: list[int]
    outside_children: list[int]
    landing: list[int]
    depth: list[int]
    main_line: list[int]

    def merges(self) -> list[int]:
        """Return the commits with more than one parent."""
        return [index for index, parents in enumerate(self.parents) if len(parents) > 1]

    def sha(self, index: int) -> bytes:
        """Return the hash of a commit, read now or before."""
        return self.shas[index] if index >= 0 else self.outside[-1 - index]

    def first_outside_parent(self) -> bytes | None:
        """Return the commit the main line continues, None when it begins with a root."""
        if not self.main_line:
            return None
        parents = self.parents[self.main_line[0]]
        return self.outside[-1 - parents[0]] if parents else None


def read_graph(
    git: Git, head: str, old_head: str | None = None, known: Collection[bytes] = ()
) -> Graph:
    """Read the commits reachable from `head` and not from `old_head`.

    `known` holds the latter too: where commits' dates run backwards, git lists some of them.
    """
    without = [f"^{old_head}"] if old_head else []
    listed = git.run("rev-list", "--topo-order", "--reverse", "--parents", head, *without)
    rows = [line.split() for line in listed.splitlines()]
    return build_graph([row for row in rows if row[0] not in known] if known else rows)


def build_graph(commits: list[list[bytes]]) -> Graph:
    """Build the graph from (commit, parents...) rows, parents before children."""
    index = {row[0]: number for number, row in enumerate(commits)}
    outside: dict[bytes, int] = {}
    parents: list[tuple[int, ...]] = []
    for row in commits:
        known = (index.get(sha, -1) for sha in row[1:])
        parents.append(
            tuple(
                number if number >= 0 else -1 - outside.setdefault(sha, len(outside))
                for number, sha in zip(known, row[1:], strict=True)
            )
        )
    main_line = _main_line(parents)
    landing = _landings(parents, main_line)
    children, outside_children = _count_children(parents, len(outside))
    return Graph(
        shas=[row[0] for row in commits],
        parents=parents,
        outside=list(outside),
        children=children,
        outside_children=outside_children,
        landing=landing,
        depth=_depths(parents, landing),
        main_line=main_line,
    )


def _count_children(parents: list[tuple[int, ...]], outside: int) -> tuple[list[int], list[int]]:
    children, outside_children = [0] * len(parents), [0] * outside
    for row in parents:
        for parent in row:
            if parent >= 0:
                children[parent] += 1
            else:
                outside_children[-1 - parent] += 1
    return children, outside_children


def _main_line(parents: list[tuple[int, ...]]) -> list[int]:
    line = []
    at = len(parents) - 1
    while at >= 0:
        line.append(at)
        at = parents[at][0] if parents[at] else -1
    return line[::-1]


def _landings(parents: list[tuple[int, ...]], main_line: list[int]) -> list[int]:
    landing = [-1] * len(parents)
    for landed in main_line:
        landing[landed] = landed
        waiting = [landed]
        while waiting:
            for parent in parents[waiting.pop()]:
                if parent >= 0 and landing[parent] < 0:
                    landing[parent] = landed
                    waiting.append(parent)
    return landing


def _depths(parents: list[tuple[int, ...]], landing: list[int]) -> list[int]:
    depth: list[int] = []
    for index, row in enumerate(parents):
        together = [depth[at] for at in row if at >= 0 and landing[at] == landing[index]]
        depth.append(1 + max(together, default=0))
    return depth
