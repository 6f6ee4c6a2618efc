"""Which files a target names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from trueup.collect.sources.events.files.lines import OBJECTS, TABLES
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable

_FORMS = (*TABLES, *OBJECTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A file's name and what is in it; None where it may not be read."""

    name: str
    content: bytes | None

    def digest(self) -> str:
        """Return what changes when the content does."""
        return "" if self.content is None else hashlib.sha256(self.content).hexdigest()


def targets(connection: Connection) -> list[tuple[str, str]]:
    """Return (path, id) of each file or folder; ids do not change when a folder is moved.

    Raises
    ------
    SourceUnavailable
        One of them is not there.
    ConfigError
        None is named, or two have the same name.
    """
    if not connection.targets:
        raise ConfigError(
            "A connection to events names no file.",
            hint='Write targets = ["events"], a folder, or ["deployments.csv"].',
        )
    found: dict[str, str] = {}
    for target in connection.targets:
        path = Path(target).expanduser()
        if not path.exists():
            raise SourceUnavailable(f"There is no {target}.", hint="Check its path.")
        target_id = f"events:{connection.name or 'events'}/{path.resolve().name}"
        if target_id in found:
            raise ConfigError(
                f"{target} and {found[target_id]} of one connection have the same name.",
                hint="Give each a connection of its own, with a name.",
            )
        found[target_id] = target
    return [(target, target_id) for target_id, target in found.items()]


def contents(target: str) -> list[Content]:
    """Return the files of a target in the order of their names.

    Raises
    ------
    SourceUnavailable
        It is no longer there, or holds no file of events.
    """
    path = Path(target).expanduser()
    if path.is_dir():
        files = [one for one in path.iterdir() if one.suffix.lower() in _FORMS and one.is_file()]
    else:
        files = [path] if path.is_file() else []
    if not files:
        raise SourceUnavailable(
            f"{target} holds no file of events.", hint=f"Put files there: {', '.join(_FORMS)}."
        )
    return [Content(name=one.name, content=_read(one)) for one in sorted(files)]


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
