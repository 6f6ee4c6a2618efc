"""The panel: the same units seen in period after period, as arrays.

Every estimator reads a `Panel` and nothing else. A panel is valid by construction: one row per
unit and period, finite numbers, periods of equal length in order, adoption that stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trueup.errors import EstimateError
from trueup.model.evidence import Window

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NEVER = -1
"""`Panel.adopted_in` of a unit that is not seen to adopt."""

Grain = Literal["day", "week", "month", "quarter", "year", "period"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something about the rows a reader must know: what is missing, what was left out and why.

    Parameters
    ----------
    kind
        Of the rows: ``grain``, ``gaps``, ``singletons``, ``attrition``, ``balance``,
        ``units_of_measure``, ``dropped_rows``, ``adopts_later``. Of the plan: ``look``. Of the
        warehouse: ``adoption``, ``fallback``, ``missing_source``, ``unwatched``.
    says
        One sentence with its numbers and, up to five, the units concerned.
    rows, units
        How many rows and units it concerns.
    """

    kind: str
    says: str
    rows: int = 0
    units: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """Units seen over periods, one row each, sorted by unit and then by period.

    Parameters
    ----------
    units
        Label of each unit, ``n_units`` of them.
    periods
        Label of each period in order, ``n_periods``; consecutive, whether anything was seen or not.
    unit, period
        Codes of each row, shape ``(n_rows,)``.
    columns
        Outcomes, doses, covariates, moderators by name, shape ``(n_rows,)``; NaN is not observed.
    adopted_in
        Code of the first treated period of each unit, `NEVER` if not seen to adopt; ``(n_units,)``.
    cluster
        Code of each unit's cluster, ``(n_units,)``; shocks are shared within, not across.
    grain
        Length of a period.
    window
        From the start of the first period to the end of the last.
    source
        Where the rows come from, e.g. a file's name or ``"warehouse"``.
    remarks
        What validation found.
    finer
        The same units in shorter periods, where there are such: thresholds of dose are sought
        there, since a mean over a long period smears a jump. None: sought here.
    """

    units: tuple[str, ...]
    periods: tuple[str, ...]
    unit: Ints
    period: Ints
    columns: Mapping[str, Floats]
    adopted_in: Ints
    cluster: Ints
    grain: Grain
    window: Window
    source: str
    remarks: tuple[Remark, ...] = field(default=())
    finer: Panel | None = None

    def __post_init__(self) -> None:
        place = self.unit * self.n_periods + self.period
        if self.n_rows and not bool(np.all(np.diff(place) > 0)):
            raise EstimateError(
                "A panel has rows out of order, or two for one unit and period.",
                hint="Read it with `trueup.estimate.reading.read_panel`.",
            )
        for name, values in self.columns.items():
            if values.shape != self.unit.shape or bool(np.isinf(values).any()):
                raise EstimateError(
                    f"The column {name!r} is infinite somewhere, or not one value a row.",
                    hint="Correct those rows, or leave them empty.",
                )
        if self.adopted_in.shape != (self.n_units,) or self.cluster.shape != (self.n_units,):
            raise EstimateError("A panel needs one adoption and one cluster a unit.", hint="")

    @property
    def n_rows(self) -> int:
        """Unit-periods seen."""
        return int(self.unit.size)

    @property
    def n_units(self) -> int:
        """Units seen."""
        return len(self.units)

    @property
    def n_periods(self) -> int:
        """Periods from the first to the last, gaps included."""
        return len(self.periods)

    @property
    def n_clusters(self) -> int:
        """Clusters seen."""
        return int(np.unique(self.cluster).size)

    @property
    def ever_treated(self) -> Bools:
        """Which units adopt within the window, shape ``(n_units,)``."""
        adopts: Bools = self.adopted_in != NEVER
        return adopts

    @property
    def treated(self) -> Bools:
        """Which rows lie at or after their unit's adoption, shape ``(n_rows,)``."""
        start = self.adopted_in[self.unit]
        since: Bools = (start != NEVER) & (self.period >= start)
        return since

    def column(self, name: str) -> Floats:
        """Return the column called `name`, shape ``(n_rows,)``.

        Raises
        ------
        EstimateError
            There is none.
        """
        if name not in self.columns:
            known = ", ".join(sorted(self.columns))
            raise EstimateError(f"The panel has no column {name!r}.", hint=f"Use one of: {known}.")
        return self.columns[name]

    def wide(self, name: str) -> Floats:
        """Return a column as ``(n_units, n_periods)``; NaN where nothing was seen."""
        spread = np.full((self.n_units, self.n_periods), np.nan)
        spread[self.unit, self.period] = self.column(name)
        return spread

    def digest(self) -> str:
        """Return a digest of every value, twelve hexadecimal digits: equal panels, equal digest."""
        seen = hashlib.sha256(repr((self.units, self.periods, self.grain)).encode())
        for array in (self.unit, self.period, self.adopted_in, self.cluster):
            seen.update(np.ascontiguousarray(array).tobytes())
        for name in sorted(self.columns):
            seen.update(name.encode() + np.ascontiguousarray(self.columns[name]).tobytes())
        return seen.hexdigest()[:12]

    def _repr_markdown_(self) -> str:
        span = f", {self.periods[0]} to {self.periods[-1]}" if self.periods else ""
        head = (
            f"**Panel from {self.source}**: {self.n_units:,} units, {self.n_periods:,} periods of "
            f"one {self.grain}{span}, {int(self.ever_treated.sum()):,} units adopt"
        )
        return "\n".join([head, "", *(f"- {remark.says}" for remark in self.remarks)])
