"""What kind of clone a repository is: how far back it goes, what it leaves out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from trueup.collect.sources.git.clone.addresses import main_address, remote_addresses
from trueup.collect.sources.git.clone.discover import display_name
from trueup.collect.sources.git.process import Git


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Facts about a clone that its history does not tell.

    Parameters
    ----------
    address
        Normalised address of the main remote, None without one.
    addresses
        Normalised addresses of all remotes.
    name
        Owner and name at the remote, else the folder's name.
    is_shallow
        History was cut off when cloning.
    is_partial
        Objects were left out when cloning, to be fetched when needed.
    is_grafted
        The old grafts file joins commits that have other parents; git obeys it.
    replaced
        How many objects ``refs/replace`` stands in for; trueup reads the originals.
    default_branch
        The remote's default branch, None where the clone does not know it.
    """

    address: str | None
    addresses: frozenset[str]
    name: str
    is_shallow: bool
    is_partial: bool
    is_grafted: bool
    replaced: int
    default_branch: str | None
    digest: str


def look_around(git: Git) -> Situation:
    """Find out what kind of clone a repository is."""
    common = _common_directory(git)
    address = main_address(git)
    edges = _content(common / "shallow")
    grafts = _content(common / "info" / "grafts")
    partial = git.run("config", "--get-regexp", r"^remote\..*\.promisor$", ok=(0, 1))
    replaced = git.run("for-each-ref", "--format=%(refname)", "refs/replace").splitlines()
    default = git.run("symbolic-ref", "-q", "refs/remotes/origin/HEAD", ok=(0, 1, 128))
    whole = b"\0".join((edges, grafts, partial, str(address).encode()))
    return Situation(
        address=address,
        addresses=frozenset(remote_addresses(git).values()),
        name=address.partition("/")[2] if address else display_name(git.directory),
        is_shallow=bool(edges),
        is_partial=b"true" in partial,
        is_grafted=bool(grafts.strip()),
        replaced=len(replaced),
        default_branch=_branch_name(default),
        digest=hashlib.sha256(whole).hexdigest()[:16],
    )


def _common_directory(git: Git) -> Path:
    pointer = git.directory / "commondir"
    if not pointer.is_file():
        return git.directory
    return (git.directory / pointer.read_text("utf-8").strip()).resolve()


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _branch_name(ref: bytes) -> str | None:
    name = ref.decode("utf-8", "replace").strip().removeprefix("refs/remotes/origin/")
    return name or None
