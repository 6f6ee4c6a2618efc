"""OTLP in JSON: the mapping of protobuf, with hexadecimal ids and whole numbers as text.

https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
Fields nobody knows are passed over, as the specification asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any

import msgspec

from trueup.collect.sources.otlp.decoding.blocks import DEEPEST, Block, Decoded, Malformed

_LISTS = {
    "metrics": ("resourceMetrics", "scopeMetrics", "metrics"),
    "logs": ("resourceLogs", "scopeLogs", "logRecords"),
    "traces": ("resourceSpans", "scopeSpans", "spans"),
}
_KINDS = ("sum", "gauge", "histogram", "exponentialHistogram", "summary")
_TEMPORALITIES = {
    "1": "delta",
    "2": "cumulative",
    "AGGREGATION_TEMPORALITY_DELTA": "delta",
    "AGGREGATION_TEMPORALITY_CUMULATIVE": "cumulative",
}
_ID_LENGTHS = (16, 32)


class _Odd(Exception):
    """A record that is not of the form it should be."""


def decoded(content: bytes, signal: str) -> Decoded:
    """Read a body.

    Raises
    ------
    Malformed
        It is no JSON, or its outer lists are none.
    """
    try:
        said = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Malformed("the body is no JSON") from error
    if not isinstance(said, dict):
        raise Malformed("the body is no object")
    of_resource, of_scope, of_record = _LISTS[signal]
    found = Decoded()
    for part in _objects(said, of_resource):
        resource = _of_resource(part)
        for scoped in _objects(part, of_scope):
            name = _object(scoped, "scope").get("name")
            block = Block(
                resource=resource, scope=name if isinstance(name, str) else "", records=[]
            )
            _fill(block, scoped.get(of_record), _READERS[signal], found)
            if block.records:
                found.blocks.append(block)
    return found


def _of_resource(part: dict[str, Any]) -> dict[str, Any]:
    try:
        return _attributes(_object(part, "resource").get("attributes"))
    except _Odd as error:
        raise Malformed(f"of a resource, {error}") from error


def _fill(
    block: Block,
    listed: object,
    read: Callable[[dict[str, Any]], Iterator[dict[str, Any]]],
    found: Decoded,
) -> None:
    if listed is None:
        return
    if not isinstance(listed, list):
        raise Malformed("a list of records is no list")
    for one in listed:
        try:
            if not isinstance(one, dict):
                raise _Odd("a record is no object")  # noqa: TRY301 - one way to reject
            block.records.extend(read(one))
        except _Odd as error:
            found.reject(str(error))


def _log(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    event, body = one.get("eventName"), one.get("body")
    yield {
        "time": _whole(one.get("timeUnixNano")) or _whole(one.get("observedTimeUnixNano")) or 0,
        "event": event if isinstance(event, str) else "",
        "body": _value(body, DEEPEST) if isinstance(body, dict) else None,
        "trace": _id(one.get("traceId")),
        "span": _id(one.get("spanId")),
        "attributes": _attributes(one.get("attributes")),
    }


def _span(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    span, trace = _id(one.get("spanId")), _id(one.get("traceId"))
    if not span or not trace:
        raise _Odd("a span has no ids")
    name, status = one.get("name"), one.get("status")
    yield {
        "name": name if isinstance(name, str) else "",
        "time": _whole(one.get("startTimeUnixNano")) or 0,
        "end": _whole(one.get("endTimeUnixNano")) or 0,
        "trace": trace,
        "span": span,
        "parent": _id(one.get("parentSpanId")),
        "status": _status(status.get("code") if isinstance(status, dict) else None),
        "attributes": _attributes(one.get("attributes")),
    }


def _points(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    name, unit = one.get("name"), one.get("unit")
    if not isinstance(name, str) or not name:
        raise _Odd("a metric has no name")
    kind = next((kind for kind in _KINDS if isinstance(one.get(kind), dict)), None)
    if kind is None:
        return
    told = one[kind]
    temporality = "gauge"
    if kind in {"histogram", "exponentialHistogram"} or (
        kind == "sum" and told.get("isMonotonic") is True
    ):
        temporality = _TEMPORALITIES.get(str(told.get("aggregationTemporality")), "")
    for point in _objects(told, "dataPoints"):
        whole = point.get("asInt")
        value = _number(point.get("asDouble", point.get("sum"))) if whole is None else _whole(whole)
        yield {
            "name": name,
            "unit": unit if isinstance(unit, str) else "",
            "time": _whole(point.get("timeUnixNano")) or 0,
            "start": _whole(point.get("startTimeUnixNano")) or 0,
            "value": value,
            "count": _whole(point.get("count")),
            "temporality": temporality,
            "attributes": _attributes(point.get("attributes")),
        }


_READERS = {"metrics": _points, "logs": _log, "traces": _span}


def _objects(said: dict[str, Any], name: str) -> list[dict[str, Any]]:
    listed = said.get(name)
    if listed is None:
        return []
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise Malformed(f"{name} is no list of objects")
    return listed


def _object(said: dict[str, Any], name: str) -> dict[str, Any]:
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def _attributes(listed: object, depth: int = DEEPEST) -> dict[str, Any]:
    if listed is None:
        return {}
    if not isinstance(listed, list):
        raise _Odd("attributes are no list")
    found = {}
    for one in listed:
        if not isinstance(one, dict) or not isinstance(one.get("key"), str):
            raise _Odd("an attribute has no key")
        value = one.get("value")
        found[one["key"]] = _value(value, depth) if isinstance(value, dict) else None
    return found


def _value(said: dict[str, Any], depth: int) -> Any:
    kind, value = next(iter(said.items()), ("", None))
    if kind in _SCALARS:
        return _SCALARS[kind](value)
    if not depth or not isinstance(value, dict):
        return None
    if kind == "arrayValue":
        listed = value.get("values")
        items = listed if isinstance(listed, list) else []
        return [_value(item, depth - 1) for item in items if isinstance(item, dict)]
    return _attributes(value.get("values"), depth - 1) if kind == "kvlistValue" else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    """Return a whole number of 64 bits, written as a number or as text."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        if isinstance(value, str) and len(value) > 20:
            return None
        number = int(value) if isinstance(value, int | float | str) else None
    except (ValueError, OverflowError):
        return None
    return number if number is not None and -(2**63) <= number < 2**64 else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


_SCALARS: dict[str, Callable[[object], Any]] = {
    "stringValue": _text,
    "intValue": _whole,
    "doubleValue": _number,
    "boolValue": _flag,
    "bytesValue": _text,
}


def _id(value: object) -> str:
    """Return an id in lower case; empty where there is none or it is all zeros."""
    if not isinstance(value, str) or len(value) not in _ID_LENGTHS:
        return ""
    try:
        return value.lower() if int(value, 16) else ""
    except ValueError:
        return ""


def _status(code: object) -> str:
    return "error" if code in (2, "STATUS_CODE_ERROR") else ""
