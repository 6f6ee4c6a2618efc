"""What the test of inflated tokens answers, and the nouns of its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trueup.model.effect import Check, Estimate
from trueup.model.evidence import Measurement, Window
from trueup.model.rival import Rival

Verdict = Literal["inflated", "rose, cause unknown", "no sign", "cannot tell"]
"""How the test ends.

``inflated``
    tokens rose beyond surviving work where they were counted and not elsewhere, at least two
    signs of gaming are shown, and no look-alike that was measured explains it;
``rose, cause unknown``
    tokens rose, and one of these is missing;
``no sign``
    a rise of a fifth is excluded;
``cannot tell``
    neither a rise nor its absence is shown.
"""

SMALLEST = 0.2
"""Smallest inflation of interest, log points: the one that must be excluded to say "no sign"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One thing that gaming leaves behind besides tokens.

    Parameters
    ----------
    name
        Snake case.
    answer
        ``shown`` where one side of a 5 % test refutes that nothing moved.
    says
        One sentence with its numbers, or what is missing.
    p_value
        One-sided; None where it was not measured.
    moved
        By how much, against the unexposed teams; None where it was not measured.
    """

    name: str
    answer: Literal["shown", "not shown", "not measured"]
    says: str
    p_value: float | None = None
    moved: Estimate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A dated act that makes tokens count: kind as in the table ``policy_event``."""

    kind: str
    started_at: int
    ended_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Where tokens turned, as far as the series themselves show.

    Parameters
    ----------
    week
        Label of the first week after it.
    p_value
        Of no turn at any week, against one somewhere.
    jump
        Size there, log points, for these weeks only: the largest of many is too large.
    against_others
        Of exposed teams against unexposed ones; else of all teams over the calendar.
    """

    week: str
    p_value: float
    jump: float
    against_others: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodhart:
    """Whether tokens were inflated once they were counted.

    Parameters
    ----------
    verdict, says
        The answer and one sentence with its numbers.
    share
        Share of the exposed teams' tokens since the policy that is inflated, ``1 - exp(-rise)``;
        None without unexposed teams.
    rise
        Tokens beyond what surviving work accounts for, as a proportion.
    dollars, share_of_dollars
        The rise and the share of dollars at constant prices; None where prices are not known.
    naive
        Tokens of exposed teams after against before, nothing taken out: what a dashboard shows.
    signs, rivals, checks
        What speaks for gaming, what else may have raised tokens, attempts to break the design.
    policies
        What came into force and when.
    turn
        Where tokens turned, sought only where no date is known.
    path
        Excess by week and arm, against its own mean before the policy.
    n_teams, n_exposed
        Teams compared, and those under the policy.
    """

    verdict: Verdict
    says: str
    share: Estimate | None = None
    rise: Estimate | None = None
    dollars: Estimate | None = None
    share_of_dollars: Estimate | None = None
    naive: Estimate | None = None
    signs: tuple[Sign, ...] = ()
    rivals: tuple[Rival, ...] = ()
    checks: tuple[Check, ...] = ()
    policies: tuple[Policy, ...] = ()
    turn: Turn | None = None
    path: tuple[Measurement, ...] = ()
    n_teams: int
    n_exposed: int
    window: Window

    @property
    def shown_signs(self) -> tuple[Sign, ...]:
        """Signs of gaming that are shown."""
        return tuple(sign for sign in self.signs if sign.answer == "shown")
