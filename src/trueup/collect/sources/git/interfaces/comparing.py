"""Releases compared with the one each came from: which public names are gone, or changed.

Modules are parsed, never imported: no code of the repository runs.
"""

from __future__ import annotations

import ast
import logging
import re
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from trueup.collect.connector import Progress
from trueup.collect.sources.git.changes.commits import Commits
from trueup.collect.sources.git.changes.releases import Release, Releases
from trueup.collect.sources.git.interfaces.packages import Package, contents, packages
from trueup.collect.sources.git.process import Git
from trueup.errors import ConfigError, SourceIncomplete
from trueup.model.tables import RELEASE_API_CHANGE

if TYPE_CHECKING:
    import griffe

SECONDS_ALLOWED = 120.0
"""For the releases of one repository at one collection; the newest come first."""
BYTES_ALLOWED = 8_000_000
"""A package with more source than this is not parsed."""
_KEPT = 4
_NUMBERS = re.compile(r"\d+(?:\.\d+)+")
NO_TIME, TOO_BIG, UNREADABLE = "time ran out", "too much source", "not to be parsed"
Row = dict[str, object]


@dataclass(slots=True)
class Compared:
    """Rows of ``release_api_change``, and why some pairs of releases could not be compared."""

    rows: list[Row] = field(default_factory=list)
    pairs: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    def table(self) -> pa.Table:
        """Return the rows."""
        return pa.Table.from_pylist(self.rows, schema=RELEASE_API_CHANGE.schema)


class Comparing:
    """Compares the full releases of one repository, each with the one it came from.

    Parameters
    ----------
    repository_id
        Goes into every row.
    earlier
        Rows an earlier collection landed: what was compared then is not parsed again.

    Raises
    ------
    ConfigError
        The extra ``interfaces`` is not installed.
    """

    def __init__(self, git: Git, repository_id: str, earlier: pa.Table) -> None:
        if find_spec("griffe") is None:
            raise ConfigError(
                "python_interfaces is on, and what reads interfaces is not installed.",
                hint="Install it: pip install 'trueup[interfaces]'.",
            )
        self._git = git
        self._repository_id = repository_id
        self._earlier = earlier.to_pylist()
        self._listed: dict[str, dict[str, Package]] = {}
        self._loaded: dict[str, griffe.Object | griffe.Alias] = {}
        self._readable: dict[str, bool] = {}
        self._until = time.monotonic() + SECONDS_ALLOWED

    def run(self, commits: Commits, releases: Releases, progress: Progress) -> Compared:
        """Compare every pair there is time for, newest first."""
        pairs = list(_pairs(commits, releases))
        progress.stage("comparing releases", len(pairs))
        done = Compared()
        for new, old in reversed(pairs):
            self._pair(commits, new, old, done)
            progress.advance(1)
        return done

    def _pair(self, commits: Commits, new: Release, old: Release, done: Compared) -> None:
        ids = {
            "repository_id": self._repository_id,
            "release_id": f"{self._repository_id}:{new.tag}",
            "previous_release_id": f"{self._repository_id}:{old.tag}",
        }
        known = [row for row in self._earlier if ids.items() <= row.items()]
        if known and all(row["is_compared"] for row in known):
            done.pairs += 1
            done.rows.extend(known)
            return
        before, after = (self._packages(commits.shas[release.at]) for release in (old, new))
        if not before:
            return
        done.pairs += 1
        reasons = set()
        for name, package in before.items():
            reason, counts = self._compared(package, after.get(name))
            reasons.add(reason)
            row: Row = {**ids, "package": package.path, "kind": None, "breakage_count": 0}
            done.rows.append(row | {"is_compared": not reason})
            done.rows.extend(
                row | {"kind": kind, "breakage_count": count, "is_compared": True}
                for kind, count in sorted(counts.items())
            )
        done.skipped.update(sorted(reasons - {""})[:1])

    def _packages(self, commit: str) -> dict[str, Package]:
        if commit not in self._listed:
            try:
                self._listed[commit] = packages(self._git, commit)
            except SourceIncomplete:  # of a partial clone
                self._listed[commit] = {}
        return self._listed[commit]

    def _compared(self, old: Package, new: Package | None) -> tuple[str, Counter[str]]:
        """Return why a package could not be compared, and breakages by kind."""
        if new is None:
            return "", Counter({"object_removed": 1})
        if new.files == old.files:
            return "", Counter()
        if max(new.size_bytes, old.size_bytes) > BYTES_ALLOWED:
            return TOO_BIG, Counter()
        if time.monotonic() > self._until:
            return NO_TIME, Counter()
        with _silence():
            before, after = self._load(old), self._load(new)
            if before is None or after is None:
                return UNREADABLE, Counter()
            return "", _breakages(before, after)

    def _load(self, package: Package) -> griffe.Object | griffe.Alias | None:
        """Parse a package; None where one of its files cannot be, so that no name seems lost."""
        key = f"{package.path} {sorted(package.files.items())}"
        if key not in self._loaded:
            try:
                texts = contents(self._git, sorted(set(package.files.values())))
            except (SourceIncomplete, ValueError, IndexError):
                return None
            if not all(self._is_readable(sha, text) for sha, text in texts.items()):
                return None
            while len(self._loaded) >= _KEPT:
                del self._loaded[next(iter(self._loaded))]
            self._loaded[key] = _parsed(package, texts)
        return self._loaded[key]

    def _is_readable(self, sha: str, text: bytes) -> bool:
        if sha not in self._readable:
            try:
                ast.parse(text)
                self._readable[sha] = True
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._readable[sha] = False
        return self._readable[sha]


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what is said about the code that is parsed from whoever collects it."""
    logger = logging.getLogger("griffe")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _parsed(package: Package, texts: dict[str, bytes]) -> griffe.Object | griffe.Alias:
    import griffe

    with tempfile.TemporaryDirectory() as folder:
        for path, sha in package.files.items():
            place = Path(folder) / package.name / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(texts[sha])
        return griffe.load(
            package.name,
            try_relative_path=False,
            search_paths=[folder],
            extensions=griffe.Extensions(),
            allow_inspection=False,
            store_source=False,
            resolve_aliases=True,
            resolve_external=False,
        )


def _breakages(
    before: griffe.Object | griffe.Alias, after: griffe.Object | griffe.Alias
) -> Counter[str]:
    import griffe

    found = griffe.find_breaking_changes(before, after)
    return Counter(breakage.kind.name.lower() for breakage in found)


def _pairs(commits: Commits, releases: Releases) -> Iterator[tuple[Release, Release]]:
    """Return each dated full release with the one it came from, oldest first."""
    full = [r for r in releases.found if r.released_at is not None and not r.is_prerelease]
    there = {release.at: release for release in full}
    for release in full:
        old = _came_from(commits, release.at, there)
        if old is not None:
            yield release, old


def _came_from(commits: Commits, start: int, there: Mapping[int, Release]) -> Release | None:
    """Return the highest version among the releases first met on the ways back from a commit."""
    waiting, seen = list(commits.parents[start]), set(commits.parents[start])
    met = []
    while waiting:
        at = waiting.pop()
        if at in there:
            met.append(there[at])
            continue
        fresh = set(commits.parents[at]) - seen
        seen |= fresh
        waiting.extend(fresh)
    return max(met, key=_version, default=None)


def _version(release: Release) -> tuple[list[int], int, str]:
    numbers = _NUMBERS.findall(release.tag)
    found = [int(number) for number in numbers[-1].split(".")] if numbers else []
    return found, release.released_at or 0, release.tag
