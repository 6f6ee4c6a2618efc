"""The numbering of evidence: every piece shown has one id, the same in every form."""

from __future__ import annotations

from collections.abc import Mapping

from trueup.report.document import Chart, ChartGroup, Report
from trueup.report.words import Shown, metric_of


class Ledger:
    """Ids of all evidence in a report, in the order a reader meets it."""

    def __init__(self, report: Report) -> None:
        self.ids: Mapping[Shown, str] = {
            shown: f"e{rank}" for rank, shown in enumerate(report.shown(), start=1)
        }
        spoken: set[Shown] = set()
        for block in report.blocks():
            if isinstance(block, Chart):
                spoken.update(_said(block))
            elif isinstance(block, ChartGroup):
                for chart in block.charts:
                    spoken.update(_said(chart))
            else:
                spoken.update(block.shown())
        self.only_in_charts = frozenset(self.ids) - spoken
        """Evidence no text shows: the chart's own table is where it is read."""

    def anchor(self, shown: Shown) -> str:
        """Return the id of the element that shows this evidence with all its facts."""
        return self.ids[shown]

    def of_metric(self, metric: str) -> list[tuple[str, Shown]]:
        """Return what texts and tables show of a metric, with its ids."""
        return [
            (ident, shown)
            for shown, ident in self.ids.items()
            if shown not in self.only_in_charts and metric_of(shown) == metric
        ]

    def undefined(self, defined: Mapping[str, object]) -> list[tuple[str, Shown]]:
        """Return what texts and tables show of metrics without a definition, with its ids."""
        return [
            (ident, shown)
            for shown, ident in self.ids.items()
            if shown not in self.only_in_charts and metric_of(shown) not in defined
        ]


def _said(chart: Chart) -> tuple[Shown, ...]:
    return (*chart.finding.shown(), *chart.subtitle.shown())
