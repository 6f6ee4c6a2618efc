"""The Python packages of a commit: which folders they are, and what their modules say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from trueup.collect.sources.git.process import Git

_DECLARES = ("pyproject.toml", "setup.py", "setup.cfg")
"""A folder with one of these is what somebody installs."""
_NOT_OFFERED = frozenset(
    (
        *("tests", "test", "docs", "doc", "examples", "example", "benchmarks", "scripts"),
        *("vendor", "_vendor", "vendored"),
    )
)
_REGULAR = (b"100644", b"100755")
_SUFFIXES = (".py", ".pyi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One importable package at one commit.

    Parameters
    ----------
    path
        Of its folder in the repository, e.g. ``src/flask``.
    files
        Object name by path below `path`; tests that lie in the package are left out.
    size_bytes
        Of all files together.
    """

    path: str
    files: Mapping[str, str]
    size_bytes: int

    @property
    def name(self) -> str:
        """What it is imported as."""
        return PurePosixPath(self.path).name


def packages(git: Git, commit: str) -> dict[str, Package]:
    """Return the packages of a commit by the name they are imported as.

    A package is a folder with ``__init__.py``, beside a ``pyproject.toml``, ``setup.py`` or
    ``setup.cfg`` or in a ``src`` beside it. Links and submodules are not followed.
    """
    listed = list(_listed(git, commit))
    roots = _roots([path for path, _, _ in listed])
    files: dict[str, dict[str, str]] = {root: {} for root in roots}
    sizes = dict.fromkeys(roots, 0)
    for path, sha, size in listed:
        root = _root_of(path, files)
        inside = path.removeprefix(f"{root}/")
        if root is None or not path.endswith(_SUFFIXES) or set(inside.split("/")) & _NOT_OFFERED:
            continue
        files[root][inside] = sha
        sizes[root] += size
    found = [Package(path=root, files=files[root], size_bytes=sizes[root]) for root in roots]
    return {package.name: package for package in reversed(found)}


def contents(git: Git, shas: Sequence[str]) -> dict[str, bytes]:
    """Return what the files with these object names hold."""
    said = git.run("cat-file", "--batch", stdin="".join(f"{sha}\n" for sha in shas).encode())
    found: dict[str, bytes] = {}
    place = 0
    for sha in shas:
        end = said.index(b"\n", place)
        size = int(said[place:end].split()[2])
        found[sha] = said[end + 1 : end + 1 + size]
        place = end + size + 2
    return found


def _listed(git: Git, commit: str) -> Iterator[tuple[str, str, int]]:
    for line in git.run("ls-tree", "-r", "-z", "--long", commit).split(b"\0"):
        if not line:
            continue
        facts, _, name = line.partition(b"\t")
        mode, _, sha, size = facts.split()
        path = name.decode("utf-8", "replace")
        if mode in _REGULAR and not {"", ".", ".."} & set(path.split("/")):
            yield path, sha.decode("ascii"), int(size)


def _roots(paths: Sequence[str]) -> list[str]:
    """Return the folders of packages, those near the root of the repository first."""
    installed = {str(PurePosixPath(path).parent) for path in paths if _name(path) in _DECLARES}
    found: list[str] = []
    for path in paths:
        if _name(path) not in ("__init__.py", "__init__.pyi"):
            continue
        folder = PurePosixPath(path).parent
        outer = folder.parent
        beside = {str(outer), str(outer.parent) if outer.name == "src" else str(outer)}
        if folder.name and not set(folder.parts) & _NOT_OFFERED and beside & installed:
            found.append(str(folder))
    return sorted(set(found), key=lambda path: (path.count("/"), path))


def _root_of(path: str, roots: Mapping[str, object]) -> str | None:
    parents = (str(parent) for parent in PurePosixPath(path).parents)
    return next((parent for parent in parents if parent in roots), None)


def _name(path: str) -> str:
    return path.rpartition("/")[2]
