"""Gemini CLI as a source: which files there are, and which folder each project is."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from trueup.collect.ai.sessions.files import document
from trueup.collect.ai.sessions.rows import owners_but
from trueup.collect.ai.sessions.source import SessionSource
from trueup.collect.ai.sessions.visiting import Found, Surroundings, Unit
from trueup.collect.answers import part
from trueup.collect.recorded import Visit
from trueup.collect.sources.gemini_cli.reading import Chat, session_of

_MAIN = re.compile(r"session-.*-([0-9a-f]{8})")
_CHATS = "chats"


class GeminiCli(SessionSource):
    """Chats of Gemini CLI on this machine."""

    name: ClassVar[str] = "gemini_cli"
    tool: ClassVar[str] = "gemini-cli"
    needs: ClassVar[str] = "chats of gemini_cli"
    owners: ClassVar[Mapping[str, str]] = owners_but("ai_spend")

    def standard(self) -> Iterable[Path]:
        """Return the folder of Gemini CLI in one's home."""
        home = Path(os.environ.get("GEMINI_CLI_HOME") or Path.home()).expanduser()
        return [home / ".gemini"]

    def logs(self, visit: Visit) -> Projects:
        """Return the chats of all projects."""
        return Projects(Path(visit.target))


SOURCE = GeminiCli()


class Projects:
    """Chats of all projects; the same chat may be in an older file and in a newer one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder if folder.is_dir() else folder.parent
        self._files = [folder] if folder.is_file() else sorted(_chats(folder))
        self._known = self._registry()

    def units(self) -> list[Unit]:
        """Return a unit for each chat."""
        found: dict[str, list[Path]] = {}
        for path in self._files:
            named = _MAIN.fullmatch(path.stem)
            chat = named[1] if named else path.stem
            name = (path.parent.relative_to(self._folder) / chat).as_posix()
            found.setdefault(name, []).append(path)
        return [Unit(name=name, paths=tuple(paths)) for name, paths in sorted(found.items())]

    def read(self, unit: Unit, around: Surroundings) -> Found:
        """Read one chat: the older file first, so that the newer one has the last word."""
        chat, faults = Chat(), Counter[str]()
        ordered = sorted(unit.paths, key=lambda path: (path.suffix != ".json", path.name))
        lines = sum(chat.read(path, faults, around.shapes) for path in ordered)
        first = ordered[0]
        is_nested = first.parent.parent.name == _CHATS
        place = around.place(
            self._root(first.parent.parent.parent if is_nested else first.parent.parent)
        )
        session = session_of(chat, first.stem, first.parent.name if is_nested else None, place)
        session.person = around.person(place)
        return Found(sessions=[session], lines=lines, faults=faults)

    def _root(self, project: Path) -> str | None:
        """Return the folder a project is; Gemini's own has a slug, or a digest of the path."""
        marker = project / ".project_root"
        try:
            if marker.is_file():
                return marker.read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            pass
        return self._known.get(project.name)

    def _registry(self) -> dict[str, str]:
        try:
            told = document(self._folder / "projects.json", Counter())
        except OSError:
            return {}
        found: dict[str, str] = {}
        for root, slug in part(told if isinstance(told, dict) else {}, "projects").items():
            found[str(slug)] = root
            found[hashlib.sha256(root.encode("utf-8", "replace")).hexdigest()] = root
        return found


def _chats(folder: Path) -> Iterator[Path]:
    for form in ("*.json", "*.jsonl"):
        for path in folder.rglob(form):
            if _CHATS in path.parent.parts or not (folder / "tmp").is_dir():
                yield path
