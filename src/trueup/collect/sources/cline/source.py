"""Cline as a source: where its tasks are, in every generation of its storage."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from trueup.collect.ai.sessions.files import document
from trueup.collect.ai.sessions.models import model_of
from trueup.collect.ai.sessions.rows import KIND
from trueup.collect.ai.sessions.source import SessionSource
from trueup.collect.ai.sessions.telling import Session, instant_of
from trueup.collect.ai.sessions.visiting import Found, Surroundings, Unit, files_below
from trueup.collect.answers import objects, said
from trueup.collect.recorded import Visit
from trueup.collect.sources.cline.talks import ENDING, read_talk
from trueup.collect.sources.cline.tasks import METADATA, WINDOW, Task, totals_of

_TOOLS = {"roo-cline": "roo-code", "kilo-code": "kilo"}
"""Tools by how the names of their folders end."""
_EXTENSIONS = (
    "saoudrizwan.claude-dev",
    "rooveterinaryinc.roo-cline",
    "kilocode.kilo-code",
)
_EDITORS = ("Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf")
_HISTORY = "taskHistory.json"
_ITEM = "history_item.json"
_GONE = "history/"
One = Mapping[str, Any]


class Cline(SessionSource):
    """Tasks of Cline, Roo Code and Kilo Code on this machine."""

    name: ClassVar[str] = "cline"
    tool: ClassVar[str] = "cline"
    needs: ClassVar[str] = "tasks of cline"

    def standard(self) -> Iterable[Path]:
        """Return the folders of the command line and of the extensions in all editors."""
        return _standard()

    def logs(self, visit: Visit) -> Tasks:
        """Return the tasks of a folder."""
        return Tasks(folder=Path(visit.target), known=visit.known(KIND))

    def tool_of(self, target: str) -> str:
        """Return the tool whose extension a folder is of."""
        ends = [part.rpartition(".")[2].lower() for part in Path(target).parts]
        return next((tool for end, tool in _TOOLS.items() if end in ends), self.tool)


SOURCE = Cline()


@dataclass(slots=True, kw_only=True)
class Tasks:
    """Tasks of one folder.

    Parameters
    ----------
    known
        Ids of those collected before: of tasks that were deleted since, the history knows less.
    """

    folder: Path
    known: frozenset[str]
    _history: dict[str, One] = field(default_factory=dict)
    _there: set[str] = field(default_factory=set)

    def units(self) -> list[Unit]:
        """Return a unit for each task, and one for the history of those that are gone."""
        found: dict[str, list[Path]] = {}
        lists: list[Path] = []
        for path in files_below(self.folder, "*.json"):
            if path.name == WINDOW:
                beside = path.with_name(METADATA)
                found[path.parent.name] = [path, *([beside] if beside.is_file() else [])]
            elif path.name in (f"{path.parent.name}.json", f"{path.parent.name}{ENDING}"):
                found.setdefault(path.parent.name, []).append(path)
            elif path.name in (_HISTORY, _ITEM):
                self._remember(path)
                lists += [path] if path.name == _HISTORY else []
        self._there = set(found)
        units = [Unit(name=name, paths=tuple(paths)) for name, paths in sorted(found.items())]
        return [*units, *(Unit(name=f"{_GONE}{path.name}", paths=(path,)) for path in lists)]

    def read(self, unit: Unit, around: Surroundings) -> Found:
        """Read one unit."""
        first = unit.paths[0]
        if unit.name.startswith(_GONE):
            return self._gone(around)
        if first.name != WINDOW:
            return read_talk(unit.paths, unit.name, around)
        faults = Counter[str]()
        session = self._session(unit.name, around)
        is_read = Task(session, first.parent, faults).read(first)
        if is_read and not session.requests:
            self._totals(session)
        return Found(sessions=[session] if is_read else [], lines=1, faults=faults)

    def _gone(self, around: Surroundings) -> Found:
        """Return the tasks only the history knows, and that were never read themselves."""
        sessions = []
        for native in sorted(self._history.keys() - self._there - self.known):
            session = self._session(native, around)
            self._totals(session)
            sessions.append(session)
        return Found(sessions=sessions, lines=1)

    def _session(self, native: str, around: Surroundings) -> Session:
        item = self._history.get(native, {})
        place = around.place(said(item, "cwdOnTaskInitialization") or said(item, "workspace"))
        return Session(native=native, place=place, person=around.person(place))

    def _totals(self, session: Session) -> None:
        item = self._history.get(session.native, {})
        at, (provider, model) = instant_of(item.get("ts")), model_of(item.get("modelId"))
        session.request("total", at, totals_of(item), model=model, provider=provider)
        cost = item.get("totalCost")
        if isinstance(cost, int | float) and not isinstance(cost, bool) and cost > 0:
            session.paid("total", cost, at, model=model, provider=provider)

    def _remember(self, path: Path) -> None:
        try:
            told = document(path, Counter())
        except OSError:
            return
        for item in objects(told if isinstance(told, list) else [told]):
            if said(item, "id"):
                self._history[said(item, "id")] = item


def _standard() -> Iterator[Path]:
    own = os.environ.get("CLINE_DATA_DIR") or os.environ.get("CLINE_DIR")
    yield Path(own).expanduser() if own else Path.home() / ".cline" / "data"
    homes = [
        *(Path.home() / ".config" / editor for editor in _EDITORS),
        *(Path.home() / "Library" / "Application Support" / editor for editor in _EDITORS),
        *(Path.home() / name / "data" for name in (".vscode-server", ".cursor-server")),
    ]
    for home in homes:
        for extension in _EXTENSIONS:
            yield home / "User" / "globalStorage" / extension
