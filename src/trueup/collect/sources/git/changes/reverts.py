"""Which commits undo which: by what their message says, and by what they change."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from trueup.collect.messages import RevertWords, without_number
from trueup.collect.sources.git.changes.commits import Commits

_FEWEST_LINES = 2
"""Undoing one line added or removed happens by chance; undoing a replaced line does not."""


class Reverted(NamedTuple):
    """A commit, the commit it undoes, and how that is known: ``message`` or ``content``."""

    at: int
    undone: int
    rule: str


class Patch(NamedTuple):
    """What a commit changes, as digests of it forwards and backwards, and its size in lines."""

    patch_id: str
    inverse_patch_id: str
    lines: int


class Landed(NamedTuple):
    """Where commits stand: those HEAD has, and where squashed or numbered ones landed.

    `landed_as` maps commits of a branch that was squashed to the commit they landed as;
    `of_number` maps numbers of changes to the commit they landed with.
    """

    reachable: list[bool]
    landed_as: Mapping[int, int]
    of_number: Mapping[int, int]


def reverts_by_message(
    commits: Commits, landed: Landed, subjects: Mapping[int, list[int]]
) -> Iterator[Reverted]:
    """Yield what messages say is undone, between commits that HEAD has.

    Parameters
    ----------
    subjects
        Commits by the hash of their subject line without a change number.
    """
    by_name = sorted(commits.shas)
    for at, said in commits.said.items():
        if said.reverts is None or not landed.reachable[at]:
            continue
        undone = {
            landed.landed_as.get(found, found)
            for found in _named(commits, at, said.reverts, by_name, landed, subjects)
        }
        for found in sorted(undone - {at}):
            if landed.reachable[found]:
                yield Reverted(at, found, "message")


def reverts_by_content(
    commits: Commits, reachable: list[bool], patches: Mapping[int, Patch]
) -> Iterator[Reverted]:
    """Yield commits whose patch is the newest earlier commit's patch run backwards."""
    done: dict[str, int] = {}
    for at in sorted(patches, key=lambda at: (commits.committed_at[at], commits.shas[at])):
        patch = patches[at]
        if not reachable[at] or patch.lines < _FEWEST_LINES:
            continue
        undone = done.get(patch.patch_id)
        if undone is not None and patch.patch_id != patch.inverse_patch_id:
            yield Reverted(at, undone, "content")
        done[patch.inverse_patch_id] = at


def unique(found: Iterable[Reverted]) -> list[Reverted]:
    """Keep each pair once, under the rule that came first."""
    kept: dict[tuple[int, int], Reverted] = {}
    for reverted in found:
        kept.setdefault((reverted.at, reverted.undone), reverted)
    return list(kept.values())


def by_subject(lines: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """Index commits by the hash of their subject line without a change number."""
    found: dict[int, list[int]] = {}
    for at, key in lines:
        found.setdefault(key, []).append(at)
    return found


def wants_subjects(commits: Commits) -> bool:
    """Tell whether any message undoes something it names only by its subject line."""
    return any(
        said.reverts is not None and said.reverts.subject and not said.reverts.shas
        for said in commits.said.values()
    )


def _named(
    commits: Commits,
    at: int,
    words: RevertWords,
    by_name: list[str],
    landed: Landed,
    subjects: Mapping[int, list[int]],
) -> list[int]:
    found = [_by_prefix(commits, by_name, sha) for sha in words.shas]
    known = [other for other in found if other is not None]
    if not known and words.number is not None and words.number in landed.of_number:
        known = [landed.of_number[words.number]]
    if known or words.subject is None:
        return known
    latest = commits.committed_at[at]
    earlier = [
        other
        for other in subjects.get(hash(without_number(words.subject)), ())
        if other != at and landed.reachable[other] and commits.committed_at[other] <= latest
    ]
    return [max(earlier, key=lambda other: commits.committed_at[other])] if earlier else []


def _by_prefix(commits: Commits, by_name: list[str], sha: str) -> int | None:
    place = bisect_left(by_name, sha)
    if place == len(by_name) or not by_name[place].startswith(sha):
        return None
    if place + 1 < len(by_name) and by_name[place + 1].startswith(sha):
        return None
    return commits.index[by_name[place]]
