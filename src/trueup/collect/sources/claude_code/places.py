"""Where transcripts are, and which files of them there are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trueup.collect.ai.logs.machine import is_own, target_id_of
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable

OPTIONS: Mapping[str, str] = {
    "person": "e-mail address, as in git, of whose sessions these are; default: of this machine",
}
MACHINE = "this machine"
"""The target of a connection that names none: all standard locations."""
_SOURCE = "claude_code"
_VARIABLE = "CLAUDE_CONFIG_DIR"
_STANDARD = ("~/.claude", "~/.config/claude")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One file.

    Parameters
    ----------
    name
        Its path in the folder of logs, with that folder's number where there are several.
    native
        Session it is of, where its lines do not say.
    """

    name: str
    path: Path
    native: str


def targets(connection: Connection) -> list[tuple[str, str]]:
    """Return (target, target_id): every folder or file that is named, else this machine's own.

    Raises
    ------
    SourceUnavailable
        It is not there.
    ConfigError
        The option ``person`` is no address.
    """
    person_of(connection, MACHINE)
    found: dict[str, str] = {}
    for target in connection.targets or (MACHINE,):
        if not _roots(target):
            raise SourceUnavailable(
                f"There are no transcripts of Claude Code at {target}.",
                hint="Name the folder they are in, or set CLAUDE_CONFIG_DIR as Claude Code has it.",
            )
        folder = Path.home() / ".claude" if target == MACHINE else Path(target)
        found.setdefault(target_id_of(_SOURCE, folder), target)
    return [(target, target_id) for target_id, target in found.items()]


def transcripts(target: str) -> list[Transcript]:
    """Return every transcript of a target, those of subagents too, in the order of their paths."""
    found: dict[Path, Transcript] = {}
    for number, root in enumerate(_roots(target)):
        files = [root] if root.is_file() else sorted(root.rglob("*.jsonl"))
        for path in files:
            name = path.name if path == root else path.relative_to(root).as_posix()
            one = Transcript(name=f"{number}/{name}", path=path, native=_native(path))
            found.setdefault(path.resolve(), one)
    return list(found.values())


def person_of(connection: Connection, target: str) -> dict[str, str] | None:
    """Return whose sessions these are; None for who git says it is, empty for nobody known.

    Raises
    ------
    ConfigError
        The option is no address.
    """
    said = connection.options.get("person")
    if said is None:
        return None if target == MACHINE or is_own(Path(target)) else {}
    if not isinstance(said, str) or "@" not in said:
        raise ConfigError(
            "Option person of a claude_code connection is no address.",
            hint='Write person = "ann@example.org", as git has it.',
        )
    return {"email": said.strip().lower()}


def _roots(target: str) -> list[Path]:
    if target != MACHINE:
        named = Path(target).expanduser()
        inner = named / "projects"
        return [inner if inner.is_dir() else named] if named.exists() else []
    said = [part.strip() for part in os.environ.get(_VARIABLE, "").split(",")]
    folders = [Path(one).expanduser() for one in [part for part in said if part] or _STANDARD]
    roots = {(folder / "projects").resolve(): folder / "projects" for folder in folders}
    return [root for root in roots.values() if root.is_dir()]


def _native(path: Path) -> str:
    is_of_subagent = path.parent.name == "subagents"
    return path.parent.parent.name if is_of_subagent else path.stem
