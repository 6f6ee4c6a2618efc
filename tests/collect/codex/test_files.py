"""Files of Codex: two places, damage of every kind, growth, and types nobody knows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.collect.ai.machine import Machine
from tests.collect.codex.rollouts import CHILD, PARENT, count, file_of, line, meta, name_of, turn
from trueup.collect.sources.codex.source import SOURCE
from trueup.collect.web.nowhere import NoWeb
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable

LINES = [meta(PARENT), turn(1), count(10, 40, 40)]
MORE = [*LINES, count(20, 100, 60)]


def test_a_session_in_both_places_is_one_and_the_active_file_is_it(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    machine.write(name_of(PARENT, "archived_sessions"), file_of(LINES))
    machine.write(name_of(PARENT), file_of(MORE))
    assert machine.collect().total() == 100


def test_files_of_other_names_are_sessions_too_by_where_they_are(tmp_path: Path) -> None:
    """The same name in two folders is two; in the place of archived ones it is one of them."""
    machine = Machine(SOURCE, tmp_path)
    for place, (name, used) in enumerate((("sessions/a/run", 7), ("sessions/b/run", 30))):
        lines = [meta(f"s{place}"), turn(1), count(10, used, used)]
        machine.write(f"{name}.jsonl", file_of(lines))
    machine.write("archived_sessions/a/run.jsonl", file_of([meta("s0"), turn(1), count(9, 5, 5)]))
    assert machine.collect().total() == 37


def test_the_name_of_a_rollout_says_which_session_it_is(tmp_path: Path) -> None:
    """Two files begin with the same description: neither takes the place of the other."""
    machine = Machine(SOURCE, tmp_path)
    machine.write(name_of(PARENT), file_of(LINES))
    machine.write(name_of(CHILD), file_of([meta(PARENT), turn(1), count(10, 2, 2)]))
    assert machine.collect().total() == 42


def test_a_session_that_was_archived_or_deleted_since_stays(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    path = machine.write(name_of(PARENT), file_of(MORE))
    machine.collect()
    machine.write(name_of(PARENT, "archived_sessions"), file_of(MORE))
    path.unlink()
    assert machine.collect().total() == 100
    (machine.logs / name_of(PARENT, "archived_sessions")).unlink()
    machine.write(name_of(CHILD), file_of([meta(CHILD), turn(1), count(10, 7, 7)]))
    assert machine.collect(is_reconciling=True).total() == 107


def test_a_growing_file_is_read_up_to_its_last_whole_line(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    whole = file_of(MORE)
    cut = whole.rindex("total_token_usage")
    machine.write(name_of(PARENT), whole[:cut])
    assert machine.collect().total() == 40
    machine.write(name_of(PARENT), whole)
    assert machine.collect().total() == 100


def test_lines_that_cannot_be_read_are_counted_and_cost_no_other(tmp_path: Path) -> None:
    """Of eight lines two are no JSON and one is of a type nobody knows."""
    machine = Machine(SOURCE, tmp_path)
    text = file_of([*LINES, line(11, "telepathy", thought={"depth": 3, "text": "canary"})])
    odd = b'{"timestamp":"2026-05-01T10:00:12Z","type":"event_msg","payload":{"type":"tok\n'
    latin = b'{"timestamp":"2026-05-01T10:00:13Z","type":"compacted","payload":{"m":"\xe9"}}\n'
    content = text.encode() + odd + b"\x00\x01\n" + latin + file_of([count(20, 100, 60)]).encode()
    machine.write(name_of(PARENT), content)
    rows = machine.collect()
    assert rows.total() == 100
    (note,) = rows.notes
    assert (note.expected, note.seen, note.skipped) == (8, 5, 3)
    assert "telepathy" in note.reason
    assert "canary" not in machine.kept()
    assert "thought.depth" in machine.kept()


def test_fields_of_another_kind_cost_nothing_but_themselves(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    first = meta(PARENT)
    first["payload"] |= {"git": "main", "cwd": 7, "model_provider": ["openai"]}
    odd = count(10, 40, 40)
    odd["payload"]["info"] |= {"last_token_usage": "many"}
    machine.write(name_of(PARENT), file_of([first, turn(1), odd, count(20, 100, 60)]))
    assert machine.collect().total() == 100


def test_negative_and_impossible_counts_are_no_tokens(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    odd = count(15, 50, 10)
    odd["payload"]["info"]["total_token_usage"]["input_tokens"] = -5
    odd["payload"]["info"]["last_token_usage"]["input_tokens"] = -5
    machine.write(name_of(PARENT), file_of([*LINES, odd, count(20, 100, 60)]))
    assert machine.collect().total() == 100


def test_compressed_rollouts_are_named_in_coverage(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    machine.write(name_of(PARENT), file_of(LINES))
    machine.write(name_of(CHILD) + ".zst", b"\x28\xb5\x2f\xfd")
    notes = {note.subject: note for note in machine.collect().notes}
    assert notes["rollouts of codex that are compressed"].skipped == 1


def test_the_usual_place_is_read_where_no_target_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEX_HOME", str(tmp_path))
    ((target, target_id),) = SOURCE.targets(Connection(source="codex"), NoWeb("codex"))
    assert target == str(tmp_path)
    assert target_id.startswith("codex:")
    assert os.path.basename(tmp_path) not in target_id  # noqa: PTH119 - of a path as text


def test_a_place_that_is_not_there_is_refused(tmp_path: Path) -> None:
    connection = Connection(source="codex", targets=(str(tmp_path / "nothing"),))
    with pytest.raises(SourceUnavailable):
        SOURCE.targets(connection, NoWeb("codex"))


def test_logs_in_ones_own_home_are_of_who_commits_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is git's own of the same address, so both are one person without a question."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = Ada@Example.org\n")
    machine = Machine(SOURCE, tmp_path)
    machine.write(name_of(PARENT), file_of(LINES))
    rows = machine.collect()
    assert rows["ai_request"][0]["person_id"] == "p_git_ada@example.org"
    assert rows["account"][0]["platform"] == "git"


def test_a_connection_says_whose_sessions_they_are_where_they_are_of_another_machine(
    tmp_path: Path,
) -> None:
    machine = Machine(SOURCE, tmp_path, person="Ann@example.org")
    machine.write(name_of(PARENT), file_of(LINES))
    assert machine.collect()["ai_session"][0]["person_id"] == "p_git_ann@example.org"


def test_a_person_that_is_no_address_is_refused(tmp_path: Path) -> None:
    connection = Connection(source="codex", targets=(str(tmp_path),), options={"person": "Ann"})
    with pytest.raises(ConfigError, match="no address"):
        SOURCE.targets(connection, NoWeb("codex"))
