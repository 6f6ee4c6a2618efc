"""Releases of a made-up package, each compared with the one it came from.

::

    v1.0 --- v1.1 --- v2.0 --- v2.1    v1.1 adds a name, v2.0 loses one, asks for one more argument
        \\                    /
         v1.0.1 -------------          mends v1.0 after v2.0 is out; v2.1 has both
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.collect.git.building import DAY, START, Building
from tests.collect.git.keeping import Kept
from trueup.collect.sources.git.interfaces import comparing
from trueup.config import GitSettings, Settings

ASKED = Settings(git=GitSettings(python_interfaces=True))
PROJECT = {"pyproject.toml": "[project]\nname = 'shop'\n"}
FIRST = "def buy(item): ...\ndef sell(item): ...\n"


def of_release(kept: Kept, tag: str) -> dict[tuple[str, str | None], int]:
    """Return how many breakages of each kind, by package, a release has."""
    return {
        (row["package"], row["kind"]): row["breakage_count"]
        for row in kept.of("release_api_change")
        if row["release_id"].endswith(f":{tag}")
    }


def released(building: Building, tag: str, day: int, files: Mapping[str, Any], **how: Any) -> str:
    sha = building.commit(tag, files, at=START + day * DAY, **how)
    building.tag(tag, sha, at=START + day * DAY)
    return sha


@pytest.fixture
def shop(building: Building) -> Building:
    init = "src/shop/__init__.py"
    first = released(building, "v1.0", 0, PROJECT | {init: FIRST, "tests/__init__.py": "x = 1\n"})
    released(building, "v1.1", 10, {init: FIRST + "def hire(person): ...\n"})
    second = released(
        building, "v2.0", 20, {init: "def buy(item, price): ...\ndef hire(person): ...\n"}
    )
    mended = {init: FIRST.replace("...", "pass")}
    old = released(building, "v1.0.1", 30, mended, parents=[first], branch="old")
    released(building, "v2.1", 40, {}, parents=[second, old])
    return building


def test_a_release_is_compared_with_the_one_it_came_from(shop: Building) -> None:
    """v1.0.1 comes after v2.0 in time, and lacks what v1.1 added: it broke nothing all the same.

    v2.1 has the commits of both: it is held against the higher version.
    """
    kept = Kept().collect(shop.finish(), settings=ASKED)
    came_from = {
        row["release_id"].rpartition(":")[2]: row["previous_release_id"].rpartition(":")[2]
        for row in kept.of("release_api_change")
    }
    assert came_from == {"v1.1": "v1.0", "v2.0": "v1.1", "v1.0.1": "v1.0", "v2.1": "v2.0"}
    assert of_release(kept, "v1.1") == {("src/shop", None): 0}
    assert of_release(kept, "v2.1") == {("src/shop", None): 0}
    assert of_release(kept, "v1.0.1") == {("src/shop", None): 0}
    lost = ("src/shop", "object_removed")
    asked_for = ("src/shop", "parameter_added_required")
    assert of_release(kept, "v2.0") == {("src/shop", None): 0, lost: 1, asked_for: 1}


def test_nothing_is_compared_unless_asked_for(shop: Building) -> None:
    folder = shop.finish()
    kept = Kept().collect(folder)
    assert "release_api_change" not in kept.rows
    assert kept.collect(folder, settings=ASKED).of("release_api_change")


def test_no_code_of_the_repository_runs(building: Building, tmp_path: Path) -> None:
    """What would leave a trace when imported leaves none; what it says is read all the same."""
    trace = tmp_path / "trace"
    harm = f"open({str(trace)!r}, 'w')\n"
    path = "shop/__init__.py"
    conftest = {"setup.py": harm, "conftest.py": harm, "shop/deep.py": harm + "import nowhere\n"}
    released(building, "v1", 0, conftest | {path: harm + "from shop.deep import *\n" + FIRST})
    building.tag("v1.0", building.commit("one", {}, at=START + DAY), at=START + DAY)
    released(building, "v2.0", 9, {path: harm + "from shop.deep import *\ndef buy(item): ...\n"})
    kept = Kept().collect(building.finish(), settings=ASKED)
    assert of_release(kept, "v2.0")["shop", "object_removed"] == 1
    assert not trace.exists()


def test_a_file_that_cannot_be_parsed_makes_no_name_look_lost(building: Building) -> None:
    """Python 2 in the first release: it is counted as not compared, with the reason."""
    old = "def buy(item):\n    print item\n"
    released(building, "v1.0", 0, PROJECT | {"shop/__init__.py": FIRST, "shop/old.py": old})
    released(building, "v1.1", 9, {"shop/old.py": None, "shop/__init__.py": "def buy(item): ...\n"})
    kept = Kept().collect(building.finish(), settings=ASKED)
    (row,) = kept.of("release_api_change")
    assert (row["kind"], row["breakage_count"], row["is_compared"]) == (None, 0, False)
    said = kept.said_of("releases compared")
    assert said is not None
    assert (said["expected"], said["seen"], said["skipped"]) == (1, 0, 1)
    assert said["reason"] == "not to be parsed: 1"


def test_time_that_runs_out_leaves_the_oldest_for_the_next_visit(
    shop: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shop.finish()
    monkeypatch.setattr(comparing, "SECONDS_ALLOWED", -1.0)
    kept = Kept().collect(folder, settings=ASKED)
    said = kept.said_of("releases compared")
    assert said is not None
    assert said["reason"] == "time ran out: 3"
    monkeypatch.undo()
    shop.commit("more", {"README": "hello\n"}, at=START + 50 * DAY)
    kept.collect(shop.finish(), settings=ASKED)
    assert all(row["is_compared"] for row in kept.of("release_api_change"))


def test_what_was_compared_is_not_parsed_again(
    shop: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shop.finish()
    kept = Kept().collect(folder, settings=ASKED)
    before = kept.of("release_api_change")
    monkeypatch.setattr(comparing, "packages", None)
    shop.commit("more", {"README": "hello\n"}, at=START + 50 * DAY)
    shop.finish()
    assert kept.collect(folder, settings=ASKED).of("release_api_change") == before


def test_a_package_that_moves_keeps_its_names_and_one_that_goes_loses_them(
    building: Building,
) -> None:
    """shop moves below src; till is gone; examples and what links point to are nobody's."""
    files = {"shop/__init__.py": FIRST, "till/__init__.py": "open = 1\n"}
    example = {"examples/one/pyproject.toml": "", "examples/one/one/__init__.py": "a = 1\n"}
    released(building, "v1.0", 0, PROJECT | files | example)
    gone = dict.fromkeys((*files, *example))
    released(building, "v2.0", 9, gone | {"src/shop/__init__.py": FIRST})
    kept = Kept().collect(building.finish(), settings=ASKED)
    assert of_release(kept, "v2.0") == {
        ("shop", None): 0,
        ("till", None): 0,
        ("till", "object_removed"): 1,
    }


def test_without_a_package_nothing_is_compared_and_that_is_said(building: Building) -> None:
    released(building, "v1.0", 0, {"main.c": "int main;\n"})
    released(building, "v1.1", 9, {"main.c": "int main2;\n"})
    kept = Kept().collect(building.finish(), settings=ASKED)
    assert "release_api_change" not in kept.rows
    said = kept.said_of("releases compared")
    assert said is not None
    assert said["expected"] == 0
