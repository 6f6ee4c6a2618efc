"""Reviews of changes drawn by hand, June 2026.

::

    change  by           what happens                                      lines  lands
    one     ann          bob remarks on code (120 characters), then (30); cleo (60);
                         ci-bot reports (100); bob approves an hour later    100    day 3
    two     ann          bob approves after 5 minutes, without a word         50    day 3
    three   ann          an agent reviews after 30 seconds, remarks 900, 500  50    day 3
    four    ann          nobody looks                                         50    day 3
    five    ann          ann comments on her own change                       50    day 3
    bumped  dependabot   nobody looks                                         10    day 3
    six     agent        still open                                           10      -
"""

from __future__ import annotations

import pytest

from tests.measure.asking import abstention, answers, measured, value
from tests.measure.forge import DAY, HOUR, MINUTE, Forge, june
from trueup.model.evidence import Measurement, Window

HALF, MEAN = ("quantile", "0.5"), ("quantile", "mean")
SECOND = 1 / DAY


@pytest.fixture
def forge() -> Forge:
    world = Forge()
    sizes = {"one": 100, "two": 50, "three": 50, "four": 50, "five": 50}
    for name, lines in sizes.items():
        world.proposed(name, 1, landed=3, lines_added=lines, lines_deleted=0)
    world.proposed(
        "bumped", 1, landed=3, author="dependabot", kind="bot", lines_added=5, lines_deleted=5
    )
    world.proposed("six", 2, author="devin", kind="ai_agent", lines_added=10, lines_deleted=0)
    world.comment("one", 1.1, "bob", length=120, on_code=True)
    world.comment("one", 1.2, "bob", length=30)
    world.comment("one", 1.3, "cleo", length=60)
    world.comment("one", 1.3, "ci-bot", kind="bot", length=100)
    world.review("one", 1.1 + HOUR / DAY, "bob", "approved")
    world.review("two", 1 + 5 * MINUTE / DAY, "bob", "approved")
    world.review("three", 1 + 30 * SECOND, "coderabbit", kind="ai_agent")
    world.comment("three", 1.1, "coderabbit", kind="ai_agent", length=900, on_code=True)
    world.comment("three", 1.1, "coderabbit", kind="ai_agent", length=500, on_code=True)
    world.comment("five", 1.1, "ann", length=40)
    return world


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("changes_reviewed_by_ai_ratio", 1 / 5),
        ("changes_by_ai_agents_ratio", 1 / 6),
        ("human_review_comments", 3 / 5),
        ("machine_review_comments", 3 / 5),
        ("human_review_comment_characters", (120 + 30 + 60) / 3),
        ("machine_review_comment_characters", (900 + 500 + 100) / 3),
        ("unreviewed_changes_ratio", 2 / 5),
        ("changes_without_human_review_ratio", 3 / 5),
        ("review_depth_comments", 3 / 3),
        ("changes_with_code_comments_ratio", 1 / 5),
        ("quick_silent_approvals_ratio", 1 / 2),
    ],
)
def test_a_number_worked_out_from_the_drawing(forge: Forge, metric: str, expected: float) -> None:
    assert value(metric, forge) == pytest.approx(expected)


def test_first_ai_review_seconds_is_a_clock_of_its_own(forge: Forge) -> None:
    assert value("first_ai_review_seconds", forge, HALF) == 30
    assert measured("first_ai_review_seconds", forge, HALF).n == 1


def test_people_bots_and_agents_are_three_classes(forge: Forge) -> None:
    """Of the changes landed 5 are Ann's and 1 the bot's: nobody looked at 2 and at 1 of them."""
    found = answers("unreviewed_changes_ratio", forge, by=("actor_kind",), k=1)
    shares = {dict(g)["actor_kind"]: f.value for g, f in found.items() if hasattr(f, "value")}
    assert shares == {"human": 2 / 5, "bot": 1.0}


def test_a_review_after_landing_is_not_one_before_it(forge: Forge) -> None:
    forge.review("four", 4, "bob", "approved")
    assert value("unreviewed_changes_ratio", forge) == 2 / 5


def test_a_change_git_alone_recorded_lowers_the_coverage(forge: Forge) -> None:
    forge.change("clone", june(2))
    found = measured("unreviewed_changes_ratio", forge)
    assert (found.value, found.coverage) == pytest.approx((2 / 5, 5 / 6))


def test_a_plain_clone_makes_it_abstain_naming_the_forge() -> None:
    world = Forge()
    world.change("clone", june(2))
    found = abstention("unreviewed_changes_ratio", world)
    assert found.reason == "No proposed changes are recorded."
    assert found.remedy == "Connect the forge (GitHub or GitLab)."


def waits() -> Forge:
    """One lands a day after its review, one three days after; one is open 2 days after its own."""
    world = Forge(until="2026-06-03")
    for name, landed in (("a", 2.0), ("b", 4.0), ("c", None)):
        world.proposed(name, 1, landed=landed)
        world.review(name, 1 if name != "c" else 2)
    return world


def test_review_to_landed_seconds_keeps_what_is_still_open() -> None:
    """Kaplan-Meier of 1, 2+, 3 days: 2/3 after 1, 0 after 3; mean 1 + 2 x 2/3."""
    world = waits()
    assert value("review_to_landed_seconds", world, HALF) == 3 * DAY
    assert value("review_to_landed_seconds", world, MEAN) == pytest.approx((1 + 4 / 3) * DAY)


def test_opened_to_landed_seconds_runs_from_opening() -> None:
    """1, 4 days, and 2 days and counting: mean 1 + 3 x 2/3 = 3 days."""
    world = Forge(until="2026-06-03")
    world.proposed("a", 1, landed=2)
    world.proposed("b", 1, landed=5)
    world.proposed("c", 3)
    assert value("opened_to_landed_seconds", world, HALF) == 4 * DAY
    assert value("opened_to_landed_seconds", world, MEAN) == pytest.approx(3 * DAY)


def test_a_change_given_up_is_censored_when_it_was() -> None:
    """1 day, given up after 2, 4 days: as above."""
    world = Forge()
    world.proposed("a", 1, landed=2)
    world.proposed("b", 1, landed=5)
    world.proposed("c", 1, closed=3)
    assert value("opened_to_landed_seconds", world, HALF) == 4 * DAY


def test_a_mean_whose_longest_wait_is_open_is_said_to_be_at_least() -> None:
    world = Forge()
    world.proposed("a", 1, landed=2)
    world.proposed("b", 1)
    assert measured("opened_to_landed_seconds", world, MEAN).qualifier == "at least"
    assert measured("opened_to_landed_seconds", world, HALF).qualifier == ""


def loads(*reviewers: int) -> Forge:
    """Reviewers who each review so many changes in one week."""
    world = Forge()
    for reviewer, count in enumerate(reviewers):
        for number in range(count):
            name = f"c{reviewer}-{number}"
            world.proposed(name, 1, landed=5)
            world.review(name, 2, f"p{reviewer}")
            world.review(name, 3, f"p{reviewer}", "approved")
    return world


def test_review_load_per_week_is_a_distribution_over_reviewers() -> None:
    """1, 1, 2, 3 and 6 changes: half of the reviewers review 2 or fewer, 85 % six or fewer."""
    world = loads(1, 1, 2, 3, 6)
    assert value("review_load_per_week", world, HALF) == 2
    assert value("review_load_per_week", world, ("quantile", "0.85")) == 6
    assert measured("review_load_per_week", world, HALF).n == 5


def test_the_load_of_fewer_than_k_reviewers_is_not_shown() -> None:
    found = abstention("review_load_per_week", loads(1, 1, 2, 3))
    assert found.reason.startswith("Fewer than 5 persons")


def test_weeks_without_a_review_do_not_count_in_the_load() -> None:
    """Four changes in one week and two in the next are 3 a week, though a month lies between."""
    world = loads(1, 1, 1, 1)
    for number, day in enumerate((2, 2, 2, 2, 23, 23)):
        world.proposed(f"x{number}", 1, landed=25)
        world.review(f"x{number}", day, "zoe")
    assert value("review_load_per_week", world, ("quantile", "0.85")) == 3


def test_an_answer_speaks_of_the_window_asked_for(forge: Forge) -> None:
    forge.proposed("later", 10, landed=12)
    early = Window(start_at=june(1), end_at=june(10))
    found = measured("unreviewed_changes_ratio", forge, window=early)
    assert isinstance(found, Measurement)
    assert (found.n, found.window) == (5, early)
