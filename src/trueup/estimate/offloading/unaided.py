"""What becomes of work on days without the tool, from the records of a workspace."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trueup.estimate.estimator import SEED
from trueup.estimate.offloading.days import (
    LEVEL,
    Contrasts,
    Drawn,
    UnitDays,
    contrasts,
    level_trend,
    loss_trend,
    mean_loss,
    years,
)
from trueup.measure.metric import Tables
from trueup.measure.records.presence import has
from trueup.measure.units.unit_days import HIT_HOURS, unit_days
from trueup.model.cohort import Cohort, may_be_shown
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Interval, Window
from trueup.units import PER_DEVELOPER_DAY, PER_DEVELOPER_DAY_PER_YEAR, Unit

METRIC = "unaided_work"
FEWEST_SPELLS = 3
"""Spells of days without the tool below which nothing is said of their mean."""
FEWEST_OF_TREND = 6
LEAST_YEARS = 0.5
"""Spells, and years between the first and the last, below which nothing is said of a trend."""
FEWEST_UNITS = 8
OUTCOMES = {"landed": "changes landed", "reviewed": "changes reviewed"}
_METHOD = (
    "other days of the same weekday, at most half a year away, drawn in place of the days without "
    "the tool; inverted"
)
_ASSUMPTIONS = (
    "When the tool fails does not depend on what teams are about to do.",
    "Teams of much and of little use would have differed as on the days beside.",
    "Teams do not take over each other's work on such a day.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What unit-days are of.

    Parameters
    ----------
    unit_of
        Teams or repositories.
    cohort
        Who used the tools that failed: too many to point at anybody.
    """

    window: Window
    unit_of: str
    cohort: Cohort


@dataclass(frozen=True, slots=True, kw_only=True)
class Unaided:
    """What days without the tool show of one outcome.

    Parameters
    ----------
    loss
        How much less is done on such a day where all use the tool than where nobody does.
    loss_trend
        By how much that rises in a year; it does so too where the tool gets better.
    level_trend
        By how much what is done on such days rises in a year, where all use the tool against where
        nobody does: the unaided trend.
    days
        How many there were.
    cohort
        Who used the tools that failed.
    """

    outcome: str
    cohort: Cohort
    loss: Estimate | Abstention
    loss_trend: Estimate | Abstention
    level_trend: Estimate | Abstention
    days: int


def unaided_work(
    tables: Tables, *, timezone: str = "UTC", seed: int = SEED
) -> tuple[Unaided, ...] | Abstention | None:
    """Say what becomes of work on days on which AI tools failed, by how much they are used.

    Parameters
    ----------
    timezone
        In which days begin.

    Returns
    -------
    tuple of Unaided, Abstention or None
        By outcome of `OUTCOMES`; an abstention where no outage is recorded, or too few persons
        use the tools; None where no session with one is recorded.
    """
    if not has(tables, "ai_session"):
        return None
    if not has(tables, "ai_outage"):
        return Abstention(
            metric=METRIC,
            reason="No outage or limit of an AI tool is recorded, so that all work without it is "
            "by choice.",
            remedy="Write outages down in a file of events, e.g. from the provider's status page.",
        )
    rows = unit_days(tables, timezone=timezone)
    said = json.loads((rows.schema.metadata or {}).get(b"told", b"{}"))
    if not said or not may_be_shown("behaviour", said["people"], said["largest_ratio"]):
        return Abstention(
            metric=METRIC,
            reason="Too few persons use the tools that failed, or one of them does most.",
            remedy="Connect the tools of more persons, or wait until more use them.",
        )
    told = Told(
        window=Window(start_at=said["start_at"], end_at=said["end_at"]),
        unit_of=said["unit_of"],
        cohort=Cohort(
            about="behaviour", persons=said["people"], largest_ratio=said["largest_ratio"]
        ),
    )
    return tuple(judge(panel_of(rows, name), name, told, seed=seed) for name in OUTCOMES)


def panel_of(rows: pa.Table, outcome: str) -> UnitDays:
    """Return one outcome of `trueup.measure.units.unit_days.unit_days` as arrays."""
    units = len(set(rows["unit"].to_pylist()))

    def grid(name: str) -> np.ndarray:
        return np.asarray(rows[name].to_numpy()).reshape(units, -1)

    developers = grid("developers").astype(float)
    users = grid("users").astype(float)
    return UnitDays(
        count=grid(outcome).astype(float),
        developers=developers,
        dose=np.divide(users, developers, out=np.zeros_like(users), where=developers > 0),
        hit=grid("is_hit").astype(bool),
        touched=np.asarray(grid("is_touched").astype(bool).any(axis=0)),
    )


def judge(panel: UnitDays, outcome: str, told: Told, *, seed: int) -> Unaided:
    """Judge the days without the tool of one outcome.

    Parameters
    ----------
    told
        What the panel is of.
    """
    found, asked = contrasts(panel), _Asked(panel=panel, outcome=outcome, told=told, seed=seed)
    of_mean = _refusal(panel, found, FEWEST_SPELLS, 0.0)
    of_trend = _refusal(panel, found, FEWEST_OF_TREND, LEAST_YEARS)
    per_year = PER_DEVELOPER_DAY_PER_YEAR
    return Unaided(
        outcome=outcome,
        cohort=told.cohort,
        loss=of_mean or asked.estimate(found, mean_loss, "on a day without the tool"),
        loss_trend=of_trend
        or asked.estimate(found, loss_trend, "on a day without the tool, by year", per_year),
        level_trend=of_trend
        or asked.estimate(found, level_trend, "done without the tool, by year", per_year),
        days=int(found.days.size),
    )


def _refusal(
    panel: UnitDays, found: Contrasts, spells: int, least_years: float
) -> Abstention | None:
    """Return why nothing can be said, or None."""
    at_work = int((panel.developers.max(axis=1) > 0).sum())
    if at_work < FEWEST_UNITS:
        reason = f"Only {at_work} units work; {FEWEST_UNITS} are needed, with and without AI."
        return Abstention(metric=METRIC, reason=reason, remedy="Name the teams in a file.")
    if found.spells < spells or years(found) < least_years:
        said = f"{found.spells} spells without the tool can be judged; {spells} are needed"
        said += f", over {365 * least_years:.0f} days." if least_years else "."
        return Abstention(
            metric=METRIC,
            reason=said,
            remedy="Wait: no one can make outages, and nobody should. Days without AI that are "
            "drawn by lot, by consent, answer sooner.",
            n=found.spells,
            n_of="spells without the tool",
        )
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One outcome of one panel."""

    panel: UnitDays
    outcome: str
    told: Told
    seed: int

    def estimate(
        self,
        found: Contrasts,
        statistic: Callable[..., Drawn],
        when: str,
        unit: Unit = PER_DEVELOPER_DAY,
    ) -> Estimate:
        """State one statistic as an estimate."""
        drawn, panel = statistic(found, seed=self.seed), self.panel
        used = (panel.dose[:, found.days] > 0).any(axis=1)
        return Estimate(
            outcome=self.outcome,
            estimand=f"{OUTCOMES[self.outcome]} per developer-day {when}, where all use the tool "
            "against where nobody does",
            design=f"days on which AI tools failed for {HIT_HOURS:.0f} office hours or more, "
            "against the same weekdays up to four weeks before and after, by dose",
            estimator="days_without_the_tool",
            value=drawn.value,
            unit=unit,
            standard_error=drawn.error,
            interval=Interval(low=drawn.low, high=drawn.high, level=LEVEL, method=_METHOD),
            p_value=drawn.p_value,
            least_p=drawn.least_p,
            speaks_of="these units",
            n_rows=int(panel.count.size),
            n_units=panel.count.shape[0],
            n_treated=int(used.sum()),
            n_clusters=found.spells,
            assumptions=_ASSUMPTIONS,
            window=self.told.window,
            source=f"{self.told.unit_of} by day, of the workspace",
            seed=self.seed,
        )
