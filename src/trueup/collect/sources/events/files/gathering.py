"""From lines to records: what is said of one thing in many lines is one record of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from trueup.collect.recorded import Note
from trueup.collect.sources.events.files.finding import Content
from trueup.collect.sources.events.files.lines import Line, UnreadableFile, read_lines
from trueup.collect.sources.events.files.surveys import add_line, begun, settle
from trueup.collect.sources.events.files.telling import Told, of_ids, of_spans
from trueup.collect.sources.events.parsing import Event, parse_event
from trueup.collect.sources.events.schema import OF_SURVEYS
from trueup.collect.sources.events.settings import Options

BY_ID = (
    *("deployment", "incident", "pipeline_run", "policy_event", "ai_spend", "ai_seat"),
    "ai_outage",
)
"""Kinds of which every line is a thing of its own, with an id."""
_THING = {"membership": "team", **dict.fromkeys(OF_SURVEYS, "survey")}
"""What lines of other kinds are about."""


@dataclass(slots=True, kw_only=True)
class Gathered:
    """What the files of a target say.

    Parameters
    ----------
    bodies
        Bodies of records, by kind and key.
    named
        Things that were named, also where their line was of no use: they are not gone.
    is_whole
        Whether every file could be read.
    """

    bodies: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    named: set[tuple[str, str]] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)
    is_whole: bool = True
    _first: dict[tuple[str, str], str] = field(default_factory=dict)
    _again: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def add(self, event: Event, place: str) -> None:
        """Take an event; of several of the same id the last one counts."""
        values, key = event.values, key_of(event)
        if key is None:
            return
        self.named.add((_THING.get(event.kind, event.kind), key))
        if not event.is_sound:
            return
        if event.kind == "membership":
            self._team(values)["members"][_span_key(values)] = _member(values)
        elif event.kind == "team":
            self._team(values)
        elif event.kind == "service":
            self._service(key, values)
        elif event.kind in OF_SURVEYS:
            body = self.bodies.setdefault(("survey", key), begun(values))
            add_line(body, event.kind, values)
        else:
            name = (event.kind, key)
            if name in self._first:
                self._again.setdefault(name, [self._first[name]]).append(place)
            self._first.setdefault(name, place)
            self.bodies[name] = dict(values)

    def finished(self) -> Gathered:
        """Return it with its lists in order, and with what is to be told of it as a whole."""
        spans: list[Mapping[str, Any]] = []
        for (kind, key), body in self.bodies.items():
            if kind == "team":
                body["members"] = [body["members"][one] for one in sorted(body["members"])]
                spans += [{**member, "team": key} for member in body["members"]]
            if kind == "service":
                body["places"] = [body["places"][one] for one in sorted(body["places"])]
            if kind == "survey":
                self.notes += settle(body)
        self.notes += [*of_ids(self._again, len(self._first)), *of_spans(spans)]
        return self

    def _team(self, values: Mapping[str, Any]) -> dict[str, Any]:
        body = self.bodies.setdefault(
            ("team", slug(values["team"])), {"name": values["team"], "parent": None, "members": {}}
        )
        body["parent"] = values.get("parent_team", body["parent"])
        return body

    def _service(self, key: str, values: Mapping[str, Any]) -> None:
        body = self.bodies.setdefault(("service", key), {"name": key, "team": None, "places": {}})
        body["team"] = values.get("team", body["team"])
        place = {"repository": values["repository"], "path": values.get("path", "")}
        body["places"][place["repository"], place["path"]] = place


def gather(found: list[Content], options: Options, now: int) -> Gathered:
    """Read files in their order."""
    gathered = Gathered()
    for one in found:
        told = Told(one.name)
        try:
            for line, event in _events(one, options, now):
                told.line(line, event)
                if event is not None:
                    gathered.add(event, f"{one.name} line {line.number}")
        except UnreadableFile as error:
            told.unreadable = str(error)
            gathered.is_whole = False
        gathered.notes += told.notes()
    return gathered.finished()


def key_of(event: Event) -> str | None:
    """Return what names the thing an event is about, None where it does not say."""
    values = event.values
    if event.kind in BY_ID:
        return values.get("id")
    if event.kind == "person":
        return values["email"].lower() if "email" in values else None
    if event.kind in {"team", "membership"}:
        return slug(values["team"]) if "team" in values else None
    if event.kind in OF_SURVEYS:
        is_named = "survey" in values and "asked" in values
        return f"{slug(values['survey'])}/{values['asked'][:10]}" if is_named else None
    if event.kind == "ai_session_label":
        return label_key(values)
    return values.get("service")


def label_key(values: Mapping[str, Any]) -> str | None:
    """Return what names a label: a rater calls a session one thing in a scheme."""
    named = [values.get(name) for name in ("session", "scheme", "rater")]
    return "|".join(map(str, named)) if all(named) else None


def slug(team: str) -> str:
    """Return the name of a team without what people write now so, now so: case and blanks."""
    return " ".join(team.split()).casefold()


def _events(one: Content, options: Options, now: int) -> Iterator[tuple[Line, Event | None]]:
    if one.content is None:
        raise UnreadableFile("it may not be read")
    for line in read_lines(one.name, one.content, options):
        if line.fault:
            yield line, None
            continue
        yield line, parse_event(line.kind, line.said, now=now, zone=options.zone)


def _span_key(values: Mapping[str, Any]) -> tuple[str, str, str]:
    return values["person"].lower(), values.get("platform", ""), values.get("from", "")


def _member(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in ("person", "platform", "from", "to") if name in values}
