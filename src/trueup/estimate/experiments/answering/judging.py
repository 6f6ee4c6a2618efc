"""The rule that turns the answer of an experiment into one of the words of the house.

None of what an experiment can see is throughput, so that the strongest word is *leaning*: what
lots say of days and tasks is an effect, and no verdict on value.
"""

from __future__ import annotations

import math
from typing import Literal

from trueup.estimate.assessment import Power, Verdict
from trueup.estimate.experiments.plan import ExperimentPlan
from trueup.estimate.inference.bounds import Bounds
from trueup.model.effect import Check

GATES = ("carry_over", "withheld", "unfinished")
"""Checks that stop the verdict where they fail: work that lots moved elsewhere is not compared."""


def judge(
    plan: ExperimentPlan,
    found: Bounds,
    narrow: tuple[float, float],
    checks: tuple[Check, ...],
    power: Power,
) -> Verdict:
    """Say what the difference between arms speaks for.

    Parameters
    ----------
    found, narrow
        As usual less without AI on the scale of the analysis; the interval of the equivalence
        test, at twice the error.
    """
    failed = next(
        (check for check in checks if check.name in GATES and check.answer == "fails"), None
    )
    if failed is not None:
        return Verdict(
            answer="cannot tell",
            because=f"The design fails a check: {failed.says}",
            would_settle="An experiment in which work is neither put off nor withheld: shorter "
            "tasks, lots by task, or a word with those who take part.",
            decided_by=plan.outcome,
        )
    sign = 1.0 if plan.asked.better == "higher" else -1.0
    low, high = sorted((sign * found.low, sign * found.high))
    delta = plan.smallest if plan.is_relative_to_usual else math.log1p(plan.smallest)
    towards: Literal["gain", "harm", ""] = "gain" if low > 0 else "harm" if high < 0 else ""
    capped = f"The strongest word here is leaning: {plan.asked.why_not_throughput}."
    if -delta < min(narrow) and max(narrow) < delta:
        return Verdict(
            answer="leaning",
            towards=towards,
            because="Any difference larger than the smallest of interest is ruled out.",
            would_settle="",
            capped=capped,
            decided_by=plan.outcome,
        )
    if towards:
        return Verdict(
            answer="leaning",
            towards=towards,
            because=_because(towards, beyond=low > delta or high < -delta),
            would_settle="The same on throughput, or on other people.",
            capped=capped,
            decided_by=plan.outcome,
        )
    return Verdict(
        answer="cannot tell",
        because="The interval holds no difference at all and differences large enough to matter.",
        would_settle=power.says,
        decided_by=plan.outcome,
    )


def _because(towards: str, *, beyond: bool) -> str:
    side = "better" if towards == "gain" else "worse"
    how_far = (
        "beyond the smallest of interest" if beyond else "but reaches ones too small to matter"
    )
    return f"Days or tasks as usual, with AI, are {side}: the whole interval says so, {how_far}."
