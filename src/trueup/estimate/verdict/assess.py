"""From a panel and a registered plan to everything the balance says about it.

What the data could have seen is worked out first; nothing here raises for lack of evidence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Protocol, TypeVar

import numpy as np

from trueup.estimate.assessment import (
    Assessed,
    Assessment,
    Moderation,
    Threshold,
    Verdict,
)
from trueup.estimate.catalogue import find_estimator
from trueup.estimate.checking import Case, all_checks
from trueup.estimate.cliff.threshold import find_thresholds
from trueup.estimate.estimator import SEED, Estimator, Fit
from trueup.estimate.little import throughput_of_adopters
from trueup.estimate.moderators import moderate
from trueup.estimate.numerics.multiplicity import benjamini_hochberg
from trueup.estimate.panel import Panel, Remark
from trueup.estimate.power import power
from trueup.estimate.question import Question
from trueup.estimate.verdict.looks import Look, this_look
from trueup.estimate.verdict.plan import Plan, not_throughput, plan_hash
from trueup.estimate.verdict.register import Registration
from trueup.estimate.verdict.rule import HONEST, Rule, agreement, judge, might_be_neutral
from trueup.estimate.verdict.standing import hold
from trueup.model.effect import Check
from trueup.model.evidence import Abstention, Interval

NAIVE, TWO_WAY = "before_after", "two_way"
THRESHOLD_DRAWS = 999
T = TypeVar("T")


class Progress(Protocol):
    """Told how far a long stage is."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins; `total` is its number of steps, None if unknown."""
        ...

    def advance(self, steps: int) -> None:
        """So many further steps are done."""
        ...


def assess(
    panel: Panel,
    plan: Plan,
    *,
    seed: int = SEED,
    progress: Progress | None = None,
    made_up: bool = False,
    source: str = "",
    versions: Sequence[Registration] = (),
) -> Assessment:
    """Answer a plan on a panel, whatever the answer.

    Parameters
    ----------
    progress
        Told after each outcome, after the thresholds, and after the moderators.
    made_up
        The records are of a made-up organisation.
    source
        Where the panel comes from; as the panel says where empty.
    versions
        What was registered about the same rows, the first one first; what differs from it is
        listed, and what bears on the verdict keeps it from saying more than leaning.

    Raises
    ------
    EstimateError
        The primary question names a column the panel has not, the plan an estimator there is not,
        or a library that estimates is not installed.
    """
    held = hold(panel, plan, versions)
    plan = held.plan
    look = this_look(
        panel, registered_on=plan.registered_on, looks=plan.looks, outcome=plan.primary.outcome
    )
    work = _Work(panel=panel, plan=plan, look=look, seed=seed, barred=held.cap)
    told = _Told(progress, _steps(plan))
    primary = work.assessed(plan.primary, checked=True, needed=True)
    told.done()
    guardrails = tuple(told.each(work.assessed(one, checked=True) for one in plan.guardrails))
    exploratory = tuple(told.each(work.assessed(one, checked=False) for one in plan.exploratory))
    ratio = throughput_of_adopters(panel, level=work.level(1), seed=seed)
    return Assessment(
        plan=plan.title,
        plan_hash=plan_hash(plan),
        look=look.number,
        looks=look.of,
        units=plan.population.units,
        grain=panel.grain,
        n_units=panel.n_units,
        n_treated=int(panel.ever_treated.sum()),
        n_periods=panel.n_periods,
        window=panel.window,
        remarks=(*panel.remarks, *_remarks(panel, plan, look)),
        primary=primary,
        guardrails=guardrails,
        exploratory=_adjusted(exploratory),
        moderators=tuple(told.whole(work.moderations(), bool(plan.moderators))),
        thresholds=tuple(told.each(work.thresholds())),
        little=ratio.implied if ratio else None,
        departures=ratio.counted if ratio else None,
        verdict=work.verdict(primary, guardrails),
        source=source or panel.source,
        panel_digest=panel.digest(),
        seed=seed,
        made_up=made_up,
        standing=held.standing,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Work:
    """One panel held against one plan at one look; `barred` says why it may only lean."""

    panel: Panel
    plan: Plan
    look: Look
    seed: int
    barred: str = ""

    def level(self, times: int) -> float:
        """Level of an interval at this look, for `times` the plan's error."""
        return self.look.level(min(times * self.plan.alpha, 0.9))

    def assessed(self, question: Question, *, checked: bool, needed: bool = False) -> Assessed:
        """Look at one outcome from every side: what could be seen first, then what was."""
        question = replace(question, level=self.level(1))
        if question.outcome not in self.panel.columns and not needed:
            missing = _missing(question)
            return Assessed(
                question=question,
                primary=missing,
                second=missing,
                naive=missing,
                two_way=missing,
                power=missing,
                checks=(),
            )
        could = power(self.panel, question, estimator=self.plan.estimator)
        primary = self.fit(self.plan.estimator, question)
        second = self.fit(self.plan.second, question)
        checks = self.checks(question, primary) if checked else ()
        return Assessed(
            question=question,
            primary=primary,
            second=second,
            naive=self.fit(NAIVE, question),
            two_way=self.fit(TWO_WAY, question),
            power=could,
            checks=(*checks, *agreement(question, primary, second)),
        )

    def fit(self, estimator: str, question: Question) -> Fit | Abstention:
        return self.recipe(estimator).fit(self.panel, question, seed=self.seed)

    def recipe(self, name: str) -> Estimator:
        """Find a recipe, told the plan's column of exposure where it asks for one."""
        found: Any = find_estimator(name)
        asks = is_dataclass(found) and "dose" in {one.name for one in fields(found)}
        if asks and self.plan.dose:
            found = replace(found, dose=self.plan.dose)
        recipe: Estimator = found
        return recipe

    def checks(self, question: Question, fit: Fit | Abstention) -> tuple[Check, ...]:
        """Try to break an answer: as often as once, save for the interval the verdict reads."""
        if isinstance(fit, Abstention):
            return ()
        recipe, seed = self.recipe(self.plan.estimator), self.seed
        wrong = self.plan.unmarked
        case = Case(
            panel=self.panel,
            question=question,
            fit=fit,
            refit=lambda panel, asked: recipe.fit(panel, asked, seed=seed),
            placebo_outcomes=tuple(
                name for name in self.plan.placebo_outcomes if name in self.panel.columns
            ),
            unmarked=(wrong.users_among_controls, wrong.non_users_among_adopters),
            seed=seed,
        )
        once = replace(case, question=replace(question, level=1 - self.plan.alpha))
        return tuple(
            check(case if name == HONEST else once) for name, check in all_checks().items()
        )

    def verdict(self, primary: Assessed, guardrails: tuple[Assessed, ...]) -> Verdict:
        cap = self.barred or self.plan.not_throughput or not_throughput(self.plan.primary)
        rule = Rule(look=self.look, alpha=self.plan.alpha, cap=cap)
        return judge(primary, guardrails, rule=rule, narrow=dict(self.narrow(primary)))

    def narrow(self, primary: Assessed) -> Iterator[tuple[str, Interval]]:
        """Yield the interval of the equivalence test, where it could decide anything."""
        if not might_be_neutral(primary):
            return
        question = replace(primary.question, level=self.level(2))
        again = self.fit(self.plan.estimator, question)
        if isinstance(again, Fit):
            yield question.outcome, again.estimate.interval

    def moderations(self) -> Iterator[Moderation | Abstention]:
        known = tuple(name for name in self.plan.moderators if name in self.panel.columns)
        for name in self.plan.moderators:
            if name not in known:
                yield _missing_column(name, "moderator")
        if known:
            primary = replace(self.plan.primary, level=1 - self.plan.alpha)
            yield from moderate(
                self.panel, primary, known, equivalence=primary.smallest, seed=self.seed
            )

    def thresholds(self) -> tuple[Threshold | Abstention, ...]:
        """Search all outcomes together, so that a straight line is refuted by mistake in 5 %."""
        dose, asked = self.plan.dose, self.plan.threshold_outcomes if self.plan.dose else ()
        panel = self.panel.finer or self.panel
        columns = panel.columns
        known = tuple(name for name in asked if name in columns and dose in columns)
        searched = (
            find_thresholds(
                panel,
                known,
                dose,
                within="unit" if _varies_within(panel, dose) else "pooled",
                draws=THRESHOLD_DRAWS,
                seed=self.seed,
                placebo_outcomes=tuple(
                    name for name in self.plan.placebo_outcomes if name in columns
                ),
            )
            if known
            else ()
        )
        grain = panel.grain if panel is not self.panel else ""
        told = (
            replace(one, grain=grain) if isinstance(one, Threshold) else one for one in searched
        )
        return tuple(
            next(told)
            if outcome in known
            else _missing_column(
                outcome if outcome not in columns else dose, f"threshold of {outcome}"
            )
            for outcome in asked
        )


def _adjusted(exploratory: tuple[Assessed, ...]) -> tuple[Assessed, ...]:
    """Add to each explored outcome its p after Benjamini-Hochberg among all that were explored."""
    found = [
        (place, one.primary.estimate.p_value)
        for place, one in enumerate(exploratory)
        if isinstance(one.primary, Fit) and one.primary.estimate.p_value is not None
    ]
    adjusted = benjamini_hochberg([p for _, p in found]) if found else np.zeros(0)
    shown = list(exploratory)
    for (place, _), p in zip(found, adjusted.tolist(), strict=True):
        one = shown[place]
        check = Check(
            name="explored",
            question="Would it stand out among all outcomes that were looked at?",
            answer="holds" if p <= 0.10 else "weak",
            says=f"p {p:.2g} after adjusting for {len(found)} outcomes explored; "
            "an explored outcome never changes the verdict.",
            figures=(("adjusted_p", p), ("explored", float(len(found)))),
            reference="Benjamini, Hochberg (1995), JRSS B 57(1)",
        )
        shown[place] = replace(one, checks=(*one.checks, check))
    return tuple(shown)


def _remarks(panel: Panel, plan: Plan, look: Look) -> Iterator[Remark]:
    yield Remark(kind="look", says=look.says(plan.alpha))
    if plan.population.grain not in {panel.grain, "period"}:
        yield Remark(
            kind="grain",
            says=f"The plan speaks of {plan.population.grain}s, the panel of {panel.grain}s.",
        )


def _varies_within(panel: Panel, dose: str) -> bool:
    spread = panel.wide(dose)
    seen = np.isfinite(spread)
    high = np.where(seen, spread, -math.inf).max(axis=1)
    low = np.where(seen, spread, math.inf).min(axis=1)
    return bool((high > low).mean() > 0.5)


def _missing(question: Question) -> Abstention:
    return _missing_column(question.outcome, question.outcome)


def _missing_column(column: str, metric: str) -> Abstention:
    return Abstention(
        metric=metric,
        reason=f"The panel has no column {column}.",
        remedy="Connect the source that holds it, or add the column.",
    )


def _steps(plan: Plan) -> int:
    thresholds = len(plan.threshold_outcomes) if plan.dose else 0
    return len(plan.questions) + bool(plan.moderators) + thresholds


class _Told:
    """Progress in steps, or silence."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._advance: Callable[[int], None] | None = None
        if progress is not None:
            progress.stage("estimating", total)
            self._advance = progress.advance

    def done(self) -> None:
        """One more step is done."""
        if self._advance is not None:
            self._advance(1)

    def each(self, items: Iterable[T]) -> Iterator[T]:
        """Pass items on, a step each."""
        for item in items:
            yield item
            self.done()

    def whole(self, items: Iterable[T], counts: bool) -> Iterator[T]:
        """Pass items on, one step for all of them if they count."""
        yield from items
        if counts:
            self.done()
