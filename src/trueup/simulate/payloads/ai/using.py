"""The use of AI tools as a story: sessions, requests, calls, lines, with waste of known size.

Each person uses one tool. Instants are whole seconds since 1970, UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from trueup.simulate.payloads.story import Actor, Organisation
from trueup.simulate.payloads.telling import SECOND, service
from trueup.simulate.teams import Ints, stream

Source = Literal["claude_code", "codex", "otlp", "copilot", "cursor", "anthropic"]
SOURCES: tuple[Source, ...] = (
    *("claude_code", "codex", "otlp"),
    *("copilot", "cursor", "anthropic"),
)
"""In the order in which people are given them."""
CALLS = 12
"""Calls of tools in a session."""
LOOP = 4
"""How often the call of a loop is made."""
_TOKENS_A_REQUEST = 400_000
_MOST_REQUESTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Waste:
    """How much of what is used comes to nothing.

    Parameters
    ----------
    discarded_ratio, looped_ratio
        Expected share of written lines that are never committed, and of calls that repeat others.
    gamed_discarded_ratio, gamed_looped_ratio
        The same in teams that are ranked by tokens, from then on.
    """

    discarded_ratio: float = 0.3
    looped_ratio: float = 0.08
    gamed_discarded_ratio: float = 0.6
    gamed_looped_ratio: float = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request: instant and the five buckets of tokens."""

    number: int
    at: int
    uncached: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int
    output: int

    @property
    def prompt(self) -> int:
        """All that went in."""
        return self.uncached + self.cache_read + self.cache_write_5m + self.cache_write_1h


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One session.

    Parameters
    ----------
    number
        Names it; unique.
    calls, looped
        Calls of tools, and how many of them are the same one again and again.
    written
        Lines it wrote; `is_discarded`: none of them was committed, else all were.
    is_gamed
        Whether its team is ranked by tokens by then.
    """

    number: int
    source: Source
    person: Actor
    repository: str
    started_at: int
    ended_at: int
    requests: tuple[Request, ...]
    calls: int
    looped: int
    written: int
    is_discarded: bool
    is_gamed: bool

    @property
    def sha(self) -> str:
        """Hash of the commit it made, as git shortens it."""
        return f"{self.number + 0xA000000:07x}"


def use_of(organisation: Organisation, waste: Waste | None = None) -> tuple[Session, ...]:
    """Return every session that leaves a record, in the order of the draws."""
    waste = waste or Waste()
    usage, teams, scenario = organisation.usage, organisation.teams, organisation.scenario
    team, week = np.divmod(teams.seat_cell[usage.seat], scenario.weeks)
    since = scenario.use.policy_week
    gamed = teams.is_ranked[team] & (week >= since) if since is not None else np.zeros_like(team)
    random = stream(scenario, 12)
    luck, written = random.random((2, usage.seat.size)), random.integers(4, 40, usage.seat.size)
    told = []
    for row in np.flatnonzero(~teams.is_hidden[team]).tolist():
        person = int(teams.seat_person[usage.seat[row]])
        told.append(
            _session(
                row,
                organisation.people[person],
                SOURCES[person % len(SOURCES)],
                service(int(team[row])),
                _Drawn(
                    started_at=int(usage.started_at[row]) // SECOND,
                    seconds=int(usage.active_seconds[row]),
                    tokens=usage.tokens[row],
                    luck=(float(luck[0, row]), float(luck[1, row])),
                    written=int(written[row]),
                    is_gamed=bool(gamed[row]),
                ),
                waste,
            )
        )
    return tuple(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    started_at: int
    seconds: int
    tokens: Ints
    luck: tuple[float, float]
    written: int
    is_gamed: bool


def _session(
    number: int, person: Actor, source: Source, repository: str, drawn: _Drawn, waste: Waste
) -> Session:
    loops = waste.gamed_looped_ratio if drawn.is_gamed else waste.looped_ratio
    lost = waste.gamed_discarded_ratio if drawn.is_gamed else waste.discarded_ratio
    return Session(
        number=number,
        source=source,
        person=person,
        repository=repository,
        started_at=drawn.started_at,
        ended_at=drawn.started_at + drawn.seconds,
        requests=tuple(_requests(drawn)),
        calls=CALLS,
        looped=LOOP if drawn.luck[0] < loops * CALLS / LOOP else 0,
        written=drawn.written,
        is_discarded=drawn.luck[1] < lost,
        is_gamed=drawn.is_gamed,
    )


def _requests(drawn: _Drawn) -> Iterable[Request]:
    """Deal a session's tokens out to its requests; the last one takes what is left over."""
    many = min(1 + int(drawn.tokens.sum()) // _TOKENS_A_REQUEST, _MOST_REQUESTS)
    each = drawn.tokens // many
    for place in range(many):
        own = each if place < many - 1 else drawn.tokens - each * (many - 1)
        uncached, read, brief, long, output = (int(count) for count in own)
        yield Request(
            number=place,
            at=drawn.started_at + place * max(drawn.seconds // many, 1),
            uncached=uncached,
            cache_read=read,
            cache_write_5m=brief,
            cache_write_1h=long,
            output=output,
        )


def told_by(source: Source, sessions: Iterable[Session]) -> tuple[Session, ...]:
    """Return the sessions one source tells of."""
    return tuple(one for one in sessions if one.source == source)
