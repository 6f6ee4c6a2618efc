"""Everything the balance says about one registered plan, as plain values."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from trueup.estimate.estimator import Fit
from trueup.estimate.panel import Remark
from trueup.estimate.question import Question
from trueup.model.effect import Check, Estimate
from trueup.model.evidence import Abstention, Window
from trueup.units import COUNT, RATIO, RELATIVE, say, significant

Answer = Literal["creating", "neutral", "leaning", "destroying", "cannot tell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """What these data could have seen, worked out before the estimate is read.

    Parameters
    ----------
    smallest_detectable
        Effect found with 80 % chance at the question's level, on the scale a reader wants.
    more_units, more_periods
        How many more units (at the present periods), or periods (at the present units), until
        the smallest effect of interest is found with 80 % chance; None when no number will do.
    says
        One sentence with its numbers.
    """

    smallest_detectable: float
    more_units: int | None
    more_periods: int | None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assessed:
    """One outcome, looked at from every side.

    Parameters
    ----------
    primary
        By the registered estimator.
    second
        By another design-based recipe; disagreement beyond noise is itself news.
    naive
        What a dashboard shows: adopters after against before, calendar growth left in.
    two_way
        What a dashboard shows that takes levels and the calendar out, and no more; None where
        nobody asked.
    """

    question: Question
    primary: Fit | Abstention
    second: Fit | Abstention
    naive: Fit | Abstention
    power: Power | Abstention
    checks: tuple[Check, ...]
    two_way: Fit | Abstention | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderation:
    """Whether a condition before adoption changes the effect.

    Parameters
    ----------
    moderator
        Column of the panel, frozen before adoption.
    interaction
        Change of the effect per standard deviation of the moderator (or between groups).
    answer
        ``helps``/``harms``: the interval excludes nought; ``no difference of interest``: it lies
        within the equivalence band; else ``cannot tell``, which is never read as "no protection".
    adjusted_p
        After Benjamini-Hochberg within the family explored; None where nothing was tested.
    says
        One sentence with its numbers.
    """

    moderator: str
    interaction: Estimate
    answer: Literal["helps", "harms", "no difference of interest", "cannot tell"]
    adjusted_p: float | None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """Whether outcomes jump at some dose.

    Parameters
    ----------
    answer
        The verdict of the cliff test.
    says
        One sentence with its numbers.
    location
        Dose at which the fit jumps; None unless there is evidence of a threshold.
    pieces
        The confidence set of the location: disjoint ``(low, high)`` in ascending order.
    jump
        Size of the jump, conditional on there being one; None where none is supported.
    existence_p
        Of a straight line, against a jump somewhere.
    detectable_jump
        Jump found with 80 % chance, in the outcome's unit.
    rivals
        ``(shape, BIC less the best, out-of-sample error over the best)`` by name.
    gates
        The conditions for saying "cliff".
    curve
        ``(dose, mean, low, high, n)`` in bins of equal count, fixed effects taken out, to draw.
    adjusted_p
        `existence_p` after Holm over the outcomes asked about together.
    n_rows, n_units, n_clusters
        Unit-periods, units and clusters searched.
    seed
        Of resampling.
    grain
        Length of the periods searched, where they are not the assessment's own; else empty.
    """

    outcome: str
    dose: str
    answer: Literal[
        "cliff supported",
        "slope only",
        "non-linear, shape unknown",
        "no evidence",
        "cannot tell",
    ]
    says: str
    location: float | None
    pieces: tuple[tuple[float, float], ...]
    jump: Estimate | None
    existence_p: float | None
    detectable_jump: float | None
    rivals: tuple[tuple[str, float, float], ...]
    gates: tuple[Check, ...]
    curve: tuple[tuple[float, float, float, float, int], ...]
    adjusted_p: float | None = None
    n_rows: int = 0
    n_units: int = 0
    n_clusters: int = 0
    seed: int | None = None
    grain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One of five answers, and what led to it.

    Parameters
    ----------
    answer
        By the rule of docs/reference/verdict.md.
    towards
        Of a leaning: which way.
    because
        The rule that decided, one sentence.
    would_settle
        What would change it: weeks, units, a source; one sentence.
    capped
        Why a stronger word was refused, empty if none was.
    decided_by
        The outcome that decided: the guardrail that is harmed, else the primary one.
    """

    answer: Answer
    towards: Literal["gain", "harm", ""] = ""
    because: str
    would_settle: str
    capped: str = ""
    decided_by: str = ""

    def say(self) -> str:
        """Say the answer in a word or two, e.g. ``leaning towards gain``."""
        return f"{self.answer} towards {self.towards}" if self.towards else self.answer

    def _repr_markdown_(self) -> str:
        return f"**{self.say()}**: {self.because}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether the plan was registered before the data were read, and what speaks against it.

    Parameters
    ----------
    says
        E.g. ``registered 2026-03-02, hash 9ab3e2350efb``, or ``not registered, hash ...``.
    registered_on
        The day the register holds, ISO; empty where it holds none.
    version
        Which version of the plan; nought where it is not in the register.
    flags
        One sentence on each thing that weakens the registration: rows that could be seen
        before, a kept file that no longer matches its hash, what was changed since.
    """

    says: str = "not registered"
    registered_on: str = ""
    version: int = 0
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assessment:
    """The whole answer to a plan.

    Parameters
    ----------
    plan
        Title of the plan.
    plan_hash
        Of the plan in use, printed wherever the verdict is.
    standing
        Whether that plan was registered.
    look, looks
        Which of how many planned looks at the data this is.
    primary
        The one outcome the verdict is about.
    guardrails
        Outcomes that must not suffer.
    exploratory
        Everything else; never changes the verdict.
    little
        Output after over before as Little's law implies it: an audit of `departures`.
    departures
        Output after over before, counted; wins over `little`. None where nothing was counted.
    made_up
        The records are of a made-up organisation, and say so wherever they are shown.
    """

    plan: str
    plan_hash: str
    look: int
    looks: int
    units: str
    grain: str
    n_units: int
    n_treated: int
    n_periods: int
    window: Window
    remarks: tuple[Remark, ...]
    primary: Assessed
    guardrails: tuple[Assessed, ...]
    exploratory: tuple[Assessed, ...]
    moderators: tuple[Moderation | Abstention, ...]
    thresholds: tuple[Threshold | Abstention, ...]
    little: Estimate | Abstention | None
    verdict: Verdict
    source: str
    panel_digest: str
    seed: int
    made_up: bool = False
    departures: Estimate | Abstention | None = None
    standing: Standing = field(default_factory=Standing)

    def say(self) -> tuple[str, ...]:
        """Say the whole answer in about ten lines, what could have been seen before what was."""
        return tuple(line for line in _lines(self) if line)

    def _repr_markdown_(self) -> str:
        head, *rest = self.say()
        return "\n".join([f"**{head}**", "", *(f"- {line}" for line in rest)])


def _lines(assessment: Assessment) -> Iterator[str]:
    """Yield one line on each thing a reader must know, empty where there is nothing to say."""
    primary, verdict = assessment.primary, assessment.verdict
    yield "The records are made up." if assessment.made_up else ""
    yield f"{primary.question.outcome}: {verdict.say()}. {verdict.because}"
    yield verdict.capped if verdict.capped.lower() not in verdict.because.lower() else ""
    yield f"Could be seen: {_power(primary.power)}"
    yield f"Seen: {_answer(primary.primary)}"
    yield _rests_on(assessment)
    yield f"Another recipe: {_answer(primary.second)}"
    yield f"A dashboard without a design would say: {_answer(primary.naive)}"
    if primary.two_way is not None:
        yield f"One that takes levels and the calendar out: {_answer(primary.two_way)}"
    yield f"Checks: {_checks(primary.checks)}"
    yield from (f"Beside it: {_beside(each)}" for each in assessment.guardrails)
    yield from (f"Threshold: {_says(each)}" for each in assessment.thresholds)
    yield from (f"Moderator: {_says(each)}" for each in assessment.moderators)
    yield f"What would settle it: {verdict.would_settle}" if verdict.would_settle else ""
    yield _registered(assessment)
    yield from assessment.standing.flags


def _power(power: Power | Abstention) -> str:
    return power.says if isinstance(power, Power) else power.reason


def _answer(found: Fit | Abstention) -> str:
    if isinstance(found, Abstention):
        return f"cannot tell: {found.reason}"
    estimate = found.estimate
    return f"{_with_interval(estimate)}, by {estimate.estimator}, about {estimate.speaks_of}."


def _with_interval(estimate: Estimate) -> str:
    """Say value and interval; a unit of many words only once."""
    interval = estimate.interval
    level = f"{100 * interval.level:g} %"
    if estimate.unit == RELATIVE or not math.isfinite(interval.low + interval.high):
        return f"{estimate.say()} ({estimate.say_interval()}, {level})"
    value, low, high = map(significant, (estimate.value, interval.low, interval.high))
    return f"{value} ({low} to {high}, {level}) {estimate.unit.symbol}".rstrip()


def _rests_on(assessment: Assessment) -> str:
    spans = f"{assessment.n_periods:,} {assessment.grain}{'' if assessment.n_periods == 1 else 's'}"
    noun = "" if assessment.units == "unit" else f" (each a {assessment.units})"
    return (
        f"It rests on {assessment.n_units:,} units{noun} over {spans}; "
        f"{assessment.n_treated:,} of them adopt."
    )


def _checks(checks: tuple[Check, ...]) -> str:
    if not checks:
        return "none could be run."
    return ", ".join(f"{check.name} {check.answer}" for check in checks) + "."


def _beside(guardrail: Assessed) -> str:
    return f"{guardrail.question.outcome}: {_answer(guardrail.primary)}"


def _says(found: Moderation | Threshold | Abstention) -> str:
    if isinstance(found, Abstention):
        return f"{found.metric}: cannot tell: {found.reason}"
    name = found.moderator if isinstance(found, Moderation) else f"{found.outcome} by {found.dose}"
    return f"{name}: {found.answer}. {found.says}"


def _registered(assessment: Assessment) -> str:
    question = assessment.primary.question
    smallest = say(question.smallest, COUNT if question.scale == "level" else RATIO)
    return (
        f"Plan: {assessment.standing.says}; look {assessment.look} of {assessment.looks}; "
        f"{question.better} is better, {smallest} is the smallest change of interest; "
        f"rows {assessment.panel_digest}."
    )
