"""Everything a reader needs to doubt a number, as labelled lines."""

from __future__ import annotations

from trueup.estimate.studies import STATUSES, Study
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Measurement
from trueup.model.simulated import Simulated
from trueup.report.words import (
    Shown,
    alike,
    coverage_of,
    group_of,
    interval_of,
    items_of,
    plain,
    query_of,
    span,
    unit_of,
)


def facts_of(shown: Shown) -> tuple[tuple[str, str], ...]:
    """Everything a reader needs to doubt it, as labelled lines."""
    if isinstance(shown, Estimate):
        return _facts_of_estimate(shown)
    if isinstance(shown, Study):
        return _facts_of_study(shown)
    if isinstance(shown, Simulated):
        return _facts_of_simulated(shown)
    if isinstance(shown, Abstention):
        rows = [("Why not", shown.reason), ("What would change it", shown.remedy)]
        if shown.n:
            rows.append(("Rests on", items_of(shown)))
        return tuple(rows)
    level = f"{100 * shown.interval.level:g} % interval" if shown.interval else "Interval"
    method = f" ({shown.interval.method})" if shown.interval else ""
    rows = [
        ("Unit", unit_of(shown).name.replace("_", " ")),
        (level, interval_of(shown) + method),
        ("Rests on", items_of(shown) + _clusters(shown)),
        ("Window", span(shown.window)),
        ("Slice", group_of(shown.group)),
        ("Coverage", coverage_of(shown)),
        ("Source", shown.source),
    ]
    if shown.mean_of_ratios is not None:
        rows.insert(2, ("Mean of ratios", alike(shown).removeprefix("; ")))
    return (*rows, *_query(shown))


def _clusters(shown: Measurement) -> str:
    return f", {shown.clusters:,} clusters" if shown.clusters is not None else ""


def _facts_of_estimate(shown: Estimate) -> tuple[tuple[str, str], ...]:
    interval = f"{interval_of(shown)} ({shown.interval.method})"
    rows = [
        ("Outcome", shown.outcome.replace("_", " ")),
        ("Question", shown.estimand),
        ("Design", shown.design),
        (f"{100 * shown.interval.level:g} % interval", interval),
        ("p of no change", _chance(shown)),
        ("Rests on", f"{items_of(shown)}; {shown.n_rows:,} rows, {shown.n_clusters:,} clusters"),
        ("Speaks of", shown.speaks_of),
        ("Window", span(shown.window)),
        ("Assumes", " ".join(shown.assumptions)),
        ("Source", shown.source),
    ]
    return tuple((label, text) for label, text in rows if text)


def _chance(shown: Estimate) -> str:
    if shown.p_value is None:
        return ""
    floor = f", at least {shown.least_p:.2g} in this design" if shown.least_p is not None else ""
    return f"{shown.p_value:.2g}{floor}"


def _facts_of_simulated(shown: Simulated) -> tuple[tuple[str, str], ...]:
    method = f" ({shown.interval.method})" if shown.interval else ""
    played = f"{shown.n_draws:,} sets of parameters"
    if shown.n_runs:
        error = plain(shown.playing_error, shown.unit)
        played += f", each played {shown.n_runs:,} times; error of playing {error}"
    rows = [
        ("What it is", "a number of a model, not a measurement"),
        ("Interval", interval_of(shown) + method),
        ("Rests on", played),
        ("Fitted to", shown.calibrated_by),
        ("Slice", group_of(shown.group) if shown.group else ""),
        ("Assumes", " ".join(shown.assumptions)),
    ]
    return tuple((label, text) for label, text in rows if text)


def _facts_of_study(shown: Study) -> tuple[tuple[str, str], ...]:
    rows = [
        ("Study", f"{shown.name}, {shown.year}"),
        ("Outcome", shown.outcome),
        ("Question", shown.estimand),
        ("Design", shown.design),
        (f"{100 * shown.level:g} % interval", interval_of(shown)),
        ("Rests on", shown.n),
        ("Figures", STATUSES[shown.status]),
        ("Interest", shown.interest),
        ("Run again here", shown.rerun),
        ("Mind", shown.says),
        ("Link", shown.link),
    ]
    return tuple((label, text) for label, text in rows if text)


def _query(shown: Shown) -> tuple[tuple[str, str], ...]:
    query = query_of(shown)
    return (("Query", query),) if query else ()
