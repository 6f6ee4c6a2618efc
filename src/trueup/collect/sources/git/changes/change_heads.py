"""What the heads of changes in a clone add: where a squash began, which commits were rebased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trueup.collect.sources.git.changes.commits import Commits
from trueup.collect.sources.git.changes.landing import Landing, first_of_each_number

_LONGEST_BRANCH = 1000
"""A head with more commits of its own than this is another history, not a branch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branches:
    """The commits that changes were made of before they landed in another form.

    Parameters
    ----------
    of
        Commits of the branch of each landing, by its position; only landings with one.
    change_of
        Position of the landing each such commit went into.
    """

    of: Mapping[int, list[int]]
    change_of: Mapping[int, int]


def with_rebased(
    commits: Commits, landings: list[Landing], heads: Mapping[int, int]
) -> list[Landing]:
    """Join neighbouring direct landings that are the rebased commits of one change.

    A commit keeps its author and authoring instant when it is rebased. All commits of a head
    that are not merges must be found so, next to each other on the main line.
    """
    landed = [False] * len(commits)
    for landing in landings:
        for at in landing.commits:
            landed[at] = True
    named = {landing.number for landing in landings}
    places = _places(commits, landings)
    joined: dict[int, tuple[int, int]] = {}
    for number, head in sorted(heads.items()):
        if number in named or landed[head] or _mark(commits, head) not in places:
            continue
        branch = _own_commits(commits, head, landed)
        run = _run(commits, branch, places) if branch else None
        if run is not None and not any(place in joined for place in run):
            joined.update(dict.fromkeys(run, (number, run[-1])))
    return _joined(landings, joined)


def branches(commits: Commits, landings: list[Landing], heads: Mapping[int, int]) -> Branches:
    """Find the branch of each squashed or rebased change whose head the clone holds.

    A commit counts to the oldest change that has it, so that a change stacked on another
    does not begin with the other's first commit.
    """
    taken = [False] * len(commits)
    for landing in landings:
        for at in landing.commits:
            taken[at] = True
    of: dict[int, list[int]] = {}
    change_of: dict[int, int] = {}
    first = first_of_each_number(landings)
    for position, landing in enumerate(landings):
        number = landing.number
        if number is None or landing.kind == "merge" or first[number] != position:
            continue
        own = _own_commits(commits, heads[number], taken) if number in heads else []
        for at in own:
            taken[at] = True
            change_of[at] = position
        if own:
            of[position] = [at for at in own if len(commits.parents[at]) < 2]
    return Branches(of=of, change_of=change_of)


def _own_commits(commits: Commits, head: int, taken: list[bool]) -> list[int]:
    """Commits of a head that nothing else has; none where it shares no history with the rest."""
    own: dict[int, None] = {}
    waiting = [head]
    while waiting:
        at = waiting.pop()
        if taken[at] or at in own:
            continue
        own[at] = None
        if not commits.parents[at] or len(own) > _LONGEST_BRANCH:
            return []
        waiting.extend(commits.parents[at])
    return list(own)


def _mark(commits: Commits, at: int) -> tuple[str, int]:
    return commits.authors[at], commits.authored_at[at]


def _places(commits: Commits, landings: list[Landing]) -> dict[tuple[str, int], list[int]]:
    places: dict[tuple[str, int], list[int]] = {}
    for position, landing in enumerate(landings):
        if landing.kind == "direct" and len(landing.commits) == 1:
            places.setdefault(_mark(commits, landing.at), []).append(position)
    return places


def _run(
    commits: Commits, branch: list[int], places: Mapping[tuple[str, int], list[int]]
) -> range | None:
    """Positions of the landings a branch was rebased into, when they stand in a row."""
    written = [at for at in branch if len(commits.parents[at]) < 2]
    if not written or len({_mark(commits, at) for at in written}) < len(written):
        return None
    found = [places.get(_mark(commits, at), []) for at in written]
    if any(len(positions) != 1 for positions in found):
        return None
    in_order = sorted(positions[0] for positions in found)
    run = range(in_order[0], in_order[-1] + 1)
    return run if len(run) == len(in_order) else None


def _joined(landings: list[Landing], joined: Mapping[int, tuple[int, int]]) -> list[Landing]:
    result: list[Landing] = []
    waiting: list[int] = []
    for position, landing in enumerate(landings):
        number, last = joined.get(position, (None, -1))
        if number is None:
            result.append(landing)
            continue
        waiting += landing.commits
        if position == last:
            result.append(Landing(landing.at, "rebase", number, waiting))
            waiting = []
    return result
