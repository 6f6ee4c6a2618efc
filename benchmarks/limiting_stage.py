"""Bottleneck: how often a stage is named that holds everything back, and how often one that is not.

``make bench BENCH=limiting_stage``

Made-up teams, played event by event with working days, unequal people, part-time reviewers and
absences, of four kinds: review (or checks, or deployment) is at its limit; no stage is; there is
too little to tell; something else makes the same numbers. Promised is that the stage is named in
80 % of the worlds of the first kind, and none in more than 5 % of each other world; and that a
wrong stage is named in no more than 5 % of any.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.diagnose.review_records import first, fit, records  # noqa: E402
from tests.diagnose.review_worlds import ReviewWorld  # noqa: E402
from trueup.diagnose.diagnosis import Diagnosis  # noqa: E402
from trueup.diagnose.mechanisms import limiting_stage  # noqa: E402
from trueup.model.evidence import Abstention  # noqa: E402
from trueup.simulate.flow import calibrating  # noqa: E402
from trueup.simulate.flow.recorded import Recorded  # noqa: E402

W = ReviewWorld
PRESENT = {
    "review, 1.15 times too much": W(busy=1.15),
    "review, 1.3 times": W(busy=1.3),
    "review, 1.6 times": W(busy=1.6),
    "review, 1.3 times since week 13": W(busy=1.3, until_then=0.8),
    "review, 1.3 times, once a day": W(busy=1.3, looks_every=1),
    "review, 1.3 times, in no order": W(busy=1.3, is_in_order=False),
    "review, changes 1.9 times as large": W(busy=1.0, larger=1.9),
    "deployment, 1.3 times": W(deploying=1.3),
    "checks, 1.3 times": W(checking=1.3),
    "coding, 1.3 times": W(busy=0.6, wanted=1.3),
    "deployment and review, 1.3 times": W(busy=1.3, deploying=1.3),
}
ABSENT = {
    "reviewers busy 0.6 of their time": W(busy=0.6),
    "reviewers busy 0.8 of their time": W(busy=0.8),
    "too little to do": W(busy=0.8, wanted=0.75),
    "coding faster since week 13": W(busy=0.75, until_then=0.5),
}
TOO_LITTLE = {
    "8 weeks, 1.3 times too much": W(busy=1.3, weeks=8),
    "1.3 times too much since week 22": W(busy=1.3, until_then=0.8, turns_in=22),
    "a change of a team in 2 weeks": W(wanted=0.02),
}
RIVALS = {
    "holiday of 2 weeks": W(holiday=(20, 22)),
    "wave of incidents, now": W(wave=(21, 26)),
    "burst, over": W(busy=0.65, burst=(15, 19)),
    "burst, now": W(busy=0.65, burst=(22, 26)),
    "a look a day": W(looks_every=1),
    "a look a week": W(looks_every=5),
    "changes 1.6 times as large": W(busy=0.55, larger=1.6),
    "reviewers away, over": W(absent=(15, 20)),
    "reviewers away, now": W(absent=(21, 26)),
    "a twelfth is forgotten": W(forgotten=0.08),
    "a fifth is forgotten": W(forgotten=0.2),
    "authors answer after a week": W(silent=40.0),
}
NOT_TOLD = {
    "review 1.5 times, 2 under way a coder": W(busy=1.5, most_under_way=2),
}
"""Review holds everything back, and coders who hold back hide it: printed, nothing is promised."""
KINDS: Mapping[str, Mapping[str, ReviewWorld]] = {
    "present": PRESENT,
    "absent": ABSENT,
    "too little": TOO_LITTLE,
    "rival": RIVALS,
    "hidden": NOT_TOLD,
}
POWER, FALSE = 0.8, 0.05
MOST_TEAMS, FEW_TEAMS = 20, 6
"""Worlds have so many teams; of the first few alone it is asked once more."""
SIZES: dict[int, set[str]] = {MOST_TEAMS: set(PRESENT), FEW_TEAMS: set()}
"""Teams, and for which worlds power is promised."""


def answered(told: Recorded) -> str:
    """Return the stage that is named, else the kind of answer."""
    flow = fit(told, draws=20)
    if isinstance(flow, Abstention):
        return "Abstention"
    answer = limiting_stage.judge(flow)
    if isinstance(answer, Diagnosis):
        return answer.claim.partition(" ")[0].lower()
    return type(answer).__name__


def main() -> int:
    """Print what is answered in each world; return 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    asked = parser.parse_args()
    broken = 0
    with (
        patch.object(limiting_stage, "remedies", lambda *_: ()),
        patch.object(calibrating, "_PLAYED_SERVICES", 600),
    ):
        for kind in asked.kinds:
            for name, world in KINDS[kind].items():
                seen: dict[int, Counter[str]] = {teams: Counter() for teams in SIZES}
                for seed in range(asked.draws):
                    whole = records(replace(world, teams=MOST_TEAMS), seed)
                    for teams, counts in seen.items():
                        counts[answered(first(whole, teams))] += 1
                for teams, counts in seen.items():
                    right = _right(kind, world)
                    broken += told(kind, name, counts, right, teams)
    print(f"{broken} promises are not kept")
    return int(broken > 0)


def _right(kind: str, world: ReviewWorld) -> str:
    if world.deploying or world.checking:
        return "deployment" if world.deploying else "checks"
    if kind == "present" and world.wanted:
        return "coding"
    return "review" if kind in ("present", "hidden") else ""


def told(kind: str, name: str, seen: Counter[str], right: str, teams: int) -> int:
    """Print one world and return how many promises it breaks."""
    draws = seen.total()
    wrong = sum(
        seen[stage] for stage in ("coding", "review", "checks", "deployment") if stage != right
    )
    kept = [wrong <= FALSE * draws]
    if kind == "present" and name in SIZES[teams]:
        kept.append(seen[right] >= POWER * draws)
    shares = ", ".join(f"{what} {count / draws:.1%}" for what, count in seen.most_common())
    note = "" if all(kept) else "  NOT KEPT"
    print(f"{teams:>3} teams  {kind:<10} {name:<40} {shares}{note}", flush=True)
    return kept.count(False)


if __name__ == "__main__":
    raise SystemExit(main())
