"""Which column of a table is what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from trueup.estimate.panel import Grain


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelColumns:
    """Which column of a table is what.

    Parameters
    ----------
    unit
        Who is seen: a team, a repository, a service. Never a person.
    time
        When: dates, ISO weeks, months, quarters, years, or whole numbers.
    outcomes
        What is measured.
    adopted
        Each unit's first treated period (empty is never, and so is 0 beside years or periods
        from 1 on); or 0 before and 1 from adoption on; or periods since adoption. None for a
        panel with doses and no date.
    cluster
        What shares shocks, e.g. a company; None for each unit by itself.
    doses, covariates, moderators
        Further columns of numbers.
    grain
        What a period is; None to infer it.
    since, until
        First day that counts, and first day that no longer does; periods that lie within the
        two only in part are left out. None leaves that end open.
    """

    unit: str
    time: str
    outcomes: tuple[str, ...]
    adopted: str | None
    cluster: str | None = None
    doses: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()
    moderators: tuple[str, ...] = ()
    grain: Grain | None = None
    since: date | None = None
    until: date | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns that say which row it is, and whether it is treated."""
        return tuple(name for name in (self.unit, self.time, self.adopted, self.cluster) if name)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Columns that are measured, each once."""
        return tuple(
            dict.fromkeys((*self.outcomes, *self.doses, *self.covariates, *self.moderators))
        )
