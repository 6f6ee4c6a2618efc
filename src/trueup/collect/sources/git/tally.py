"""What a history reading saw and what it could not see, counted for the coverage table."""

from __future__ import annotations

from dataclasses import dataclass, field

from trueup.collect.sources.git.deaths import Lines
from trueup.collect.sources.git.replay import Step
from trueup.collect.sources.git.stream import GITLINK


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
    unreadable_blobs, commits_without_lines
        Objects the repository lacks, and commits of which only the file list was readable.
    lines_born, lines_killed
        Lines that came and lines that ended in this reading.
    lines_dropped
        Those of `lines_killed` that no commit removed on its own: a merge left them out, and
        the merge that landed that is named.
    lines_born_unseen
        Lines whose true origin lies behind the edge of a shallow clone or a missing object.
    lines_lost
        Lines whose end could not be seen because an object is missing.
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
    commits_without_lines: int
    lines_born: int
    lines_killed: int
    lines_dropped: int
    lines_born_unseen: int
    lines_lost: int
    lines_alive: int
    next_line_id: int


@dataclass(slots=True)
class Tally:
    """The counts while they grow."""

    commits: int = 0
    merges: int = 0
    file_changes: int = 0
    binary_changes: int = 0
    binary_blobs: set[bytes] = field(default_factory=set)
    submodules: set[bytes] = field(default_factory=set)
    non_utf8: set[bytes] = field(default_factory=set)
    unreadable: int = 0
    without_lines: int = 0
    born_unseen: int = 0
    lost: int = 0
    alive: int = 0
    fates: Lines = field(default_factory=lambda: Lines(0, 0))

    def add(self, step: Step, *, is_merge: bool) -> None:
        """Count one commit."""
        self.commits += 1
        self.merges += is_merge
        self.file_changes += len(step.changes)
        for change in step.changes:
            row, patch = change.row, change.patch
            if patch.is_binary:
                self.binary_changes += 1
                self.binary_blobs.add(row.blob)
            elif row.mode == GITLINK:
                self.submodules.add(row.path)

    def summary(self, *, next_line_id: int, born: int, big_files: int) -> HistorySummary:
        """Freeze the counts."""
        return HistorySummary(
            commits=self.commits,
            merges=self.merges,
            file_changes=self.file_changes,
            binary_changes=self.binary_changes,
            big_files=big_files,
            submodules=len(self.submodules),
            non_utf8_paths=len(self.non_utf8),
            unreadable_blobs=self.unreadable,
            commits_without_lines=self.without_lines,
            lines_born=born,
            lines_killed=self.fates.died,
            lines_dropped=self.fates.dropped,
            lines_born_unseen=self.born_unseen,
            lines_lost=self.lost,
            lines_alive=self.alive,
            next_line_id=next_line_id,
        )
