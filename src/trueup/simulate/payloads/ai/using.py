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
from trueup.simulate.teams import Ints
from trueup.simulate.waste import CALLS, Waste, draw_waste

Source = Literal["claude_code", "codex", "otlp", "copilot", "cursor", "anthropic"]
SOURCES: tuple[Source, ...] = (
    *("claude_code", "codex", "otlp"),
    *("copilot", "cursor", "anthropic"),
)
"""In the order in which people are given them."""
_TOKENS_A_REQUEST = 400_000
_MOST_REQUESTS = 5


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
    usage, teams, scenario = organisation.usage, organisation.teams, organisation.scenario
    wasted = draw_waste(scenario, teams, usage, waste or Waste())
    team = teams.seat_cell[usage.seat] // scenario.weeks
    told = []
    for row in np.flatnonzero(~teams.is_hidden[team]).tolist():
        person = int(teams.seat_person[usage.seat[row]])
        started, seconds = int(usage.started_at[row]) // SECOND, int(usage.active_seconds[row])
        told.append(
            Session(
                number=row,
                source=SOURCES[person % len(SOURCES)],
                person=organisation.people[person],
                repository=service(int(team[row])),
                started_at=started,
                ended_at=started + seconds,
                requests=tuple(_requests(started, seconds, usage.tokens[row])),
                calls=CALLS,
                looped=int(wasted.looped[row]),
                written=int(wasted.written[row]),
                is_discarded=bool(wasted.is_discarded[row]),
                is_gamed=bool(wasted.is_gamed[row]),
            )
        )
    return tuple(told)


def _requests(started_at: int, seconds: int, tokens: Ints) -> Iterable[Request]:
    """Deal a session's tokens out to its requests; the last one takes what is left over."""
    many = min(1 + int(tokens.sum()) // _TOKENS_A_REQUEST, _MOST_REQUESTS)
    each = tokens // many
    for place in range(many):
        own = each if place < many - 1 else tokens - each * (many - 1)
        uncached, read, brief, long, output = (int(count) for count in own)
        yield Request(
            number=place,
            at=started_at + place * max(seconds // many, 1),
            uncached=uncached,
            cache_read=read,
            cache_write_5m=brief,
            cache_write_1h=long,
            output=output,
        )


def told_by(source: Source, sessions: Iterable[Session]) -> tuple[Session, ...]:
    """Return the sessions one source tells of."""
    return tuple(one for one in sessions if one.source == source)
