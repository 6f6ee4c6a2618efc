"""One block of records as a line: the first thing of it that is ever written."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from trueup.collect.sources.otlp.decoding.blocks import Block
from trueup.collect.sources.otlp.scrubbing import allowed, details, values
from trueup.collect.sources.otlp.scrubbing.tally import Tally

_EVENT = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")
_PREFIXES = {"claude-code": "claude_code.", "claude-code-desktop": "claude_code."}
_SCOPES = {"com.anthropic.claude_code": "claude_code."}
_KEPT = {
    "logs": ("time", "name", "trace", "span"),
    "traces": ("time", "end", "name", "trace", "span", "parent", "status"),
    "metrics": ("time", "start", "name", "unit", "value", "count", "temporality"),
}
_ENCODER = msgspec.json.Encoder()


def line_of(block: Block, signal: str, *, now: int, key: bytes) -> bytes:
    """Return the line that keeps a block, ended.

    Parameters
    ----------
    now
        Epoch microseconds UTC.
    key
        Of digests of arguments.
    """
    tally = Tally()
    resource = _resource(block.resource, tally)
    records = []
    for record in block.records:
        record["name"] = _name(record, signal, block)
        if _is_told(record, signal):
            records.append(_kept(record, signal, tally, key))
        else:
            tally.pass_over(f"{signal}/{record['name']}")
            for name, value in record["attributes"].items():
                if name not in values.READERS:
                    _count(name, value, tally)
    line = {"at": now, "signal": signal, "resource": resource, "records": records}
    return _ENCODER.encode(line | tally.said()) + b"\n"


def _name(record: dict[str, Any], signal: str, block: Block) -> str:
    if signal != "logs":
        name: str = record["name"]
        return name if signal == "metrics" or name in allowed.SPANS else name.partition(" ")[0]
    said = (record["event"], record["body"], record["attributes"].get("event.name"))
    names = [one for one in said if isinstance(one, str) and _EVENT.fullmatch(one)]
    if names:
        return names[0]
    short = record["attributes"].get("event.name")
    if not isinstance(short, str):
        return ""
    service = block.resource.get("service.name")
    lead = _PREFIXES.get(service, "") if isinstance(service, str) else ""
    for scope, prefix in _SCOPES.items():
        lead = prefix if block.scope.startswith(scope) else lead
    return lead + short


def _is_told(record: dict[str, Any], signal: str) -> bool:
    """Say whether a record tells of something that a table has a place for."""
    name, attributes = record["name"], record["attributes"]
    if signal == "metrics":
        return name in allowed.METRICS and record["temporality"] in {"delta", "cumulative"}
    if signal == "logs":
        is_delta = name == "codex.sse_event" and attributes.get("event.kind") != (
            "response.completed"
        )
        return name in allowed.LOGS and not is_delta
    operation = attributes.get("gen_ai.operation.name")
    return (
        name in allowed.SPANS
        or (isinstance(operation, str) and operation in allowed.OPERATIONS)
        or any(one.startswith("gen_ai.usage.") for one in attributes)
    )


def _kept(record: dict[str, Any], signal: str, tally: Tally, key: bytes) -> dict[str, Any]:
    kept = {name: record[name] for name in _KEPT[signal] if record[name] not in (None, "", 0)}
    found: dict[str, Any] = {}
    attributes = record["attributes"]
    for name, value in attributes.items():
        reader = values.READERS.get(name)
        known = None if reader is None or value is None else reader(value)
        if known is not None:
            found[name] = known
        elif value not in (None, ""):
            _count(name, value, tally)
    if not attributes.keys().isdisjoint(allowed.DETAILS):
        found |= details.labels_of(attributes, key)
    if allowed.DETAILS_OF_EDITS in attributes:
        found |= details.edits_of(attributes[allowed.DETAILS_OF_EDITS])
    who = values.person(attributes)
    if who is not None:
        found["trueup.person"] = who
    kept["attributes"] = found
    return kept


def _resource(attributes: dict[str, Any], tally: Tally) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in attributes.items():
        reader = values.RESOURCE_READERS.get(name)
        known = None if reader is None else reader(value)
        if known is not None:
            found[name] = known
        elif value is not None:
            _count(name, value, tally)
    who = values.person(attributes)
    if who is not None:
        found["trueup.person"] = who
    return found


def _count(name: str, value: Any, tally: Tally) -> None:
    """Count an attribute whose value is not kept; those of persons are neither text nor unknown."""
    if name in allowed.TEXTS or name in allowed.DETAILS or name.startswith(allowed.TEXT_STARTS):
        tally.drop(name)
    elif name not in allowed.PERSONS and name != allowed.DETAILS_OF_EDITS:
        tally.meet(name, value)
