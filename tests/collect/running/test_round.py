"""Collecting through trueup.toml, from the front door and from the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from trueup.collect import catalogue
from trueup.config import chosen, read_settings
from trueup.errors import ConfigError, SourceUnavailable
from trueup.store.raw.archive import Archive, archived
from trueup.testing.loopback import served
from trueup.testing.scripted import Answer
from trueup.testing.shop import Shop
from trueup.workspace import Workspace

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
TOKEN = "s3cr3t-token"  # noqa: S105 - it must be found nowhere

CONNECTION = """
[[connections]]
source = "shop"
name = "{name}"
url = "{address}"
targets = ["acme/shop", "acme/web"]
token = "env:{token}"
"""


@pytest.fixture
def shop() -> Shop:
    made = Shop()
    for number in range(5):
        made.put(number)
    return made


@pytest.fixture
def place(tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose trueup.toml names one shop that is there, and one whose token is not."""
    point = EntryPoint("shop", "trueup.testing.shop:SOURCE", catalogue.GROUP)
    monkeypatch.setattr(catalogue, "_installed", lambda: {"shop": point})
    monkeypatch.setenv("SHOP_TOKEN", TOKEN)
    monkeypatch.delenv("NO_TOKEN", raising=False)
    monkeypatch.chdir(tmp_path)
    with served(shop.answer) as address:
        text = CONNECTION.format(name="works", address=address, token="SHOP_TOKEN")  # noqa: S106
        text += CONNECTION.format(name="fails", address=address, token="NO_TOKEN")  # noqa: S106
        (tmp_path / "trueup.toml").write_text(text, encoding="utf-8")
        yield tmp_path


def test_what_cannot_be_read_is_named_and_the_rest_is_read(place: Path) -> None:
    collected = Workspace.open().collect([])
    assert collected.connected == (
        ("shop", "shop.example/acme/shop"),
        ("shop", "shop.example/acme/web"),
    )
    ((name, error),) = collected.failed
    assert (name, type(error)) == ("fails", ConfigError)
    assert "has no NO_TOKEN" in error.fact
    assert (place / ".trueup" / "raw" / "shop").is_dir()


def test_only_what_is_named_is_read_and_a_wrong_name_is_refused(place: Path) -> None:
    assert Workspace.open().collect([], only=["works"]).failed == ()
    with pytest.raises(ConfigError, match="has no NO_TOKEN"):
        Workspace.open().collect([], only=["fails"])
    with pytest.raises(ConfigError, match="No connection is called 'wroks'") as refused:
        Workspace.open().collect([], only=["wroks"])
    assert "works" in refused.value.hint
    assert len(chosen(read_settings(place / "trueup.toml").connections, ["shop"])) == 2


def test_where_nothing_can_be_read_every_reason_is_said(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SHOP_TOKEN")
    assert command(monkeypatch) == 2
    said = capsys.readouterr().err
    assert "has no SHOP_TOKEN" in said
    assert "fails could not be read: The environment has no NO_TOKEN" in said
    assert not (place / ".trueup" / "raw").exists()


@pytest.mark.usefixtures("place")
def test_rows_are_made_anew_without_the_server(shop: Shop) -> None:
    workspace = Workspace.open()
    with pytest.raises(SourceUnavailable, match="Nothing was kept yet"):
        workspace.collect([], only=["works"], is_offline=True)
    workspace.collect([], only=["works"])
    digest = workspace._warehouse.digest()
    shop.put(9)
    assert workspace.collect([], is_offline=True).failed == ()
    assert workspace._warehouse.digest() == digest


@pytest.mark.usefixtures("place")
def test_what_was_collected_and_not_yet_linked_is_linked_by_the_next_collection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Killed between the two; nothing is new at the source after that."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    def linked() -> set[str]:
        manifest = Workspace.open()._warehouse.snapshot().manifest
        return {segment.target_id for segment in manifest.segments if segment.is_linked}

    with monkeypatch.context() as patched:
        patched.setattr(Workspace, "link", killed)
        with pytest.raises(KeyboardInterrupt):
            Workspace.open().collect([], only=["works"])
    assert linked() == set()
    Workspace.open().collect([], only=["works"])
    assert linked() == {"shop.example/acme/shop", "shop.example/acme/web"}


def command(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    from trueup.cli.main import main

    monkeypatch.setattr(sys, "argv", ["trueup", "collect", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_token_is_in_no_file_and_in_nothing_said_even_where_a_server_repeats_it(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shop: Shop
) -> None:
    """The server writes it into every change, then refuses it in words that hold it."""
    monkeypatch.setenv("TRUEUP_TRACEBACK", "1")
    shop.put(6, echo=TOKEN, login=TOKEN)
    refused = Answer(status=401, body={"message": f"Bad credentials: {TOKEN}"})
    with served(lambda _: refused) as refusing:
        more = CONNECTION.format(name="refuses", address=refusing, token="SHOP_TOKEN")  # noqa: S106
        with (place / "trueup.toml").open("a", encoding="utf-8") as file:
            file.write(more.replace("acme/", "other/"))
        assert command(monkeypatch) == 3
    said = capsys.readouterr()
    assert "Bad credentials" in said.err
    assert TOKEN not in said.out + said.err
    files = [path for path in (place / ".trueup").rglob("*") if path.is_file()]
    assert [path for path in files if TOKEN.encode() in path.read_bytes()] == []
    bodies = [
        json.dumps(kept.body)
        for about in archived(place / ".trueup", "shop")
        for kept in Archive.open(place / ".trueup", "shop", about.target_id).since(0)
    ]
    assert len(bodies) == 2 * 6
    assert any('"echo": "..."' in body for body in bodies)
    assert TOKEN not in "".join(bodies)
    rows = [str(pq.read_table(path).to_pylist()) for path in files if path.suffix == ".parquet"]
    assert rows
    assert TOKEN not in "".join(rows)


@pytest.mark.usefixtures("place")
def test_the_command_ends_with_3_where_something_failed_and_names_it_for_machines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "--json") == 3
    answer = json.loads(capsys.readouterr().out)["collected"]
    assert answer["repository_ids"] == []
    assert [one["target_id"] for one in answer["connected"]] == [
        "shop.example/acme/shop",
        "shop.example/acme/web",
    ]
    (failure,) = answer["failed"]
    assert (failure["target"], failure["kind"]) == ("fails", "ConfigError")


@pytest.mark.usefixtures("place")
def test_the_command_reads_says_how_much_and_reconciles(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shop: Shop
) -> None:
    assert command(monkeypatch, "--only", "works") == 0
    said = capsys.readouterr()
    assert said.out == "2 of 2 targets read.\n"
    assert "1 of 2: acme/shop" in said.err
    del shop.changes[2]
    assert command(monkeypatch, "--only", "works", "--reconcile") == 0
    assert command(monkeypatch, "--only", "works", "--offline") == 0
    with Workspace.open()._warehouse.tables() as tables:
        stones = tables.arrow("tombstone")["row_id"].to_pylist()
    assert sorted(stones) == ["shop.example/acme/shop#2", "shop.example/acme/web#2"]
    assert TOKEN not in said.err
