"""Functions, files and folders stay small enough to read."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

from tests.house.source import CODE, Function, functions, name_of, parsed, python_files

FUNCTION_LINES = 50
FILE_LINES = 500
PARAMETERS = 8
METHODS = 20
FOLDER_FILES = 12

LONG_FUNCTIONS: dict[str, str] = {}
"""``file:function`` -> why it may be longer than the rest."""

FULL_FOLDERS: dict[str, str] = {}
"""Folder -> why it may hold more files than the rest."""

MEMBERS = ("collect/sources", "measure/metrics", "report/renderers", "cli/commands")
"""Folders that grow by one file per member, and may hold any number."""


def body_lines(function: Function) -> int:
    """Count the lines of a function's body, its docstring left out."""
    documented = ast.get_docstring(function) is not None
    body = function.body[1:] if documented else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def is_made_up_figures(path: Path) -> bool:
    """Say whether a file of the tests holds figures rather than claims."""
    return name_of(path).startswith("tests/") and not path.name.startswith("test_")


def test_no_function_body_is_longer_than_fifty_lines() -> None:
    checked = [p for p in python_files(*CODE) if not is_made_up_figures(p)]
    long = {
        f"{name_of(path)}:{name}"
        for path in checked
        for name, function in functions(path)
        if body_lines(function) > FUNCTION_LINES
    }
    assert long == set(LONG_FUNCTIONS)


def test_no_file_is_longer_than_five_hundred_lines() -> None:
    long = [
        name_of(path)
        for path in python_files(*CODE)
        if len(path.read_text(encoding="utf-8").splitlines()) > FILE_LINES
    ]
    assert long == []


def test_no_function_takes_more_than_eight_parameters() -> None:
    many = [
        f"{name_of(path)}:{name}"
        for path in python_files("src")
        for name, function in functions(path)
        if len(parameters(function)) > PARAMETERS
    ]
    assert many == []


def parameters(function: Function) -> list[str]:
    """Return the names of a function's own parameters, ``self`` and ``cls`` left out."""
    given = function.args
    names = [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return [name for name in names if name not in {"self", "cls"}]


def test_no_class_has_more_than_twenty_methods() -> None:
    many = [
        f"{name_of(path)}:{node.name}"
        for path in python_files("src")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef)
        and sum(isinstance(child, Function) for child in node.body) > METHODS
    ]
    assert many == []


def test_no_room_holds_more_than_twelve_files_in_one_folder() -> None:
    held = Counter(path.parent for path in python_files("src") if path.name != "__init__.py")
    full = {name_of(folder) for folder, count in held.items() if count > FOLDER_FILES}
    assert {folder for folder in full if not folder.endswith(MEMBERS)} <= set(FULL_FOLDERS)


def test_the_rule_itself_counts_lines_as_a_reader_does(tmp_path: Path) -> None:
    path = tmp_path / "three.py"
    path.write_text('def three():\n    """Doc."""\n    a = 1\n    b = 2\n    return a + b\n')
    (function,) = ast.parse(path.read_text()).body
    assert isinstance(function, ast.FunctionDef)
    assert body_lines(function) == 3
