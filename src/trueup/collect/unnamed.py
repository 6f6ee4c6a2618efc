"""Items a server lists that no record can be made of: counted, and told at the end of a visit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from trueup.collect.recorded import Note


@dataclass(slots=True)
class Unnamed:
    """Counts what a list holds without the fields that name it.

    Parameters
    ----------
    subject
        What is listed.
    """

    subject: str
    count: int = 0

    def left_out(self, items: Iterable[Any], is_sound: Callable[[Any], bool]) -> list[Any]:
        """Return the items that are sound, and count the others; nothing is no item."""
        there = [item for item in items if item is not None]
        sound = [item for item in there if is_sound(item)]
        self.count += len(there) - len(sound)
        return sound

    def notes(self) -> Iterator[Note]:
        """Yield what was left out, if anything was."""
        if self.count:
            yield Note(
                subject=self.subject,
                expected=None,
                seen=0,
                skipped=self.count,
                reason="The server lists items without the fields that name them.",
                remedy="Report it with the version of the server.",
            )
