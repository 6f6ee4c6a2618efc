"""The ring: an organisation served by its tools, collected, linked, measured, estimated; the truth.

Usage::

    PYTHONPATH=. python benchmarks/ring.py [--teams 40] [--weeks 60]

Half of the repositories are on GitHub, half on GitLab, each with a clone; work items in Jira,
incidents in PagerDuty, people in files. Use of AI is seen by the marks of commits alone. Prints
how long each step took, how far every repository-week is from what was drawn, and the effect of
adoption by the usual plan beside the truth: the difference between the world and its twin.

One repository-week in a thousand may differ: a repair on a branch that is merged counts from when
it was committed, three hours before it lands, which matters at the edge of the 30 days watched.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.ring import truth
from tests.ring.serving import Site, site
from trueup.estimate.estimator import Fit
from trueup.measure.units.weeks import unit_weeks
from trueup.report.edition import put_in
from trueup.simulate.organisation import make_team_weeks
from trueup.simulate.payloads.story import PLAIN_COLOUR, Organisation
from trueup.simulate.payloads.telling import tell
from trueup.simulate.scenario import Effects, Response, Scenario, Use, Work
from trueup.simulate.teams import FIRST_DAY, WEEK
from trueup.store.warehouse import Warehouse
from trueup.workspace import Workspace

WORLD = Scenario(
    seed=12,
    people_per_team=5,
    is_detailed=False,
    effects=Effects(changes=-0.4, lead_time=0.3, review_wait=0.4, incidents=0.6, rework=0.5),
    response=Response(full_after=1, spread=0.2),
    use=Use(
        adopting_ratio=0.5,
        first_week=24,
        last_week=36,
        users_ratio=1.0,
        assisted_ratio=1.0,
        unmarked_ratio=0.0,
    ),
    work=Work(incident_ratio=0.05),
)
_ALIKE = 0.999


@contextmanager
def timed(name: str) -> Iterator[None]:
    """Print how long a step took."""
    started = time.perf_counter()
    yield
    print(f"{name:40s} {time.perf_counter() - started:7.1f} s", flush=True)


def weeks(told: Organisation, there: Site, folder: Path) -> int:
    """Print how far repository-weeks are from the truth; return how many columns differ."""
    with Warehouse.open(folder).tables() as tables:
        counted = unit_weeks(tables, unit="repository")
    place = {there.repository_id(one): one.team for one in told.repositories.values()}
    team = np.array([place[unit] for unit in counted["unit"].to_pylist()])
    week = (counted["week_start_at"].to_numpy() - FIRST_DAY) // WEEK
    drawn, wrong = truth.weeks(told), 0
    for name in truth.COLUMNS:
        column = np.where(drawn["active_developers"] > 0, drawn[name], np.nan)
        found = np.full(column.shape, np.nan)
        kept = (week >= 0) & (week < column.shape[1])
        values = counted[name].to_numpy(zero_copy_only=False)[kept]
        found[team[kept], week[kept]] = values
        same = np.isclose(found, column, rtol=1e-9, equal_nan=True)
        wrong += same.mean() < _ALIKE
        print(f"  {name:42s} {int(same.sum()):,} of {same.size:,} as drawn")
    return wrong


def effects(workspace: Workspace, scenario: Scenario) -> int:
    """Print each effect beside the truth; return how many intervals of 95 % miss it."""
    assessment = workspace.estimate(workspace.panel(unit="repository")[1])
    known = put_in(make_team_weeks(scenario).truth, assessment)
    missed = 0
    for one in (assessment.primary, *assessment.guardrails):
        name = one.question.outcome
        if not isinstance(one.primary, Fit):
            print(f"  {name:42s} {one.primary.reason}")
            continue
        estimate, true = one.primary.estimate, known[name]
        low, high = estimate.interval.low, estimate.interval.high
        holds = low <= true <= high
        missed += not holds
        said = f"truth {true:+.3f}  estimate {estimate.value:+.3f} [{low:+.3f}, {high:+.3f}]"
        print(f"  {name:42s} {said} {'holds' if holds else 'MISSES'}")
    print(f"  verdict: {assessment.verdict.answer} {assessment.verdict.towards}".rstrip())
    return missed


def main() -> int:
    """Go around once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teams", type=int, default=40)
    parser.add_argument("--weeks", type=int, default=60)
    given = parser.parse_args()
    scenario = replace(WORLD, teams=given.teams, weeks=given.weeks)
    with tempfile.TemporaryDirectory() as place, timed("everything"):
        folder = Path(place)
        with timed("drawing and telling"):
            told = tell(scenario, PLAIN_COLOUR)
        changes = sum(len(one.changes) for one in told.repositories.values())
        with site(told, folder) as there:
            workspace = Workspace(folder / ".trueup", there.settings)
            with timed(f"collecting and linking {changes:,} changes"):
                collected = workspace.collect([there.clones])
            print(f"  {len(collected.connected)} targets, {len(collected.failed)} failed")
            with timed("collecting again"):
                workspace.collect([there.clones])
        with timed("repository-weeks"):
            wrong = weeks(told, there, folder / ".trueup")
        with timed("estimating"):
            missed = effects(workspace, scenario)
    return 1 if wrong or collected.failed else 0 if missed <= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
