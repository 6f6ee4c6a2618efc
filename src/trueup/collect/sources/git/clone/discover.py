"""Finds the git repositories at a location, and gives each a name that does not move with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from trueup.collect.sources.git.clone.addresses import is_remote, main_address
from trueup.collect.sources.git.clone.refs import list_refs
from trueup.collect.sources.git.process import Git, require_git
from trueup.errors import SourceIncomplete, SourceUnavailable

_DEPTH = 2
"""How many levels below a folder of repositories are looked at."""
_DULL_NAMES = ("repo", "git", "repository")


@dataclass(slots=True, kw_only=True)
class Found:
    """Repositories at a location.

    Parameters
    ----------
    targets
        Git directory and repository id of each, in order of path.
    copies
        For each id, folders that hold the same repository again and are not read.
    skipped
        Folders that look like repositories and cannot be read, each with the reason.
    """

    targets: list[tuple[str, str]] = field(default_factory=list)
    copies: dict[str, list[str]] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def find(location: str) -> Found:
    """Find every repository at `location`.

    A checkout, a folder inside one, a worktree, a bare repository, or a folder that holds
    several of these up to two levels down.

    Raises
    ------
    SourceUnavailable
        The location is an address, does not exist, cannot be entered, or holds no repository
        that can be read; or there is no git.
    """
    require_git()
    place = _existing(location)
    found = Found()
    for directory in _directories(place, found):
        try:
            target_id = repository_id(Git(directory))
        except SourceIncomplete as error:
            found.skipped.append((str(directory), error.fact))
            continue
        known = next((target for target, name in found.targets if name == target_id), None)
        if known is None:
            found.targets.append((str(directory), target_id))
        elif known != str(directory):
            found.copies.setdefault(target_id, []).append(display_name(directory))
    if not found.targets:
        raise _nothing(location, found)
    return found


def repository_id(git: Git) -> str:
    """Return the address of the remote, else ``root:`` and the oldest root commit.

    An empty repository without a remote has neither: it goes by ``empty:`` and its folder's
    name until it has a commit.
    """
    address = main_address(git)
    if address is not None:
        return address
    listing = list_refs(git)
    if listing.head is None:
        return f"empty:{display_name(git.directory)}"
    form = ("log", "--max-parents=0", "--format=%ct %H")
    roots = [line.split() for line in git.run(*form, listing.head, "--").decode().splitlines()]
    oldest = min(roots, key=lambda root: (int(root[0]) if len(root) > 1 else 0, root[-1]))
    return f"root:{oldest[-1]}"


def display_name(directory: Path) -> str:
    """Return what a person calls a repository that has no remote: its folder's name."""
    parts = [part.removesuffix(".git") for part in directory.parts if part != "/"]
    names = [part for part in parts if part and part not in _DULL_NAMES]
    return names[-1] if names else "repository"


def _existing(location: str) -> Path:
    place = Path(location).expanduser()
    try:
        if place.is_dir():
            os.scandir(place).close()
            return place.resolve()
    except PermissionError as error:
        raise SourceUnavailable(
            f"{location} may not be read by you.", hint="Ask for permission, or copy it."
        ) from error
    if is_remote(location):
        raise SourceUnavailable(
            f"{location} is an address, and trueup reads folders.",
            hint="Clone it first with `git clone --mirror`, then name the folder.",
        )
    fact = "is a file, not a folder" if place.exists() else "does not exist"
    raise SourceUnavailable(f"{location} {fact}.", hint="Name a folder with a git repository.")


def _directories(place: Path, found: Found) -> list[Path]:
    own = _git_directory(place, found)
    if own is not None:
        return [own]
    enclosing = next((d for p in place.parents if (d := _git_directory(p, Found()))), None)
    below = sorted(_below(place, found, _DEPTH))
    if enclosing is not None:
        apart = [directory for directory in below if not directory.is_relative_to(enclosing)]
        return apart or [enclosing]
    return below


def _below(place: Path, found: Found, depth: int) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(place), key=lambda entry: entry.name)
    except OSError as error:
        found.skipped.append((str(place), error.strerror or "cannot be read"))
        return
    for entry in entries:
        try:
            if entry.name.startswith(".") or not entry.is_dir():
                continue
        except OSError:
            continue
        directory = _git_directory(Path(entry.path), found)
        if directory is not None:
            yield directory
        elif depth > 1:
            yield from _below(Path(entry.path), found, depth - 1)


def _git_directory(place: Path, found: Found) -> Path | None:
    """Return the git directory that belongs to a folder, None when it is not a repository."""
    inside = place / ".git"
    try:
        if inside.is_file():
            return _pointed(inside, found)
        for directory in (inside, place):
            if _looks_like_git(directory):
                return directory.resolve()
    except PermissionError:
        found.skipped.append((str(place), "may not be read by you"))
    return None


def _looks_like_git(directory: Path) -> bool:
    has_objects = (directory / "objects").is_dir() and (directory / "refs").is_dir()
    return (directory / "HEAD").is_file() and (has_objects or (directory / "commondir").is_file())


def _pointed(pointer: Path, found: Found) -> Path | None:
    """Follow a ``.git`` file, as a worktree or a submodule has."""
    text = pointer.read_text("utf-8", "replace").strip()
    directory = (pointer.parent / text.removeprefix("gitdir:").strip()).resolve()
    if text.startswith("gitdir:") and _looks_like_git(directory):
        return directory
    found.skipped.append((str(pointer.parent), "its .git file points nowhere"))
    return None


def _nothing(location: str, found: Found) -> SourceUnavailable:
    if found.skipped:
        where, why = found.skipped[0]
        more = f" ({len(found.skipped) - 1} more likewise)" if len(found.skipped) > 1 else ""
        return SourceUnavailable(
            f"No repository at {location} can be read; {where}: {why.rstrip('.')}{more}.",
            hint="Run `git fsck` there, or name another folder.",
        )
    return SourceUnavailable(
        f"There is no git repository at {location}.",
        hint="Name a checkout, a bare repository, or a folder that holds some.",
    )
