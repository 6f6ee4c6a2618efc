"""What earlier collections of a repository landed, read back once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from trueup.collect.connector import Previous
from trueup.model.tables import TABLES

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "commit": (
        *("sha", "parent_shas", "author_account_id", "actor_kind"),
        *("authored_at", "committed_at", "clock"),
    ),
    "commit_diff": (
        *("commit_id", "patch_id", "inverse_patch_id", "lines_added", "lines_deleted"),
    ),
    "change": ("number", "landing", "landed_commit_id"),
    "change_commit": ("commit_id",),
}


@dataclass(frozen=True, slots=True)
class Earlier:
    """Rows of one repository as earlier collections landed them; empty tables without any."""

    shas: frozenset[str]
    _previous: Previous | None

    def table(self, name: str) -> pa.Table:
        """Return the rows of a table, of the columns that are needed."""
        columns = list(_COLUMNS.get(name, TABLES[name].schema.names))
        if self._previous is None:
            return TABLES[name].schema.empty_table().select(columns)
        return self._previous.tables(name, columns)

    def __bool__(self) -> bool:
        """Tell whether there was an earlier collection that still holds."""
        return self._previous is not None


def read_earlier(previous: Previous | None) -> Earlier:
    """Read which commits are known; `previous` is None when nothing earlier holds."""
    if previous is None:
        return Earlier(frozenset(), None)
    return Earlier(frozenset(previous.tables("commit", ["sha"])["sha"].to_pylist()), previous)
