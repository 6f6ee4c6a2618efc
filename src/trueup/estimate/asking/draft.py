"""A plan as it is first written down, for people to argue about before it is registered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from trueup.estimate.panel import Panel
from trueup.estimate.verdict.plan import Plan

LOOKS = 52
"""A plan that is registered is read as long as it is in force: each week of a year, unless said."""


def draft(plan: Plan, panel: Panel) -> Plan:
    """Return a plan with what the rows say of themselves filled in: where the window begins.

    Only which rows there are is looked at, never an outcome after adoption.
    """
    population = plan.population
    if panel.grain != "period" and population.since is None:
        first = datetime.fromtimestamp(panel.window.start_at / 1_000_000, tz=UTC).date()
        population = replace(population, since=first)
    return replace(plan, population=population, looks=LOOKS)


def seen_at_draft(plan: Plan, panel: Panel) -> tuple[str, ...]:
    """Return what was seen of the rows when a plan was drafted, as notes for its head."""
    adopters = int(panel.ever_treated.sum())
    window = f"{panel.periods[0]} to {panel.periods[-1]}" if panel.n_periods else "no period"
    rows = (
        f"units {panel.n_units:,} (each a {plan.population.units}), "
        f"periods {panel.n_periods:,} ({window}), adopters {adopters:,}"
    )
    return (
        f"Seen when this was written: {rows}.",
        "No outcome after adoption was looked at. Edit it, then: trueup estimate --register FILE",
    )
