"""Groups with those who are in them, and the epics of a licensed server."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.collect.recorded import Fetched, Page, Record, Sweep, Visit
from trueup.collect.sources.gitlab.address import Address
from trueup.collect.sources.gitlab.asking.walking import (
    Payload,
    Walk,
    all_of,
    lists_of,
    updated,
)
from trueup.collect.sources.gitlab.door.keeping import epic
from trueup.collect.sources.gitlab.door.notes import user

_CHUNK = 20


def groups(visit: Visit, address: Address, path: str) -> list[Payload]:
    """Return a group and all below it.

    Raises
    ------
    SourceUnavailable
        It is not there, or the token may not see it.
    """
    top = visit.web.get(address.group(path), params={"with_projects": "false"}).json()
    below = all_of(visit.web, f"{address.group(path)}/descendant_groups")
    return [raw for raw in (top, *below) if isinstance(raw, dict) and raw.get("full_path")]


def teams(visit: Visit, address: Address, found: list[Payload]) -> Iterator[Fetched]:
    """Yield each group with those who are in it themselves, and since when."""
    lead = {str(raw["full_path"]): address.group(str(raw["full_path"])) for raw in found}
    for at in range(0, len(found), _CHUNK):
        chunk = {str(raw["full_path"]): raw for raw in found[at : at + _CHUNK]}
        members = lists_of(visit.web, [f"{lead[path]}/members" for path in chunk])
        bodies = {path: _team(raw, members[f"{lead[path]}/members"]) for path, raw in chunk.items()}
        records = (
            Record(kind="team", key=path, body=body, fetched_at=visit.now)
            for path, body in bodies.items()
        )
        yield Page(stream="teams", records=tuple(records), checkpoint="read")
    yield Sweep(kind="team", keys=frozenset(str(raw["full_path"]) for raw in found))


def epics(visit: Visit, address: Address, path: str, found: list[Payload]) -> Iterator[Fetched]:
    """Yield the epics of a group and of all below it."""
    reader = _Epics(visit, address, path, {raw.get("id"): str(raw["full_path"]) for raw in found})
    lead = f"{address.group(path)}/epics"
    yield from updated(visit, Walk(stream="epics", path=lead, key="id"), reader.records)
    if visit.is_reconciling:
        there = [raw for raw in all_of(visit.web, lead) if isinstance(raw.get("id"), int)]
        yield Sweep(kind="epic", keys=frozenset(map(reader.key, there)))


class _Epics:
    def __init__(
        self, visit: Visit, address: Address, path: str, groups: dict[object, str]
    ) -> None:
        self._visit = visit
        self._address = address
        self._path = path
        self._groups = groups

    def key(self, raw: Payload) -> str:
        """Return what names an epic: numbers count within a group."""
        return f"{self._group(raw)}/epics/{raw.get('iid')}"

    def records(self, items: list[Payload]) -> list[Record]:
        paths = [self._states(raw) for raw in items]
        states = lists_of(self._visit.web, paths)
        return [
            Record(
                kind="epic",
                key=self.key(raw),
                body=epic(raw, self._group(raw), states[path]),
                fetched_at=self._visit.now,
            )
            for raw, path in zip(items, paths, strict=True)
        ]

    def _group(self, raw: Payload) -> str:
        number = raw.get("group_id")
        return self._groups.get(number, self._path) if isinstance(number, int) else self._path

    def _states(self, raw: Payload) -> str:
        lead = self._address.group(self._group(raw))
        return f"{lead}/epics/{raw['id']}/resource_state_events"


def _team(raw: Payload, members: list[Payload]) -> dict[str, object]:
    kept: dict[str, object] = {
        name: raw[name] for name in ("full_path", "name", "parent_id") if name in raw
    }
    kept["members"] = [
        {
            "user": user(member),
            "created_at": member.get("created_at"),
            "expires_at": member.get("expires_at"),
        }
        for member in members
    ]
    return kept
