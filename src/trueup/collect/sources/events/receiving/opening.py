"""Opens a receiver: folder, secret and address, each refused with what to do."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from trueup.collect.sources.events.receiving.inbox import Inbox
from trueup.collect.sources.events.receiving.receiver import Receiver
from trueup.collect.web.secrets import read_secret
from trueup.config import Connection
from trueup.errors import ConfigError

_PLACES = ("env:", "keyring:", "file:")


@contextmanager
def opened(
    folder: Path | None,
    connections: Sequence[Connection],
    *,
    place: tuple[str, int],
    secret: str,
) -> Iterator[Receiver]:
    """Yield a receiver; it listens until the block ends.

    Parameters
    ----------
    folder
        Where to keep events; None takes the folder that the connection to events names.
    place
        Host and port.
    secret
        Where the secret is that senders sign with: ``env:NAME``, ``keyring:...``, ``file:...``.

    Raises
    ------
    ConfigError
        No folder is named, another process receives into it, there is no sound secret, or
        nothing can listen at that place.
    """
    if not secret.startswith(_PLACES):
        raise ConfigError(
            "--secret names no place; it may be the secret itself.",
            hint="Write env:NAME, keyring:service/user or file:path.",
        )
    word = read_secret(secret)
    with (
        closing(Inbox(folder or inbox_of(connections))) as inbox,
        Receiver(place, inbox, word, lambda: time.time_ns() // 1000) as receiver,
    ):
        yield receiver


def inbox_of(connections: Sequence[Connection]) -> Path:
    """Return the one folder that connections to events name.

    Raises
    ------
    ConfigError
        There is none, or there are several.
    """
    named = [t for one in connections if one.source == "events" for t in one.targets]
    folders = [
        path for path in (Path(t).expanduser() for t in named) if path.is_dir() or not path.suffix
    ]
    if len(folders) != 1:
        raise ConfigError(
            f"trueup.toml names {len(folders) or 'no'} folders of events.",
            hint="Say which: trueup receive FOLDER; and name it as a target of a connection.",
        )
    return folders[0]
