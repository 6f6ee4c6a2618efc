"""The plan where none is registered: sound work that reaches users, and what must not suffer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.errors import EstimateError
from trueup.estimate.asking.ask import Ask, columns_of, plan_of
from trueup.estimate.little import ARRIVED, IN_PROGRESS, LEFT, WAIT
from trueup.estimate.panel import Panel, Remark
from trueup.estimate.question import Question
from trueup.estimate.reading import panel_from_table
from trueup.estimate.verdict.plan import Plan, Population
from trueup.measure.units.definition import Outcome
from trueup.measure.units.outcome import OUTCOMES

Span = Literal["week", "month"]
"""How long a period is: a week alone is a noisy "before" to compare with."""
PRIMARY = (
    "sound_changes_per_developer_week",
    "deployed_changes_per_developer_week",
    "merged_changes_per_developer_week",
)
"""Best first: the first that is observed is the one the verdict is about."""
GUARDRAILS = ("change_failure_ratio", "lead_time_mean_seconds")
"""A change that leads to an incident has failed; incidents alone are too rare to rule harm out."""
EXPLORATORY = (
    "incidents_per_change",
    "review_wait_mean_seconds",
    "rework_ratio",
    "work_items_done_per_developer_week",
    "deployments_per_week",
    "failed_deployment_recovery_mean_seconds",
    "defects_escaped_ratio",
    "opened_to_landed_mean_seconds",
    "review_to_landed_mean_seconds",
    "unreviewed_changes_ratio",
    "proposed_size_lines",
    "human_review_comments",
    "bugs_per_change",
    "work_item_active_mean_seconds",
    "flow_efficiency_ratio",
)
DOSE = "ai_hours_per_developer_week"
MODERATOR = "foundation_ratio"
FLOW = (IN_PROGRESS, ARRIVED, LEFT, WAIT)
"""Carried along to hold the output that was counted against Little's law."""
THROUGHPUT, QUALITY = 0.05, 0.10
"""Smallest change of interest: a twentieth of throughput, a tenth of anything else."""


def usual_plan(table: pa.Table, *, unit: str = "team", grain: Span = "month") -> Plan:
    """Return the plan for a table of unit-months or unit-weeks.

    What nobody observed is not asked about.

    Raises
    ------
    EstimateError
        No outcome that a verdict could be about is observed.
    """
    observed = _observed(table)
    primary = next((name for name in PRIMARY if name in observed), None)
    if primary is None:
        raise EstimateError(
            "No change that was merged or deployed is in the workspace.",
            hint="Collect a source that holds changes, or give a panel with --panel.",
        )
    dose = DOSE if DOSE in observed else ""
    return Plan(
        primary=_question(table, primary, THROUGHPUT),
        guardrails=_questions(table, GUARDRAILS, observed),
        exploratory=_questions(table, EXPLORATORY, observed),
        moderators=tuple(name for name in (MODERATOR,) if name in observed),
        dose=dose,
        threshold_outcomes=(primary,) if dose else (),
        population=Population(units=unit, grain=grain),
        not_throughput=""
        if OUTCOMES[primary].is_throughput
        else f"{OUTCOMES[primary].says_unit} are not work that reached users",
    )


def workspace_panel(
    table: pa.Table,
    asked: Ask | Plan | None = None,
    *,
    unit: str = "team",
    grain: Span = "month",
) -> tuple[Panel, Plan]:
    """Return a table of unit-months or unit-weeks as a panel, and the plan of a question on it.

    Parameters
    ----------
    table
        What `trueup.measure.units.months` or `trueup.measure.units.weeks` gives, as `grain` says.
    asked
        A registered plan, or a question; None for the usual plan.

    Raises
    ------
    EstimateError
        What is asked about is not in the table.
    """
    asked = usual_plan(table, unit=unit, grain=grain) if asked is None else asked
    keys = ("unit", grain, f"adopted_{grain}")
    columns = asked.columns(*keys) if isinstance(asked, Ask) else columns_of(asked, *keys)
    flow = tuple(name for name in FLOW if name in _observed(table))
    columns = replace(columns, covariates=(*columns.covariates, *flow))
    panel = panel_from_table(table, columns, source="workspace")
    panel = replace(panel, remarks=(*panel.remarks, *_remarks(table)))
    return panel, plan_of(asked, panel, unit=unit) if isinstance(asked, Ask) else asked


def _observed(table: pa.Table) -> tuple[str, ...]:
    return tuple(name for name in table.column_names if table.column(name).null_count < len(table))


def _questions(
    table: pa.Table, names: Sequence[str], observed: Sequence[str]
) -> tuple[Question, ...]:
    return tuple(_question(table, name, QUALITY) for name in names if name in observed)


def _question(table: pa.Table, name: str, smallest: float) -> Question:
    outcome = OUTCOMES[name]
    if outcome.scale == "level":
        smallest = _of_mean(table, name, smallest)
    return Question(
        outcome=name,
        unit=outcome.says_unit,
        scale=outcome.scale,
        better=_better(outcome),
        smallest=smallest,
    )


def _better(outcome: Outcome) -> Literal["higher", "lower"]:
    return "lower" if outcome.better == "lower" else "higher"


def _of_mean(table: pa.Table, name: str, share: float) -> float:
    """Return a share of the mean of what was seen before adoption, two digits."""
    adopted = table.column("is_adopted").to_numpy(zero_copy_only=False).astype(np.bool_)
    values = pc.fill_null(table.column(name), float("nan")).to_numpy(zero_copy_only=False)
    before = values[~adopted & ~np.isnan(values)]
    typical = share * float(before.mean()) if before.size else 0.0
    return float(f"{typical:.2g}") if typical > 0 else share


def _remarks(table: pa.Table) -> tuple[Remark, ...]:
    said = json.loads((table.schema.metadata or {}).get(b"remarks", b"[]"))
    return tuple(
        Remark(kind=one["kind"], says=one["says"], rows=int(one.get("rows", 0))) for one in said
    )
