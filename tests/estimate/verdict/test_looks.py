"""A year of looks errs no more than one: against published boundaries and simulated motions."""

from __future__ import annotations

import math
from datetime import date
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest

from trueup.estimate.numerics.spending import critical_values
from trueup.estimate.panel import NEVER, Grain, Panel
from trueup.estimate.verdict.looks import ONLY_LOOK, Look, this_look
from trueup.model.evidence import Window

NORMAL = NormalDist()
DAY = 86_400_000_000
MONDAY = 1_767_571_200_000_000
"""2026-01-05, epoch microseconds."""


def panel(periods: int, adopted: tuple[int, ...], grain: Grain = "week", days: int = 7) -> Panel:
    """Units seen in every period, the first on 2026-01-05."""
    units = len(adopted)
    return Panel(
        units=tuple(f"team {n}" for n in range(units)),
        periods=tuple(str(n) for n in range(periods)),
        unit=np.repeat(np.arange(units), periods),
        period=np.tile(np.arange(periods), units),
        columns={"changes": np.ones(units * periods)},
        adopted_in=np.array(adopted),
        cluster=np.arange(units),
        grain=grain,
        window=Window(start_at=MONDAY, end_at=MONDAY + periods * days * DAY),
        source="made up",
    )


def like_obrien_fleming(share: float, alpha: float) -> float:
    """Lan and DeMets (1983), each side: 2 - 2 Phi(z(alpha / 4) / sqrt(share))."""
    return 4 * (1 - NORMAL.cdf(NORMAL.inv_cdf(1 - alpha / 4) / math.sqrt(share)))


def test_the_published_boundary_of_five_looks_is_reproduced() -> None:
    """Lan-DeMets bounds of O'Brien-Fleming type, two-sided .05, as printed in the literature
    (e.g. Reboussin, DeMets, Kim and Lan 2000): 4.8769, 3.3569, 2.6803, 2.2898, 2.0310."""
    fifths = (0.2, 0.4, 0.6, 0.8, 1.0)
    found = critical_values(fifths, fifths, 0.05, like_obrien_fleming)
    assert found == pytest.approx((4.8769, 3.3569, 2.6803, 2.2898, 2.0310), abs=2e-4)


def test_one_look_costs_nothing() -> None:
    assert ONLY_LOOK.critical(0.05) == pytest.approx(1.959964, abs=1e-6)
    assert ONLY_LOOK.level(0.05) == pytest.approx(0.95)
    assert critical_values((1.0,), (7.0,), 0.05) == pytest.approx((1.959964,), abs=1e-4)


@pytest.mark.parametrize("bend", [1.0, 0.6, 1.7])
def test_a_year_of_weekly_looks_errs_at_what_was_spent(bend: float) -> None:
    """Brownian motions seen 52 times, information growing evenly, fast first, or late."""
    weeks = np.arange(1, 53) / 52
    information = weeks**bend
    values = np.array(critical_values(tuple(weeks), tuple(information), 0.05))
    steps = np.sqrt(np.diff(information, prepend=0.0))
    draws = np.random.default_rng(3).standard_normal((20_000, 52)) * steps
    seen = np.cumsum(draws, axis=1) / np.sqrt(information)
    assert (np.abs(seen) > values).any(axis=1).mean() == pytest.approx(0.05, abs=0.006)
    assert (np.abs(seen) > 1.96).any(axis=1).mean() > 0.2


def test_looking_at_the_same_data_again_changes_nothing() -> None:
    values = critical_values((0.25, 0.5, 1.0), (1.0, 1.0, 2.0), 0.05)
    assert values[1] == values[0]


def test_early_looks_ask_more_than_late_ones() -> None:
    weeks = tuple(n / 52 for n in range(1, 53))
    values = critical_values(weeks, weeks, 0.05)
    assert all(now <= before for before, now in pairwise(values))
    assert values[-1] == pytest.approx(2.12, abs=0.005)


def test_data_that_are_read_once_have_one_look() -> None:
    assert this_look(panel(60, (10, NEVER)), registered_on=None, looks=52) is ONLY_LOOK
    assert this_look(panel(60, (10, NEVER)), registered_on=date(2026, 1, 5), looks=1) is ONLY_LOOK
    assert this_look(panel(60, (1, 9), "period"), registered_on=date(2026, 1, 5), looks=52).of == 1


def test_each_week_since_registration_is_one_more_look() -> None:
    """Twelve weeks from 2026-01-05, registered after two: the look at registration and ten more.

    Adopted in the week of index 4, so eight weeks are seen of the 8 + 41 there will be; looks
    one to three saw none after adoption.
    """
    look = this_look(panel(12, (4, NEVER)), registered_on=date(2026, 1, 19), looks=52)
    assert (look.number, look.of, look.is_over) == (11, 52, False)
    assert look.information == tuple(float(n) for n in range(1, 9))
    assert look.shares == pytest.approx([n / 49 for n in range(1, 9)])


def test_what_was_seen_before_registration_counts_as_seen_in_one_look() -> None:
    look = this_look(panel(60, (20, 30, NEVER)), registered_on=date(2027, 3, 1), looks=52)
    assert look.number == 1
    assert look.information == (70.0,)
    assert look.shares == pytest.approx((40 / (40 + 51),))
    assert 2.2 < look.critical(0.05) < 3.2


def test_rows_without_the_outcome_are_no_information() -> None:
    seen = panel(12, (4, NEVER))
    column = seen.columns["changes"].copy()
    column[5] = math.nan
    holed = Panel(
        **{name: getattr(seen, name) for name in seen.__dataclass_fields__ if name != "columns"},
        columns={"changes": column},
    )
    look = this_look(holed, registered_on=date(2026, 1, 19), looks=52, outcome="changes")
    assert look.information[-1] == 7.0


def test_months_are_looked_at_twelve_times_a_year_and_days_once_a_week() -> None:
    months = this_look(
        panel(10, (4, NEVER), "month", 30), registered_on=date(2026, 9, 20), looks=52
    )
    assert (months.number, months.of) == (3, 12)
    days = this_look(panel(40, (9, NEVER), "day", 1), registered_on=date(2026, 1, 31), looks=52)
    assert (days.number, days.of) == (3, 52)


def test_a_year_that_is_used_up_says_so() -> None:
    look = this_look(panel(80, (4, NEVER)), registered_on=date(2026, 1, 19), looks=52)
    assert (look.number, look.is_over) == (52, True)
    assert "register anew" in look.says(0.05)


def test_a_look_says_which_it_is_and_what_it_costs() -> None:
    weeks = tuple(n / 52 for n in range(1, 53))
    said = Look(number=52, of=52, shares=weeks, information=weeks).says(0.05)
    assert said.startswith("Look 52 of 52: the interval of this look is a 96.6")
    assert said.endswith("so that 95 % holds over all of them.")
