"""The event studies of published examples, worked out from the data their packages carry."""

from __future__ import annotations

import importlib.util
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@cache
def medicaid() -> tuple[Floats, Floats, int]:
    """Return effects, covariance and reference of the example in HonestDiD's README.

    Share insured, 43 states, 2008 to 2015, expansion in 2014 against none: two-way event study
    with errors clustered by state and fixest's factor ``G/(G-1) (N-1)/(N-K)``, K = 7 effects and
    8 years, as its states are nested in the clusters.
    """
    table = _carried("ehec_data")
    table = table[(table["year"] < 2016) & (table["yexp2"] != 2015)]
    wide = table.pivot_table(index="stfips", columns="year", values="dins")
    treated = (table.groupby("stfips")["yexp2"].first().loc[wide.index] == 2014).to_numpy()
    change = wide.to_numpy() - wide[[2013]].to_numpy()
    means = {arm: change[treated == arm].mean(axis=0) for arm in (True, False)}
    left = change - np.where(treated[:, None], means[True], means[False])
    left /= np.where(treated[:, None], treated.sum(), -(~treated).sum())
    states, rows = len(wide), wide.size
    factor = states / (states - 1) * (rows - 1) / (rows - 15)
    return means[True] - means[False], left.T @ left * factor, 5


@cache
def minimum_wage_results() -> Any:
    """Return diff-diff's Callaway-Sant'Anna of county teen employment (R's ``did::mpdta``)."""
    from diff_diff import CallawaySantAnna

    table = _carried("mpdta_long").rename(columns={"first.treat": "first"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library announces its next version
        return CallawaySantAnna(base_period="universal").fit(
            table, "lemp", "countyreal", "year", "first", aggregate="event_study"
        )


@cache
def minimum_wage() -> tuple[Floats, Floats, int]:
    """Return the event study of `minimum_wage_results`."""
    found = minimum_wage_results()
    horizons = sorted(found.event_study_effects)
    effects = np.array([found.event_study_effects[h]["effect"] for h in horizons])
    covariance = np.zeros((len(horizons), len(horizons)))
    known = [horizons.index(h) for h in found.event_study_vcov_index]
    covariance[np.ix_(known, known)] = found.event_study_vcov
    return effects, covariance, horizons.index(-1)


def _carried(name: str) -> pd.DataFrame:
    """Read what the package moderndid carries; importing it would take four seconds."""
    found = importlib.util.find_spec("moderndid")
    assert found is not None
    assert found.origin is not None
    place = Path(found.origin).parent / "core" / "datasets" / f"{name}.pkl.gz"
    return pd.DataFrame(pd.read_pickle(place))  # noqa: S301 - a pinned package's own file
