"""What is connected, what is missing, and which answers that costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trueup.report.edition import coverage_rows
from trueup.report.sections.answer import strip
from trueup.report.view import CoverageRow, Run, View
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
            yield f"  - {missing} {cure}".rstrip()


def examine(tables: Tables) -> tuple[Check, ...]:
    """Return one check for every kind of source, connected or not."""
    rows = tuple(coverage_rows(tables))
    run = Run(tool_version="", digest="", ran_at=0, command="")
    view = View(findings={}, repositories=(), coverage=rows, run=run, definitions=())
    return tuple(
        Check(
            source=each.name,
            status=each.status,
            costs=each.costs.text(),
            holes=tuple(map(_hole, filter(_is_hole, rows))) if each.name == "Git history" else (),
        )
        for each in strip(view).sources
    )


def _is_hole(row: CoverageRow) -> bool:
    return bool(row.reason)


def _hole(row: CoverageRow) -> tuple[str, str]:
    return f"{row.repository_id}, {row.subject}: {row.reason}", row.remedy
