"""The cliff in practice: how often it is called where there is none, and found where there is.

    python benchmarks/practice_cliff.py [--draws 200] [--seconds 600] [--teams 60 200 400]

Every world is a made-up organisation of teams of ten over two years that adopt in the first half
year, all of them; points of practice grow by quarter and tell in the quarter after. Asked is about
sound changes per developer-week in the quarter after, by `cliffs_of_practice`, each unit compared
with itself; sizes are in log points of the rate of changes. Points are seen as sessions and files
show them together (two of ten are never seen to lack), and beside it as if everything were seen.
199 bootstrap draws. Every share stands with its Monte Carlo error and its number of worlds, also
where time cut it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from trueup.estimate.assessment import Threshold  # noqa: E402
from trueup.estimate.practices.asking import panel_of_quarters  # noqa: E402
from trueup.estimate.practices.cliff import cliffs_of_practice  # noqa: E402
from trueup.measure.practices.quarters import OUTPUT  # noqa: E402
from trueup.simulate.organisation import make_team_weeks  # noqa: E402
from trueup.simulate.practised.quarters import Seen, quarters_of  # noqa: E402
from trueup.simulate.scenario import Effects, Practising, Response, Scenario, Use  # noqa: E402

BOOTSTRAP = 199
SUPPORTED = "cliff supported"


@dataclass(frozen=True, kw_only=True)
class World:
    """What is true: how large, of which shape, and whether the best teams practise most."""

    changes: float = 0.0
    shape: str = "flat"
    quality_drives: float = 0.0

    def scenario(self, teams: int, seed: int) -> Scenario:
        """Return the organisation."""
        return Scenario(
            teams=teams,
            people_per_team=10,
            seed=seed,
            is_detailed=False,
            effects=Effects(changes=self.changes),
            response=Response(dose="points", shape=self.shape, spread=0.0, full_after=1),  # type: ignore[arg-type]
            use=Use(first_week=2, last_week=25, adopting_ratio=1.0),
            practising=Practising(start=3, growth=0.8, quality_drives=self.quality_drives),
        )


WORLDS = {
    "nothing": World(),
    "nothing, the best practise most": World(quality_drives=2.0),
    "slope .5 over ten points": World(changes=0.5, shape="line"),
    "slope 1 over ten points": World(changes=1.0, shape="line"),
    "cliff .3": World(changes=0.3, shape="cliff"),
    "cliff .5": World(changes=0.5, shape="cliff"),
}


def answer(rows: pa.Table) -> str:
    """Return what is said of sound changes."""
    panel = panel_of_quarters(rows, (OUTPUT,))
    (found,) = cliffs_of_practice(panel, (OUTPUT,), draws=BOOTSTRAP)
    return found.answer if isinstance(found, Threshold) else "abstains"


def rate(hits: int, n: int) -> str:
    """Say a share with its Monte Carlo error."""
    share = hits / n if n else float("nan")
    return f"{share:.3f} ({np.sqrt(share * (1 - share) / max(n, 1)):.3f} of {n})"


def main() -> None:
    """Print, by world and size, how often each answer is given."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=200, help="worlds a line")
    parser.add_argument("--seconds", type=float, default=600, help="CPU time a line may take")
    parser.add_argument("--teams", type=int, nargs="*", default=[60, 200, 400])
    parser.add_argument("--worlds", nargs="*", default=list(WORLDS), choices=list(WORLDS))
    asked = parser.parse_args()
    for teams in asked.teams:
        for name in asked.worlds:
            said: dict[Seen, Counter[str]] = {"everything": Counter(), "sessions": Counter()}
            stop = time.process_time() + asked.seconds
            for seed in range(asked.draws):
                if time.process_time() > stop:
                    break
                made = make_team_weeks(WORLDS[name].scenario(teams, 1000 + seed))
                for seen, counted in said.items():
                    counted[answer(quarters_of(made, seen=seen))] += 1
            for seen, counted in said.items():
                n = counted.total()
                told = ", ".join(f"{each} {number}" for each, number in counted.most_common())
                print(
                    f"{teams:4} {name:32} {seen:10} cliff {rate(counted[SUPPORTED], n)}   {told}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
