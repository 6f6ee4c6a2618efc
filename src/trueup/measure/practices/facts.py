"""What git shows of a repository's practice: artefacts, how they were kept up, tests beside."""

from __future__ import annotations

from dataclasses import dataclass

from trueup.measure.windows import DAY

YEAR = 365 * DAY
RECENT = 180 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A file that stands."""

    path: str
    kind: str
    labels: tuple[str, ...]
    size_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A landed commit's change of one artefact."""

    at: int
    kind: str
    path: str
    commit_id: str
    with_code: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """How many landed commits to code of a year there are, and how many touch tests."""

    marked: int = 0
    marked_tested: int = 0
    other: int = 0
    other_tested: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryFacts:
    """What git shows of one repository at an instant.

    Parameters
    ----------
    at
        The instant: that of the newest commit that can be dated, or an earlier one.
    files_known
        Whether it is known which files commits touched.
    tree_read
        Whether artefacts were looked for.
    reverts
        Instants at which commits with an AI mark were reverted.
    recent_marked, recent_multi
        Commits with an AI mark in the last 180 days, and those that touch several files.
    """

    repository_id: str
    at: int
    files_known: bool
    tree_read: bool
    present: tuple[Artefact, ...]
    edits: tuple[Edit, ...]
    tested: Beside
    reverts: tuple[int, ...]
    recent_marked: int
    recent_multi: int

    @property
    def in_use(self) -> bool:
        """Whether a file or a mark shows that AI tools are used."""
        return bool(self.present or self.tested.marked or self.recent_marked)
