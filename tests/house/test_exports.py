"""What a module exports is there, and stands in order."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.house.source import PACKAGE, name_of, parsed, python_files


def exported(path: Path) -> list[str] | None:
    """Return what ``__all__`` lists, None where a file has none."""
    for node in parsed(path).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        ):
            listed = ast.literal_eval(node.value)
            assert isinstance(listed, list)
            return listed
    return None


def test_every_export_list_is_sorted() -> None:
    lists = {name_of(path): exported(path) for path in python_files("src")}
    unsorted = [name for name, names in lists.items() if names and names != sorted(names)]
    assert unsorted == []


def test_the_top_package_exports_names_that_are_loaded_when_asked_for() -> None:
    names = exported(PACKAGE / "__init__.py") or []
    loaded = (
        "import sys, trueup; light = {'numpy', 'pyarrow', 'duckdb'}.isdisjoint(sys.modules);"
        f"[getattr(trueup, name) for name in {names!r}]; print(light)"
    )
    done = subprocess.run(
        [sys.executable, "-c", loaded],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "True"
    assert exported(PACKAGE / "__init__.pyi") == names


def test_the_version_is_the_one_of_the_project_file() -> None:
    import tomllib

    import trueup

    project = tomllib.loads((PACKAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    assert trueup.__version__ == project["project"]["version"]
