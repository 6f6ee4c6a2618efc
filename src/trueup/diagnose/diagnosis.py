"""The contract of every mechanism: what it may claim, on what, against which rivals.

A mechanism looks at a case and ends in one of three ways: it is found (`Diagnosis`), it is not
(`Absent`), or that cannot be told (`Abstention`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trueup.errors import EstimateError
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Measurement
from trueup.model.rival import Rival
from trueup.model.simulated import Simulated
from trueup.simulate.intervention import Intervention

if TYPE_CHECKING:
    from trueup.diagnose.case import Case

Strength = Literal["strong", "moderate", "weak"]
"""How much a claim can bear.

``strong``
    shown in more than one way, each with its interval, and every rival with its surface that could
    be measured is ruled out;
``moderate``
    shown, and a rival that could be measured is left standing or was not measured;
``weak``
    one sign, or an association alone: a place to look, not to act.
"""
STRENGTHS: tuple[Strength, ...] = ("strong", "moderate", "weak")

Value = Measurement | Estimate | Simulated


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that speaks for a claim, or against it.

    Parameters
    ----------
    says
        What it is of, in a few words without numbers: ``"Changes waiting for review, growth"``.
    value
        The number, with all that belongs to it.
    speaks
        For the claim, or against it.
    """

    says: str
    value: Value
    speaks: Literal["for", "against"] = "for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """Something to do about it, and what a model or a design says it would buy.

    Parameters
    ----------
    gain
        Against doing nothing, as a share: more finished changes above 0, a part of spend that
        would not arise above 0, or of a wait or a cost (its name ends in ``_time`` or ``_cost``)
        less below 0. An abstention where nothing can play it.
    buys
        Of what it is a share: finished work and its waits, or what AI tools cost. As a share of
        spend is worth less than the same share of work, it comes after.
    counted
        The same in changes instead of work, where what is done changes how much is in one; None
        where that stays as it is.
    """

    intervention: Intervention
    gain: Simulated | Estimate | Abstention
    buys: Literal["work", "spend"] = "work"
    counted: Simulated | None = None

    @property
    def least(self) -> float:
        """The end of the interval that is worst for whoever hopes; 0 where none is known."""
        if isinstance(self.gain, Abstention) or self.gain.interval is None:
            return 0.0
        ends = self.gain.interval.low, self.gain.interval.high
        name = self.gain.outcome if isinstance(self.gain, Estimate) else self.gain.quantity
        return -ends[1] if name.endswith(("_time", "_cost")) else ends[0]

    @property
    def helps(self) -> bool:
        """Whether every value its interval allows is a gain."""
        return self.least > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A mechanism that is found.

    Parameters
    ----------
    mechanism
        Its name.
    claim
        One plain sentence without a cause that no design identifies.
    strength
        See `Strength`.
    evidence
        What it rests on, the most telling first; never empty.
    rivals
        What else may have made it; all that could be thought of, ruled out or not.
    would_change
        What would change our mind: observations, one sentence each; never empty.
    remedies
        What to do, the one that surely buys most first; those that buy nothing although one might
        think so are among them.

    Raises
    ------
    EstimateError
        It rests on nothing, or nothing could change our mind, or it is called strong though a
        rival that was measured may explain it.
    """

    mechanism: str
    claim: str
    strength: Strength
    evidence: tuple[Evidence, ...]
    rivals: tuple[Rival, ...]
    would_change: tuple[str, ...]
    remedies: tuple[Remedy, ...]

    def __post_init__(self) -> None:
        if not any(one.speaks == "for" for one in self.evidence) or not self.would_change:
            raise EstimateError(
                f"The diagnosis {self.mechanism!r} rests on nothing that could be doubted.",
                hint="Give it evidence, and what would change your mind.",
            )
        if self.strength == "strong" and any(r.answer == "may explain it" for r in self.rivals):
            raise EstimateError(
                f"The diagnosis {self.mechanism!r} is called strong, and a rival may explain it.",
                hint="Call it moderate or weak.",
            )

    @property
    def best(self) -> Remedy | None:
        """The remedy that surely buys most; None where none surely buys anything."""
        helping = (remedy for remedy in self.remedies if remedy.helps)
        return max(helping, key=lambda r: (r.buys == "work", r.least), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A mechanism that was looked for and is not found.

    Parameters
    ----------
    because
        What speaks against it, as one sentence.
    evidence
        The numbers that do.
    """

    mechanism: str
    because: str
    evidence: tuple[Evidence, ...] = ()


Answer = Diagnosis | Absent | Abstention
"""How looking for a mechanism ends; an abstention's ``metric`` is the mechanism's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism:
    """A way in which value is lost, and how to look for it.

    Parameters
    ----------
    name
        Snake case, as its file is called.
    question
        What it asks, as a reader would: ``"Is there one stage that holds everything back?"``.
    story
        The causal story in two sentences at most.
    examine
        Looks at a case.
    references
        Where the story and the method come from.
    """

    name: str
    question: str
    story: str
    examine: Callable[[Case], Answer]
    references: tuple[str, ...] = ()
