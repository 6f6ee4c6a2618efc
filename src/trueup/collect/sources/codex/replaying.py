"""Where a fork or a sub-agent begins behind the history of its parent that its file repeats.

Some builds copy the parent's lines with their own instants, some stamp them anew within a second
of the fork, some number the lines and say where the own ones begin, and some copy nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trueup.collect.sources.codex.metering import Vector

_AT_ONCE = 1_000_000
"""Microseconds within which lines are copied, and no request is answered."""
_FEWEST = 2
"""Different counts at once that cannot all be answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One sight of the counter of a thread.

    Parameters
    ----------
    line
        Its place in the file.
    ordinal
        Its number among the lines of the thread, where the build numbers them.
    """

    line: int
    at: int
    total: Vector | None
    last: Vector | None
    ordinal: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """What the first line of a fork or a sub-agent says.

    Parameters
    ----------
    created_at
        When it was made.
    first_ordinal
        Number of its first own line; None where the build does not say.
    first_turn
        Place of the first line of its file that belongs to a turn: no work lies before it.
    """

    created_at: int | None
    first_ordinal: int | None = None
    first_turn: int | None = None


def repeated(
    sights: Sequence[Sight], fork: Fork, parent: Sequence[Sight] | None
) -> Sequence[Sight]:
    """Return the leading sights that are the parent's, not the fork's own.

    Parameters
    ----------
    parent
        All sights of the parent's file; None where that is not there.
    """
    if fork.first_ordinal is not None and any(one.ordinal is not None for one in sights):
        return _leading(sights, lambda one, _: (one.ordinal or 0) < (fork.first_ordinal or 0))
    created = fork.created_at
    known = {(one.total, one.last) for one in parent or ()}
    stamped = {(one.total, one.last, one.at) for one in parent or ()}

    def is_copied(one: Sight, previous: int | None) -> bool:
        if created is not None and one.at < created:
            return True
        if fork.first_turn is not None and one.line < fork.first_turn:
            return True
        is_at_once = previous is not None and one.at - previous < _AT_ONCE
        is_known = (one.total, one.last) in known
        return is_known and (is_at_once or (one.total, one.last, one.at) in stamped)

    return _leading(sights, is_copied, created) or _burst(sights, created, is_orphan=parent is None)


def _burst(sights: Sequence[Sight], created: int | None, *, is_orphan: bool) -> Sequence[Sight]:
    """Return the leading sights that follow each other too fast to be answers."""
    burst = _leading(sights, lambda one, last: last is None or one.at - last < _AT_ONCE)
    if len({one.total for one in burst}) >= _FEWEST:
        return burst
    is_at_birth = bool(burst) and created is not None and burst[0].at - created < _AT_ONCE
    return burst if is_orphan and is_at_birth else ()


def _leading(
    sights: Sequence[Sight], holds: Callable[[Sight, int | None], bool], start: int | None = None
) -> Sequence[Sight]:
    """Return the sights before the first of which `holds`, given the instant before, is false."""
    previous = start
    for place, one in enumerate(sights):
        if not holds(one, previous):
            return sights[:place]
        previous = one.at
    return sights
