"""What Alertmanager knows now, beside what it knew at the last visit.

It keeps alerts only while they are active, has no pages and no history, and says the end of an
alert in advance: the instant at which it is over if nobody repeats it. So an alert that was there
and is no longer has ended, and when is known as exactly as visits are close together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from trueup.collect.answers import listed, part, said
from trueup.collect.incidents.named import named
from trueup.collect.recorded import Fetched, Note, Page, Record, Visit
from trueup.collect.sources.alertmanager.settings import Options

STREAM = "alerts"
KIND = "alert"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ALERTS = "api/v2/alerts"

Alerts = dict[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads the alerts of one server."""

    visit: Visit
    options: Options

    def fetch(self) -> Iterator[Fetched]:
        """Yield alerts that are active, and those that have ended since the last visit."""
        then: dict[str, Any] = json.loads(self.visit.checkpoint(STREAM) or "{}")
        filters = [("filter", matcher) for matcher in self.options.matchers]
        counted, odd = self._alerts([("silenced", "false"), ("inhibited", "false"), *filters])
        there, odd_there = self._alerts([])
        there |= counted
        lasting = {
            key: self._lasting(key, alert)
            for key, alert in there.items()
            if key in counted or key in then
        }
        bodies = [one["body"] for one in lasting.values()]
        bodies += [self._ended(one) for key, one in then.items() if key not in there]
        yield Page(
            stream=STREAM,
            records=tuple(Record(kind=KIND, key=body["key"], body=body) for body in bodies),
            checkpoint=json.dumps(lasting),
        )
        yield from self._notes(len(there), len(lasting), max(odd, odd_there))

    def _alerts(self, params: list[tuple[str, str]]) -> tuple[Alerts, int]:
        """Return the alerts that can be named, and how many cannot."""
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in params)
        found = listed(self.visit.web.get(f"{_ALERTS}?{query}" if query else _ALERTS))
        sound = [alert for alert in found if said(alert, "fingerprint")]
        return {_key(alert): alert for alert in sound}, len(found) - len(sound)

    def _lasting(self, key: str, alert: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is remembered of an alert; what changes each minute stays out of its body."""
        body = _kept(key, alert, self.options)
        return {"body": body, "ends_at": alert.get("endsAt"), "seen_at": _text(self.visit.now)}

    def _ended(self, then: Mapping[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = then["body"]
        ended = {name: then[name] for name in ("ends_at", "seen_at")}
        return body | {"ended": ended | {"absent_at": _text(self.visit.now)}}

    def _notes(self, there: int, lasting: int, odd: int) -> Iterator[Note]:
        yield Note(
            subject="alerts of alertmanager since the first collection",
            expected=None,
            seen=len(self.visit.known(KIND)),
            skipped=0,
            reason="it keeps no history: what began and ended between two collections is unknown",
            remedy="Collect every few minutes.",
        )
        if there > lasting:
            yield Note(
                subject="alerts of alertmanager that count as incidents now",
                expected=there,
                seen=lasting,
                skipped=there - lasting,
                reason=f"counted are those with {', '.join(self.options.matchers)}, "
                "neither silenced nor inhibited",
                remedy="Name others in the option filter.",
            )
        if odd:
            yield Note(
                subject="alerts of alertmanager that can be told apart",
                expected=there + odd,
                seen=there,
                skipped=odd,
                reason="they have no fingerprint",
                remedy="Check that an Alertmanager of version 0.16 or later answers there.",
            )


def _key(alert: Mapping[str, Any]) -> str:
    """Name an alert: the same labels fire again and again, each time from another instant on."""
    return f"{said(alert, 'fingerprint')}@{said(alert, 'startsAt')}"


def _kept(key: str, alert: Mapping[str, Any], options: Options) -> dict[str, Any]:
    """Return what is kept of an alert: no annotation, and no label but those that are read."""
    labels = part(alert, "labels")
    read = {name: labels.get(label) for name, label in options.labels.items()}
    found = named(alert.get("annotations"), labels)
    return {"key": key, "starts_at": alert.get("startsAt"), **read, "named": found}


def _text(moment: int) -> str:
    return (_EPOCH + timedelta(microseconds=moment)).isoformat()
