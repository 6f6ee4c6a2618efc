from __future__ import annotations

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from trueup.collect import catalogue
from trueup.errors import ConfigError
from trueup.testing.shop import ShopSource

ROOT = Path(__file__).parents[2]
SHOP = EntryPoint("shop", "trueup.testing.shop:ShopSource", catalogue.GROUP)


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, EntryPoint]:
    points = {"shop": SHOP}
    monkeypatch.setattr(catalogue, "_installed", lambda: points)
    return points


def test_a_strangers_source_is_found_by_the_name_it_registers() -> None:
    assert "shop" in catalogue.source_names()
    assert catalogue.find_source("shop").name == ShopSource.name


def test_a_name_nobody_has_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="no source called 'shpo'") as refused:
        catalogue.find_source("shpo")
    assert "shop" in refused.value.hint


@pytest.mark.parametrize(
    ("value", "fact"),
    [
        ("no_such_package.source:SOURCE", "cannot be loaded: No module named"),
        ("trueup.testing.shop:NOTHING", "cannot be loaded"),
        ("trueup.testing.shop:TARGET", "lacks name, version, server, options, owners"),
    ],
)
def test_a_package_that_is_broken_is_named(
    installed: dict[str, EntryPoint], value: str, fact: str
) -> None:
    installed["broken"] = EntryPoint("broken", value, catalogue.GROUP)
    with pytest.raises(ConfigError, match=fact) as refused:
        catalogue.find_source("broken")
    assert "broken" in refused.value.fact


def test_sources_of_the_tree_need_no_installation(
    installed: dict[str, EntryPoint],
) -> None:
    installed.clear()
    for name in catalogue.source_names():
        assert catalogue.find_source(name).name == name


def test_every_source_of_the_tree_is_an_entry_point_of_the_package(
    installed: dict[str, EntryPoint],
) -> None:
    installed.clear()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name in catalogue.source_names():
        place = project["entry-points"][catalogue.GROUP].get(name, "")
        assert EntryPoint(name, place, catalogue.GROUP).load() is catalogue.find_source(name)
