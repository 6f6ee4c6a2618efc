"""Values, intervals and spans of time, said as a person says them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.report import weighed
from tests.report.sample import YEAR, cannot, number
from trueup.model.evidence import Interval, Measurement
from trueup.report import words
from trueup.report.saying.facts import facts_of
from trueup.units import ITEMS, LINES, PEOPLE, PER_WEEK, RATIO, SECONDS, Unit

DAY = 86_400.0


def said(value: float, unit: Unit, metric: str = "x", n_of: str = "changes") -> str:
    """Say a value with ordinary spaces."""
    shown = number(metric, value, unit, 12, n_of)
    return words.value_of(shown).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.1342, RATIO, "13 %"),
        (0.0034, RATIO, "0.34 %"),
        (-0.02, RATIO, "\u22122 %"),
        (3 * DAY, SECONDS, "3 days"),
        (34 * DAY, SECONDS, "4.9 weeks"),
        (21.4, PER_WEEK, "21 per week"),
        (34, LINES, "34 lines"),
        (1, LINES, "1 line"),
        (1, ITEMS, "1 change"),
        (0.02, LINES, "0.02 lines"),
        (1, PEOPLE, "1 person"),
        (4, PEOPLE, "4 people"),
        (38, ITEMS, "38 changes"),
    ],
)
def test_values_are_said_in_two_or_three_digits(value: float, unit: Unit, expected: str) -> None:
    assert said(value, unit) == expected


def test_the_difference_of_two_shares_is_said_in_points() -> None:
    assert said(-0.02, RATIO, "line_survival_difference_ratio") == "\u22122 points"


def test_a_difference_upwards_carries_its_sign() -> None:
    assert said(0.046, RATIO, "line_survival_difference_ratio") == "+4.6 points"


def test_marked_months_over_others_is_said_as_times() -> None:
    assert said(1.12, RATIO, "released_in_marked_months_ratio") == "1.1 times"
    assert said(1.0, RATIO, "released_in_marked_months_ratio") == "1.0 times"


def between(low: float, high: float, unit: Unit) -> str:
    """Say an interval with ordinary spaces."""
    whole = number("x", low, unit, 12, "changes")
    shown = replace(whole, interval=Interval(low=low, high=high, method="m"))
    return words.interval_of(shown).replace("\u00a0", " ")


def test_an_interval_says_its_unit_once_where_both_ends_share_it() -> None:
    assert between(-0.09, 0.05, RATIO) == "\u22129 to 5 %"
    assert between(2 * DAY, 10 * DAY, SECONDS) == "2 to 10 days"


def test_an_interval_over_two_units_says_both() -> None:
    assert between(3600 * 5, 10 * DAY, SECONDS) == "5 hours to 10 days"


def test_ends_that_differ_are_said_apart_from_each_other() -> None:
    """1.99 and 2.04 days are both 2 in two digits."""
    assert between(1.99 * DAY, 2.04 * DAY, SECONDS) == "1.99 to 2.04 days"
    assert between(2 * DAY, 2 * DAY, SECONDS) == "2 to 2 days"
    assert between(DAY, 2.9 * DAY, SECONDS) == "1 to 2.9 days"


def test_a_share_of_whatever_text_is_set_with_its_space() -> None:
    assert words.typeset("89% lost; 5 % left") == "89\u00a0% lost; 5\u00a0% left"


def test_a_number_without_an_interval_says_why() -> None:
    assert words.interval_of(number("x", 1, RATIO, 3, "commits")) == "complete count"


def test_the_end_of_a_window_is_not_part_of_it() -> None:
    assert words.span(YEAR) == "1 January 2024 to 31 October 2025"


def test_only_what_is_complete_is_called_complete() -> None:
    assert words.plain_share(0.99999) == "99.9\u00a0%"


def test_facts_hold_interval_n_clusters_window_coverage_source_and_query() -> None:
    shown = number(
        "ai_marked_commits_ratio", 0.4, RATIO, 200, "commits", spread=0.1,
        month="2024-03", tool="cursor", repository="a/b",
    )  # fmt: skip
    facts = {label: text.replace("\u00a0", " ") for label, text in facts_of(shown)}
    assert facts == {
        "Unit": "ratio",
        "95 % interval": "30 to 50 % (months resampled)",
        "Rests on": "200 commits, 31 clusters",
        "Window": "1 January 2024 to 31 October 2025",
        "Slice": "March 2024, a/b, cursor",
        "Coverage": "99.8 % of what should be in it",
        "Source": "git",
        "Query": "trueup measure ai_marked_commits_ratio --by tool --every month",
    }


def test_an_abstention_shows_why_not_and_what_would_change_it() -> None:
    facts = facts_of(cannot("x_ratio", "No tags.", "Tag releases."))
    assert facts == (("Why not", "No tags."), ("What would change it", "Tag releases."))


def test_the_unit_of_what_is_measured_is_never_changed() -> None:
    shown: Measurement = number("line_survival_difference_ratio", -0.02, RATIO, 9, "lines")
    assert shown.unit == RATIO
    assert words.unit_of(shown).name == "percentage points"


def test_one_item_is_named_in_the_singular() -> None:
    one, two = (number("commits_per_week", 1.0, PER_WEEK, n, "commits") for n in (1, 2))
    assert (words.items_of(one), words.items_of(two)) == ("1\u00a0commit", "2\u00a0commits")


def test_what_is_rare_is_said_per_thousand_changes() -> None:
    """0.000066 incidents per change is 0.066 per thousand."""
    found = replace(
        weighed.estimate(weighed.INCIDENTS, 0.000066, -0.0001, 0.00025),
        unit=Unit("incidents per change", "incidents per change"),
    )
    assert words.value_of(found).replace("\u00a0", " ") == "+0.066 per 1,000 changes"
    assert words.short_of(found) == "+0.066"
    said = words.short_between(found).replace("\u2212", "-")
    assert said == "-0.1 to +0.25"


def test_a_unit_of_its_own_is_left_out_only_where_it_stands_beside() -> None:
    found = replace(
        weighed.estimate("pages_turned", 0.5, 0.25, 0.75), unit=Unit("pages a day", "pages a day")
    )
    assert words.value_of(found).replace("\u00a0", " ") == "+0.5 pages a day"
    assert (words.short_of(found), words.short_between(found)) == ("+0.5", "+0.25 to +0.75")


def test_a_part_of_a_whole_is_a_share_and_a_difference_of_shares_is_points() -> None:
    part = replace(weighed.estimate("inflated_tokens_ratio", 0.5, 0.4, 0.6), unit=RATIO)
    apart = replace(part, outcome="looped_ratio")
    said = [(words.value_of(one), words.interval_of(one)) for one in (part, apart)]
    plain = [tuple(each.replace("\u00a0", " ") for each in both) for both in said]
    assert plain == [("50 %", "40 to 60 %"), ("+50 points", "+40 to +60 points")]
