"""How many notes there are, and what became of them and of their lines."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesSummary:
    """How many notes and noted lines there are, and what became of them.

    Parameters
    ----------
    notes
        Found under refs/notes/ai and refs/ai/authorship.
    malformed, on_missing_commits
        Notes that cannot be read; notes whose commit is not in this clone.
    without_lines
        Notes that book no line to an agent.
    on_head, by_patch, by_content, lost
        Notes with lines: on a commit that landed itself, carried by equal patch, carried
        by lines, found nowhere. Notes on missing commits count as lost.
    lost_unlanded
        Of the lost: notes of changes that, as far as git shows, have not landed at all.
    lines
        Lines booked to agents, on whatever commit.
    lines_on_head, lines_by_patch, lines_by_content, lines_lost
        What became of them.
    lines_not_added
        Of the lost: lines that the noted commit did not add (a merge, or an amended
        commit under an old note), so that their text is not known.
    lines_repeated
        Of those carried: lines already carried from a later noted commit, so not
        counted twice in AI_EDIT.
    unreadable_commits
        Noted commits and possible landings whose contents are not all in this clone.
    unreadable
        What git said when it could not go on, so that nothing was carried; else empty.
    """

    notes: int = 0
    malformed: int = 0
    on_missing_commits: int = 0
    without_lines: int = 0
    on_head: int = 0
    by_patch: int = 0
    by_content: int = 0
    lost: int = 0
    lost_unlanded: int = 0
    lines: int = 0
    lines_on_head: int = 0
    lines_by_patch: int = 0
    lines_by_content: int = 0
    lines_lost: int = 0
    lines_not_added: int = 0
    lines_repeated: int = 0
    unreadable_commits: int = 0
    unreadable: str = ""

    @property
    def loss_ratio(self) -> float | None:
        """Share of notes with lines that reach no landed commit; None without any."""
        return _ratio(self.lost, self._with_lines)

    @property
    def loss_ratio_before_carrying(self) -> float | None:
        """The same, had only notes on landed commits been read."""
        return _ratio(self._with_lines - self.on_head, self._with_lines)

    @property
    def line_loss_ratio(self) -> float | None:
        """Share of noted lines found in no landed commit; None without any."""
        return _ratio(self.lines_lost, self.lines)

    @property
    def line_loss_ratio_before_carrying(self) -> float | None:
        """The same, had only notes on landed commits been read."""
        return _ratio(self.lines - self.lines_on_head, self.lines)

    @property
    def _with_lines(self) -> int:
        return self.on_head + self.by_patch + self.by_content + self.lost


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
