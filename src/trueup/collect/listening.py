"""Opens the receiver: every door that has a folder, behind one secret, at one address."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from trueup.collect.receiving.doors import Door
from trueup.collect.receiving.server import Receiver
from trueup.collect.sources.events.receiving import inbox as events
from trueup.collect.sources.events.receiving.door import EventsDoor
from trueup.collect.sources.otlp.receiving import inbox as otlp
from trueup.collect.sources.otlp.receiving.door import OtlpDoor
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
    folder = folder or inbox_of(connections, "events")
    telemetry = telemetry or inbox_of(connections, "otlp")
    with ExitStack() as opened:
        doors: list[Door] = []
        if folder is not None:
            kept = opened.enter_context(closing(events.Inbox(folder)))
            doors.append(EventsDoor(kept, _now))
        if telemetry is not None:
            told = opened.enter_context(closing(otlp.Inbox(telemetry)))
            doors.append(OtlpDoor(told, _now))
        if not doors:
            raise ConfigError(
                "trueup.toml names no folders of events or of OTLP.",
                hint="Say which: trueup receive FOLDER, or trueup receive --otlp FOLDER; "
                "and name it as a target of a connection.",
            )
        yield opened.enter_context(Receiver(place, doors, word))


def inbox_of(connections: Sequence[Connection], source: str) -> Path | None:
    """Return the one folder that connections to a source name; None where there are none of them.

    Parameters
    ----------
    source
        ``events``, whose targets may be files too, or ``otlp``.

    Raises
    ------
    ConfigError
        They name no folder, or several.
    """
    asked = [one for one in connections if one.source == source]
    named = [Path(target).expanduser() for one in asked for target in one.targets]
    folders = [path for path in named if source == "otlp" or path.is_dir() or not path.suffix]
    if asked and len(folders) != 1:
        called, option = {"events": ("events", ""), "otlp": ("OTLP", "--otlp ")}[source]
        raise ConfigError(
            f"trueup.toml names {len(folders) or 'no'} folders of {called}.",
            hint=f"Say which: trueup receive {option}FOLDER; and name it as a target of a "
            "connection.",
        )
    return folders[0] if folders else None


def _now() -> int:
    return time.time_ns() // 1000
