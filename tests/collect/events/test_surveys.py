"""Surveys as rows: nobody can be told apart, in raw records or in tables."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.collect.events.writing import Kept, read, visit
from trueup.collect.fields import instant
from trueup.collect.sources.events.receiving.reading import Refused, read_message
from trueup.collect.sources.events.schema import OF_SURVEYS

HEAD = "survey,asked,group,email,unaided_1,unaided_3,gse_1,comment\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "events"
    made.mkdir()
    return made


def lines(group: str, count: int, first: int = 0) -> str:
    said = (
        f"AI pulse,2026-03-02,{group},p{first + n}@acme.example,{1 + n % 5},,{1 + n % 4},I am tired"
        for n in range(count)
    )
    return "".join(f"{line}\n" for line in said)


def groups(kept: Kept) -> Counter[str | None]:
    """Return how many respondents each group has."""
    rows = {row["respondent"]: row["team_id"] for row in read(kept)["survey_response"]}
    return Counter(rows.values())


def test_each_ticked_question_is_a_row_of_its_scale(folder: Path) -> None:
    (folder / "survey.csv").write_text(HEAD + lines("Till", 10))
    rows = read(visit(folder))["survey_response"]
    assert len(rows) == 20
    assert {(row["scale"], row["item"]) for row in rows} == {
        ("unaided", "unaided_1"),
        ("gse", "gse_1"),
    }
    first = "events:events/events/events:survey/ai pulse/2026-03-02#0"  # no two targets share one
    (row, other) = [row for row in rows if row["respondent"] == first]
    assert row["asked_at"] == instant("2026-03-02T00:00:00Z")
    assert (row["team_id"], row["item"], row["value"]) == ("events:till", "gse_1", 1)
    assert (other["item"], other["value"]) == ("unaided_1", 1)


def test_neither_addresses_nor_words_nor_the_order_of_the_file_are_kept(folder: Path) -> None:
    body = lines("Till", 12).splitlines(keepends=True)
    (folder / "survey.csv").write_text(HEAD + "".join(body))
    one = visit(folder)
    assert "acme.example" not in json.dumps([*one.bodies.values()])
    assert "tired" not in json.dumps([*one.bodies.values()])
    (folder / "survey.csv").write_text(HEAD + "".join(reversed(body)))
    assert visit(folder).bodies == one.bodies


def test_a_group_of_nine_loses_its_name_before_it_is_written(folder: Path) -> None:
    (folder / "survey.csv").write_text(HEAD + lines("Till", 12) + lines("Cart", 9))
    kept = visit(folder)
    assert "cart" not in json.dumps([*kept.bodies.values()])


def test_no_small_group_is_left_as_the_rest(folder: Path) -> None:
    """12, 11 and 9: nine without a name are Cart again, so the smaller of the others joins."""
    text = HEAD + lines("Till", 12) + lines("Mail", 11) + lines("Cart", 9)
    (folder / "survey.csv").write_text(text)
    kept = visit(folder)
    assert groups(kept) == {"events:till": 12, None: 20}
    assert kept.told("groups of AI pulse of 2026-03-02").skipped == 20


def test_two_small_groups_hide_each_other(folder: Path) -> None:
    text = HEAD + lines("Till", 12) + lines("Mail", 6) + lines("Cart", 5)
    (folder / "survey.csv").write_text(text)
    assert groups(visit(folder)) == {"events:till": 12, None: 11}


def test_groups_are_one_however_they_are_written(folder: Path) -> None:
    (folder / "survey.csv").write_text(HEAD + lines("Till", 6) + lines(" till", 6))
    assert groups(visit(folder)) == {"events:till": 12}


def test_lines_without_an_answer_are_counted(folder: Path) -> None:
    empty = "AI pulse,2026-03-02,Till,a@acme.example,,,,nothing to say\n"
    (folder / "survey.csv").write_text(HEAD + lines("Till", 10) + empty)
    kept = visit(folder)
    assert sum(groups(kept).values()) == 10
    assert kept.told("answers to AI pulse of 2026-03-02").skipped == 1


def test_an_answer_outside_its_ends_costs_the_answer_alone(folder: Path) -> None:
    (folder / "survey.csv").write_text(
        HEAD + lines("Till", 9) + "AI pulse,2026-03-02,Till,,6,5,5,\n"
    )
    kept = visit(folder)
    assert groups(kept) == {"events:till": 10}
    assert kept.told("cells of survey.csv").skipped == 2


def test_a_survey_that_is_no_longer_in_the_files_is_gone(folder: Path) -> None:
    (folder / "survey.csv").write_text(HEAD + lines("Till", 10))
    kept = visit(folder)
    (folder / "survey.csv").write_text(HEAD)
    assert [gone.row_id for gone in read(visit(folder, kept)).gone] == [
        "events:survey/ai pulse/2026-03-02"
    ]


def test_a_total_of_nine_is_refused(folder: Path) -> None:
    (folder / "survey_totals.csv").write_text(
        "survey,asked,group,measure,value,answered\n"
        "AI pulse,2026-03-02,Till,dxi,71.5,10\nAI pulse,2026-03-02,Cart,dxi,71.5,9\n"
    )
    (row,) = read(visit(folder))["survey_total"]
    assert (row["team_id"], row["value"], row["answered_count"]) == ("events:till", 71.5, 10)


def test_who_was_asked_is_a_row_of_each_group(folder: Path) -> None:
    (folder / "survey-groups.csv").write_text(
        "survey,asked,group,invited\nAI pulse,2026-03-02,Till,30\nAI pulse,2026-03-02,,80\n"
    )
    rows = read(visit(folder))["survey_group"]
    assert [(row["team_id"], row["invited_count"]) for row in rows] == [
        (None, 80),
        ("events:till", 30),
    ]


@pytest.mark.parametrize("kind", OF_SURVEYS)
def test_surveys_are_not_received_one_by_one(kind: str) -> None:
    """When somebody answers is nobody's business, and two people may tick the same."""
    with pytest.raises(Refused, match="kind"):
        read_message(json.dumps({"kind": kind}).encode(), "", now=0)
