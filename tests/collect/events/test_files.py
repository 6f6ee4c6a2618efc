"""Files as people write them: what lands, what is told, what is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collect.events.writing import SHA, Kept, read, visit
from trueup.collect.sources.events.files.lines import kind_of
from trueup.collect.sources.events.settings import Options, read_options
from trueup.collect.sources.events.source import SOURCE
from trueup.collect.web.nowhere import NoWeb
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable

HEAD = "id,service,finished_at,outcome\n"
AT = "2026-03-02T09:05:00+01:00"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "events"
    made.mkdir()
    return made


def test_a_bad_line_is_told_by_file_line_and_column_and_the_rest_lands(folder: Path) -> None:
    """Line 1 is the head; line 3 names no service, line 5 has no id, line 6 one cell too many."""
    (folder / "deployments.csv").write_text(
        f"{HEAD}d-1,till,{AT},success\nd-2,,{AT},success\n\n,till,{AT},success\n"
        f"d-4,till,{AT},success,extra\nd-5,till,{AT},failure\n"
    )
    kept = visit(folder)
    landed = {row["deployment_id"] for row in read(kept)["deployment"]}
    assert landed == {"events:d-1", "events:d-5"}
    note = kept.told("lines of deployments.csv")
    assert (note.expected, note.seen, note.skipped) == (5, 2, 3)
    assert note.reason == (
        "line 3, service: is missing, and so is repository; line 5, id: is missing; "
        "line 6 has 5 cells, the first line 4"
    )
    assert "collect again" in note.remedy


def test_a_bad_optional_cell_is_null_and_told_and_its_line_lands(folder: Path) -> None:
    (folder / "deployments.csv").write_text(
        "id,service,started_at,finished_at,outcome,commit\n"
        f"d-1,till,yesterday,{AT},well,abc123\n"
        f"d-2,till,2026-03-02T09:05:00,{AT},success,{SHA}\n"
    )
    kept = visit(folder)
    rows = read(kept)["deployment"]
    assert [row["started_at"] for row in rows] == [None, None]
    note = kept.told("cells of deployments.csv")
    assert note.skipped == 4
    assert "line 2, started_at: is no instant; write 2026-03-02T10:00:00+01:00" in note.reason
    assert "line 2, outcome: is none of success, failure, cancelled" in note.reason
    assert "line 2, commit: is no full hash; write all 40 characters" in note.reason
    assert "line 3, started_at: has no offset" in note.reason


def test_what_a_cell_said_is_never_repeated(folder: Path) -> None:
    (folder / "people.csv").write_text("email,github\nada.lovelace,secret-login\n")
    (folder / "members.csv").write_text("person,team,from\nada@example.org,Till,secret-day\n")
    kept = visit(folder)
    told = " ".join(note.reason for note in kept.notes)
    assert "line 2, email: is no address" in told
    assert not any(word in told for word in ("lovelace", "secret", "ada@"))


def test_a_line_inside_quotes_counts_as_the_lines_it_takes(folder: Path) -> None:
    (folder / "deployments.csv").write_text(
        f'id,service,finished_at,note\nd-1,till,{AT},"two\nlines"\nd-2,,{AT},\n'
    )
    assert "line 4, service" in visit(folder).told("lines of deployments.csv").reason


def test_of_lines_with_the_same_id_the_last_counts_and_the_id_is_named(folder: Path) -> None:
    (folder / "deployments.csv").write_text(
        f"{HEAD}d-1,till,{AT},failure\nd-2,till,{AT},success\nd-1,till,{AT},success\n"
    )
    kept = visit(folder)
    assert read(kept).only("deployment", deployment_id="events:d-1")["outcome"] == "success"
    note = kept.told("ids of events")
    assert "deployment d-1 (deployments.csv line 2, deployments.csv line 4)" in note.reason
    assert (note.expected, note.seen, note.skipped) == (3, 2, 1)


def test_columns_nobody_knows_are_named_and_not_kept(folder: Path) -> None:
    (folder / "deployments.csv").write_text(f"id,service,finished_at,mood\nd-1,till,{AT},glad\n")
    kept = visit(folder)
    assert "mood" in kept.told("columns of deployments.csv").reason
    assert "glad" not in str(kept.bodies)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_table_may_part_its_cells_as_it_likes(folder: Path, separator: str) -> None:
    head = separator.join(("ID", "Service", "Finished at"))
    (folder / "deployments.csv").write_bytes(
        b"\xef\xbb\xbf" + f"{head}\r\n{separator.join(('d-1', 'till', AT))}\r\n".encode()
    )
    assert len(read(visit(folder))["deployment"]) == 1


def test_a_file_that_is_no_text_is_told_and_the_others_land(folder: Path) -> None:
    (folder / "deployments.csv").write_text(f"{HEAD}d-1,till,{AT},success\n")
    (folder / "incidents.csv").write_bytes(b"id,opened_at\ni-1,\xff\xfe\n")
    kept = visit(folder)
    assert len(read(kept)["deployment"]) == 1
    assert "line 2 is not UTF-8" in kept.told("file incidents.csv").reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "names no columns"),
        ("id,id\n", "names id twice"),
        ("id,service\n" + "x" * 200_000 + ",till\n", "is no line of a table"),
    ],
)
def test_a_table_without_a_sound_head_is_told(folder: Path, content: str, reason: str) -> None:
    (folder / "deployments.csv").write_text(content)
    assert reason in visit(folder).told("file deployments.csv").reason


def test_lines_of_objects_may_be_of_several_kinds(folder: Path) -> None:
    (folder / "stream.jsonl").write_text(
        '{"kind": "team", "team": "Till"}\n'
        '{"kind": "incident", "id": "i-1", "opened_at": "2026-03-02T10:00:00Z"}\n'
        '\n{"kind": "weather"}\n{"id": "x"}\n[1]\n{broken\n{"kind": "team", "team": 7}\n'
    )
    kept = visit(folder)
    assert (len(read(kept)["team"]), len(read(kept)["incident"])) == (1, 1)
    note = kept.told("lines of stream.jsonl")
    assert (note.expected, note.skipped) == (7, 5)
    for said in ("line 4 has a kind", "line 5 says no kind", "line 6 is no object", "line 7 is no"):
        assert said in note.reason
    assert "line 8, team: is no text" in note.reason


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("deployments.csv", "deployment"),
        ("deployment-2026-03.jsonl", "deployment"),
        ("people.csv", "person"),
        ("memberships.csv", "membership"),
        ("HR.csv", "membership"),
        ("policy events.csv", "policy_event"),
        ("pipeline_runs.csv", "pipeline_run"),
        ("teamwork.csv", ""),
        ("export.csv", "incident"),
    ],
)
def test_the_name_of_a_file_says_what_it_holds(name: str, kind: str) -> None:
    assert kind_of(name, Options(kinds={"exp*.csv": "incident"})) == kind


def test_a_file_of_teams_that_names_persons_is_one_of_memberships(folder: Path) -> None:
    (folder / "teams.csv").write_text("person,team\nada@example.org,Till\n")
    assert len(read(visit(folder))["membership"]) == 1


def test_a_file_that_did_not_change_is_not_kept_again_and_its_faults_are_told_again(
    folder: Path,
) -> None:
    (folder / "deployments.csv").write_text(f"{HEAD}d-1,till,{AT},success\nd-2,,{AT},\n")
    kept = visit(folder)
    first = list(kept.notes)
    kept = visit(folder, kept)
    assert kept.written == []
    assert kept.notes == first != []
    (folder / "deployments.csv").write_text(f"{HEAD}d-1,till,{AT},failure\n")
    kept = visit(folder, kept)
    assert kept.written == [("deployment", "d-1")]
    assert kept.notes == []


def test_pain_15_people_no_longer_listed_are_gone_and_deployments_stay_until_all_is_listed(
    folder: Path,
) -> None:
    people, deployments = folder / "people.csv", folder / "deployments.csv"
    people.write_text("email\nada@example.org\nbob@example.org\n")
    deployments.write_text(f"{HEAD}d-1,till,{AT},success\nd-2,till,{AT},success\n")
    kept = visit(folder)
    people.write_text("email\nada@example.org\n")
    deployments.write_text(f"{HEAD}d-2,till,{AT},success\n")
    kept = visit(folder, kept)
    assert [name for name, body in kept.bodies.items() if body is None] == [
        ("person", "bob@example.org")
    ]
    kept = visit(folder, kept, is_reconciling=True)
    assert kept.bodies["deployment", "d-1"] is None
    gone = {(one.table, one.row_id) for one in read(kept).gone}
    assert gone == {("account", "email|bob@example.org"), ("deployment", "events:d-1")}


def test_pain_16_a_line_that_became_bad_does_not_delete_what_it_said_before(folder: Path) -> None:
    policies = folder / "policies.csv"
    policies.write_text("id,policy,from\np-1,roll_out,2026-02-01\n")
    kept = visit(folder)
    policies.write_text("id,policy,from\np-1,roll_out,someday\n")
    kept = visit(folder, kept)
    assert kept.bodies["policy_event", "p-1"] is not None
    assert kept.told("lines of policies.csv").skipped == 1


def test_pain_16_a_file_that_cannot_be_read_deletes_nothing(folder: Path) -> None:
    people = folder / "people.csv"
    people.write_text("email\nada@example.org\n")
    kept = visit(folder)
    people.write_bytes(b"\xff\xfe")
    kept = visit(folder, kept)
    assert kept.bodies["person", "ada@example.org"] is not None


def test_one_file_may_be_a_target(folder: Path) -> None:
    path = folder / "deployments.csv"
    path.write_text(f"{HEAD}d-1,till,{AT},success\n")
    assert len(read(visit(path))["deployment"]) == 1


def test_a_target_keeps_its_id_when_its_folder_is_moved(tmp_path: Path) -> None:
    ids = set()
    for place in ("one", "other"):
        (tmp_path / place / "events").mkdir(parents=True)
        connection = Connection(source="events", targets=(str(tmp_path / place / "events"),))
        ids |= {target_id for _, target_id in SOURCE.targets(connection, NoWeb("events"))}
    assert ids == {"events:events/events"}


def test_what_is_not_there_or_named_twice_is_refused_with_what_to_do(
    tmp_path: Path, folder: Path
) -> None:
    other = tmp_path / "elsewhere" / "events"
    other.mkdir(parents=True)
    for targets, error in (
        ((), ConfigError),
        ((str(tmp_path / "none"),), SourceUnavailable),
        ((str(folder), str(other)), ConfigError),
    ):
        with pytest.raises(error) as refusal:
            SOURCE.targets(Connection(source="events", targets=targets), NoWeb("events"))
        assert refusal.value.hint
    with pytest.raises(SourceUnavailable, match="no file of events"):
        visit(folder)


@pytest.mark.parametrize(
    "options", [{"kinds": {"a.csv": "weather"}}, {"kinds": []}, {"timezone": "Mars/Base"}]
)
def test_an_option_of_another_kind_is_refused_with_what_to_write(
    options: dict[str, object],
) -> None:
    with pytest.raises(ConfigError) as error:
        read_options(Connection(source="events", options=options))
    assert error.value.hint


def test_files_without_events_need_no_archive_of_their_words(folder: Path) -> None:
    (folder / "notes.csv").write_text("colour,mood\nred,glad\n")
    kept: Kept = visit(folder)
    assert kept.bodies == {}
    assert "says no kind" in kept.told("lines of notes.csv").reason
