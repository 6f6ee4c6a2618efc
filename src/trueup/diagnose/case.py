"""What mechanisms may look at; what several of them need is read once."""

from __future__ import annotations

from functools import cached_property

from trueup.config import Settings
from trueup.measure.metric import Tables
from trueup.measure.records.presence import has
from trueup.model.evidence import Abstention, Window
from trueup.simulate.flow.question import Fitted, fit


class Case:
    """The records of a workspace, before the doctor.

    Parameters
    ----------
    window
        Of which time is asked; None for as much of the newest as each mechanism looks at.
    """

    def __init__(self, tables: Tables, settings: Settings, *, window: Window | None = None) -> None:
        self.tables, self.settings, self.window = tables, settings, window

    def has(self, tables: str) -> bool:
        """Return whether rows are recorded; see `trueup.measure.records.presence.has`."""
        return has(self.tables, tables)

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
