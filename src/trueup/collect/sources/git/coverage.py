"""What was looked for in a repository, what was seen, and what would show the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from trueup.collect.sources.git.clone.refs import Refs
from trueup.collect.sources.git.clone.situation import Situation
from trueup.collect.sources.git.interfaces.comparing import Compared
from trueup.collect.sources.git.lines.tally import HistorySummary
from trueup.collect.sources.git.notes.summary import NotesSummary
from trueup.collect.sources.git.stage_zero import StageZero
from trueup.model.tables import COVERAGE

_ADDED_UP = (
    *("file changes", "commits read in part", "lines dropped in merges"),
    *("lines older than the clone", "lines lost to missing objects", "unreadable objects"),
)
"""Subjects counted per collection, to which earlier collections' counts are added."""
_LARGEST = ("submodules", "files too big to follow", "paths in another encoding")
"""Subjects counted per collection that may repeat: the larger count stands."""
_MESSAGES = ("names in another encoding", "messages in another encoding")


@dataclass(slots=True)
class Coverage:
    """Rows of coverage while they are gathered."""

    repository_id: str
    _rows: dict[str, dict[str, object]] = field(default_factory=dict)

    def add(
        self,
        subject: str,
        seen: int,
        *,
        expected: int | None = None,
        skipped: int = 0,
        reason: str = "",
        remedy: str = "",
    ) -> None:
        """Add one subject."""
        self._rows[subject] = {
            "repository_id": self.repository_id,
            "subject": subject,
            "expected": expected,
            "seen": seen,
            "skipped": skipped,
            "reason": reason,
            "remedy": remedy,
        }

    def odd(self, subject: str, seen: int, reason: str, remedy: str = "") -> None:
        """Add something that is only worth a line where it occurs."""
        if seen:
            self.add(subject, seen, reason=reason, remedy=remedy)

    def with_earlier(self, rows: pa.Table, *, messages_too: bool) -> None:
        """Add what earlier collections counted and this one did not read again."""
        added_up = (*_ADDED_UP, *(_MESSAGES if messages_too else ()))
        for row in rows.to_pylist():
            subject = row["subject"]
            if subject not in (*added_up, *_LARGEST):
                continue
            now = self._rows.setdefault(subject, row | dict.fromkeys(("seen", "skipped"), 0))
            for column in ("expected", "seen", "skipped"):
                self._rows[subject][column] = _together(
                    row[column], now[column], largest=subject in _LARGEST
                )

    def table(self) -> pa.Table:
        """Return the rows."""
        return pa.Table.from_pylist(list(self._rows.values()), schema=COVERAGE.schema)


def cover_nothing(coverage: Coverage) -> None:
    """Say that a repository has no commit."""
    coverage.add(
        "commits",
        0,
        expected=0,
        reason="The repository is empty, or its HEAD names a branch without commits.",
        remedy="Commit something, or check out a branch that has commits.",
    )


def cover_interfaces(coverage: Coverage, done: Compared) -> None:
    """Count the releases of Python packages, and those that could not be compared."""
    skipped = done.skipped.total()
    coverage.add(
        "releases compared",
        done.pairs - skipped,
        expected=done.pairs,
        skipped=skipped,
        reason="; ".join(f"{why}: {count}" for why, count in sorted(done.skipped.items())),
        remedy="What time ran out for is compared when there is a new commit." if skipped else "",
    )


def cover_neighbours(
    coverage: Coverage, copies: Sequence[str], skipped: Sequence[tuple[str, str]]
) -> None:
    """Name folders that were not read: copies of this repository, and unreadable ones."""
    if copies:
        coverage.add(
            "copies of this repository",
            1,
            expected=1 + len(copies),
            skipped=len(copies),
            reason=f"The same history lies in {', '.join(copies)}: read once.",
        )
    if skipped:
        coverage.add(
            "folders beside it",
            0,
            expected=len(skipped),
            skipped=len(skipped),
            reason="; ".join(f"{folder.rpartition('/')[2]}: {why}" for folder, why in skipped),
            remedy="Make them readable, or leave them out.",
        )


def cover_clone(coverage: Coverage, situation: Situation, refs: Refs) -> None:
    """Say what kind of clone it is, where that hides something."""
    if situation.is_shallow:
        coverage.add(
            "history before the clone's edge",
            0,
            reason="The clone is shallow: older commits are not in it.",
            remedy="git fetch --unshallow",
        )
    if situation.is_partial:
        coverage.add(
            "objects left out of the clone",
            0,
            reason="The clone is partial; trueup does not fetch what is missing.",
            remedy="Clone again without --filter.",
        )
    if situation.is_grafted:
        coverage.odd("grafted parents", 1, "An info/grafts file changes parents; git obeys it.")
    coverage.odd(
        "replaced objects", situation.replaced, "Replacements are ignored: originals are read."
    )
    if refs.head_is_unborn:
        coverage.odd("HEAD", 1, f"HEAD names no commit; branch {refs.branch} was read instead.")
    elif refs.branch and situation.default_branch not in (None, refs.branch):
        coverage.odd(
            "HEAD",
            1,
            f"Branch {refs.branch} was read; the remote's default is {situation.default_branch}.",
            f"git checkout {situation.default_branch}",
        )


def cover_stage_zero(coverage: Coverage, refs: Refs, zero: StageZero, address: str | None) -> None:
    """Count commits, clocks, releases and what could not be dated."""
    commits, counts = zero.commits, zero.read.counts
    known = len(commits)
    seen, expected = (commits.read_now, zero.read.expected) if zero.read.whole else (known, known)
    coverage.add("commits", seen, expected=expected, skipped=max(0, expected - seen))
    unsound = commits.sound.count(False)
    if unsound:
        coverage.add(
            "commit dates",
            len(commits) - unsound,
            expected=len(commits),
            skipped=unsound,
            reason="Dated before 1990 or more than two days in the future: left out of times.",
        )
    coverage.odd(
        "messages in another encoding", counts.odd_messages, "Not UTF-8: odd letters replaced."
    )
    coverage.odd(
        "names in another encoding",
        len(zero.read.accounts.undecodable),
        "Not UTF-8: odd letters replaced.",
    )
    _cover_heads(coverage, refs, zero, address)
    _cover_changes(coverage, zero, address)
    _cover_releases(coverage, refs, zero)
    coverage.odd(
        "AI marks lost in squash merges",
        zero.carried_marks,
        "The landed commit lacks them; they were found on the commits it joined.",
    )


def cover_lines(coverage: Coverage, summary: HistorySummary) -> None:
    """Count files and lines that could not be followed."""
    coverage.add(
        "file changes",
        summary.file_changes - summary.binary_changes,
        expected=summary.file_changes,
        skipped=summary.binary_changes,
        reason="Binary, or larger than git.big_file_bytes: counted, lines not followed."
        if summary.binary_changes
        else "",
    )
    coverage.odd(
        "files too big to follow",
        summary.big_files,
        "Larger than git.big_file_bytes.",
        "Raise git.big_file_bytes in trueup.toml.",
    )
    coverage.odd(
        "submodules",
        summary.submodules,
        "Only which commit they point to is read.",
        "Collect their own repositories too.",
    )
    coverage.odd("paths in another encoding", summary.non_utf8_paths, "Not UTF-8: shown escaped.")
    missing = "git fetch --refetch, or clone again without --filter"
    coverage.odd(
        "unreadable objects", summary.unreadable_blobs, "File contents are missing.", missing
    )
    coverage.odd(
        "commits read in part",
        summary.commits_partly_read,
        "Contents of some of their files are missing: those lines are not counted.",
        missing,
    )
    _cover_lost_lines(coverage, summary)


def cover_no_lines(coverage: Coverage, commits: int) -> None:
    """Say that what commits changed could not be read at all."""
    coverage.add(
        "what commits changed",
        0,
        expected=commits,
        skipped=commits,
        reason="The clone lacks the contents of files: no lines, sizes or patches are known.",
        remedy="Clone again without --filter.",
    )


def cover_notes(coverage: Coverage, notes: NotesSummary) -> None:
    """Count git-ai notes, and those that reach no landed commit."""
    if not notes.notes:
        return
    with_lines = notes.on_head + notes.by_patch + notes.by_content + notes.lost
    coverage.add(
        "git-ai notes",
        with_lines - notes.lost,
        expected=notes.notes - notes.without_lines,
        skipped=notes.lost + notes.malformed,
        reason=_notes_reason(notes),
        remedy="Fetch the heads of changes as well as refs/notes/ai."
        if notes.on_missing_commits
        else "",
    )
    if notes.lines:
        coverage.add(
            "lines in git-ai notes",
            notes.lines - notes.lines_lost,
            expected=notes.lines,
            skipped=notes.lines_lost,
            reason=_lost(notes.line_loss_ratio, notes.line_loss_ratio_before_carrying),
        )


def _lost(after: float | None, before: float | None) -> str:
    """Say the loss rate of notes, and what it would be had none been carried to a landing."""
    if not after or before is None:
        return ""
    return f"{after:.0%} lost; {before:.0%} before notes were carried to the landed commits."


def _notes_reason(notes: NotesSummary) -> str:
    parts = (
        (notes.lost_unlanded, "are on changes that have not landed"),
        (notes.on_missing_commits, "are on commits that are not in the clone"),
        (
            notes.lost - notes.lost_unlanded - notes.on_missing_commits,
            "are on commits that landed in no recognisable form",
        ),
        (notes.malformed, "could not be understood"),
    )
    said = ", ".join(f"{count} {what}" for count, what in parts if count)
    rate = _lost(notes.loss_ratio, notes.loss_ratio_before_carrying)
    sentences = (rate.removesuffix("."), said, notes.unreadable.removesuffix("."))
    return " ".join(f"{sentence}." for sentence in sentences if sentence)


def _cover_heads(coverage: Coverage, refs: Refs, zero: StageZero, address: str | None) -> None:
    numbered = any(landing.number is not None for landing in zero.landings)
    heads = len(refs.change_heads)
    if heads or refs.unreadable:
        coverage.add(
            "branches of changes",
            heads,
            expected=heads + refs.unreadable,
            skipped=refs.unreadable,
            reason="Their commits are not in the clone." if refs.unreadable else "",
            remedy="Fetch them again." if refs.unreadable else "",
        )
    elif numbered:
        coverage.add(
            "branches of changes",
            0,
            reason="The clone holds none: what a squash merge joined cannot be seen.",
            remedy=_fetch_heads(address),
        )


def _cover_changes(coverage: Coverage, zero: StageZero, address: str | None) -> None:
    tally = zero.tally
    squashed = tally.landed["squash"]
    lacking = squashed - tally.squashed_with_branch
    if squashed:
        coverage.add(
            "first commits of squashed changes",
            tally.squashed_with_branch,
            expected=squashed,
            skipped=lacking,
            reason="A squash merge shows only when it landed." if lacking else "",
            remedy=f"{_fetch_heads(address)}, or connect the forge" if lacking else "",
        )
    coverage.odd(
        "changes begun after they landed",
        tally.begun_after_landing,
        "A clock was wrong: when they began is left out.",
    )


def _cover_releases(coverage: Coverage, refs: Refs, zero: StageZero) -> None:
    releases = zero.releases
    full = sum(not release.is_prerelease for release in releases.found)
    undated = sum(release.released_at is None for release in releases.found)
    tags = len(refs.tags) + refs.other_tags
    coverage.add(
        "releases",
        full,
        reason="" if full else "No tag looks like a release: what was released is not known.",
        remedy="" if full else "git fetch --tags, or set git.release_tags in trueup.toml",
    )
    other = releases.other_tags + refs.other_tags
    if other:
        coverage.add(
            "tags",
            tags - other,
            expected=tags,
            skipped=other,
            reason="They do not look like versions, or name no commit.",
            remedy="Set git.release_tags in trueup.toml if they are releases.",
        )
    coverage.odd("pre-releases", len(releases.found) - full, "Not counted as released.")
    coverage.odd("releases with a wrong clock", undated, "Their date cannot be believed.")
    if zero.tally.swallowed:
        coverage.add(
            "changes older than the releases",
            0,
            expected=zero.tally.swallowed,
            skipped=zero.tally.swallowed,
            reason="Landed long before the first release known: when they were released is not.",
        )


def _cover_lost_lines(coverage: Coverage, summary: HistorySummary) -> None:
    coverage.odd(
        "lines dropped in merges",
        summary.lines_dropped,
        "Removed while merging: their end is booked to the merge.",
    )
    coverage.odd(
        "lines older than the clone",
        summary.lines_born_unseen,
        "Who wrote them is not in the clone.",
        "git fetch --unshallow",
    )
    coverage.odd(
        "lines lost to missing objects", summary.lines_lost, "How they ended cannot be seen."
    )


def _fetch_heads(address: str | None) -> str:
    if address is not None and "gitlab" in address:
        return "git fetch origin '+refs/merge-requests/*/head:refs/merge-requests/*/head'"
    return "git fetch origin '+refs/pull/*/head:refs/pull/*/head'"


def _together(earlier: object, now: object, *, largest: bool) -> int | None:
    if earlier is None or now is None:
        return None
    first, second = int(str(earlier)), int(str(now))
    return max(first, second) if largest else first + second
