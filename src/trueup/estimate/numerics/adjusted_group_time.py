"""Group-time effects among units alike in covariates, doubly robust, by diff-diff.

Sant'Anna and Zhao (2020), Journal of Econometrics 219(1): controls are weighted by the odds of
adoption and their change is predicted from the covariates in the base period; either may be wrong.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.estimator import need
from trueup.estimate.numerics.group_time import (
    NEVER,
    Average,
    Cells,
    Design,
    Floats,
    Influence,
    Ints,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Adjusted:
    """Cells with covariates, and who moved them.

    Parameters
    ----------
    cells
        As without covariates, effects replaced.
    moved
        By row and column of a cell: the treated units, their influence, the controls, theirs.
    """

    cells: Cells
    moved: Mapping[tuple[int, int], tuple[Ints, Floats, Ints, Floats]]

    def influence(self, n_units: int, average: Average) -> Influence:
        """Return each of `n_units` units' influence on averages of the cells."""
        shape = (n_units, average.total.size)
        treated, controls, composition, share, served = (np.zeros(shape) for _ in range(5))
        answers = average.of(self.cells.effects)
        for row, period in zip(*np.nonzero(average.place >= 0), strict=True):
            into, weight = average.place[row, period], average.weight[row, period]
            mine, of_mine, theirs, of_theirs = self.moved[int(row), int(period)]
            treated[mine, into] += weight * of_mine
            controls[theirs, into] += weight * of_theirs
            gap = self.cells.effects[row, period] - answers[into]
            composition[mine, into] += gap / average.total[into]
            share[mine, into] += weight / mine.size
            served[theirs, into] += weight / theirs.size
        return Influence(
            treated=treated,
            controls=controls,
            composition=composition,
            share=share,
            served=served,
        )


def adjusted_group_time(
    values: Floats, covariates: Floats, adopted: Ints, cells: Cells, design: Design
) -> Adjusted | None:
    """Estimate the cells with covariates, ``(n_covariates, n_units, n_periods)``.

    Returns
    -------
    Adjusted or None
        None where not one cell could be estimated.

    Raises
    ------
    EstimateError
        The library does not give influences by unit.
    """
    frame = _frame(values, covariates, adopted)
    names = [f"covariate_{place}" for place in range(covariates.shape[0])]
    library = need("diff_diff")
    recipe = library.CallawaySantAnna(
        control_group="never_treated" if design.never_only else "not_yet_treated",
        anticipation=design.anticipation,
        base_period="universal",
        estimation_method="dr",
        pscore_fallback="unconditional",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of cells it leaves out; they are counted here
        try:
            result = recipe.fit(frame, "value", "unit", "period", "start", covariates=names)
        except ValueError:
            return None
    kit = getattr(result, "_aggregation_kit", None)
    if kit is None:
        raise EstimateError(
            "This version of diff-diff keeps no influences by unit.",
            hint="Install the version trueup is locked to.",
        )
    units = np.unique(frame["unit"].to_numpy())
    return _adjusted(result.group_time_effects, kit.influence, cells, units)


def _adjusted(
    found: Mapping[Any, Mapping[str, Any]],
    influences: Mapping[Any, Mapping[str, Any]],
    cells: Cells,
    units: Ints,
) -> Adjusted | None:
    effects = np.full(cells.effects.shape, np.nan)
    n_treated, n_controls = (np.zeros(cells.effects.shape) for _ in range(2))
    moved = {}
    rows = {int(cohort): row for row, cohort in enumerate(cells.cohorts)}
    for (start, label), cell in found.items():
        row, period = rows.get(int(start) - 1), int(label) - 1
        one = influences.get((start, label))
        if row is None or one is None or period == cells.bases[row]:
            continue
        effects[row, period] = cell["effect"]
        n_treated[row, period], n_controls[row, period] = cell["n_treated"], cell["n_control"]
        moved[row, period] = (
            units[one["treated_idx"]],
            np.asarray(one["treated_inf"]),
            units[one["control_idx"]],
            np.asarray(one["control_inf"]),
        )
    replaced = dataclasses.replace(
        cells, effects=effects, n_treated=n_treated, n_controls=n_controls
    )
    return Adjusted(cells=replaced, moved=moved) if moved else None


def _frame(values: Floats, covariates: Floats, adopted: Ints) -> Any:
    """Return complete rows, periods from one, as the library wants them."""
    pandas = need("pandas")
    unit, period = np.nonzero(np.isfinite(values) & np.isfinite(covariates).all(axis=0))
    start = np.where(adopted == NEVER, 0, adopted + 1)[unit]
    columns = {f"covariate_{k}": layer[unit, period] for k, layer in enumerate(covariates)}
    return pandas.DataFrame(
        {
            "unit": unit,
            "period": period + 1,
            "start": start,
            "value": values[unit, period],
            **columns,
        }
    )
