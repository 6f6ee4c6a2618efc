"""Opens the door for OTLP: its folder, refused with what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from trueup.collect.sources.otlp.receiving.door import OtlpDoor
from trueup.collect.sources.otlp.receiving.inbox import Inbox
from trueup.config import Connection
from trueup.errors import ConfigError


@contextmanager
def opened(folder: Path, clock: Callable[[], int]) -> Iterator[OtlpDoor]:
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
        yield OtlpDoor(inbox, clock)


def inbox_of(connections: Sequence[Connection]) -> Path | None:
    """Return the one folder that connections to otlp name; None where there are none of them.

    Raises
    ------
    ConfigError
        They name no folder, or several.
    """
    named = [one.targets for one in connections if one.source == "otlp"]
    folders = [Path(target).expanduser() for targets in named for target in targets]
    if named and len(folders) != 1:
        raise ConfigError(
            f"trueup.toml names {len(folders) or 'no'} folders of OTLP.",
            hint="Say which: trueup receive --otlp FOLDER; and name it as a target of a "
            "connection.",
        )
    return folders[0] if folders else None
