"""A plan is read strictly, hashed by what it decides, and never replaced in silence."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path
from typing import Literal

import pytest

from trueup.errors import EstimateError
from trueup.estimate.question import Question
from trueup.estimate.verdict.plan import (
    Adoption,
    Plan,
    Population,
    as_toml,
    binding,
    differences,
    not_throughput,
    plan_hash,
    read_plan,
    write_plan,
)

LEAD_TIME = Question(outcome="lead_time", scale="log", better="lower", smallest=0.10)
FAILURES = Question(outcome="failures", scale="count", better="lower", smallest=0.10)
PLAN = Plan(
    title='The "2026" roll-out',
    primary=Question(outcome="changes", scale="count", horizon=26, covariates=("size", "age")),
    guardrails=(LEAD_TIME, FAILURES),
    exploratory=(Question(outcome="reviews", better="neither"),),
    moderators=("tests",),
    placebo_outcomes=("holidays",),
    registered_on=date(2026, 1, 5),
    population=Population(units="team", grain="week", since=date(2025, 1, 6)),
)
SHORT_PLAN = Plan(primary=LEAD_TIME)
SHORT = """
[primary]
outcome = "changes"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_plan_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    write_plan(PLAN, path)
    assert read_plan(path) == PLAN


def test_every_key_of_the_written_plan_is_one_that_can_be_read(tmp_path: Path) -> None:
    assert read_plan(written(tmp_path, as_toml(Plan(primary=LEAD_TIME)))) == Plan(primary=LEAD_TIME)


def test_layout_comments_order_and_defaults_leave_the_hash_alone(tmp_path: Path) -> None:
    spare = read_plan(written(tmp_path, SHORT))
    wordy = read_plan(
        written(
            tmp_path,
            "alpha = 5e-2\nlooks=52 # a year\n\n[adoption]\nweeks = 4\n[primary]\n"
            'smallest = 0.05\noutcome = "changes"\nscale = "level"\n',
        )
    )
    assert plan_hash(spare) == plan_hash(wordy)
    turned = dataclasses.replace(PLAN, guardrails=(FAILURES, LEAD_TIME))
    assert plan_hash(PLAN) == plan_hash(turned)


def test_a_whole_number_where_a_share_is_meant_is_the_same_decision(tmp_path: Path) -> None:
    one = read_plan(written(tmp_path, SHORT + "smallest = 1\n"))
    other = read_plan(written(tmp_path, SHORT + "smallest = 1.0\n"))
    assert plan_hash(one) == plan_hash(other)


@pytest.mark.parametrize(
    "changed",
    [
        {"primary": dataclasses.replace(PLAN.primary, smallest=0.04)},
        {"primary": dataclasses.replace(PLAN.primary, better="lower")},
        {"primary": dataclasses.replace(PLAN.primary, horizon=None)},
        {"guardrails": (LEAD_TIME,)},
        {"registered_on": date(2026, 1, 6)},
        {"adoption": Adoption(share=0.3)},
        {"looks": 12},
        {"alpha": 0.1},
        {"estimator": "imputation"},
        {"title": "Another"},
    ],
    ids=str,
)
def test_every_changed_decision_changes_the_hash(changed: dict[str, object]) -> None:
    other = dataclasses.replace(PLAN, **changed)  # type: ignore[arg-type]
    assert plan_hash(other) != plan_hash(PLAN)
    assert differences(PLAN, other) != ()


def test_the_hash_is_the_same_on_every_machine_and_run() -> None:
    """Written down once; a change here means every registered plan gets a new hash."""
    assert plan_hash(Plan(primary=Question(outcome="changes"))) == "3e2350efbd3d"


def test_what_changed_since_registration_is_listed() -> None:
    now = dataclasses.replace(
        PLAN,
        looks=12,
        guardrails=(LEAD_TIME,),
        moderators=(),
        primary=dataclasses.replace(PLAN.primary, smallest=0.04),
    )
    lines = differences(PLAN, now)
    assert lines == (
        "guardrails.failures: dropped",
        "looks: 52 became 12",
        "moderators: tests became nothing",
        "primary.smallest: 0.05 became 0.04",
    )
    assert binding(lines) == (lines[0], lines[1], lines[3])
    assert differences(PLAN, PLAN) == ()
    assert differences(now, PLAN)[0] == "guardrails.failures: added"


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    write_plan(PLAN, path)
    before = path.read_bytes()
    with pytest.raises(EstimateError, match="already"):
        write_plan(dataclasses.replace(PLAN, looks=12), path)
    assert path.read_bytes() == before


def test_a_written_plan_names_every_key_it_leaves_open(tmp_path: Path) -> None:
    text = as_toml(SHORT_PLAN, notes=("Seen: 3 teams.", "two\nlines"))
    for line in ("# registered_on =", "# since =", "# until =", "# horizon ="):
        assert [one for one in text.splitlines() if one.startswith(line)], line
    assert "\n# Seen: 3 teams.\n# two lines\n" in text
    assert read_plan(written(tmp_path, text)) == SHORT_PLAN


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        (SHORT + "smalest = 0.1\n", "unknown key 'smalest'"),
        ("shuffle = 1\n" + SHORT, "unknown key 'shuffle'"),
        (SHORT + "level = 0.9\n", "unknown key 'level'"),
        ("looks = 52\n", "has no 'primary'"),
        ("[primary]\nscale = 'log'\n", "has no 'outcome'"),
        (SHORT + "scale = 'log1p'\n", "not one of level, log, count"),
        (SHORT + "smallest = 'small'\n", "not a number"),
        (SHORT + "smallest = -0.1\n", "makes no sense"),
        (SHORT + "better = 'neither'\n", "which direction"),
        ("looks = 1.5\n" + SHORT, "not a whole number"),
        ("looks = true\n" + SHORT, "not a whole number"),
        ("looks = 0\n" + SHORT, "number of looks"),
        ("registered_on = '2026'\n" + SHORT, "not a date"),
        ("registered_on = 2026-01-05T10:00:00\n" + SHORT, "not a date"),
        ("moderators = 'tests'\n" + SHORT, "not a list"),
        ("moderators = [1]\n" + SHORT, "not a text"),
        ("primary = 'changes'\n", "is 'changes'"),
        (SHORT + "[[guardrails]]\noutcome = 'changes'\n", "'changes' twice"),
        (SHORT + "[adoption]\nshare = 20\n", "rule of adoption"),
        (SHORT + "[unmarked]\nusers_among_controls = 2\n", "wrong marks"),
        ("title = \n", "is not TOML"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(tmp_path: Path, text: str, fact: str) -> None:
    with pytest.raises(EstimateError, match=fact):
        read_plan(written(tmp_path, text))


def test_a_plan_that_is_not_there_is_refused_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(EstimateError, match="No such file"):
        read_plan(tmp_path / "none.toml")


@pytest.mark.parametrize(
    "outcome", ["commits", "lines_added", "tokens_per_week", "merged_changes", "released_changes"]
)
def test_activity_is_known_by_its_name_and_is_no_throughput(outcome: str) -> None:
    assert "not throughput" in not_throughput(Question(outcome=outcome))


@pytest.mark.parametrize(
    ("outcome", "better"),
    [
        ("sound_changes_per_developer_week", "higher"),
        ("deadlines_met", "higher"),
        ("lead_time_of_merged_changes", "lower"),
    ],
)
def test_what_is_finished_or_should_fall_is_not_taken_for_activity(
    outcome: str, better: Literal["higher", "lower"]
) -> None:
    assert not_throughput(Question(outcome=outcome, better=better)) == ""
