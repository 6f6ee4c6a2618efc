"""What ``codex exec --json`` prints, where somebody keeps it: no instants, one running total."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from trueup.collect.ai.logs.lines import LineReader
from trueup.collect.ai.sessions.files import LogFile
from trueup.collect.ai.sessions.telling import Session
from trueup.collect.ai.sessions.visiting import Found, Surroundings
from trueup.collect.sources.codex.calls import Calls
from trueup.collect.sources.codex.lines import Gauge, Line
from trueup.collect.sources.codex.metering import Meter, tokens_of

_KNOWN = frozenset(
    (
        *("thread.started", "turn.started", "turn.completed", "turn.failed", "error"),
        *("item.started", "item.updated", "item.completed"),
    )
)


def thread_of(path: Path) -> str | None:
    """Return the id of the thread whose output a file holds; None where it is none."""
    unused: Counter[str] = Counter()
    reader = LineReader(Line, unused)
    for number, text in LogFile(path, unused, is_head=True):
        if number > 0:
            break
        line = reader.read(text)
        if line is not None and line.type == "thread.started":
            return line.thread_id
    return None


def read_output(paths: Sequence[Path], thread: str, around: Surroundings) -> Found:
    """Read everything that was printed of one thread, resumed or not.

    The counter runs on where a thread is resumed, so files are read in the order in which they
    were written; what is told of them is dated by when their file was last written to.
    """
    session, faults, lines = Session(native=thread, provider="openai"), Counter[str](), 0
    meter, calls, number = Meter(), Calls(session), 0
    for path in sorted(paths, key=lambda one: (one.stat().st_mtime_ns, one.name)):
        at = path.stat().st_mtime_ns // 1_000
        reader, file = LineReader(Line, faults), LogFile(path, faults)
        for _, text in file:
            line = reader.read(text)
            if line is None:
                continue
            if line.type not in _KNOWN:
                faults[around.shapes.add(line.type, text)] += 1
            elif line.type == "item.completed" and line.item is not None:
                calls.done(line.item, at, None)
            elif line.type == "turn.completed":
                counts = meter.new(Gauge(total_token_usage=line.usage))
                if counts is not None:
                    session.request(f"n{number}", at, tokens_of(counts))
                    number += 1
            elif line.type == "turn.failed":
                session.act("interrupted", at)
        lines += file.lines
    calls.end()
    return Found(sessions=[session], lines=lines, faults=faults)
