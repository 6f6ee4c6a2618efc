"""The nouns of AI tools: sessions, requests, what was done and written, money, seats, lots.

Tables of one request, one session or one day of one person. No prompt, answer or file content is
in them: what is derived from text is a label, a count or a path.
"""

from __future__ import annotations

import pyarrow as pa

from trueup.model.table import AT as _AT
from trueup.model.table import COUNT as _COUNT
from trueup.model.table import NAME as _NAME
from trueup.model.table import RATIO as _RATIO
from trueup.model.table import TEXT as _TEXT
from trueup.model.table import TOKENS as _TOKENS
from trueup.model.table import new_table as _table

_MONEY = pa.decimal128(24, 9)

COST_BASES = ("invoice", "admin_api", "list", "vendor_estimate", "seat", "overage")
"""What an amount of money is; amounts of different bases are never added.

``invoice``: billed; ``admin_api``: the vendor's own account of cost; ``list``: tokens at list
price; ``vendor_estimate``: what a tool guesses its use would cost; ``seat``: a fee per person;
``overage``: billed beyond what a fee includes.
"""
SEEN_BY = ("invoice", "admin_api", "gateway", "otlp", "log")
"""How a row came to be known, most trusted first: of rows on the same use the first counts."""
AGENT_KINDS = ("main", "subagent", "auxiliary")
LINE_LAYERS = ("suggested", "accepted", "written", "committed")
"""Layers of lines that are never mixed: offered in an editor, taken over there, written to files
by an agent, present in commits."""
OUTAGES = ("outage", "rate_limit")
"""Why a tool could not be used: it did not answer, or only up to a limit that was reached."""
ACTIVITIES = (
    *("prompt", "tool_call", "tool_rejected", "tool_failed", "looped_call", "interrupted"),
    *("compacted", "plan", "subagent", "skill", "hook", "mcp", "test_run", "commit"),
    *("change_opened", "edit_accepted", "edit_rejected"),
    *("session", "message", "credit"),
)
"""What is done with a tool. The last three are of sources that report by day: sessions counted,
messages in either direction, credits of a plan used up (rounded)."""

AI_SESSION = _table(
    "ai_session",
    "replace",
    ("session_id",),
    session_id=_TEXT,  # "tool:native id"
    parent_session_id=_TEXT,  # of a subagent or a fork; null at the top
    person_id=_NAME,  # pseudonym; null while unlinked
    tool=_NAME,
    repository_id=_NAME,  # null where the tool does not say
    branch=_TEXT,  # at its start; null where the tool does not say
    commit_id=_TEXT,  # checked out at its start; null where the tool does not say
    started_at=_AT,
    ended_at=_AT,  # of the last thing seen
    active_seconds=_COUNT,  # time in use as the tool counts it; null where it does not
    seen_by=_NAME,  # SEEN_BY
)

AI_REQUEST = _table(
    "ai_request",
    "replace",
    ("request_id",),
    request_id=_TEXT,
    event_key=_TEXT,  # the same wherever the same request is seen; null where nothing names it
    session_id=_TEXT,  # null where the source reports by day and person
    person_id=_NAME,  # pseudonym; null while unlinked
    tool=_NAME,
    provider=_NAME,  # whose interface was asked, e.g. "anthropic"; null where unknown
    model=_NAME,
    agent_kind=_NAME,  # AGENT_KINDS; null where unknown
    surface=_NAME,  # "cli" or "editor", where one tool is both; null where nothing says
    repository_id=_NAME,  # null where the tool does not say
    requested_at=_AT,  # start of the span where several are reported together
    ended_at=_AT,  # end of that span; null for a single request
    request_count=_COUNT,  # more than 1 where the source reports several together
    uncached_input_tokens=_TOKENS,  # the five buckets are disjoint and add up to all tokens
    cache_read_tokens=_TOKENS,
    cache_write_5m_tokens=_TOKENS,  # of writes whose span of life is not said, too
    cache_write_1h_tokens=_TOKENS,
    output_tokens=_TOKENS,  # reasoning included
    reasoning_output_tokens=_TOKENS,  # part of output_tokens; null where not told apart
    service_tier=_NAME,  # "standard", "priority", "batch", "fast", ...; null where unknown
    seen_by=_NAME,  # SEEN_BY
    list_cost=_MONEY,  # USD at list price; null = unpriced, never free. Worked out by linking
    price_source=_NAME,  # e.g. "genai-prices 0.2.3", "trueup.toml"; null = unpriced
    is_counted=pa.bool_(),  # false: a more trusted source tells of the same use; null: not linked
    is_of_session=pa.bool_(),  # false: another row tells of the same use of its session; null: none
)

AI_ACTIVITY = _table(
    "ai_activity",
    "replace",
    (),
    session_id=_TEXT,
    report_id=_TEXT,  # the report of a day it stands in; null where session_id says what it is of
    person_id=_NAME,
    tool=_NAME,
    repository_id=_NAME,
    happened_at=_AT,  # of the first of them
    kind=_NAME,  # ACTIVITIES
    name=_NAME,  # of the tool called, the skill, the mode; null where it has none
    commit_id=_TEXT,  # of kind "commit", where the tool says which
    count=_COUNT,
)

AI_LINES = _table(
    "ai_lines",
    "replace",
    (),
    layer=_NAME,  # LINE_LAYERS
    happened_at=_AT,  # start of the day where the source reports by day
    session_id=_TEXT,  # null where the source reports by day and person
    report_id=_TEXT,  # the report of a day it stands in; null where session_id says what it is of
    person_id=_NAME,
    tool=_NAME,
    model=_NAME,
    mode=_NAME,  # "completion", "chat", "agent"; null where unknown
    repository_id=_NAME,
    path=_TEXT,  # in the repository; null where the source names none
    commit_id=_TEXT,  # of the layer "committed"
    lines_added=_COUNT,
    lines_removed=_COUNT,
    offered_count=_COUNT,  # offers and decisions, not lines; null where not counted
    accepted_count=_COUNT,
)

AI_SPEND = _table(
    "ai_spend",
    "replace",
    ("spend_id",),
    spend_id=_TEXT,
    cost_basis=_NAME,  # COST_BASES
    amount=_MONEY,
    currency=_NAME,  # ISO 4217
    started_at=_AT,  # of the span it pays for
    ended_at=_AT,  # null: of one request
    tool=_NAME,
    provider=_NAME,
    model=_NAME,
    line_item=_NAME,  # in the words of the source: "tokens", "web_search", ...
    person_id=_NAME,
    team_id=_NAME,  # null where the source names none
    repository_id=_NAME,
    session_id=_TEXT,
    event_key=_TEXT,  # of the request it is the cost of; null of several
    seen_by=_NAME,  # SEEN_BY
)

AI_SEAT = _table(
    "ai_seat",
    "replace",
    ("seat_id",),
    seat_id=_TEXT,
    person_id=_NAME,
    team_id=_NAME,
    tool=_NAME,
    plan=_NAME,
    started_at=_AT,
    ended_at=_AT,  # null = still
    last_active_at=_AT,
    seen_at=_AT,  # of the list of seats it was last on
    amount=_MONEY,  # fee per month; null where the source does not say
    currency=_NAME,
)

AI_OUTAGE = _table(
    "ai_outage",
    "replace",
    ("outage_id",),
    outage_id=_TEXT,
    kind=_NAME,  # OUTAGES
    team_id=_NAME,  # null = everyone
    tool=_NAME,  # null = every tool
    provider=_NAME,  # whose interface failed; null where unknown
    started_at=_AT,
    ended_at=_AT,  # null = still
    evidence=_NAME,  # where it is known from, e.g. "status_page", "gateway", "file"
)

AI_SESSION_COMMIT = _table(
    "ai_session_commit",
    "replace",
    ("session_id", "commit_id"),
    session_id=_TEXT,
    commit_id=_TEXT,  # as landed
    change_id=_NAME,
    repository_id=_NAME,
    rule=_NAME,  # "named": the tool names the commit; "files": paths and time; "branch"
    grade=_NAME,
    probability=_RATIO,  # of all commits of a session it may be more than 1 in sum
    cost_ratio=_RATIO,  # of the cost of the session; adds up to 1 at most, the rest is no commit's
)

AI_GAP = _table(
    "ai_gap",
    "replace",
    (),
    tool=_NAME,  # null: of everything at the provider, beside the report on a whole account
    provider=_NAME,
    started_at=_AT,  # start of the day, UTC
    seen_by=_NAME,  # SEEN_BY: what counts
    other_seen_by=_NAME,  # what told of the same use and does not count
    tokens=_TOKENS,  # of the use both tell of, as what counts has it
    other_tokens=_TOKENS,  # of the same use, as the other has it
    list_cost=_MONEY,  # USD of the former; null where any of it is unpriced
    other_list_cost=_MONEY,
)

AI_ARTEFACT = _table(
    "ai_artefact",
    "replace",
    ("repository_id", "path"),
    repository_id=_NAME,
    path=_TEXT,  # at the newest commit of the default branch; "" of the row without a kind
    kind=_NAME,  # of model.artefacts, or "ci_agent"; null of the row that says the tree was read
    labels=pa.list_(pa.string()),  # keys and names in it, e.g. "hooks", "model:haiku"; never text
    size_bytes=_COUNT,  # null where git lacks the contents
    seen_at=_AT,  # of that commit
)

AI_ARTEFACT_VERSION = _table(
    "ai_artefact_version",
    "replace",
    ("repository_id", "path", "commit_id"),
    repository_id=_NAME,
    path=_TEXT,  # "" of the row of the oldest commit that was read
    commit_id=_NAME,  # landed on the default branch and changed the file
    seen_at=_AT,  # when it landed; never before what landed before it
    kind=_NAME,  # as in ai_artefact; null from where it was removed, or runs no agent any more
    labels=pa.list_(pa.string()),
    size_bytes=_COUNT,
)

EXPERIMENT_UNITS = ("day", "task")
"""What a lot of an experiment decides: a working day of one person, or one task."""
ARMS = ("no_ai", "as_usual", "stopped")
"""What a lot says. ``stopped`` is no lot: from then on nothing of that person is read."""

EXPERIMENT_ASSIGNMENT = _table(
    "experiment_assignment",
    "append",
    ("experiment_id", "unit_id", "started_at"),
    experiment_id=_NAME,
    unit_kind=_NAME,  # EXPERIMENT_UNITS
    unit_id=_TEXT,  # of a day: the account; of a task: the work item
    account_id=_NAME,  # pseudonym of the account that consented
    started_at=_AT,  # of the day; of a task: when its lot was drawn
    ended_at=_AT,  # of the day; null of a task and of a stop
    arm=_NAME,  # ARMS
    block=_NAME,  # lots of one person are balanced within it: a week, or a few tasks
    consent=_NAME,  # on what it rests: "declared" and the day of the list of those who consented
    plan_hash=_NAME,  # of the plan the lot was drawn by
)

AI_SESSION_LABEL = _table(
    "ai_session_label",
    "replace",
    ("label_id",),
    label_id=_TEXT,  # of session, scheme and rater
    session_id=_TEXT,  # as in ai_session
    scheme=_NAME,  # of model.labelling.SCHEMES
    label=_NAME,  # of the scheme; or the name of one of its two groups
    labelled_by=_NAME,  # model.labelling.LABELLED_BY
    rater=_NAME,  # "rater 1", or name and version of what labelled; never a person's name
    labelled_at=_AT,
)

AI_TABLES = (
    AI_SESSION_LABEL,
    AI_ARTEFACT,
    AI_ARTEFACT_VERSION,
    AI_SESSION,
    AI_REQUEST,
    AI_ACTIVITY,
    AI_LINES,
    AI_SPEND,
    AI_SEAT,
    AI_OUTAGE,
    AI_SESSION_COMMIT,
    AI_GAP,
    EXPERIMENT_ASSIGNMENT,
)
