"""Whether a stage is at its limit: by what comes to it, what leaves it and what waits in it.

A stage with room does more when more comes; a stage at its limit does the same, and what it cannot
do waits. No model is fitted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trueup.diagnose.flow.counting import Counting, ratio
from trueup.model.evidence import Abstention, Measurement
from trueup.simulate.flow.network import Floats
from trueup.units import COUNT

LATE_WEEKS = 13
"""Of which the question is asked: the last quarter of a year."""
FEWEST_WEEKS = 10
SPELL_WEEKS = 6
"""No holiday, burst or wave of incidents of so many weeks may carry the answer alone."""
FEWEST_CHANGES = 50
LEFT_BEHIND = 0.03
"""Of what comes: from which share on, once the spell is left out, a stage falls behind."""
ANSWERS_LITTLE = 1 / 2
"""Below which a stage answers too little: of each more that comes in a week, and of each more that
waits when one begins, so many more leave in it."""
KEEPS_UP, ANSWERS = 0.1, 1 / 3
STANDING_WEEKS = 0.5
"""A stage keeps up that leaves less than a tenth behind, answers more than a third of what comes in
the same week, and has less than half a week of work in it."""

_END_WEEKS = 4

State = Literal["at its limit", "keeps up", "cannot tell"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Queue:
    """What comes to a stage, leaves it, and is in it when weeks end; each (units, weeks)."""

    came: Floats
    left: Floats
    waiting: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A stage by its counts in the last 13 weeks of work.

    Parameters
    ----------
    behind
        Share of what comes that does not leave.
    behind_without_spell
        The same without the six weeks, one after another, in which most was left behind.
    answers_coming, answers_waiting
        Of each more that comes in a week, and of each more that waits when it begins, how many
        more leave in it; levels of units and of weeks are taken out.
    standing
        What is in it in the last four weeks, in weeks of what leaves it.
    """

    behind: Measurement
    behind_without_spell: Measurement
    answers_coming: Measurement
    answers_waiting: Measurement
    standing: Measurement

    @property
    def leaves_behind(self) -> bool:
        """Whether more comes than leaves, be it for a spell."""
        return _low(self.behind) > 0

    @property
    def falls_behind(self) -> bool:
        """Whether more comes than leaves, and not in one spell alone."""
        rest = self.behind_without_spell
        return self.leaves_behind and _low(rest) > 0 and rest.value > LEFT_BEHIND

    @property
    def is_flat(self) -> bool:
        """Whether what leaves does not follow what there is to do."""
        coming, waiting = self.answers_coming, self.answers_waiting
        return max(_high(coming), _high(waiting)) < ANSWERS_LITTLE

    @property
    def state(self) -> State:
        """What the counts say of the stage."""
        if self.falls_behind and self.is_flat:
            return "at its limit"
        follows = _low(self.answers_coming) > ANSWERS
        if follows and _high(self.behind) < KEEPS_UP and _high(self.standing) < STANDING_WEEKS:
            return "keeps up"
        return "cannot tell"


def queued(queue: Queue, counting: Counting, *, metric: str) -> Queued | Abstention:
    """Return the numbers of a stage.

    Parameters
    ----------
    metric
        What to call them after: ``review``.
    """
    weeks = queue.came.shape[1]
    late = slice(max(weeks - LATE_WEEKS, 1), weeks)
    came, left = queue.came[:, late], queue.left[:, late]
    if came.shape[1] < FEWEST_WEEKS:
        return Abstention(
            metric=metric,
            reason=f"Only {weeks} weeks of work are recorded.",
            remedy=f"Wait for {FEWEST_WEEKS + 1} weeks of work, holidays left out.",
        )
    if min(came.sum(), left.sum()) < FEWEST_CHANGES:
        return Abstention(
            metric=metric,
            reason=f"Only {came.sum():,.0f} changes came to {metric} in {came.shape[1]} weeks, and "
            f"{left.sum():,.0f} left it.",
            remedy="Collect more repositories, or wait for more changes.",
        )
    before = queue.waiting[:, late.start - 1 : weeks - 1]
    coming, waiting = _answers(came, before, left)
    net = np.stack([came - left, came], axis=-1)
    rest = _without_spell(came - left)
    inside = np.stack([queue.waiting[:, late], left], axis=-1)[:, -_END_WEEKS:]
    return Queued(
        behind=counting.measured(f"{metric}_left_behind_ratio", net, ratio),
        behind_without_spell=counting.measured(
            f"{metric}_left_behind_without_spell_ratio", net[:, rest], ratio
        ),
        answers_coming=counting.measured(f"{metric}_answers_coming_ratio", *coming),
        answers_waiting=counting.measured(f"{metric}_answers_waiting_ratio", *waiting),
        standing=counting.measured(f"{metric}_standing_weeks", inside, ratio, unit=COUNT),
    )


def _answers(
    came: Floats, before: Floats, left: Floats
) -> tuple[tuple[Floats, Callable[[Floats], float]], tuple[Floats, Callable[[Floats], float]]]:
    """Return what the two slopes of a regression of what leaves are made of."""
    x, z, y = (_bare(each) for each in (came, before, left))
    parts = np.stack([x * x, x * z, z * z, x * y, z * y], axis=-1)

    def slopes(sums: Floats) -> tuple[float, float]:
        xx, xz, zz, xy, zy = (float(each) for each in sums)
        scale = xx * zz - xz * xz
        if scale <= 1e-9 * max(xx, 1.0) * max(zz, 1.0):
            return (xy / xx if xx > 1e-9 else 0.0), 0.0
        return (zz * xy - xz * zy) / scale, (xx * zy - xz * xy) / scale

    return (parts, lambda sums: slopes(sums)[0]), (parts, lambda sums: slopes(sums)[1])


def _bare(values: Floats) -> Floats:
    """Take out levels of units, and of weeks where there are several units."""
    rest: Floats = values - values.mean(axis=1, keepdims=True)
    if values.shape[0] > 1:
        rest = rest - rest.mean(axis=0, keepdims=True)
    return rest


def _without_spell(behind: Floats) -> NDArray[np.bool_]:
    """Return which weeks are left when those are taken out in which most was left behind."""
    by_week = behind.sum(axis=0)
    begins = range(by_week.size - SPELL_WEEKS + 1)
    worst = max(begins, key=lambda week: float(by_week[week : week + SPELL_WEEKS].sum()))
    kept = np.ones(by_week.size, dtype=bool)
    kept[worst : worst + SPELL_WEEKS] = False
    return kept


def _low(number: Measurement) -> float:
    return number.interval.low if number.interval else number.value


def _high(number: Measurement) -> float:
    return number.interval.high if number.interval else number.value
