from __future__ import annotations

import numpy as np
import pytest

from tests.measure.asking import abstention, answers, measured
from tests.measure.building import DAY, at
from tests.measure.forge import Forge
from tests.measure.tools import Tools
from trueup.model.evidence import Measurement


class Trusted(Tools, Forge):
    """A forge whose changes sessions went into."""

    def by_tool(self, name: str, tool: str, author: str, model: str = "m-1") -> None:
        self.use(f"s-{name}", author, "2026-05-31", "1", 100, tool=tool, model=model)
        self.tie(f"s-{name}", name, 1.0)


def drawn() -> Trusted:
    """Changes with a session each; records reach 30 September 2026.

    ====  ==========  ============  ============================  =======
    name  opened      landed        within 30 days of landing     passed
    ====  ==========  ============  ============================  =======
    a     1 June      3 June        nothing                       yes
    b     1 June      4 June        taken back on 20 June         no
    c     2 June      12 July       nothing; it took 40 days      no
    d     3 June      given up      -                             no
    e     4 June      still open    -                             no
    f     5 June      6 June        an incident on 7 June         no
    g     5 June      6 June        taken back on 1 August        yes
    h     3 Sept      4 Sept        too young                     -
    i     5 Sept      still open    too young                     -
    ====  ==========  ============  ============================  =======

    And one without any session or mark, which is nobody's tool.
    """
    world = Trusted("2026-09-30")
    for name, opened, landed, closed in (
        ("a", 1, 3, None),
        ("b", 1, 4, None),
        ("c", 2, 42, None),
        ("d", 3, None, 9),
        ("e", 4, None, None),
        ("f", 5, 6, None),
        ("g", 5, 6, None),
        ("h", 95, 96, None),
        ("i", 97, None, None),
        ("other", 5, 6, None),
    ):
        world.proposed(name, opened, landed, closed=closed)
        if name != "other":
            world.by_tool(name, "claude-code", "ann")
    for early, when in (("b", "2026-06-20"), ("g", "2026-08-01")):
        world.commit(f"{early}-1", "2026-06-04", change=early)
        world.commit(f"undo-{early}", when, "bob")
        world.revert(f"{early}-1", f"undo-{early}")
    world.incident("x", "2026-06-07", "change", "f")
    return world


def test_a_change_passes_that_lands_in_time_and_then_needs_nothing() -> None:
    """a and g of seven; h and i cannot be judged, however they stand: slow ones are not spared."""
    found = measured("ai_first_pass_ratio", drawn())
    assert (found.value, found.n, found.coverage) == pytest.approx((2 / 7, 7, 7 / 9))


def test_tools_and_models_are_those_of_the_sessions_and_few_users_are_not_told_apart() -> None:
    """Nine authors with each of two tools; a third with two is shown with the smaller of them."""
    world = Trusted("2026-09-30")
    for tool, persons in (("x", 10), ("y", 9), ("z", 2)):
        for number in range(persons):
            name = f"{tool}{number}"
            world.proposed(name, 1, 3, author=f"{tool}-{number}")
            world.by_tool(name, tool, f"{tool}-{number}")
    found = answers("ai_first_pass_ratio", world, by=("tool",))
    assert {dict(g)["tool"]: f.n for g, f in found.items() if isinstance(f, Measurement)} == {
        "x": 10,
        "other tools (fewer than 8 authors)": 11,
    }


def rising(gain: float, authors: int = 40, months: int = 12) -> Trusted:
    """Each author lands one change a month; the share that passes rises by `gain` in a year."""
    world, random = Trusted("2027-12-31"), np.random.default_rng(4)
    for month in range(months):
        for author in range(authors):
            opened = 1 + 30 * month + author / 10
            passes = random.random() < 0.3 + gain * (opened / 365.25)
            name = f"{author}-{month}"
            world.proposed(name, opened, opened + 1 if passes else None, author=f"p{author}")
            world.by_tool(name, "x", f"p{author}")
    return world


def test_the_trend_finds_the_rise_that_was_put_in() -> None:
    """480 changes of 40 authors, from 30 % to 70 % in a year."""
    found = measured("ai_first_pass_ratio_per_year", rising(0.4))
    assert found.interval is not None
    assert found.interval.low < 0.4 < found.interval.high
    assert found.interval.low > 0.15
    assert found.interval.high < 0.65


def test_the_slope_is_that_of_least_squares() -> None:
    """Beside numpy's own, on the same changes."""
    world = rising(0.2, authors=12, months=6)
    passed = {r["change_id"]: r["landed_at"] is not None for r in world.rows["change"]}
    opened = {r["change_id"]: r["opened_at"] for r in world.rows["change"]}
    years = np.array([opened[name] for name in passed], dtype=float) / (365.25 * DAY)
    slope = np.polyfit(years - years.mean(), np.array([*passed.values()], dtype=float), 1)[0]
    found = measured("ai_first_pass_ratio_per_year", world)
    assert found.value == pytest.approx(slope, rel=1e-6)


def test_over_a_month_no_trend_by_the_year_is_told() -> None:
    found = abstention("ai_first_pass_ratio_per_year", rising(0.4, months=1))
    assert "90 days are needed" in found.reason
    assert at("2026-06-01") < at("2026-07-01")
