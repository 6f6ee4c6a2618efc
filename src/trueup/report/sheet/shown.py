"""What the last report showed: remembered in the workspace, without a value of any number."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trueup.errors import ReportError
from trueup.measure.catalogue import all_metrics
from trueup.measure.units.outcome import OUTCOMES
from trueup.model.effect import Estimate
from trueup.model.evidence import Measurement
from trueup.report.document import Report
from trueup.report.sheet.guarded import day_of
from trueup.report.sheet.page import Grid, Part
from trueup.report.sheet.persons import is_about_persons

FILE = "shown.json"
_ROUNDED_TO = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What a report showed.

    Parameters
    ----------
    written_at
        Epoch microseconds UTC.
    counts
        By metric, how many items each of its results rests on.
    n_of
        What these items are, by metric.
    dimensions
        By what results were split.
    """

    written_at: int
    counts: Mapping[str, Sequence[int]]
    n_of: Mapping[str, str]
    dimensions: tuple[str, ...]


def remember(report: Report, folder: Path) -> None:
    """Keep what a report showed in the workspace `folder`.

    Raises
    ------
    ReportError
        The file cannot be written.
    """
    counts: dict[str, list[int]] = {}
    n_of: dict[str, str] = {}
    dimensions: set[str] = set()
    for one in report.shown():
        if isinstance(one, Measurement):
            metric, count, what = one.metric, one.n, one.n_of
        elif isinstance(one, Estimate):
            metric, count, what = one.outcome, one.n_units, "teams or repositories"
        else:
            continue
        counts.setdefault(metric, []).append(count)
        n_of.setdefault(metric, what)
        dimensions.update(name for name, _ in one.group)
    said = {
        "written_at": report.footer.ran_at,
        "counts": counts,
        "n_of": n_of,
        "dimensions": sorted(dimensions),
    }
    path, unfinished = folder / FILE, folder / f".{FILE}.{os.getpid()}.part"
    try:
        unfinished.write_text(json.dumps(said), encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise ReportError(
            f"{path} cannot be written: {error.strerror}.", hint="Make room there."
        ) from error


def recall(folder: Path) -> Remembered | None:
    """Return what the last report in `folder` showed; None where none was written."""
    try:
        said: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Remembered(
            written_at=said["written_at"],
            counts=said["counts"],
            n_of=said["n_of"],
            dimensions=tuple(said["dimensions"]),
        )
    except (OSError, ValueError, KeyError):
        return None


def shown(remembered: Remembered | None) -> Part:
    """Return the results of the last report that rest on rows of persons."""
    rests_on = f"{FILE} in this workspace, which each report writes anew"
    if remembered is None:
        return Part(
            heading="What the last report showed",
            lines=("No report was written in this workspace yet.",),
            rests_on=rests_on,
        )
    rows, others = [], []
    for metric, counts in sorted(remembered.counts.items()):
        tables = [name for name in needs_of(metric) if is_about_persons(name)]
        if tables:
            row = (_asked(metric), ", ".join(tables), f"{len(counts)}", _range(counts))
            rows.append((*row, remembered.n_of.get(metric, "")))
        else:
            others.append((_asked(metric), f"{len(counts)}", _range(counts)))
    return Part(
        heading="What the last report showed",
        lines=(
            (
                f"The last report is of {day_of(remembered.written_at)}. {len(rows)} of its "
                f"measures name rows about persons as what they rest on; {len(others)} do not."
            ),
            "Totals of a repository are shown whoever wrote it; splits are of groups alone.",
            "Numbers of items are rounded to the nearest five.",
        ),
        grids=(
            Grid(
                columns=("It says", "Rests on", "Results", "Items in each", "Items are"),
                rows=tuple(rows),
            ),
            Grid(
                columns=("It says", "Results", "Items in each"),
                rows=tuple(others),
                fold="Measures that name no rows about persons",
            ),
        ),
        rests_on=rests_on,
    )


def needs_of(metric: str) -> tuple[str, ...]:
    """Return the tables a result is made of, as its definition names them."""
    known = all_metrics()
    if metric in known:
        return known[metric].needs
    if metric in OUTCOMES:
        return OUTCOMES[metric].needs
    return ("survey_response",) if metric.startswith("survey_") else ()


def _asked(metric: str) -> str:
    """Return the question a result answers, and its name where it has no other."""
    known = all_metrics().get(metric) or OUTCOMES.get(metric)
    return metric.replace("_", " ") if known is None else known.question


def _range(counts: Iterable[int]) -> str:
    low, high = (max(_ROUNDED_TO, _ROUNDED_TO * round(n / _ROUNDED_TO)) for n in _ends(counts))
    return f"about {low:,}" if low == high else f"about {low:,} to {high:,}"


def _ends(counts: Iterable[int]) -> tuple[int, int]:
    found = list(counts)
    return min(found), max(found)
