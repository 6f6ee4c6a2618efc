"""What was written in sessions whose transcripts lie on this machine: read, used and forgotten."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from trueup.collect.labelling import claude_code, codex
from trueup.config import Connection, Settings
from trueup.errors import SourceUnavailable

LONGEST = 4000
"""Characters of a prompt that are looked at; longer ones are mostly pasted files."""
MOST = 60
"""Prompts of a session that are looked at: of more, the first half of these and the last."""

_LOCATED: Mapping[str, Callable[[Connection], dict[str, Path]]] = MappingProxyType(
    {"claude_code": claude_code.located, "codex": codex.located}
)
_PROMPTS: Mapping[str, Callable[[Path], Iterator[str]]] = MappingProxyType(
    {"claude_code": claude_code.prompts, "codex": codex.prompts}
)


class Transcripts:
    """Transcripts on this machine, of the tools whose prompts can be read.

    Those that connections name, else those of the tool's own folder. Nothing is opened before
    `prompts` is asked.
    """

    def __init__(self, settings: Settings) -> None:
        self._files: dict[str, tuple[str, Path]] = {}
        for source, located in _LOCATED.items():
            named = [one for one in settings.connections if one.source == source]
            for connection in named or [Connection(source=source)]:
                try:
                    found = located(connection)
                except SourceUnavailable:
                    continue
                for session, path in found.items():
                    self._files.setdefault(session, (source, path))

    @property
    def sessions(self) -> Collection[str]:
        """Return the ids of all whose transcripts are here."""
        return self._files.keys()

    def place(self, session: str) -> Path | None:
        """Return where the transcript of a session lies; None where it is not on this machine."""
        return self._files[session][1].resolve() if session in self._files else None

    def prompts(self, sessions: Collection[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield sessions with what a person wrote in them, cut to what is looked at.

        Sessions without a transcript here, or without a readable prompt, are left out.
        """
        for session in sorted(sessions):
            if session not in self._files:
                continue
            source, path = self._files[session]
            try:
                said = tuple(words[:LONGEST] for words in _PROMPTS[source](path))
            except OSError:
                continue
            if said:
                yield session, said if len(said) <= MOST else _ends(said)


def _ends(said: tuple[str, ...]) -> tuple[str, ...]:
    return said[: MOST // 2] + said[-(MOST // 2) :]
