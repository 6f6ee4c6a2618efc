"""Whether an effect differs with a condition before adoption, and the test that it does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.stats.multitest import multipletests

from tests.estimate.panels import made_panel
from trueup.errors import EstimateError
from trueup.estimate.assessment import Moderation
from trueup.estimate.moderators import Moderator, moderate
from trueup.estimate.panel import Floats, Panel
from trueup.estimate.question import Question, Scale
from trueup.model.evidence import Abstention

PERIODS = 12
COHORTS = [4, 6, 8, -1, -1]


def asked(
    panel: Panel, moderator: str | Moderator = "m", *, equivalence: float = 0.1, **question: Any
) -> Moderation:
    (found,) = moderate(
        panel, Question(outcome="y", **question), [moderator], equivalence=equivalence, seed=1
    )
    assert isinstance(found, Moderation), found
    return found


def refused(panel: Panel, moderator: str | Moderator, **question: Any) -> str:
    found = moderate(panel, Question(outcome="y", **question), [moderator], equivalence=0.1, seed=1)
    assert all(isinstance(each, Abstention) for each in found), found
    return " ".join(each.reason for each in found if isinstance(each, Abstention))


def wide(values: Floats) -> Floats:
    """Return the same value of a unit in every period."""
    return np.repeat(values[:, None], PERIODS, axis=1)


def spread(units: int, seed: int = 0) -> tuple[Floats, list[int]]:
    """Return a moderator with mean nought and standard deviation one, and adoption dates."""
    m = np.random.default_rng(seed).normal(size=units)
    return (m - m.mean()) / m.std(ddof=1), np.resize(COHORTS, units).tolist()


def since(adopted: list[int]) -> Floats:
    """Return periods since adoption plus one, nought before, ``(n_units, n_periods)``."""
    start = np.array(adopted)[:, None]
    passed = np.arange(PERIODS) - start + 1
    return np.where((start >= 0) & (passed > 0), passed, 0).astype(float)


def staggered(
    units: int = 40, *, slope: float = 0.3, noise: float = 0.0, seed: int = 0
) -> tuple[Panel, Floats, list[int]]:
    """Return effects that grow, and change by `slope` for one of ``m``; ``m`` bends by itself."""
    m, adopted = spread(units, seed)
    rng = np.random.default_rng(seed + 100)
    passed = since(adopted)
    course = np.sin(np.arange(PERIODS) / 2) * m[:, None] + 0.1 * np.arange(PERIODS)
    effect = (passed > 0) * (slope * m[:, None] - 0.2 * passed)
    y = rng.normal(size=(units, 1)) + course + effect + noise * rng.normal(size=(units, PERIODS))
    return made_panel({"y": y, "m": wide(m)}, adopted), m, adopted


def test_without_noise_the_slope_is_exact_though_effects_grow_and_the_moderator_has_a_course() -> (
    None
):
    panel, _, _ = staggered()
    found = asked(panel).interaction
    assert found.value == pytest.approx(0.3, abs=1e-9)


def test_a_regression_with_effects_of_unit_and_period_gets_it_wrong_there() -> None:
    """Growing effects of the treated serve as its comparisons: the trap we go round."""
    panel, m, adopted = staggered(slope=0.0)
    rng = np.random.default_rng(3)
    early = np.where(np.array(adopted) == 4, m + 1.5, m)
    y = panel.wide("y") + 0 * rng.normal(size=(40, PERIODS))
    y = y - np.sin(np.arange(PERIODS) / 2) * m[:, None]
    panel = made_panel({"y": y, "m": wide(early)}, adopted)
    on = since(adopted) > 0
    columns = [on.ravel(), (on * early[:, None]).ravel()]
    columns += [np.repeat(np.eye(40)[k], PERIODS) for k in range(40)]
    columns += [np.tile(np.eye(PERIODS)[t], 40) for t in range(1, PERIODS)]
    naive = sm.OLS(y.ravel(), np.column_stack(columns).astype(float)).fit()
    assert abs(naive.params[1]) > 0.05
    assert asked(panel).interaction.value == pytest.approx(0, abs=1e-9)


@pytest.fixture(scope="module")
def one_cohort() -> tuple[Panel, Floats, Floats, Floats]:
    """Return a panel whose half adopts at once, its rise, treatment and moderator."""
    m, _ = spread(30, seed=4)
    adopted = np.resize([5, -1], 30)
    rng = np.random.default_rng(4)
    y = rng.normal(size=(30, PERIODS)) + (since(adopted.tolist()) > 0) * 0.4 * m[:, None]
    rise = y[:, 5:].mean(axis=1) - y[:, :5].mean(axis=1)
    panel = made_panel({"y": y, "m": wide(m)}, adopted.tolist())
    return panel, rise, (adopted == 5).astype(float), m


def ols(rise: Floats, treated: Floats, m: Floats) -> float:
    dense = np.column_stack([np.ones(m.size), treated, m, treated * m])
    return float(sm.OLS(rise, dense).fit().params[3])


def test_with_one_cohort_it_is_the_interaction_of_ordinary_least_squares(
    one_cohort: tuple[Panel, Floats, Floats, Floats],
) -> None:
    panel, rise, treated, m = one_cohort
    assert asked(panel).interaction.value == pytest.approx(ols(rise, treated, m), abs=1e-9)


def test_its_error_is_the_jackknife_of_refits(
    one_cohort: tuple[Panel, Floats, Floats, Floats],
) -> None:
    panel, rise, treated, m = one_cohort
    every = np.arange(30)
    without = [ols(rise[every != k], treated[every != k], m[every != k]) for k in range(30)]
    gap = np.array(without) - ols(rise, treated, m)
    found = asked(panel).interaction
    assert found.standard_error == pytest.approx(np.sqrt(29 / 30 * np.sum(gap**2)), abs=1e-9)
    assert "on 14" in found.interval.method


def test_clusters_of_several_units_are_left_out_whole() -> None:
    panel, _, _ = staggered(60, noise=0.5)
    paired = made_panel(
        {name: panel.wide(name) for name in ("y", "m")},
        panel.adopted_in.tolist(),
        cluster=(np.arange(60) // 5).tolist(),
    )
    assert asked(paired).interaction.n_clusters == 12
    assert asked(paired).interaction.value == pytest.approx(asked(panel).interaction.value)
    assert asked(paired).interaction.standard_error != asked(panel).interaction.standard_error


def test_what_a_moderator_does_after_anyone_adopted_is_never_looked_at() -> None:
    panel, m, adopted = staggered(noise=0.3)
    after = wide(m)
    after[:, 4:] = np.random.default_rng(9).normal(size=(40, PERIODS - 4)) * 50
    changed = made_panel({"y": panel.wide("y"), "m": after}, adopted)
    assert asked(changed).interaction == asked(panel).interaction


def test_a_value_for_one_standard_deviation_does_not_depend_on_the_moderators_unit() -> None:
    panel, m, adopted = staggered(noise=0.3)
    hours = made_panel({"y": panel.wide("y"), "m": 1000 + 40 * wide(m)}, adopted)
    assert asked(hours).interaction.value == pytest.approx(asked(panel).interaction.value)


def test_gaps_do_not_carry_the_level_of_their_periods_into_the_answer() -> None:
    panel, _, adopted = staggered()
    y = panel.wide("y") - np.sin(np.arange(PERIODS) / 2) * panel.wide("m")[:, :1]
    y += 10 * np.sin(np.arange(PERIODS))
    rng = np.random.default_rng(6)
    m = panel.wide("m")
    y[rng.random(y.shape) < 0.2] = np.nan
    assert asked(made_panel({"y": y, "m": m}, adopted)).interaction.value == pytest.approx(
        0.3, abs=1e-6
    )


def test_the_horizon_and_anticipation_of_the_question_hold() -> None:
    """The slope is 0.3 at once and 0.6 from the third period on; the period before is odd."""
    m, adopted = spread(40)
    passed = since(adopted)
    y = np.where(passed >= 3, 0.6, np.where(passed > 0, 0.3, 0.0)) * m[:, None]
    start = np.array(adopted)[:, None]
    y = y + (np.arange(PERIODS) == start - 1) * m[:, None]
    panel = made_panel({"y": y, "m": wide(m)}, adopted)
    assert asked(panel, horizon=1, anticipation=1).interaction.value == pytest.approx(0.3)
    assert asked(panel, horizon=1).interaction.value < 0.25


def counted(theta: float = -0.3) -> Panel:
    """Return counts whose mean goes with the moderator, and falls by the same share for all."""
    m, adopted = spread(60, seed=2)
    y = np.exp(3 + 0.6 * m)[:, None] * (1 + 0.05 * np.arange(PERIODS))
    y = y * np.where(since(adopted) > 0, 1 + theta, 1.0)
    return made_panel({"y": y, "m": wide(m)}, adopted)


def test_a_fall_by_the_same_share_is_no_moderation_on_the_scale_of_counts() -> None:
    panel = counted()
    assert asked(panel, scale="count").interaction.value == pytest.approx(0, abs=1e-6)
    assert asked(panel, scale="log").interaction.value == pytest.approx(0, abs=1e-9)
    assert asked(panel, scale="level").interaction.value < -3


@pytest.mark.parametrize("scale", ["level", "log", "count"])
def test_the_answer_says_which_way_is_good(scale: Scale) -> None:
    m, adopted = spread(60, seed=2)
    noise = 0.05 * np.random.default_rng(2).normal(size=(60, PERIODS))
    y = np.exp(2 + (since(adopted) > 0) * 0.2 * m[:, None] + noise)
    panel = made_panel({"y": y, "m": wide(m)}, adopted)
    assert asked(panel, scale=scale, better="higher").answer == "helps"
    assert asked(panel, scale=scale, better="lower").answer == "harms"


def test_no_difference_is_said_only_when_the_whole_interval_lies_in_the_band() -> None:
    panel, _, _ = staggered(200, slope=0.0, noise=0.4)
    found = asked(panel, equivalence=0.3)
    assert found.answer == "no difference of interest"
    assert asked(panel, equivalence=0.02).answer == "cannot tell"


def test_a_wide_interval_is_never_read_as_no_protection() -> None:
    panel, _, _ = staggered(30, slope=0.1, noise=1.5)
    found = asked(panel)
    assert found.interaction.interval.low < 0 < found.interaction.interval.high
    assert found.answer == "cannot tell"
    assert "cannot be told" in found.says
    assert "times as many clusters" in found.says


def test_a_certain_but_tiny_difference_is_none_of_interest() -> None:
    panel, _, _ = staggered(200, slope=0.05, noise=0.05)
    found = asked(panel)
    assert found.interaction.interval.low > 0
    assert found.answer == "no difference of interest"


def test_many_moderators_share_their_chance_of_false_discovery() -> None:
    panel, _, adopted = staggered(60, noise=1.0)
    rng = np.random.default_rng(11)
    columns = {"y": panel.wide("y"), "m": panel.wide("m")}
    names = [f"m{k}" for k in range(8)]
    columns |= {name: wide(rng.normal(size=60)) for name in names}
    found = moderate(
        made_panel(columns, adopted), Question(outcome="y"), ["m", *names], equivalence=0.1, seed=1
    )
    told = [each for each in found if isinstance(each, Moderation)]
    expected = multipletests([each.interaction.p_value for each in told], method="fdr_bh")[1]
    assert len(told) == 9
    assert [each.adjusted_p for each in told] == pytest.approx(list(expected))
    apart = [each for each in told if each.answer in {"helps", "harms"}]
    assert all((each.adjusted_p or 1) <= 0.10 for each in apart)


def test_one_small_p_among_eight_is_no_discovery() -> None:
    """Eight moderators of nothing, one of which has p = 0.03 by chance."""
    panel, _, adopted = staggered(60, slope=0.0, noise=1.0)
    rng = np.random.default_rng(0)
    names = [f"m{k}" for k in range(8)]
    columns = {"y": panel.wide("y"), **{name: wide(rng.normal(size=60)) for name in names}}
    found = moderate(
        made_panel(columns, adopted), Question(outcome="y"), names, equivalence=0.05, seed=1
    )
    told = [each for each in found if isinstance(each, Moderation)]
    least = min(told, key=lambda each: each.interaction.p_value or 1)
    assert (least.interaction.p_value or 1) < 0.05
    assert least.answer == "cannot tell"
    assert "several looks" in least.says


def banded(people: float, bands: int = 2) -> tuple[Panel, Moderator]:
    band = np.resize(np.arange(bands), 40).astype(float)
    band = np.random.default_rng(0).permutation(band)
    adopted = np.resize(COHORTS, 40).tolist()
    y = (since(adopted) > 0) * 0.5 * (band == 1)[:, None]
    y = y + 0.1 * np.random.default_rng(1).normal(size=y.shape)
    columns = {"y": y, "tenure": wide(band), "people": np.full(y.shape, people)}
    return (
        made_panel(columns, adopted),
        Moderator(column="tenure", kind="band", people="people"),
    )


def test_two_bands_are_one_comparison_and_more_are_each_with_the_others() -> None:
    panel, moderator = banded(3)
    assert asked(panel, moderator).interaction.value == pytest.approx(0.5, abs=0.1)
    panel, moderator = banded(3, bands=3)
    found = moderate(panel, Question(outcome="y"), [moderator], equivalence=0.1, seed=1)
    groups = [each.interaction.group for each in found if isinstance(each, Moderation)]
    assert [dict(group)["band"] for group in groups] == ["0", "1", "2"]


def test_a_band_of_fewer_than_eight_people_who_adopt_is_not_compared() -> None:
    """Twenty-four units adopt; at half a person each no side of two bands reaches eight."""
    assert "people who adopt" in refused(*banded(0.5))


def at_five(seed: int) -> tuple[Panel, Floats, Floats]:
    """Return units without any effect, a half of which adopts in period six by lot."""
    rng = np.random.default_rng(seed)
    y = 0.5 * rng.normal(size=(120, 1)) + rng.normal(size=(120, PERIODS))
    past = y[:, :6].mean(axis=1)
    adopted = np.where(rng.permutation(120) < 60, 6, -1)
    panel = made_panel({"y": y, "past": wide(past)}, adopted.tolist())
    change = y[:, 6:].mean(axis=1) - y[:, :6].mean(axis=1)
    return panel, past[adopted == 6], change[adopted == 6]


def test_units_picked_for_a_high_past_fall_back_and_this_is_no_moderation() -> None:
    """Before and after among adopters, the past "explains" the change; ours finds nothing."""
    naive, ours = [], []
    for seed in range(25):
        panel, past, change = at_five(seed)
        naive.append(float(np.polyfit(past / past.std(ddof=1), change, 1)[0]))
        ours.append(asked(panel, "y").interaction.value)
    assert np.mean(naive) < -0.2
    assert abs(np.mean(ours)) < 3 * np.std(ours) / 5


def test_the_periods_that_made_the_groups_are_no_baseline() -> None:
    """Made from the outcome's periods 0 to 2 of the six before; they may hold anything."""
    panel, _, _ = at_five(0)
    y = panel.wide("y")
    own = Moderator(column="g", made_from_outcome=True)
    g = wide(y[:, :3].mean(axis=1))
    wild = y.copy()
    wild[:, :3] = 50 * np.random.default_rng(1).normal(size=(120, 3))
    adopted = panel.adopted_in.tolist()
    found = asked(made_panel({"y": y, "g": g}, adopted), own).interaction
    other = asked(made_panel({"y": wild, "g": g}, adopted), own).interaction
    assert found.value == pytest.approx(other.value)
    assert found.standard_error == pytest.approx(other.standard_error)


def test_too_few_periods_to_group_by_some_and_compare_with_others_is_refused() -> None:
    panel, _, _ = at_five(0)
    early = made_panel({"y": panel.wide("y")[:, 4:]}, np.maximum(panel.adopted_in - 4, -1).tolist())
    assert "made from the outcome" in refused(early, "y")


def test_few_adopters_are_refused() -> None:
    m, _ = spread(30)
    adopted = [5, 5, 5] + [-1] * 27
    y = np.random.default_rng(0).normal(size=(30, PERIODS))
    assert "3 clusters that adopt" in refused(made_panel({"y": y, "m": wide(m)}, adopted), "m")


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"m": np.ones((20, PERIODS))}, "does not differ"),
        ({"m": np.full((20, PERIODS), np.nan)}, "does not differ"),
        ({"y": np.ones((20, PERIODS))}, "never changes"),
    ],
)
def test_what_cannot_be_compared_is_refused(columns: dict[str, Floats], says: str) -> None:
    m, adopted = spread(20)
    y = np.random.default_rng(0).normal(size=(20, PERIODS))
    assert says in refused(made_panel({"y": y, "m": wide(m), **columns}, adopted), "m")


def test_nobody_adopting_and_all_adopting_at_once_are_refused() -> None:
    m, _ = spread(20)
    y = np.random.default_rng(0).normal(size=(20, PERIODS))
    columns = {"y": y, "m": wide(m)}
    assert "No unit adopts" in refused(made_panel(columns, [-1] * 20), "m")
    assert "not yet treated" in refused(made_panel(columns, [6] * 20), "m")


def test_a_logarithm_of_nought_is_refused_and_an_unknown_column_is_an_error() -> None:
    m, adopted = spread(20)
    y = np.resize([0.0, 1.0, 2.0], (20, PERIODS))
    panel = made_panel({"y": y, "m": wide(m)}, adopted)
    assert "no logarithm" in refused(panel, "m", scale="log")
    with pytest.raises(EstimateError, match="no column 'seniority'"):
        asked(panel, "seniority")
    with pytest.raises(EstimateError, match="no width"):
        asked(panel, equivalence=0.0)
