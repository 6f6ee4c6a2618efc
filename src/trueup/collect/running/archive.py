"""What the runner asks of an archive; `trueup.store.raw` keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from trueup.collect.recorded import Note, Record, Skipped


class About(Protocol):
    """Whose archive it is."""

    @property
    def identity(self) -> str:
        """Another one for an archive begun anew."""
        ...

    @property
    def target(self) -> str:
        """As the source calls it."""
        ...

    @property
    def target_id(self) -> str:
        """As rows call it."""
        ...

    @property
    def address(self) -> str:
        """Of the server it was read from."""
        ...


class Kept(Protocol):
    """A record with the number of its last change."""

    @property
    def kind(self) -> str:
        """As in `Record`."""
        ...

    @property
    def key(self) -> str:
        """As in `Record`."""
        ...

    @property
    def body(self) -> Mapping[str, Any] | None:
        """As in `Record`."""
        ...

    @property
    def fetched_at(self) -> int:
        """As in `Record`; of one that is gone, when that was noticed."""
        ...

    @property
    def gone(self) -> str:
        """Why it is gone; empty while it is not."""
        ...


class Tally(Protocol):
    """Records of one kind: how many there are, how many were skipped, by reason."""

    @property
    def kind(self) -> str:
        """As in `Record`."""
        ...

    @property
    def records(self) -> int:
        """Those that are not gone."""
        ...

    @property
    def skipped(self) -> Mapping[str, int]:
        """Those of which nothing could be read, by reason."""
        ...

    @property
    def parts_skipped(self) -> Mapping[str, int]:
        """Parts that could not be read, by reason."""
        ...


class KeptNote(Protocol):
    """A note of the last visit that ended well; as `Note`."""

    @property
    def subject(self) -> str:
        """As in `Note`."""
        ...

    @property
    def expected(self) -> int | None:
        """As in `Note`."""
        ...

    @property
    def seen(self) -> int:
        """As in `Note`."""
        ...

    @property
    def skipped(self) -> int:
        """As in `Note`."""
        ...

    @property
    def reason(self) -> str:
        """As in `Note`."""
        ...

    @property
    def remedy(self) -> str:
        """As in `Note`."""
        ...


class Ledger(Protocol):
    """What an archive says on coverage."""

    def tallies(self) -> tuple[Tally, ...]:
        """Return what is there and what was skipped, by kind."""
        ...

    def notes(self) -> tuple[KeptNote, ...]:
        """Return the notes of the last visit that ended well."""
        ...

    def count_skips(self, read: Iterable[tuple[str, str]], skips: Iterable[Skipped]) -> None:
        """Replace what is known of the records just read."""
        ...


class Archive(Protocol):
    """What a source said of one target."""

    @property
    def about(self) -> About:
        """Whose it is."""
        ...

    @property
    def ledger(self) -> Ledger:
        """What it says on coverage."""
        ...

    def checkpoint(self, stream: str) -> str | None:
        """Return where a stream stands."""
        ...

    def known(self, kind: str) -> frozenset[str]:
        """Return the keys of all records of a kind but those gone."""
        ...

    def bodies(self, kind: str, keys: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Return the bodies that are held of records of a kind, by key."""
        ...

    def keep(self, stream: str, records: Iterable[Record], checkpoint: str) -> int:
        """Keep a page and its checkpoint, both or neither."""
        ...

    def sweep(self, kind: str, keys: frozenset[str], reason: str, now: int) -> int:
        """Mark what is not among `keys` as gone."""
        ...

    def since(self, sequence: int) -> Iterator[Kept]:
        """Yield what changed after `sequence`."""
        ...

    def pending(self, sequence: int) -> int:
        """Return how many records `since` yields."""
        ...

    def last_sequence(self) -> int:
        """Return the number of the last change."""
        ...

    def versions(self) -> dict[str, str]:
        """Return the versions last seen, by address."""
        ...

    def end_visit(self, versions: Mapping[str, str], notes: Iterable[Note]) -> None:
        """Keep what a visit that ended well saw; make all of it durable."""
        ...

    def drop_bodies(self, *, before: int, up_to: int) -> int:
        """Drop bodies last seen before an instant."""
        ...

    def has_dropped_bodies(self) -> bool:
        """Return whether some records can no longer be read."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Archives(Protocol):
    """The archives of one source in a workspace."""

    def open(self, target: str, target_id: str) -> Archive:
        """Open the archive of a target, made when it is not there."""
        ...

    def there(self) -> tuple[About, ...]:
        """Return whose archives there are."""
        ...
