"""Finds where the lines of a commit that did not land as itself have landed.

Squash and rebase merges leave the noted commit behind. Its lines are looked for first in
the commit that landed the same change, then in commits that touched the same path within
90 days: by equal patch (`git patch-id --stable`), else line by line.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from trueup.collect.sources.git.process import Git, open_lines
from trueup.errors import SourceIncomplete

WINDOW_SECONDS = 90 * 86_400
"""How long after a noted commit an unlinked landing is looked for."""
EARLY_SECONDS = 86_400
"""Clocks of two machines may differ by so much."""
ENOUGH_RATIO = 0.5
"""Share of telling lines that must be found where nothing but the path links two commits."""
UNREADABLE_LIMIT = 200
"""Each unreadable commit costs a restart of git."""

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_TELLING = re.compile(rb"\w\W*\w\W*\w\W*\w")
_HEADER = re.compile(rb"[0-9a-f]{40,64}$")

Line = int | bytes
"""A telling line is kept as its hash, an untelling one (blank, a bracket) as it stands."""
Added = dict[str, dict[int, Line]]
"""Added lines of a commit: path -> line number -> line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """One commit of the default branch that is not a merge."""

    sha: str
    committed_at: int  # epoch seconds
    paths: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Where lines of one file went: noted line number -> line number in the landed commit."""

    sha: str
    by: str  # "patch" or "content"
    lines: Mapping[str, Mapping[int, int]] = field(default_factory=dict)


def landings(git: Git, head: str) -> tuple[set[str], list[Landing], dict[int, list[str]]]:
    """Return every commit of `head`, its non-merges with their paths, and shas by change number."""
    every: set[str] = set()
    found: list[Landing] = []
    numbered: dict[int, list[str]] = defaultdict(list)
    arguments = ["log", "--format=%x01%H %ct %P%x02%s%x03", "--name-only", "--no-renames", "-z"]
    for record in git.run(*arguments, head, "--").split(b"\x01")[1:]:
        facts, _, rest = record.partition(b"\x02")
        subject, _, names = rest.partition(b"\x03")
        sha, committed, *parents = facts.decode().split()
        every.add(sha)
        if len(parents) > 1:
            continue
        for number in re.findall(rb"\(#(\d{1,9})\)", subject):
            numbered[int(number)].append(sha)
        paths = frozenset(text(name.strip(b"\n")) for name in names.split(b"\0") if name.strip())
        found.append(Landing(sha=sha, committed_at=int(committed), paths=paths))
    return every, found, numbered


def pulls_of(git: Git, head: str, wanted: set[str]) -> dict[str, set[int]]:
    """Return, for each wanted commit, the numbers of the pull heads that contain it."""
    heads: dict[str, set[int]] = defaultdict(set)
    listing = git.run("for-each-ref", "--format=%(objectname) %(refname)", "refs/pull")
    for line in listing.decode("utf-8", "replace").splitlines():
        sha, _, name = line.partition(" ")
        number = name.split("/")[2]
        if name.endswith("/head") and number.isdigit():
            heads[sha].add(int(number))
    if not heads or not wanted:
        return {}
    tips = "\n".join((*heads, f"^{head}")).encode()
    above: dict[str, set[int]] = dict(heads)
    found: dict[str, set[int]] = {}
    walk = git.run("rev-list", "--topo-order", "--parents", "--stdin", stdin=tips)
    for line in walk.decode().splitlines():
        sha, *parents = line.split()
        numbers = above.pop(sha, set())
        if sha in wanted:
            found[sha] = numbers
        for parent in parents:
            above[parent] = above[parent] | numbers if parent in above else numbers
    return found


def patch_ids(git: Git, shas: Iterable[str]) -> dict[str, str]:
    """Return `git patch-id --stable` of each commit that changes anything."""
    found: dict[str, str] = {}
    with (
        open_lines(shas) as names,
        git.stream(["diff-tree", "--stdin", "-p", "--no-renames", "--root"], stdin=names) as diffs,
        git.stream(["patch-id", "--stable"], stdin=diffs) as lines,
    ):
        for line in lines:
            patch, _, sha = line.decode().strip().partition(" ")
            found[sha] = patch
    return found


def added_lines(git: Git, shas: Iterable[str], paths: set[str]) -> tuple[dict[str, Added], int]:
    """Return what each commit added to any of `paths`, and how many commits cannot be read.

    Raises
    ------
    SourceIncomplete
        More than `UNREADABLE_LIMIT` commits cannot be read.
    """
    found: dict[str, Added] = {}
    pending, unreadable = list(shas), 0
    while pending:
        seen: list[str] = []
        try:
            _read_added(git, pending, paths, found, seen)
            break
        except SourceIncomplete:
            unreadable += 1
            if unreadable > UNREADABLE_LIMIT:
                raise
            culprit = seen[-1] if seen else pending[0]
            found.pop(culprit, None)
            pending = pending[pending.index(culprit) + 1 :]
    return found, unreadable


def _read_added(
    git: Git, shas: list[str], paths: set[str], found: dict[str, Added], seen: list[str]
) -> None:
    arguments = ["diff-tree", "--stdin", "-r", "-p", "-U0", "--no-renames", "--root"]
    with open_lines(shas) as names, git.stream(arguments, stdin=names) as diffs:
        current: Added = {}
        path: str | None = None
        for line in diffs:
            if line[:4] == b"+++ ":
                path = _path(line[4:].rstrip(b"\n"), paths)
            elif line[:3] == b"@@ ":
                _hunk(diffs, line, None if path is None else current.setdefault(path, {}))
            elif _HEADER.match(line.rstrip(b"\n")):
                seen.append(line.decode().strip())
                current = found.setdefault(seen[-1], {})
                path = None


def same_patch(noted: Added, landed: Added) -> dict[str, dict[int, int]]:
    """Pair the lines of two equal patches: the nth added line of a path with the nth."""
    return {
        path: dict(zip(sorted(lines), sorted(landed.get(path, {})), strict=False))
        for path, lines in noted.items()
    }


def same_lines(noted: Mapping[int, Line], landed: Mapping[int, Line]) -> dict[int, int]:
    """Pair lines of one file by what they say, each landed line once.

    A line that tells nothing (blank, a bracket) is paired only beside a paired neighbour.
    """
    places: dict[Line, deque[int]] = defaultdict(deque)
    for number in sorted(landed):
        places[landed[number]].append(number)
    pairs: dict[int, int] = {}
    for number in sorted(noted):
        line = noted[number]
        if isinstance(line, int) and places.get(line):
            pairs[number] = places[line].popleft()
    _pair_neighbours(pairs, noted, landed)
    return pairs


def telling_ratio(pairs: Mapping[int, int], noted: Mapping[int, Line]) -> tuple[int, int]:
    """Return (paired telling lines, telling lines)."""
    telling = [number for number, line in noted.items() if isinstance(line, int)]
    return sum(number in pairs for number in telling), len(telling)


def text(raw: bytes) -> str:
    """Decode a path; bytes that are not UTF-8 survive."""
    return raw.decode("utf-8", "surrogateescape")


def _pair_neighbours(
    pairs: dict[int, int], noted: Mapping[int, Line], landed: Mapping[int, Line]
) -> None:
    used = set(pairs.values())
    for step, order in ((1, sorted(noted)), (-1, sorted(noted, reverse=True))):
        for number in order:
            if number in pairs or number - step not in pairs:
                continue
            place = pairs[number - step] + step
            if place not in used and landed.get(place) == noted[number]:
                pairs[number] = place
                used.add(place)


def _hunk(diffs: IO[bytes], header: bytes, into: dict[int, Line] | None) -> None:
    found = _HUNK.match(header)
    if found is None:
        return
    removed = int(found[1] or 1) if found[1] != b"0" else 0
    start, count = int(found[2]), int(found[3]) if found[3] is not None else 1
    left, number = removed + count, start
    while left > 0:
        line = diffs.readline()
        if not line:
            return
        if line[:1] == b"\\":
            continue
        left -= 1
        if line[:1] == b"+":
            if into is not None:
                into[number] = _kept(line[1:].strip())
            number += 1


def _kept(line: bytes) -> Line:
    return hash(line) if _TELLING.search(line) else line


def _path(raw: bytes, wanted: set[str]) -> str | None:
    if raw == b"/dev/null":
        return None
    if raw[:1] == b'"':
        raw = raw[1:-1].decode("unicode_escape").encode("latin-1", "replace")
    name = text(raw.removeprefix(b"b/").rstrip(b"\t"))
    return name if name in wanted else None


def within_window(candidates: Sequence[Landing], committed_at: int) -> Iterator[Landing]:
    """Yield the landings of the time in which an unlinked one is looked for."""
    for landing in candidates:
        if -EARLY_SECONDS <= landing.committed_at - committed_at <= WINDOW_SECONDS:
            yield landing
