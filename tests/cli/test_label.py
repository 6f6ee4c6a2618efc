"""`trueup label`: from sheets to shares, with prompts read only where somebody allowed it."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pyarrow as pa
import pytest

from tests.cli.stage import run
from trueup.model.tables import TABLES
from trueup.store.identity import Vault
from trueup.store.warehouse import Warehouse
from trueup.testing.loopback import served
from trueup.testing.scripted import Answer, Question

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's
AT = 1_780_000_000_000_000
PERSONS, SESSIONS = 24, 240
SAID = {
    "delegation": ("Do all of the {} and tell me when it is done", "Now the {} too"),
    "conceptual_inquiry": ("How does the {} work?", "Why is the {} like that?"),
}
THINGS = ("till", "basket", "stock", "queue", "report")
PRIVATE = "the name of our unannounced product"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a workspace of sessions, and their transcripts beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    names = [f"s{number:03}" for number in range(SESSIONS)]
    for name in names:
        first, later = SAID[truth(f"claude-code:{name}")]
        thing = random.Random(name).choice(THINGS)
        lines = [first.format(thing), later.format(thing), PRIVATE]
        path = tmp_path / f"logs/projects/-shop/{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        told = [{"type": "user", "message": {"content": words}} for words in lines]
        path.write_text("\n".join(map(json.dumps, told)) + "\n", encoding="utf-8")
    rows = [
        {
            "session_id": f"claude-code:{name}",
            "person_id": f"p{number % PERSONS}",
            "tool": "claude-code",
            "started_at": AT - number * 3_600_000_000,
        }
        for number, name in enumerate(names)
    ]
    folder = tmp_path / ".trueup"
    with (
        Vault.open(folder) as vault,
        Warehouse.open(folder).collection("made", "up", now=AT, vault=vault) as landing,
    ):
        landing.land("ai_session", pa.Table.from_pylist(rows, TABLES["ai_session"].schema))
    settle(tmp_path, "")
    return tmp_path


def settle(place: Path, labels: str) -> None:
    """Write the settings."""
    connection = '[[connections]]\nsource = "claude_code"\ntargets = ["logs"]\n'
    (place / "trueup.toml").write_text(f"{connection}\n[labels]\n{labels}\n", encoding="utf-8")


def truth(session: str) -> str:
    """Return what a session is: two of three are delegated."""
    return random.Random(session).choices(list(SAID), (2, 1))[0]


def fill(sheet: Path, wrong: float = 0.0) -> None:
    """Fill in a sheet as a rater would who is wrong now and then."""
    chance = random.Random(sheet.name)
    with sheet.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        true = truth(row["session"])
        (other,) = set(SAID) - {true}
        row["label"] = other if chance.random() < wrong else true
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def answered(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    answer: dict[str, object] = json.loads(capsys.readouterr().out)["label"]
    return answer


def text_in(folder: Path) -> bool:
    """Say whether what was written in sessions stands in any file of a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return any(PRIVATE.encode() in path.read_bytes() for path in files)


def test_two_raters_read_a_classifier_learns_and_shares_come_out(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, ["label", "--sample", "220"]) == 0
    sheets = sorted(place.glob("labels-patterns-*.csv"))
    assert [sheet.name for sheet in sheets] == [
        "labels-patterns-0-rater-1.csv",
        "labels-patterns-0-rater-2.csv",
    ]
    assert "Ask whoever wrote in these sessions first." in capsys.readouterr().out
    fill(sheets[0])
    fill(sheets[1], wrong=0.05)
    assert run(monkeypatch, ["label", "--take", str(sheets[0]), "--take", str(sheets[1])]) == 0
    said = capsys.readouterr().out
    assert "Agreement of rater 1 and rater 2: kappa 0." in said

    assert run(monkeypatch, ["label", "--by", "local"]) == 2
    assert "nobody has allowed it" in capsys.readouterr().err
    settle(place, "local = true")
    assert run(monkeypatch, ["label", "--by", "local"]) == 0
    assert "240 sessions would be read on this machine" in capsys.readouterr().out
    assert run(monkeypatch, ["label", "--by", "local", "--yes", "--json"]) == 0
    found = answered(capsys)
    mixes = {(one["rater"], one["level"]): one["shares"] for one in found["mixes"]}  # type: ignore[attr-defined]
    shares = {dict(one["group"])["label"]: one for one in mixes["hashed words 1", "groups"]}
    delegated = sum(truth(f"claude-code:s{n:03}") == "delegation" for n in range(SESSIONS))
    interval = shares["handed_over"]["interval"]
    assert interval["low"] <= delegated / SESSIONS <= interval["high"]
    assert shares["handed_over"]["persons"] == "about 25 persons"
    assert not text_in(place / ".trueup")


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_prompts_go_to_a_named_address_after_yes_and_only_once(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Question] = []

    def answer(question: Question) -> Answer:
        asked.append(question)
        if len(asked) > 5:
            return Answer(status=401)
        return Answer(body={"choices": [{"message": {"content": "delegation"}}]})

    with served(answer) as address:
        assert run(monkeypatch, ["label", "--by", "endpoint"]) == 2
        settle(place, f'url = "{address}/v1"\nmodel = "tiny"')
        assert run(monkeypatch, ["label", "--by", "endpoint"]) == 0
        said = capsys.readouterr().out
        assert "The prompts of 240 sessions would be sent to 127.0.0.1." in said
        assert not asked
        assert run(monkeypatch, ["label", "--by", "endpoint", "--yes"]) == 2
        assert "does not take the token" in capsys.readouterr().err
        assert run(monkeypatch, ["label", "--by", "endpoint"]) == 0
        said = capsys.readouterr().out
    assert "5 have a label of tiny at 127.0.0.1 already." in said
    assert "The prompts of 235 sessions" in said
    assert PRIVATE in asked[0].body["messages"][1]["content"]
    assert not text_in(place / ".trueup")


def test_a_sheet_is_never_written_over_and_what_cannot_be_used_of_it_is_told(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, ["label", "--sample", "3"]) == 0
    assert run(monkeypatch, ["label", "--sample", "3"]) == 2
    assert "already" in capsys.readouterr().err
    sheet = place / "labels-patterns-0-rater-1.csv"
    lines = sheet.read_text().splitlines()
    sheet.write_text("\n".join([*lines[:2], lines[2].replace("s,,p", "s,delegated,p")]) + "\n")
    assert run(monkeypatch, ["label", "--take", str(sheet)]) == 0
    said = capsys.readouterr().err
    assert "line 2, label: is missing" in said
    assert "line 3, label: is none of" in said
    assert "columns of" not in said


def test_only_one_thing_is_done_at_once(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, ["label", "--sample", "3", "--by", "local"]) == 2
    assert run(monkeypatch, ["label", "--yes"]) == 2
    assert "at once" in capsys.readouterr().err
    assert not list(place.glob("*.csv"))
