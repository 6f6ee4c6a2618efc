"""Trials: judged by the lots that could have been, beside the errors that are published."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import statsmodels.api as sm

from tests.estimate.panels import WINDOW, Floats, made_panel
from trueup.errors import EstimateError
from trueup.estimate.estimator import Fit
from trueup.estimate.estimators.randomised import ESTIMATOR, Randomised, Trial, read_trial
from trueup.estimate.question import Question
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention

LEVEL = Question(outcome="hours", unit="hours")


def trial(seed: int, *, blocks: int = 8, rows: int = 6, effect: float = 0.0) -> Trial:
    """Return rows in blocks, half of each allotted, with a covariate that matters."""
    rng = np.random.default_rng(seed)
    block = np.repeat(np.arange(blocks), rows)
    treatment = np.concatenate([rng.permutation(rows) % 2 for _ in range(blocks)]).astype(float)
    size = rng.normal(size=block.size)
    outcome = effect * treatment + size + rng.normal(size=blocks)[block]
    return Trial(
        outcome=outcome + rng.normal(size=block.size),
        treatment=treatment,
        block=block,
        cluster=block,
        covariates={"size": size},
        window=WINDOW,
        source="made up",
    )


def fit(given: Trial, recipe: Randomised = ESTIMATOR, question: Question = LEVEL) -> Fit:
    """Fit, and insist on an answer."""
    found = recipe.fit_trial(given, question)
    assert isinstance(found, Fit)
    return found


def beside(found: Fit, interval: str) -> Estimate:
    """Return the answer with another interval."""
    (one,) = (e for e in found.beside if e.group == (("interval", interval),))
    return one


def test_a_small_trial_is_judged_by_every_lot_there_was() -> None:
    """Eight rows, four allotted, all of them above the rest: of 70 lots two are as extreme.

    Outcomes 1..8 with the upper four treated differ by 4 on average; p = 2 / 70.
    """
    given = Trial(
        outcome=np.arange(1.0, 9.0),
        treatment=np.repeat([0.0, 1.0], 4),
        block=np.zeros(8, dtype=int),
        cluster=np.arange(8),
        window=WINDOW,
        source="by hand",
    )
    said = fit(given).estimate
    assert said.value == pytest.approx(4.0)
    assert said.p_value == pytest.approx(2 / 70)
    assert said.least_p == pytest.approx(2 / 70)


def test_the_interval_holds_the_effects_that_lots_do_not_refute() -> None:
    """Take an effect out of the treated, go through all 252 lots, count those as extreme."""
    rng = np.random.default_rng(1)
    outcome, treatment = rng.normal(size=10), np.repeat([0.0, 1.0], 5)
    given = Trial(
        outcome=outcome,
        treatment=treatment,
        block=np.zeros(10, dtype=int),
        cluster=np.arange(10),
        window=WINDOW,
        source="made up",
    )
    said = fit(given).estimate

    def share_as_extreme(effect: float) -> float:
        rest = outcome - effect * treatment
        lots = [np.isin(np.arange(10), chosen) for chosen in combinations(range(10), 5)]
        sizes = np.array([abs(rest[lot].mean() - rest[~lot].mean()) for lot in lots])
        seen = abs(rest[5:].mean() - rest[:5].mean())
        return float(np.mean(sizes >= seen - 1e-12))

    for end, outward in ((said.interval.low, -1e-6), (said.interval.high, 1e-6)):
        assert share_as_extreme(end - outward) > 0.05 >= share_as_extreme(end + outward)


def test_published_errors_are_those_of_statsmodels() -> None:
    given = trial(2)
    found = fit(given, Randomised(block_effects=False))
    size = given.covariates["size"]
    model = sm.OLS(given.outcome, np.column_stack([given.treatment, np.ones(48), size]))
    theirs = {
        "rows alike": model.fit(use_t=False),
        "rows unlike": model.fit(cov_type="HC3"),
        "clusters": model.fit(cov_type="cluster", cov_kwds={"groups": given.cluster}),
    }
    for name, fitted in theirs.items():
        ours = beside(found, name)
        assert fitted.params[0] == pytest.approx(ours.value)
        assert fitted.bse[0] == pytest.approx(ours.standard_error)
        low, high = fitted.conf_int()[0]
        assert (low, high) == pytest.approx((ours.interval.low, ours.interval.high))
        assert fitted.pvalues[0] == pytest.approx(ours.p_value)


def test_slopes_of_their_own_are_lins_regression() -> None:
    given = trial(3, effect=1.0)
    size = given.covariates["size"]
    centred = size - size.mean()
    design = [given.treatment, np.ones(48), centred, centred * given.treatment]
    theirs = sm.OLS(given.outcome, np.column_stack(design)).fit()
    recipe = Randomised(adjust="interacted", block_effects=False)
    assert theirs.params[0] == pytest.approx(fit(given, recipe).raw)


@pytest.mark.parametrize("adjust", ["pooled", "interacted"])
def test_an_effect_taken_out_moves_the_interval_by_as_much(adjust: str) -> None:
    recipe = Randomised(adjust=adjust)  # type: ignore[arg-type]
    none, some = fit(trial(4), recipe).estimate, fit(trial(4, effect=3.0), recipe).estimate
    assert some.value == pytest.approx(none.value + 3)
    assert some.interval.low == pytest.approx(none.interval.low + 3, abs=1e-6)
    assert some.interval.high == pytest.approx(none.interval.high + 3, abs=1e-6)


def test_lots_refute_no_effect_in_one_of_twenty_trials_without_one() -> None:
    """80 trials: no more than three standard errors above 5 %, 12.3 %, and not none at all."""
    said = [fit(trial(seed, blocks=4)).estimate.p_value or 1.0 for seed in range(80)]
    assert 0 < np.mean(np.array(said) <= 0.05) < 0.123


def test_blocks_with_unequal_shares_must_have_levels_of_their_own() -> None:
    """Block 1 has outcomes 10 higher and five of six treated; nothing is caused."""
    rng = np.random.default_rng(5)
    block = np.repeat([0, 1], 30)
    treatment = np.concatenate([np.arange(30) % 6 == 0, np.arange(30) % 6 != 0]).astype(float)
    given = Trial(
        outcome=10.0 * block + rng.normal(size=60),
        treatment=treatment,
        block=block,
        cluster=np.arange(60),
        window=WINDOW,
        source="made up",
    )
    assert abs(fit(given).estimate.value) < 1
    assert fit(given, Randomised(block_effects=False)).estimate.value > 5


def test_whole_clusters_are_dealt_out_whole() -> None:
    """Six clusters of ten, three allotted: 20 lots, the least p is a tenth, nothing is refuted."""
    cluster = np.repeat(np.arange(6), 10)
    columns = {
        "hours": np.random.default_rng(6).normal(size=60).tolist(),
        "allotted": (cluster < 3).astype(int).tolist(),
        "team": [f"team {code}" for code in cluster],
    }
    given = read_trial(
        columns, outcome="hours", treatment="allotted", cluster="team", window=WINDOW
    )
    assert given.whole_clusters
    found = ESTIMATOR.fit_trial(given, LEVEL)
    assert isinstance(found, Abstention)
    assert "least p is 0.1" in found.reason


def test_lots_never_cross_blocks() -> None:
    """Three pairs, one of each allotted: 8 lots, two as extreme, so the least p is a quarter.

    Were lots drawn across pairs there would be 20, and the least p a tenth.
    """
    given = Trial(
        outcome=np.array([0.0, 5.0, 1.0, 7.0, 0.5, 6.0]),
        treatment=np.array([0.0, 1.0] * 3),
        block=np.array([0, 0, 1, 1, 2, 2]),
        cluster=np.arange(6),
        window=WINDOW,
        source="by hand",
    )
    found = ESTIMATOR.fit_trial(given, LEVEL)
    assert isinstance(found, Abstention)
    assert "least p is 0.2" in found.reason


def test_a_panel_with_lots_by_period_is_a_trial_within_units() -> None:
    """Weeks without AI by consent: lots fall by week within each of ten people's teams."""
    rng = np.random.default_rng(7)
    assigned: Floats = rng.integers(0, 2, (10, 12)).astype(float)
    outcome = 2 * assigned + rng.normal(size=(10, 1)) + rng.normal(size=(10, 12))
    panel = made_panel({"y": outcome, "assigned": assigned}, [-1] * 10)
    found = ESTIMATOR.fit(panel, Question(outcome="y"))
    assert isinstance(found, Fit)
    assert found.estimate.design == "randomised by row within blocks"
    assert found.estimate.interval.low < 2 < found.estimate.interval.high
    assert found.estimate.n_rows == 120


def test_a_panel_with_lots_by_unit_is_a_trial_of_units() -> None:
    rng = np.random.default_rng(8)
    assigned = np.repeat((np.arange(14) % 2)[:, None], 6, axis=1).astype(float)
    outcome = rng.normal(size=(14, 6))
    panel = made_panel({"y": outcome, "assigned": assigned}, [-1] * 14)
    found = ESTIMATOR.fit(panel, Question(outcome="y"))
    assert isinstance(found, Fit)
    assert found.estimate.design == "randomised by cluster"
    assert (found.estimate.n_units, found.estimate.n_treated) == (14, 7)


def test_a_panel_without_lots_is_an_abstention() -> None:
    panel = made_panel({"y": np.ones((4, 4))}, [-1] * 4)
    found = ESTIMATOR.fit(panel, Question(outcome="y"))
    assert isinstance(found, Abstention)
    assert "'assigned'" in found.reason


@pytest.mark.parametrize(
    ("change", "scale", "reason"),
    [
        ({"treatment": np.zeros(48)}, "level", "an arm is missing"),
        ({"outcome": np.ones(48)}, "level", "never changes"),
        ({"outcome": np.linspace(-1, 1, 48)}, "log", "no logarithm"),
        ({"outcome": np.arange(48.0)}, "count", "asked for as a count"),
    ],
)
def test_a_trial_that_cannot_answer_abstains(
    change: dict[str, Floats], scale: str, reason: str
) -> None:
    other = replace(trial(9), covariates={}, **change)  # type: ignore[arg-type]
    question = Question(outcome="hours", scale=scale)  # type: ignore[arg-type]
    found = ESTIMATOR.fit_trial(other, question)
    assert isinstance(found, Abstention)
    assert reason in found.reason


@pytest.mark.parametrize(
    ("column", "values", "fact"),
    [("allotted", [0, 1, 2], "neither 0 nor 1"), ("hours", [1, 2, np.nan], "missing or infinite")],
)
def test_bad_columns_are_errors_that_name_the_fact(
    column: str, values: list[float], fact: str
) -> None:
    columns = {"hours": [1.0, 2.0, 3.0], "allotted": [0.0, 1.0, 1.0]} | {column: values}
    with pytest.raises(EstimateError, match=fact):
        read_trial(columns, outcome="hours", treatment="allotted", window=WINDOW)


def test_a_column_that_is_not_there_is_an_error() -> None:
    with pytest.raises(EstimateError, match="no column 'days'"):
        read_trial({"allotted": [0, 1]}, outcome="days", treatment="allotted", window=WINDOW)
