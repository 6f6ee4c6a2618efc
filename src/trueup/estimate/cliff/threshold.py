"""Is there a cliff? The five answers, from existence, place, rival shapes and placebos.

A rejection of the straight line is never enough to say "cliff": a bend or an S-curve is
rejected as well. The word needs all five conditions; all else is said for what it is, and where
the data could not have shown a jump that matters, the answer is "cannot tell".

Where some rows have no dose at all, what any use does however little it is has a level of its own
everywhere: adoption moves the dose off nought, and an effect of adoption is no cliff in dose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.assessment import Threshold
from trueup.estimate.cliff.drawing import curve
from trueup.estimate.cliff.existence import SMALLEST, Existence, search
from trueup.estimate.cliff.gates import existence_gate, place_gate, shape_gate, unit_gate
from trueup.estimate.cliff.location import LEVEL, as_estimate, locate
from trueup.estimate.cliff.placebo import placebo_gate
from trueup.estimate.cliff.rivals import bends, compare, lead_over, standing
from trueup.estimate.cliff.sample import Sample, Within, take_sample
from trueup.estimate.estimator import SEED, need
from trueup.estimate.numerics.jump.ranked import fit_column
from trueup.estimate.numerics.jump.shapes import Rival
from trueup.estimate.numerics.multiplicity import holm
from trueup.estimate.panel import Floats, Panel
from trueup.model.effect import Check
from trueup.model.evidence import Abstention
from trueup.units import significant

DRAWS = 999


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Searched:
    """An outcome whose scan is done, and what else is needed to answer."""

    sample: Sample
    existence: Existence
    placebos: tuple[tuple[str, Floats], ...]
    draws: int
    seed: int


def find_thresholds(
    panel: Panel,
    outcomes: Sequence[str],
    dose: str,
    *,
    covariates: Sequence[str] = (),
    within: Within = "pooled",
    draws: int = DRAWS,
    seed: int = SEED,
    placebo_outcomes: Sequence[str] = (),
) -> tuple[Threshold | Abstention, ...]:
    """Say of several outcomes whether each jumps at some dose, one answer each, in order.

    The chance that any straight line is refuted by mistake stays at 5 % over all outcomes (Holm).

    Parameters
    ----------
    panel
        Units over periods; effects of periods are always taken out where there are several.
    outcomes, dose
        Columns; rows in which the outcome or the dose is not seen are left out.
    covariates
        Columns taken out linearly.
    within
        ``pooled`` compares units with each other, ``unit`` each with itself.
    draws
        Of the bootstrap: 999 for a verdict, 9,999 near the line.
    seed
        The same seed gives the same answer.
    placebo_outcomes
        Columns the dose cannot have moved.

    Raises
    ------
    EstimateError
        The panel has no such column, or there are too few draws for 5 %.

    Notes
    -----
    Where some rows have no dose and none has less, the straight line and every other shape have a
    level of their own for any dose above nought, and only doses above it are places of a jump.

    The answers, in order. *Cliff supported*: a jump exists (p under 5 % against a straight line,
    after Holm over the outcomes asked about), beats every smooth shape by 6 in BIC and on
    clusters left out, lies within a quarter of the range of dose and not at the end of the doses
    searched, is there within units, and is not shown by shuffled doses or placebo outcomes.
    *Non-linear, shape unknown*: a straight line is refuted, but one of these fails. *Slope only*
    and *no evidence*: no jump, and one of 0.5 standard deviations would have been found with 80 %
    chance. *Cannot tell*: it would not.
    """
    if draws < 19:
        raise EstimateError(
            f"{draws} draws cannot show p under 5 %.", hint="Use 999, or at least 19."
        )
    searched = [
        _search(panel, outcome, dose, covariates, within, draws, seed, placebo_outcomes)
        for outcome in outcomes
    ]
    told = [each for each in searched if isinstance(each, _Searched)]
    adjusted = iter(holm([each.existence.p for each in told]).tolist() if told else [])
    return tuple(
        _answer(each, next(adjusted)) if isinstance(each, _Searched) else each for each in searched
    )


def _search(
    panel: Panel,
    outcome: str,
    dose: str,
    covariates: Sequence[str],
    within: Within,
    draws: int,
    seed: int,
    placebo_outcomes: Sequence[str],
) -> _Searched | Abstention:
    placebos = [(name, panel.column(name)) for name in placebo_outcomes]
    sample = take_sample(panel, outcome, dose, covariates, within)
    if isinstance(sample, Abstention):
        return sample
    existence = search(sample, draws=draws, rng=np.random.default_rng([seed, 0]))
    if isinstance(existence, Abstention):
        return existence
    return _Searched(
        sample=sample,
        existence=existence,
        placebos=tuple((name, values[sample.row]) for name, values in placebos),
        draws=draws,
        seed=seed,
    )


def _answer(searched: _Searched, adjusted: float) -> Threshold:
    sample, existence = searched.sample, searched.existence
    rivals = compare(sample, existence, rng=np.random.default_rng([searched.seed, 1]))
    first = existence_gate(existence, adjusted)
    plain = Threshold(
        outcome=sample.outcome,
        dose=sample.dose,
        answer="cannot tell",
        says="",
        location=None,
        pieces=(),
        jump=None,
        existence_p=existence.p,
        adjusted_p=adjusted,
        detectable_jump=existence.detectable,
        rivals=standing(rivals),
        gates=(first,),
        curve=curve(sample),
        n_rows=sample.y.size,
        n_units=sample.n_units,
        n_clusters=sample.n_clusters,
        seed=searched.seed,
    )
    answer = _refuted if adjusted < 1 - LEVEL else _not_refuted
    told = answer(searched, plain, rivals)
    return replace(told, says=told.says + _set_apart(sample))


def _set_apart(sample: Sample) -> str:
    """Say what the search allowed for besides a straight line, if anything."""
    if not sample.apart:
        return ""
    return (
        f" Places are sought where {sample.dose} is above nought; what any use does, "
        "however little, is allowed for and is no jump."
    )


def _refuted(searched: _Searched, plain: Threshold, rivals: tuple[Rival, ...]) -> Threshold:
    """Answer where a straight line does not hold: a cliff only if every condition does."""
    sample, existence = searched.sample, searched.existence
    location = locate(existence)
    kinked = lead_over(rivals, "kink")[0] <= 0
    gates = (
        *plain.gates,
        shape_gate(rivals),
        place_gate(location, kinked),
        unit_gate(sample, location),
        placebo_gate(
            sample,
            existence,
            searched.placebos,
            draws=searched.draws,
            rng=np.random.default_rng([searched.seed, 2]),
        ),
    )
    jump = as_estimate(location, sample, searched.seed)
    open_gates = [gate for gate in gates if gate.answer != "holds"]
    place = f"where {sample.dose} passes {significant(location.place, 3)}"
    size = (
        f"{significant(jump.value)} ({significant(jump.interval.low)} to "
        f"{significant(jump.interval.high)})"
    )
    p = f"p {significant(plain.adjusted_p or 0.0)}"
    if open_gates:
        return replace(
            plain,
            answer="non-linear, shape unknown",
            says=f"{sample.outcome} does not follow {sample.dose} in a straight line ({p}), but "
            f"a cliff is not shown: {_first(open_gates)} Fitted as one, it would be {size} "
            f"{place}.",
            location=location.place,
            pieces=() if kinked else location.pieces,
            gates=gates,
        )
    low, high = location.hull
    return replace(
        plain,
        answer="cliff supported",
        says=f"{sample.outcome} jumps by {size} {place} (not ruled out: {significant(low, 3)} to "
        f"{significant(high, 3)}). A straight line is refuted ({p}), and so are a bend and smooth "
        "curves.",
        location=location.place,
        pieces=location.pieces,
        jump=jump,
        gates=gates,
    )


def _first(gates: Sequence[Check]) -> str:
    """Say the gravest open condition: one that fails before one that is weak."""
    order = {"fails": 0, "cannot tell": 1, "weak": 2, "holds": 3}
    return min(gates, key=lambda gate: order[gate.answer]).says


def _not_refuted(searched: _Searched, plain: Threshold, rivals: tuple[Rival, ...]) -> Threshold:
    """Answer where no jump was found: what that excludes depends on what could be seen."""
    sample, existence = searched.sample, searched.existence
    slope, reach = _slope(sample)
    line = (
        f"{significant(slope)} for each {sample.dose} ({significant(slope - reach)} to "
        f"{significant(slope + reach)})"
    )
    found = f"no jump was found (p {significant(plain.adjusted_p or 0.0)})"
    seen = f"one of {significant(existence.detectable)} is found with 80 % chance"
    bent = bends(rivals)
    if bent:
        return replace(
            plain,
            answer="non-linear, shape unknown",
            says=f"{sample.outcome} does not follow {sample.dose} in a straight line (a {bent} "
            f"shape fits clearly better), and {found}.",
        )
    if not existence.sees_what_matters:
        return replace(
            plain,
            answer="cannot tell",
            says=f"A cliff cannot be told from a ramp here: {found}, but only {seen}, "
            f"{significant(existence.detectable / existence.noise)} standard deviations. About "
            f"{_needed(searched):,} clusters like these {sample.n_clusters:,} would show one of "
            f"{SMALLEST}. The straight line is {line}.",
        )
    if abs(slope) > reach:
        return replace(
            plain,
            answer="slope only",
            says=f"{sample.outcome} follows {sample.dose} in a straight line, {line}; {found}, "
            f"and {seen}.",
        )
    return replace(
        plain,
        answer="no evidence",
        says=f"{sample.outcome} shows neither a jump nor a slope in {sample.dose}: {found}, "
        f"{seen}, and the straight line is {line}.",
    )


def _slope(sample: Sample) -> tuple[float, float]:
    """Return the slope of the straight line and the reach of its interval."""
    rows = sample.ranked(line=False)
    slope, error = fit_column(rows, rows.clean(rows.dose[:, None])[:, 0])
    reach = float(need("scipy.stats").t.ppf((1 + LEVEL) / 2, rows.n_clusters - 1))
    return slope, reach * error


def _needed(searched: _Searched) -> int:
    """Return how many clusters like these would show a jump of interest; errors fall as a root."""
    existence = searched.existence
    times = (existence.detectable / (SMALLEST * existence.noise)) ** 2
    return int(np.ceil(searched.sample.n_clusters * times))
