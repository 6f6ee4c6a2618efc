"""Files of commits read long ago, for branches that start there and land only now.

Their lines are carried forward again from the rows that were landed, for the paths the new
commits touch and those these were renamed from. No difference of an ordinary commit is asked
of git again, and every line has the number it was given the first time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.collect.connector import ReadTable
from trueup.collect.sources.git.diffs.paths import is_utf8
from trueup.collect.sources.git.diffs.stream import (
    ABSENT,
    CommitDiff,
    Patch,
    Row,
    split_type_change,
)
from trueup.collect.sources.git.lines.differences import Differences
from trueup.collect.sources.git.lines.graph import Graph, build_graph
from trueup.collect.sources.git.lines.replay import Files, Numbers, Replay
from trueup.collect.sources.git.lines.state import Head

Hunks = dict[tuple[bytes, bytes], list[int]]

_FEW = 300
"""So many paths are named to git; with more, it lists all."""


class CannotRebuild(Exception):
    """The landed rows do not tell what a file was; everything must be read anew."""


class _Landed(Numbers):
    """Gives out the numbers that were given out the first time."""

    def __init__(self, first: dict[tuple[bytes, bytes], int]) -> None:
        super().__init__(0)
        self._first = first

    def begin(self, sha: bytes, path: bytes) -> None:
        self.next = self._first.get((sha, path), -1)

    def take(self, count: int) -> int:
        if count and self.next < 0:
            raise CannotRebuild
        self.ahead = np.arange(self.next, self.next + count, dtype="<i4").tobytes()
        self.next += count
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilder:
    """Rebuilds the files of old commits.

    Parameters
    ----------
    differences
        What git tells.
    tables
        Reads landed rows.
    """

    differences: Differences
    tables: ReadTable

    def files(self, graph: Graph, head: Head, forks: Sequence[bytes]) -> dict[bytes, Files]:
        """Return, for each fork, its files as far as the commits of `graph` touch them.

        Parameters
        ----------
        graph
            The new commits.
        head
            Where the earlier reading ended: a file no first-parent step between a fork and
            there touched is the same in both.
        forks
            Old commits that new ones build on.

        Raises
        ------
        CannotRebuild
            Rows are missing, or a path is not UTF-8.
        """
        old = self._ancestors([*forks, head.sha])
        touched = self._touched(graph)
        changed = self._changed_since(old, head.sha, forks)
        replayed = self._replayed(old, forks, touched & set().union(*changed.values()))
        states: dict[bytes, Files] = {}
        for fork in forks:
            same = touched - changed[fork]
            states[fork] = {path: head.files[path] for path in same if path in head.files}
            states[fork] |= {
                path: entry
                for path, entry in replayed.get(fork, {}).items()
                if path in changed[fork]
            }
        return states

    def _replayed(
        self, old: Graph, forks: Sequence[bytes], wanted: set[bytes]
    ) -> dict[bytes, Files]:
        paths = self._renamed_from(wanted)
        while paths:
            try:
                return self._replay(old, forks, paths)
            except KeyError as missing:  # a merge renamed a file: its old path is needed too
                named = {path for path in missing.args if isinstance(path, bytes)}
                more = self._renamed_from(paths | named)
                if more <= paths:
                    raise CannotRebuild from missing
                paths = more
        return {}

    def _changed_since(
        self, old: Graph, head: bytes, forks: Sequence[bytes]
    ) -> dict[bytes, set[bytes]]:
        """Return, per fork, the paths that differ somewhere on the way from there to `head`.

        The way goes back along first parents to the main line, and along it to `head`.
        """
        at = {sha: index for index, sha in enumerate(old.shas)}
        line = _first_parents(old, at[head])
        place = {index: number for number, index in enumerate(line)}
        side: dict[bytes, list[int]] = {}
        base: dict[bytes, int] = {}
        for fork in forks:
            back = _first_parents(old, at[fork])
            met = next((number for number, index in enumerate(back) if index in place), len(back))
            side[fork] = back[:met]
            base[fork] = place[back[met]] if met < len(back) else len(line)
        steps = [*line[: max(base.values())], *(index for way in side.values() for index in way)]
        told = zip(steps, self.differences.lists(_against_first(old, steps)), strict=True)
        paths = {index: {row.path for row in diff.rows} for index, diff in told}
        return {
            fork: set().union(*(paths[index] for index in (*line[: base[fork]], *side[fork])))
            for fork in forks
        }

    def _ancestors(self, commits: Sequence[bytes]) -> Graph:
        names = [sha.decode() for sha in commits]
        listed = self.differences.git.run(
            "rev-list", "--topo-order", "--reverse", "--parents", *names
        )
        return build_graph([line.split() for line in listed.splitlines()])

    def _touched(self, graph: Graph) -> set[bytes]:
        """Return the paths by which the new commits differ from any of their parents."""
        lines = [
            b" ".join([sha, *([graph.sha(parent)] if parent is not None else [])])
            for sha, parents in zip(graph.shas, graph.parents, strict=True)
            for parent in parents or (None,)
        ]
        return {row.path for diff in self.differences.lists(lines) for row in diff.rows}

    def _renamed_from(self, paths: set[bytes]) -> set[bytes]:
        """Add the paths that files at `paths` had before."""
        if not all(map(is_utf8, paths)):
            raise CannotRebuild
        rows = self.tables("commit_file", ["path", "old_path"])
        rows = (
            rows.filter(pc.is_valid(rows["old_path"])).group_by(["path", "old_path"]).aggregate([])
        )
        origins: dict[bytes, set[bytes]] = {}
        for path, old in zip(rows["path"].to_pylist(), rows["old_path"].to_pylist(), strict=True):
            origins.setdefault(path.encode(), set()).add(old.encode())
        found, waiting = set(paths), list(paths)
        while waiting:
            for old in origins.get(waiting.pop(), set()) - found:
                found.add(old)
                waiting.append(old)
        return found

    def _replay(self, old: Graph, forks: Sequence[bytes], paths: set[bytes]) -> dict[bytes, Files]:
        at = {sha: index for index, sha in enumerate(old.shas)}
        for sha in forks:
            old.children[at[sha]] += 1  # its files are kept to the end
        landed = _LandedRows(self.tables, paths)
        named = (
            [f":(literal){path.decode()}" for path in sorted(paths)] if len(paths) < _FEW else []
        )
        whole = self.differences
        with Differences(whole.git, whole.settings, whole.head, named) as narrow:
            replay = Replay(old, {}, _Landed(landed.first_ids()), narrow)
            lines = _against_first(old, range(len(old.shas)))
            for index, diff in enumerate(narrow.lists(lines, named)):
                rows = [row for row in diff.rows if row.path in paths]
                if len(old.parents[index]) > 1:
                    replay.merge(index, rows)
                else:
                    replay.commit(index, landed.diff(diff.sha, rows))
        return {sha: replay.files(at[sha]) for sha in forks}


def _first_parents(graph: Graph, index: int) -> list[int]:
    """Return a commit and its first parents, back to a root."""
    line = [index]
    while graph.parents[line[-1]]:
        line.append(graph.parents[line[-1]][0])
    return line


def _against_first(graph: Graph, commits: Iterable[int]) -> list[bytes]:
    return [
        b" ".join([graph.shas[index], *(graph.sha(parent) for parent in graph.parents[index][:1])])
        for index in commits
    ]


class _LandedRows:
    """What was landed about some paths, by commit and path."""

    def __init__(self, tables: ReadTable, paths: Iterable[bytes]) -> None:
        self._tables = tables
        self._paths = pa.array([path.decode() for path in paths], pa.string())
        self._hunks: Hunks = {}
        self._binary: set[tuple[bytes, bytes]] = set()
        self._renames: dict[tuple[bytes, bytes], bytes] = {}
        self._read_hunks()
        self._read_files()

    def first_ids(self) -> dict[tuple[bytes, bytes], int]:
        """Return the number of the first line born in each commit and path."""
        spans = self._rows("line_span", "line_id")
        first: dict[tuple[bytes, bytes], int] = {}
        for commit, path, line in _items(spans, "line_id"):
            key = _key(commit, path)
            first[key] = min(line, first.get(key, line))
        return first

    def diff(self, sha: bytes, rows: list[Row]) -> CommitDiff:
        """Return a commit's difference, its hunks from the landed rows."""
        diff = CommitDiff(sha)
        gone = {row.path: row for row in rows if row.status == b"D"}
        renamed = {old for row in rows if (old := self._renames.get((sha, row.path)))}
        for row in rows:
            key = sha, row.path
            patch = Patch(self._hunks.get(key, []), b"", b"", key in self._binary)
            if row.status == b"D" and row.path in renamed:
                continue
            old = self._renames.get(key)
            diff.rows.append(_renamed(row, gone[old]) if old else row)
            diff.patches.append(patch)
            if row.status == b"T" and row.old_mode != ABSENT:
                split_type_change(diff, len(diff.rows) - 1)
                diff.patches[-1:] = _halves(patch)
        return diff

    def _read_hunks(self) -> None:
        columns = ("old_start", "old_lines", "new_start", "new_lines")
        rows = self._rows("hunk", *columns)
        rows = rows.sort_by([("old_start", "ascending"), ("new_start", "ascending")])
        for commit, path, *numbers in _items(rows, *columns):
            self._hunks.setdefault(_key(commit, path), []).extend(numbers)

    def _read_files(self) -> None:
        columns = ("old_path", "is_binary")
        for commit, path, old_path, is_binary in _items(
            self._rows("commit_file", *columns), *columns
        ):
            if is_binary is None:
                raise CannotRebuild  # the file could not be read then
            if is_binary:
                self._binary.add(_key(commit, path))
            if old_path is not None:
                self._renames[_key(commit, path)] = old_path.encode()

    def _rows(self, table: str, *columns: str) -> pa.Table:
        rows = self._tables(table, ["commit_id", "path", *columns])
        return rows.filter(pc.is_in(rows["path"].cast(pa.string()), self._paths))


def _items(rows: pa.Table, *columns: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(rows[name].to_pylist() for name in ("commit_id", "path", *columns)), strict=True)


def _key(commit_id: str, path: str) -> tuple[bytes, bytes]:
    return commit_id.rpartition(":")[2].encode(), path.encode()


def _renamed(come: Row, gone: Row) -> Row:
    return come._replace(
        old_mode=gone.old_mode, old_blob=gone.old_blob, old_path=gone.path, status=b"R"
    )


def _halves(patch: Patch) -> list[Patch]:
    """Share a change of type's hunks between the file that went and the one that came."""
    quads = [patch.hunks[at : at + 4] for at in range(0, len(patch.hunks), 4)]
    gone = [number for quad in quads if not quad[3] for number in quad]
    come = [number for quad in quads if quad[3] for number in quad]
    return [patch._replace(hunks=gone), patch._replace(hunks=come)]
