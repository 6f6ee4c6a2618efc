"""A number is never said without what it rests on."""

from __future__ import annotations

import json
from dataclasses import replace

from trueup.cli.findings import beside_as_json, beside_in_words, describe, in_words
from trueup.measure.comparing.beside import Beside, BesidePublished
from trueup.measure.comparing.published import FIGURES
from trueup.model.evidence import Abstention, Interval, Measurement, Window
from trueup.units import RATIO, RELATIVE

YEAR_2025 = Window(start_at=1_735_689_600_000_000, end_at=1_767_225_600_000_000)
MARKED = Measurement(
    metric="marked_commits_ratio",
    version=1,
    value=0.125,
    unit=RATIO,
    interval=Interval(low=0.1, high=0.15, method="authors resampled"),
    n=1600,
    n_of="commits",
    window=YEAR_2025,
    coverage=0.5,
    source="git",
    group=(("origin", "marked"),),
    qualifier="at least",
)
TOO_FEW = Abstention(metric="line_survival_ratio", reason="Too few.", remedy="Wait 3 weeks.")


def test_a_measurement_is_said_with_interval_count_coverage_and_window() -> None:
    assert list(in_words([MARKED])) == [
        "AI-marked: at least 12 % (10 to 15 %)",
        "    1,600 commits, 50 % seen, 1 January 2025 to 31 December 2025",
    ]


def test_an_abstention_is_said_with_its_reason_and_what_would_change_it() -> None:
    assert list(in_words([TOO_FEW])) == [
        "everything: cannot tell (Too few.)",
        "    Wait 3 weeks.",
    ]


def test_a_finding_for_machines_survives_json_and_names_its_kind() -> None:
    told = [json.loads(json.dumps(describe(finding))) for finding in (MARKED, TOO_FEW)]
    assert [one["kind"] for one in told] == ["measurement", "abstention"]
    assert told[0]["interval"] == {
        "low": 0.1,
        "high": 0.15,
        "level": 0.95,
        "method": "authors resampled",
    }
    assert told[0]["group"] == {"origin": "marked"}
    assert told[0]["unit"] == "ratio"


def test_published_rows_are_said_with_the_change_what_it_rests_on_and_their_source() -> None:
    figure = next(each for each in FIGURES if each.row == "pr_agent_reviewed")
    ends = [replace(MARKED, value=value, qualifier="") for value in (0.1, 0.2)]
    change = replace(MARKED, value=1.0, unit=RELATIVE, interval=None, no_interval_because="few")
    row = Beside(figure=figure, now=MARKED, low=ends[0], high=ends[1], change=change)
    found = BesidePublished(rows=(row,), kind="team", compared=7, use="the share of users")
    said = list(beside_in_words(found))
    assert "correlation" in said[1]
    assert said[4:] == [
        "    Last year: at least 12 % (10 to 15 %)",
        "    Least to most use: 10 to 20 %",
        "    Change: at least +100 % (few); 1,600 commits",
        f"    Published: 0 % to 25 % (in the source, {figure.link})",
    ]
    told = json.loads(json.dumps(beside_as_json(found)))
    assert told["rows"][0]["published"]["figure"] == "0 % to 25 %"
    assert told["rows"][0]["change"]["value"] == 1.0
    assert told["rows"][0]["change_of_sums"] is None
