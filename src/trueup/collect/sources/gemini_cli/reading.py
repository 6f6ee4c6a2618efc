"""A recorded chat of Gemini CLI into what is kept of its session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trueup.collect.ai.logs.checkouts import Place
from trueup.collect.ai.logs.lines import LineReader
from trueup.collect.ai.logs.shapes import Shapes
from trueup.collect.ai.patches import Lines, in_diff
from trueup.collect.ai.sessions.edits import edits
from trueup.collect.ai.sessions.files import LogFile, document
from trueup.collect.ai.sessions.telling import Session, instant_of, label, whole
from trueup.collect.ai.tokens import Tokens
from trueup.collect.answers import objects, part, said

_FIRST = ("sessionId", "projectHash", "messages")
_REFUSED = frozenset(("error", "cancelled"))
_SHELL = "run_shell_command"
_COMMANDS = ("/", "?")
"""What a user line begins with that is no prompt."""
One = Mapping[str, Any]


@dataclass(slots=True)
class Chat:
    """What the lines of a chat say, each message as it was last written.

    A message that was taken back (``$rewindTo``, a list set anew) was answered all the same, and
    its tokens were used: it stays.
    """

    about: dict[str, Any] = field(default_factory=dict)
    messages: dict[str, One] = field(default_factory=dict)

    def read(self, path: Path, faults: Counter[str], shapes: Shapes) -> int:
        """Take a file; return how many lines it has. One of ``.json`` is one."""
        if path.suffix == ".json":
            found = document(path, faults)
            if isinstance(found, dict):
                self._take(found)
            return 1
        reader, file = LineReader(dict[str, Any], faults), LogFile(path, faults)
        for _, text in file:
            line = reader.read(text)
            if line is not None and not self._take(line):
                faults[shapes.add(said(line, "type"), text)] += 1
        return file.lines

    def _take(self, line: One) -> bool:
        """Take a line; say whether it is one of those there are."""
        if said(line, "id"):
            self.messages[said(line, "id")] = line
        elif "$set" in line:
            self._set(part(line, "$set"))
        elif any(name in line for name in _FIRST):
            self._set(line)
        elif "$rewindTo" not in line:
            return False
        return True

    def _set(self, values: One) -> None:
        self.about.update(values)
        for message in objects(values.get("messages")):
            if said(message, "id"):
                self.messages[said(message, "id")] = message


def session_of(chat: Chat, native: str, parent: str | None, place: Place) -> Session:
    """Return what is kept of a chat.

    Parameters
    ----------
    native
        Its id by the name of its file, where no line says it.
    parent
        Id of the chat whose folder it lies in.
    """
    is_subagent = said(chat.about, "kind") == "subagent" or parent is not None
    session = Session(
        native=said(chat.about, "sessionId") or native,
        parent=parent,
        agent="subagent" if is_subagent else "main",
        place=place,
        provider="google",
    )
    session.saw(instant_of(chat.about.get("startTime")))
    for message in chat.messages.values():
        _message(session, message)
    return session


def _message(session: Session, message: One) -> None:
    at, kind = instant_of(message.get("timestamp")), said(message, "type")
    session.saw(at)
    if kind == "user" and session.agent == "main" and not _is_command(message.get("content")):
        session.act("prompt", at)
    if kind != "gemini":
        return
    model = label(message.get("model"))
    tokens = _tokens(part(message, "tokens"))
    session.request(said(message, "id"), at, tokens, model=model)
    for call in objects(message.get("toolCalls")):
        _call(session, call, instant_of(call.get("timestamp")) or at, model)


def _tokens(told: One) -> Tokens:
    """Return disjoint buckets: cached ones are part of the input, thoughts none of the output.

    Tokens of what tools put into the prompt are outside of the input, unless the total says else.
    """
    prompt, output, thoughts = (whole(told.get(name)) for name in ("input", "output", "thoughts"))
    tool, total = whole(told.get("tool")), whole(told.get("total"))
    is_outside = not total or total >= prompt + output + thoughts + tool
    cached = min(whole(told.get("cached")), prompt)
    return Tokens.of_whole_prompt(
        prompt + (tool if is_outside else 0),
        cache_read=cached,
        output=output + thoughts,
        reasoning_output=thoughts,
    )


def _call(session: Session, call: One, at: int | None, model: str | None) -> None:
    name, arguments, status = said(call, "name"), part(call, "args"), said(call, "status")
    session.called(name, repr(sorted(arguments.items(), key=str)), at)
    if status == "error":
        session.act("tool_failed", at, name)
    elif status == "cancelled":
        session.act("tool_rejected", at, name)
    if name == _SHELL:
        session.ran(said(arguments, "command"), at)
        for text in _texts(call.get("result"), 0):
            session.printed(text, at)
    if status not in _REFUSED:
        for one in _lines(name, arguments, part(call, "resultDisplay")):
            session.wrote(one.path, one.added, one.removed, at=at, model=model)


def _lines(name: str, arguments: One, shown: One) -> Iterator[Lines]:
    """Yield lines the model wrote: as the tool counted them, else as they stand in the call."""
    path, counted = said(arguments, "file_path"), part(shown, "diffStat")
    if path and counted:
        added, removed = counted.get("model_added_lines"), counted.get("model_removed_lines")
        yield Lines(path=path, added=whole(added), removed=whole(removed))
    elif path and said(shown, "fileDiff"):
        added, removed = in_diff(said(shown, "fileDiff"))
        yield Lines(path=path, added=added, removed=removed)
    else:
        yield from edits(name, arguments)


def _is_command(content: Any) -> bool:
    text = next(_texts(content, 0), "")
    return text.lstrip().startswith(_COMMANDS)


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list) and depth < 6:
        for below in value.values() if isinstance(value, dict) else value:
            yield from _texts(below, depth + 1)
