"""Takes events over HTTP: held against their schema, on disk before they are acknowledged."""

from __future__ import annotations

from collections.abc import Callable

from trueup.collect.receiving.doors import Answer, Message, in_json
from trueup.collect.sources.events.receiving.inbox import Inbox
from trueup.collect.sources.events.receiving.reading import Refused, read_alerts, read_message
from trueup.collect.sources.events.schema import SENT

LARGEST = 1_048_576
"""Bytes of a message; a larger one is not read."""
_RETRY_SECONDS = 30


class EventsDoor:
    """Keeps the events that are sent to it.

    Parameters
    ----------
    inbox
        Where events are kept.
    clock
        Returns epoch microseconds UTC.
    """

    name = "events"
    place = "/events"
    largest = LARGEST

    def __init__(self, inbox: Inbox, clock: Callable[[], int]) -> None:
        self._inbox = inbox
        self._clock = clock

    def has(self, path: str) -> bool:
        """Say whether messages to `path` are events."""
        return path.strip("/").partition("/")[0] in {"events", "alertmanager"}

    def take(self, message: Message) -> Answer:
        """Keep what a message says; all of it, or nothing."""
        now = self._clock()
        first, _, kind = message.path.strip("/").partition("/")
        try:
            if first == "events" and (kind in SENT or not kind):
                events = read_message(message.content, kind, now=now)
            elif (first, kind) == ("alertmanager", ""):
                events = read_alerts(message.content, now=now)
            else:
                kinds = ", ".join(f"/events/{one}" for one in SENT)
                return in_json(404, {"error": f"send to /events, {kinds} or /alertmanager"})
            fresh = self._inbox.keep(events, now)
        except Refused as error:
            return in_json(400, {"error": str(error)})
        except OSError:
            said = in_json(503, {"error": "it could not be kept; send it again later"})
            return Answer(status=503, content=said.content, retry_after=_RETRY_SECONDS)
        return in_json(200, {"received": fresh, "known": len(events) - fresh})

    def refuse(self, status: int, reason: str, kind: str) -> Answer:
        """Answer a message that was not read."""
        del kind
        return in_json(status, {"error": reason})
