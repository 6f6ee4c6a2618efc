"""What AI tools used up: tokens in five kinds, and what habits the kinds betray."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Metric, PerWeek, RatioOfSums, Tables
from trueup.measure.records.authorship import YES
from trueup.measure.records.spending import BUCKETS, NO_TOOL, NOT_TOLD, is_at_least, requests
from trueup.units import RATIO, TOKENS_PER_WEEK

_NEEDS = ("ai_request", "ai_session")
_REQUIRES = ("ai_request",)
_SOURCE = "AI tools"
_USERS = "users"
_WIDEN = "Widen the window, or collect the logs of more machines."
_GENAI = "OpenTelemetry (2026), Semantic conventions for generative AI"
_ANTHROPIC = "Anthropic (2026), Prompt caching"
_SEEN = "Machines and accounts whose records are not collected are not in it."
_PROMPT = BUCKETS[:4]
_KINDS = {name: name.removesuffix("_tokens").replace("_", " ") for name in BUCKETS}


def _by_kind(tables: Tables) -> ibis.Table:
    rows = requests(tables)
    kinds = [
        rows.filter(rows[name].fill_null(0) > 0).select(
            *("person", "cluster", "at", "repository", "tool", "model", "agent_kind", "items"),
            token_kind=ibis.literal(kind),
            value=rows[name].cast("float64"),
            weight=ibis.literal(1.0),
            known=rows["at"].notnull(),
        )
        for name, kind in _KINDS.items()
    ]
    return ibis.union(*kinds, distinct=False)


def _cached(tables: Tables) -> ibis.Table:
    rows = requests(tables)
    prompt = ibis.literal(0, "int64")
    for name in _PROMPT:
        prompt = prompt + rows[name].fill_null(0)
    return rows.mutate(
        value=rows.cache_read_tokens.fill_null(0).cast("float64"),
        weight=prompt.cast("float64"),
        known=rows["at"].notnull(),
    )


def _by_subagents(tables: Tables) -> ibis.Table:
    rows = requests(tables)
    part = ibis.ifelse(rows.agent_kind == "subagent", rows.tokens, 0)
    return rows.mutate(
        value=part.cast("float64"),
        weight=rows.tokens.cast("float64"),
        known=(rows.agent_kind != NOT_TOLD) & rows["at"].notnull(),
    )


def _unpriced(tables: Tables) -> ibis.Table:
    rows = requests(tables)
    part = ibis.ifelse(rows.cost.isnull(), rows.tokens, 0)
    return rows.mutate(
        value=part.cast("float64"), weight=rows.tokens.cast("float64"), known=rows["at"].notnull()
    )


def _looped(tables: Tables) -> ibis.Table:
    rows = tables["ai_activity"]
    rows = rows.filter(rows.kind.isin(("tool_call", "looped_call")))
    calls, looped = (
        ibis.ifelse(rows.kind == kind, rows["count"].fill_null(1), 0)
        for kind in ("tool_call", "looped_call")
    )
    return rows.select(
        person=rows.person_id,
        cluster=rows.person_id.fill_null(rows.session_id),
        at=rows.happened_at,
        repository=rows.repository_id,
        tool=rows.tool.fill_null(NO_TOOL),
        known=YES,
        value=looped.cast("float64"),
        weight=calls.cast("float64"),
        items=calls,
    ).filter(_["at"].notnull())


AI_TOKENS_PER_WEEK = Metric(
    name="ai_tokens_per_week",
    question="How many tokens do AI tools use up in a week?",
    definition="Tokens of counted requests by the instant of the request, per seven days, in five "
    "disjoint kinds: input read afresh, input read from a cache, input written to a cache that "
    "lasts five minutes or an hour, output with reasoning in it. The kinds are always told apart: "
    "their prices differ by a factor of fifty.",
    unit=TOKENS_PER_WEEK,
    kind="activity",
    better="neither",
    needs=_NEEDS,
    rows=_by_kind,
    summary=PerWeek(signed=True),
    n_of="requests",
    version=1,
    references=(_GENAI,),
    caveats=(
        "Tokens are an input: more of them is neither more work nor better work.",
        _SEEN,
        "Of several sources on the same use only the most trusted counts.",
    ),
    remedy=_WIDEN,
    requires=_REQUIRES,
    apart=("token_kind",),
    of_sessions=True,
    is_bound=is_at_least,
    source=_SOURCE,
)

AI_CACHE_READ_RATIO = Metric(
    name="ai_cache_read_ratio",
    question="Which share of what models read comes from a cache?",
    definition="Input tokens read from a cache, over all input tokens: afresh, from a cache and "
    "written to one.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=_NEEDS,
    rows=_cached,
    summary=RatioOfSums(clusters_of=_USERS),
    n_of="requests",
    version=1,
    references=(_ANTHROPIC,),
    caveats=(
        "A high share makes tokens cheap; it also grows with long conversations that go nowhere.",
        _SEEN,
    ),
    remedy=_WIDEN,
    requires=_REQUIRES,
    of_sessions=True,
    source=_SOURCE,
)

AI_SUBAGENT_TOKENS_RATIO = Metric(
    name="ai_subagent_tokens_ratio",
    question="Which share of tokens do agents use up that other agents started?",
    definition="Tokens of subagents over all tokens of requests that say which agent made them.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=_NEEDS,
    rows=_by_subagents,
    summary=RatioOfSums(clusters_of=_USERS),
    n_of="requests",
    version=1,
    references=(_GENAI,),
    caveats=("Tools differ in whether they tell subagents apart.", _SEEN),
    remedy=_WIDEN,
    unknown_because="do not say which agent made them",
    requires=_REQUIRES,
    of_sessions=True,
    source=_SOURCE,
)

AI_UNPRICED_TOKENS_RATIO = Metric(
    name="ai_unpriced_tokens_ratio",
    question="Which share of tokens has no price?",
    definition="Tokens of counted requests whose model is in no price list, over all tokens. They "
    "are in no amount at list price: unknown is not free.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=_NEEDS,
    rows=_unpriced,
    summary=RatioOfSums(clusters_of=_USERS),
    n_of="requests",
    version=1,
    references=("Pydantic (2026), genai-prices",),
    caveats=("A share of tokens is no share of cost: kinds of tokens differ in price.", _SEEN),
    remedy="Name the model and its price under [[prices]] in trueup.toml.",
    requires=_REQUIRES,
    of_sessions=True,
    source=_SOURCE,
)

AI_LOOPED_CALLS_RATIO = Metric(
    name="ai_looped_calls_ratio",
    question="Which share of what agents do is the same thing over again?",
    definition="Calls of a tool that is called with the same arguments three times or more in a "
    "session, counting every one of them, over all calls of tools.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=("ai_activity",),
    rows=_looped,
    summary=RatioOfSums(clusters_of=_USERS),
    n_of="calls of tools",
    version=1,
    references=("Cemri and others (2025), Why do multi-agent LLM systems fail? (step repetition)",),
    caveats=(
        "Running the same tests after every change is the same call, and no waste.",
        "Only tools whose logs name calls are in it.",
    ),
    remedy="Collect the logs of agents, which name each call.",
    requires=("ai_activity",),
    of_sessions=True,
    source=_SOURCE,
)
