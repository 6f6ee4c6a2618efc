"""Published figures beside ours, from the authors' own data: replications.py [FOLDER].

FOLDER holds ``metr_2025_rct``, ``copilot_oss_maintenance_did`` and ``aidev_pop_prs``; without it,
$TRUEUP_REFERENCE_DATA is used. Nothing of the data is part of this tree.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from trueup.estimate.estimator import Fit
from trueup.estimate.estimators.randomised import Randomised, Trial, read_trial
from trueup.estimate.inference.bounds import Bounds
from trueup.estimate.inference.cluster_robust import crv1_error, student_interval
from trueup.estimate.inference.regression import regress
from trueup.estimate.inference.sample import Sample
from trueup.estimate.numerics.regression.within import Partialled, Rows, partial_out, recode
from trueup.estimate.panel import Bools, Floats
from trueup.estimate.question import Question
from trueup.model.evidence import Window


def read_columns(path: Path) -> dict[str, list[str]]:
    """Return a CSV, packed or not, as lists of texts by column."""
    with _opened(path) as file:
        rows = csv.reader(file)
        names = next(rows)
        columns = list(zip(*rows, strict=True))
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def numbers(column: list[str]) -> Floats:
    """Return texts as numbers, NaN where empty."""
    return np.array([float(text) if text else np.nan for text in column])


def metr_trial(folder: Path, *, filled_by_arm: bool = True) -> Trial:
    """Read the trial of 246 issues by 16 developers (arXiv:2507.09089).

    The README of the data says that 0 means AI was allowed. It is the other way round: 136 issues
    have 1 and 110 have 0, the paper counts 136 issues with AI allowed, and only so is its
    slow-down a slow-down. A reader who trusts the README announces a speed-up.

    Parameters
    ----------
    filled_by_arm
        Fill the 16 unseen times after review with the mean of the row's own arm, as published;
        else with the mean of all, which no lot can move.
    """
    raw = read_columns(folder / "metr_2025_rct" / "data_complete.csv")
    allowed = numbers(raw["ai_treatment"])
    after = numbers(raw["post_review_implementation_time"])
    arms = [allowed == arm for arm in (0, 1)] if filled_by_arm else [allowed >= 0]
    for arm in arms:
        after[arm & np.isnan(after)] = np.nanmean(after[arm])
    columns: dict[str, Sequence[object]] = {
        "minutes": (numbers(raw["initial_implementation_time"]) + after).tolist(),
        "allowed": allowed.tolist(),
        "developer": raw["dev_id"],
        "log_forecast": np.log(numbers(raw["predicted_time_no_ai"])).tolist(),
    }
    return read_trial(
        columns,
        outcome="minutes",
        treatment="allowed",
        block="developer",
        cluster="developer",
        covariates=("log_forecast",),
        window=Window(start_at=_micros(2025, 2), end_at=_micros(2025, 7)),
        source="METR 2025",
    )


def _micros(year: int, month: int) -> int:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp() * 1_000_000)


def metr_fit(trial: Trial, *, block_effects: bool = False) -> Fit:
    """Fit the published model: log minutes on AI allowed and the log of the forecast."""
    found = Randomised(block_effects=block_effects).fit_trial(
        trial, Question(outcome="minutes", unit="minutes", scale="log", better="lower")
    )
    assert isinstance(found, Fit)
    return found


@dataclass(frozen=True, slots=True)
class Copilot:
    """Developer-months of open-source work before and after Copilot's preview (arXiv:2510.10165).

    ``endorsed`` is a developer of a language Copilot supports, from July 2021 on; ``core`` is the
    same for those who maintain most (quartile 4).
    """

    columns: Mapping[str, Floats]
    rows: Rows
    endorsed: Floats
    core: Floats


def read_copilot(folder: Path) -> Copilot:
    """Read 51,408 rows of 2,142 developers over 24 months."""
    path = folder / "copilot_oss_maintenance_did" / "individual_level_pseudonymised.csv.gz"
    raw = read_columns(path)
    names = ("TotalCommits", "TotalPullRequests", "TotalPRReview", "TotalPRReviewRepos")
    columns = {name: numbers(raw[name]) for name in names}
    month = numbers(raw["yearmonth"])
    endorsed = (numbers(raw["copilot_language_ppl"]) == 1) & (month >= 202107)
    unit = recode(numbers(raw["uid"]).astype(np.int64))
    return Copilot(
        columns=columns,
        rows=Rows(
            unit=unit,
            period=recode(month.astype(np.int64)),
            cluster=unit,
            covariates=np.empty((unit.size, 0)),
        ),
        endorsed=endorsed * 1.0,
        core=(endorsed & (numbers(raw["maintainer"]) == 4)) * 1.0,
    )


def copilot_fits(world: Copilot, outcome: str, *, held: str = "") -> tuple[Partialled, Partialled]:
    """Fit ``ln(1 + y)`` on endorsed and core, as published, and only because it is published.

    Parameters
    ----------
    held
        A column whose ``ln(1 + x)`` is held fixed, as the source does for reviews.
    """
    logged = np.log1p(world.columns[outcome])
    extra = [np.log1p(world.columns[held])] if held else []
    found = []
    for own, other in ((world.endorsed, world.core), (world.core, world.endorsed)):
        rows = _with(world.rows, np.column_stack([other, *extra]))
        fit = partial_out(logged, own, rows)
        assert fit is not None
        found.append(fit)
    return found[0], found[1]


def copilot_proportions(world: Copilot, outcome: str, *, held: str = "") -> tuple[Bounds, Bounds]:
    """Fit proportions of the mean, for the endorsed who are not core and for the core.

    No unit of measure moves them, where the coefficient of ``ln(1 + y)`` depends on it.
    """
    values = world.columns[outcome]
    extra = [np.log1p(world.columns[held])] if held else []
    alive = np.bincount(world.rows.unit, values)[world.rows.unit] > 0  # type: ignore[arg-type]
    kept = np.flatnonzero(alive)
    rest = world.endorsed - world.core
    found = []
    for own, other in ((rest, world.core), (world.core, rest)):
        rows = _with(world.rows, np.column_stack([other, *extra])).take(kept)
        sample = Sample(
            outcome=values[kept], regressor=own[kept], rows=rows, paths=None, place=kept
        )
        bounds = regress(sample, "proportion", 0.95, 1)
        assert isinstance(bounds, Bounds)
        found.append(bounds)
    return found[0], found[1]


def _with(rows: Rows, covariates: Floats) -> Rows:
    return Rows(unit=rows.unit, period=rows.period, cluster=rows.cluster, covariates=covariates)


@dataclass(frozen=True, slots=True)
class Accepted:
    """Of one agent's proposed changes, what share was merged.

    Parameters
    ----------
    proposed, closed, merged, repositories
        Counts.
    of_all, of_closed
        Share and its 95 % interval, clustered by repository.
    median_minutes
        From opening to merging.
    """

    proposed: int
    closed: int
    merged: int
    repositories: int
    of_all: tuple[float, float, float]
    of_closed: tuple[float, float, float]
    median_minutes: float


def accepted(folder: Path) -> dict[str, Accepted]:
    """Return what became of 7,122 changes proposed by agents (arXiv:2507.15003), by agent."""
    raw = read_columns(folder / "aidev_pop_prs" / "aidev_pop_prs.csv.gz")
    agent, repository = np.array(raw["agent"]), np.array(raw["repo"])
    merged, closed = np.array(raw["merged_at"]) != "", np.array(raw["closed_at"]) != ""
    waited = np.array(
        [_minutes(a, b) for a, b in zip(raw["created_at"], raw["merged_at"], strict=True)]
    )
    found = {}
    for name in np.unique(agent):
        own = agent == name
        found[str(name)] = Accepted(
            proposed=int(own.sum()),
            closed=int((own & closed).sum()),
            merged=int((own & merged).sum()),
            repositories=int(np.unique(repository[own]).size),
            of_all=share(merged[own], repository[own]),
            of_closed=share(merged[own & closed], repository[own & closed]),
            median_minutes=float(np.median(waited[own & merged])),
        )
    return found


def _minutes(opened: str, merged: str) -> float:
    if not merged:
        return np.nan
    span = datetime.fromisoformat(merged) - datetime.fromisoformat(opened)
    return span.total_seconds() / 60


def share(hits: Bools, cluster: np.ndarray) -> tuple[float, float, float]:
    """Return a share with its 95 % interval, rows of one cluster taken as dependent."""
    codes = np.unique(cluster, return_inverse=True)[1].ravel()
    rows = Rows(unit=None, period=None, cluster=codes, covariates=np.empty((codes.size, 0)))
    fit = partial_out(hits.astype(np.float64), np.ones(codes.size), rows)
    assert fit is not None
    low, high = student_interval(fit.coefficient, crv1_error(fit), rows.n_clusters, 0.95)
    return fit.coefficient, low, high


def show_metr(folder: Path) -> None:
    """Print the trial's figures."""
    trial = metr_trial(folder)
    print("METR 2025, 246 issues, 16 developers: time with AI allowed, proportional")
    print(
        "  published +18.8 %: (+1.3, +39.5) rows alike, (+1.3, +39.4) HC3, (+1.6, +39.0) clusters"
    )
    print("  the README has the coding the wrong way round: 1 is AI allowed (136), 0 is not (110)")
    readings = (
        ("as published", trial, False),
        (
            "unseen times filled without looking at the arm",
            metr_trial(folder, filled_by_arm=False),
            False,
        ),
        ("with a level for every developer", trial, True),
    )
    for title, one, block_effects in readings:
        print(f"  {title}")
        fit = metr_fit(one, block_effects=block_effects)
        for said in (fit.estimate, *fit.beside):
            low, high = said.interval.low, said.interval.high
            p = 0.0 if said.p_value is None else said.p_value
            print(
                f"    {100 * said.value:+6.2f} % ({100 * low:+6.2f}, {100 * high:+6.2f})  "
                f"p {p:.3f}  {said.interval.method}"
            )


def show_copilot(folder: Path) -> None:
    """Print the table of developer-months."""
    world = read_copilot(folder)
    print("Copilot in open source, 51,408 developer-months, 2,142 developers")
    print("  published headline: core developers commit -19 %, review +6.5 %")
    for outcome, held in (
        ("TotalCommits", ""),
        ("TotalPullRequests", ""),
        ("TotalPRReview", "TotalPullRequests"),
        ("TotalPRReviewRepos", "TotalPullRequests"),
    ):
        both = copilot_fits(world, outcome, held=held)
        said = ", x core ".join(f"{f.coefficient:.4f} ({crv1_error(f):.4f})" for f in both)
        core = np.expm1(both[0].coefficient + both[1].coefficient)
        print(f"  ln(1 + {outcome}): endorsed {said}; core {100 * core:+.1f} %")
        shares = copilot_proportions(world, outcome, held=held)
        ours = ", core ".join(
            f"{100 * np.expm1(b.coefficient):+.1f} % ({100 * np.expm1(b.low):+.1f}, "
            f"{100 * np.expm1(b.high):+.1f})"
            for b in shares
        )
        print(f"    as a proportion of the mean (PPML): not core {ours}")


def show_accepted(folder: Path) -> None:
    """Print what became of agents' changes, by both denominators."""
    print("AIDev, 7,122 changes proposed by agents: merged share of all, and of those closed")
    print("  published: 35 to 65 % by agent; Codex merged in 18 minutes at the median")
    for agent, one in accepted(folder).items():
        of_all, of_closed = (
            f"{100 * a:.1f} % ({100 * low:.0f}, {100 * high:.0f})"
            for a, low, high in (one.of_all, one.of_closed)
        )
        print(
            f"  {agent:14} {one.merged:5,} merged: {of_all} of {one.proposed:,}; {of_closed} of "
            f"{one.closed:,} closed; {one.repositories} repositories; "
            f"median {one.median_minutes:.1f} minutes"
        )


def main() -> None:
    """Print published and ours side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default=os.environ.get("TRUEUP_REFERENCE_DATA", ""))
    folder = Path(parser.parse_args().folder)
    if not str(folder) or not (folder / "metr_2025_rct").is_dir():
        parser.error("name the folder of the data, or set TRUEUP_REFERENCE_DATA")
    show_metr(folder)
    show_copilot(folder)
    show_accepted(folder)


if __name__ == "__main__":
    main()
