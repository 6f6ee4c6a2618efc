"""Every line that ever lived, carried forward from commit to commit.

A line gets a number when it is born and keeps it. A file's lines are the little-endian
int32 numbers of its lines, as bytes, so that an edit is a few slices joined; no line is
touched by Python on its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from trueup.collect.sources.git.diffs.combined import BORN, Ids, merge_lines
from trueup.collect.sources.git.diffs.paths import text
from trueup.collect.sources.git.diffs.stream import (
    ABSENT,
    GITLINK,
    UNREADABLE,
    CommitDiff,
    MergeRow,
    Patch,
    Row,
)
from trueup.collect.sources.git.lines.graph import Graph
from trueup.errors import SourceIncomplete

WIDTH = 4
"""Bytes of one line's number."""

_AHEAD = 1 << 18
_LARGEST = 2**31 - 1


class Entry(NamedTuple):
    """A file as a commit left it; `ids` is None where its lines are not followed."""

    blob: bytes
    ids: bytes | None


Files = dict[bytes, Entry]


class Ask(Protocol):
    """What the replay may have to look up."""

    def text(self, blob: bytes) -> bytes | None:
        """Return a blob's content if it is text that can be followed, else None."""
        ...

    def merge(self, sha: bytes, *, renames: bool) -> CommitDiff | None:
        """Return a merge's difference from all its parents, None where objects are missing."""
        ...


class Numbers:
    """Gives out consecutive line numbers."""

    def __init__(self, first: int) -> None:
        self.next = first
        self.base = first
        self.ahead = b""

    def begin(self, sha: bytes, path: bytes) -> None:
        """Hear for which commit and file the next numbers are."""

    def take(self, count: int) -> int:
        """Reserve `count` numbers; return where their bytes begin in `ahead`."""
        at = self.next - self.base
        if (at + count) * WIDTH > len(self.ahead):
            end = self.next + max(count, _AHEAD)
            if end > _LARGEST:
                raise SourceIncomplete(f"More than {_LARGEST} lines ever lived here.")
            self.base, at = self.next, 0
            self.ahead = np.arange(self.base, end, dtype="<i4").tobytes()
        self.next += count
        return at * WIDTH


@dataclass(slots=True)
class Change:
    """What one commit did to one file.

    `first_id` is the number of the first line born; `born` counts those the hunks do not
    show: a merge's own lines, and lines of a file that was not text before. `dropped` counts
    the lines all parents of a merge had and the merge has not.
    """

    row: Row
    patch: Patch
    first_id: int
    born: list[tuple[int, int]] = field(default_factory=list)  # (first line, lines)
    dropped: int = 0


@dataclass(slots=True)
class Step:
    """What one commit did."""

    index: int
    changes: list[Change]
    killed: list[bytes]
    first_id: int
    end_id: int
    lost: list[bytes] = field(default_factory=list)  # nobody can tell who ended these
    unseen: int = 0  # lines born here that may be older
    was: list[bytes] = field(default_factory=list)  # a main-line merge's files before
    now: list[bytes] = field(default_factory=list)  # and after


class Replay:
    """The files of every commit that still has unread children.

    Parameters
    ----------
    graph
        The commits to come.
    start
        Files of the commits in `graph.outside`, whole or only the paths that will be asked.
    numbers
        Where new line numbers come from.
    ask
        Looks up what the stream of differences does not say.
    """

    def __init__(
        self,
        graph: Graph,
        start: Mapping[bytes, Files],
        numbers: Numbers,
        ask: Ask,
    ) -> None:
        self.graph = graph
        self.numbers = numbers
        self.ask = ask
        self._states: dict[int, Files] = {}
        self._waiting = dict(enumerate(graph.children))
        for number, sha in enumerate(graph.outside):
            self._states[-1 - number] = start[sha]
            self._waiting[-1 - number] = graph.outside_children[number]
        self._main_line = set(graph.main_line)

    def commit(self, index: int, diff: CommitDiff) -> Step:
        """Apply a commit that has at most one parent."""
        parents = self.graph.parents[index]
        before = self._states[parents[0]] if parents else {}
        step = Step(index, [], [], self.numbers.next, 0)
        gone: list[bytes] = []
        come: Files = {}
        for row, patch in self._pairs(diff):
            self._check(diff.sha, row, before)
            self.numbers.begin(diff.sha, row.path)
            change = Change(row, patch, self.numbers.next)
            step.changes.append(change)
            if row.status == b"D":
                gone.append(row.path)
            elif row.status == b"R":
                gone.append(row.old_path)
            entry = self._edit(diff.sha, change, before, step)
            if row.status != b"D":
                come[row.path] = entry
        self._keep(index, parents, gone, come)
        step.end_id = self.numbers.next
        return step

    def merge(self, index: int, against_first: Sequence[Row]) -> Step:
        """Apply a merge: `against_first` lists what differs from its first parent."""
        parents = self.graph.parents[index]
        states = [self._states[parent] for parent in parents]
        step = Step(index, [], [], self.numbers.next, 0)
        gone: list[bytes] = []
        come: Files = {}
        open_rows: list[Row] = []
        for row in against_first:
            if row.status == b"D":
                gone.append(row.path)
                self._removed(row, states, step)
                continue
            same = _same_entry(row, states)
            if same is None:
                open_rows.append(row)
            else:
                come[row.path] = same
        if open_rows:
            renames = self._may_rename(open_rows, against_first, states)
            shown = self.ask.merge(self.graph.shas[index], renames=renames)
            come |= self._combined(open_rows, shown, states, step)
        self._settle(step, states[0], gone, come)
        self._keep(index, parents, gone, come)
        step.end_id = self.numbers.next
        return step

    def files(self, index: int) -> Files:
        """Return a commit's files, while they are kept."""
        return self._states[index]

    def _pairs(self, diff: CommitDiff) -> Iterator[tuple[Row, Patch]]:
        if len(diff.rows) != len(diff.patches):
            raise _unlike(diff.sha, b"", "git lists other files than it shows")
        return zip(diff.rows, diff.patches, strict=True)

    def _check(self, sha: bytes, row: Row, before: Files) -> None:
        if row.old_mode == ABSENT:
            return
        entry = before.get(row.old_path)
        if entry is None or entry.blob != row.old_blob:
            raise _unlike(sha, row.old_path, "the file before is not the one replayed")

    def _edit(self, sha: bytes, change: Change, before: Files, step: Step) -> Entry:
        row, patch = change.row, change.patch
        fresh = row.old_mode == ABSENT
        old = b"" if fresh else before[row.old_path].ids
        if row.mode == GITLINK or patch.is_binary:
            return self._not_as_text(change, old, step)
        if row.old_mode == GITLINK and row.status != b"D":
            raise _unlike(sha, row.path, "a submodule turned into a file without a type change")
        if old is None:
            if patch.hunks and row.status != b"D":
                raise _unlike(sha, row.path, "a file that is not followed changed as text")
            change.patch = patch._replace(is_binary=row.old_mode != GITLINK)
            return Entry(row.blob, None)
        if not patch.hunks:
            return Entry(row.blob, old)
        ids = self._apply(patch.hunks, old, step.killed)
        if ids is None:
            raise _unlike(sha, row.path, "a hunk does not fit the file")
        return Entry(row.blob, ids)

    def _not_as_text(self, change: Change, old: bytes | None, step: Step) -> Entry:
        """Take over a file whose change git does not show line by line."""
        row, patch = change.row, change.patch
        if row.status == b"D" or not patch.is_unreadable:
            step.killed.append(old or b"")
        else:
            step.lost.append(old or b"")
        turned = old is None and row.status in b"MR"
        if row.mode == GITLINK or row.status == b"D" or not (turned or patch.is_unreadable):
            return Entry(row.blob, None)
        ids = self._reborn(change)
        if patch.is_unreadable:
            step.unseen += len(ids or b"") // WIDTH
        return Entry(row.blob, ids)

    def _apply(self, hunks: list[int], old: bytes, killed: list[bytes]) -> bytes | None:
        """Edit a file's lines by its hunks; None when they do not fit."""
        born = sum(hunks[3::4])
        fresh = self.numbers.take(born)
        ahead = self.numbers.ahead
        at = gone = 0
        pieces = []
        quads = iter(hunks)
        for start, lines, _, new in zip(quads, quads, quads, quads, strict=True):
            if lines:
                begin = WIDTH * start - WIDTH
                end = begin + WIDTH * lines
                killed.append(old[begin:end])
                gone += lines
            else:
                begin = end = WIDTH * start
            pieces.append(old[at:begin])
            if new:
                pieces.append(ahead[fresh : fresh + WIDTH * new])
                fresh += WIDTH * new
            at = end
        pieces.append(old[at:])
        ids = b"".join(pieces)
        return ids if len(ids) == len(old) + WIDTH * (born - gone) else None

    def _reborn(self, change: Change) -> bytes | None:
        """Number the lines of a file git calls binary only because it was before."""
        content = self.ask.text(change.row.blob)
        if content is None:
            return None
        lines = content.count(b"\n") + (not content.endswith(b"\n") and content != b"")
        change.born.append((1, lines))
        return self._born(lines)

    def _born(self, lines: int) -> bytes:
        at = self.numbers.take(lines)
        return self.numbers.ahead[at : at + WIDTH * lines]

    def _combined(
        self,
        rows: Sequence[Row],
        shown: CommitDiff | None,
        states: Sequence[Files],
        step: Step,
    ) -> Files:
        """Work out the files of a merge that equal no parent's."""
        if shown is None:
            return {row.path: self._unseen_merge(row, states, step) for row in rows}
        found = {row.path: row for row in shown.merge_rows}
        come: Files = {}
        for row in rows:
            if row.path not in found:
                raise _unlike(shown.sha, row.path, "a file equals no parent and is not shown")
            come[row.path] = self._merged(found[row.path], shown, states, step)
        return come

    def _unseen_merge(self, row: Row, states: Sequence[Files], step: Step) -> Entry:
        """Take over a merged file that git cannot compare with its parents."""
        change = Change(row, UNREADABLE, self.numbers.next)
        step.changes.append(change)
        self.numbers.begin(self.graph.shas[step.index], row.path)
        step.lost += [state[row.path].ids or b"" for state in states if row.path in state]
        ids = self._reborn(change)
        step.unseen += len(ids or b"") // WIDTH
        return Entry(row.blob, ids)

    def _merged(
        self, row: MergeRow, shown: CommitDiff, states: Sequence[Files], step: Step
    ) -> Entry:
        sides = [
            None if mode == ABSENT else state[path]
            for mode, path, state in zip(row.old_modes, row.old_paths, states, strict=True)
        ]
        for side in sides:
            if side is not None and side.blob == row.blob:
                return side
        return self._combine(row, shown, sides, step)

    def _combine(
        self, row: MergeRow, diff: CommitDiff, sides: Sequence[Entry | None], step: Step
    ) -> Entry:
        patch = diff.merge_patches.get(row.path)
        self.numbers.begin(diff.sha, row.path)
        change = Change(_as_row(row), Patch([], b"", b"", is_binary=False), self.numbers.next)
        followed = [side.ids for side in sides if side is not None]
        if patch is None or b"\n@@@" not in patch or None in followed:
            change.patch = change.patch._replace(is_binary=True)
            step.changes.append(change)
            return Entry(row.blob, self._reborn(change))
        parents = [None if side is None else _ids(side.ids or b"") for side in sides]
        merged = merge_lines(patch, parents)
        if merged is None:
            raise _unlike(diff.sha, row.path, "a merged hunk does not fit the parents")
        ids = merged.ids
        own = np.flatnonzero(ids == BORN)
        if own.size:
            at = self.numbers.take(own.size)
            ids[own] = np.frombuffer(self.numbers.ahead, "<i4", own.size, at)
            change.born = _runs(own)
        change.dropped = merged.dropped.size // len(sides)
        if change.born or change.dropped:
            step.changes.append(change)
        step.killed.append(merged.dropped.astype("<i4", copy=False).tobytes())
        return Entry(row.blob, ids.astype("<i4", copy=False).tobytes())

    def _may_rename(
        self, rows: Sequence[Row], against_first: Sequence[Row], states: Sequence[Files]
    ) -> bool:
        """Tell whether a merged file may stand under another path in a parent."""
        lacking = [state for state in states if any(row.path not in state for row in rows)]
        if not lacking:
            return False
        gone = {row.path for row in against_first if row.status == b"D"}
        come = {row.path for row in against_first if row.status == b"A"}
        result = (states[0].keys() - gone) | come
        return any(state.keys() - result for state in lacking)

    def _removed(self, row: Row, states: Sequence[Files], step: Step) -> None:
        """A merge that removes a file every parent has ends the file's lines."""
        if all(row.path in state for state in states):
            lines = [state[row.path].ids or b"" for state in states]
            patch = Patch([], b"", b"", is_binary=states[0][row.path].ids is None)
            change = Change(row, patch, self.numbers.next, dropped=len(lines[0]) // WIDTH)
            step.changes.append(change)
            step.killed += lines

    def _settle(self, step: Step, first: Files, gone: list[bytes], come: Files) -> None:
        """Say what a merge ended: lines that live on under another path did not end."""
        step.now = [entry.ids for entry in come.values() if entry.ids]
        if step.index in self._main_line:
            paths = [*gone, *come]
            step.was = [first[path].ids or b"" for path in paths if path in first]
        if any(step.killed):
            ended = np.setdiff1d(_ids(b"".join(step.killed)), _ids(b"".join(step.now)))
            step.killed = [ended.astype("<i4", copy=False).tobytes()]

    def _keep(self, index: int, parents: Sequence[int], gone: Sequence[bytes], come: Files) -> None:
        """Make this commit's files out of its first parent's, in place for a last child."""
        files: Files = {}
        for number, parent in enumerate(parents):
            self._waiting[parent] -= 1
            last = self._waiting[parent] == 0
            state = self._states.pop(parent) if last else self._states[parent]
            if number == 0:
                files = state if last else dict(state)
        for path in gone:
            files.pop(path, None)
        files.update(come)
        if self._waiting[index] or index == len(self.graph.shas) - 1:
            self._states[index] = files


def _same_entry(row: Row, states: Sequence[Files]) -> Entry | None:
    """Return the file as the first parent has it whose content the merge kept."""
    for state in states:
        entry = state.get(row.path)
        if entry is not None and entry.blob == row.blob:
            return entry
    return Entry(row.blob, None) if row.mode == GITLINK else None


def _ids(ids: bytes) -> Ids:
    return np.frombuffer(ids, "<i4")


def _runs(positions: npt.NDArray[np.intp]) -> list[tuple[int, int]]:
    """Return (first line, lines) of every run of neighbouring 0-based positions."""
    cuts = np.flatnonzero(np.diff(positions) != 1) + 1
    return [(int(run[0]) + 1, int(run.size)) for run in np.split(positions, cuts)]


def _as_row(row: MergeRow) -> Row:
    """Return a merge's file as one row; what it was is told by the first parent."""
    new = set(row.statuses) == {ord("A")}
    return Row(
        row.old_modes[0], row.mode, row.old_blobs[0], row.blob, b"A" if new else b"M",
        row.path, row.path,
    )  # fmt: skip


def _unlike(sha: bytes, path: bytes, fact: str) -> SourceIncomplete:
    where = f" at {text(path)}" if path else ""
    return SourceIncomplete(
        f"Commit {sha.decode()}{where}: {fact}.",
        hint="Run `git fsck` in that repository; if it is sound, report this as a defect.",
    )
