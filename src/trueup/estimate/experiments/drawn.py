"""Rows of an experiment as arrays: outcomes, lots, and how the lots were drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.experiments.lots import Mechanism
from trueup.estimate.numerics.regression.within import Partialled, Rows, partial_out, recode
from trueup.estimate.panel import Bools, Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """Rows of an experiment.

    Parameters
    ----------
    outcome
        On the scale it is analysed on, ``(n_rows,)``: logarithms of times, shares of the usual
        for counts.
    lot
        Which lot decided each row, ``(n_rows,)``.
    as_usual
        What each lot said: 1 as usual, 0 without AI, ``(n_lots,)``.
    person, week, day
        Of each row; codes from nought. A day that lots do not decide is -1.
    mechanism
        How lots were drawn, in the order of `as_usual`.
    covariates
        Known before the lots were drawn, ``(n_rows, n_covariates)``.
    levels
        What has a level of its own: each person's week and each day (``weeks``), each person and
        each week (``persons``), or nothing (``none``).
    """

    outcome: Floats
    lot: Ints
    as_usual: Floats
    person: Ints
    week: Ints
    day: Ints
    mechanism: Mechanism
    covariates: Floats
    levels: str = "weeks"

    def __post_init__(self) -> None:
        if not np.isfinite(self.outcome).all():
            raise EstimateError(
                "An outcome of an experiment is missing.", hint="Leave its row out, and say so."
            )

    @property
    def treatment(self) -> Floats:
        """Whether each row's lot was as usual, ``(n_rows,)``."""
        return self.as_usual[self.lot]

    @property
    def n_persons(self) -> int:
        """Persons with a row."""
        return int(np.unique(self.person).size)

    @property
    def largest_ratio(self) -> float:
        """Share of the rows that the most active person contributes."""
        return float(np.bincount(self.person).max() / self.person.size)

    def rows(self, more: Floats | None = None) -> Rows:
        """Return what is taken out before arms are compared, with further covariates."""
        columns = [self.covariates] if more is None else [self.covariates, more]
        covariates = np.column_stack([np.empty((self.outcome.size, 0)), *columns])
        if self.levels == "none":
            covariates = np.column_stack([np.ones(self.outcome.size), covariates])
            return Rows(unit=None, period=None, cluster=recode(self.person), covariates=covariates)
        by_week = self.levels == "weeks"
        weeks = int(self.week.max()) + 1
        period = self.day if by_week else self.week
        return Rows(
            unit=recode(self.person * weeks + self.week if by_week else self.person),
            period=recode(period) if np.unique(period).size > 1 else None,
            cluster=recode(self.person),
            covariates=covariates,
        )

    def fitted(self, more: Floats | None = None) -> Partialled | None:
        """Compare the arms; None where every person's rows are of one arm."""
        return partial_out(self.outcome, self.treatment, self.rows(more))

    def take(self, chosen: Bools) -> Drawn:
        """Return some rows; lots stay as they are."""
        return replace(
            self,
            outcome=self.outcome[chosen],
            lot=self.lot[chosen],
            person=self.person[chosen],
            week=self.week[chosen],
            day=self.day[chosen],
            covariates=self.covariates[chosen],
        )

    def with_outcome(self, outcome: Floats) -> Drawn:
        """Return the same rows with another outcome, ``(n_rows,)``."""
        return replace(self, outcome=outcome)
