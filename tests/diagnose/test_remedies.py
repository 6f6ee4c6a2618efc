"""Remedies: what each surely buys, and in which order what is found comes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trueup.diagnose.diagnosis import Diagnosis, Evidence, Remedy
from trueup.diagnose.examining import _rank
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Interval, Window
from trueup.model.simulated import Simulated
from trueup.simulate.intervention import Intervention
from trueup.units import RATIO, RELATIVE

DO = Intervention(does="Do it", plays=None, watch="It.")
SPARED = Estimate(
    outcome="inflated_tokens_ratio",
    estimand="share",
    design="made up",
    estimator="made_up",
    value=0.5,
    unit=RATIO,
    standard_error=None,
    interval=Interval(low=0.4, high=0.6, method="made up"),
    speaks_of="these units",
    n_rows=1,
    n_units=1,
    n_treated=1,
    n_clusters=1,
    assumptions=(),
    window=Window(start_at=0, end_at=1),
    source="made up",
)
FASTER = Simulated(
    quantity="throughput_against_as_it_is",
    value=0.1,
    unit=RELATIVE,
    interval=Interval(low=0.05, high=0.15, method="made up"),
    playing_error=0.0,
    n_draws=1,
    n_runs=0,
    assumptions=(),
    calibrated_by="made up",
)
SPENT = Remedy(intervention=DO, gain=SPARED, buys="spend")
WORK = Remedy(intervention=DO, gain=FASTER)
UNTOLD = Remedy(intervention=DO, gain=Abstention(metric="x", reason="None.", remedy="None."))


def found(name: str, *remedies: Remedy) -> Diagnosis:
    return Diagnosis(
        mechanism=name,
        claim="It is so.",
        strength="weak",
        evidence=(Evidence(says="It", value=SPARED),),
        rivals=(),
        would_change=("It is not so.",),
        remedies=remedies,
    )


@pytest.mark.parametrize(
    ("name", "low", "high", "least"),
    [
        ("inflated_tokens_ratio", 0.4, 0.6, 0.4),
        ("inflated_tokens_ratio", -0.1, 0.6, -0.1),
        ("tokens_cost", -0.6, -0.4, 0.4),
        ("tokens_cost", -0.6, 0.1, -0.1),
    ],
)
def test_an_estimate_buys_the_end_of_its_interval_that_is_worst_for_who_hopes(
    name: str, low: float, high: float, least: float
) -> None:
    gain = replace(SPARED, outcome=name, interval=Interval(low=low, high=high, method="made up"))
    remedy = Remedy(intervention=DO, gain=gain)
    assert remedy.least == least
    assert remedy.helps is (least > 0)


def test_work_comes_before_spend_and_what_nobody_can_play_comes_last() -> None:
    ranked = sorted(
        (found("a", UNTOLD), found("b", SPENT), found("c", WORK), found("d", SPENT, WORK)),
        key=_rank,
    )
    assert [one.mechanism for one in ranked] == ["c", "d", "b", "a"]
    assert found("d", SPENT, WORK).best is WORK
    assert found("b", UNTOLD, SPENT).best is SPENT
