"""`trueup simulate`: a table that abstains where there is no lead time, and what it rests on."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.cli.conftest import Stage
from tests.cli.stage import run
from trueup.cli.foreseeing.flow import foreseen_as_json, foreseen_in_words, read_what_ifs
from trueup.errors import ConfigError
from trueup.model.evidence import Abstention, Interval, Window
from trueup.simulate.flow.network import Arriving, Demand, Pushed
from trueup.simulate.flow.outlook import Outlook, outlooks
from trueup.simulate.flow.playing import Manner
from trueup.simulate.flow.question import Foreseen
from trueup.simulate.flow.team import Team, Touch, WhatIf

WEEK = 604_800_000_000
LACKING = Abstention(metric="flow", reason="No reviews are recorded.", remedy="Connect the forge.")
CHANGES = {"faster": WhatIf(coding_speed=1.6), "2 more": WhatIf(reviewers=2)}


def played(demand: Demand) -> tuple[Outlook, ...]:
    """Twenty-one teams of two reviewers who can do some 0.38 changes an hour: less than coders."""
    teams = [Team(review=Touch(hours=3.2 + place / 100)) for place in range(21)]
    return outlooks(
        teams,
        demand,
        CHANGES,
        calibrated_by="200 changes put up for review",
        manner=Manner(weeks=4, warm_up_weeks=2, runs=1),
        assuming=("Reviewers read with care.",),
    )


@pytest.fixture(scope="module")
def known() -> Foreseen:
    return Foreseen(
        unit_kind="team",
        units=21,
        weeks=Window(start_at=WEEK, end_at=27 * WEEK),
        demand="push",
        outlooks=played(Pushed()),
        beside={"arriving": played(Arriving(per_hour=0.3))[:2], "cap=9": played(Pushed(most=9))},
        unknown_start_ratio={"coding": 0.1, "review": 1.0},
    )


def test_what_piles_up_has_no_lead_time_and_the_limit_is_named(known: Foreseen) -> None:
    lines = list(foreseen_in_words(known))
    as_it_is, faster, more = (
        next(line for line in lines if line.startswith(f"  {name}"))
        for name in ("as it is", "faster", "2 more")
    )

    assert lines[0] == "A typical team of 21 teams, if there is always more to begin"
    assert "grows by" in as_it_is
    assert "reviewers 100 %" in as_it_is
    assert "0 % (0 to 0)" in faster
    assert "hours of work" in more
    assert "coders 100 %" in more


def test_every_number_stands_with_its_interval_and_what_it_rests_on(known: Foreseen) -> None:
    text = "\n".join(foreseen_in_words(known))

    assert "per team, with 95 % intervals" in text
    assert "200 changes put up for review; 21 sets of parameters." in text
    assert "Starts of work that no record tells: coding 10 %, review 100 %." in text
    assert "Reviewers read with care." in text


def test_changes_that_hold_less_are_said_in_work_too(known: Foreseen) -> None:
    """A quarter less in each, and exactly a quarter more of them: less work by a sixteenth."""
    as_it_is, faster, *_ = known.outlooks
    assert faster.against is not None
    more = replace(
        faster.against, value=0.25, interval=Interval(low=0.25, high=0.25, method="by hand")
    )
    smaller = replace(faster, name="smaller", what_if=WhatIf(change_size=0.75), against=more)
    found = replace(known, outlooks=(as_it_is, smaller))

    said = [line for line in foreseen_in_words(found) if "In work" in line]
    assert said == [
        "  In work, for each change would hold more or less: smaller -6.2 % (-6.2 to -6.2)."
    ]
    told = foreseen_as_json(found)["outlooks"]["push"][1]["work_against"]
    assert told["value"] == -0.0625


def test_what_else_may_bring_work_in_stands_beside(known: Foreseen) -> None:
    lines = list(foreseen_in_words(known))
    place = lines.index("Finished, against as it is, if instead")

    assert "work comes as it came" in lines[place + 1]
    assert "at most 9 changes are under way" in lines[place + 1]
    assert "not played" in lines[place + 4]


def test_lack_of_records_is_said_with_what_to_connect() -> None:
    assert list(foreseen_in_words(LACKING)) == [
        "What would happen if: cannot tell. No reviews are recorded.",
        "Connect the forge.",
    ]
    assert foreseen_as_json(LACKING)["abstention"]["reason"] == LACKING.reason


def test_a_machine_is_told_everything(known: Foreseen) -> None:
    found = json.loads(json.dumps(foreseen_as_json(known)))
    push = found["outlooks"]["push"]

    assert list(found["outlooks"]) == ["push", "arriving", "cap=9"]
    assert push[0]["throughput"]["kind"] == "simulated"
    assert push[0]["throughput"]["interval"]["level"] == 0.95
    assert push[0]["limits"] == {"reviewers": 1.0}
    assert push[0]["lead_times"]["kind"] == "abstention"
    assert push[1]["what_if"]["coding_speed"] == 1.6


def test_a_change_is_read_as_it_is_written() -> None:
    text = "coding_speed=1.6 reviewers=-1 most_under_way=12"

    assert read_what_ifs([text]) == {
        text: WhatIf(coding_speed=1.6, reviewers=-1, most_under_way=12)
    }
    assert read_what_ifs([]) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("coding_sped=2", "Nothing is called 'coding_sped'"),
        ("coding_speed", "does not say by how much"),
        ("reviewers=1.5", "does not say by how much"),
        ("coding_speed=0", "cannot be played"),
        ("coding_speed=nan", "cannot be played"),
        ("most_under_way=-2", "cannot be played"),
        (" ", "Nothing is changed"),
    ],
)
def test_a_change_that_cannot_be_read_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_what_ifs([text])


def test_the_verb_hands_on_what_it_was_asked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    staged = stage(lambda: LACKING)
    words = ["simulate", "--what-if", "reviewers=2", "--demand", "cap=12", "--json"]

    assert run(monkeypatch, words) == 0
    assert json.loads(capsys.readouterr().out)["simulate"]["abstention"]["metric"] == "flow"
    verb, asked, how = staged.asked[-1]
    assert verb == "simulate"
    assert asked == ({"reviewers=2": WhatIf(reviewers=2)},)
    assert (how["demand"], how["window"]) == ("cap=12", None)
