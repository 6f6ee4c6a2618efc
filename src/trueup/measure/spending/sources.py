"""Which sources tell of the use of AI tools, and where two of them disagree about the same use."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
from ibis import _

from trueup.measure.metric import Tables
from trueup.measure.records.authorship import YES
from trueup.measure.records.spending import BUCKETS
from trueup.model.ai_tables import SEEN_BY
from trueup.model.evidence import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSeen:
    """What one kind of source tells of.

    Parameters
    ----------
    seen_by
        Of `trueup.model.ai_tables.SEEN_BY`; empty where a row does not say.
    tools
        Which tools it tells of, in alphabetical order.
    tokens, counted_tokens
        All it tells of, and what of it is in totals: the rest a more trusted source tells of.
    """

    seen_by: str
    tools: tuple[str, ...]
    requests: int
    tokens: int
    counted_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How far two kinds of source disagree about use that both tell of.

    Parameters
    ----------
    seen_by, other_seen_by
        Which one counts, and which does not.
    days
        Tools and days they both tell of.
    tokens, other_tokens
        Of that use, as each has it.
    """

    seen_by: str
    other_seen_by: str
    days: int
    tokens: int
    other_tokens: int

    @property
    def ratio(self) -> float:
        """What the other has, less what counts, over what counts."""
        return (self.other_tokens - self.tokens) / self.tokens if self.tokens else 0.0


def sources_seen(tables: Tables, window: Window | None) -> tuple[SourceSeen, ...]:
    """Return what each kind of source tells of, most trusted first: of all tools, never of one."""
    rows = tables["ai_request"]
    if window is not None:
        rows = rows.filter(
            (rows.requested_at >= window.start_at) & (rows.requested_at < window.end_at)
        )
    tokens = ibis.literal(0, "int64")
    for bucket in BUCKETS:
        tokens = tokens + rows[bucket].fill_null(0)
    counted = ibis.ifelse(rows.is_counted.fill_null(YES), tokens, 0)
    requests = ibis.greatest(rows.request_count.fill_null(1), 1)
    seen_by = rows.seen_by.cast("string").fill_null("")
    rows = rows.mutate(own=tokens, counted=counted, requests=requests, seen=seen_by)
    tools = rows.select("seen", tool=rows.tool.cast("string")).distinct().to_pyarrow().to_pylist()
    found = rows.group_by("seen").agg(
        requests=_.requests.sum(),
        tokens=_.own.sum(),
        counted=_.counted.sum(),
    )
    seen = [
        SourceSeen(
            seen_by=row["seen"],
            tools=tuple(
                sorted(one["tool"] for one in tools if one["seen"] == row["seen"] and one["tool"])
            ),
            requests=int(row["requests"]),
            tokens=int(row["tokens"]),
            counted_tokens=int(row["counted"]),
        )
        for row in found.to_pyarrow().to_pylist()
    ]
    return tuple(sorted(seen, key=lambda one: _rank(one.seen_by)))


def gaps(tables: Tables, window: Window | None) -> tuple[Gap, ...]:
    """Return where two kinds of source tell of the same use, most trusted first."""
    rows = tables["ai_gap"]
    if window is not None:
        rows = rows.filter((rows.started_at >= window.start_at) & (rows.started_at < window.end_at))
    found = rows.group_by(
        seen=rows.seen_by.cast("string"), other=rows.other_seen_by.cast("string")
    ).agg(days=_.count(), tokens=_.tokens.sum(), others=_.other_tokens.sum())
    listed = [
        Gap(
            seen_by=row["seen"],
            other_seen_by=row["other"],
            days=int(row["days"]),
            tokens=int(row["tokens"] or 0),
            other_tokens=int(row["others"] or 0),
        )
        for row in found.to_pyarrow().to_pylist()
    ]
    return tuple(sorted(listed, key=lambda one: (_rank(one.seen_by), _rank(one.other_seen_by))))


def _rank(seen_by: str) -> int:
    return SEEN_BY.index(seen_by) if seen_by in SEEN_BY else len(SEEN_BY)
