"""Incidents of one service: all once, oldest first; then those new or updated since.

The list finds incidents by when they were opened, in windows of six months at most, and gives
no more than ten thousand of one window by offset: the next page is therefore asked for from the
last incident on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from trueup.collect.answers import mapping, objects, part, said
from trueup.collect.fields import instant
from trueup.collect.incidents.named import named
from trueup.collect.recorded import Fetched, Page, Record, Sweep, Visit
from trueup.collect.unnamed import Unnamed

STREAM = "incidents"
KIND = "incident"
PAGE = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FOUNDED = 1_230_768_000_000_000  # 2009: before PagerDuty there is nothing to ask for
_DAY = 86_400 * 1_000_000
_WINDOW = 150 * _DAY
_LOOKED_AT_AGAIN = 30 * _DAY
"""Incidents opened so long before the last visit are listed again, for they may be updated."""
_OVERLAP = 15 * 60 * 1_000_000
_INSTANTS = frozenset(
    ("acknowledge_log_entry", "acknowledgement_log_entry", "resolve_log_entry", "trigger_log_entry")
)
_KEPT = ("id", "created_at", "resolved_at", "last_status_change_at", "status", "urgency")


@dataclass(slots=True, kw_only=True)
class Reader:
    """Reads the incidents of one service."""

    visit: Visit
    service_id: str
    oldest: int
    """Where the first visit begins, epoch microseconds UTC."""
    _open: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)
    _unnamed: Unnamed = field(default_factory=lambda: Unnamed(STREAM))

    def fetch(self) -> Iterator[Fetched]:
        """Yield pages of incidents that are new, were updated, or were open at the last visit."""
        state = _state(self.visit.checkpoint(STREAM))
        self._open = set(state.get("open", ()))
        begun = int(state.get("begun", self.visit.now))
        since = state.get("since")
        wanted = None if since is None or self.visit.is_reconciling else int(since) - _OVERLAP
        start = int(state.get("from", self.oldest))
        if "begun" not in state:
            start = start - _LOOKED_AT_AGAIN if since is not None else start
        if self.visit.is_reconciling:
            start = self.oldest
        for end, found in self._listed(max(start, self.oldest)):
            yield self._page(self._chosen(found, wanted), self._resuming(state, end, begun))
        still, gone = self._still_open()
        self._open.difference_update(gone)
        yield self._page(self._chosen(still, wanted), {"from": self.visit.now, "since": begun})
        for reason in sorted(set(gone.values())):
            left = {key for key, why in gone.items() if why == reason}
            yield Sweep(kind=KIND, keys=self.visit.known(KIND) - left, reason=reason)
        if self.visit.is_reconciling:
            yield Sweep(kind=KIND, keys=frozenset(self._seen) | {said(one, "id") for one in still})
        yield from self._unnamed.notes()

    def _still_open(self) -> tuple[list[Mapping[str, Any]], dict[str, str]]:
        """Return those open at the last visit and not listed since; and those gone, with why."""
        paths = {f"incidents/{key}": key for key in sorted(self._open - self._seen)}
        found, gone = [], {}
        for path, reply in self.visit.web.many(paths):
            one = part(mapping(reply), "incident") if reply is not None else {}
            if reply is None:
                gone[paths[path]] = "deleted"
            elif said(part(one, "service"), "id") not in {"", self.service_id}:
                gone[paths[path]] = "moved"
            elif _is_sound(one):
                found.append(one)
        return found, gone

    def _resuming(self, state: Mapping[str, Any], end: int, begun: int) -> dict[str, Any]:
        """Return where a visit that is stopped here goes on; a reconciliation begins anew."""
        if self.visit.is_reconciling:
            return {name: value for name, value in state.items() if name != "open"}
        since = {"since": state["since"]} if "since" in state else {}
        return {"from": end, "begun": begun} | since

    def _listed(self, start: int) -> Iterator[tuple[int, list[Mapping[str, Any]]]]:
        """Yield pages of incidents not seen yet, with the instant up to which all were given."""
        offset = 0
        while start < self.visit.now:
            end = min(start + _WINDOW, self.visit.now)
            answer = mapping(self.visit.web.get(self._question(start, end, offset)))
            found = self._unnamed.left_out(objects(answer.get("incidents")), _is_sound)
            last = max((_opened(one) or 0 for one in found), default=0)
            fresh = [one for one in found if said(one, "id") not in self._seen]
            self._seen.update(said(one, "id") for one in fresh)
            if answer.get("more") is not True or not found:
                start, offset = end, 0
            elif last > start:
                start, offset = last, 0
            else:
                offset += len(found)
            yield start, fresh

    def _question(self, start: int, end: int, offset: int) -> str:
        return (
            f"incidents?service_ids[]={self.service_id}&since={_text(start)}"
            f"&until={_text(end + 1_000_000)}"
            f"&time_zone=UTC&sort_by=created_at:asc&limit={PAGE}&offset={offset}"
        )

    def _chosen(
        self, found: list[Mapping[str, Any]], wanted: int | None
    ) -> list[Mapping[str, Any]]:
        if wanted is None:
            return found
        known = self.visit.known(KIND)
        return [
            one
            for one in found
            if said(one, "id") not in known or (_at(one, "updated_at") or wanted) >= wanted
        ]

    def _page(self, found: list[Mapping[str, Any]], state: dict[str, Any]) -> Page:
        logs = self._logs([said(one, "id") for one in found])
        for one in found:
            key = said(one, "id")
            (self._open.discard if one.get("status") == "resolved" else self._open.add)(key)
        return Page(
            stream=STREAM,
            records=tuple(
                Record(kind=KIND, key=said(one, "id"), body=_kept(one, logs[said(one, "id")]))
                for one in found
            ),
            checkpoint=json.dumps(state | {"open": sorted(self._open)}),
        )

    def _logs(self, keys: list[str]) -> dict[str, list[dict[str, Any]]]:
        """Return of each incident when it was triggered, acknowledged and resolved."""
        logs: dict[str, list[dict[str, Any]]] = {key: [] for key in keys}
        waiting = {_log_of(key, 0): key for key in keys}
        while waiting:
            paths, waiting = waiting, {}
            for path, reply in self.visit.web.many(paths):
                answer = mapping(reply) if reply is not None else {}
                found = objects(answer.get("log_entries"))
                log = logs[paths[path]]
                log += [_entry(one) for one in found]
                if answer.get("more") is True and found:
                    waiting[_log_of(paths[path], len(log))] = paths[path]
        return logs


def oldest_of(service: Mapping[str, Any], since: str) -> int:
    """Return where the first visit begins: when the service was made, or later if told so."""
    made = _at(service, "created_at") or _FOUNDED
    return max(made, instant(f"{since}T00:00:00Z")) if since else made


def _kept(one: Mapping[str, Any], log: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what is kept of an incident: no title, no description, nobody's name."""
    teams = one.get("teams")
    return {
        **{name: one.get(name) for name in _KEPT},
        "service": _reference(one.get("service")),
        "priority": _reference(one.get("priority")),
        "teams": [_reference(t) for t in objects(teams)] if isinstance(teams, list) else teams,
        "resolve_reason": _reason(one.get("resolve_reason")),
        "log": [{"type": e["type"], "at": e["at"]} for e in log if e["type"] in _INSTANTS],
        "named": named(one.get("title"), [entry["words"] for entry in log]),
    }


def _entry(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return when an entry was made, and all its words, which are read and dropped."""
    words = [one.get(name) for name in ("channel", "event_details", "note")]
    return {"type": said(one, "type"), "at": one.get("created_at"), "words": words}


def _reason(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return {"type": value.get("type"), "into": said(part(value, "incident"), "id")}


def _reference(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return {"id": value.get("id"), "name": value.get("summary")}


def _log_of(key: str, offset: int) -> str:
    return (
        f"incidents/{key}/log_entries?is_overview=true&include[]=channels&time_zone=UTC"
        f"&limit={PAGE}&offset={offset}"
    )


def _is_sound(one: object) -> bool:
    return isinstance(one, Mapping) and said(one, "id").isalnum()


def _opened(one: Mapping[str, Any]) -> int | None:
    return _at(one, "created_at")


def _at(one: Mapping[str, Any], name: str) -> int | None:
    try:
        return instant(said(one, name))
    except (ValueError, OverflowError):
        return None


def _text(moment: int) -> str:
    return (_EPOCH + timedelta(microseconds=moment)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _state(checkpoint: str | None) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(checkpoint) if checkpoint else {}
    return state
