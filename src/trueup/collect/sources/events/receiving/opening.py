"""Opens the door for events: its folder, refused with what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from trueup.collect.sources.events.receiving.door import EventsDoor
from trueup.collect.sources.events.receiving.inbox import Inbox
from trueup.config import Connection
from trueup.errors import ConfigError


@contextmanager
def opened(folder: Path, clock: Callable[[], int]) -> Iterator[EventsDoor]:
    """Yield the door; what is sent to it is kept in `folder` until the block ends.

    Parameters
    ----------
    clock
        Returns epoch microseconds UTC.

    Raises
    ------
    ConfigError
        Another process receives into the folder, or it cannot be written to.
    """
    with closing(Inbox(folder)) as inbox:
        yield EventsDoor(inbox, clock)


def inbox_of(connections: Sequence[Connection]) -> Path | None:
    """Return the one folder that connections to events name; None where there are none of them.

    Raises
    ------
    ConfigError
        They name no folder, or several.
    """
    events = [one for one in connections if one.source == "events"]
    named = [Path(target).expanduser() for one in events for target in one.targets]
    folders = [path for path in named if path.is_dir() or not path.suffix]
    if events and len(folders) != 1:
        raise ConfigError(
            f"trueup.toml names {len(folders) or 'no'} folders of events.",
            hint="Say which: trueup receive FOLDER; and name it as a target of a connection.",
        )
    return folders[0] if folders else None
