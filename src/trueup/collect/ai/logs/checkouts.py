"""Which repository a folder named by a log is a checkout of, where it is on this machine."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from trueup.collect.repositories import repository_id_of

_PREFERRED = ("origin", "upstream")
_WAIT_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A checkout.

    Parameters
    ----------
    repository_id
        As git's own rows have it; None where the folder is no checkout on this machine.
    root
        Its top folder, in clear; never to be put into a record.
    """

    repository_id: str | None = None
    root: str | None = None

    def path_of(self, path: str) -> str | None:
        """Return a path as the repository has it; None for files outside of it."""
        if self.root is None:
            return None
        is_windows = "\\" in path
        pure = PureWindowsPath(path) if is_windows else PurePosixPath(os.path.normpath(path))
        if not pure.is_absolute():
            return None if ".." in pure.parts else pure.as_posix()
        try:
            inside = pure.relative_to(type(pure)(self.root)).as_posix()
        except ValueError:
            return None
        return None if inside == "." or inside.startswith(".git/") else inside


NOWHERE = Place()


class Checkouts:
    """Looks each folder up once."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}
        self._roots: dict[str, Place] = {}

    def place(self, folder: str | None) -> Place:
        """Return the checkout a folder lies in; one that was removed since, by its parents."""
        if not folder:
            return NOWHERE
        found = self._places.get(folder)
        if found is None:
            found = self._places[folder] = self._look_up(folder)
        return found

    def _look_up(self, folder: str) -> Place:
        path = Path(folder)
        if not path.is_absolute():
            return NOWHERE
        for one in (path, *path.parents):
            if _is_there(one / ".git"):
                root = str(one)
                if root not in self._roots:
                    self._roots[root] = Place(repository_id=_repository_id(root), root=root)
                return self._roots[root]
        return NOWHERE


def _is_there(path: Path) -> bool:
    """Say whether a path is there; one that may not be looked at, or is none, is not."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def asked_git(folder: str | Path, *arguments: str) -> str:
    """Return what git says of a folder, empty where it says nothing or is not there."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", *arguments],
            cwd=folder,
            env={**kept, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_WAIT_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def _repository_id(root: str) -> str | None:
    """Return the address of the remote, else the oldest root commit, as git's own rows do."""
    said = asked_git(root, "config", "--null", "--get-regexp", r"^remote\..*\.url$")
    remotes: dict[str, str] = {}
    for entry in said.split("\0"):
        key, _, address = entry.partition("\n")
        is_elsewhere = "://" in address or "@" in address
        named = repository_id_of(address) if is_elsewhere else None
        if named is not None and not address.startswith("file:"):
            remotes.setdefault(key.removeprefix("remote.").removesuffix(".url"), named)
    for name in (*_PREFERRED, *remotes):
        if name in remotes:
            return remotes[name]
    lines = asked_git(root, "log", "--max-parents=0", "--format=%ct %H", "HEAD", "--").splitlines()
    roots = [
        (int(at), sha) for at, _, sha in (line.partition(" ") for line in lines) if at.isdigit()
    ]
    return f"root:{min(roots)[1]}" if roots else None
