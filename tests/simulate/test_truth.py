"""What adoption did, worked out by hand or held against a second world."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trueup.errors import EstimateError
from trueup.simulate.organisation import make_team_weeks
from trueup.simulate.scenario import SCENARIOS, Confounding, Effects, Response, Scenario, Use, Work
from trueup.simulate.teams import NEVER, Teams, draw_teams
from trueup.simulate.truth import compare
from trueup.simulate.usage import draw_usage
from trueup.simulate.world import PLAIN, draw_luck, play, strength

SOUND = "sound_changes_per_developer_week"
MERGED = "merged_changes_per_developer_week"
QUICK = Scenario(
    teams=60,
    weeks=60,
    seed=5,
    is_detailed=False,
    use=Use(first_week=20, last_week=40),
    response=Response(full_after=1, spread=0.0),
)


def teams_that_adopt(*weeks: int) -> Teams:
    """Return teams of which only the week of adoption matters."""
    drawn = draw_teams(replace(QUICK, teams=max(2, len(weeks))))
    adopts_in = np.array(weeks)
    return replace(drawn, adopts_in=adopts_in, is_hidden=np.zeros(len(weeks), dtype=bool))


def test_the_truth_is_the_difference_between_the_twins_on_treated_weeks_only() -> None:
    """Team 1 adopts in week 1 of three, team 2 never; only weeks 1 and 2 of team 1 count.

    Week 1: 6 against 4; week 2: 9 against 6. Level (2 + 3) / 2; ratio 15 / 10 - 1; the logarithms
    both differ by ln 1.5.
    """
    happened = {"y": np.array([[5.0, 6.0, 9.0], [7.0, 7.0, 7.0]])}
    twin = {"y": np.array([[5.0, 4.0, 6.0], [1.0, 1.0, 1.0]])}
    found = compare(teams_that_adopt(1, NEVER), happened, twin)["y"]
    assert found.level == 2.5
    assert found.proportional == 0.5
    assert found.log == pytest.approx(np.log(1.5))
    assert found.levels.tolist() == [2.0, 3.0]
    assert found.cells.tolist() == [1.0, 1.0]
    assert found.within(1).level == 2.0


def test_a_week_that_one_of_the_twins_does_not_observe_is_left_out() -> None:
    happened = {"y": np.array([[1.0, np.nan, 3.0], [1.0, 1.0, 1.0]])}
    twin = {"y": np.array([[1.0, 5.0, 1.0], [1.0, np.nan, 1.0]])}
    found = compare(teams_that_adopt(0, 1), happened, twin)["y"]
    assert found.cells.tolist() == [1.0, 1.0, 1.0]
    assert found.level == 2 / 3


def test_nought_has_a_difference_but_no_logarithm_and_no_proportion() -> None:
    happened, twin = {"y": np.array([[2.0, 2.0], [0.0, 0.0]])}, {"y": np.zeros((2, 2))}
    found = compare(teams_that_adopt(0, NEVER), happened, twin)["y"]
    assert (found.level, found.proportional, found.log) == (2.0, None, None)


def test_where_nobody_adopts_there_is_no_truth_to_tell() -> None:
    found = compare(teams_that_adopt(NEVER, NEVER), {"y": np.ones((2, 3))}, {"y": np.ones((2, 3))})
    assert found["y"].level is None


def test_without_effects_the_twins_are_equal_in_everything_but_the_use_of_ai() -> None:
    truth = make_team_weeks(Scenario(teams=2, weeks=3, use=Use(first_week=1, last_week=1))).truth
    used = {name for name, one in truth.outcomes.items() if one.level}
    assert used <= {
        *("ai_active_developers_ratio", "ai_hours_per_developer_week"),
        *("tokens_per_developer_week", "ai_marked_changes_ratio"),
    }
    assert truth.outcomes[MERGED].cells.sum() > 0


def begun(scenario: Scenario) -> tuple[int, int]:
    """Count the changes begun in adopted weeks, with adoption and without."""
    teams = draw_teams(scenario)
    usage = draw_usage(scenario, teams)
    strong = strength(scenario, teams, usage)
    luck = draw_luck(scenario, teams, strong)
    counts = []
    for world in (strong, np.zeros_like(strong)):
        changes = play(scenario, teams, luck, world, usage)
        plain = changes.luck[changes.kind == PLAIN]
        counts.append(int((strong[luck.cell[plain]] > 0).sum()))
    return counts[0], counts[1]


@pytest.mark.parametrize("effect", [-0.3, 0.2, 0.4])
def test_the_rate_of_changes_moves_by_the_effect_asked_for(effect: float) -> None:
    """Thinning: of changes begun in the larger world, the smaller keeps exp(-|effect|)."""
    many = replace(QUICK, teams=400, effects=Effects(changes=effect))
    one, other = begun(many)
    fewer, more = sorted((one, other))
    share = np.exp(-abs(effect))
    error = np.sqrt(share * (1 - share) / more)
    assert (one > other) is (effect > 0)
    assert abs(fewer / more - share) < 4 * error


def test_twice_the_effect_is_twice_the_logarithm() -> None:
    single, double = (
        begun(replace(QUICK, teams=400, effects=Effects(changes=by))) for by in (0.2, 0.4)
    )
    gaps = [np.log(one / other) for one, other in (single, double)]
    assert gaps[1] / gaps[0] == pytest.approx(2.0, rel=0.05)


@pytest.mark.parametrize(
    ("effects", "outcome"),
    [
        (Effects(lead_time=0.3), "lead_time_mean_seconds"),
        (Effects(review_wait=0.5), "review_wait_mean_seconds"),
        (Effects(incidents=0.7), "incidents_per_change"),
        (Effects(rework=0.7), "rework_ratio"),
        (Effects(changes=0.3), "work_items_done_per_developer_week"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_each_effect_reaches_the_outcome_it_is_named_after(effects: Effects, outcome: str) -> None:
    found = make_team_weeks(replace(QUICK, teams=120, effects=effects)).truth.outcomes[outcome]
    expected = np.exp(max(vars_of(effects))) - 1
    assert found.proportional is not None
    assert 0.4 * expected < found.proportional < 1.15 * expected


def vars_of(effects: Effects) -> list[float]:
    """Return the sizes of all effects."""
    return [getattr(effects, name) for name in Effects.__dataclass_fields__]


def test_effects_grow_with_time_since_adoption() -> None:
    slow = replace(QUICK, teams=400, effects=Effects(changes=0.6), response=Response(full_after=20))
    found = make_team_weeks(slow).truth.outcomes[MERGED].proportions
    assert found[2:6].mean() < 0.5 * found[15:20].mean()


def naive(scenario: Scenario) -> tuple[float, float]:
    """Return a before-and-after comparison of adopters, and the truth, as proportions."""
    made = make_team_weeks(scenario)
    column = made.columns[SOUND]
    adopted = np.array([made.truth.adopted_in[team] for team in made.team_ids])[:, None]
    week = np.arange(column.shape[1])
    after, before = (adopted >= 0) & (week >= adopted), week < adopted
    truth = made.truth.outcomes[SOUND].proportional
    assert truth is not None
    return float(np.nanmean(column[after]) / np.nanmean(column[before]) - 1), truth


def test_calendar_growth_misleads_before_and_after_but_not_the_truth() -> None:
    quiet = replace(QUICK, teams=150, effects=Effects(changes=-0.2))
    loud = replace(quiet, confounding=Confounding(calendar_growth=0.8))
    (plain, truth), (misled, same) = naive(quiet), naive(loud)
    assert plain == pytest.approx(truth, abs=0.08)
    assert misled > plain + 0.15
    assert same == pytest.approx(truth, abs=0.02)


def test_in_the_confounded_scenario_the_naive_answer_loses_half_of_the_harm() -> None:
    misled, truth = naive(SCENARIOS["confounded"])
    assert truth < -0.1
    assert misled > truth / 2


def test_good_teams_adopt_when_quality_drives_adoption() -> None:
    lot, driven = (
        draw_teams(replace(QUICK, teams=400, confounding=Confounding(quality_drives_adoption=by)))
        for by in (0.0, 2.0)
    )
    gaps = [
        teams.quality[teams.adopts_in != NEVER].mean()
        - teams.quality[teams.adopts_in == NEVER].mean()
        for teams in (lot, driven)
    ]
    assert abs(gaps[0]) < 0.35
    assert gaps[1] > 1.0


def test_adoption_after_a_burst_follows_the_busiest_weeks() -> None:
    driven = Confounding(shock=0.3, shock_persistence=0.8, burst_drives_adoption=5.0)
    teams = draw_teams(replace(QUICK, teams=200, confounding=driven))
    adopters = np.flatnonzero(teams.adopts_in != NEVER)
    before = teams.shock[adopters, teams.adopts_in[adopters] - 1]
    later = teams.shock[adopters, teams.adopts_in[adopters] + 12]
    assert before.mean() > 0.3
    assert abs(later.mean()) < 0.1


def test_below_the_cliff_nothing_happens_and_above_it_everything() -> None:
    cliff = replace(
        QUICK,
        teams=300,
        effects=Effects(changes=0.5),
        response=Response(shape="cliff", cliff_hours=8.0, full_after=1, spread=0.0),
    )
    teams = draw_teams(cliff)
    usage = draw_usage(cliff, teams)
    strong = strength(cliff, teams, usage)
    assert set(strong[usage.hours <= 8.0]) == {0.0}
    assert set(strong[usage.hours > 8.0]) == {1.0}


def test_foundations_protect_from_harm_when_they_are_said_to() -> None:
    guarded = replace(QUICK, response=Response(protection=0.8, spread=0.0, full_after=1))
    teams = replace(draw_teams(guarded), foundation=np.linspace(0, 1, QUICK.teams))
    strong = strength(guarded, teams, draw_usage(guarded, teams)).reshape(QUICK.teams, -1)
    ever = teams.adopts_in != NEVER
    expected = 1 + 0.8 * (1 - 2 * teams.foundation[ever])
    assert strong[ever, -1] == pytest.approx(expected)


def test_more_changes_than_reviewers_can_take_make_everything_wait() -> None:
    """Capacity 1.2 times the usual, half as many changes again: the queue grows without end."""
    pushed = replace(QUICK, effects=Effects(changes=0.5), work=Work(review_capacity=1.2))
    free = replace(pushed, work=Work())
    waits = [
        make_team_weeks(one).truth.outcomes["review_wait_mean_seconds"] for one in (pushed, free)
    ]
    assert waits[0].proportional is not None
    assert waits[0].proportional > 1.0
    assert waits[1].proportional == pytest.approx(0.0, abs=0.02)
    assert waits[0].levels[20] > 3 * waits[0].levels[3]


def test_a_token_policy_inflates_tokens_of_ranked_teams_and_nothing_else() -> None:
    plain = replace(QUICK, use=replace(QUICK.use, policy_week=45))
    maxed = replace(plain, use=replace(plain.use, tokenmaxxing=0.7))
    columns = [make_team_weeks(one).columns for one in (plain, maxed)]
    teams = draw_teams(maxed)
    tokens = [one["tokens_per_developer_week"] for one in columns]
    ranked, late = teams.is_ranked, slice(45, None)
    ratio = tokens[1][ranked, late].sum() / tokens[0][ranked, late].sum()
    assert ratio == pytest.approx(np.exp(0.7), rel=1e-4)
    assert tokens[1][~ranked].tolist() == tokens[0][~ranked].tolist()
    assert np.array_equal(columns[0][SOUND], columns[1][SOUND], equal_nan=True)


def test_hidden_use_acts_and_is_not_seen() -> None:
    hidden = replace(QUICK, effects=Effects(changes=0.4), use=replace(QUICK.use, hidden_ratio=1.0))
    made = make_team_weeks(hidden)
    assert set(made.truth.adopted_in.values()) == {NEVER}
    assert made.columns["ai_active_developers_ratio"].sum() == 0
    open_use = make_team_weeks(replace(hidden, use=QUICK.use))
    assert np.array_equal(made.columns[SOUND], open_use.columns[SOUND], equal_nan=True)


def test_the_share_of_unmarked_use_is_the_one_asked_for() -> None:
    marked = [
        make_team_weeks(replace(QUICK, use=replace(QUICK.use, unmarked_ratio=ratio)))
        .truth.outcomes["ai_marked_changes_ratio"]
        .level
        for ratio in (0.0, 0.5, 1.0)
    ]
    assert marked[2] == 0.0
    assert marked[0] is not None
    assert marked[1] == pytest.approx(marked[0] / 2, rel=0.05)


@pytest.mark.parametrize(
    "wrong", [{"teams": 1}, {"weeks": 2}, {"use": Use(adopting_ratio=1.5)}], ids=str
)
def test_a_world_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(EstimateError):
        Scenario(**wrong)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_scenario_can_be_made(name: str) -> None:
    small = replace(SCENARIOS[name], teams=8, weeks=104)
    assert make_team_weeks(small).truth.outcomes[SOUND].cells.sum() > 0
