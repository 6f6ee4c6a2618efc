"""Nothing in the tree points at one machine, one workplace or one package index."""

from __future__ import annotations

import re

import pytest

from tests.house.source import ROOT, name_of, tree_files

# With a ~ inside each, so that this file does not itself hold what it looks for.
_PLACES = (
    r"/wo~rk/(main|shared|venv|brief|steering|\.library|\.mirror)",
    r"/fa~rm[/-]",
    r"/ro~ot/",
    r"py~pi\.org",
    r"python~hosted",
    r"registry\.npm~js",
    r"deb\.deb~ian",
    r"--(extra-)?index-~url",
)
FORBIDDEN = re.compile("|".join(_PLACES).replace("~", ""))


def test_no_file_names_a_machine_path_or_a_package_index() -> None:
    found = [
        f"{name_of(path)}:{number}"
        for path in tree_files()
        if name_of(path) != "LICENSE"
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").split("\n"), 1)
        if FORBIDDEN.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("line", ["cd /wo~rk/main", "https://py~pi.org/simple"])
def test_the_rule_itself_sees_what_it_looks_for(line: str) -> None:
    assert FORBIDDEN.search(line.replace("~", ""))


def test_no_reference_data_is_in_the_tree() -> None:
    names = [name_of(path) for path in tree_files()]
    kinds = re.compile(r"(aidev_pop|metr_2025|copilot_oss|ai-attribution-observed|ai-telemetry)")
    assert [name for name in names if kinds.search(name)] == []


def test_no_file_is_large() -> None:
    large = [name_of(path) for path in tree_files() if path.stat().st_size > 1_000_000]
    assert large == []
    assert (ROOT / "LICENSE").stat().st_size > 10_000
