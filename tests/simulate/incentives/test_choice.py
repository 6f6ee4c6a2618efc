"""What one worker and one employer do: against grids, brute force and the essay's own numbers."""

from __future__ import annotations

import numpy as np
import pytest

from trueup.simulate.incentives.choice import (
    break_even_pass_through,
    effort,
    freed_hours,
    reward_for_all,
    reward_to_start,
    shown_share,
    worth_to_worker,
)
from trueup.simulate.incentives.employer import best_pass_through, profit
from trueup.simulate.incentives.motives import Motives, Offers, promotion_reward, ratchet_factor

SHARES = np.linspace(0, 1, 20_001)


def drawn(count: int, seed: int) -> list[tuple[float, float, float]]:
    """Draw gains, costs of effort and rewards that reach every corner."""
    rng = np.random.default_rng(seed)
    return [
        (rng.uniform(0.02, 2), rng.uniform(0.05, 3), rng.uniform(-0.1, 1.5)) for _ in range(count)
    ]


def test_the_share_shown_is_the_best_of_a_grid_on_two_thousand_draws() -> None:
    worst = max(
        abs(SHARES[worth_to_worker(SHARES, *one).argmax()] - float(shown_share(*one)))
        for one in drawn(2_000, seed=1)
    )
    assert worst <= 1e-4


@pytest.mark.parametrize(
    ("gain", "beside", "starts", "full", "shown"),
    [
        (0.3, 0.1, 0.373, 0.515, 0.0),
        (0.5, 0.1, 0.256, 0.433, 0.0),
        (0.5, 0.3, 0.056, 0.233, 0.0),
        (1.0, 0.1, 0.100, 0.300, 0.0),
        (1.0, 0.3, 0.000, 0.100, 0.75),
    ],
)
def test_where_work_starts_and_where_all_is_shown(
    gain: float, beside: float, starts: float, full: float, shown: float
) -> None:
    # by hand at a cost of 0.8: 0.8 / 1.3**2 - 0.1 = 0.373, 0.8 / 1.3 - 0.1 = 0.515;
    # at a gain of 1: (0.35 * 4 / 0.8 - 1) / 1 = 0.75
    motives = Motives(steady=beside)
    assert float(motives.pass_through_for(reward_to_start(gain, 0.8))) == pytest.approx(
        starts, abs=6e-4
    )
    assert float(motives.pass_through_for(reward_for_all(gain, 0.8))) == pytest.approx(
        full, abs=6e-4
    )
    assert float(shown_share(gain, 0.8, motives.reward(0.05))) == pytest.approx(shown)


def test_the_essays_pass_through_makes_showing_as_good_as_resting() -> None:
    # pay 1 and effort that costs what it is paid: 1 + phi g - 1 against 1 - 1 / (1 + g)
    for gain, said in ((0.3, 0.77), (0.5, 0.67)):
        passed = float(break_even_pass_through(gain))
        assert passed == pytest.approx(said, abs=5e-3)
        assert passed * gain == pytest.approx(1 - float(effort(0.0, gain)))


def test_a_gain_frees_so_many_hours_of_forty() -> None:
    # the essay: a gain of 30 % frees 23.1 % of the time, 50 % frees 33.3 %
    assert float(freed_hours(0.3)) == pytest.approx(40 * 0.2308, abs=1e-2)
    assert float(freed_hours(0.5)) == pytest.approx(40 / 3)
    assert float(freed_hours(0.5, 1.0)) == 0


def test_corners() -> None:
    assert float(shown_share(0.3, 0.8, 0.0)) == 0  # nothing rewards it
    assert float(shown_share(0.3, 0.0, 0.1)) == 1  # effort costs nothing
    assert float(shown_share(1e-6, 0.8, 0.7999)) == 0  # hardly a gain, paid less than it costs
    assert float(shown_share(1e-6, 0.8, 0.8001)) == 1
    assert float(shown_share(0.3, 0.8, -0.2)) == 0  # fear


@pytest.mark.parametrize(("place", "sign"), [(0, 1), (1, -1), (2, 1)])
def test_more_gain_and_more_reward_show_more_and_costlier_effort_less(
    place: int, sign: int
) -> None:
    moved = []
    for one in drawn(1_000, seed=2):
        more = [value + (0.01 if at == place else 0) for at, value in enumerate(one)]
        moved.append(float(shown_share(*more)) - float(shown_share(*one)))
    assert (sign * np.array(moved) >= -1e-12).all()
    assert (sign * np.array(moved) > 0).any()


def employers(count: int) -> list[tuple[float, float, Motives, float]]:
    """Draw employers; every other one's people have offers from outside."""
    rng = np.random.default_rng(3)
    found = []
    for place in range(count):
        offers = Offers(
            visible=rng.uniform(0, 1) * (place % 2),
            pass_through=rng.uniform(0, 1.5),
            friction=rng.uniform(0, 0.2),
        )
        motives = Motives(steady=rng.uniform(-0.2, 0.6), offers=offers)
        found.append((rng.uniform(0.02, 2), rng.uniform(0.05, 3), motives, rng.uniform(0.05, 3)))
    return found


def test_no_pass_through_of_a_grid_keeps_an_employer_more_on_five_hundred_draws() -> None:
    grid = np.linspace(0, 3, 3_001)
    for gain, cost, motives, worth in employers(500):
        best = best_pass_through(gain=gain, effort_cost=cost, motives=motives, worth=worth)
        on = np.append(grid, best)
        kept = profit(on, gain=gain, effort_cost=cost, motives=motives, worth=worth)
        assert kept[-1] >= kept.max() - 1e-12


def test_without_offers_the_best_pass_through_is_the_formula() -> None:
    checked = 0
    for gain, cost, motives, worth in employers(500)[::2]:
        k, start, full = motives.steady, cost / (1 + gain) ** 2, cost / (1 + gain)
        formula = max(0, min(full - k, max(start - k, (worth - k + start) / 2)))
        best = best_pass_through(gain=gain, effort_cost=cost, motives=motives, worth=worth)
        if worth > formula:  # else nothing is worth paying
            assert best == pytest.approx(formula)
            checked += 1
        else:
            assert best == 0
    assert checked > 100


def test_offers_from_outside_lower_what_must_be_paid_until_they_cost_more_than_they_bring() -> None:
    offers = Offers(visible=0.5, pass_through=0.6, friction=0.1)
    # at 0 inside they add 0.5 * 0.6 - 0.1 = 0.2, at 0.4 nothing
    motives = Motives(steady=0.1, offers=offers)
    assert float(motives.reward(0.0)) == pytest.approx(0.3)
    assert float(motives.reward(0.4)) == pytest.approx(0.5)
    assert float(motives.reward(0.5)) == pytest.approx(0.6)
    for reward in (0.3, 0.4, 0.5, 0.8):
        passed = motives.pass_through_for(reward)
        assert float(motives.reward(passed)) == pytest.approx(reward)


def test_promotion_is_worth_what_waiting_for_it_leaves_by_brute_force() -> None:
    # output shown at any time of a round of two years; the rise lasts until one leaves
    waits = (np.arange(20_000) + 0.5) / 20_000 * 2.0
    later = np.linspace(0, 400, 400_001)
    wearing = 0.1 + 0.05
    stream = float(np.exp(-wearing * later).sum() * 0.001)
    brute = 0.2 * 0.1 * stream * float(np.exp(-wearing * waits).mean())
    worth = promotion_reward(
        chance_per_output=0.2, rise=0.1, years_between=2.0, leaving=0.1, discount=0.05
    )
    assert float(worth) == pytest.approx(brute, rel=1e-3)
    middle = 0.2 * 0.1 * np.exp(-wearing) / wearing
    assert float(worth) == pytest.approx(middle, rel=(wearing * 2) ** 2 / 24 * 1.01)


def test_a_ratchet_takes_of_the_reward_what_brute_force_says() -> None:
    """Pay is for output above what is asked; one unit is shown once."""
    follows, keeps = 0.15, 0.98
    asked, worth = 0.0, 0.0
    for period in range(5_000):
        output = 1.0 if period == 0 else 0.0
        worth += keeps**period * (output - asked)
        asked += follows * (output - asked)
    assert 1 / worth == pytest.approx(float(ratchet_factor(follows=follows, keeps=keeps)))


def test_where_what_is_asked_binds_showing_once_costs_for_ever() -> None:
    """Whoever shows one unit more once must do what is asked from then on."""
    follows, keeps = 0.15, 0.98
    asked, cost = 0.0, 0.0
    for period in range(5_000):
        output = max(asked, 1.0 if period == 0 else 0.0)
        cost += keeps**period * output
        asked += follows * (output - asked)
    assert cost == pytest.approx(float(ratchet_factor(follows=follows, keeps=keeps)))
    assert float(ratchet_factor(follows=0.0, keeps=keeps)) == 1
