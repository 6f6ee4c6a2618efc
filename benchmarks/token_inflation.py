"""Tokens burned because they are counted: how often the doctor finds it, and how often wrongly.

``make bench BENCH=token_inflation``

Made-up years of 40 teams, half of them counted from the middle on: in which it is there, in which
it is not, of which too little is recorded, and in which something else raised tokens. Promised is
to find it in at least 80 % of years with a half more tokens (0.4 log points), and to claim it in
at most 5 % of each of the others.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.goodhart import drawn
from trueup.diagnose.diagnosis import Absent, Diagnosis
from trueup.diagnose.mechanisms.token_inflation import told
from trueup.estimate.goodhart.judging import judge
from trueup.estimate.panel import Panel
from trueup.simulate.token_weeks import TokenWorld

POWER, FALSE = 0.80, 0.05
Drawing = Callable[[int], Panel]


def year(**kind: float) -> Drawing:
    """Return a drawing of one kind of world."""
    return lambda seed: drawn(TokenWorld(seed=seed, **kind))  # type: ignore[arg-type]


def more_work(seed: int) -> Panel:
    """Teams that are counted do more work, at a token for a token."""
    panel = drawn(TokenWorld(seed=seed, changes=40.0))
    more = np.where(panel.treated, np.exp(0.5), 1.0)
    grown = {name: more * panel.column(name) for name in ("tokens", "surviving_changes")}
    return replace(panel, columns={**panel.columns, **grown})


def without_signs(seed: int) -> Panel:
    """Inflated, and nothing but tokens and work is recorded."""
    panel = drawn(TokenWorld(seed=seed, inflation=0.4))
    kept = {n: panel.columns[n] for n in ("tokens", "surviving_changes", "constant_dollars")}
    return replace(panel, columns=kept)


WORLDS: dict[str, tuple[bool, Drawing]] = {
    "there, 0.4": (True, year(inflation=0.4)),
    "there, 0.7": (True, year(inflation=0.7)),
    "not there": (False, year()),
    "not there, twice the noise": (False, year(noise=0.6)),
    "too little: 2 of 4 teams": (False, year(teams=4, exposed=2, inflation=0.4)),
    "too little: nobody left out": (False, year(exposed=40, inflation=0.4)),
    "too little: no signs recorded": (False, without_signs),
    "something else: onboarding": (False, year(onboarding=0.3)),
    "something else: migration": (False, year(migration=0.3)),
    "something else: another model": (False, year(pricier_model=0.3)),
    "something else: agents": (False, year(agents=0.3)),
    "something else: more work": (False, more_work),
}


def main() -> int:
    """Draw years; return 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=200)
    draws = parser.parse_args().draws
    is_kept = True
    for name, (is_there, drawing) in WORLDS.items():
        found = Counter(answered(drawing(seed), seed) for seed in range(draws))
        share = found["found"] / draws
        is_kept &= share >= POWER if is_there else share <= FALSE
        said = ", ".join(f"{key} {found[key] / draws:6.1%}" for key in ("found", "not", "untold"))
        print(f"{name:<32} {said}", flush=True)
    return int(not is_kept)


def answered(panel: Panel, seed: int) -> str:
    """Return how looking for it ends."""
    answer = told(judge(panel, seed=seed))
    if isinstance(answer, Diagnosis):
        return "found"
    return "not" if isinstance(answer, Absent) else "untold"


if __name__ == "__main__":
    raise SystemExit(main())
