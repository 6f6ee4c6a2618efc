"""What a door is: it says what it takes, and answers what it took."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message whose sender knows the secret.

    Parameters
    ----------
    path
        Of the address it was sent to, without parameters.
    kind
        Media type of `content`, in lower case and without parameters; empty where not said.
    encoding
        How `content` is compressed, in lower case; empty where not said.
    """

    path: str
    content: bytes
    kind: str = ""
    encoding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a sender is told.

    Parameters
    ----------
    kind
        Media type of `content`.
    retry_after
        Seconds after which to send it again; None where it need not be, or would not help.
    """

    status: int
    content: bytes
    kind: str = JSON
    retry_after: int | None = None


class Door(Protocol):
    """Takes messages sent to some paths."""

    @property
    def name(self) -> str:
        """What it takes, for whoever starts the server."""
        ...

    @property
    def place(self) -> str:
        """Path that senders are told; empty where they add their own."""
        ...

    @property
    def largest(self) -> int:
        """Bytes of a message; a larger one is not read."""
        ...

    def has(self, path: str) -> bool:
        """Say whether messages to `path` are its own."""
        ...

    def take(self, message: Message) -> Answer:
        """Keep what a message says, on disk, and answer."""
        ...

    def refuse(self, status: int, reason: str, kind: str) -> Answer:
        """Answer a message that was not read; `kind` is the media type it was said to have."""
        ...


def in_json(status: int, said: Mapping[str, Any]) -> Answer:
    """Return an answer of JSON."""
    return Answer(status=status, content=json.dumps(said).encode())
