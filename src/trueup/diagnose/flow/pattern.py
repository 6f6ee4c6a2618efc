"""The published pattern, early against late: more is begun, no more is done, it takes longer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trueup.diagnose.diagnosis import Evidence
from trueup.diagnose.flow.counting import Counting
from trueup.model.evidence import Measurement
from trueup.simulate.flow.network import Floats
from trueup.simulate.flow.recorded import Recorded
from trueup.units import RELATIVE

_TOLD = {
    "starts": "Changes put up for review in a week, later half against earlier",
    "output": "Changes landed in a week, later half against earlier",
    "lead_time": "Hours of work in review per change reviewed, later half against earlier",
    "reviews_per_reviewer": "Reviews per active reviewer and week, later half against earlier",
    "size": "Lines per change, later half against earlier",
}
_PARTS = {
    "starts": ("ready", None),
    "output": ("landed", None),
    "lead_time": ("review_hours", "reviewed"),
    "reviews_per_reviewer": ("reviewed", "reviewers"),
    "size": ("lines", "sized"),
}
_SIGNS = ("starts", "output", "lead_time", "reviews_per_reviewer")
_FOLLOWING = ("output", "reviews_per_reviewer")
"""What does not rise with starts where review holds everything back."""


def pattern(records: Recorded, counting: Counting) -> Iterator[Evidence]:
    """Yield the signs.

    Starts and lead time speak against the claim where they fell; output, and reviews per reviewer,
    where they rose as starts did.

    References
    ----------
    Faros AI (2026), The Acceleration Whiplash: starts up, output flat or down, lead time up.
    """
    found = {name: later_against_earlier(records, counting, name) for name in _SIGNS}
    starts = found["starts"]
    for name, one in found.items():
        if one is None or starts is None or one.interval is None:
            continue
        fell = one.interval.high < 0
        rose = one.interval.low > 0 and one.interval.high >= starts.value
        is_against = rose if name in _FOLLOWING else fell
        yield Evidence(says=_TOLD[name], value=one, speaks="against" if is_against else "for")


def later_against_earlier(records: Recorded, counting: Counting, name: str) -> Measurement | None:
    """Return how a quantity of the later half of the weeks differs; None where it has no record.

    Parameters
    ----------
    name
        ``starts``, ``output``, ``lead_time``, ``reviews_per_reviewer``, ``size``.
    """
    top, bottom = _PARTS[name]
    over = records.sums[top]
    under = np.ones_like(over) if bottom is None else records.sums[bottom]
    half = records.shape[1] // 2
    is_late = np.arange(records.shape[1]) >= half
    parts = np.stack([over * is_late, under * is_late, over * ~is_late, under * ~is_late], axis=-1)
    if (parts.sum(axis=(0, 1)) <= 0).any():
        return None
    return counting.measured(f"{name}_later_against_earlier", parts, _change, unit=RELATIVE)


def _change(sums: Floats) -> float:
    over, under, over_before, under_before = sums
    bottom = under * over_before
    return float(over * under_before / bottom - 1) if bottom else 0.0
