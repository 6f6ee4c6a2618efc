"""Who kept to their lots: the share of days with use of AI, of everybody together."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from trueup.estimate.experiments.answering.answer import Compliance
from trueup.estimate.experiments.answering.assigned import Gathered
from trueup.estimate.experiments.answering.complying import use_by_arm
from trueup.estimate.experiments.plan import ExperimentPlan
from trueup.estimate.panel import Bools
from trueup.model.cohort import About, Cohort, OfPersons, may_be_shown
from trueup.model.evidence import Abstention, Interval, Measurement, Window
from trueup.units import RATIO

ABOUT: About = "behaviour"
"""Of what kind numbers on an experiment are: what persons did, day by day."""
SOURCE = "lots of the experiment, git, forge, tracker, AI tools"
UNSEEN = (
    "No use of an AI tool by those taking part is recorded.",
    "Connect AI tools: the logs of machines, telemetry, or a vendor's admin interface.",
)

_FEW = (
    "Too few persons have days of one arm.",
    "Wait for more days, or let more people take part.",
)


def compliance(gathered: Gathered, plan: ExperimentPlan, window: Window) -> Compliance | Abstention:
    """Return on which share of days AI was used, by arm; lots are days, whatever is asked of them.

    Parameters
    ----------
    window
        Of the lots.
    """
    if gathered.used is None or not gathered.used.any():
        return Abstention(metric=plan.outcome, reason=UNSEEN[0], remedy=UNSEEN[1], window=window)
    drawn = gathered.begun
    usual = drawn.treatment > 0
    if usual.all() or not usual.any():
        return Abstention(metric=plan.outcome, reason=_FEW[0], remedy=_FEW[1], window=window)
    shares = use_by_arm(drawn, gathered.used)
    said = [
        _share(gathered, chosen, share, name, window)
        for chosen, share, name in zip(
            (~usual, usual), shares, ("without_ai", "as_usual"), strict=True
        )
    ]
    lacking = next((each for each in said if isinstance(each, Abstention)), None)
    if lacking is not None:
        return lacking
    without, as_usual = (each for each in said if isinstance(each, OfPersons))
    return Compliance(without_ai=without, as_usual=as_usual)


def _share(
    gathered: Gathered, chosen: Bools, share: float, name: str, window: Window
) -> OfPersons | Abstention:
    person = gathered.begun.person[chosen]
    persons = int(np.unique(person).size)
    largest = float(np.bincount(person).max() / person.size) if persons else 1.0
    if not may_be_shown(ABOUT, persons, largest):
        return Abstention(
            metric="use_of_ai_by_lot_ratio", reason=_FEW[0], remedy=_FEW[1], window=window
        )
    own = np.bincount(person, gathered.used[chosen])[np.unique(person)]  # type: ignore[index]
    rows = np.bincount(person)[np.unique(person)]
    rest = own - share * rows
    error = math.sqrt(float(rest @ rest) * persons / max(persons - 1, 1)) / person.size
    reach = NormalDist().inv_cdf(0.975) * error
    return OfPersons(
        measured=Measurement(
            metric="use_of_ai_by_lot_ratio",
            version=1,
            value=share,
            unit=RATIO,
            interval=Interval(
                low=max(share - reach, 0.0),
                high=min(share + reach, 1.0),
                method="by person, normal",
            ),
            n=int(person.size),
            n_of="days",
            clusters=persons,
            window=window,
            source="AI tools",
            group=(("lot", name),),
            qualifier="at least",
        ),
        cohort=Cohort(about=ABOUT, persons=persons, largest_ratio=largest),
    )
