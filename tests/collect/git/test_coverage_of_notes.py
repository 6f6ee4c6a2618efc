"""What coverage says of git-ai notes, on eight notes of eighty lines counted by hand.

::

    on a landed commit   1 note   10 lines
    carried by content   1 note   30 lines
    lost                 6 notes  40 lines   (4 of changes not landed, 2 on missing commits)

Lost: 6 of 8 notes, 40 of 80 lines; before carrying 7 of 8 notes, 70 of 80 lines.
"""

from __future__ import annotations

from typing import Any

from trueup.collect.sources.git.coverage import Coverage, cover_notes
from trueup.collect.sources.git.notes.summary import NotesSummary

EIGHT = NotesSummary(
    notes=8,
    on_head=1,
    by_content=1,
    lost=6,
    lost_unlanded=4,
    on_missing_commits=2,
    lines=80,
    lines_on_head=10,
    lines_by_content=30,
    lines_lost=40,
)


def covered(summary: NotesSummary) -> dict[str, dict[str, Any]]:
    """Return the rows coverage has of these notes, by subject."""
    coverage = Coverage("r")
    cover_notes(coverage, summary)
    return {row["subject"]: row for row in coverage.table().to_pylist()}


def test_the_loss_rate_of_notes_and_of_their_lines_is_printed_before_and_after_carrying() -> None:
    rows = covered(EIGHT)
    notes, lines = rows["git-ai notes"], rows["lines in git-ai notes"]
    assert (notes["seen"], notes["expected"], notes["skipped"]) == (2, 8, 6)
    assert notes["reason"] == (
        "75% lost; 88% before notes were carried to the landed commits. "
        "4 are on changes that have not landed, 2 are on commits that are not in the clone."
    )
    assert (lines["seen"], lines["expected"], lines["skipped"]) == (40, 80, 40)
    assert lines["reason"] == "50% lost; 88% before notes were carried to the landed commits."


def test_a_clone_without_notes_has_no_row_of_them() -> None:
    assert covered(NotesSummary()) == {}


def test_notes_that_all_landed_have_no_reason() -> None:
    rows = covered(NotesSummary(notes=1, on_head=1, lines=5, lines_on_head=5))
    assert {row["reason"] for row in rows.values()} == {""}
