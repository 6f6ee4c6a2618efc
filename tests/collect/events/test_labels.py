"""Labels of sessions from plain files: anybody's own labeller fits, and no text comes with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collect.events.writing import read, visit
from trueup.collect.fields import instant

HEAD = "session,scheme,label,labelled_by,rater,labelled_at,transcript\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "events"
    made.mkdir()
    return made


def test_a_label_lands_and_nothing_beside_it(folder: Path) -> None:
    (folder / "labels.csv").write_text(
        f"{HEAD}claude-code:5f,patterns,hybrid,local,theirs 3,2026-03-02T10:00:00+01:00,/home/x\n"
    )
    kept = visit(folder)
    assert read(kept).only("ai_session_label") == {
        "label_id": "events:ai_session_label/claude-code:5f|patterns|theirs 3",
        "session_id": "claude-code:5f",
        "scheme": "patterns",
        "label": "hybrid",
        "labelled_by": "local",
        "rater": "theirs 3",
        "labelled_at": instant("2026-03-02T09:00:00Z"),
    }
    assert "/home/x" not in repr(kept.bodies), "not in what is archived either"


def test_a_rater_calls_a_session_one_thing_in_a_scheme_and_may_think_again(folder: Path) -> None:
    (folder / "labels.csv").write_text(
        f"{HEAD}codex:1,patterns,hybrid,person,rater 1,,\n"
        "codex:1,patterns,delegation,person,rater 2,,\n"
        "codex:1,modes,learning,person,rater 1,,\n"
        "codex:1,patterns,delegation,person,rater 1,,\n"
    )
    rows = read(visit(folder))["ai_session_label"]
    found = {(row["scheme"], row["rater"]): row["label"] for row in rows}
    assert found == {
        ("patterns", "rater 1"): "delegation",
        ("patterns", "rater 2"): "delegation",
        ("modes", "rater 1"): "learning",
    }


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("codex:1,patterns,learning,local,x,,", "its scheme has no such label"),
        ("codex:1,patterns,hybrid,person,Ada Lovelace,,", "never a name"),
    ],
)
def test_a_label_of_another_scheme_and_the_name_of_a_rater_are_refused(
    folder: Path, line: str, reason: str
) -> None:
    (folder / "labels.csv").write_text(f"{HEAD}{line}\n")
    found = read(visit(folder))
    assert found["ai_session_label"] == []
    assert [reason in skipped.reason for skipped in found.skipped] == [True]


def test_an_address_is_no_rater(folder: Path) -> None:
    (folder / "labels.csv").write_text(f"{HEAD}codex:1,modes,learning,endpoint,a@b.example,,\n")
    kept = visit(folder)
    assert read(kept)["ai_session_label"] == []
    assert "rater" in kept.told("lines of labels.csv").reason
