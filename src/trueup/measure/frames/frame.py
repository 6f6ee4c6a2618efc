"""The rows of one metric, brought into memory: aggregated where sums suffice, one by one else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _
from numpy.typing import NDArray

from trueup.errors import MeasureError, PersonIsNotAUnit
from trueup.measure.frames.active_periods import per_period
from trueup.measure.frames.days import with_days
from trueup.measure.metric import (
    DIMENSIONS,
    Elasticity,
    FewestOwners,
    Metric,
    OverPersons,
    PerActive,
    PerWeek,
    Quantiles,
    RatioOfSums,
    Tables,
    Waits,
)
from trueup.measure.records.authorship import (
    horizon,
    record_horizon,
    remembered,
    remembered_last,
    usage_horizon,
)
from trueup.measure.records.placing import PLACED, placed
from trueup.measure.records.presence import has
from trueup.measure.windows import Every
from trueup.model.evidence import Window

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
SEED = 20_260_301


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of a metric: which splits, which window, how small a group may be."""

    by: tuple[str, ...] = ()
    every: Every | None = None
    window: Window | None = None
    k: int = 5
    timezone: str = "UTC"
    seed: int = SEED

    def __post_init__(self) -> None:
        for dimension in self.by:
            if dimension in ("person", "account", "author", "cluster"):
                raise PersonIsNotAUnit(
                    f"Grouping by {dimension} would report on single persons.",
                    hint=f"Split by one of: {', '.join(DIMENSIONS)}.",
                )
            if dimension not in DIMENSIONS:
                raise MeasureError(
                    f"No metric can be split by {dimension!r}.",
                    hint=f"Split by one of: {', '.join(DIMENSIONS)}.",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """A column of repeating strings: codes into `names`, -1 for null."""

    codes: Codes
    names: tuple[str, ...]

    def of(self, place: int) -> str | None:
        """Return the string at `place`."""
        code = int(self.codes[place])
        return None if code < 0 else self.names[code]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Event rows (or sums of them) as arrays of one length.

    Parameters
    ----------
    dimensions
        One column of labels for each split asked for, ``month``/``week`` included.
    person, cluster, week
        Who (null for bots and agents), what the interval resamples, and in which ISO week.
    value, weight
        As the metric says; summed over known rows.
    n, expected
        How many known rows, and how many rows, each entry stands for.
    at, until_at, censored
        Only for waiting times and stocks, where every entry is one row.
    unit
        Of ratios: the team each row belongs to, or the repository where no team is recorded.
    unit_of
        Which of the two it is, in the plural.
    crews
        Of things, not acts of persons: the members of each team. None of acts.
    of_sessions
        Whether it is about what persons do with AI tools.
    window
        Which span was asked for, or what the rows and the history span.
    """

    dimensions: dict[str, Labels]
    person: Labels
    cluster: Labels
    week: Labels
    value: Floats
    weight: Floats
    n: Floats
    expected: Floats
    at: Codes
    until_at: Codes
    censored: NDArray[np.bool_]
    window: Window
    unit: Labels | None = None
    unit_of: str = ""
    crews: Mapping[str, frozenset[str]] | None = None
    of_sessions: bool = False


def fetch(metric: Metric, tables: Tables, asked: Asked) -> Frame | None:
    """Read the rows `metric` needs to answer `asked`; None when no history reaches the window.

    Those of one metric are those of the next where both ask for the same.

    Raises
    ------
    MeasureError
        The metric has no such dimension.
    """
    summary: object = metric.summary
    if isinstance(summary, Quantiles | Waits):
        summary = type(summary)  # which figure is wanted does not change the rows
    reach = metric.source.split(maxsplit=1)[0]
    key = (metric.rows, summary, metric.of_artefacts, metric.of_sessions, reach, asked)
    return remembered_last(tables, key, lambda: _fetched(metric, tables, asked))


def _fetched(metric: Metric, tables: Tables, asked: Asked) -> Frame | None:
    until = _until(metric, tables)
    rows, unit_of = _asked_rows(metric, tables, asked)
    if until is None:
        return None
    window = asked.window or Window(start_at=0, end_at=until)
    rows = _within(rows, window, stock="until_at" in rows.columns)
    columns = [*asked.by, *([asked.every] if asked.every else [])]
    summary = metric.summary
    if isinstance(summary, PerActive | OverPersons | PerWeek) and summary.period:
        rows = per_period(rows, summary, summary.period, window, asked.timezone, list(asked.by))
    rows = with_days(rows, window, asked.timezone)
    if isinstance(metric.summary, _ADDED_UP):
        rows = _summed(rows, [*columns, *(["unit"] if unit_of else [])])
    frame = _framed(rows.to_pyarrow(), columns, window, opened=asked.window is None)
    crews = _crews(tables) if metric.of_artefacts else None
    return replace(frame, unit_of=unit_of, crews=crews, of_sessions=metric.of_sessions)


def _until(metric: Metric, tables: Tables) -> int | None:
    if metric.source == "git":
        return horizon(tables)
    return usage_horizon(tables) if metric.source.startswith("AI") else record_horizon(tables)


def _crews(tables: Tables) -> dict[str, frozenset[str]]:
    """Return who was ever a member of each team."""
    rows = tables["membership"].select("team_id", "person_id").distinct().to_pyarrow()
    found: dict[str, set[str]] = {}
    for team, person in zip(*(column.to_pylist() for column in rows.columns), strict=True):
        if team is not None and person is not None:
            found.setdefault(team, set()).add(person)
    return {team: frozenset(persons) for team, persons in found.items()}


def _has_several(tables: Tables, rows: ibis.Table) -> bool:
    """Say whether rows are of repositories, and more than one is recorded."""

    def count() -> int:
        return int(tables["repository"].repository_id.nunique().to_pyarrow().as_py())

    return "repository" in rows.columns and remembered(tables, "repositories", count) > 1


_RATIOS = (RatioOfSums, PerActive)
_ADDED_UP = (*_RATIOS, PerWeek, OverPersons, FewestOwners, Elasticity)


def _asked_rows(metric: Metric, tables: Tables, asked: Asked) -> tuple[ibis.Table, str]:
    """Return the rows with every dimension asked for, and what their ``unit`` is, if they have one.

    Ratios are kept apart by unit, so that the mean over units can stand beside the whole.
    """
    rows = metric.rows(tables)
    by_team = isinstance(metric.summary, _RATIOS) and has(tables, "membership")
    for dimension in PLACED:
        if dimension in asked.by or (dimension == "team" and by_team):
            rows = placed(rows, tables, dimension)
    unit_of = ""
    if by_team:
        rows, unit_of = rows.mutate(unit=rows.team), "teams"
    elif isinstance(metric.summary, RatioOfSums) and _has_several(tables, rows):
        rows, unit_of = rows.mutate(unit=rows.repository), "repositories"
    for dimension in asked.by:
        if dimension not in rows.columns:
            can = ", ".join(name for name in DIMENSIONS if name in rows.columns)
            raise MeasureError(
                f"{metric.name} cannot be split by {dimension}.", hint=f"It can be by: {can}."
            )
    if "actor_kind" in rows.columns and "actor_kind" not in asked.by:
        rows = rows.filter(rows.actor_kind.fill_null("unknown") != "bot")
    return rows, unit_of


def _within(rows: ibis.Table, window: Window, *, stock: bool) -> ibis.Table:
    inside = rows["at"] < window.end_at
    if stock:
        inside &= rows.until_at.isnull() | (rows.until_at > window.start_at)
    else:
        inside &= rows["at"] >= window.start_at
    return rows.filter(inside | rows["at"].isnull())


def _summed(rows: ibis.Table, columns: list[str]) -> ibis.Table:
    keys = [*dict.fromkeys([*columns, "week", "person", "cluster"])]
    if "items" not in rows.columns:
        rows = rows.mutate(items=1)
    return rows.group_by(keys).agg(
        value=_.value.sum(where=_.known),
        weight=_.weight.sum(where=_.known),
        n=_["items"].sum(where=_.known),
        expected=_["items"].sum(),
        at=_["at"].min(),
    )


def _framed(rows: pa.Table, columns: list[str], window: Window, *, opened: bool) -> Frame:
    count = rows.num_rows
    known = _numbers(rows, "n", count, 1.0) if "n" in rows.column_names else _flags(rows, "known")
    at = _integers(rows, "at")
    if opened:
        timed = at[at >= 0]
        start = int(timed.min()) if timed.size else window.end_at
        window = replace(window, start_at=min(start, window.end_at))
    items = _numbers(rows, "expected", count, 1.0)
    return Frame(
        dimensions={name: labels(rows[name]) for name in columns},
        person=labels(rows["person"]),
        cluster=by_deeds(labels(rows["cluster"]), items, at),
        week=labels(rows["week"]),
        value=_numbers(rows, "value", count, 0.0),
        weight=_numbers(rows, "weight", count, 1.0),
        n=known.astype(float),
        expected=items,
        at=at,
        until_at=_integers(rows, "until_at"),
        censored=_flags(rows, "censored") if "censored" in rows.column_names else known < 0,
        window=window,
        unit=labels(rows["unit"]) if "unit" in rows.column_names else None,
    )


def labels(column: pa.ChunkedArray) -> Labels:
    """Return a column of strings as codes into its distinct values, in alphabetical order."""
    encoded = column.combine_chunks().cast(pa.string()).dictionary_encode()
    names = encoded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=lambda place: names[place])
    rank = np.empty(len(names) + 1, dtype=np.int64)
    rank[order] = np.arange(len(names))
    rank[-1] = -1
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return Labels(codes=rank[codes], names=tuple(names[place] for place in order))


def by_deeds(known: Labels, amount: Floats, at: Codes) -> Labels:
    """Return labels numbered by what was done under each: most first, then earliest.

    Pseudonyms differ from workspace to workspace, and so does their alphabetical order: clusters
    numbered by it would be drawn differently, and the same records give other intervals.

    Parameters
    ----------
    amount, at
        Shape (n,); how much each row stands for, and its instant.
    """
    count, named = len(known.names), known.codes >= 0
    amounts = np.bincount(known.codes[named], amount[named], minlength=count)
    first = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(first, known.codes[named], at[named])
    order = np.lexsort((first, -amounts))
    rank = np.full(count + 1, -1, dtype=np.int64)
    rank[order] = np.arange(count)
    return Labels(codes=rank[known.codes], names=tuple(known.names[place] for place in order))


def _numbers(rows: pa.Table, name: str, count: int, default: float) -> Floats:
    if name not in rows.column_names:
        return np.full(count, default)
    found = rows[name].cast(pa.float64(), safe=False).fill_null(0.0)
    return np.asarray(found.to_numpy(), dtype=float)


def _integers(rows: pa.Table, name: str) -> Codes:
    if name not in rows.column_names:
        return np.full(rows.num_rows, -1, dtype=np.int64)
    return np.asarray(rows[name].cast(pa.int64()).fill_null(-1).to_numpy(), dtype=np.int64)


def _flags(rows: pa.Table, name: str) -> NDArray[np.bool_]:
    return np.asarray(pc.fill_null(rows[name], fill_value=False).to_numpy(), dtype=bool)
