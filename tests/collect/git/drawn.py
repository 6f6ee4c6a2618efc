"""Histories drawn by hand, commit by commit, and what the line history tells of them."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks.oracles.landed import Landed
from benchmarks.oracles.worlds import World
from trueup.collect.sources.git.process import Git

Commit = tuple[list[int], dict[str, str | bytes]]
"""Parents (numbers of earlier commits) and the files with their content."""


class Drawn:
    """A repository drawn by hand.

    Parameters
    ----------
    directory
        Where it is written.
    commits
        Parents before children; the last is the head.
    """

    def __init__(self, directory: Path, commits: list[Commit]) -> None:
        world = World(random.Random(0))
        for parents, files in commits:
            world.parents.append(parents)
            world.trees.append({path.encode(): _file(content) for path, content in files.items()})
        self.shas = world.write(directory)
        self.git = Git(directory)
        self.number = {sha: number for number, sha in enumerate(self.shas)}

    def landed(self, *heads: int) -> Landed:
        """Land the history up to each of `heads` in turn; up to the last commit by default."""
        landed = Landed()
        for head in heads or (len(self.shas) - 1,):
            landed.collect(self.git, self.shas[head])
        return landed

    def origins(self, landed: Landed, path: str) -> list[int]:
        """Return which commit each line of a file at the head came from."""
        return [self.number[line[0]] for line in landed.files()[path.encode()]]

    def killers(self, landed: Landed) -> dict[tuple[int, str, int], int | None]:
        """Return who ended each dead line; lines and killers by number of the commit."""
        return {
            (self.number[sha], path, line): self.number[killer] if killer else None
            for (sha, path, line), killer in landed.deaths().items()
        }


def lines(text: str) -> str:
    """Return a file with one letter of `text` on each line."""
    return "".join(f"{letter}\n" for letter in text)


def _file(content: str | bytes) -> tuple[bytes, bytes]:
    raw = content if isinstance(content, bytes) else content.encode()
    return b"100644", raw
