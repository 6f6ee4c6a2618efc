"""Which columns are about persons, read off the schemas of the tables alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

from trueup.model.table import Table
from trueup.model.tables import TABLES

PSEUDONYMS = ("person_id", "account_id", "respondent")
"""How the names of columns end that stand for a person."""
Role = Literal["pseudonym", "of a person", "leads to a person", "of things"]


def is_pseudonym(column: str) -> bool:
    """Return whether a column stands for a person.

    >>> is_pseudonym("author_account_id"), is_pseudonym("commit_id")
    (True, False)
    """
    return any(column == end or column.endswith(f"_{end}") for end in PSEUDONYMS)


def pseudonyms_of(table: Table) -> tuple[str, ...]:
    """Return the columns of a table that stand for persons."""
    return tuple(name for name in table.schema.names if is_pseudonym(name))


def is_about_persons(table: str, tables: Mapping[str, Table] = TABLES) -> bool:
    """Return whether a row of a table stands for what a person is, did or said."""
    return table in tables and bool(pseudonyms_of(tables[table]))


def leads_to(table: Table, column: str) -> str | None:
    """Return the table about persons that a column leads to by naming one of its rows.

    Where another column says of which kind the row is, any of them may be meant.
    """
    if column.endswith("_id") and f"{column.removesuffix('_id')}_kind" in table.schema.names:
        return "whatever its kind names"
    name = next((key for key in _keys() if column == key or column.endswith(f"_{key}")), None)
    return _keys()[name] if name else None


def role_of(table: Table, column: str) -> Role:
    """Return what a column of a table has to do with persons."""
    if is_pseudonym(column):
        return "pseudonym"
    if pseudonyms_of(table):
        return "of a person"
    return "leads to a person" if leads_to(table, column) else "of things"


@cache
def _keys() -> Mapping[str, str]:
    """Return the tables about persons by the one column that names their rows."""
    found = {
        table.key[0]: name
        for name, table in TABLES.items()
        if pseudonyms_of(table) and len(table.key) == 1 and table.key[0].endswith("_id")
    }
    return MappingProxyType(dict(sorted(found.items(), key=lambda pair: -len(pair[0]))))
