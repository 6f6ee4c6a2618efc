"""The rule that turns evidence into one of five answers; docs/reference/verdict.md in code.

Precedence: cannot tell (a gate of the design failed), destroying, creating, neutral, leaning,
cannot tell. Nothing here reads data, draws numbers or knows an estimator.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from types import MappingProxyType
from typing import Literal

from trueup.estimate.assessment import Answer, Assessed, Power, Verdict
from trueup.estimate.estimator import Fit
from trueup.estimate.question import Question
from trueup.estimate.verdict.looks import ONLY_LOOK, Look
from trueup.model.effect import Check, Estimate
from trueup.model.evidence import Abstention, Interval

FALSE_ALARM = 0.02
"""Most that a year may say destroying, or creating, of a roll-out that does nothing at all."""
GATES = frozenset({"agreement", "overlap", "placebo_date", "placebo_outcome", "pre_trend"})
"""Checks that stop the verdict where they fail; the others are printed and decide nothing."""
STRICT = frozenset({"agreement", "pre_trend"})
"""Gates that also keep it at leaning where they are weak. Of the others only a failure counts: a
placebo date looks, with less, at what the test before adoption looks at; and arms may differ in
level, which a difference of differences takes out."""
HONEST = "honest"
NO_INTERVALS: Mapping[str, Interval] = MappingProxyType({})
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One outcome turned so that more is better, on the scale its interval was made on.

    Parameters
    ----------
    value, low, high
        Effect and interval of this look; logarithms for ``log`` and ``count``.
    delta
        Smallest effect of interest on the same scale, positive.
    critical
        How many standard errors `low` and `high` lie from `value`.
    p_value
        Of no effect, two-sided.
    honest
        Interval that forgives deviations from parallel trends after adoption half as large as the
        largest before it; None where there is none.
    narrow
        Interval of the equivalence test.
    fails, weak
        Gates that failed; that could not have found what matters.
    """

    outcome: str
    value: float
    low: float
    high: float
    delta: float
    critical: float
    p_value: float
    honest: tuple[float, float] | None
    narrow: tuple[float, float]
    fails: tuple[Check, ...]
    weak: tuple[Check, ...]

    @property
    def not_worse(self) -> bool:
        """Whether harm of interest is ruled out."""
        return self.low > -self.delta and not self.fails

    @property
    def is_equivalent(self) -> bool:
        """Whether any effect of interest, either way, is ruled out."""
        return -self.delta < self.narrow[0] and self.narrow[1] < self.delta

    @property
    def direction(self) -> Literal["gain", "harm", ""]:
        """Which way the interval leaves nought."""
        return "gain" if self.low > 0 else "harm" if self.high < 0 else ""

    @property
    def beyond(self) -> float:
        """By how many standard errors the harm exceeds the smallest of interest."""
        spread = (self.high - self.value) / self.critical
        return (-self.delta - self.value) / spread if spread > 0 else math.inf

    @property
    def survives_honestly(self) -> Literal["gain", "harm", ""]:
        """Which way the honest interval leaves nought."""
        if self.honest is None:
            return ""
        return "gain" if self.honest[0] > 0 else "harm" if self.honest[1] < 0 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What was fixed beforehand.

    Parameters
    ----------
    look
        Which look at the data this is.
    alpha
        Error of the interval over all looks, two-sided.
    cap
        Why nothing stronger than leaning may be said; empty if nothing forbids it.
    """

    look: Look = ONLY_LOOK
    alpha: float = 0.05
    cap: str = ""

    @property
    def ceiling(self) -> str:
        """Why nothing stronger than leaning may be said; empty if nothing forbids it."""
        return self.cap or ("the registered looks are used up" if self.look.is_over else "")

    def refuses_nought(self, p_value: float, share: float) -> bool:
        """Whether "no effect at all" is refused, given a share of the false alarms of a year."""
        two_sided = 2 * FALSE_ALARM * share
        return p_value <= 2 * (1 - _NORMAL.cdf(self.look.critical(two_sided)))


def judge(
    primary: Assessed,
    guardrails: Sequence[Assessed] = (),
    *,
    rule: Rule | None = None,
    narrow: Mapping[str, Interval] = NO_INTERVALS,
) -> Verdict:
    """Give one of five answers about the primary outcome and its guardrails.

    Parameters
    ----------
    narrow
        By outcome, the interval of the equivalence test: at twice the error, at this look.
        An outcome without one is held to its ordinary interval, which is wider.
    """
    rule = rule or Rule()
    main = weigh(primary, narrow.get(primary.question.outcome))
    if main is None:
        return replace(_not_estimated(primary), decided_by=primary.question.outcome)
    if main.fails:
        return replace(_gate_failed(main), decided_by=main.outcome)
    known = [(one, weigh(one, narrow.get(one.question.outcome))) for one in guardrails]
    kept = [one for _, one in known if one is not None]
    open_questions = [
        one.question.outcome for one, seen in known if seen is None or not seen.not_worse
    ]
    decided = _first(main, kept, open_questions, rule)
    return replace(
        decided,
        would_settle=decided.would_settle or _would_settle(primary, decided, rule),
        decided_by=decided.decided_by or main.outcome,
    )


def _first(main: Weighed, guardrails: list[Weighed], unclear: list[str], rule: Rule) -> Verdict:
    """Walk down the precedence until an answer fits."""
    harmed = _harmed(guardrails, rule)
    shares = 0.5 if guardrails else 1.0
    for verdict in (
        _destroying(main, harmed, shares, rule),
        _creating(main, unclear, rule),
        _neutral(main, unclear, rule),
        _leaning(main),
    ):
        if verdict is not None:
            return verdict
    return Verdict(answer="cannot tell", because=_undecided(main, unclear), would_settle="")


def weigh(assessed: Assessed, narrow: Interval | None = None) -> Weighed | None:
    """Turn one outcome so that more is better; None where it was not estimated."""
    fit, question = assessed.primary, assessed.question
    if not isinstance(fit, Fit) or question.better == "neither":
        return None
    interval, sign = fit.estimate.interval, -1.0 if question.better == "lower" else 1.0
    low, high = _turned((interval.low, interval.high), question, sign)
    value = sign * _scaled(fit.estimate.value, question)
    critical = _NORMAL.inv_cdf((1 + interval.level) / 2)
    ends = (narrow.low, narrow.high) if narrow else (interval.low, interval.high)
    gates = [check for check in assessed.checks if check.name in GATES]
    return Weighed(
        outcome=question.outcome,
        value=value,
        low=low,
        high=high,
        delta=abs(_scaled(question.smallest, question)),
        critical=critical,
        p_value=_p_value(fit.estimate, value, (low, high), critical),
        honest=_honest(assessed.checks, question, sign),
        narrow=_turned(ends, question, sign),
        fails=tuple(gate for gate in gates if gate.answer == "fails"),
        weak=tuple(gate for gate in gates if _is_weak(gate)),
    )


def might_be_neutral(assessed: Assessed) -> bool:
    """Whether the equivalence test could rule out any effect of interest."""
    main = weigh(assessed)
    return main is not None and not main.is_equivalent and abs(main.value) < main.delta


def agreement(
    question: Question, primary: Fit | Abstention, second: Fit | Abstention
) -> tuple[Check, ...]:
    """Say whether two recipes that rest on the same design agree, as a check; none without both.

    Their difference varies less than the noisier of the two when one is efficient (Hausman 1978,
    Econometrica 46(6)), so a difference beyond 1.96 of its errors is not noise.
    """
    if not isinstance(primary, Fit) or not isinstance(second, Fit):
        return ()
    values, errors = [], []
    for fit in (primary, second):
        interval = fit.estimate.interval
        ends = [_scaled(end, question) for end in (interval.low, interval.high)]
        values.append(_scaled(fit.estimate.value, question))
        errors.append((ends[1] - ends[0]) / 2 / _NORMAL.inv_cdf((1 + interval.level) / 2))
    apart = abs(values[0] - values[1]) / max(errors) if max(errors) > 0 else 0.0
    agrees = apart <= 1.96
    says = (
        f"{primary.estimate.estimator} says {primary.estimate.say()}, "
        f"{second.estimate.estimator} {second.estimate.say()}: "
        f"{apart:.1f} standard errors apart, {'no more than' if agrees else 'beyond'} noise."
    )
    return (
        Check(
            name="agreement",
            question="Do two recipes for the same design agree?",
            answer="holds" if agrees else "weak",
            says=says,
            figures=(("errors_apart", apart),),
            reference="Hausman (1978), Econometrica 46(6)",
        ),
    )


def _is_weak(gate: Check) -> bool:
    return gate.name in STRICT and gate.answer in {"weak", "cannot tell"}


def _scaled(value: float, question: Question) -> float:
    if question.scale == "level":
        return value
    return math.log1p(value) if value > -1 else -math.inf


def _turned(ends: tuple[float, float], question: Question, sign: float) -> tuple[float, float]:
    low, high = sorted(sign * _scaled(end, question) for end in ends)
    return low, high


def _p_value(estimate: Estimate, value: float, ends: tuple[float, float], critical: float) -> float:
    """Return the p of no effect; from the interval where the method gives none."""
    if estimate.p_value is not None:
        return estimate.p_value
    spread = (value - ends[0] if value > 0 else ends[1] - value) / critical
    return 2 * (1 - _NORMAL.cdf(abs(value) / spread)) if spread > 0 else 1.0


def _honest(checks: Sequence[Check], question: Question, sign: float) -> tuple[float, float] | None:
    for check in checks:
        figures = dict(check.figures)
        if check.name == HONEST and {"honest_low", "honest_high"} <= set(figures):
            return _turned((figures["honest_low"], figures["honest_high"]), question, sign)
    return None


def _harmed(guardrails: list[Weighed], rule: Rule) -> list[Weighed]:
    """Return the guardrails harmed beyond their smallest effect, by Holm's steps, worst first.

    Two tests each, both stepped: of harm no larger than the smallest of interest, at the level
    of the interval; of no effect, at half the false alarms of a year.
    Holm (1979), Scandinavian Journal of Statistics 6(2).
    """
    found: list[Weighed] = []
    testable = sorted((one for one in guardrails if not one.fails), key=lambda one: -one.beyond)
    for step, one in enumerate(testable):
        left = len(guardrails) - step
        far = one.beyond > rule.look.critical(rule.alpha / left)
        if not far or not rule.refuses_nought(one.p_value, 0.5 / left):
            break
        found.append(one)
    return found


def _destroying(main: Weighed, harmed: list[Weighed], share: float, rule: Rule) -> Verdict | None:
    """Harm beyond the smallest of interest, of the primary outcome or of any guardrail."""
    own = main.high < -main.delta and rule.refuses_nought(main.p_value, share)
    suspects = ([main] if own else []) + harmed
    for suspect in suspects:
        if not (_doubt(suspect, "harm") or rule.ceiling):
            why = f"{_far(suspect, 'harm')}, and it survives {_HALF}."
            return replace(_said("destroying", why), decided_by=suspect.outcome)
    if not suspects:
        return None
    first = suspects[0]
    why = _doubt(first, "harm") or rule.ceiling
    leans = _said("leaning", f"{_far(first, 'harm')}, but {why}.", towards="harm", capped=why)
    return replace(leans, decided_by=first.outcome)


def _creating(main: Weighed, unclear: list[str], rule: Rule) -> Verdict | None:
    """Gain beyond the smallest of interest, with no guardrail that may have suffered."""
    if not (main.low > main.delta and rule.refuses_nought(main.p_value, 1.0)):
        return None
    why = _doubt(main, "gain") or _blocked(unclear) or rule.ceiling
    if not why:
        return _said(
            "creating",
            f"{_far(main, 'gain')}, it survives {_HALF}, and no guardrail is worse.",
        )
    return _said("leaning", f"{_far(main, 'gain')}, but {why}.", towards="gain", capped=why)


def _neutral(main: Weighed, unclear: list[str], rule: Rule) -> Verdict | None:
    """Any effect of interest ruled out, either way, with no guardrail that may have suffered."""
    if not main.is_equivalent:
        return None
    within = f"any effect on {main.outcome} larger than the smallest of interest is ruled out"
    blocked, why = _blocked(unclear), _doubt_of_gates(main) or rule.ceiling
    if blocked:
        return None
    if not why:
        return _said("neutral", f"{within}, and no guardrail is worse.")
    return _said("leaning", f"{within}, but {why}.", towards=main.direction, capped=why)


def _leaning(main: Weighed) -> Verdict | None:
    """The interval leaves nought, and goes no further."""
    if not main.direction:
        return None
    return _said(
        "leaning",
        f"the interval of {main.outcome} lies on the side of {main.direction}, "
        "but reaches effects too small to matter.",
        towards=main.direction,
    )


_HALF = "deviations from parallel trends half as large as any seen before adoption"


def _doubt(one: Weighed, way: Literal["gain", "harm"]) -> str:
    """Say why a large effect may not be called one; empty if nothing forbids it."""
    if one.honest is None:
        return f"there is no exact interval for {one.outcome} that forgives {_HALF}"
    if one.survives_honestly != way:
        return f"the {way} of {one.outcome} does not survive {_HALF}"
    return _doubt_of_gates(one)


def _doubt_of_gates(one: Weighed) -> str:
    if not one.weak:
        return ""
    return f"a check of the design is weak ({one.weak[0].name.replace('_', ' ')} of {one.outcome})"


def _blocked(unclear: list[str]) -> str:
    if not unclear:
        return ""
    return f"harm of interest is not ruled out for {', '.join(unclear)}"


def _far(one: Weighed, way: str) -> str:
    return f"the whole interval of {one.outcome} lies beyond the smallest {way} of interest"


def _said(
    answer: Answer, because: str, *, towards: Literal["gain", "harm", ""] = "", capped: str = ""
) -> Verdict:
    return Verdict(
        answer=answer,
        towards=towards,
        because=_sentence(because),
        would_settle="",
        capped=_sentence(capped),
    )


def _sentence(text: str) -> str:
    """Begin with a capital and end with one full stop."""
    return f"{text[0].upper()}{text[1:].rstrip('.')}." if text else ""


def _undecided(main: Weighed, unclear: list[str]) -> str:
    if main.is_equivalent:
        return _sentence(
            f"any effect of interest on {main.outcome} is ruled out, but {_blocked(unclear)}"
        )
    return _sentence(
        f"the interval of {main.outcome} holds no effect at all and effects large enough to matter"
    )


def _not_estimated(primary: Assessed) -> Verdict:
    fit = primary.primary
    if isinstance(fit, Fit):
        return Verdict(
            answer="cannot tell",
            because=f"The plan does not say which direction of {primary.question.outcome} is good.",
            would_settle="Register the direction that is good.",
        )
    return Verdict(answer="cannot tell", because=_sentence(fit.reason), would_settle=fit.remedy)


def _gate_failed(main: Weighed) -> Verdict:
    gate = main.fails[0]
    return Verdict(
        answer="cannot tell",
        because=_sentence(f"the design fails a check: {gate.says}"),
        would_settle="A comparison that passes it: units that adopt at dates nobody chose by "
        "their past, or an experiment.",
    )


def _would_settle(primary: Assessed, verdict: Verdict, rule: Rule) -> str:
    if verdict.answer in {"creating", "neutral", "destroying"}:
        if rule.look.number < rule.look.of:
            return "Nothing at this look; the looks that remain may still turn it."
        return "Nothing in these data; a second roll-out or an experiment would confirm it."
    if verdict.capped:
        if rule.ceiling and verdict.capped == _sentence(rule.ceiling):
            return "A plan registered anew, about an outcome that is throughput."
        return "More units or periods, which narrow what left the doubt, or an experiment."
    power = primary.power
    return power.says if isinstance(power, Power) else power.remedy
