"""What an archive takes, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class RawRecord(Protocol):
    """One object of a source; a body of None says it is gone there."""

    @property
    def kind(self) -> str:
        """What it is, in the source's words."""
        ...

    @property
    def key(self) -> str:
        """Names it among its kind."""
        ...

    @property
    def body(self) -> Mapping[str, Any] | None:
        """JSON; None once gone."""
        ...

    @property
    def fetched_at(self) -> int:
        """Epoch microseconds UTC."""
        ...


class RawSkip(Protocol):
    """A record, or a part of one, that could not be understood."""

    @property
    def kind(self) -> str:
        """Kind of the record."""
        ...

    @property
    def key(self) -> str:
        """Key of the record."""
        ...

    @property
    def reason(self) -> str:
        """Why."""
        ...

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it could be read."""
        ...


class RawNote(Protocol):
    """A fact on coverage that no record shows."""

    @property
    def subject(self) -> str:
        """What was looked for."""
        ...

    @property
    def expected(self) -> int | None:
        """How many there are; None when unknown."""
        ...

    @property
    def seen(self) -> int:
        """How many were read."""
        ...

    @property
    def skipped(self) -> int:
        """How many were not."""
        ...

    @property
    def reason(self) -> str:
        """Why not."""
        ...

    @property
    def remedy(self) -> str:
        """What would cure it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whose archive it is.

    Parameters
    ----------
    identity
        Made at random with the file: an archive begun anew is another one.
    address
        The server the target was read from.
    """

    identity: str
    target: str
    target_id: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A record as kept, with the number of its last change."""

    sequence: int
    kind: str
    key: str
    body: Mapping[str, Any] | None
    fetched_at: int
    gone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptNote:
    """A note as kept."""

    subject: str
    expected: int | None
    seen: int
    skipped: int
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many records of a kind are there, and how many of them were not understood, and why."""

    kind: str
    records: int
    skipped: Mapping[str, int]
    parts_skipped: Mapping[str, int]
