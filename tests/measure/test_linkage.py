"""Ties between records, against a handful of records drawn by hand."""

from __future__ import annotations

from tests.measure.building import at
from tests.measure.forge import Forge
from trueup.measure.production.linkage import GRADES, Linkage, linkage


def office() -> Forge:
    """Four landed changes (one a bot's), two incidents, three accounts of two people.

    a has a declared and a guessed link to a work item, b only one of 40 %; a and b are in a
    production deployment, c only in one of staging; the first incident is tied to it by guess.
    """
    forge = Forge("2026-06-30")
    for name in ("a", "b", "c"):
        forge.proposed(name, 1, 2)
    forge.proposed("d", 1, 2, author="robot", kind="bot")
    forge.item("w", ("active", 1))
    forge.item("x", ("active", 1))
    forge.add("work_item_change", work_item_id="w", change_id="a", grade="declared")
    forge.add("work_item_change", work_item_id="x", change_id="a", grade="guessed")
    forge.add("work_item_change", work_item_id="x", change_id="b", grade="guessed", probability=0.4)
    forge.deploy("p", "2026-06-03")
    forge.deploy("s", "2026-06-03", environment="staging")
    for change, run in (("a", "p"), ("b", "p"), ("c", "s")):
        forge.add("deployment_change", deployment_id=run, change_id=change, grade="derived")
    forge.incident("i", "2026-06-04", "deployment", "p", grade="guessed", probability=0.6)
    forge.add("incident", incident_id="j", opened_at=at("2026-06-05"))
    return forge


def shares(found: Linkage) -> tuple[float, list[float], int]:
    """Return the whole, its parts by grade, and how many there are."""
    return found.whole.value, [each.value for each in found.by_grade], found.whole.n


def named(forge: Forge) -> dict[str, Linkage]:
    """Return ties by name."""
    return {each.name: each for each in linkage(forge)}


def test_the_best_grade_of_each_record_counts_once_and_unlikely_links_do_not() -> None:
    """One in three, by the tracker's own word: the guessed link of the same change adds nothing."""
    found = shares(named(office())["landed changes tied to a work item"])
    assert GRADES == ("declared", "derived", "guessed")
    assert found == (1 / 3, [1 / 3, 0, 0], 3)


def test_only_production_ties_a_change_to_a_deployment() -> None:
    found = shares(named(office())["landed changes tied to a production deployment"])
    assert found == (2 / 3, [0, 2 / 3, 0], 3)


def test_incidents_without_a_tie_stay_in_the_count() -> None:
    found = shares(named(office())["incidents tied to a deployment or change"])
    assert found == (1 / 2, [0, 0, 1 / 2], 2)


def test_accounts_are_matched_across_platforms_and_machines_are_none() -> None:
    """On github ann is matched and bob is not; ann's account in git is."""
    forge = office()
    for row in list(forge.rows["account"]):
        row["platform"] = "github"
    forge.person("bob")
    forge.rows["account"][-1]["platform"] = "github"
    forge.add("account", account_id="ann@git", person_id="ann", platform="git", actor_kind="human")
    found = named(forge)
    assert shares(found["accounts of github tied to one elsewhere"]) == (1 / 2, [], 2)
    assert shares(found["accounts of git tied to one elsewhere"]) == (1, [], 1)


def test_where_nothing_is_recorded_there_is_nothing_to_tie() -> None:
    assert linkage(Forge("2026-06-30")) == ()
