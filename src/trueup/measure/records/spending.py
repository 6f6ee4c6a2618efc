"""What AI tools used up, what it cost at list price, and which changes it went into.

Only counted requests are in totals: of several sources on the same use the most trusted counts.
What cannot be priced has no cost, and is never free.
"""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Tables
from trueup.measure.records.authorship import NO, NO_MODEL, YES, remembered, shared

BUCKETS = (
    *("uncached_input_tokens", "cache_read_tokens", "cache_write_5m_tokens"),
    *("cache_write_1h_tokens", "output_tokens"),
)
"""Kinds of tokens: disjoint, and together all of them."""
NO_TOOL = "tool not named"
NOT_TOLD = "not told"
LIST, LIST_CURRENCY = "list", "USD"
"""The basis and the currency of what tokens cost at list price."""


def requests(tables: Tables) -> ibis.Table:
    """Return the counted requests to models.

    Columns: ``session_id``, ``person``, ``cluster``, ``at``, ``repository`` (of the session where
    the request names none), ``tool``, ``model``, ``agent_kind``, the five of `BUCKETS`, ``tokens``
    (their sum), ``cost`` (US dollars at list price; null: unpriced), ``items`` (how many requests
    the row stands for), ``seen_by``.
    """
    return shared(tables, "ai requests", lambda: _requests(tables))


def _requests(tables: Tables) -> ibis.Table:
    rows = tables["ai_request"]
    return _named(rows.filter(rows.is_counted.fill_null(YES)), tables)


def _named(rows: ibis.Table, tables: Tables) -> ibis.Table:
    session = tables["ai_session"].select(
        own_session_id="session_id", own_repository="repository_id", own_person="person_id"
    )
    rows = rows.left_join(session, rows.session_id == session.own_session_id)
    tokens = ibis.literal(0, "int64")
    for bucket in BUCKETS:
        tokens = tokens + rows[bucket].fill_null(0)
    person = rows.person_id.fill_null(rows.own_person)
    return rows.select(
        "session_id",
        "seen_by",
        *BUCKETS,
        person=person,
        cluster=person.fill_null(rows.session_id).fill_null(rows.request_id),
        at=rows.requested_at,
        repository=rows.repository_id.fill_null(rows.own_repository),
        tool=rows.tool.fill_null(NO_TOOL),
        model=rows.model.fill_null(NO_MODEL),
        agent_kind=rows.agent_kind.fill_null(NOT_TOLD),
        tokens=tokens,
        cost=rows.list_cost.cast("float64"),
        items=ibis.greatest(rows.request_count.fill_null(1), 1).cast("int64"),
    )


def session_requests(tables: Tables) -> ibis.Table:
    """Return the requests that make up the cost of their session; columns as of `requests`.

    Of a session its own log counts where the total of the day is taken from elsewhere.
    """
    return shared(tables, "ai session requests", lambda: _session_requests(tables))


def _session_requests(tables: Tables) -> ibis.Table:
    rows = tables["ai_request"]
    rows = rows.filter(rows.session_id.notnull() & rows.is_of_session.fill_null(YES))
    return _named(rows, tables)


def session_costs(tables: Tables) -> ibis.Table:
    """Return what each session cost: ``spent_session_id``, ``cost`` (null: nothing is priced).

    Further columns: ``tokens``, ``unpriced_tokens``, ``last_at``.
    """
    return shared(tables, "session costs", lambda: _session_costs(tables))


def _session_costs(tables: Tables) -> ibis.Table:
    named = session_requests(tables)
    return named.group_by(spent_session_id=named.session_id).agg(
        cost=_.cost.sum(),
        tokens=_.tokens.sum(),
        unpriced_tokens=_.tokens.sum(where=_.cost.isnull()).fill_null(0),
        last_at=_["at"].max(),
    )


def tied(tables: Tables) -> ibis.Table:
    """Return which change and commit each session went into, and with which share of its cost.

    Columns: ``session_id``, ``commit_id``, ``change_id`` (null: none known), ``cost_ratio``,
    ``cost`` (that share of it; null: nothing of the session is priced), ``last_at``, ``tool``,
    ``person``.
    """
    return shared(tables, "ai ties", lambda: _tied(tables))


def _tied(tables: Tables) -> ibis.Table:
    tie, spent = tables["ai_session_commit"], session_costs(tables)
    session = tables["ai_session"].select("tool", own_session_id="session_id", person="person_id")
    share = tie.cost_ratio.fill_null(0.0)
    rows = tie.select("session_id", "commit_id", "change_id", cost_ratio=share)
    rows = rows.left_join(spent, rows.session_id == spent.spent_session_id)
    rows = rows.left_join(session, rows.session_id == session.own_session_id)
    return rows.select(
        "session_id",
        "commit_id",
        "change_id",
        "cost_ratio",
        "last_at",
        "tool",
        "person",
        cost=rows.cost * rows.cost_ratio,
    )


def change_costs(tables: Tables) -> ibis.Table:
    """Return what AI tools cost for each change that sessions went into.

    Columns: ``cost_change_id``, ``cost`` (US dollars at list price), ``is_priced`` (false: part of
    it is not), ``last_at`` (of its sessions).
    """
    return shared(tables, "change costs", lambda: _change_costs(tables))


def _change_costs(tables: Tables) -> ibis.Table:
    rows = tied(tables)
    rows = rows.filter(rows.change_id.notnull())
    found = rows.group_by(cost_change_id=rows.change_id).agg(
        cost=_.cost.sum(), known=_.cost.count(), last_at=_.last_at.max()
    )
    return found.mutate(is_priced=found.known > 0).drop("known")


def attributed(tables: Tables) -> ibis.Table:
    """Return the share of each session that went into changes: ``tied_session_id``, ``ratio``."""
    rows = tied(tables)
    rows = rows.filter(rows.change_id.notnull())
    found = rows.group_by(tied_session_id=rows.session_id).agg(ratio=_.cost_ratio.sum())
    return found.mutate(ratio=ibis.least(found.ratio, 1.0))


def is_at_least(tables: Tables) -> bool:
    """Say whether use is told of by logs, or not all of it has a price: then totals are bounds."""

    def look() -> bool:
        rows = requests(tables)
        bound = (rows.seen_by.fill_null("log") == "log") | rows.cost.isnull()
        found = rows.filter(bound.fill_null(NO)).limit(1).count().to_pyarrow().as_py()
        return bool(found)

    return remembered(tables, "ai totals are bounds", look)
