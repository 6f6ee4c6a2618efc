"""One record of a session, read attribute by attribute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from trueup.collect.fields import clean, is_absurd

_MOST = 2**53
_SIGNALS = ("logs", "traces", "metrics")


@dataclass(slots=True, kw_only=True)
class Heard:
    """A log record, a span or a point of a metric.

    Parameters
    ----------
    record_id
        Names it among the records of its session.
    at, ended_at
        Epoch microseconds UTC; of a point, the span it counts over.
    value
        Of a point.
    resource
        What is said of its sender.
    faults
        Where findings go.
    """

    record_id: str
    signal: str
    name: str
    at: int
    ended_at: int | None
    attributes: Mapping[str, Any]
    resource: Mapping[str, Any]
    trace: str = ""
    span: str = ""
    parent: str = ""
    is_error: bool = False
    value: float = 0.0
    faults: list[str] = field(default_factory=list)

    def word(self, *names: str) -> str | None:
        """Return the first of these attributes that is a text, also of its sender."""
        for name in names:
            value = self.attributes.get(name)
            if value is None:
                value = self.resource.get(name)
            if isinstance(value, str) and value:
                return value if value.isascii() else clean(value)
            if value is not None:
                self.faults.append(f"{name} is no text")
        return None

    def count(self, *names: str) -> int | None:
        """Return the first of these attributes that is a count."""
        for name in names:
            value = self.attributes.get(name)
            if value is None:
                continue
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if is_number and 0 <= value < _MOST:
                return int(value)
            self.faults.append(f"{name} is no count")
        return None

    def is_yes(self, name: str) -> bool | None:
        """Return a yes or no."""
        value = self.attributes.get(name)
        return value if isinstance(value, bool) else None

    def words(self, name: str) -> list[str]:
        """Return the texts listed under an attribute."""
        value = self.attributes.get(name)
        listed = value if isinstance(value, list) else []
        return [clean(one) for one in listed if isinstance(one, str) and one]

    def dollars(self) -> Decimal | None:
        """Return what a request is said to cost, in US dollars."""
        micros = self.count("cost_usd_micros")
        if micros is not None:
            return Decimal(micros) / 1_000_000
        value = self.attributes.get("cost_usd")
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _MOST:
            return Decimal(str(value))
        return None


def heard_in(body: Mapping[str, Any], now: int, faults: list[str]) -> list[Heard]:
    """Return the records of a session by time; what cannot be read is noted in `faults`."""
    records, resources = body.get("records"), body.get("resources")
    known = resources if isinstance(resources, dict) else {}
    found = []
    for record_id, record in records.items() if isinstance(records, dict) else ():
        one = _heard(record_id, record, known, now)
        if one is None:
            faults.append("a record cannot be read")
            continue
        one.faults = faults
        found.append(one)
    return sorted(found, key=lambda one: (one.at, one.record_id))


def _heard(record_id: str, record: object, resources: Mapping[str, Any], now: int) -> Heard | None:
    if not isinstance(record, dict) or not isinstance(record.get("attributes"), dict):
        return None
    signal, name = record.get("signal"), record.get("name")
    time = _micros(record.get("time"), now)
    if not isinstance(name, str) or signal not in _SIGNALS or time is None:
        return None
    at, ended_at = time, _micros(record.get("end"), now)
    value = record.get("value")
    if signal == "metrics":
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < _MOST:
            return None
        at, ended_at = _micros(record.get("start"), now) or time, time
    resource = resources.get(str(record.get("from")))
    return Heard(
        record_id=record_id,
        signal=signal,
        name=name,
        at=at,
        ended_at=ended_at,
        attributes=record["attributes"],
        resource=resource if isinstance(resource, dict) else {},
        trace=_text(record.get("trace")),
        span=_text(record.get("span")),
        parent=_text(record.get("parent")),
        is_error=record.get("status") == "error",
        value=float(value) if signal == "metrics" and isinstance(value, int | float) else 0.0,
    )


def _micros(value: object, now: int) -> int | None:
    """Return epoch microseconds of nanoseconds; None for what is missing or absurd."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    moment = value // 1000
    return None if is_absurd(moment, now) else moment


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
