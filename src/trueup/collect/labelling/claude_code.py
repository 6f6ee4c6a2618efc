"""What persons wrote in transcripts of Claude Code, in memory alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from trueup.collect.ai.logs.lines import LineReader
from trueup.collect.ai.sessions.files import LogFile
from trueup.collect.sources.claude_code.calls import words_of
from trueup.collect.sources.claude_code.gathering import is_prompt
from trueup.collect.sources.claude_code.line import Line
from trueup.collect.sources.claude_code.places import targets, transcripts
from trueup.collect.sources.claude_code.session_rows import TOOL
from trueup.config import Connection


def located(connection: Connection) -> dict[str, Path]:
    """Return where the transcript of each session lies, by the names of files alone.

    Raises
    ------
    SourceUnavailable
        There are no transcripts.
    """
    return {
        f"{TOOL}:{one.native}": one.path
        for target, _ in targets(connection)
        for one in transcripts(target)
        if one.path.stem == one.native
    }


def prompts(path: Path) -> Iterator[str]:
    """Yield what a person wrote, in order; results of tools and what tools insert left out.

    Raises
    ------
    OSError
        The file may not be read, or is gone.
    """
    unread: Counter[str] = Counter()
    reader = LineReader(Line, unread)
    for _, text in LogFile(path, unread):
        line = reader.read(text) if b'"user"' in text else None
        if line is None or line.type != "user" or line.message is None:
            continue
        words = words_of(line.message)
        if words and is_prompt(line, words):
            yield words
