"""What is connected, what is missing, and which answers that costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trueup.report.edition import coverage_rows, rows_of, subjects
from trueup.report.sections.answer import GIT, strip
from trueup.report.view import CoverageRow, Run, View
from trueup.report.words import stopped
from trueup.store.reading import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One source, how much of it is there, and what its absence or its holes cost.

    Parameters
    ----------
    holes
        Each as (what is missing, what would cure it).
    """

    source: str
    status: str
    costs: str
    holes: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the check as plain values."""
        return {
            "source": self.source,
            "status": self.status,
            "costs": self.costs,
            "holes": [{"missing": missing, "cure": cure} for missing, cure in self.holes],
        }

    def in_words(self) -> Iterator[str]:
        """Yield the check as lines for a terminal."""
        yield f"{self.source}: {self.status}. {self.costs}"
        for missing, cure in self.holes:
            yield f"  - {stopped(missing)} {cure}".rstrip()


def examine(tables: Tables) -> tuple[Check, ...]:
    """Return one check for every kind of source, connected or not."""
    rows = tuple(coverage_rows(tables))
    names = {each.repository_id: each.name for each in subjects(tables)}
    holes = tuple(_hole(row, names) for row in rows if row.reason)
    run = Run(tool_version="", digest="", ran_at=0, command="")
    view = View(
        findings={},
        repositories=(),
        coverage=rows,
        run=run,
        definitions=(),
        rows=rows_of(tables),
    )
    return tuple(
        Check(
            source=each.name,
            status=each.status,
            costs=each.costs.text(),
            holes=holes if each.name == GIT else (),
        )
        for each in strip(view).sources
    )


def _hole(row: CoverageRow, names: Mapping[str, str]) -> tuple[str, str]:
    name = names.get(row.repository_id, row.repository_id)
    return f"{name}, {row.subject}: {row.reason}", row.remedy
