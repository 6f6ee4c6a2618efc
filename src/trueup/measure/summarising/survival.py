"""How long lines last, and whether marked ones last as long as others born alike."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
from ibis import _
from numpy.typing import NDArray

from trueup.errors import MeasureError
from trueup.measure.frames.frame import Asked, Labels, by_deeds, labels
from trueup.measure.metric import Metric, Survival, Tables
from trueup.measure.numerics.line_survival import (
    DAILY_UNTIL,
    LAST_DAY,
    STEP_DAYS,
    Cells,
    bin_of,
    clusters_at,
    comparable,
    curve,
    curve_draws,
    standardised,
    standardised_draws,
)
from trueup.measure.numerics.resampling import cluster_draws, percentile_interval
from trueup.measure.records.authorship import MARKED, UNMARKED, Prepared, horizon
from trueup.measure.records.lines import deaths
from trueup.measure.summarising.intervals import FEWEST_CLUSTERS
from trueup.measure.windows import DAY, boundary_table
from trueup.model.evidence import (
    Abstention,
    Finding,
    Group,
    Interval,
    Measurement,
    Window,
)

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
DRAWS = 999
DRAWS_OF_COMPARISON = 399
FEWEST_AT_RISK = 5
LEAST_COMPARABLE = 0.5
SPLITS = ("repository", "file_kind", "origin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Lines of code and tests as counts: who wrote them, when, and how long they lasted."""

    cells: Cells
    person: Codes
    month: Codes
    known: NDArray[np.bool_]
    neutral: dict[str, Labels]
    window: Window

    def take(self, chosen: NDArray[np.bool_]) -> Lines:
        """Return the chosen part."""
        return Lines(
            cells=self.cells.take(chosen),
            person=self.person[chosen],
            month=self.month[chosen],
            known=self.known[chosen],
            neutral={
                name: Labels(codes=column.codes[chosen], names=column.names)
                for name, column in self.neutral.items()
            },
            window=self.window,
        )


def survive(metric: Metric, tables: Tables, asked: Asked) -> list[Finding]:
    """Answer a survival metric.

    Raises
    ------
    MeasureError
        A split other than by repository, file kind, origin or time of birth: lines of different
        months cannot be set side by side.
    """
    for dimension in asked.by:
        if dimension not in SPLITS:
            raise MeasureError(
                f"{metric.name} cannot be split by {dimension}.",
                hint=f"It can be by: {', '.join(SPLITS)}.",
            )
    lines = read_lines(metric, tables, asked)
    if lines is None or not lines.cells.lines.size:
        return []
    summary = metric.summary
    assert isinstance(summary, Survival)
    found: list[Finding] = []
    for group, part in _contexts(lines):
        question = Question(metric=metric, summary=summary, lines=part, group=group, asked=asked)
        compared = "origin" in asked.by or summary.difference
        found.extend(_compare(question) if compared else _total(question))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One slice of lines and what is asked of it."""

    metric: Metric
    summary: Survival
    lines: Lines
    group: Group
    asked: Asked


def read_lines(metric: Metric, tables: Tables, asked: Asked) -> Lines | None:
    """Count lines by author, birth month, kind, origin and age at death; None without history."""
    if isinstance(tables, Prepared):
        key = (metric.rows, asked.window, tuple(_neutral(asked)), asked.timezone)
        return tables.remember(key, lambda: _read_lines(metric, tables, asked))
    return _read_lines(metric, tables, asked)


def _read_lines(metric: Metric, tables: Tables, asked: Asked) -> Lines | None:
    until = horizon(tables)
    if until is None:
        return None
    window = asked.window or Window(start_at=0, end_at=until)
    born = metric.rows(tables)
    born = born.filter(
        (born.actor_kind.fill_null("unknown") != "bot")
        & born["at"].notnull()
        & (born["at"] >= window.start_at)
        & (born["at"] < window.end_at)
    )
    spans = ibis.memtable(boundary_table(window, asked.timezone))
    born = born.inner_join(spans, [born["at"] >= spans.starts_at, born["at"] < spans.ends_at])
    born = born.mutate(seen_until=ibis.least(born.observed_until_at + 1, window.end_at))
    rows = _fates(born, tables)
    keys = [*dict.fromkeys([*_keys(asked), *("repository", "file_kind", "origin", "month")])]
    counted = rows.group_by([*keys, "cluster", "person", "fate", "age"]).agg(
        lines=_.lines.sum(), born_at=_["at"].min()
    )
    return _lines(counted, asked, window)


def _neutral(asked: Asked) -> list[str]:
    return [name for name in _keys(asked) if name != "origin"]


def _keys(asked: Asked) -> list[str]:
    return [*asked.by, *([asked.every] if asked.every else [])]


def _fates(born: ibis.Table, tables: Tables) -> ibis.Table:
    """Return one row per span and fate: ``lines`` that share an ``age`` at which it befell them."""
    death = deaths(tables)
    dead = born.inner_join(
        death,
        [
            born.span_repository_id == death.dead_repository_id,
            born.line_id == death.dead_line_id,
        ],
    )
    dead = dead.filter(dead.died_at.isnull() | (dead.died_at < dead.seen_until))
    gone = dead.group_by(gone_repository_id=dead.span_repository_id, gone_id=dead.line_id).agg(
        gone=_.dead.sum()
    )
    rest = born.left_join(
        gone, [born.span_repository_id == gone.gone_repository_id, born.line_id == gone.gone_id]
    )
    left = ibis.greatest(rest.line_count - rest.gone.fill_null(0), 0)
    shared = ("repository", "file_kind", "origin", "cluster", "person", "month", "quarter", "week")
    alive = rest.mutate(
        lines=left.cast("int64"), fate=ibis.literal("alive"), ended_at=rest.seen_until
    )
    ended = dead.mutate(
        lines=dead.dead.cast("int64"),
        fate=ibis.ifelse(dead.died_at.isnull(), "lost", "died"),
        ended_at=dead.died_at.fill_null(dead["at"]),
    )
    columns = [*shared, "at", "lines", "fate", "ended_at"]
    rows = alive.select(columns).union(ended.select(columns))
    rows = rows.filter(rows.lines > 0)
    day = ibis.greatest((rows.ended_at - rows["at"]) // DAY, 0)
    late = DAILY_UNTIL + (ibis.least(day, LAST_DAY) - DAILY_UNTIL) // STEP_DAYS
    return rows.mutate(age=ibis.ifelse(day <= DAILY_UNTIL, day, late).cast("int64"))


def _lines(counted: ibis.Table, asked: Asked, window: Window) -> Lines:
    rows = counted.to_pyarrow()
    numbers = {
        name: np.asarray(rows[name].to_numpy()).astype(np.int64)
        for name in ("age", "lines", "born_at")
    }
    columns = {
        name: labels(rows[name])
        for name in rows.column_names
        if name not in ("age", "lines", "born_at")
    }
    parts = [columns[name] for name in ("repository", "file_kind", "month")]
    stratum = parts[0].codes
    for part in parts[1:]:
        stratum = stratum * (len(part.names) + 1) + part.codes + 1
    fate = np.array([*columns["fate"].names, ""], dtype=object)[columns["fate"].codes]
    if asked.window is None and numbers["born_at"].size:
        window = Window(start_at=int(numbers["born_at"].min()), end_at=window.end_at)
    lines = numbers["lines"].astype(float)
    cells = Cells(
        cluster=by_deeds(columns["cluster"], lines, numbers["born_at"]).codes + 1,
        stratum=np.unique(stratum, return_inverse=True)[1],
        marked=np.array([*columns["origin"].names, ""])[columns["origin"].codes] == MARKED,
        age=numbers["age"],
        died=fate == "died",
        lines=lines,
    )
    neutral = {name: columns[name] for name in _neutral(asked)}
    return Lines(
        cells=cells,
        person=columns["person"].codes,
        month=columns["month"].codes,
        known=fate != "lost",
        neutral=neutral,
        window=window,
    )


def _contexts(lines: Lines) -> list[tuple[Group, Lines]]:
    names = sorted(lines.neutral)
    if not names:
        return [((), lines)]
    codes = np.stack([lines.neutral[name].codes for name in names])
    kinds, member = np.unique(codes, axis=1, return_inverse=True)
    found: list[tuple[Group, Lines]] = []
    for place in range(kinds.shape[1]):
        members = [
            lines.neutral[name].names[code]
            for name, code in zip(names, kinds[:, place], strict=True)
        ]
        group = tuple(zip(names, members, strict=True))
        found.append((group, lines.take(member.ravel() == place)))
    return found


def _total(question: Question) -> list[Finding]:
    lines = question.lines.take(question.lines.known)
    cells = lines.cells
    if not cells.lines.size:
        return [_abstain(question, "No line's fate is known.", question.group)]
    kinds, clusters, method = _resampled(lines)
    values = curve(cells)
    drawn = None
    if kinds >= FEWEST_CLUSTERS:
        draws = cluster_draws(kinds, DRAWS, question.asked.seed)
        drawn = curve_draws(cells, clusters, draws)
    found: list[Finding] = []
    for age in question.summary.ages_days:
        group = _aged(question.group, age)
        value = values[bin_of(age)]
        if np.isnan(value):
            found.append(_abstain(question, f"No line is yet {age} days old.", group))
            continue
        interval = None
        if drawn is not None:
            spread = percentile_interval(drawn[:, bin_of(age)], kinds)
            interval = _interval(spread, method)
        found.append(_measured(question, float(value), group, interval, kinds))
    return found


def _resampled(lines: Lines) -> tuple[int, Codes, str]:
    """Say what to resample: authors, else months of birth; how many; and the method's name."""
    authors, places = np.unique(lines.cells.cluster, return_inverse=True)
    if authors.size >= FEWEST_CLUSTERS:
        return int(authors.size), places, "cluster bootstrap over authors, expanded percentile"
    months, places = np.unique(lines.month, return_inverse=True)
    method = f"bootstrap over months of birth ({authors.size} authors are too few to resample)"
    return int(months.size), places, method


def _compare(question: Question) -> list[Finding]:
    lines = question.lines.take(question.lines.known)
    cells = lines.cells
    refusal = _refusal(question, lines)
    if refusal is not None:
        return [refusal]
    kinds, places = np.unique(cells.cluster, return_inverse=True)
    cells = Cells(
        cluster=places,
        stratum=cells.stratum,
        marked=cells.marked,
        age=cells.age,
        died=cells.died,
        lines=cells.lines,
    )
    draws = cluster_draws(kinds.size, DRAWS_OF_COMPARISON, question.asked.seed)
    points = standardised(cells)
    drawn = standardised_draws(cells, draws)
    if question.summary.difference:
        gap = (points[0] - points[1], drawn[0] - drawn[1])
        return _arm(question, cells, gap[0], gap[1], "")
    return [
        *_arm(question, cells, points[0], drawn[0], MARKED),
        *_arm(question, cells, points[1], drawn[1], UNMARKED),
    ]


def _arm(
    question: Question, cells: Cells, values: Floats, drawn: Floats, origin: str
) -> list[Finding]:
    arms = [cells.take(cells.marked), cells.take(~cells.marked)]
    fewest = min(int(np.unique(arm.cluster).size) for arm in arms)
    method = "cluster bootstrap over authors, within birth month and file kind"
    found: list[Finding] = []
    for age in question.summary.ages_days:
        group = _aged(question.group, age, origin)
        old = min(clusters_at(arm, age) for arm in arms)
        spread = percentile_interval(drawn[:, bin_of(age)], fewest)
        if old < FEWEST_AT_RISK or np.isnan(values[bin_of(age)]) or spread is None:
            reason = f"Too few authors have lines of {age} days or older in both groups."
            found.append(_abstain(question, reason, group))
            continue
        value = float(values[bin_of(age)])
        shown = arms[0] if origin != UNMARKED else arms[1]
        n = int(shown.lines.sum()) if origin else int(cells.lines.sum())
        found.append(_measured(question, value, group, _interval(spread, method), fewest, n))
    return found


def _only(authors: int) -> str:
    return f"Only {authors} author{'' if authors == 1 else 's'}" if authors else "Nobody"


def _refusal(question: Question, lines: Lines) -> Abstention | None:
    marked = lines.cells.marked
    group, least = question.group, max(FEWEST_CLUSTERS, question.asked.k)
    for name, arm in ((MARKED, marked), (UNMARKED, ~marked)):
        authors = int(np.unique(lines.cells.cluster[arm]).size)
        persons = np.unique(lines.person[arm])
        if authors < least or (persons >= 0).sum() < question.asked.k:
            reason = (
                f"{_only(authors)} wrote {name} lines; "
                f"a comparison needs {least} authors in each group."
            )
            return _abstain(question, reason, group)
    overlap = comparable(lines.cells)
    if overlap < LEAST_COMPARABLE:
        reason = (
            f"Only {overlap:.0%} of marked lines were born in a month in which unmarked lines "
            "of the same kind were written too."
        )
        return _abstain(question, reason, group)
    return None


def _aged(group: Group, age: int, origin: str = "") -> Group:
    extra = (("origin", origin),) if origin else ()
    return tuple(sorted((*group, ("age_days", str(age)), *extra)))


def _interval(spread: tuple[float, float] | None, method: str) -> Interval | None:
    return None if spread is None else Interval(low=spread[0], high=spread[1], method=method)


def _measured(
    question: Question,
    value: float,
    group: Group,
    interval: Interval | None,
    clusters: int,
    n: int | None = None,
) -> Measurement:
    lines, metric = question.lines, question.metric
    known = float(lines.cells.lines[lines.known].sum())
    return Measurement(
        metric=metric.name,
        version=metric.version,
        value=value,
        unit=metric.unit,
        interval=interval,
        no_interval_because="" if interval else "fewer than 10 authors and months to resample",
        n=int(known) if n is None else n,
        n_of=metric.n_of,
        clusters=clusters,
        window=lines.window,
        coverage=known / float(lines.cells.lines.sum()),
        source=metric.source,
        group=group,
        qualifier=metric.qualifier,
    )


def _abstain(question: Question, reason: str, group: Group) -> Abstention:
    return Abstention(
        metric=question.metric.name,
        reason=reason,
        remedy=question.metric.remedy,
        group=group,
        n=int(question.lines.cells.lines.sum()),
        n_of=question.metric.n_of,
        window=question.lines.window,
    )
