"""Codex as a source: which files there are, which of them are the same session."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from trueup.collect.ai.sessions.rows import owners_but
from trueup.collect.ai.sessions.source import SessionSource
from trueup.collect.ai.sessions.visiting import Found, Surroundings, Unit, files_below
from trueup.collect.recorded import Fetched, Note, Visit
from trueup.collect.sources.codex.headless import read_output, thread_of
from trueup.collect.sources.codex.reading import meta_of, parent_of, read_rollout, sights_of
from trueup.collect.sources.codex.replaying import Sight

_NAMED = re.compile(r"rollout-.*?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_ARCHIVED = "archived_sessions"
_OTHERS = frozenset(("history.jsonl", "session_index.jsonl"))


class Codex(SessionSource):
    """Sessions of Codex on this machine."""

    name: ClassVar[str] = "codex"
    tool: ClassVar[str] = "openai-codex"
    needs: ClassVar[str] = "sessions of codex"
    owners: ClassVar[Mapping[str, str]] = owners_but("ai_spend")

    def standard(self) -> Iterable[Path]:
        """Return the folder of Codex in one's home."""
        home = os.environ.get("CODEX_HOME")
        return [Path(home).expanduser() if home else Path.home() / ".codex"]

    def logs(self, visit: Visit) -> Rollouts:
        """Return the rollouts of a folder."""
        return Rollouts(Path(visit.target))

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield the sessions of rollouts that changed."""
        yield from super().fetch(visit)
        yield from _compressed(Path(visit.target))


SOURCE = Codex()


class Rollouts:
    """The logs of one folder: a unit for each session, by the id in the names of its files."""

    def __init__(self, folder: Path) -> None:
        self._files: dict[str, Path] = {}
        self._output: dict[str, list[Path]] = {}
        self._sights: dict[str, Sequence[Sight]] = {}
        for base, path in _found(folder, "*.jsonl"):
            self._add(base, path)
        for thread in self._output.keys() & self._files.keys():
            del self._output[thread]  # the rollout tells of the same

    def units(self) -> Iterable[Unit]:
        """Return a unit for each session."""
        return [
            *(Unit(name=name, paths=(path,)) for name, path in sorted(self._files.items())),
            *(Unit(name=name, paths=tuple(some)) for name, some in sorted(self._output.items())),
        ]

    def read(self, unit: Unit, around: Surroundings) -> Found:
        """Read one session."""
        if unit.name in self._output:
            return read_output(unit.paths, unit.name, around)
        (path,) = unit.paths
        native = unit.name if _NAMED.match(path.name) else None
        parent = parent_of(meta_of(path))
        is_there = parent is not None and parent in self._files
        found = read_rollout(path, native, self._parent(parent) if is_there else None, around)
        found.waits_for = "" if is_there or parent is None else parent
        return found

    def _add(self, base: Path, path: Path) -> None:
        named = _NAMED.match(path.name)
        thread = None if named else _thread(path)
        if thread is not None:
            self._output.setdefault(thread, []).append(path)
            return
        name = named[1] if named else path.relative_to(base).with_suffix("").as_posix()
        known = self._files.get(name)
        if known is None or (_ARCHIVED in known.parts and _ARCHIVED not in path.parts):
            self._files[name] = path

    def _parent(self, parent: str | None) -> Sequence[Sight]:
        if parent is None:
            return ()
        if parent not in self._sights:
            self._sights[parent] = sights_of(self._files[parent])
        return self._sights[parent]


def _thread(path: Path) -> str | None:
    try:
        return thread_of(path)
    except OSError:
        return None


def _found(folder: Path, pattern: str) -> Iterator[tuple[Path, Path]]:
    """Yield the files there are, those of its own two folders where it has them, with these."""
    below = [folder / name for name in ("sessions", _ARCHIVED) if (folder / name).is_dir()]
    for base in below or [folder]:
        for path in files_below(base, pattern):
            if path.name not in _OTHERS:
                yield (base if base.is_dir() else base.parent), path


def _compressed(folder: Path) -> Iterator[Note]:
    count = len(list(_found(folder, "*.jsonl.zst"))) if folder.is_dir() else 0
    if count:
        yield Note(
            subject="rollouts of codex that are compressed",
            expected=count,
            seen=0,
            skipped=count,
            reason="files that Codex compressed are not read; what was read of them before stays",
            remedy="Switch off local_thread_store_compression, or collect at least every week.",
        )
