"""What could be wrong with an experiment: work put off, work withheld, a difference that drifts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from trueup.estimate.estimator import SEED
from trueup.estimate.experiments.answering.arms import bounds_of, compare
from trueup.estimate.experiments.drawn import Drawn
from trueup.estimate.experiments.lots import Mechanism
from trueup.estimate.inference.bounds import Bounds, Refusal
from trueup.estimate.numerics.regression.within import partial_out
from trueup.estimate.panel import Floats
from trueup.model.effect import Answer, Check
from trueup.units import RELATIVE, say

FEWEST_WEEKS = 4
"""In which a difference may drift at all."""
_TOO_FEW = Refusal(
    reason="Ten persons or fewer bear no interval of a change of the difference.",
    remedy="Let more people take part.",
)


def drift(drawn: Drawn, *, level: float = 0.95, seed: int = SEED) -> Bounds | Refusal:
    """Return by how much the difference between arms changed from the first week to the last."""
    week = drawn.week - float(drawn.week.mean())
    spans = float(np.ptp(drawn.week))
    if spans + 1 < FEWEST_WEEKS:
        return Refusal(
            reason=f"A change of the difference needs {FEWEST_WEEKS} weeks or more.",
            remedy="Plan a longer experiment.",
        )
    usual = drawn.treatment
    fitted = partial_out(drawn.outcome, usual * week / spans, drawn.rows(usual[:, None]))
    found = None if fitted is None else bounds_of(fitted, level, seed)
    return _TOO_FEW if found is None else found


def carried_over(drawn: Drawn, smallest: float, *, level: float = 0.95, seed: int = SEED) -> Check:
    """Say whether a day without AI shows on the day after: work put off, or rest.

    Parameters
    ----------
    smallest
        Difference of interest, on the scale of the outcome.
    """
    before = arm_before(drawn.mechanism, drawn.as_usual)[drawn.lot]
    known = np.isfinite(before)
    if not known.any():
        return _carried("cannot tell", "No lot has a day before it.")
    rows = drawn.take(known)
    usual = rows.treatment[:, None]
    fitted = partial_out(rows.outcome, before[known], rows.rows(usual))
    found = None if fitted is None else bounds_of(fitted, level, seed)
    if found is None:
        return _carried("cannot tell", _TOO_FEW.reason)
    says = f"A day after one as usual, against one after a day without AI: {_said(found)}."
    return _carried(_answer(found, smallest), says, found.coefficient)


def _carried(answer: Answer, says: str, value: float | None = None) -> Check:
    return Check(
        name="carry_over",
        question="Does a day without AI show on the day after it, as work that was put off would?",
        answer=answer,
        says=says,
        figures=() if value is None else (("difference_the_day_after", value),),
        reference="Senn (2002), Cross-over Trials in Clinical Research, ch. 3",
    )


def withheld(
    begun: Drawn,
    smallest: float,
    *,
    is_counted: bool = False,
    level: float = 0.95,
    seed: int = SEED,
) -> Check:
    """Say whether fewer things are begun without AI than as usual, as when people wait for it.

    Parameters
    ----------
    is_counted
        What is asked is how much was done, so that less begun is part of the answer: nobody can
        tell work that waits from work that is not done.
    """
    found = compare(begun, level=level, seed=seed)
    if isinstance(found, Refusal):
        return _withheld("cannot tell", found.reason)
    by_lots = found.lots.p_value <= 1 - level
    answer: Answer = "fails" if by_lots else _answer(found.bounds, smallest)
    says = f"Things begun as usual, against without AI: {_said(found.bounds)}."
    if is_counted and answer == "fails":
        answer, says = "cannot tell", f"{says} Work that waits and work not done look alike here."
    return _withheld(answer, says, found.bounds.coefficient)


def _withheld(answer: Answer, says: str, value: float | None = None) -> Check:
    return Check(
        name="withheld",
        question="Is as much begun without AI as is usual, or do people wait for a day with it?",
        answer=answer,
        says=says,
        figures=() if value is None else (("difference_in_things_begun_ratio", value),),
        reference="METR (24 February 2026), on tasks withheld from its second trial",
    )


def unfinished(rows: Drawn, smallest: float, *, level: float = 0.95, seed: int = SEED) -> Check:
    """Say whether more of what was begun is unfinished in one arm: its times are not seen."""
    found = compare(rows, level=level, seed=seed)
    question = "Is as much of what was begun unfinished in both arms?"
    if isinstance(found, Refusal):
        return Check(name="unfinished", question=question, answer="cannot tell", says=found.reason)
    by_lots = found.lots.p_value <= 1 - level
    points = 100 * found.bounds.coefficient
    return Check(
        name="unfinished",
        question=question,
        answer="fails" if by_lots else _answer(found.bounds, smallest),
        says=f"Share unfinished as usual, less without AI: {points:+.1f} points.",
        figures=(("difference_in_unfinished_ratio", found.bounds.coefficient),),
    )


def arm_before(mechanism: Mechanism, as_usual: Floats) -> Floats:
    """Return what the lot of the working day before said, NaN of the first, ``(n_lots,)``."""
    before = np.full(as_usual.size, np.nan)
    places = mechanism.places
    order = sorted(
        range(len(places)), key=lambda k: (places[k].table, places[k].row, places[k].column)
    )
    for earlier, later in pairwise(order):
        if places[earlier].table == places[later].table:
            before[later] = as_usual[earlier]
    return before


def _answer(found: Bounds, smallest: float) -> Answer:
    if found.low > 0 or found.high < 0:
        return "fails"
    return "holds" if -smallest < found.low and found.high < smallest else "weak"


def _said(found: Bounds) -> str:
    ends = f"{say(found.low, RELATIVE)} to {say(found.high, RELATIVE)}"
    return f"{say(found.coefficient, RELATIVE)} ({ends})"
