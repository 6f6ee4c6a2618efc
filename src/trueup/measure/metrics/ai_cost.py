"""What AI tools cost: at list price, as billed, as tools guess it; never added up across these."""

from __future__ import annotations

import ibis

from trueup.measure.metric import DAYS_A_MONTH, Metric, PerActive, PerWeek, RatioOfSums, Tables
from trueup.measure.records.acts import active
from trueup.measure.records.authorship import NO, NO_MODEL, YES
from trueup.measure.records.spending import (
    LIST,
    LIST_CURRENCY,
    NO_TOOL,
    attributed,
    is_at_least,
    requests,
    session_requests,
)
from trueup.units import COST_PER_DEVELOPER_MONTH, COST_PER_MONTH, RATIO

_REQUESTS = ("ai_request", "ai_session")
_ACTS = (
    *("commit", "change", "change_commit", "proposed_commit", "review", "review_comment"),
    *("change_event", "account", "ai_attribution", "repository"),
)
_SOURCE = "AI tools"
_PRICES = "Pydantic (2026), genai-prices"
_FOCUS = "FinOps Foundation (2025), FOCUS: list, contracted and billed cost"
_LIST = (
    "At list price: with a subscription or a discount other sums are paid, which only invoices and "
    "seats show."
)
_SEEN = "Machines and accounts whose records are not collected are not in it."
_PRICE_IT = "Name the model and its price under [[prices]] in trueup.toml, and link again."
_UNPRICED = "have no price"
_GUESSED = "vendor_estimate"


def _listed(tables: Tables) -> ibis.Table:
    rows = requests(tables)
    return rows.mutate(
        value=rows.cost.fill_null(0.0),
        weight=1.0,
        known=rows.cost.notnull() & rows["at"].notnull(),
        basis=ibis.literal(LIST),
        currency=ibis.literal(LIST_CURRENCY),
    )


def _stated(tables: Tables) -> ibis.Table:
    rows = tables["ai_spend"]
    person = rows.person_id
    return rows.select(
        person=person,
        cluster=person.fill_null(rows.spend_id),
        at=rows.started_at,
        repository=rows.repository_id,
        team=rows.team_id,
        tool=rows.tool.fill_null(rows.provider).fill_null(NO_TOOL),
        model=rows.model.fill_null(NO_MODEL),
        basis=rows.cost_basis,
        currency=rows.currency,
        value=rows.amount.cast("float64").fill_null(0.0),
        weight=ibis.literal(1.0),
        known=rows.amount.notnull() & rows.started_at.notnull(),
    )


def _billed(tables: Tables) -> ibis.Table:
    rows = _stated(tables)
    return rows.filter(rows.basis != _GUESSED)


def _guessed(tables: Tables) -> ibis.Table:
    rows = _stated(tables)
    return rows.filter(rows.basis == _GUESSED)


def _of_no_change(tables: Tables) -> ibis.Table:
    """All cost, less what went into changes: the two may be told of by different sources."""
    rows = requests(tables)
    cost = rows.cost.fill_null(0.0)
    known = rows.cost.notnull() & rows["at"].notnull()
    whole = rows.mutate(value=cost, weight=cost, known=known)
    own, share = session_requests(tables), attributed(tables)
    own = own.filter(own.cost.notnull() & own["at"].notnull())
    own = own.inner_join(share, own.session_id == share.tied_session_id)
    less = own.mutate(
        value=-own.cost * own.ratio, weight=0.0, known=YES, items=ibis.literal(0, "int64")
    )
    columns = [
        *("person", "cluster", "at", "repository", "tool", "model", "agent_kind"),
        *("value", "weight", "known", "items"),
    ]
    return whole.select(columns).union(less.select(columns))


def _over_developers(tables: Tables) -> ibis.Table:
    rows, ground = requests(tables), active(tables)
    rows = rows.filter(rows.cost.notnull() & rows["at"].notnull())
    top = rows.select(
        "person",
        "cluster",
        "at",
        "repository",
        actor="person",
        active=NO,
        known=YES,
        value="cost",
        team=ibis.null("string"),
    )
    return top.union(ground.select(top.columns))


AI_LIST_COST_PER_MONTH = Metric(
    name="ai_list_cost_per_month",
    question="What would the tokens of AI tools cost a month at list price?",
    definition="Tokens of counted requests at the list price of their model on that day, in US "
    "dollars or the currency of the settings, per month of 30.4375 days.",
    unit=COST_PER_MONTH,
    kind="activity",
    better="neither",
    needs=_REQUESTS,
    rows=_listed,
    summary=PerWeek(signed=True, days=DAYS_A_MONTH),
    n_of="requests",
    version=1,
    references=(_PRICES, _FOCUS),
    caveats=(_LIST, _SEEN, "Cost is an input: less of it is no gain where less is delivered."),
    remedy=_PRICE_IT,
    unknown_because=_UNPRICED,
    requires=("ai_request.list_cost",),
    apart=("basis", "currency"),
    of_sessions=True,
    is_bound=is_at_least,
    source=_SOURCE,
)

AI_BILLED_COST_PER_MONTH = Metric(
    name="ai_billed_cost_per_month",
    question="What is paid for AI tools a month?",
    definition="Amounts that vendors state, per month of 30.4375 days, by the day on which the "
    "span they pay for begins. What an amount is (an invoice, the vendor's own account of cost, a "
    "fee per seat, use beyond what a fee includes) and its currency are always told apart, and "
    "never added up: they state the same money in different ways.",
    unit=COST_PER_MONTH,
    kind="activity",
    better="neither",
    needs=("ai_spend",),
    rows=_billed,
    summary=PerWeek(signed=True, days=DAYS_A_MONTH),
    n_of="amounts",
    version=1,
    references=(_FOCUS,),
    caveats=(
        "A fee for a month or a year counts on its first day: ask for whole months.",
        "Amounts in other currencies are not converted.",
    ),
    remedy="Connect an AI vendor's admin interface or an invoice export.",
    requires=("ai_spend",),
    apart=("basis", "currency"),
    of_artefacts=True,
    source="AI tools, bills",
)

AI_ESTIMATED_COST_PER_MONTH = Metric(
    name="ai_estimated_cost_per_month",
    question="What do AI tools themselves guess their use costs a month?",
    definition="Amounts that tools write into their own records, per month of 30.4375 days. They "
    "are guesses at list price made on the machine, and stand beside other amounts, never in them.",
    unit=COST_PER_MONTH,
    kind="activity",
    better="neither",
    needs=("ai_spend",),
    rows=_guessed,
    summary=PerWeek(signed=True, days=DAYS_A_MONTH),
    n_of="amounts",
    version=1,
    references=(_FOCUS,),
    caveats=(_LIST, _SEEN),
    remedy="Connect an AI vendor's admin interface or an invoice export.",
    requires=("ai_spend",),
    apart=("basis", "currency"),
    of_sessions=True,
    qualifier="about",
    source=_SOURCE,
)

AI_COST_PER_DEVELOPER_MONTH = Metric(
    name="ai_cost_per_developer_month",
    question="What do AI tools cost for each active developer and month, at list price?",
    definition="Cost at list price of all counted requests, over months in which a developer was "
    "active: a commit, a review, a comment or an event of a change is recorded of them, whether or "
    "not they use AI tools.",
    unit=COST_PER_DEVELOPER_MONTH,
    kind="activity",
    better="neither",
    needs=(*_REQUESTS, *_ACTS),
    rows=_over_developers,
    summary=PerActive(period="month"),
    n_of="developer-months",
    version=1,
    references=(_PRICES, _FOCUS),
    caveats=(
        _LIST,
        _SEEN,
        "A mean over developers hides that a few use most: it is no one's bill.",
    ),
    remedy=_PRICE_IT,
    requires=("ai_request.list_cost",),
    of_sessions=True,
    is_bound=is_at_least,
    source="AI tools, git, forge",
)

AI_UNATTRIBUTED_COST_RATIO = Metric(
    name="ai_unattributed_cost_ratio",
    question="Which share of what AI tools cost went into no change?",
    definition="Cost at list price of requests of no session, of sessions that went into no "
    "change, and what is left of the others, over cost of all requests that have a price.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=(*_REQUESTS, "ai_session_commit"),
    rows=_of_no_change,
    summary=RatioOfSums(clusters_of="users"),
    n_of="requests",
    version=1,
    references=(_FOCUS,),
    caveats=(
        "Asking, reading and trying things out leave no commit, and may be worth their cost.",
        "A session whose commit cannot be found counts as unattributed.",
    ),
    remedy=_PRICE_IT,
    unknown_because=_UNPRICED,
    requires=("ai_request.list_cost",),
    of_sessions=True,
    source="AI tools, git",
)
