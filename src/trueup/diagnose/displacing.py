"""New changes that are missing in weeks with more reworking and mending: an association.

Hours on record between "asked for" and "answered", or between "acknowledged" and "resolved", may
be work or waiting. Work takes coders away from new changes in the same week; waiting does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.model.evidence import Abstention, Interval, Measurement, Window
from trueup.simulate.flow.calibrating import FEWEST_UNITS, redrawn
from trueup.simulate.flow.network import Floats
from trueup.simulate.flow.recorded import WITHIN, Recorded
from trueup.units import RATIO

METRIC = "displaced_changes_ratio"
DRAWS = 400
FEWEST = 50
"""Weeks of all units together, below which the interval is too narrow."""
_LEVEL = 0.95
_SEED = 20_260_101
_NOTHING = 1e-9
"""Variation below this share of the hours squared is error of arithmetic."""


def displaced(records: Recorded, window: Window) -> Measurement | Abstention:
    """Return the share of new changes that reworking and mending kept from being put up.

    Notes
    -----
    Changes put up for review in a unit's week are regressed on hours of reworking and of mending
    in it, levels of units taken out, and those of weeks where there are at least ten units. That
    more new changes bring more rework would hide what is sought, so that hours of reworking are
    replaced by an instrument: how much longer than usual for the unit so many rounds took. The
    interval is of percentiles, over units drawn with replacement, or over blocks of weeks where
    units are few.
    """
    unit_weeks = records.shape[0] * records.shape[1]
    if unit_weeks < FEWEST:
        return Abstention(
            metric=METRIC,
            reason=f"{unit_weeks} weeks of all units together are too few to see what is missing.",
            remedy=f"Collect {FEWEST} or more: a longer time, or more teams.",
            n=unit_weeks,
            n_of=f"{records.unit_kind}-weeks",
            window=window,
        )
    kinds = tuple(kind for kind in WITHIN if records.total(f"{kind}_within"))
    asked = _Asked(records, kinds)
    whole = asked.share(np.ones(records.shape)) if kinds else None
    if whole is None:
        return Abstention(
            metric=METRIC,
            reason="Hours of reworking and mending do not differ from week to week.",
            remedy="Collect a longer time, or connect the forge and the incident tool.",
            n=unit_weeks,
            n_of=f"{records.unit_kind}-weeks",
            window=window,
        )
    random = np.random.default_rng(_SEED)
    drawn = [asked.share(redrawn(records, random)) for _ in range(DRAWS)]
    low, high = np.quantile(
        [one for one in drawn if one is not None], [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2]
    )
    by_unit = records.shape[0] >= FEWEST_UNITS
    return Measurement(
        metric=METRIC,
        version=1,
        value=whole,
        unit=RATIO,
        interval=Interval(
            low=min(float(low), whole),
            high=max(float(high), whole),
            level=_LEVEL,
            method=f"{DRAWS} draws of {'units' if by_unit else 'blocks of weeks'}",
        ),
        n=unit_weeks,
        n_of=f"{records.unit_kind}-weeks",
        clusters=records.shape[0] if by_unit else None,
        window=window,
        source="the forge and the incident tool",
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """One regression, asked of each draw."""

    records: Recorded
    kinds: tuple[str, ...]

    def share(self, times: Floats) -> float | None:
        """Return the share, each unit and week counted so many times; None where nothing varies."""
        new = self.records.sums["ready"]
        hours = [self.records.sums[f"{kind}_within"] for kind in self.kinds]
        by = [_excess(self.records, times) if kind == "recode" else self._of(kind)
              for kind in self.kinds]  # fmt: skip
        by = [_within(each, times) * times for each in by]
        left = np.array([[float((z * _within(x, times)).sum()) for x in hours] for z in by])
        right = np.array([float((z * _within(new, times)).sum()) for z in by])
        scale = np.prod([float((x * x * times).sum()) for x in hours])
        if abs(np.linalg.det(left)) <= _NOTHING * scale:
            return None
        fewer = -np.linalg.solve(left, right)
        return self._missing(fewer, times)

    def _of(self, kind: str) -> Floats:
        return self.records.sums[f"{kind}_within"]

    def _missing(self, fewer: Floats, times: Floats) -> float:
        """Return what is missing over what would be, from -1 to 1."""
        new = float((self.records.sums["ready"] * times).sum())
        hours = np.array([float((self._of(kind) * times).sum()) for kind in self.kinds])
        hours *= [_rounds(self.records, times) if kind == "recode" else 1.0 for kind in self.kinds]
        missing = float((fewer * hours).sum())
        return float(np.clip(missing / (new + missing), -1.0, 1.0)) if new + missing > 0 else -1.0


def _excess(records: Recorded, times: Floats) -> Floats:
    """Return hours of reworking beyond what so many rounds usually take in the unit."""
    hours, rounds = records.sums["recode_hours"], records.sums["recode_timed"]
    many = (rounds * times).sum(axis=1, keepdims=True)
    usual = (hours * times).sum(axis=1, keepdims=True) / np.where(many > 0, many, 1.0)
    return np.asarray(hours - usual * rounds, dtype=float)


def _rounds(records: Recorded, times: Floats) -> float:
    """Return rounds of reworking over those whose hours are known: failed checks bring more."""
    known = float((records.sums["recode_timed"] * times).sum())
    every = float(((records.sums["asked"] + records.sums["failed"]) * times).sum())
    return every / known if known else 1.0


def _within(values: Floats, times: Floats) -> Floats:
    """Take out means of units, and of weeks where units are not few.

    `times` is a product of how often each unit and each week is drawn, so that taking out one
    after the other is exact.
    """
    units = times.sum(axis=1, keepdims=True)
    left = values - (values * times).sum(axis=1, keepdims=True) / np.where(units > 0, units, 1.0)
    if values.shape[0] < FEWEST_UNITS:
        return np.asarray(left, dtype=float)
    weeks = times.sum(axis=0, keepdims=True)
    over = (left * times).sum(axis=0, keepdims=True) / np.where(weeks > 0, weeks, 1.0)
    return np.asarray(left - over, dtype=float)
