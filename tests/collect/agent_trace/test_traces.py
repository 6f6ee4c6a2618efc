"""What trace records say, in rows."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.collect.agent_trace.writing import AI, SHA, Payload, hooked, talk, trace
from tests.collect.incidents.visiting import NOW, Kept, Read
from trueup.collect.connector import Batch, Progress
from trueup.collect.fields import instant
from trueup.collect.recorded import Note, Page, Reading, Record, Skipped, Web
from trueup.collect.sources.agent_trace.source import SOURCE
from trueup.collect.web.nowhere import NoWeb
from trueup.config import Connection, Settings
from trueup.errors import ConfigError, SourceUnavailable
from trueup.testing.scripted import Unheard

SHOP = "github.com/acme/shop"


@dataclass
class Visiting:
    """One visit to a checkout."""

    target: str
    target_id: str
    connection: Connection
    kept: Kept
    web: Web = field(default_factory=lambda: NoWeb("agent_trace"))
    now: int = NOW
    is_reconciling: bool = False
    progress: Progress = field(default_factory=Unheard)

    def checkpoint(self, stream: str) -> str | None:
        return self.kept.checkpoints.get(stream)

    def known(self, kind: str) -> frozenset[str]:
        raise AssertionError(f"{kind}: a record that is gone takes nothing with it")

    def bodies(self, kind: str, keys: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        raise AssertionError(f"{kind} {keys}: nothing that was kept is needed")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A checkout of acme/shop."""
    place = tmp_path / "shop"
    (place / ".agent-trace").mkdir(parents=True)
    for words in (["init", "-q"], ["remote", "add", "origin", f"git@{SHOP.replace('/', ':', 1)}"]):
        subprocess.run(["git", "-C", str(place), *words], check=True, capture_output=True)
    return place


def write(shop: Path, *records: Payload | str, after: str = "\n") -> None:
    text = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in records)
    (shop / ".agent-trace" / "traces.jsonl").write_text(text + after, encoding="utf-8")


def visited(shop: Path, kept: Kept | None = None, **options: Any) -> Kept:
    """Read a checkout once."""
    kept = kept or Kept()
    kept.notes, kept.written = [], []
    connection = Connection(source="agent_trace", targets=(str(shop),), options=options)
    ((target, target_id),) = SOURCE.targets(connection, NoWeb("agent_trace"))
    for fetched in SOURCE.fetch(Visiting(target, target_id, connection, kept)):
        match fetched:
            case Page():
                kept.keep(fetched, 0)
            case Note():
                kept.notes.append(fetched)
    return kept


def read(kept: Kept) -> Read:
    """Return the rows of what is kept."""
    reading = Reading(
        target="x",
        target_id=f"agent_trace:{SHOP}",
        connection=Connection(source="agent_trace"),
        settings=Settings(),
        identify=lambda platform, native_id, _: f"{platform}|{native_id}",
        now=NOW,
    )
    records = [Record(kind=kind, key=key, body=body) for (kind, key), body in kept.bodies.items()]
    found = Read()
    for normalised in SOURCE.normalise(records, reading):
        match normalised:
            case Batch(table, rows):
                found.tables.setdefault(table, []).extend(rows.to_pylist())
            case Skipped():
                found.skipped.append(normalised)
    return found


def test_ranges_at_a_revision_are_lines_of_that_commit(shop: Path) -> None:
    """42 to 67 are 26 lines, both counted."""
    write(shop, trace(1))
    row = read(visited(shop)).only("ai_lines")
    assert (row["layer"], row["commit_id"], row["lines_added"]) == (
        "committed", f"{SHOP}:{SHA}", 26,
    )  # fmt: skip
    assert (row["tool"], row["model"]) == ("cursor", "claude-opus-4-5-20251101")
    assert (row["repository_id"], row["path"]) == (SHOP, "src/till.py")
    assert row["happened_at"] == instant("2026-01-23T14:30:00Z")
    assert (row["session_id"], row["person_id"]) == ("cursor:12345", None)


def test_what_a_hook_writes_during_a_session_is_written_and_in_no_commit_yet(shop: Path) -> None:
    """Its revision is what was checked out when the agent edited: the lines are not in it."""
    write(shop, hooked(1))
    row = read(visited(shop)).only("ai_lines")
    assert (row["layer"], row["commit_id"], row["lines_added"]) == ("written", None, 10)
    assert row["session_id"] == "claude-code:6f1e-77", "as the session's own log calls it"


@pytest.mark.parametrize("vcs", [None, {"type": "jj", "revision": "kkmpptxz"},
                                 {"type": "git", "revision": "a1b2c3d"}])  # fmt: skip
def test_without_a_full_hash_lines_are_written_and_no_more(shop: Path, vcs: Payload | None) -> None:
    write(shop, trace(1, vcs=vcs))
    row = read(visited(shop)).only("ai_lines")
    assert (row["layer"], row["commit_id"]) == ("written", None)


def test_people_and_what_is_mixed_or_unknown_are_never_an_ai(shop: Path) -> None:
    """10 lines of an AI, of which one range was handed to a person: 7 are left."""
    ranges = [
        {"start_line": 1, "end_line": 7},
        {"start_line": 8, "end_line": 10, "contributor": {"type": "human"}},
    ]
    unknown = {"ranges": [{"start_line": 1, "end_line": 9}]}
    write(shop, trace(1, {**talk(), "ranges": ranges}, talk((20, 30), who={"type": "mixed"}),
                      unknown))  # fmt: skip
    found = read(visited(shop))
    assert found.only("ai_lines")["lines_added"] == 7
    assert found.reasons() == {
        "lines of mixed origin are not counted as an AI's",
        "lines of unknown origin are not counted as an AI's",
    }


def test_a_line_in_two_ranges_counts_once_and_models_stay_apart(shop: Path) -> None:
    """1 to 5 and 4 to 8 are 8 lines; another model wrote 2 in the same file."""
    other = {"type": "ai", "model_id": "openai/gpt-5.5"}
    write(shop, trace(1, talk((1, 5), (4, 8)), talk((20, 21), who=other)))
    rows = read(visited(shop))["ai_lines"]
    assert {row["model"]: row["lines_added"] for row in rows} == {
        "claude-opus-4-5-20251101": 8,
        "gpt-5.5": 2,
    }


def test_no_command_no_hash_no_path_outside_and_no_whole_address_is_kept(shop: Path) -> None:
    write(
        shop,
        hooked(1, command="psql -c 'select secret'"),
        hooked(2, path=".shell-history", command="cat ~/.ssh/id"),
        hooked(3, path="/home/ada/private/notes.md"),
        hooked(4, path="../other/file.py"),
        hooked(5, path=str(shop / "src" / "pay.py")),
    )
    kept = visited(shop)
    assert "it is of no file in the repository (3)" in kept.notes[0].reason
    text = json.dumps([list(kept.bodies.items())], default=str)
    for word in ("select", "ssh", "murmur3", "private", "other", "/home", "ws-abc", str(shop)):
        assert word not in text
    assert {row["path"] for row in read(kept)["ai_lines"]} == {"src/till.py", "src/pay.py"}


def test_a_file_that_grows_is_read_on_from_where_it_ended(shop: Path) -> None:
    write(shop, trace(1))
    kept = visited(shop)
    write(shop, trace(1), trace(2))
    assert visited(shop, kept).written == [trace(2)["id"]]
    write(shop, trace(9))
    visited(shop, kept)
    assert len(read(kept)["ai_lines"]) == 3, "what was collected stays"


def test_torn_and_odd_lines_are_counted_at_every_visit(shop: Path) -> None:
    nameless = {name: value for name, value in trace(1).items() if name != "id"}
    odd = trace(2) | {"tool": 7}
    write(shop, trace(1), "[1]", "{torn", nameless, odd, after='\n{"id": "half')
    kept = visited(shop)
    assert len(kept.bodies) == 2
    for _ in range(2):
        (note,) = kept.notes
        assert (note.expected, note.skipped) == (5, 3)
        assert "it has no id (1)" in note.reason
        visited(shop, kept)


def test_a_record_without_a_time_is_counted(shop: Path) -> None:
    write(shop, trace(1, timestamp="today"))
    found = read(visited(shop))
    assert (found["ai_lines"], [skip.is_whole for skip in found.skipped]) == ([], [True, False])


@pytest.mark.parametrize("span", [(0, 3), (5, 4), (1, 10**9)])
def test_ranges_that_are_none_are_counted_and_land_nowhere(
    shop: Path, span: tuple[int, int]
) -> None:
    write(shop, trace(1, talk(span, who=AI)))
    found = read(visited(shop))
    assert (found["ai_lines"], len(found.skipped)) == ([], 1)


def test_one_repository_is_read_once_however_often_it_is_checked_out(shop: Path) -> None:
    write(shop, trace(1))
    targets = (str(shop), str(shop / ".agent-trace" / "traces.jsonl"))
    connection = Connection(source="agent_trace", targets=targets)
    assert SOURCE.targets(connection, NoWeb("agent_trace")) == [(str(shop), f"agent_trace:{SHOP}")]


def test_a_connection_may_say_which_repository_it_is(shop: Path) -> None:
    write(shop, trace(1))
    row = read(visited(shop, repository="https://github.com/acme/fork")).only("ai_lines")
    assert row["repository_id"] == "github.com/acme/fork"
    with pytest.raises(ConfigError):
        visited(shop, repository=3)


def test_a_checkout_without_traces_is_refused(tmp_path: Path) -> None:
    for targets, error in (((), ConfigError), ((str(tmp_path),), SourceUnavailable)):
        with pytest.raises(error):
            SOURCE.targets(Connection(source="agent_trace", targets=targets), NoWeb("agent_trace"))
