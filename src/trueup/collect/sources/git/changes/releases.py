"""Releases read from tags, and the first release that contains each commit."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from trueup.collect.sources.git.changes.commits import Commits
from trueup.collect.sources.git.clone.refs import Tag
from trueup.config import GitSettings
from trueup.errors import ConfigError

_MICRO = 1_000_000
_OLDEST = 631_152_000 * _MICRO  # 1990-01-01
_SLACK = 2 * 86_400 * _MICRO


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A tag taken for a release; `released_at` is None where its date cannot be believed."""

    tag: str
    at: int
    released_at: int | None
    is_prerelease: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """All releases, and which one first contained each commit.

    Parameters
    ----------
    found
        Every release and pre-release, in order of date, undated ones last.
    first
        For each commit the position in `found` of the first full release that has it, -1
        where none has.
    begins_at
        Changes that landed before this instant cannot be dated by the first release known:
        they are older than one usual gap between releases before it. None without releases.
    oldest
        Position in `found` of the oldest dated full release, -1 without one.
    other_tags
        How many tags do not look like releases.
    """

    found: Sequence[Release]
    first: Sequence[int]
    begins_at: int | None
    oldest: int
    other_tags: int

    def dates(self, commit: int, landed_at: int | None) -> tuple[int, int | None] | None:
        """Return (position, released_at) of the release a change first came out with.

        None while unreleased; `released_at` is None for a change that landed so long before
        the first known release that it probably came out with an earlier, unknown one.
        """
        position = self.first[commit]
        if position < 0:
            return None
        released_at = self.found[position].released_at
        if position == self.oldest and self._is_swallowed(landed_at):
            return position, None
        return position, released_at

    def _is_swallowed(self, landed_at: int | None) -> bool:
        return self.begins_at is None or (landed_at is not None and landed_at < self.begins_at)


def find_releases(
    commits: Commits, tags: Sequence[Tag], settings: GitSettings, now: int
) -> Releases:
    """Choose the releases among the tags, and sweep each commit into the first that has it.

    The usual gap is the median time between neighbouring full releases. With a single full
    release there is no gap to judge by, and nothing is dated by it.

    Raises
    ------
    ConfigError
        A pattern in the settings is not a regular expression.
    """
    is_release = _pattern(settings.release_tags, "git.release_tags")
    is_prerelease = _pattern(settings.prerelease_tags, "git.prerelease_tags")
    named = [tag for tag in tags if is_release.search(tag.name) and tag.sha in commits.index]
    found = sorted(
        (_release(commits, tag, is_prerelease, now) for tag in named),
        key=lambda r: (r.released_at is None, r.released_at or 0, r.tag),
    )
    dates = [r.released_at for r in found if r.released_at is not None and not r.is_prerelease]
    return Releases(
        found=found,
        first=_sweep(commits, found),
        begins_at=_begins_at(dates),
        oldest=next((i for i, release in enumerate(found) if _is_dated_full(release)), -1),
        other_tags=len(tags) - len(named),
    )


def _release(commits: Commits, tag: Tag, is_prerelease: re.Pattern[str], now: int) -> Release:
    at = commits.index[tag.sha]
    dated = commits.committed_at[at] if tag.dated_at is None else tag.dated_at * _MICRO
    return Release(
        tag=tag.name,
        at=at,
        released_at=dated if _OLDEST <= dated <= now + _SLACK else None,
        is_prerelease=is_prerelease.search(tag.name) is not None,
    )


def _sweep(commits: Commits, found: Sequence[Release]) -> list[int]:
    first = [-1] * len(commits)
    seen = [False] * len(commits)
    for position, release in enumerate(found):
        if _is_dated_full(release):
            for at in commits.ancestors([release.at], seen):
                first[at] = position
    return first


def _begins_at(dates: Sequence[int]) -> int | None:
    gaps = [later - earlier for earlier, later in pairwise(dates)]
    return dates[0] - int(statistics.median(gaps)) if gaps else None


def _is_dated_full(release: Release) -> bool:
    return release.released_at is not None and not release.is_prerelease


def _pattern(text: str, key: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise ConfigError(
            f"{key} is not a regular expression: {error}.", hint="Correct it in trueup.toml."
        ) from error
