"""What a sender wrote, as events: all of a message, or the first thing that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from trueup.collect.sources.events.parsing import Event, parse_event
from trueup.collect.sources.events.schema import SENT

_MOST = 1000
_LABELS = ("service", "team", "severity", "environment")


class Refused(Exception):
    """A message that cannot be used; says which of its events and which property, no values."""


def read_message(content: bytes, kind: str, *, now: int) -> list[Event]:
    """Read one event, or a list of them.

    Parameters
    ----------
    kind
        Of all of them; empty: each says its own.
    now
        Epoch microseconds UTC.

    Raises
    ------
    Refused
        Any of them does not keep to its schema.
    """
    said = _json(content)
    listed = said if isinstance(said, list) else [said]
    if not listed or len(listed) > _MOST:
        raise Refused(f"a message holds 1 to {_MOST} events")
    return [_event(one, kind, number, now) for number, one in enumerate(listed, start=1)]


def read_alerts(content: bytes, *, now: int) -> list[Event]:
    """Read what Alertmanager sends as incidents, one for each time an alert fires.

    https://prometheus.io/docs/alerting/latest/configuration/#webhook_config

    Raises
    ------
    Refused
        It is not of that form.
    """
    said = _json(content)
    alerts = said.get("alerts") if isinstance(said, Mapping) else None
    if not isinstance(alerts, list) or len(alerts) > _MOST:
        raise Refused(f"alerts is no list of up to {_MOST}")
    found = []
    for number, alert in enumerate(alerts, start=1):
        if not isinstance(alert, Mapping) or not isinstance(alert.get("labels"), Mapping):
            raise Refused(f"alert {number} has no labels")
        fingerprint, begun = alert.get("fingerprint"), alert.get("startsAt")
        if not isinstance(fingerprint, str) or not isinstance(begun, str):
            raise Refused(f"alert {number} has no fingerprint or startsAt")
        incident: dict[str, Any] = {name: alert["labels"].get(name) for name in _LABELS}
        incident |= {"id": f"alert/{fingerprint}/{begun}", "opened_at": begun}
        if alert.get("status") == "resolved":
            incident["resolved_at"] = alert.get("endsAt")
        found.append(_event(incident, "incident", number, now))
    return found


def _event(said: object, kind: str, number: int, now: int) -> Event:
    if not isinstance(said, Mapping):
        raise Refused(f"event {number} is no object")
    own = said.get("kind", kind)
    if own not in SENT or (kind and own != kind):
        wanted = kind or f"one of {', '.join(SENT)}"
        raise Refused(f"event {number}, kind: is not {wanted}")
    event = parse_event(own, said, now=now)
    for fault in event.faults:
        raise Refused(f"event {number}, {fault.column}: {fault.problem}")
    return event


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refused("the message is no JSON") from error
