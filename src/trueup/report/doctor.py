"""What is connected, what is missing, and which answers that costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trueup.collect.catalogue import find_source, source_names
from trueup.collect.running.probing import Probe, probe
from trueup.collect.sources.git.connector import GitConnector
from trueup.config import Connection, Settings
from trueup.errors import ConfigError
from trueup.measure.comparing.lacking import Lack, lacks
from trueup.store.manifest import LINKS
from trueup.store.raw.sizes import ArchiveSize, archive_sizes
from trueup.store.reading import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """Something that was looked for and not seen in full.

    Parameters
    ----------
    expected
        How many there are; None where nobody says.
    skipped
        How many were there and could not be read.
    """

    subject: str
    expected: int | None
    seen: int
    skipped: int
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSeen:
    """One target of one source, as it is in the workspace.

    Parameters
    ----------
    name
        As a person calls it.
    collected_at
        Instant of the last collection, epoch microseconds UTC; None: never.
    rows
        Rows it landed, all tables together.
    skipped
        Records and parts of records that could not be read.
    """

    source: str
    target_id: str
    name: str
    collected_at: int | None
    rows: int
    skipped: int
    holes: tuple[Hole, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """Records of a target that could not be tied to those of others.

    Parameters
    ----------
    name
        The target, as a person calls it.
    """

    name: str
    hole: Hole


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """One connection of trueup.toml: whether it works, and what it brought."""

    probe: Probe
    targets: tuple[TargetSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A kind of record there is none of.

    Parameters
    ----------
    lack
        What it is, and which answers its absence costs.
    sources
        Sources that can bring it.
    asked
        Connections that were read and brought none.
    command
        What would bring it, or begins to; empty where no command does.
    """

    lack: Lack
    sources: tuple[str, ...]
    asked: tuple[str, ...]
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """All of it.

    Parameters
    ----------
    connections
        In the order of trueup.toml.
    others
        Targets in the workspace that no connection leads to: read by their path, or once.
    apart
        What linking left apart, with what would tie it.
    metrics, answered
        How many metrics there are, and for how many the records are there.
    missing
        What is not there, what costs most first.
    raw, retention_days
        Room that raw records take, and how long they are kept; 0: for ever.
    """

    workspace: str
    connections: tuple[Connected, ...]
    others: tuple[TargetSeen, ...]
    apart: tuple[Apart, ...]
    metrics: int
    answered: int
    missing: tuple[Missing, ...]
    raw: tuple[ArchiveSize, ...]
    retention_days: int

    @property
    def broken(self) -> tuple[Probe, ...]:
        """Tests of the connections that cannot be used as they are."""
        probes = (connected.probe for connected in self.connections)
        return tuple(each for each in probes if each.state not in ("works", "not asked"))


def examine(folder: Path, settings: Settings, tables: Tables, *, is_offline: bool) -> Examination:
    """Test every connection, and say what the workspace holds and lacks.

    Parameters
    ----------
    is_offline
        Ask no server.
    """
    raw = archive_sizes(folder)
    names, holes = _names(tables), _holes(tables)
    seen = _seen(tables, names, holes)
    connections = tuple(
        _connected(each, probe(each, is_offline=is_offline), seen, raw)
        for each in settings.connections
    )
    named = {(t.source, t.target_id) for each in connections for t in each.targets}
    found = lacks(tables)
    others = tuple(target for place, target in seen.items() if place not in named)
    return Examination(
        workspace=str(folder),
        connections=connections,
        others=others,
        apart=_apart(connections, names, holes),
        metrics=found.asked,
        answered=found.answered,
        missing=tuple(_missing(lack, connections, others) for lack in found.kinds),
        raw=raw,
        retention_days=settings.raw.retention_days,
    )


_Holes = dict[tuple[str, str], list[Hole]]


def _names(tables: Tables) -> dict[str, str]:
    rows = tables.arrow("repository", ["repository_id", "name"]).to_pylist()
    return {row["repository_id"]: row["name"] for row in rows if row["name"]}


def _holes(tables: Tables) -> _Holes:
    """Return what was looked for, by source and target; parts of a source count as the source."""
    found: _Holes = {}
    for row in tables.arrow("coverage").to_pylist():
        place = (row["source"].partition(".")[0], row["repository_id"])
        hole = Hole(**{name: row[name] for name in Hole.__dataclass_fields__})
        found.setdefault(place, []).append(hole)
    return found


def _seen(
    tables: Tables, names: Mapping[str, str], holes: _Holes
) -> dict[tuple[str, str], TargetSeen]:
    seen = {}
    for one in tables.collected():
        place = (one.source, one.target_id)
        of_it = holes.get(place, [])
        seen[place] = TargetSeen(
            source=one.source,
            target_id=one.target_id,
            name=names.get(one.target_id, one.target_id),
            collected_at=one.collected_at,
            rows=one.rows,
            skipped=sum(hole.skipped or 0 for hole in of_it),
            holes=tuple(hole for hole in of_it if hole.reason),
        )
    return seen


def _apart(
    connections: Sequence[Connected], names: Mapping[str, str], holes: _Holes
) -> tuple[Apart, ...]:
    called = {t.target_id: t.name for each in connections for t in each.targets}
    return tuple(
        Apart(name=called.get(target_id) or names.get(target_id, target_id), hole=hole)
        for (source, target_id), found in sorted(holes.items())
        if source == LINKS
        for hole in found
        if hole.reason
    )


def _connected(
    connection: Connection,
    found: Probe,
    seen: dict[tuple[str, str], TargetSeen],
    raw: Sequence[ArchiveSize],
) -> Connected:
    """Return a connection with its targets: those it shows, else those once read from there."""
    called = {target_id: name for name, target_id in found.targets}
    if not called:
        kept = [a for a in raw if (a.source, a.address) == (connection.source, found.address)]
        called = {archive.target_id: archive.target for archive in kept}
    targets = []
    for target_id, name in called.items():
        there = seen.get((connection.source, target_id))
        if there is None:
            there = _never_collected(connection.source, target_id, name)
        is_named = connection.source != "git"  # git's targets are folders
        targets.append(replace(there, name=name) if is_named else there)
    return Connected(probe=found, targets=tuple(targets))


def _never_collected(source: str, target_id: str, name: str) -> TargetSeen:
    return TargetSeen(
        source=source,
        target_id=target_id,
        name=name,
        collected_at=None,
        rows=0,
        skipped=0,
        holes=(),
    )


def _missing(lack: Lack, connections: Sequence[Connected], others: Sequence[TargetSeen]) -> Missing:
    sources = _bringing(lack.kind)
    able = [each for each in connections if each.probe.source in sources]
    waiting = [each for each in able if not any(t.collected_at for t in each.targets)]
    asked = [each.probe.name for each in able if each not in waiting]
    asked += [target.source for target in others if target.source in sources]
    return Missing(
        lack=lack,
        sources=sources,
        asked=tuple(dict.fromkeys(asked)),
        command=_command(sources, waiting, asked),
    )


def _command(sources: Sequence[str], waiting: Sequence[Connected], asked: Sequence[str]) -> str:
    if not sources or asked:
        return ""  # it was asked and had none: another command brings no more
    if waiting:
        return f"trueup collect --only {waiting[0].probe.name}"
    if sources == ("git",):
        return "trueup collect PATH"
    return f"trueup init --add --connect {sources[0] if len(sources) == 1 else 'SOURCE'}"


_ONLY_WITH = {
    "change.opened_at": "change_event",
    "ai_request.list_cost": "ai_request",
    "ai_lines.offered_count": "ai_lines",
}
"""Columns that are there where a table is: git knows changes, but not when they were proposed."""
_BY_LINKS = ("work_item_change", "ai_session_commit")


def _bringing(kind: str) -> tuple[str, ...]:
    """Return the sources that can fill a table; none where that takes more than a source."""
    tables = set(_ONLY_WITH.get(kind, kind).split("|"))
    if tables.intersection(_BY_LINKS):
        return ()
    found = ["git"] if tables.intersection(GitConnector.tables) else []
    for name in source_names():
        try:
            owners = find_source(name).owners
        except ConfigError:  # a package that is broken is named where it is connected
            continue
        if tables.intersection(owners):
            found.append(name)
    return tuple(found)
