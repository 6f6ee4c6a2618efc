"""CODEOWNERS: which team owns which folder; names and addresses of persons are dropped.

https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
https://docs.gitlab.com/user/project/codeowners/reference/
"""

from __future__ import annotations

import re
from typing import NamedTuple

_TEAM = re.compile(r"(?<![\w@])@([\w.-]+(?:/[\w.-]+)+)")
_SECTION = re.compile(r"\^?\[[^\]]+\](?:\[\d+\])?")
_PATTERN = re.compile(r"(?:\\.|[^\\\s])+")
_FOLDER = re.compile(r"/?((?:[\w.@+ -]+/)*[\w.@+ -]+)?/?(?:\*\*?|\*\*/\*)?/?")


class Owners(NamedTuple):
    """What a file says: folders with their team, and how many lines are no folder's."""

    folders: list[dict[str, str | None]]
    skipped: int


def owners_of(text: str) -> Owners:
    """Return each folder with the team that owns it; a later line takes it from an earlier one.

    A folder given to persons or to nobody has no team. A line of a section that names nobody has
    the owners of the section. Lines on single files, exclusions and patterns within names are
    counted and left out: a service is a folder.
    """
    found: dict[str, str | None] = {}
    skipped = 0
    of_section: str | None = None
    for line in text.splitlines():
        said = line.partition(" #")[0].strip()
        if not said or said.startswith("#"):
            continue
        section = _SECTION.match(said)
        if section is not None:
            of_section = _team_in(said, section.end())
            continue
        pattern = _PATTERN.match(said)
        folder = _folder(pattern[0].replace("\\ ", " ")) if pattern else None
        if pattern is None or folder is None:
            skipped += 1
            continue
        names_nobody = not said[pattern.end() :].strip()
        found.pop(folder, None)
        found[folder] = of_section if names_nobody else _team_in(said, pattern.end())
    return Owners([{"path": path, "team": team} for path, team in found.items()], skipped)


def _team_in(said: str, start: int) -> str | None:
    team = _TEAM.search(said, start)
    return team[1] if team else None


def _folder(pattern: str) -> str | None:
    """Return the folder a pattern is about, "" for everything, None where it is none."""
    if pattern in ("*", "**", "/**", "/", "/*"):
        return ""
    found = _FOLDER.fullmatch(pattern)
    if found is None or found[1] is None:
        return None
    name = found[1].rpartition("/")[2]
    is_file = "." in name.strip(".") and not pattern.endswith(("/", "*"))
    return None if is_file else found[1]
