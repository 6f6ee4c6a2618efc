"""One rule of the table."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of mark a tool leaves.

    Parameters
    ----------
    id
        Its name in reports, never reused for another meaning.
    tool
        The tool it speaks for; disclosures that name a known tool are booked to that one.
    kind
        What the pattern is held against: a key of `trueup.collect.attribution.rules.KINDS`.
    pattern
        Regular expression without regard to case; named groups ``model`` and ``session``
        capture what the mark says of them. Identities and values must match whole.
    role
        One of `trueup.model.tables.ROLES`.
    probability
        How likely such a mark means what its role says.
    since
        Date of the oldest such mark seen (ISO), empty when unknown.
    why
        What a reader should know about it.
    places
        Where an identity or name suffix is looked for.
    keys
        Trailer keys, lower case, for trailers and sessions.
    needs
        Lower-case texts one of which any match contains: they decide quickly which
        commits are looked at closely. None given: every commit is.
    examples, lookalikes
        Texts that must match, and texts that must not.
    """

    id: str
    tool: str
    kind: str
    pattern: re.Pattern[str]
    role: str
    probability: float = 1.0
    since: str = ""
    why: str = ""
    places: tuple[str, ...]
    keys: tuple[str, ...]
    needs: tuple[str, ...]
    examples: tuple[str, ...]
    lookalikes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorRule:
    """An identity that is not a person and not one of the tools above."""

    id: str
    kind: str
    pattern: re.Pattern[str]
    examples: tuple[str, ...]
    lookalikes: tuple[str, ...]
