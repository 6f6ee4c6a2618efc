"""Records gathered by session, each once; those of no session by trace, or by service and day.

All that one session says is one record of the archive, so that what its signals say twice can be
told apart whenever it comes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from trueup.collect.fields import clean
from trueup.collect.sources.otlp.reading.naming import (
    is_repeated,
    session_of,
    session_of_sender,
    tool_of,
)
from trueup.collect.sources.otlp.reading.series import is_sound
from trueup.collect.sources.otlp.reading.state import State

SESSION, TRACE, DAY = KINDS = ("session", "trace", "day")
_SIGNALS = ("logs", "traces", "metrics")
_REQUESTS = ("gen_ai.usage.", "input_tokens", "input_token_count")


@dataclass(slots=True, kw_only=True)
class Group:
    """Records of one session, one trace, or one service on one day.

    Parameters
    ----------
    records
        By an id made of all they say: the same record is the same wherever and whenever it came.
    resources
        What is said of their senders, by digest.
    is_repeated
        Whether its metrics tell of what the same service tells request by request elsewhere.
    was_counted
        Whether that was found out after rows had been made of them.
    """

    kind: str
    tool: str
    service: str
    session: str
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    is_repeated: bool = False
    was_counted: bool = False

    @property
    def key(self) -> str:
        """What names it among its kind."""
        return clean(f"{self.tool}:{self.session}")

    def body(self) -> dict[str, Any]:
        """Return it as the archive keeps it."""
        return {
            "tool": self.tool,
            "service": self.service,
            "session": self.session,
            "records": self.records,
            "resources": self.resources,
            "is_repeated": self.is_repeated,
            "was_counted": self.was_counted,
        }

    @classmethod
    def of(cls, kind: str, body: Mapping[str, Any]) -> Group:
        """Return the group the archive kept."""
        return cls(
            kind=kind,
            tool=body["tool"],
            service=body["service"],
            session=body["session"],
            records=dict(body["records"]),
            resources=dict(body["resources"]),
            is_repeated=body["is_repeated"],
            was_counted=body["was_counted"],
        )

    def takes_in(self, other: Group) -> bool:
        """Add what another group of the same name holds; say whether anything was new."""
        before = len(self.records), self.is_repeated
        self.records |= other.records
        self.resources |= other.resources
        self.is_repeated = self.is_repeated or other.is_repeated
        return before != (len(self.records), self.is_repeated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sent the records of a line, by which signal; `received` in epoch microseconds UTC."""

    signal: str
    service: str
    resource: dict[str, Any]
    digest: str
    received: int


def gathered(lines: Iterable[dict[str, Any]], state: State) -> list[Group]:
    """Return the records of lines by what they are of, and count in `state` what was left out."""
    found: dict[str, Group] = {}
    for line in lines:
        state.count_line(line)
        signal, resource, received = (line.get(name) for name in ("signal", "resource", "at"))
        if not (signal in _SIGNALS and isinstance(resource, dict) and isinstance(received, int)):
            state.damaged += 1
            continue
        sender = Sender(
            signal=signal,
            service=str(resource.get("service.name", "")),
            resource=resource,
            digest=_digest(resource),
            received=received,
        )
        for record in line["records"]:
            if isinstance(record, dict) and isinstance(record.get("attributes"), dict):
                _add(record, sender, found, state)
            else:
                state.damaged += 1
    return [found[name] for name in sorted(found)]


def _add(record: dict[str, Any], sender: Sender, found: dict[str, Group], state: State) -> None:
    name, attributes = str(record.get("name", "")), record["attributes"]
    tool = tool_of(name, sender.service, attributes)
    state.seen += 1
    if is_repeated(tool, sender.signal, name):
        which = f"{sender.signal} of {tool}"
        state.repeated[which] = state.repeated.get(which, 0) + 1
        return
    if record.get("temporality") == "cumulative":
        if not is_sound(record, sender.received):
            state.damaged += 1
            return
        told = state.series.added(record, f"{tool}/{sender.digest}")
        if told is None:
            return
        record = told
    kind, session = _scope(record, sender, tool)
    group = Group(kind=kind, tool=tool, service=sender.service, session=session)
    group = found.setdefault(f"{kind}/{group.key}", group)
    group.resources[sender.digest] = sender.resource
    kept = {**record, "signal": sender.signal, "from": sender.digest}
    group.records[_digest(kept)] = kept
    if kind == DAY and sender.signal == "metrics":
        group.is_repeated = state.met_metrics(sender.service, group.key)
    elif sender.signal != "metrics" and any(key.startswith(_REQUESTS) for key in attributes):
        state.met_requests(sender.service)


def _scope(record: dict[str, Any], sender: Sender, tool: str) -> tuple[str, str]:
    """Return kind and name of what a record is gathered with."""
    session = session_of(record["attributes"]) or session_of_sender(tool, sender.resource)
    if session:
        return SESSION, clean(session)
    trace = record.get("trace")
    if sender.signal != "metrics" and isinstance(trace, str) and trace:
        return TRACE, f"trace/{trace}"
    at = record.get("time")
    seconds = at // 1_000_000_000 if isinstance(at, int) and 0 <= at < 2**63 else 0
    day = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
    return DAY, clean(f"day/{sender.service}/{sender.signal}/{day}")


def _digest(told: Any) -> str:
    text = msgspec.json.encode(told, order="deterministic")
    return hashlib.blake2b(text, digest_size=10).hexdigest()
