"""Whether lines that an AI tool is known to have written stay as they are."""

from __future__ import annotations

from functools import partial

import ibis
from ibis import _

from trueup.measure.metric import Metric, RatioOfSums, Tables
from trueup.measure.records.authorship import MARKED, UNMARKED
from trueup.measure.records.lines import deaths, spans
from trueup.measure.windows import DAY
from trueup.units import RATIO

_NEEDS = (
    *("ai_edit", "line_span", "line_death", "commit", "change_commit", "account"),
    *("ai_attribution", "repository"),
)
_COPIES = "Yin and others, Scientific Reports: passive copying lowered ownership by about a fifth"
_STANDARD = "Git AI Standard v3.0.0: notes that say which lines a tool wrote"
_KEYS = ("span_repository_id", "line_id")


def _lines(tables: Tables, days: int) -> ibis.Table:
    """Return spans of commits with notes twice: their lines by a tool, and all the others."""
    note = tables["ai_edit"].filter(_.commit_id.notnull())
    born = spans(tables)
    born = born.filter(born.commit_id.isin(note.commit_id) & ~born.is_bulk)
    part = _noted(born, note)
    gone = _gone(born, tables, days)
    rows = _with_sums(born, part, "noted", _.until_offset - _.from_offset)
    rows = _with_sums(rows, gone, "dead", _.dead)
    rows = _with_sums(rows, gone, "lost", ibis.ifelse(_.died_at.isnull(), _.dead, 0))
    rows = _with_sums(rows, _gone_of(part, gone), "noted_dead", _.both)
    rows = rows.mutate(noted=ibis.least(rows.noted, rows.line_count))
    rows = rows.mutate(noted_dead=ibis.least(rows.noted_dead, rows.noted))
    known = rows.known & (rows["at"] <= rows.observed_until_at - days * DAY) & (rows.lost == 0)
    rows = rows.mutate(known=known)
    by_tool = rows.mutate(origin=ibis.literal(MARKED), items=rows.noted, gone=rows.noted_dead)
    others = rows.mutate(
        origin=ibis.literal(UNMARKED),
        items=rows.line_count - rows.noted,
        gone=ibis.greatest(rows.dead - rows.noted_dead, 0),
    )
    both = by_tool.union(others)
    both = both.filter(both["items"] > 0)
    return both.mutate(
        value=ibis.greatest(both["items"] - both.gone, 0).cast("float64"),
        weight=both["items"].cast("float64"),
    )


def _noted(born: ibis.Table, note: ibis.Table) -> ibis.Table:
    """Return which lines of spans a tool wrote: from an offset in the span until another."""
    note = note.select(
        note_commit_id="commit_id",
        note_path="path",
        note_line="first_line",
        note_lines="line_count",
    ).distinct()
    born = born.select(*_KEYS, "commit_id", "path", "first_line", "line_count")
    rows = born.inner_join(
        note, [born.commit_id == note.note_commit_id, born.path == note.note_path]
    )
    begins = rows.note_line - rows.first_line
    rows = rows.mutate(
        from_offset=ibis.greatest(begins, 0),
        until_offset=ibis.least(begins + rows.note_lines, rows.line_count),
    )
    return rows.filter(rows.from_offset < rows.until_offset)


def _gone(born: ibis.Table, tables: Tables, days: int) -> ibis.Table:
    """Return lines removed so many days after they were written, or nobody knows when."""
    gone = deaths(tables)
    rows = born.select(*_KEYS, "at").inner_join(
        gone,
        [_.span_repository_id == gone.dead_repository_id, _.line_id == gone.dead_line_id],
    )
    return rows.filter(rows.died_at.isnull() | (rows.died_at <= rows["at"] + days * DAY))


def _gone_of(part: ibis.Table, gone: ibis.Table) -> ibis.Table:
    """Return how many of the lines a tool wrote are among those removed: ``both``."""
    gone = gone.select("dead_repository_id", "dead_line_id", "dead_offset", "dead")
    rows = part.inner_join(
        gone,
        [part.span_repository_id == gone.dead_repository_id, part.line_id == gone.dead_line_id],
    )
    ends = ibis.least(rows.until_offset, rows.dead_offset + rows.dead)
    both = ends - ibis.greatest(rows.from_offset, rows.dead_offset)
    return rows.mutate(both=ibis.greatest(both, 0))


def _with_sums(
    rows: ibis.Table, parts: ibis.Table, name: str, amount: ibis.Deferred | ibis.Value
) -> ibis.Table:
    """Add the sum over the parts of each span under a name; 0 where it has none."""
    found = parts.group_by(sum_repository_id=_.span_repository_id, sum_line_id=_.line_id)
    sums = found.agg(**{name: amount.sum()})
    rows = rows.left_join(
        sums,
        [rows.span_repository_id == sums.sum_repository_id, rows.line_id == sums.sum_line_id],
    )
    return rows.mutate(**{name: rows[name].fill_null(0)}).drop("sum_repository_id", "sum_line_id")


def _metric(name: str, days: str, count: int) -> Metric:
    return Metric(
        name=name,
        question=f"Which share of lines by AI tools is left as it is for {days}?",
        definition="Lines of code and tests, in commits that carry notes on which lines a tool "
        f"wrote, that nobody removed or rewrote in the {days} after they were committed; the lines "
        "noted as by a tool apart from all others of the same commits.",
        unit=RATIO,
        kind="quality",
        better="neither",
        needs=_NEEDS,
        rows=partial(_lines, days=count),
        summary=RatioOfSums(),
        n_of="lines",
        version=1,
        references=(_COPIES, _STANDARD),
        caveats=(
            (
                "What was changed before the commit is not seen: ai_discarded_lines_ratio tells of "
                "lines that reached none."
            ),
            "A line left alone may have been read with care, or not at all.",
            "A line that is reformatted or moved to another place counts as changed.",
            "Other lines of these commits may be by a tool that leaves no note.",
        ),
        remedy="Let tools note the lines they write (git-ai), fetch these notes, and wait.",
        unknown_because="are too young, or nobody knows when they were removed",
        requires=("ai_edit",),
        apart=("origin",),
    )


VERBATIM_LINES_1_DAY_RATIO = _metric("verbatim_lines_1_day_ratio", "24 hours", 1)
VERBATIM_LINES_14_DAYS_RATIO = _metric("verbatim_lines_14_days_ratio", "14 days", 14)
