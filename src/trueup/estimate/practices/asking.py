"""What came after practice: the test for a cliff, and how unequal output is, of repositories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.errors import EstimateError
from trueup.estimate.assessment import Threshold
from trueup.estimate.cliff.sample import FEWEST_CLUSTERS
from trueup.estimate.panel import Ints, Panel
from trueup.estimate.practices.cliff import DRAWS, cliffs_of_practice
from trueup.estimate.practices.inequality import UNSEEN, Spread, inequality
from trueup.estimate.reading import panel_from_table
from trueup.estimate.reading.columns import PanelColumns
from trueup.measure.metric import Tables
from trueup.measure.practices.practice import Practices
from trueup.measure.practices.quarters import OUTCOMES, OUTPUT, POINTS, practice_quarters
from trueup.model.evidence import Abstention, Window

WHAT = "cliff in practice"
ENOUGH = 300
"""Repositories over five quarters with which the test finds a jump of half a standard deviation
four times in five; of 36 made-up ones it asks for 140 to 285, by outcome."""
_YEAR = 4
"""Quarters of output that are taken together to say how unequal it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterPractice:
    """What followed on points of practice.

    Parameters
    ----------
    cliffs
        An answer for each outcome; or one for all where they cannot be asked about.
    spreads
        How unequal sound changes per developer are over the last four quarters: between all,
        between levels and within each.
    n_units, n_periods
        Repositories in use, and quarters.
    window
        Over which; None where nothing was looked at.
    """

    cliffs: tuple[Threshold | Abstention, ...] = ()
    spreads: tuple[Spread | Abstention, ...] = ()
    n_units: int = 0
    n_periods: int = 0
    window: Window | None = None


def after_practice(tables: Tables, found: Practices, *, draws: int = DRAWS) -> AfterPractice:
    """Ask whether later outcomes jump with points of practice, and how unequal output is."""
    used = [each for each in found.history if each.unit == "repository" and each.in_use]
    names, quarters = ({each.name for each in used}, {each.quarter for each in used})
    n_units, n_periods = len(names), len(quarters)
    if n_units < FEWEST_CLUSTERS or n_periods < 2:
        return AfterPractice(
            cliffs=(_too_few(n_units, n_periods),), n_units=n_units, n_periods=n_periods
        )
    rows = practice_quarters(tables, found.history, timezone=found.timezone)
    return asked_of(rows, draws=draws)


def asked_of(rows: pa.Table, *, draws: int = DRAWS) -> AfterPractice:
    """Ask the same of repositories by quarter.

    Parameters
    ----------
    rows
        Of `trueup.measure.practices.quarters.practice_quarters`.
    """
    observed = tuple(name for name in OUTCOMES if rows[name].null_count < rows.num_rows)
    in_use = rows.filter(rows[POINTS[0]].is_valid())
    n_units = len(in_use["unit"].unique())
    n_periods = len(in_use["quarter"].unique())
    if not observed:
        return AfterPractice(cliffs=(_unobserved(n_units),), n_units=n_units, n_periods=n_periods)
    panel = panel_of_quarters(rows, observed)
    cliffs: tuple[Threshold | Abstention, ...]
    try:
        cliffs = cliffs_of_practice(panel, observed, draws=draws)
    except EstimateError as error:
        cliffs = (Abstention(metric=WHAT, reason=error.fact, remedy=error.hint, n=n_units),)
    return AfterPractice(
        cliffs=cliffs,
        spreads=_spreads(in_use) if OUTPUT in observed else (),
        n_units=n_units,
        n_periods=n_periods,
        window=panel.window,
    )


def panel_of_quarters(rows: pa.Table, outcomes: Sequence[str]) -> Panel:
    """Return repositories by quarter as a panel, clustered by the team that owns them."""
    columns = PanelColumns(
        unit="unit",
        time="quarter",
        outcomes=tuple(outcomes),
        adopted=None,
        cluster="cluster",
        doses=POINTS,
        grain="quarter",
    )
    return panel_from_table(rows, columns, source="workspace")


def _spreads(in_use: pa.Table) -> tuple[Spread | Abstention, ...]:
    """Return how unequal output is over the last year; a level counts where it is certain."""
    quarters = sorted(in_use["quarter"].unique().to_pylist())[-_YEAR:]
    rows = in_use.filter(pc.is_in(in_use["quarter"], value_set=pa.array(quarters)))
    rows = rows.filter(rows[OUTPUT].is_valid())
    units, code = np.unique(np.array(rows["unit"].to_pylist(), dtype=object), return_inverse=True)
    developers = rows["active_developers"].to_numpy(zero_copy_only=False)
    output = rows[OUTPUT].to_numpy(zero_copy_only=False)
    whole = np.bincount(code, developers, units.size)
    mean = np.bincount(code, developers * output, units.size) / whole
    level: Ints = np.full(units.size, UNSEEN, dtype=np.int64)
    low, high = (rows[name].to_numpy(zero_copy_only=False) for name in POINTS[2:])
    level[code] = np.where(low == high, low, UNSEEN).astype(np.int64)  # the last quarter's stays
    return inequality(mean, level)


def _too_few(units: int, periods: int) -> Abstention:
    return Abstention(
        metric=WHAT,
        reason=f"{units} repositories were seen to use AI tools at the end of a quarter, over "
        f"{periods} quarters; a jump in what follows cannot be looked for in fewer than "
        f"{FEWEST_CLUSTERS} repositories and two quarters",
        remedy=f"Measure {max(FEWEST_CLUSTERS - units, 1)} more together, with their sessions; "
        f"some {ENOUGH} are needed to see a jump of half a standard deviation",
        n=units,
        n_of="repositories",
    )


def _unobserved(units: int) -> Abstention:
    return Abstention(
        metric=WHAT,
        reason="No change is seen to reach users, so nothing follows that could jump",
        remedy="Tag releases, or connect what deploys",
        n=units,
        n_of="repositories",
    )
