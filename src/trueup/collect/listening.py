"""Opens the receiver: every door that has a folder, behind one secret, at one address."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from trueup.collect.receiving.doors import Door
from trueup.collect.receiving.server import Receiver
from trueup.collect.sources.events.receiving.opening import inbox_of as inbox_of_events
from trueup.collect.sources.events.receiving.opening import opened as events_door
from trueup.collect.sources.otlp.receiving.opening import inbox_of as inbox_of_otlp
from trueup.collect.sources.otlp.receiving.opening import opened as otlp_door
from trueup.collect.web.secrets import read_secret
from trueup.config import Connection
from trueup.errors import ConfigError

_PLACES = ("env:", "keyring:", "file:")


@contextmanager
def listening(
    connections: Sequence[Connection],
    *,
    folder: Path | None,
    telemetry: Path | None,
    place: tuple[str, int],
    secret: str,
) -> Iterator[Receiver]:
    """Yield a receiver; it listens until the block ends.

    Parameters
    ----------
    folder
        Where to keep events; None takes the folder that the connection to events names.
    telemetry
        Where to keep OTLP; None takes the folder that the connection to otlp names.
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
    folder = folder or inbox_of_events(connections)
    telemetry = telemetry or inbox_of_otlp(connections)
    with ExitStack() as opened:
        doors: list[Door] = []
        if folder is not None:
            doors.append(opened.enter_context(events_door(folder, _now)))
        if telemetry is not None:
            doors.append(opened.enter_context(otlp_door(telemetry, _now)))
        if not doors:
            raise ConfigError(
                "trueup.toml names no folders of events or of OTLP.",
                hint="Say which: trueup receive FOLDER, or trueup receive --otlp FOLDER; "
                "and name it as a target of a connection.",
            )
        yield opened.enter_context(Receiver(place, doors, word))


def _now() -> int:
    return time.time_ns() // 1000
