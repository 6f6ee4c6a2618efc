from __future__ import annotations

import pytest

from tests.measure.asking import abstention, measured, value
from tests.measure.tools import Tools


def drawn() -> Tools:
    """Six changes that sessions went into; records reach 30 September 2026, deployments too.

    ======  ========  =======  ========  ==========================================
    change  cost      landed   deployed  afterwards
    ======  ========  =======  ========  ==========================================
    a       $10       1 June   2 June    stays; 100 lines, 20 gone by 11 June
    b       $6        3 June   4 June    taken back 14 June; 50 lines gone with it
    c       $4        5 June   6 June    an incident 7 June; 40 lines stay
    d       $8        8 June   never     waits; 30 lines stay, 30 gone by 25 August
    e       $2        never    never     given up
    f       $90       20 Sept  21 Sept   too young to be judged
    ======  ========  =======  ========  ==========================================
    """
    world = Tools("2026-09-30")
    for name, landed in (("a", "06-01"), ("b", "06-03"), ("c", "06-05"), ("d", "06-08")):
        world.change(name, f"2026-{landed}", "ann")
    world.change("f", "2026-09-20", "ann")
    world.add("change", change_id="e", state="closed", author_account_id="ann")
    world.deploy("d1", "2026-06-02", "a")
    world.deploy("d2", "2026-06-04", "b")
    world.deploy("d3", "2026-06-06", "c")
    world.deploy("d4", "2026-09-21", "f")
    lines = {name: world.lines(name, count) for name, count in LINES.items()}
    world.change("later", "2026-06-11", "bob")
    world.kill(lines["a"], 20, "later")
    world.change("undo", "2026-06-14", "bob")
    world.kill(lines["b"], 50, "undo")
    world.revert("b", "undo")
    world.change("late", "2026-08-25", "bob")
    world.kill(lines["d"], 30, "late")
    world.incident("i", "2026-06-07", "deployment", "d3")
    for place, (change, cost) in enumerate(COSTS.items()):
        when = "2026-09-19" if change == "f" else "2026-05-30"
        world.use(f"s{place}", "ann", when, cost, 100)
        world.tie(f"s{place}", change, 1.0)
    return world


LINES = {"a": 100, "b": 50, "c": 40, "d": 60}
COSTS = {"a": "10", "b": "6", "c": "4", "d": "8", "e": "2", "f": "90"}


def test_the_cost_of_all_is_borne_by_the_changes_that_were_deployed_and_stayed() -> None:
    """$30 for five changes; a and c were deployed and not taken back: $15 each. f is too young."""
    found = measured("ai_shipped_cost_per_change", drawn())
    assert (found.value, found.n, found.coverage) == pytest.approx((15, 5, 5 / 6))
    assert found.qualifier == "about"


def test_where_no_deployment_is_recorded_landing_is_enough() -> None:
    """a, c and d landed and stayed: $10 each."""
    world = drawn()
    for table in ("deployment", "deployment_change"):
        world.rows[table].clear()
    assert value("ai_shipped_cost_per_change", world) == pytest.approx(30 / 3)


def test_the_cost_of_all_is_borne_by_the_changes_without_an_incident() -> None:
    """a and b were deployed and in no incident."""
    assert value("ai_incident_free_cost_per_change", drawn()) == pytest.approx(30 / 2)


def test_the_cost_of_all_is_borne_by_the_lines_that_stay() -> None:
    """After 30 days 80 of a, none of b, 40 of c, 60 of d; after 90 days 30 of d less."""
    world = drawn()
    assert value("ai_surviving_30_days_cost_per_line", world) == pytest.approx(30 / 180)
    assert value("ai_surviving_90_days_cost_per_line", world) == pytest.approx(30 / 150)


def test_a_session_is_spread_over_its_changes_and_the_rest_is_nobodys() -> None:
    """$8 of which a bears half, b a quarter, nobody the last quarter: $6 for two changes."""
    world = Tools("2026-09-30")
    world.change("a", "2026-06-01", "ann")
    world.change("b", "2026-06-02", "ann")
    world.use("s", "ann", "2026-05-30", "8", 100)
    world.tie("s", "a", 0.5)
    world.tie("s", "b", 0.25)
    assert value("ai_shipped_cost_per_change", world) == pytest.approx(3)


def test_a_change_without_a_price_is_in_neither_part() -> None:
    world = drawn()
    world.change("g", "2026-06-09", "ann")
    world.use("s9", "ann", "2026-06-08", None, 100)
    world.tie("s9", "g", 1.0)
    found = measured("ai_shipped_cost_per_change", world)
    assert (found.value, found.coverage) == pytest.approx((15, 5 / 7))


def test_where_incidents_are_not_recorded_none_is_taken_to_have_happened_to_none() -> None:
    world = drawn()
    world.rows["incident"].clear()
    found = abstention("ai_incident_free_cost_per_change", world)
    assert found.reason == "No incidents are recorded."


def test_where_no_session_is_tied_to_a_commit_it_cannot_be_told() -> None:
    world = drawn()
    world.rows["ai_session_commit"].clear()
    assert "tied to commits" in abstention("ai_shipped_cost_per_change", world).reason
