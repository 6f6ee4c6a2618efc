"""From a question as a person puts it to a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.catalogue import find_estimator
from trueup.estimate.panel import Floats, Grain, Panel
from trueup.estimate.question import Question, Scale
from trueup.estimate.reading import PanelColumns
from trueup.estimate.verdict.plan import Plan, Population

SHARE = 0.05
"""Smallest effect of interest where none is named: a twentieth."""
FIRST, SECOND = "callaway_santanna", "imputation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question as a person puts it; what is left out is settled before any effect is looked at.

    Parameters
    ----------
    outcome
        Column of the panel.
    scale
        See `trueup.estimate.question.Scale`. None: ``count`` for whole numbers that are never
        below nought, else ``level``.
    better
        Which direction is good.
    smallest
        Smallest effect of interest. None: a twentieth; for ``level`` only the asker can know.
    horizon, anticipation, controls, covariates
        As in `trueup.estimate.question.Question`.
    guardrails
        Outcomes that must not suffer: ``name``, ``name:lower``, ``name:lower:0.1``; the last is
        the smallest loss of interest.
    method
        Name of the estimator.
    dose
        Column of exposure, to look for a threshold in.
    moderators
        Columns, frozen before adoption, that may change the effect.
    """

    outcome: str
    scale: Scale | None = None
    better: Literal["higher", "lower"] = "higher"
    smallest: float | None = None
    horizon: int | None = None
    anticipation: int = 0
    controls: Literal["not_yet", "never"] = "not_yet"
    covariates: tuple[str, ...] = ()
    guardrails: tuple[str, ...] = ()
    method: str = FIRST
    dose: str = ""
    moderators: tuple[str, ...] = ()

    def columns(
        self,
        unit: str,
        time: str,
        adopted: str | None,
        *,
        cluster: str | None = None,
        grain: Grain | None = None,
    ) -> PanelColumns:
        """Return which column of a table is what, for this question."""
        return PanelColumns(
            unit=unit,
            time=time,
            adopted=adopted,
            outcomes=(self.outcome, *(_name(guardrail) for guardrail in self.guardrails)),
            cluster=cluster,
            doses=(self.dose,) if self.dose else (),
            covariates=self.covariates,
            moderators=self.moderators,
            grain=grain,
        )


def columns_of(
    plan: Plan, unit: str, time: str, adopted: str | None, *, cluster: str | None = None
) -> PanelColumns:
    """Return which column of a table is what, for a registered plan."""
    covariates = [name for question in plan.questions for name in question.covariates]
    outcomes = [question.outcome for question in plan.questions]
    return PanelColumns(
        unit=unit,
        time=time,
        adopted=adopted,
        outcomes=tuple(
            dict.fromkeys((*outcomes, *plan.threshold_outcomes, *plan.placebo_outcomes))
        ),
        cluster=cluster or (None if plan.cluster == "unit" else plan.cluster),
        doses=(plan.dose,) if plan.dose else (),
        covariates=tuple(dict.fromkeys(covariates)),
        moderators=plan.moderators,
        grain=plan.population.grain if plan.population.grain != "period" else None,
        since=plan.population.since,
        until=plan.population.until,
    )


def plan_of(ask: Ask, panel: Panel, *, unit: str = "unit", cluster: str | None = None) -> Plan:
    """Return the plan that a question amounts to on a panel.

    Only rows before adoption are looked at.

    Parameters
    ----------
    unit
        What one unit is called.
    cluster
        Column that says what shares shocks; None for each unit by itself.

    Raises
    ------
    EstimateError
        No estimator is called `ask.method`, or the panel has no such column.
    """
    find_estimator(ask.method)
    return Plan(
        title=f"What adoption did to {ask.outcome}",
        primary=_question(ask, panel),
        guardrails=tuple(_guardrail(ask, panel, written) for written in ask.guardrails),
        moderators=ask.moderators,
        dose=ask.dose,
        threshold_outcomes=(ask.outcome,) if ask.dose else (),
        population=Population(units=unit, grain=panel.grain),
        estimator=ask.method,
        second=FIRST if ask.method == SECOND else SECOND,
        cluster=cluster or "unit",
        looks=1,
    )


def _name(written: str) -> str:
    return written.partition(":")[0]


def _guardrail(ask: Ask, panel: Panel, written: str) -> Question:
    name, _, rest = written.partition(":")
    better, _, smallest = rest.partition(":")
    if better not in {"", "higher", "lower"}:
        raise EstimateError(
            f"{written!r} does not say which direction of {name!r} is good.",
            hint=f"Write {name}:lower or {name}:higher.",
        )
    try:
        least = float(smallest) if smallest else None
    except ValueError as error:
        raise EstimateError(
            f"{smallest!r} in {written!r} is not a number.", hint=f"Write {name}:lower:0.1."
        ) from error
    alone = replace(ask, outcome=name, better=_direction(better), scale=None, smallest=least)
    return _question(alone, panel)


def _direction(written: str) -> Literal["higher", "lower"]:
    return "lower" if written == "lower" else "higher"


def _question(ask: Ask, panel: Panel) -> Question:
    before = _before_anyone(panel, ask.outcome)
    scale = ask.scale or _scale(before)
    if ask.smallest is None and scale == "level":
        raise EstimateError(
            f"Which difference in {ask.outcome} is the smallest that matters is not said.",
            hint=f"Say it with --smallest{_for_example(before)}, or as the third part of "
            "--guardrail; or ask with --scale log, where it is said as a proportion.",
        )
    return Question(
        outcome=ask.outcome,
        scale=scale,
        better=ask.better,
        smallest=SHARE if ask.smallest is None else ask.smallest,
        horizon=ask.horizon,
        anticipation=ask.anticipation,
        controls=ask.controls,
        covariates=ask.covariates,
    )


def _for_example(before: Floats) -> str:
    typical = abs(float(before.mean())) if before.size else 0.0
    if not typical:
        return ""
    return f" ({SHARE * typical:.2g} is a twentieth of {typical:.3g}, its mean before adoption)"


def _before_anyone(panel: Panel, outcome: str) -> Floats:
    """Return what was seen of the outcome before adoption; never what came after."""
    values = panel.column(outcome)[~panel.treated]
    return values[~np.isnan(values)]


def _scale(before: Floats) -> Scale:
    whole = before.size > 0 and bool((before >= 0).all()) and bool((before == before.round()).all())
    return "count" if whole else "level"
