"""Mending that eats the time: how often the doctor finds it, and how often wrongly.

``make bench BENCH=rework_load``

Weeks of made-up teams, kept as a ledger and not as queues: coders spend their time on what was
asked to be changed, on failed checks and on incidents, and what is left goes into new changes. In
some worlds hours of incidents on record are waiting for a vendor and nobody's work. Promised is to
find it in at least 80 % of worlds where two fifths of the time go into it, and to claim it in at
most 5 % of worlds of each other kind.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from trueup.diagnose.diagnosis import Absent, Diagnosis
from trueup.diagnose.mechanisms.rework_load import judge
from trueup.model.evidence import Abstention, Window
from trueup.simulate.flow.calibrating import calibrate
from trueup.simulate.flow.network import Floats
from trueup.simulate.flow.question import PLAYED, Fitted
from trueup.simulate.flow.recorded import Recorded

POWER, FALSE = 0.80, 0.05
HOURS, DAYS = 40.0, 5
LATE = 0.4
"""Share of what is under way that is left for the next day."""
SEEN = ("ready", "reviewed", "asked", "failed", "incidents", "recode", "incident", "recode_within",
        "incident_within", "work_within")  # fmt: skip
WEEK = 604_800_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """How time goes in made-up teams.

    Parameters
    ----------
    units, weeks, coders
        How many; coders of each team.
    code, recode, incident
        Hours on record, on average: of a new change, of a round of reworking, of an incident.
    asked_ratio, failed_ratio
        Of reviews that ask for changes, of checks that fail.
    incidents
        A team and week.
    worked_ratio
        Share of the hours of incidents on record that are work.
    """

    units: int = 30
    weeks: int = 26
    coders: int = 6
    code: float = 10.0
    recode: float = 2.5
    incident: float = 6.0
    asked_ratio: float = 0.3
    failed_ratio: float = 0.1
    incidents: float = 0.5
    worked_ratio: float = 1.0


HEAVY = World(recode=5.0, asked_ratio=0.45, incident=20.0, incidents=2.6)
REWORKING = World(recode=9.0, asked_ratio=0.5, incident=6.0, incidents=0.5)
WORLDS: dict[str, tuple[bool | None, World]] = {
    "there": (True, HEAVY),
    "there, 12 teams": (None, replace(HEAVY, units=12)),  # shown, and nothing is promised of it
    "there, mostly reworking": (True, REWORKING),
    "not there": (False, World()),
    "not there, a fifth": (False, replace(HEAVY, incidents=1.0, asked_ratio=0.25)),
    "too little: 2 teams, 9 weeks": (False, replace(HEAVY, units=2, weeks=9)),
    "something else: waiting": (False, replace(HEAVY, incident=26.0, worked_ratio=0.0)),
    "something else: mostly waiting": (
        False,
        replace(HEAVY, incident=26.0, worked_ratio=0.15, asked_ratio=0.35),
    ),
}


def ledger(world: World, random: np.random.Generator) -> tuple[Recorded, float]:
    """Return what the records of a world say, and which share of coders' time is mending.

    It is kept by day: what is put up for review on one day is read on the next, and new changes of
    a week bring reworking in the same week.
    """
    days = (world.weeks + 4) * DAYS
    speed = np.exp(0.15 * random.standard_normal(world.units))
    often = world.incidents / DAYS * np.exp(0.3 * random.standard_normal(world.units))
    present = _present(world, random)
    seen = {name: np.zeros((world.units, days)) for name in SEEN}
    before = np.full(world.units, world.coders * HOURS / DAYS / world.code / 2)
    late = {name: np.zeros(world.units) for name in ("recode", "incident", "work")}
    for day in range(days):
        all_hours = world.coders * HOURS / DAYS * present[:, day // DAYS]
        asked = random.binomial(before.astype(int), world.asked_ratio)
        failed = random.binomial(before.astype(int), world.failed_ratio)
        broken = random.poisson(often)
        rework, again = (_hours(many, world.recode, random) for many in (asked, failed))
        mending = _hours(broken, world.incident, random)
        work = rework + again + world.worked_ratio * mending
        told = {"reviewed": before, "asked": asked, "failed": failed, "incidents": broken}
        told |= {"recode": rework, "incident": mending}
        for name, hours in (("recode", rework), ("incident", mending), ("work", work)):
            under_way = late[name] + hours
            most = np.inf if name != "work" else all_hours
            told[f"{name}_within"] = np.minimum((1 - LATE) * under_way, most)
            late[name] = under_way - told[f"{name}_within"]
        left = all_hours - told["work_within"]
        before = random.poisson(np.maximum(left, 0.5) / world.code / speed).astype(float)
        for name, values in (told | {"ready": before}).items():
            seen[name][:, day] = values
    kept = {name: _weekly(values)[:, 4:] for name, values in seen.items()}
    share = kept["work_within"].sum() / (world.coders * HOURS * world.units * world.weeks)
    return _recorded(world, kept), float(share)


def _present(world: World, random: np.random.Generator) -> Floats:
    """Return which share of a team is at work in each week."""
    weeks = world.weeks + 4
    each = 0.05 * random.standard_normal((world.units, weeks))
    return np.asarray(1 + 0.06 * random.standard_normal(weeks) + each, dtype=float)


def _weekly(values: Floats) -> Floats:
    return np.asarray(values.reshape(values.shape[0], -1, DAYS).sum(axis=2), dtype=float)


def _hours(many: np.ndarray, mean: float, random: np.random.Generator) -> Floats:
    """Return how long so many took together, each exponential."""
    return np.where(many > 0, random.gamma(np.maximum(many, 1), mean), 0.0)


def _recorded(world: World, kept: dict[str, Floats]) -> Recorded:
    reviewed, nothing = kept["reviewed"], np.zeros((world.units, world.weeks))
    people = np.full_like(nothing, float(world.coders))
    sums = {
        **{name: kept[name] for name in ("ready", "reviewed", "asked", "failed", "incidents")},
        **{name: kept[name] for name in ("recode_within", "incident_within")},
        **dict.fromkeys(("landed", "deployed", "late_checks", "check_timed"), reviewed),
        **dict.fromkeys(("unreviewed", "review_timed", "deploy_hours"), nothing),
        **dict.fromkeys(("deploy_timed", "code_hours", "code_timed"), nothing),
        "for_review": kept["ready"],
        "in_review": 0.1 * reviewed,
        "review_hours": 4.0 * reviewed + kept["recode"],
        "recode_hours": kept["recode"],
        "recode_timed": kept["asked"],
        "incident_hours": kept["incident"],
        "incident_timed": kept["incidents"],
        "check_hours": 0.5 * reviewed,
        "authors": people,
        "reviewers": np.full_like(nothing, 3.0),
    }
    return Recorded(
        sums=sums,
        check_lanes=np.full(world.units, 6.0),
        deploy_lanes=np.full(world.units, 2.0),
        hours_per_week=HOURS,
        unit_kind="team",
        author_count=world.units * world.coders,
        reviewer_count=world.units * 3,
    )


def fitted(world: World, seed: int) -> Fitted:
    """Return a world, fitted."""
    records, _ = ledger(world, np.random.default_rng([11, seed]))
    found = calibrate(records, k=5, seed=seed)
    assert not isinstance(found, Abstention), found
    weeks = Window(start_at=0, end_at=world.weeks * WEEK)
    return Fitted(records=records, calibrated=found.thinned(PLAYED), weeks=weeks)


def main() -> int:
    """Draw worlds; return 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=200)
    draws = parser.parse_args().draws
    is_kept = True
    for name, (is_there, world) in WORLDS.items():
        truth = np.mean([ledger(world, np.random.default_rng([11, s]))[1] for s in range(20)])
        found = Counter(answered(world, seed) for seed in range(draws))
        share = found["found"] / draws
        is_kept &= is_there is None or (share >= POWER if is_there else share <= FALSE)
        said = ", ".join(f"{key} {found[key] / draws:6.1%}" for key in ("found", "not", "untold"))
        print(f"{name:<32} {truth:4.0%} of the time: {said}", flush=True)
    return int(not is_kept)


def answered(world: World, seed: int) -> str:
    """Return how looking for it ends; remedies are not played."""
    answer = judge(fitted(world, seed), remedies=())
    if isinstance(answer, Diagnosis):
        return "found"
    return "not" if isinstance(answer, Absent) else "untold"


if __name__ == "__main__":
    raise SystemExit(main())
