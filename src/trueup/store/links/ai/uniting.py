"""All of the use of AI tools, united: what stands in for the rows each target landed."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from trueup.config import Settings
from trueup.store.links.ai.commits import NEEDS, tie_commits
from trueup.store.links.ai.counting import tied_coverage, use_coverage
from trueup.store.links.ai.ranking import rank_requests
from trueup.store.links.ai.requests import TOKENS, unite_requests
from trueup.store.links.ai.sessions import unite_sessions
from trueup.store.links.ai.sharing import shared_commits
from trueup.store.links.records import Records, landed_as

UNITED = ("ai_session", "ai_request", "ai_activity", "ai_lines", "ai_spend")
"""Tables whose rows this room makes anew; links of persons leave them alone."""

Use = tuple[dict[str, pa.Table], list[Mapping[str, object]]]


def has_use(records: Records) -> bool:
    """Say whether any source tells of the use of AI tools."""
    return any(records.has(table) for table in UNITED)


def unite_use(records: Records, settings: Settings) -> Use:
    """Unite what is told of AI tools; return what to land for the organisation, and coverage.

    Leaves in the engine a table ``use_<table>`` for each of `UNITED`, its rows with the target
    they are to be landed for. Needs the views of every target and the table ``person``.

    Raises
    ------
    ConfigError
        The table of prices the settings name cannot be read.
    """
    unite_requests(records, settings)
    gap = rank_requests(records)
    records.make("use_ai_request", "SELECT * FROM ranked")
    records.drop("ranked")
    unite_sessions(records)
    return {"ai_gap": gap}, use_coverage(records)


def tie_sessions(united: Records) -> Use:
    """Tie sessions to the landed commits they went into; return rows to land, and coverage.

    Parameters
    ----------
    united
        Rows as links united them, those of every target.
    """
    if not (united.has("ai_session") and united.has("change_commit")):
        return {}, []
    united.see(tables=NEEDS)
    tie_commits(united)
    rows = shared_commits(united, TOKENS)
    return {"ai_session_commit": rows}, tied_coverage(united, rows)


def use_digest(records: Records, target_id: str) -> tuple[object, ...]:
    """Return a digest of what the united use of one target is, whatever the order of rows."""
    return tuple(
        value
        for table in UNITED
        for value in records.sql(
            f"SELECT count(*) AS n, coalesce(bit_xor(hash(u)), 0) AS h FROM use_{table} AS u "  # noqa: S608
            "WHERE landed_for = $target",
            {"target": target_id},
        )
        .to_pylist()[0]
        .values()
    )


def use_of_target(records: Records, target_id: str) -> dict[str, pa.Table]:
    """Return the rows that stand in for those landed for one target."""
    return {
        table: landed_as(
            table,
            records.sql(
                f"SELECT * FROM use_{table} WHERE landed_for = $target ORDER BY ALL",  # noqa: S608
                {"target": target_id},
            ),
        )
        for table in UNITED
        if records.has(table, target_id)
    }
