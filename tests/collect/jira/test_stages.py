"""Which stage a status stands for: the guess, the operator's word, and who is asked again."""

from __future__ import annotations

import pytest

from tests.collect.jira.drawn import entry, issue, moved
from tests.collect.jira.server import JiraServer
from tests.collect.jira.visiting import collected, connection_of, read, visit
from trueup.collect.sources.jira.settings import read_options
from trueup.collect.sources.jira.stages import (
    found_in_of,
    is_abandoned,
    item_type_of,
    stage_of,
)
from trueup.errors import ConfigError


@pytest.mark.parametrize(
    ("name", "category", "stage"),
    [
        ("To Do", "new", "queue"),
        ("Backlog", "new", "queue"),
        ("Reopened", "new", "queue"),
        ("In Progress", "indeterminate", "active"),
        ("In Review", "indeterminate", "review"),
        ("Code Review", "new", "review"),  # the category is often left as it was
        ("Ready for review", "indeterminate", "queue"),  # nobody reviews yet
        ("Waiting for QA", "indeterminate", "queue"),
        ("Blocked", "indeterminate", "queue"),
        ("On hold", "indeterminate", "queue"),
        ("QA", "indeterminate", "qa"),
        ("Testing", "indeterminate", "qa"),
        ("UAT", "indeterminate", "qa"),
        ("Peeling potatoes", "indeterminate", "active"),
        ("Peeling potatoes", "new", "queue"),
        ("Closed", "done", "done"),
        ("Ready for QA", "done", "done"),  # what Jira counts as done is done
        ("In Arbeit", "indeterminate", "active"),
        ("In Prüfung", "indeterminate", "review"),
        ("Zurückgestellt", "indeterminate", "queue"),
        ("Abnahme", "indeterminate", "qa"),
        ("En cours", "indeterminate", "active"),
        ("À faire", "indeterminate", "queue"),
        ("En revisión", "indeterminate", "review"),
        ("Pruebas", "indeterminate", "qa"),
        ("Em andamento", "indeterminate", "active"),
        ("Bloqueado", "indeterminate", "queue"),
        ("W toku", "indeterminate", "active"),
        ("進行中", "indeterminate", "active"),
        ("レビュー中", "indeterminate", "review"),
        ("テスト", "indeterminate", "qa"),
        ("Testimony", "indeterminate", "active"),  # a word, not a beginning
        ("Done", None, "done"),  # a status deleted since has no category
        ("Peeling potatoes", None, None),
    ],
)
def test_a_status_is_taken_for_the_stage_its_name_and_category_tell(
    name: str, category: str | None, stage: str | None
) -> None:
    assert stage_of(name, category) == stage


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Bug", "bug"),
        ("Defect", "bug"),
        ("Fehler", "bug"),
        ("Story", "feature"),
        ("New Feature", "feature"),
        ("Task", "task"),
        ("Aufgabe", "task"),
        ("[System] Incident", "incident"),
        ("[System] Post-incident review", "other"),
        ("[System] Service request", "task"),
        ("Störung", "incident"),
        ("Epic", "epic"),
        ("Potato", "other"),
    ],
)
def test_a_type_is_taken_for_the_kind_of_work_its_name_tells(name: str, kind: str) -> None:
    assert item_type_of(name, 0, is_subtask=False) == kind


def test_a_type_without_a_telling_name_is_an_epic_above_others_and_a_task_below_them() -> None:
    assert item_type_of("Chapter", 1, is_subtask=False) == "epic"
    assert item_type_of("Scrap", -1, is_subtask=True) == "task"


@pytest.mark.parametrize(
    "name", ["Won't Do", "Won\u2019t Do", "Won't Fix", "Duplicate", "Cannot Reproduce", "Abgelehnt"]
)
def test_a_resolution_may_say_that_work_was_given_up(name: str) -> None:
    assert is_abandoned(name)


@pytest.mark.parametrize("name", ["Done", "Fixed", "Resolved", None])
def test_other_resolutions_say_that_work_was_done(name: str | None) -> None:
    assert not is_abandoned(name)


def test_where_a_bug_was_found_is_told_by_words() -> None:
    assert [found_in_of(n) for n in ("Production", "Code review", "CI", "QA", "Moon", None)] == [
        *("production", "review", "ci", "work_item", None, None)
    ]


def test_the_guess_is_told_with_what_corrects_it() -> None:
    server = JiraServer()
    server.put(issue(10001, "SHOP-1"))
    (note,) = visit(server).notes
    assert "In Review = review" in note.reason
    assert "Ready for QA = queue" in note.reason
    assert "stages =" in note.remedy
    assert (note.expected, note.seen, note.skipped) == (8, 8, 0)


def test_what_the_operator_says_of_a_status_needs_no_further_question() -> None:
    server = JiraServer()
    server.put(
        issue(
            10001,
            "SHOP-1",
            entry(1, "2026-03-02T10:00:00.000+0100", moved("To Do", "In Review")),
            now="In Review",
        )
    )
    kept = visit(server)
    asked = server.calls.total()
    assert read(kept).stages(10001) == [(None, "queue"), ("queue", "review")]
    corrected = read(kept, options={"stages": {"in review": "qa"}})
    assert corrected.stages(10001) == [(None, "queue"), ("queue", "qa")]
    assert corrected.only("work_item")["stage"] == "qa"
    assert server.calls.total() == asked


def test_what_the_operator_says_of_types_resolutions_and_findings_counts() -> None:
    options = {
        "issue_types": {"Task": "bug"},
        "resolutions": {"Parked for good": "abandoned"},
        "found_in": {"Moon": "production"},
    }
    found = collected(
        issue(
            10001,
            "SHOP-1",
            now="Done",
            resolution={"name": "Parked for good"},
            customfield_10050={"value": "Moon"},
        ),
        options=options,
    ).only("work_item")
    assert found["item_type"] == "bug"
    assert found["resolution"] == "abandoned"
    assert found["found_in"] == "production"


@pytest.mark.parametrize(
    "options",
    [
        {"stages": {"In Review": "reviewing"}},
        {"stages": ["In Review"]},
        {"issue_types": {"Bug": 1}},
        {"fields": {"colour": "Colour"}},
        {"development": "yes"},
    ],
)
def test_an_option_of_another_kind_is_refused_with_what_to_write(
    options: dict[str, object],
) -> None:
    with pytest.raises(ConfigError) as error:
        read_options(connection_of(JiraServer(), options))
    assert error.value.hint
