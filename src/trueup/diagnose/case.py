"""What mechanisms may look at; what several of them need is read once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from trueup.config import Settings
from trueup.estimate.asking.spending import ask_inflated
from trueup.measure.catalogue import find_metric
from trueup.measure.metric import Tables
from trueup.measure.plan import measure
from trueup.measure.records.authorship import Prepared, horizon
from trueup.measure.records.presence import has
from trueup.measure.windows import DAY
from trueup.model.evidence import Abstention, Finding, Window
from trueup.simulate.flow.question import Fitted, fit

if TYPE_CHECKING:
    from trueup.estimate.goodhart.finding import Goodhart

YEAR_DAYS = 365


class Case:
    """The records of a workspace, before the doctor.

    Parameters
    ----------
    window
        Of which time is asked; None for as much of the newest as each mechanism looks at.
    inflated
        The test of inflated tokens on the same records, where it was run already.
    """

    def __init__(
        self,
        tables: Tables,
        settings: Settings,
        *,
        window: Window | None = None,
        inflated: Goodhart | Abstention | None = None,
    ) -> None:
        self.tables, self.settings, self.window = Prepared.of(tables), settings, window
        self._inflated = inflated

    def has(self, tables: str) -> bool:
        """Return whether rows are recorded; see `trueup.measure.records.presence.has`."""
        return has(self.tables, tables)

    def measured(
        self,
        name: str,
        *,
        every: Literal["week", "month", "quarter"] | None = None,
        years: int = 1,
    ) -> list[Finding]:
        """Answer a metric on everything together: of the time asked for, else the last years."""
        metric = find_metric(name)
        return measure(
            metric,
            self.tables,
            every=every,
            window=self.window or self._newest(years),
            k=metric.smallest(self.settings.privacy),
            timezone=self.settings.workspace.timezone,
        )

    @cached_property
    def until(self) -> int | None:
        """Just after the newest instant history reaches, epoch microseconds UTC; None without."""
        return horizon(self.tables)

    def _newest(self, years: int) -> Window | None:
        until = self.until
        days = years * YEAR_DAYS
        return None if until is None else Window(start_at=max(0, until - days * DAY), end_at=until)

    @cached_property
    def inflated(self) -> Goodhart | Abstention:
        """Whether tokens are used up because they are counted."""
        if self._inflated is not None:
            return self._inflated
        return ask_inflated(self.tables, self.settings)

    @cached_property
    def flow(self) -> Fitted | Abstention:
        """A typical team fitted to how changes flow, or why there is none."""
        if not self.has("change"):
            return Abstention(
                metric="flow",
                reason="No change and no review is recorded: git shows only what landed.",
                remedy="Connect the forge (GitHub or GitLab).",
            )
        return fit(self.tables, self.settings, window=self.window)
