"""From a question as a person puts it to a registered plan, and from a table to its answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from trueup.errors import EstimateError
from trueup.estimate.assess import Progress, assess
from trueup.estimate.assessment import Assessment
from trueup.estimate.catalogue import find_estimator
from trueup.estimate.estimator import SEED
from trueup.estimate.panel import Floats, Grain, Panel
from trueup.estimate.plan import Plan, Population
from trueup.estimate.question import Question, Scale
from trueup.estimate.reading import PanelColumns, panel_from_table, read_panel
from trueup.estimate.reading.limits import refuse_values

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


def estimate(
    panel: Panel,
    asked: Plan | Ask,
    *,
    seed: int = SEED,
    progress: Progress | None = None,
    made_up: bool = False,
) -> Assessment:
    """Answer a question on a panel, whatever the answer: also that nobody can know.

    Parameters
    ----------
    seed
        Of resampling.
    progress
        Told how far it is.
    made_up
        The records are of a made-up organisation.

    Raises
    ------
    EstimateError
        The question names a column the panel has not, or asks for a scale its values have no
        meaning on; or the libraries that estimate are not installed.
    """
    plan = asked if isinstance(asked, Plan) else plan_of(asked, panel)
    for question in plan.questions:
        refuse_values(panel, question)
    return assess(panel, plan, seed=seed, progress=progress, made_up=made_up)


def estimate_panel(
    rows: Path | str | pa.Table,
    *,
    unit: str,
    time: str,
    adopted: str,
    outcome: str | Ask | Plan,
    cluster: str | None = None,
    seed: int = SEED,
) -> Assessment:
    """Say what adoption did to an outcome, on any table of units over periods.

    Parameters
    ----------
    rows
        A CSV, TSV, Parquet or Arrow file, or an Arrow table.
    unit, time, adopted
        Columns that say who, when, and since when it is treated: a first period, a 0/1 switch or
        periods since adoption.
    outcome
        A column, or a question with its scale and smallest effect, or a registered plan.
    cluster
        Column of what shares shocks; each unit by itself where there is none.
    seed
        Of resampling: the same table gives the same answer.

    Raises
    ------
    EstimateError
        The table is no panel, or the question cannot be put to it.
    """
    asked = Ask(outcome=outcome) if isinstance(outcome, str) else outcome
    if isinstance(asked, Plan):
        columns = columns_of(asked, unit, time, adopted, cluster=cluster)
    else:
        columns = asked.columns(unit, time, adopted, cluster=cluster)
    if isinstance(rows, pa.Table):
        panel = panel_from_table(rows, columns, source="table")
    else:
        panel = read_panel(Path(rows), columns)
    plan = asked if isinstance(asked, Plan) else plan_of(asked, panel, unit=unit, cluster=cluster)
    return estimate(panel, plan, seed=seed)


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
