"""What a history reading saw and what it could not see, counted for the coverage table."""

from __future__ import annotations

from dataclasses import dataclass, field

from trueup.collect.sources.git.diffs.stream import GITLINK, CommitDiff
from trueup.collect.sources.git.lines.deaths import Lines
from trueup.collect.sources.git.lines.replay import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySummary:
    """Counts of one reading; of what is new when it went on from an earlier one.

    Parameters
    ----------
    commits, merges
        Commits read, and those of them with several parents.
    file_changes, binary_changes
        Files changed by commits, and how often such a file was binary (or too big).
    big_files
        Distinct file contents too big to follow.
    submodules
        Distinct paths that were a submodule.
    non_utf8_paths
        Distinct paths that are not UTF-8.
    unreadable_blobs, commits_partly_read
        File contents the repository lacks, and commits that had one of them before or after.
    lines_born, lines_killed
        Lines that came and lines that ended in this reading.
    lines_dropped, lines_lost
        Of `lines_killed`: those no commit removed on its own, so that the merge that landed a
        file without them is named; and those whose end a missing object hides: no one is named.
    lines_born_unseen
        Of `lines_born`: those that may be older, because the edge of a shallow clone or a
        missing object hides what was before.
    lines_alive
        Lines at the head.
    next_line_id
        The first line number not given out.
    """

    commits: int
    merges: int
    file_changes: int
    binary_changes: int
    big_files: int
    submodules: int
    non_utf8_paths: int
    unreadable_blobs: int
    commits_partly_read: int
    lines_born: int
    lines_killed: int
    lines_dropped: int
    lines_lost: int
    lines_born_unseen: int
    lines_alive: int
    next_line_id: int


@dataclass(slots=True)
class Tally:
    """The counts while they grow."""

    edge: frozenset[bytes] = frozenset()  # commits whose parents a shallow clone left out
    commits: int = 0
    merges: int = 0
    file_changes: int = 0
    binary_changes: int = 0
    binary_blobs: set[bytes] = field(default_factory=set)
    submodules: set[bytes] = field(default_factory=set)
    non_utf8: set[bytes] = field(default_factory=set)
    partly: int = 0
    unseen: int = 0
    alive: int = 0
    ends: Lines = field(default_factory=lambda: Lines(0, 0, 0))

    def add(self, step: Step, diff: CommitDiff, *, is_merge: bool) -> None:
        """Count one commit."""
        self.commits += 1
        self.merges += is_merge
        self.file_changes += len(step.changes)
        born = step.end_id - step.first_id
        self.unseen += born if diff.sha in self.edge else step.unseen
        unreadable = False
        for change in step.changes:
            row, patch = change.row, change.patch
            if patch.is_unreadable:
                unreadable = True
            elif patch.is_binary:
                self.binary_changes += 1
                self.binary_blobs.add(row.blob)
            elif row.mode == GITLINK:
                self.submodules.add(row.path)
        self.partly += unreadable

    def summary(
        self, *, next_line_id: int, born: int, big_files: int, unreadable: int
    ) -> HistorySummary:
        """Freeze the counts."""
        return HistorySummary(
            commits=self.commits,
            merges=self.merges,
            file_changes=self.file_changes,
            binary_changes=self.binary_changes,
            big_files=big_files,
            submodules=len(self.submodules),
            non_utf8_paths=len(self.non_utf8),
            unreadable_blobs=unreadable,
            commits_partly_read=self.partly,
            lines_born=born,
            lines_killed=self.ends.died,
            lines_dropped=self.ends.dropped,
            lines_lost=self.ends.lost,
            lines_born_unseen=self.unseen,
            lines_alive=self.alive,
            next_line_id=next_line_id,
        )
