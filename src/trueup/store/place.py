"""Where a workspace lies: beside the reader, never inside the repository under study."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path


def workspace_folder(named: Path | None, here: Path, studied: Sequence[Path], usual: str) -> Path:
    """Return the workspace folder to use.

    The one the user named; else `usual` in the current folder; but where the current folder
    lies inside a repository under study, one of its own below the user's state folder.

    Parameters
    ----------
    named
        The folder the user asked for, if any.
    here
        The current folder.
    studied
        Locations to be collected.
    usual
        Name of the folder in the current one, e.g. ``.trueup``.
    """
    if named is not None:
        return named
    here = here.resolve()
    present = here / usual
    if present.is_dir():
        return present
    for root in (_root(location.resolve()) for location in studied):
        if here.is_relative_to(root):
            return _state_folder() / f"{root.name}-{_digest(root)}"
    return present


def _root(location: Path) -> Path:
    """Return the top of the checkout `location` lies in, or `location` itself."""
    for folder in (location, *location.parents):
        if (folder / ".git").exists():
            return folder
    return location


def _state_folder() -> Path:
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "trueup"


def _digest(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:8]
