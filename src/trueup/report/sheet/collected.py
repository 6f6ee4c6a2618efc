"""What was collected: sources, tables and columns that hold anything in this workspace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trueup.model.tables import TABLES
from trueup.report.sheet.page import Grid, Part
from trueup.report.sheet.persons import Role, is_about_persons, leads_to, role_of
from trueup.store.filled import Filled
from trueup.store.manifest import LINKS

_OWN = ("source", "collected_at")
_WORDS: dict[Role, str] = {
    "pseudonym": "stands for a person (pseudonym)",
    "of a person": "what that person did, had or said",
    "leads to a person": "leads to a person by another table",
    "of things": "about things",
}


def collected(filled: Sequence[Filled]) -> Part:
    """Return which tables and columns of each source hold rows, and which are about persons."""
    known = [one for one in filled if one.table in TABLES]
    about = [one for one in known if is_about_persons(one.table)]
    columns = [name for one in about for name in one.values if name not in _OWN]
    lines = (
        (
            f"Sources: {len({one.source for one in known})}. Tables they fill: "
            f"{len({one.table for one in known})}; "
            f"{len({one.table for one in about})} of these tables have rows that stand for what a "
            "person is, did or said."
        ),
        "Persons stand in them as pseudonyms; that is no anonymity: see who can tell who is who.",
        f"{len(columns)} columns of these rows hold values; each is named below."
        if columns
        else "Nothing about persons is collected.",
    )
    return Part(
        heading="What is collected",
        lines=lines,
        grids=(
            Grid(
                columns=("Table", "Source", "Rows", "About persons"),
                rows=tuple(
                    (one.table, _called(one.source), f"{one.rows:,}", _whether(one))
                    for one in known
                ),
            ),
            Grid(
                columns=("Column", "Source", "Rows with a value", "What it has to do with persons"),
                rows=tuple(_columns(known)),
                fold="Every column that holds a value",
            ),
        ),
        rests_on="the heads of the files of this workspace and the schemas of its tables",
    )


def _called(source: str) -> str:
    return "worked out by linking" if source == LINKS else source


def _whether(one: Filled) -> str:
    if is_about_persons(one.table):
        return "yes, by pseudonym"
    ways = {leads_to(TABLES[one.table], name) for name in one.values} - {None}
    return f"by way of {', '.join(sorted(map(str, ways)))}" if ways else "no"


def _columns(known: Sequence[Filled]) -> Iterator[tuple[str, ...]]:
    for one in known:
        table = TABLES[one.table]
        for name in table.schema.names:
            if name in one.values:
                role = role_of(table, name)
                said = _WORDS[role]
                if role == "leads to a person":
                    said = f"leads to a person by the table {leads_to(table, name)}"
                count = f"{one.values[name]:,}"
                yield f"{one.table}.{name}", _called(one.source), count, said
