"""Time and peak memory of making up an organisation, landing it and counting its team-weeks.

Usage::

    python benchmarks/organisation.py [--teams 60 1000 4000] [--weeks 104] [--draws 1]

Each size runs in a process of its own, so that its peak memory is its own. ``light`` is the same
world without records: drawn twice, team-weeks and truth counted straight from the draws. With
``--draws`` above 1 the light world is also drawn that often with other seeds, and the mean error
of comparing adopters before and after is printed beside the truth.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from trueup.measure.units.weeks import unit_weeks
from trueup.simulate.organisation import land, make_organisation, make_team_weeks
from trueup.simulate.scenario import SCENARIOS, Scenario
from trueup.store.identity import Vault
from trueup.store.reading import Limits
from trueup.store.warehouse import Warehouse

NOW = 1_900_000_000_000_000
SOUND = "sound_changes_per_developer_week"


def step(name: str, work: Callable[[], str]) -> None:
    """Do one step and print what it took; run in a process of its own."""
    started = time.perf_counter()
    said = work()
    took = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {name:34s} {took:7.1f} s {peak:8,.0f} MB   {said}", flush=True)


def alone(name: str, work: Callable[..., str], *given: object) -> None:
    """Run a step in a fresh process."""
    process = multiprocessing.get_context("spawn").Process(target=_step, args=(name, work, given))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(process.exitcode)


def _step(name: str, work: Callable[..., str], given: tuple[object, ...]) -> None:
    step(name, lambda: work(*given))


def light(scenario: Scenario) -> str:
    """Draw the world twice and count it."""
    made = make_team_weeks(scenario)
    people = made.columns["active_developers"][:, 10].sum()
    return f"{people:,.0f} developers active in week 10"


def records(scenario: Scenario) -> str:
    """Make every record."""
    made = make_organisation(scenario)
    return f"{sum(rows.num_rows for rows in made.tables.values()):,} rows"


def landed(scenario: Scenario, folder: Path) -> str:
    """Make every record and land it."""
    land(make_organisation(scenario), Warehouse.open(folder), Vault.open(folder), now=NOW)
    size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    return f"{size / 1e6:,.0f} MB on disk"


def counted(folder: Path) -> str:
    """Count the unit-weeks of what was landed."""
    with Warehouse.open(folder).tables(Limits(memory="2GB", threads=2)) as tables:
        rows = unit_weeks(tables)
    return f"{rows.num_rows:,} team-weeks, {rows.num_columns} columns"


def drawn(scenario: Scenario, draws: int) -> None:
    """Compare before and after in many draws, with the truth of each."""
    errors = []
    for seed in range(draws):
        made = make_team_weeks(replace(scenario, seed=seed))
        column = made.columns[SOUND]
        start = np.array([made.truth.adopted_in[team] for team in made.team_ids])[:, None]
        week = np.arange(column.shape[1])
        after, before = (start >= 0) & (week >= start), week < start
        naive = np.nanmean(column[after]) / np.nanmean(column[before]) - 1
        errors.append(naive - (made.truth.outcomes[SOUND].proportional or 0.0))
    mean, error = np.mean(errors), np.std(errors) / len(errors) ** 0.5
    print(f"  before and after, less the truth: {mean:+.4f} (error of the mean {error:.4f})")


def main() -> None:
    """Print one block for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teams", type=int, nargs="+", default=[60, 1_000, 4_000])
    parser.add_argument("--weeks", type=int, default=104)
    parser.add_argument("--draws", type=int, default=1)
    given = parser.parse_args()
    for teams in given.teams:
        scenario = replace(
            SCENARIOS["harmed"], teams=teams, weeks=given.weeks, is_detailed=teams <= 100
        )
        print(f"{teams} teams, {given.weeks} weeks")
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / ".trueup"
            alone("light: both worlds and the truth", light, scenario)
            alone("records", records, scenario)
            alone("records, landed", landed, scenario, folder)
            alone("unit-weeks", counted, folder)
    if given.draws > 1:
        for name in ("helped", "nothing", "confounded", "burst"):
            print(name)
            drawn(SCENARIOS[name], given.draws)


if __name__ == "__main__":
    main()
