"""How work is handed to AI tools: whole or step by step, before or after a start of one's own."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Metric, RatioOfSums, Tables
from trueup.measure.records.authorship import MARKED, NO, YES, changes, marks
from trueup.measure.records.spending import NO_TOOL, tied
from trueup.units import RATIO

HANDED_OVER_RULE = (
    "A session is handed over whole if a person prompted once, the tool then acted (called tools, "
    "made edits or commits), and nobody planned, rejected or interrupted anything; it is worked on "
    "together if there were several prompts or any of these."
)
"""By which sessions are told apart; printed wherever the share is."""
_ACTS = ("tool_call", "edit_accepted", "edit_rejected", "commit")
_TOGETHER = ("plan", "tool_rejected", "edit_rejected", "interrupted")
_MODES = "Anthropic Economic Index (2025), on coding: 79 % in Claude Code, by transcripts"
_PATTERNS = "Shen and Tamkin (2026), arXiv 2601.20245"
_DRAFTS = "Yin and others, Scientific Reports: who drafted first lost nothing that was measured"
_ACTORS = ("change", "commit", "change_commit", "account", "ai_attribution", "repository")
_PULLED = "Connect the forge, or merge without squashing: then the commits of a change are seen."


def _sessions(tables: Tables) -> ibis.Table:
    act = tables["ai_activity"]
    act = act.filter(act.session_id.notnull())
    times = act["count"].fill_null(1)
    found = act.group_by(acted_session_id=act.session_id).agg(
        prompts=times.sum(where=act.kind == "prompt").fill_null(0),
        acts=times.sum(where=act.kind.isin(_ACTS)).fill_null(0),
        together=times.sum(where=act.kind.isin(_TOGETHER)).fill_null(0),
    )
    session = tables["ai_session"]
    session = session.filter(session.parent_session_id.isnull())
    rows = session.left_join(found, session.session_id == found.acted_session_id)
    rows = rows.filter((rows.acts > 0) | rows.acted_session_id.isnull())
    whole = (rows.prompts == 1) & (rows.together == 0)
    return rows.select(
        "session_id",
        person=rows.person_id,
        cluster=rows.person_id.fill_null(rows.session_id),
        at=rows.started_at,
        repository=rows.repository_id,
        tool=rows.tool.fill_null(NO_TOOL),
        known=rows.started_at.notnull() & (rows.prompts > 0).fill_null(NO),
        value=whole.fill_null(NO).cast("float64"),
        weight=ibis.literal(1.0),
    )


def _begun(tables: Tables) -> ibis.Table:
    """Return the first commit of each change whose commits are seen.

    Columns: ``begun_change_id``, ``begun_at``, ``is_first_marked``, ``is_marked`` (any of them).
    """
    commit, mark = tables["commit"], marks(tables)
    kept = commit.filter((commit.clock == "ok") & (commit.parent_shas.length() < 2).fill_null(YES))
    kept = kept.select("commit_id", "authored_at")
    part = tables["change_commit"].select("change_id", part_commit_id="commit_id")
    landed = part.inner_join(kept, part.part_commit_id == kept.commit_id)
    landed = landed.select("change_id", "commit_id", "authored_at")
    shown = tables["proposed_commit"]
    shown = shown.select(
        "change_id",
        "authored_at",
        commit_id=shown.repository_id.cast("string") + ":" + shown.sha,
    )
    course = tables["change"].filter(_.landing == "merge").select(merged_id="change_id")
    landed = landed.inner_join(course, landed.change_id == course.merged_id).drop("merged_id")
    rows = shown.union(landed).filter(_.authored_at.notnull())
    rows = rows.left_join(mark, rows.commit_id == mark.commit_id)
    rows = rows.mutate(marked=rows.tool.notnull())
    return rows.group_by(begun_change_id=rows.change_id).agg(
        begun_at=_.authored_at.min(),
        is_first_marked=_.marked.argmin(_.authored_at),
        is_marked=_.marked.max(),
    )


def _attempts(tables: Tables) -> ibis.Table:
    session = tables["ai_session"].select("started_at", own_session_id="session_id")
    tie = tied(tables).filter(_.change_id.notnull())
    tie = tie.inner_join(session, tie.session_id == session.own_session_id)
    first = tie.group_by(tied_change_id=tie.change_id).agg(
        asked_at=_.started_at.min(),
        person=_.person.argmin(_.started_at),
        tool=_.tool.argmin(_.started_at),
    )
    begun, whose = _begun(tables), tables["change"].select("change_id", "repository_id")
    rows = first.inner_join(whose, first.tied_change_id == whose.change_id)
    rows = rows.left_join(begun, rows.tied_change_id == begun.begun_change_id)
    own = (rows.begun_at < rows.asked_at) & ~rows.is_first_marked
    return rows.select(
        "change_id",
        "person",
        cluster=rows.person.fill_null(rows.change_id),
        at=rows.asked_at,
        repository=rows.repository_id,
        tool=rows.tool.fill_null(NO_TOOL),
        known=rows.asked_at.notnull() & rows.begun_at.notnull(),
        value=own.fill_null(NO).cast("float64"),
        weight=ibis.literal(1.0),
    )


def _drafts(tables: Tables) -> ibis.Table:
    begun, rows = _begun(tables), changes(tables)
    rows = rows.filter((rows.landing != "direct").fill_null(YES))
    rows = rows.left_join(begun, rows.change_id == begun.begun_change_id)
    rows = rows.filter((rows.origin == MARKED) | rows.is_marked.fill_null(NO))
    return rows.mutate(
        known=rows.known & rows.is_marked.fill_null(NO),
        value=(~rows.is_first_marked).fill_null(NO).cast("float64"),
        weight=ibis.literal(1.0),
    )


HANDED_OVER_SESSIONS_RATIO = Metric(
    name="handed_over_sessions_ratio",
    question="Which share of sessions with AI tools is handed over whole?",
    definition=HANDED_OVER_RULE
    + " Over sessions in which the tool acted; sessions of subagents belong to those above them.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=("ai_session", "ai_activity"),
    rows=_sessions,
    summary=RatioOfSums(of_flags=True, clusters_of="users"),
    n_of="sessions",
    version=1,
    references=(_MODES, _PATTERNS),
    caveats=(
        (
            "It is read from counts, never from text: a proxy, and not the published share of "
            "delegation, which is read from transcripts."
        ),
        (
            "One careful prompt after an hour of thought is handed over whole here; so is a script "
            "that starts the tool."
        ),
        "Reading what came back leaves no record; tests are run by the tool, and say nothing.",
        "Small tasks take one prompt: what sessions are used for moves it.",
    ),
    remedy="Connect tools that count prompts and acts by session: logs or telemetry.",
    unknown_because="name no prompt or no acts",
    least_coverage=0.5,
    requires=("ai_session", "ai_activity"),
    of_sessions=True,
    source="AI tools",
)

OWN_ATTEMPT_FIRST_RATIO = Metric(
    name="own_attempt_first_ratio",
    question="Which share of changes made with sessions was begun before the first session?",
    definition="Changes that sessions with AI tools went into, whose first commit was written "
    "before the first of these sessions began, and carries no mark of AI; over all of them whose "
    "commits are seen.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=("ai_session", "ai_session_commit", "ai_request", "proposed_commit", *_ACTORS),
    rows=_attempts,
    summary=RatioOfSums(of_flags=True, clusters_of="users"),
    n_of="changes made with sessions",
    version=1,
    references=(_DRAFTS,),
    caveats=(
        "An attempt that was not committed is not seen.",
        "A session nobody recorded may have come before the first commit.",
        "Amending and rebasing keep the day a commit was written, squashing does not.",
    ),
    qualifier="about",
    remedy=_PULLED,
    unknown_because="have commits nobody sees, since they were squashed",
    least_coverage=0.5,
    requires=("ai_session_commit",),
    of_sessions=True,
    source="AI tools, git, forge",
)

UNMARKED_DRAFT_FIRST_RATIO = Metric(
    name="unmarked_draft_first_ratio",
    question="Which share of changes made with AI begins with a commit that carries no mark?",
    definition="Landed changes of which a commit carries the mark of an AI tool and whose first "
    "commit, by when it was written, carries none; over landed changes with such a commit. "
    "Direct pushes are left out: they have no course.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=("proposed_commit", *_ACTORS),
    rows=_drafts,
    summary=RatioOfSums(of_flags=True),
    n_of="marked changes",
    version=1,
    references=(_DRAFTS,),
    caveats=(
        "No mark does not mean that a person wrote it: some tools mark some commits only.",
        "A draft that was not committed by itself is not seen: it is too low.",
    ),
    qualifier="about",
    remedy=_PULLED,
    unknown_because="show no marked commit of their own, since they were squashed or are marked "
    "as a whole",
    least_coverage=0.5,
    requires=("ai_attribution",),
    source="git, forge",
)
