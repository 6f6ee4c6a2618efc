"""Writes the reference pages that are made from the program itself.

``python -m docs.generate`` writes them; ``--check`` fails, naming the first line that differs.
"""

from __future__ import annotations

import dataclasses
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args, get_origin, get_type_hints

from docs import balance, doctor
from trueup import config, errors
from trueup.cli import main as cli
from trueup.collect.attribution import page
from trueup.measure.units.outcome import OUTCOMES
from trueup.model import ai_tables, organisation_tables, tables
from trueup.model.stages import STAGES
from trueup.model.surveys import tables as survey_tables

REFERENCE = Path(__file__).parent / "reference"
WIDTH = "100"


def cli_page() -> str:
    """Every verb's own help, as a terminal of fixed width shows it."""
    parts = [
        "# The command line",
        "Every verb takes `--json`: one JSON object on stdout; all else goes to stderr.",
        (
            "Exit codes: 0 fine, 1 our fault, 2 wrong use, 3 partial collection, 130 interrupted.\n"
            "`trueup doctor` ends with 1 too where a connection cannot be used."
        ),
        "A defect of ours is named in one line; with `TRUEUP_TRACEBACK=1` its trace is shown too.",
        _fenced("text", help_text()),
    ]
    for verb in cli.verbs():
        parts += [f"## trueup {verb}", _fenced("text", help_text(verb))]
    return _page(parts)


def help_text(*verb: str) -> str:
    """Return what ``trueup VERB --help`` prints."""
    from typer.testing import CliRunner

    settings = {"COLUMNS": WIDTH, "TERMINAL_WIDTH": WIDTH, "NO_COLOR": "1"}
    answer = CliRunner().invoke(cli.build(), [*verb, "--help"], prog_name="trueup", env=settings)
    return answer.output.strip("\n")


def config_page() -> str:
    """Every key of trueup.toml with its type and default."""
    parts = [
        "# trueup.toml",
        "It stands beside the workspace folder; all of it is optional; an unknown key is an error.",
    ]
    for section in dataclasses.fields(config.Settings):
        hint = get_type_hints(config.Settings)[section.name]
        kind, head = (get_args(hint)[0], f"[[{section.name}]]") if get_args(hint) else (hint, "")
        hints = get_type_hints(kind)
        about, _, parameters = (inspect.getdoc(kind) or "").partition("Parameters\n----------\n")
        meanings = _meanings(parameters)
        rows = [
            (f"`{key.name}`", _kind(hints[key.name]), _default(key), meanings.get(key.name, ""))
            for key in dataclasses.fields(kind)
        ]
        columns = ("Key", "Type", "Default", "Meaning")[: 4 if meanings else 3]
        cut = [row[: len(columns)] for row in rows]
        parts += [
            f"## {head or f'[{section.name}]'}",
            _sentences(about.strip()),
            _table(columns, cut),
        ]
    return _page(parts)


def errors_page() -> str:
    """The error tree, with what a caller may do about each."""
    rows = [
        (f"{'&nbsp;' * 4 * depth}`{kind.__name__}`", _first(kind), kind.reaction, kind.exit_code)
        for depth, kind in _tree(errors.TrueupError, 0)
    ]
    return _page(
        [
            "# Errors",
            "Every error carries a fact (`.fact`) and the next step (`.hint`).",
            "Lack of evidence is not an error: it is an `Abstention`, an answer like any other.",
            _table(("Error", "Meaning", "Reaction", "Exit code"), rows),
        ]
    )


def tables_page() -> str:
    """Every canonical table: its columns, their types and what they mean."""
    meanings = column_meanings()
    parts = ["# Canonical tables", _sentences((inspect.getdoc(tables) or "").partition("\n\n")[2])]
    for table in tables.TABLES.values():
        key = ", ".join(f"`{column}`" for column in table.key) or "none: rows are only counted"
        rows = [
            (f"`{column.name}`", _arrow(column.type), meanings.get((table.name, column.name), ""))
            for column in table.schema
        ]
        parts += [
            f"## {table.name}",
            f"Key: {key}.\nGrows by: {table.grows}.",
            _table(("Column", "Type", "Meaning"), rows),
        ]
        if table.name == "stage_interval":
            parts.append(_table(("Item", "Stage", "From, to"), _stage_rows()))
    return _page(parts)


def _stage_rows() -> list[tuple[str, str, str]]:
    return [
        (kind, f"`{stage}`", meaning)
        for kind, stages in STAGES.items()
        for stage, meaning in stages.items()
    ]


def outcomes_page() -> str:
    """Every outcome and exposure of a unit in a week or month."""
    about = (
        "What `trueup estimate` reads of each unit in each period. "
        "A period in which anyone was active counts, also when nothing was delivered. "
        "What no source records is unknown, never nought."
    )
    parts = ["# Outcomes of teams and repositories", _sentences(about)]
    for outcome in OUTCOMES.values():
        throughput = "" if outcome.is_throughput else " Not throughput."
        facts = f"Unit: {outcome.says_unit}. Kind: {outcome.kind}. Better: {outcome.better}."
        facts += f" Version: {outcome.version}.{throughput}"
        parts += [
            f"## {outcome.name}",
            outcome.question,
            _sentences(outcome.definition),
            _sentences(facts),
        ]
    return _page(parts)


def column_meanings() -> dict[tuple[str, str], str]:
    """Read the comment beside each column in the source of the tables."""
    found: dict[tuple[str, str], str] = {}
    modules = (tables, organisation_tables, ai_tables, survey_tables)
    source = "".join(map(inspect.getsource, modules))
    for block in source.split("= _table(\n")[1:]:
        name = re.search(r'"(\w+)"', block)
        assert name is not None
        for column, meaning in re.findall(r"^    (\w+)=.*?,\s+# (.*)$", block, re.MULTILINE):
            found[name[1], column] = meaning
    return found


PAGES: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "attribution-rules.md": page.attribution_page,
        "checks.md": balance.checks_page,
        "cli.md": cli_page,
        "config.md": config_page,
        "errors.md": errors_page,
        "estimators.md": balance.estimators_page,
        "mechanisms.md": doctor.mechanisms_page,
        "outcomes.md": outcomes_page,
        "tables.md": tables_page,
    }
)


def difference(name: str) -> str:
    """Return the first line in which the committed page differs; empty if none does."""
    path = REFERENCE / name
    there = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    should = PAGES[name]().splitlines()
    for number in range(max(len(there), len(should))):
        if there[number : number + 1] != should[number : number + 1]:
            return f"docs/reference/{name}:{number + 1} is not what the program says"
    return ""


def main(arguments: list[str]) -> int:
    """Write the pages, or check them."""
    if arguments == ["--check"]:
        stale = [line for line in map(difference, PAGES) if line]
        print(*stale, *(["run `make docs`"] if stale else []), sep="\n", end="\n" * bool(stale))
        return 1 if stale else 0
    REFERENCE.mkdir(exist_ok=True)
    for name, made in PAGES.items():
        (REFERENCE / name).write_text(made(), encoding="utf-8")
    return 0


def _tree(kind: type[errors.TrueupError], depth: int) -> Iterator[tuple[int, Any]]:
    yield depth, kind
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from _tree(below, depth + 1)


def _first(kind: type) -> str:
    return (inspect.getdoc(kind) or "").partition("\n")[0]


def _kind(hint: Any) -> str:
    if hint is str:
        return "text"
    if hint is int:
        return "whole number"
    if get_origin(hint) is Mapping:
        return "table"
    return "list of tables" if "Mapping" in str(hint) else "list of texts"


def _meanings(parameters: str) -> dict[str, str]:
    """Read the parameters of a numpydoc docstring: name to its first paragraph, on one line."""
    found: dict[str, str] = {}
    for name, text in re.findall(r"^(\w+)\n((?:    .*\n?)+)", parameters, re.MULTILINE):
        found[name] = " ".join(text.split()).replace("``", "`")
    return found


def _default(key: dataclasses.Field[Any]) -> str:
    if key.default is not dataclasses.MISSING:
        return f"`{_toml(key.default)}`"
    return "needed" if key.default_factory is dataclasses.MISSING else "none"


def _toml(value: object) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value)


def _arrow(kind: object) -> str:
    named = re.sub(r"dictionary<values=(\w+).*", r"\1", str(kind))
    return named.replace("list<element: string>", "list of string").replace(
        "list<item: string>", "list of string"
    )


def _sentences(text: str) -> str:
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return "\n\n".join(re.sub(r"([.;]) (?=[A-Z`])", r"\1\n", part) for part in paragraphs)


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


def _page(parts: list[str]) -> str:
    made = "<!-- Made by `make docs` from the program; do not edit. -->"
    return "\n\n".join([made, *parts]) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("COLUMNS", WIDTH)
    sys.exit(main(sys.argv[1:]))
