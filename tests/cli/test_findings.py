"""A number is never said without what it rests on."""

from __future__ import annotations

import json

from trueup.cli.findings import describe, in_words
from trueup.model.evidence import Abstention, Interval, Measurement, Window
from trueup.units import RATIO

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
