"""Which kinds of record are not there, and which answers that costs."""

from __future__ import annotations

from dataclasses import dataclass

from trueup.measure.catalogue import all_metrics
from trueup.measure.comparing.published import published
from trueup.measure.metric import Metric, Tables
from trueup.measure.records.presence import SOURCES, has

_FROM_GIT = {
    "commit": ("commits", "Collect repositories with git."),
    "change": ("changes", "Collect repositories with git, or connect the forge."),
}
_IN_COMMITS = frozenset(("commit_file", "line_span", "commit_revert"))
_SPLITS = {"membership": "team", "service": "service"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """A kind of record of which there is none.

    Parameters
    ----------
    kind
        Canonical table, or ``table.column``; several that can stand for each other between bars.
    what
        In words, plural.
    remedy
        What would bring it, one sentence.
    metrics
        Names of the metrics that abstain without it; one that lacks several kinds stands at each.
    rows
        Rows of published reports, by their ids, that cannot be laid beside one's own.
    split
        Dimension nothing can be split by without it; may be empty.
    """

    kind: str
    what: str
    remedy: str
    metrics: tuple[str, ...]
    rows: tuple[str, ...]
    split: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacks:
    """All that is lacking, what costs most first.

    Parameters
    ----------
    asked
        How many metrics there are.
    answered
        For how many of them the records are there; some may abstain for other reasons.
    """

    asked: int
    answered: int
    kinds: tuple[Lack, ...]


def lacks(tables: Tables) -> Lacks:
    """Return which kinds of record the metrics need and `tables` has not."""
    metrics = all_metrics().values()
    known = {**_FROM_GIT, **SOURCES}
    empty = frozenset(kind for kind in known if not has(tables, kind))
    found = [
        _lack(kind, *known[kind], [m for m in metrics if kind in _wanting(m, empty)])
        for kind in known
        if kind in empty
    ]
    lacking = {name for each in found for name in each.metrics}
    costly = [each for each in found if each.metrics or each.split]
    return Lacks(
        asked=len(metrics),
        answered=len(metrics) - len(lacking),
        kinds=tuple(sorted(costly, key=lambda each: -len(each.metrics))),
    )


def _wanting(metric: Metric, empty: frozenset[str]) -> frozenset[str]:
    """Return the kinds of record without which a metric cannot be asked, of those that are empty.

    One that names none needs what it counts: commits or changes where it is git's, else any of
    the kinds it reads.
    """
    if metric.requires:
        return empty.intersection(metric.requires)
    if metric.source.startswith("git"):
        is_git_alone = "," not in metric.source
        in_commits = is_git_alone and bool(_IN_COMMITS.intersection(metric.needs))
        is_of_changes = "change" in metric.needs and not in_commits
        return empty.intersection(("change",) if is_of_changes else ("commit",))
    any_of = frozenset(metric.needs) & frozenset(SOURCES)
    return any_of if any_of <= empty else frozenset()


def _lack(kind: str, what: str, remedy: str, metrics: list[Metric]) -> Lack:
    rows = dict.fromkeys(row.row for metric in metrics for row in published(metric.name))
    return Lack(
        kind=kind,
        what=what,
        remedy=remedy,
        metrics=tuple(metric.name for metric in metrics),
        rows=tuple(rows),
        split=_SPLITS.get(kind, ""),
    )
