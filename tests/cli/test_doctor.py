"""`trueup doctor` on a workspace that collected from a server, a clone, or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from tests.cli.stage import run
from trueup.collect import catalogue
from trueup.measure.catalogue import all_metrics
from trueup.testing.loopback import served
from trueup.testing.repository import Plan, make_repository
from trueup.testing.shop import Shop
from trueup.workspace import Workspace

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),  # Ibis 12's
    pytest.mark.usefixtures("place"),
]

SETTINGS = """
[raw]
retention_days = 30

[[connections]]
source = "git"
targets = ["made.git"]

[[connections]]
source = "shop"
url = "{address}"
targets = ["acme/shop"]
token = "env:SHOP_TOKEN"
options = {{ note = "wikis are not read" }}
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a clone, a shop connected, and nothing collected yet."""
    point = EntryPoint("shop", "trueup.testing.shop:SOURCE", catalogue.GROUP)
    monkeypatch.setattr(catalogue, "_installed", lambda: {"shop": point})
    monkeypatch.setenv("SHOP_TOKEN", "s3cr3t-token")
    monkeypatch.chdir(tmp_path)
    make_repository(tmp_path / "made.git", Plan(weeks=2, authors=3, changes_per_week=2.0))
    shop = Shop()
    shop.put(1, reviews=2)
    shop.put(2, opened_at="never")
    with served(shop.answer) as address:
        (tmp_path / "trueup.toml").write_text(SETTINGS.format(address=address), encoding="utf-8")
        yield tmp_path


def test_before_anything_is_collected_it_names_the_command_that_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, ["doctor"]) == 0
    said = capsys.readouterr().out
    assert "  shop  works: acme/shop\n    acme/shop: never collected\n" in said
    assert "  trueup collect --only shop\n" in said
    assert f"The records are here for 0 of {len(all_metrics())} metrics." in said


def test_after_collecting_it_says_what_each_connection_brought_and_what_it_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two changes, three reviews, two people, three lines of coverage: ten rows.

    One instant cannot be read, and the note says that one thing was skipped.
    """
    Workspace.open().collect([])
    assert run(monkeypatch, ["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["examination"]
    git, shop = found["connections"]
    assert (git["probe"]["state"], len(git["targets"])) == ("works", 1)
    (target,) = shop["targets"]
    assert (target["name"], target["target_id"]) == ("acme/shop", "shop.example/acme/shop")
    holes = {hole["subject"]: hole for hole in target["holes"]}
    assert holes["parts of change records of shop"]["skipped"] == 1
    assert holes["wikis"]["reason"] == "wikis are not read"
    assert (target["rows"], target["skipped"]) == (10, 2)
    assert target["collected_at"] > 0
    assert found["others"] == []
    (archive,) = found["raw"]
    assert (archive["source"], archive["records"], archive["dropped"]) == ("shop", 2, 0)
    assert found["retention_days"] == 30
    missing = {each["lack"]["kind"]: each for each in found["missing"]}
    assert "commit" not in missing
    assert "change.opened_at" not in missing
    assert missing["deployment"]["lack"]["rows"] == [
        *dict.fromkeys(missing["deployment"]["lack"]["rows"])
    ]
    assert "deploys_week" in missing["deployment"]["lack"]["rows"]
    assert missing["deployment"]["command"] == "trueup init --add --connect SOURCE"


def test_words_and_values_say_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    space = Workspace.open()
    space.collect([])
    found = space.doctor()
    run(monkeypatch, ["doctor"])
    said = capsys.readouterr().out
    flat = " ".join(said.split())
    assert f"for {found.answered} of {found.metrics} metrics" in flat
    for missing in found.missing:
        assert all(name in flat for name in missing.lack.metrics)
        assert missing.lack.remedy in flat
    assert "Raw records are kept for 30 days" in flat
    for target in (target for each in found.connections for target in each.targets):
        assert f"{target.rows:,} rows" in flat


def test_a_connection_that_is_refused_ends_with_one_and_the_rest_is_said_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Workspace.open().collect([])
    monkeypatch.delenv("SHOP_TOKEN")
    assert run(monkeypatch, ["doctor"]) == 1
    said = capsys.readouterr()
    assert "The connection shop cannot be used: The environment has no SHOP_TOKEN" in said.err
    assert "Set it: export SHOP_TOKEN=..." in said.err
    assert "shop: collected" not in said.err
    assert "acme/shop (shop): collected " in said.out


def test_offline_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SHOP_TOKEN")
    assert run(monkeypatch, ["doctor", "--offline"]) == 0
    assert "  shop  not asked\n" in capsys.readouterr().out


def test_what_was_collected_by_its_path_is_there_without_a_connection(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "trueup.toml").unlink()
    Workspace.open().collect([place / "made.git"])
    run(monkeypatch, ["doctor"])
    said = capsys.readouterr().out
    assert "No connection is named in trueup.toml." in said
    assert "In the workspace, and of no connection\n    made (git): collected " in said


@pytest.mark.parametrize("is_connected", [True, False])
def test_a_kind_that_was_asked_for_and_is_not_there_is_said_to_be_so(
    place: Path, *, is_connected: bool
) -> None:
    """The clone has no such tag: releases were looked for, and no command brings any."""
    connection = '[[connections]]\nsource = "git"\ntargets = ["made.git"]\n'
    (place / "trueup.toml").write_text(
        f'[git]\nrelease_tags = "no-such-tag"\n{connection if is_connected else ""}',
        encoding="utf-8",
    )
    space = Workspace.open()
    space.collect([place / "made.git"])
    (release,) = [each for each in space.doctor().missing if each.lack.kind == "release"]
    assert (release.asked, release.command) == (("git",), "")


def test_what_linking_left_apart_is_said_with_what_would_tie_it() -> None:
    """The two people of the shop are in no other source: neither is tied."""
    space = Workspace.open()
    space.collect([])
    (apart,) = [one for one in space.doctor().apart if one.hole.subject.startswith("accounts of s")]
    assert (apart.name, apart.hole.seen, apart.hole.expected) == ("acme/shop", 0, 2)
    assert "trueup identity" in apart.hole.remedy
