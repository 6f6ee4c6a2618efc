"""From the records of a workspace to the panel that a plan or a question needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches

from trueup.errors import ConfigError, EstimateError
from trueup.estimate.asking.ask import Ask
from trueup.estimate.asking.usual import MODERATOR, Span, workspace_panel
from trueup.estimate.panel import Panel
from trueup.estimate.verdict.plan import Adoption, Plan
from trueup.measure.records.delivery import UnitKind
from trueup.measure.units.months import unit_months
from trueup.measure.units.outcome import OUTCOMES
from trueup.measure.units.weeks import unit_weeks, usual_unit
from trueup.store.reading import Tables


def collected_panel(
    tables: Tables,
    asked: Ask | Plan | None,
    *,
    unit: str | None,
    grain: Span,
    timezone: str,
) -> tuple[Panel, Plan]:
    """Return the units that were collected, by period, and the plan of a question on them.

    Parameters
    ----------
    asked, unit, grain
        As `trueup.workspace.Workspace.panel` has them; None asks by the usual plan.
    timezone
        Weeks begin there.

    Raises
    ------
    ConfigError
        The workspace has no such units or periods.
    EstimateError
        What is asked about is not in the workspace.
    """
    rule = _rule(asked, unit or usual_unit(tables), grain)
    table = unit_weeks(
        tables,
        unit=rule.unit,
        share=rule.adoption.share,
        weeks_running=rule.adoption.weeks,
        timezone=timezone,
    )
    if rule.grain == "week":
        return workspace_panel(table, asked, unit=rule.unit, grain="week")
    panel, plan = workspace_panel(unit_months(table), asked, unit=rule.unit, grain="month")
    if plan.dose and panel.n_rows:
        weekly = replace(plan, population=replace(plan.population, grain="week"))
        by_week, _ = workspace_panel(table, weekly, unit=rule.unit, grain="week")
        panel = replace(panel, finer=by_week)
    return panel, plan


def refuse_unknown(plan: Plan) -> None:
    """Refuse a plan about what no workspace will ever hold.

    Raises
    ------
    ConfigError
        No workspace has such units or periods.
    EstimateError
        An outcome, a moderator or a dose of the plan has another name than any of ours.
    """
    _rule(plan, "", "")
    asked = [question.outcome for question in plan.questions]
    asked += [*plan.moderators, *plan.threshold_outcomes, *plan.placebo_outcomes]
    for name in (*asked, *([plan.dose] if plan.dose else [])):
        if name not in OUTCOMES and name != MODERATOR:
            near = get_close_matches(name, OUTCOMES, n=3, cutoff=0.3) or sorted(OUTCOMES)
            raise EstimateError(
                f"The workspace has no outcome called {name!r}.",
                hint=f"Ask about {', '.join(near)}; a table of your own is named with --panel.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """Who is seen, over which periods, and when one counts as having adopted."""

    adoption: Adoption
    unit: UnitKind
    grain: Span


def _rule(asked: Ask | Plan | None, unit: str, grain: str) -> _Rule:
    adoption = Adoption()
    if isinstance(asked, Plan):
        adoption = asked.adoption
        unit, grain = asked.population.units, asked.population.grain
    units: dict[str, UnitKind] = {"team": "team", "repository": "repository"}
    grains: dict[str, Span] = {"week": "week", "month": "month"}
    if unit not in units or grain not in grains:
        raise ConfigError(
            f"The workspace has no units called {unit!r} by {grain}.",
            hint="Ask for team or repository, by week or month.",
        )
    return _Rule(adoption=adoption, unit=units[unit], grain=grains[grain])
