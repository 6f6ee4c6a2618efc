"""Whether changes marked with AI are looked at as closely as others of the same kind.

Of the same kind are changes of one repository, one quarter and one class of size. Within each kind
marked changes are set against unmarked ones, and kinds count by how much they can tell: the
harmonic mean of both counts (Mantel and Haenszel 1959). Intervals resample authors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _
from numpy.typing import NDArray

from trueup.measure.metric import Tables
from trueup.measure.numerics.resampling import percentile_interval
from trueup.measure.numerics.within_kinds import has_both, side_means
from trueup.measure.records.authorship import MARKED
from trueup.measure.records.reviewing import landed_on_forge, reviewed
from trueup.measure.windows import buckets
from trueup.model.evidence import Abstention, Interval, Measurement, Window
from trueup.units import PERCENTAGE_POINTS, RATIO, RELATIVE, Unit

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]
METRIC = "review_of_marked_changes"
SIZES = (8, 16, 32, 64, 128, 256, 512, 1024)
"""Lines at which a class of size ends."""
FEWEST_AUTHORS = 10
LEAST_COMPARED = 0.5
"""Share of marked changes that must have unmarked ones of their kind beside them."""
LEVEL = 0.975
"""Of each interval: there are two, and either may show it."""
_DRAWS = 499
_SEED = 20_261_121
_SOURCE = "forge, git"
_METHOD = "cluster bootstrap over authors, within repository, quarter and class of size"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looked:
    """Landed changes and how they were looked at, one row each.

    Parameters
    ----------
    kind
        Repository and quarter, as codes.
    author
        Codes.
    lines
        Added and deleted.
    comments
        By people other than the author.
    unseen
        No person other than the author looked at it.
    by_machine
        An AI agent looked at it.
    """

    kind: Codes
    author: Codes
    marked: Bools
    lines: Floats
    comments: Floats
    unseen: Bools
    by_machine: Bools
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """How marked changes are looked at, against unmarked ones.

    Parameters
    ----------
    comments
        How many more comments by people they have, as a share of what unmarked ones have.
    unseen
        By how much more often no other person looks at them.
    crude_comments, crude_unseen
        The same without holding anything equal.
    own_comments, own_unseen
        The same among changes of one author and class of size; None where too few authors have
        both.
    by_machine
        By how much more often an AI agent looks at them.
    compared
        Share of marked changes with unmarked ones of their kind.
    """

    comments: Measurement
    unseen: Measurement
    crude_comments: Measurement
    crude_unseen: Measurement
    own_comments: Measurement | None
    own_unseen: Measurement | None
    by_machine: Measurement
    compared: Measurement


def looked_at(
    tables: Tables, *, window: Window | None, k: int, timezone: str = "UTC"
) -> LookedAt | Abstention:
    """Compare how changes marked with AI are looked at with others of their kind.

    Parameters
    ----------
    window
        In which they landed; None: all that is recorded.
    k
        Persons each side needs.
    timezone
        In which quarters begin.
    """
    found = read(tables, window, timezone)
    return (
        _few("No changes with a known size landed on a forge.")
        if found is None
        else compare(found, k=k)
    )


def read(tables: Tables, window: Window | None, timezone: str) -> Looked | None:
    """Return the changes that landed on a forge with a known size; None where there is none."""
    rows = landed_on_forge(reviewed(tables))
    rows = rows.filter(rows.known & (rows.actor_kind.fill_null("unknown") != "bot"))
    rows = rows.filter(rows.lines_added.notnull() & rows.lines_deleted.notnull())
    if window is not None:
        rows = rows.filter((rows["at"] >= window.start_at) & (rows["at"] < window.end_at))
    chosen = rows.select(
        *("repository", "cluster", "human_comments", "at"),
        marked=rows.origin == MARKED,
        lines=(rows.lines_added + rows.lines_deleted).cast("float64"),
        unseen=rows.human_review_at.isnull(),
        by_machine=rows.ai_review_at.notnull(),
    )
    table = chosen.order_by(_["at"]).to_pyarrow()
    if not table.num_rows:
        return None
    at = np.asarray(table["at"].to_numpy()).astype(np.int64)
    span = window or Window(start_at=int(at[0]), end_at=int(at[-1]) + 1)
    starts = [each.window.start_at for each in buckets(span, "quarter", timezone)]
    quarter = np.searchsorted(np.array(starts), at, side="right")
    return Looked(
        kind=_codes(table["repository"]) * (len(starts) + 1) + quarter,
        author=_codes(table["cluster"]),
        marked=_flags(table, "marked"),
        lines=np.asarray(table["lines"].to_numpy()),
        comments=np.asarray(table["human_comments"].to_numpy()).astype(float),
        unseen=_flags(table, "unseen"),
        by_machine=_flags(table, "by_machine"),
        window=span,
    )


def compare(found: Looked, *, k: int, draws: int = _DRAWS) -> LookedAt | Abstention:
    """Set marked changes against unmarked ones of their kind.

    Parameters
    ----------
    k
        Persons each side needs.
    """
    fewest = max(k, FEWEST_AUTHORS)
    authors = [np.unique(found.author[side]).size for side in (found.marked, ~found.marked)]
    if min(authors) < fewest:
        said = f"{authors[0]} authors have marked changes and {authors[1]} unmarked ones"
        return _few(f"{said}; {fewest} are needed of each.")
    size = np.searchsorted(np.array(SIZES), found.lines, side="right")
    kind = found.kind * (len(SIZES) + 1) + size
    both = has_both(kind, found.marked)
    share = float(both[found.marked].mean())
    if share < LEAST_COMPARED or not found.comments[both & ~found.marked].any():
        return _few(
            f"Only {share:.0%} of marked changes have unmarked ones of their repository, quarter "
            "and size beside them, or nobody comments on those."
        )
    asked = _contrasts(found, kind, draws)
    crude = _contrasts(found, np.zeros_like(kind), draws)
    of_author = found.author * (len(SIZES) + 1) + size
    beside = has_both(of_author, found.marked)
    has_own = np.unique(found.author[beside]).size >= fewest
    own = None
    if has_own and found.comments[beside & ~found.marked].any():
        own = _contrasts(found, of_author, draws)
    return LookedAt(
        comments=asked[0],
        unseen=asked[1],
        crude_comments=crude[0],
        crude_unseen=crude[1],
        own_comments=own[0] if own else None,
        own_unseen=own[1] if own else None,
        by_machine=asked[2],
        compared=_share(found, share),
    )


def _contrasts(found: Looked, kind: Codes, draws: int) -> tuple[Measurement, ...]:
    """Return comments, changes unseen and changes seen by a machine: marked against unmarked."""
    kept = has_both(kind, found.marked)
    amounts = np.stack([found.comments, found.unseen, found.by_machine])[:, kept].astype(float)
    marked, author = found.marked[kept], found.author[kept]
    one, other = side_means(kind[kept], marked, author, amounts, draws=draws, seed=_SEED)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = one / other - 1, one - other
    return (
        _stated("comments", RELATIVE, values[0][0], found, kept),
        _stated("unseen", PERCENTAGE_POINTS, values[1][1], found, kept),
        _stated("by_machine", PERCENTAGE_POINTS, values[1][2], found, kept),
    )


def _stated(name: str, unit: Unit, drawn: Floats, found: Looked, kept: Bools) -> Measurement:
    value, authors = float(drawn[0]), int(np.unique(found.author[kept]).size)
    spread = percentile_interval(drawn[1:], authors, LEVEL)
    interval = None
    if spread is not None:
        low, high = min(spread[0], value), max(spread[1], value)
        interval = Interval(low=low, high=high, level=LEVEL, method=_METHOD)
    return Measurement(
        metric=f"{METRIC}_{name}",
        version=1,
        value=value,
        unit=unit,
        interval=interval,
        no_interval_because="" if interval else "too few authors in some draws",
        n=int(kept.sum()),
        n_of="changes",
        clusters=authors,
        window=found.window,
        coverage=float(kept.mean()),
        source=_SOURCE,
    )


def _share(found: Looked, share: float) -> Measurement:
    return Measurement(
        metric=f"{METRIC}_compared",
        version=1,
        value=share,
        unit=RATIO,
        interval=None,
        no_interval_because="complete count",
        n=int(found.marked.sum()),
        n_of="marked changes",
        window=found.window,
        source=_SOURCE,
    )


def _few(reason: str) -> Abstention:
    return Abstention(
        metric=METRIC,
        reason=reason,
        remedy="Connect the forge of more repositories, or wait for more changes to land.",
    )


def _codes(column: pa.ChunkedArray) -> Codes:
    encoded = pc.dictionary_encode(column.cast(pa.string()).combine_chunks())
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False)).astype(np.int64)


def _flags(table: pa.Table, name: str) -> Bools:
    return np.asarray(table[name].to_numpy(), dtype=bool)
