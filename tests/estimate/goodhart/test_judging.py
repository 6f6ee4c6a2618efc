"""The four answers on inflated tokens, each in a world in which it is the right one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from tests.estimate.goodhart.token_panels import drawn, undated
from trueup.estimate.goodhart.finding import Goodhart, Verdict
from trueup.estimate.goodhart.judging import judge
from trueup.estimate.panel import Panel
from trueup.model.evidence import Abstention
from trueup.simulate.token_weeks import TokenWorld

SEED = 2


def judged(panel: Panel) -> Goodhart:
    found = judge(panel, seed=1)
    assert isinstance(found, Goodhart)
    return found


def answers(found: Goodhart) -> dict[str, str]:
    signs = {sign.name: str(sign.answer) for sign in found.signs}
    return signs | {rival.name: rival.answer for rival in found.rivals}


@pytest.mark.parametrize(
    ("world", "verdict"),
    [
        (TokenWorld(seed=SEED, inflation=0.7), "inflated"),
        (TokenWorld(seed=SEED, inflation=0.2), "inflated"),
        (TokenWorld(seed=SEED), "no sign"),
        (TokenWorld(seed=SEED, exposed=40), "rose, cause unknown"),
        (TokenWorld(seed=SEED, teams=12, exposed=6, noise=0.8), "cannot tell"),
    ],
)
def test_each_world_gets_its_answer(world: TokenWorld, verdict: Verdict) -> None:
    assert judged(drawn(world)).verdict == verdict


def test_half_of_the_tokens_are_inflated_where_they_were_doubled() -> None:
    """A rise of 0.7 log points: 1 - exp(-0.7) = 0.503."""
    found = judged(drawn(TokenWorld(seed=SEED, inflation=0.7)))
    assert found.share is not None
    assert found.share.interval.low < 0.503 < found.share.interval.high
    assert found.share.value == pytest.approx(0.503, abs=0.05)
    assert "inflated by about" in found.says
    assert f"{100 * found.share.value:.0f} %" in found.says
    assert len(found.shown_signs) >= 2
    assert found.naive is not None
    assert found.rise is not None
    assert found.naive.value > found.rise.value


@pytest.mark.parametrize(
    ("world", "rival"),
    [
        (TokenWorld(seed=SEED, onboarding=0.3), "onboarding"),
        (TokenWorld(seed=SEED, migration=0.3), "migration"),
        (TokenWorld(seed=SEED, pricier_model=0.3), "new_model"),
        (TokenWorld(seed=SEED, agents=0.3), "agents"),
    ],
)
def test_an_honest_rise_is_never_called_inflated(world: TokenWorld, rival: str) -> None:
    found = judged(drawn(world))
    assert found.verdict == "rose, cause unknown"
    said = answers(found)
    assert said[rival] == "may explain it"
    others = {"onboarding", "migration", "new_model", "agents"} - {rival}
    assert {said[each] for each in others} == {"ruled out"}


def test_a_look_alike_that_nobody_measured_is_named_as_not_ruled_out() -> None:
    panel = drawn(TokenWorld(seed=SEED, inflation=0.7), without=("agents_ratio",))
    rival = next(each for each in judged(panel).rivals if each.name == "agents")
    assert rival.answer == "not measured"
    assert "not known" in rival.says


def test_a_cheaper_wordier_model_moves_tokens_and_not_dollars() -> None:
    panel = drawn(TokenWorld(seed=SEED, inflation=0.5))
    flat = np.where(panel.treated, np.exp(-0.5), 1.0) * panel.column("constant_dollars")
    found = judged(replace(panel, columns={**panel.columns, "constant_dollars": flat}))
    assert answers(found)["price"] == "may explain it"
    assert found.verdict == "rose, cause unknown"


def test_more_work_at_a_token_for_a_token_is_not_called_inflated() -> None:
    """Work and tokens both grow by 0.5 log points: at a rate of 0.6, 0.2 would seem inflated."""
    panel = drawn(TokenWorld(seed=SEED, changes=40.0))
    more = np.where(panel.treated, np.exp(0.5), 1.0)
    grown = {name: more * panel.column(name) for name in ("tokens", "surviving_changes")}
    found = judged(replace(panel, columns={**panel.columns, **grown}))
    assert answers(found)["more_work"] == "may explain it"
    assert found.verdict == "rose, cause unknown"


def test_a_rise_without_two_signs_of_gaming_is_of_unknown_cause() -> None:
    gone = ("discard_ratio", "looped_ratio", "is_month_end")
    found = judged(drawn(TokenWorld(seed=SEED, inflation=0.2), without=gone))
    assert found.verdict == "rose, cause unknown"
    assert "signs" in found.says


def test_all_five_signs_are_asked_and_those_not_recorded_are_said_to_be() -> None:
    found = judged(drawn(TokenWorld(seed=SEED, inflation=0.7)))
    said = {sign.name: sign.answer for sign in found.signs}
    assert said == {
        "elasticity_falls": "shown",
        "more_discarded": "shown",
        "more_repeated_calls": "shown",
        "spikes_at_month_end": "shown",
        "bunching_over_threshold": "not measured",
    }


def test_teams_that_parted_before_the_policy_are_not_called_inflated() -> None:
    panel = drawn(TokenWorld(seed=SEED, inflation=0.3))
    parted = panel.ever_treated[panel.unit] & (panel.period >= 13)
    tokens = panel.column("tokens") * np.where(parted, np.exp(0.4), 1.0)
    found = judged(replace(panel, columns={**panel.columns, "tokens": tokens}))
    assert [check.answer for check in found.checks] == ["fails"]
    assert found.verdict == "rose, cause unknown"


def test_a_date_nobody_wrote_down_is_found_against_the_others() -> None:
    panel = undated(drawn(TokenWorld(seed=SEED, inflation=0.7)), named=True)
    found = judged(panel)
    assert found.verdict == "inflated"
    assert found.turn is not None
    assert found.turn.against_others
    assert found.turn.week in {"week 25", "week 26", "week 27"}


def test_a_break_with_nobody_left_out_is_of_unknown_cause() -> None:
    panel = undated(drawn(TokenWorld(seed=SEED, inflation=0.7, exposed=40)), named=False)
    found = judged(panel)
    assert found.verdict == "rose, cause unknown"
    assert found.share is None
    assert found.turn is not None
    assert not found.turn.against_others


def test_two_teams_a_side_are_too_few_to_say_anything() -> None:
    found = judge(drawn(TokenWorld(seed=SEED, teams=4, exposed=2, inflation=0.7)), seed=1)
    assert isinstance(found, Abstention)
    assert "2 of 4 teams under it" in found.reason


def test_the_path_holds_two_arms_and_no_team() -> None:
    panel = drawn(TokenWorld(seed=SEED, inflation=0.7))
    path = judged(panel).path
    arms = Counter(dict(point.group)["arm"] for point in path)
    assert arms == {"exposed": 52, "unexposed": 52}
    assert min(point.n for point in path) == 20
    text = repr(judged(panel))
    assert not any(repr(team) in text for team in panel.units)


def test_the_same_year_gets_the_same_answer() -> None:
    panel = drawn(TokenWorld(seed=SEED, inflation=0.2))
    assert judge(panel, seed=3) == judge(panel, seed=3)
