"""Requests out of counters that only grow, are said again and again, and begin anew at times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from trueup.collect.ai.tokens import Tokens
from trueup.collect.sources.codex.lines import Gauge, Usage

Vector = tuple[int, int, int, int, int]
"""Whole input, of it from the cache, of it written to the cache, whole output, of it reasoning."""
_NOTHING: Vector = (0, 0, 0, 0, 0)


def vector(usage: Usage | None) -> Vector | None:
    """Return the counts of a usage; None where there is none, or one is below zero."""
    if usage is None:
        return None
    counts = (
        usage.input_tokens,
        usage.cached_input_tokens,
        usage.cache_write_input_tokens,
        usage.output_tokens,
        usage.reasoning_output_tokens,
    )
    return counts if min(counts) >= 0 else None


def tokens_of(counts: Vector) -> Tokens:
    """Return disjoint buckets."""
    whole, cached, written, output, reasoning = counts
    return Tokens.of_whole_prompt(
        whole,
        cache_read=min(cached, whole),
        cache_write=min(written, max(whole - cached, 0)),
        output=output,
        reasoning_output=min(reasoning, output),
    )


class Meter:
    """Says what is new at each sight of a cumulative counter.

    Parameters
    ----------
    before
        Where the counter stood before the first sight; None where that is not known.
    inherits
        Whether the counter may have begun with what an earlier session used.
    """

    def __init__(self, *, before: Vector | None = None, inherits: bool = False) -> None:
        self._before = before
        self._inherits = inherits

    def new(self, gauge: Gauge) -> Vector | None:
        """Return what was used since the last sight; None where the counter did not move."""
        total, last = vector(gauge.total_token_usage), vector(gauge.last_token_usage)
        if total is None:
            return last
        before, self._before = self._before, total
        if before is None:
            is_inherited = self._inherits and last is not None and _exceeds(total, last)
            return last if is_inherited else total
        if total == before:
            return None
        if any(now < then for now, then in zip(total, before, strict=True)):
            return last or total
        return _difference(total, before)


@dataclass(slots=True)
class Counted:
    """One request, or several the log tells of together."""

    at: int
    counts: Vector
    model: str | None
    tier: str | None
    response_id: str | None = None


@dataclass(slots=True)
class Requests:
    """Requests of a session, told by their own records, by the counter, or by both.

    Newer rollouts have a record for each response, before the counter moves by as much.
    """

    counted: list[Counted] = field(default_factory=list)
    _ahead: list[Vector] = field(default_factory=list)
    _ids: set[str] = field(default_factory=set)

    def told(self, one: Counted) -> None:
        """Take a request that has a record of its own."""
        if one.response_id is None or one.response_id in self._ids:
            return
        self._ids.add(one.response_id)
        last = self.counted[-1] if self.counted else None
        if last is not None and last.response_id is None and last.counts == one.counts:
            last.response_id = one.response_id
            return
        self.counted.append(one)
        self._ahead.append(one.counts)

    def moved(self, one: Counted) -> None:
        """Take what the counter moved by: requests told before are part of it."""
        ahead, self._ahead = _sum(self._ahead), []
        if not _covers(one.counts, ahead):
            return
        rest = _difference(one.counts, ahead)
        if rest != _NOTHING:
            one.counts = rest
            self.counted.append(one)


def _sum(some: Iterable[Vector]) -> Vector:
    total = _NOTHING
    for one in some:
        total = _of([a + b for a, b in zip(total, one, strict=True)])
    return total


def _difference(more: Vector, less: Vector) -> Vector:
    return _of([a - b for a, b in zip(more, less, strict=True)])


def _covers(more: Vector, less: Vector) -> bool:
    return all(a >= b for a, b in zip(more, less, strict=True))


def _exceeds(total: Vector, last: Vector) -> bool:
    return total != last and _covers(total, last)


def _of(counts: list[int]) -> Vector:
    return counts[0], counts[1], counts[2], counts[3], counts[4]
