"""What gaming leaves behind besides tokens: five signs, each asked against the unexposed teams.

None proves gaming alone. Each is asked one-sided at 5 %: two of five by chance alone, were they
independent, come up in about one honest policy in forty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from trueup.estimate.goodhart.difference import difference
from trueup.estimate.goodhart.excess import TOKENS, log_of, log_work
from trueup.estimate.goodhart.finding import Sign
from trueup.estimate.goodhart.saying import RISE, Wording, stated
from trueup.estimate.inference.bounds import Bounds, Refusal
from trueup.estimate.inference.regression import regress
from trueup.estimate.inference.sample import Sample, draw_sample
from trueup.estimate.inference.stating import adoption
from trueup.estimate.numerics.regression.within import Rows, recode
from trueup.estimate.panel import Floats, Panel
from trueup.units import ELASTICITY, RATIO, Unit, significant

MONTH_END = "is_month_end"
ONE_SIDED = 0.90
"""Level of the two-sided interval whose one end is a 5 % test of one side."""

LOG_POINTS = Unit("log_points", "log points")

Look = Callable[[Panel, Floats, int], Bounds | Refusal]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A sign: its name, the column it needs, what it says, how it is looked for."""

    name: str
    column: str
    moved: str
    missing: str
    look: Look
    rises: bool = True
    unit: Unit = RATIO


def look_for_signs(panel: Panel, beyond: Floats, *, seed: int) -> tuple[Sign, ...]:
    """Look for every sign of gaming in exposed teams since the policy, against the others.

    Parameters
    ----------
    beyond
        Excess tokens, ``(n_rows,)``.
    """
    return tuple(_looked(kind, panel, beyond, seed) for kind in _KINDS)


def _looked(kind: _Kind, panel: Panel, beyond: Floats, seed: int) -> Sign:
    values = panel.columns.get(kind.column)
    if values is None or not bool(np.isfinite(values).any()):
        return Sign(name=kind.name, answer="not measured", says=f"Not measured: {kind.missing}.")
    found = kind.look(panel, beyond, seed)
    if isinstance(found, Refusal):
        return Sign(name=kind.name, answer="not measured", says=f"Not measured: {found.reason}")
    shown = found.low > 0 if kind.rises else found.high < 0
    half = found.p_value / 2
    towards = (found.coefficient > 0) == kind.rises
    numbers = (
        f"{significant(found.coefficient)} ({significant(found.low)} to "
        f"{significant(found.high)}, 90 %)"
    )
    return Sign(
        name=kind.name,
        answer="shown" if shown else "not shown",
        says=f"{kind.moved}, against the unexposed teams: {numbers}.",
        p_value=half if towards else 1 - half,
        moved=stated(panel, found, _wording(kind)),
    )


def _wording(kind: _Kind) -> Wording:
    outcome = kind.column if kind.unit == RATIO else kind.name
    return replace(RISE, outcome=outcome, estimand=kind.moved, unit=kind.unit, is_logarithm=False)


def _of_column(name: str) -> Look:
    def look(panel: Panel, _: Floats, seed: int) -> Bounds | Refusal:
        return difference(panel, panel.column(name), seed=seed, level=ONE_SIDED)

    return look


def _spikes(panel: Panel, beyond: Floats, seed: int) -> Bounds | Refusal:
    """Ask whether excess in weeks that end a month rose more than in other weeks."""
    since = adoption(panel)
    ends = panel.wide(MONTH_END)
    exposed = panel.ever_treated[panel.unit].astype(np.float64)
    covariates = (
        since[panel.unit, panel.period],
        panel.column(MONTH_END) * exposed,
    )
    sample = draw_sample(panel, beyond, np.where(np.isnan(ends), 0.0, ends) * since, covariates)
    return regress(_unpermuted(sample), "difference", ONE_SIDED, seed, jackknife=False)


def _unpermuted(sample: Sample) -> Sample:
    """Return a sample whose regressor is not dealt out anew: covariates move along with it."""
    return Sample(
        outcome=sample.outcome,
        regressor=sample.regressor,
        rows=sample.rows,
        paths=None,
        place=sample.place,
    )


def _elasticity(panel: Panel, _: Floats, seed: int) -> Bounds | Refusal:
    """Ask whether surviving work follows tokens less; each team has a level in each phase."""
    work, tokens = log_work(panel), log_of(panel.column(TOKENS))
    since = adoption(panel)[panel.unit, panel.period]
    exposed = panel.ever_treated[panel.unit].astype(np.float64)
    starts = panel.adopted_in[panel.ever_treated]
    late = (panel.period >= int(starts.min())).astype(np.float64)
    seen = np.isfinite(work) & np.isfinite(tokens)
    place = np.flatnonzero(seen)
    if not place.size:
        return Refusal(reason="no week has both tokens and surviving work.", remedy="")
    tokens = tokens[place] - tokens[place].mean()
    columns = np.column_stack([tokens, tokens * late[place], tokens * exposed[place]])
    rows = Rows(
        unit=recode(2 * panel.unit[place] + late[place].astype(np.int64)),
        period=recode(panel.period[place]),
        cluster=recode(panel.cluster[panel.unit[place]]),
        covariates=columns,
    )
    sample = Sample(
        outcome=work[place],
        regressor=tokens * since[place],
        rows=rows,
        paths=None,
        place=place,
    )
    return regress(sample, "difference", ONE_SIDED, seed, jackknife=False)


_KINDS = (
    _Kind(
        "elasticity_falls",
        TOKENS,
        "Log points of surviving work that go with one log point of tokens changed",
        "no tokens are recorded",
        _elasticity,
        rises=False,
        unit=ELASTICITY,
    ),
    _Kind(
        "more_discarded",
        "discard_ratio",
        "The share of generated lines that is never committed changed",
        "no source says which lines were generated and committed",
        _of_column("discard_ratio"),
    ),
    _Kind(
        "more_repeated_calls",
        "looped_ratio",
        "The share of tool calls that repeat an earlier one changed",
        "no source records tool calls",
        _of_column("looped_ratio"),
    ),
    _Kind(
        "spikes_at_month_end",
        MONTH_END,
        "Excess tokens in weeks that end a month changed, beside other weeks",
        "weeks that end a month are not marked",
        _spikes,
        unit=LOG_POINTS,
    ),
    _Kind(
        "bunching_over_threshold",
        "over_threshold_ratio",
        "The share of person-months just over a threshold, of those near it, changed",
        "no threshold is recorded with the policy",
        _of_column("over_threshold_ratio"),
    ),
)
