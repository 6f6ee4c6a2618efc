"""Adoption moves the dose off nought: what any use does is allowed for, and is no cliff."""

from __future__ import annotations

import numpy as np
import pytest

from tests.estimate.cliff.worlds import (
    Floats,
    adopters,
    jump,
    line,
    once,
    sample_of,
    team_weeks,
)
from trueup.estimate.assessment import Threshold
from trueup.estimate.cliff.drawing import curve
from trueup.estimate.cliff.existence import Existence, search
from trueup.estimate.cliff.gates import unit_gate
from trueup.estimate.cliff.location import locate
from trueup.estimate.cliff.placebo import permuted_share
from trueup.estimate.cliff.rivals import compare
from trueup.estimate.cliff.sample import Sample, take_sample
from trueup.estimate.cliff.threshold import find_thresholds
from trueup.estimate.numerics.jump.ranked import rank_rows
from trueup.estimate.numerics.jump.scan import candidates, scan, sup_draws
from trueup.estimate.panel import Panel
from trueup.model.evidence import Abstention


def nothing(q: Floats) -> Floats:
    return 0 * q


def searched(sample: Sample, seed: int = 0, draws: int = 99) -> Existence:
    found = search(sample, draws=draws, rng=np.random.default_rng(seed))
    assert isinstance(found, Existence)
    return found


def asked(panel: Panel) -> Threshold:
    (found,) = find_thresholds(panel, ("y",), "q", within="unit", draws=99, seed=1)
    assert isinstance(found, Threshold)
    return found


def gates(found: Threshold) -> dict[str, str]:
    return {gate.name: gate.answer for gate in found.gates}


def test_adoption_alone_is_not_announced_as_a_jump() -> None:
    made = [sample_of(adopters(nothing, seed=seed), "unit") for seed in range(60)]
    assert np.mean([searched(sample).p < 0.05 for sample in made]) <= 0.1


def test_without_a_level_of_its_own_it_would_be() -> None:
    """The trap: any effect of adoption is a jump at the least dose."""
    refuted = []
    for seed in range(30):
        rows = sample_of(adopters(nothing, seed=seed), "unit").ranked(apart=False)
        found = scan(rows, candidates(rows))
        sups = sup_draws(rows, found, draws=99, rng=np.random.default_rng(seed))
        refuted.append((sups >= found.statistic.max()).sum() < 4)
    assert np.mean(refuted) > 0.5


def test_what_adoption_does_changes_nothing_the_search_says_of_doses() -> None:
    none, large = (adopters(jump(0.4), adoption=effect) for effect in (0.0, 3.0))
    one, other = searched(sample_of(none, "unit")), searched(sample_of(large, "unit"))
    assert other.p == one.p
    assert other.detectable == pytest.approx(one.detectable)
    assert other.found.jump == pytest.approx(one.found.jump)
    assert locate(other).pieces == locate(one).pieces


def test_rival_shapes_are_given_the_same_level() -> None:
    none, large = (sample_of(adopters(jump(0.4), adoption=e), "unit") for e in (0.0, 3.0))
    told = [compare(made, searched(made), rng=np.random.default_rng(0)) for made in (none, large)]
    for one, other in zip(*told, strict=True):
        assert (one.shape, one.place) == (other.shape, other.place)
        assert other.bic == pytest.approx(one.bic)
        assert other.error == pytest.approx(one.error)


@pytest.mark.parametrize("within", ["pooled", "unit"])
def test_each_jump_is_that_of_a_dense_regression_with_the_level_in_it(within: str) -> None:
    made = sample_of(adopters(jump(0.8), teams=40), within)  # type: ignore[arg-type]
    found = searched(made).found
    groups = np.eye(40)[made.unit] if within == "unit" else np.ones((made.y.size, 1))
    fixed = [groups, np.eye(20)[made.period][:, 1:], made.q[:, None], (made.q > 0)[:, None]]
    for k in (0, found.best, found.place.size - 1):
        columns = np.column_stack([*fixed, made.q > found.place[k]])
        expected = np.linalg.lstsq(columns, made.y, rcond=None)[0][-1]
        assert found.jump[k] == pytest.approx(expected)


def test_places_are_sought_among_the_middle_of_the_doses_in_use() -> None:
    made = sample_of(adopters(nothing), "unit")
    used = made.q[made.q > 0]
    low, high = searched(made).found.place[[-1, 0]]
    assert (used > low).mean() <= 0.85 < (used >= low).mean() + 0.02
    assert (used > high).mean() >= 0.15


def test_a_jump_among_doses_in_use_is_still_a_cliff_and_says_what_was_allowed_for() -> None:
    found = asked(adopters(jump(0.8), teams=150))
    assert found.answer == "cliff supported"
    assert found.location == pytest.approx(0.6, abs=0.02)
    assert found.jump is not None
    assert found.jump.interval.low <= 0.8 <= found.jump.interval.high
    assert "a level of any use" in found.jump.estimand
    assert found.says.endswith("what any use does, however little, is allowed for and is no jump.")


def test_a_line_among_doses_in_use_is_a_slope_whatever_adoption_does() -> None:
    assert asked(adopters(line, teams=150)).answer == "slope only"


@pytest.mark.parametrize("end", [-1, 0], ids=["least", "largest"])
def test_a_jump_at_the_end_of_the_doses_searched_is_not_a_cliff(end: int) -> None:
    """The set is narrow and all else holds, but where it ends was not searched."""
    panel = adopters(nothing, teams=150)
    place = searched(sample_of(panel, "unit")).found.place[end]
    panel.columns["y"][panel.columns["q"] > place] += 1.5
    found = asked(panel)
    told = next(gate for gate in found.gates if gate.name == "place")
    assert dict(told.figures)["share_of_range"] < 0.25
    assert "the end of what was searched" in told.says
    assert {name for name, answer in gates(found).items() if answer != "holds"} == {"place"}
    assert found.answer == "non-linear, shape unknown"
    assert found.jump is None


def test_teams_that_never_use_it_change_neither_places_nor_range() -> None:
    panel = adopters(nothing, teams=200)
    panel.columns["q"][panel.unit >= 40] = 0.0
    whole = sample_of(panel)
    rows = whole.ranked()
    used = whole.q > 0
    alone = rank_rows(
        whole.y[used], whole.q[used], whole.unit[used], nuisance=np.empty((used.sum(), 0))
    )
    assert rows.dose[candidates(rows)] == pytest.approx(alone.dose[candidates(alone)])
    span = np.ptp(np.quantile(whole.q[used], [0.01, 0.99]))
    assert locate(searched(whole)).span == pytest.approx(span)


def test_bends_are_sought_among_the_doses_in_use() -> None:
    made = sample_of(adopters(lambda q: 20 * np.maximum(q - 0.75, 0), teams=150), "unit")
    rivals = compare(made, searched(made), rng=np.random.default_rng(0))
    (bend,) = [rival.place for rival in rivals if rival.shape == "kink"]
    assert bend == pytest.approx(0.75, abs=0.05)


def gaining_more_where_use_is_heavy(seed: int) -> Panel:
    """Return teams of which heavy users gain more from any use; the dose itself does nothing."""
    panel = adopters(nothing, teams=150, wander=0.05, seed=seed)
    q = panel.columns["q"]
    usual = np.bincount(panel.unit, q) / np.maximum(np.bincount(panel.unit, q > 0), 1)
    panel.columns["y"][:] += 2.0 * (usual > 0.5)[panel.unit] * (q > 0)
    return panel


def test_heavy_users_that_gain_more_from_any_use_do_not_jump_themselves() -> None:
    """Compared with themselves without use they would: the gate compares them while in use."""
    told = []
    for seed in range(12):
        made = sample_of(gaining_more_where_use_is_heavy(seed), "unit")
        found = searched(made, draws=19)
        assert found.p == 1 / 20
        told.append(unit_gate(made, locate(found)).answer)
    assert told.count("fails") >= 8


def test_units_above_at_every_dose_in_use_do_not_cross() -> None:
    """Rows without a dose are no rows below the place."""
    panel = adopters(nothing, teams=150)
    q, low = panel.columns["q"], panel.unit < 75
    q[:] = np.where(q > 0, np.where(low, 0.3 + 0.2 * q, 0.6 + 0.2 * q), 0.0)
    panel.columns["y"][:] += 2.0 * (q > 0.55)
    assert gates(asked(panel))["within_unit"] == "cannot tell"


def test_shuffled_doses_do_not_show_what_adoption_does() -> None:
    made = sample_of(adopters(jump(0.8), adoption=2.0, teams=150), "unit")
    share, deals = permuted_share(made, searched(made), rng=np.random.default_rng(0))
    assert share == 1 / (1 + deals)


def test_the_drawing_shows_what_adoption_does() -> None:
    first, *rest = curve(sample_of(adopters(nothing, adoption=3.0, teams=150), "unit"))
    assert first[0] == 0
    assert np.mean([mean for _, mean, *_ in rest]) - first[1] == pytest.approx(3, abs=0.2)


def test_few_clusters_in_use_are_refused() -> None:
    panel = adopters(nothing, teams=60)
    panel.columns["q"][panel.unit >= 15] = 0.0
    found = take_sample(panel, "y", "q", (), "unit")
    assert isinstance(found, Abstention)
    assert "above nought in" in found.reason


def test_doses_below_nought_and_doses_never_nought_have_no_level_of_use() -> None:
    assert not sample_of(team_weeks(line)).apart
    made = once(line, 200)
    made.columns["q"][:] -= 0.5
    made.columns["q"][0] = 0.0
    assert not sample_of(made).apart
    assert sample_of(adopters(nothing)).apart
