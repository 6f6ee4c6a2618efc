"""The five conditions for saying "cliff"; a rejection of the straight line alone is not one."""

from __future__ import annotations

import numpy as np

from trueup.estimate.cliff.existence import SMALLEST, Existence
from trueup.estimate.cliff.location import LEVEL, Location
from trueup.estimate.cliff.rivals import CLEARLY, SMOOTH, lead_over
from trueup.estimate.cliff.sample import Sample
from trueup.estimate.estimator import need
from trueup.estimate.numerics.jump.ranked import fit_column, indicator
from trueup.estimate.numerics.jump.shapes import Rival
from trueup.model.effect import Answer, Check
from trueup.units import significant

NARROW = 0.25
"""Longest set of places, as a share of the range of dose, that still locates a jump."""

LEAST_CROSSING = 10
HANSEN = "Hansen (2000), Econometrica 68(3)"


def existence_gate(existence: Existence, adjusted: float) -> Check:
    """Ask whether a straight line is refuted."""
    missed: Answer = "fails" if existence.sees_what_matters else "weak"
    return Check(
        name="existence",
        question="Is a straight line refuted in favour of a jump somewhere?",
        answer="holds" if adjusted < 1 - LEVEL else missed,
        says=f"Chance alone does as well in {significant(100 * adjusted)} % of draws; "
        f"a jump of {significant(existence.detectable)} would be found with 80 % chance, "
        f"{significant(existence.detectable / existence.noise)} standard deviations "
        f"(of interest: {SMALLEST}).",
        figures=(
            ("p", existence.p),
            ("adjusted_p", adjusted),
            ("detectable_jump", existence.detectable),
            ("detectable_jump_in_standard_deviations", existence.detectable / existence.noise),
            ("places", float(existence.found.place.size)),
            ("draws", float(existence.draws)),
        ),
        reference="Hansen (1996), Econometrica 64(2); cluster multiplier bootstrap",
    )


def shape_gate(rivals: tuple[Rival, ...]) -> Check:
    """Ask whether a jump describes the rows better than every smooth shape."""
    leads = {shape: lead_over(rivals, shape) for shape in SMOOTH}
    closest = min(leads, key=lambda shape: leads[shape][0])
    bic, _ = leads[closest]
    ahead = [shape for shape, (_, error) in leads.items() if error <= 1]
    told = f"the {closest} shape comes closest, {significant(bic)} of BIC behind"
    if bic <= 0:
        told = f"the {closest} shape fits better, {significant(-bic)} of BIC ahead"
    if ahead:
        told += f"; on clusters left out it loses to {', '.join(ahead)}"
    return Check(
        name="shape",
        question="Does a jump describe the rows better than every smooth shape?",
        answer="holds" if bic > CLEARLY and not ahead else "fails" if bic < -CLEARLY else "weak",
        says=f"Against {', '.join(SMOOTH)}: {told} (needed: {CLEARLY:g} and no loss).",
        figures=tuple(
            pair
            for shape, (lead, error) in leads.items()
            for pair in ((f"bic_lead_over_{shape}", lead), (f"error_of_{shape}_over_own", error))
        ),
        reference="Schwarz (1978), on the effective number of rows; ten folds of clusters",
    )


def place_gate(location: Location, kinked: bool) -> Check:
    """Ask whether the place is known well enough to be one place."""
    low, high = location.hull
    if kinked:
        return Check(
            name="place",
            question="Is the place of the jump known?",
            answer="cannot tell",
            says="A bend fits at least as well as a jump, and the set of places of a jump does "
            "not hold for a bend.",
            figures=(("place", location.place),),
            reference="Hansen (2017), Journal of Business and Economic Statistics 35(2)",
        )
    pieces = len(location.pieces)
    is_known = location.width < NARROW and not location.is_cut_off
    return Check(
        name="place",
        question="Is the place of the jump known?",
        answer="holds" if is_known else "weak",
        says=f"Places from {significant(low, 3)} to {significant(high, 3)} are not ruled out"
        f"{f', in {pieces} pieces' if pieces > 1 else ''}: {location.width:.0%} of the range of "
        f"dose (needed: under {NARROW:.0%}).{_cut_off(location)}",
        figures=(
            ("place", location.place),
            ("low", low),
            ("high", high),
            ("share_of_range", location.width),
            ("pieces", float(pieces)),
            ("eta_squared", location.eta2),
        ),
        reference=HANSEN,
    )


def _cut_off(location: Location) -> str:
    if not location.is_cut_off:
        return ""
    low, high = location.searched
    return (
        f" They reach the end of what was searched, {significant(low, 3)} to "
        f"{significant(high, 3)}: beyond it there may be more."
    )


def unit_gate(sample: Sample, location: Location) -> Check:
    """Ask whether units that cross the place jump themselves, or only differ from each other.

    Where some rows have no dose, each unit in use is compared with itself in use: heavy users may
    be those that gain more from any use.
    """
    question = "Is the jump still there when each unit is compared with itself?"
    if sample.within == "unit" and not sample.apart:
        return Check(
            name="within_unit",
            question=question,
            answer="holds",
            says="The search itself compares each unit with itself.",
        )
    above = sample.q > location.place
    both = np.intersect1d(sample.unit[above], sample.unit[~above & sample.in_use]).size
    if both < LEAST_CROSSING:
        return Check(
            name="within_unit",
            question=question,
            answer="cannot tell",
            says=f"{both} units are seen on both sides of the place; {LEAST_CROSSING} are needed. "
            "Units above may differ from those below in more than the dose.",
            figures=(("units_on_both_sides", float(both)),),
        )
    return _unit_gate(sample, location, question, both)


def _unit_gate(sample: Sample, location: Location, question: str, both: int) -> Check:
    rows = sample.ranked(own_levels=True)
    jump, error = fit_column(rows, indicator(rows, int((sample.q > location.place).sum())))
    crossing = int(min(both, rows.n_clusters))
    reach = float(need("scipy.stats").t.ppf((1 + LEVEL) / 2, crossing - 1)) * error
    same_sign = jump * location.jump > 0
    in_use = " while in use" if sample.apart else ""
    search = "units compared with each other" if sample.within == "pooled" else "the whole search"
    answer: Answer
    if same_sign and abs(jump) > reach:
        answer = "holds"
    elif abs(jump - location.jump) > reach:
        answer = "fails"
    else:
        answer = "weak"
    return Check(
        name="within_unit",
        question=question,
        answer=answer,
        says=f"The {both} units seen on both sides{in_use} jump by {significant(jump)} themselves "
        f"({significant(jump - reach)} to {significant(jump + reach)}); {search}, by "
        f"{significant(location.jump)}.",
        figures=(
            ("jump_within_units", jump),
            ("low", jump - reach),
            ("high", jump + reach),
            ("units_on_both_sides", float(both)),
        ),
    )
