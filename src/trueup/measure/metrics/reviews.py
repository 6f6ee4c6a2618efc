"""Who looks at changes before they land, how long that takes, and how deep it goes."""

from __future__ import annotations

from collections.abc import Callable

import ibis

from trueup.measure.metric import Metric, OverPersons, RatioOfSums, Tables
from trueup.measure.records.authorship import NO
from trueup.measure.records.reviewing import landed_on_forge, review_acts, reviewed
from trueup.units import CHARACTERS, COMMENTS, PEOPLE, PER_WEEK, RATIO

_FAROS = "Faros AI (2026), The Acceleration Whiplash"
QUICK_SECONDS = 600
"""An approval this soon after a change was put up, without a word, is a wave through."""
_NEEDS = ("change", "review", "review_comment", "account", "ai_attribution", "repository")
_MICRO = 1e-6
_HUNDRED = 100.0
_BOTS = "Changes by bots are left out unless the split is by actor kind."
_CODE_REVIEW = (
    "Bacchelli and Bird (2013), Expectations, outcomes, and challenges of modern code review"
)
_CMU = "Observational part of arXiv 2607.07980: changes without a human review, by who wrote them"
_FORGE = "Connect the forge of every repository, or wait for more changes to land."
_UNSEEN = "come from repositories whose forge is not connected"
_OUTSIDE = "Reviews in a call, in a chat or on a screen side by side leave no record."


def _landed(tables: Tables, flag: Callable[[ibis.Table], ibis.Value]) -> ibis.Table:
    rows = landed_on_forge(reviewed(tables))
    return rows.mutate(value=flag(rows).cast("float64"), weight=1.0)


def _reviewed_by_ai(tables: Tables) -> ibis.Table:
    return _landed(tables, lambda rows: rows.ai_review_at.notnull())


def _unreviewed(tables: Tables) -> ibis.Table:
    return _landed(tables, lambda rows: rows.any_review_at.isnull())


def _without_human(tables: Tables) -> ibis.Table:
    return _landed(tables, lambda rows: rows.human_review_at.isnull())


def _with_code_comment(tables: Tables) -> ibis.Table:
    return _landed(tables, lambda rows: rows.human_code_comments > 0)


def _human_comments(tables: Tables) -> ibis.Table:
    return _landed(tables, lambda rows: rows.human_comments)


def _machine_comments(tables: Tables) -> ibis.Table:
    return _landed(tables, lambda rows: rows.machine_comments)


def _waved_through(tables: Tables) -> ibis.Table:
    rows = landed_on_forge(reviewed(tables))
    rows = rows.filter(rows.first_approved_at.notnull())
    ready = rows.ready_at.fill_null(rows.opened_at)
    quick = (rows.first_approved_at - ready) * _MICRO <= QUICK_SECONDS
    return rows.mutate(
        value=(quick & (rows.human_comments == 0)).fill_null(NO).cast("float64"), weight=1.0
    )


def _depth(tables: Tables) -> ibis.Table:
    return _per_hundred_lines(tables, "human_comments")


def _breadth(tables: Tables) -> ibis.Table:
    return _per_hundred_lines(tables, "human_reviewers")


def _per_hundred_lines(tables: Tables, count: str) -> ibis.Table:
    rows = landed_on_forge(reviewed(tables))
    lines = rows.lines_added + rows.lines_deleted
    return rows.mutate(
        value=rows[count].cast("float64"),
        weight=lines.fill_null(0) / _HUNDRED,
        known=rows.known & lines.notnull(),
    )


def _by_agents(tables: Tables) -> ibis.Table:
    rows = reviewed(tables)
    return rows.filter(rows.is_proposed).mutate(
        at=rows.opened_at,
        known=True,
        value=(rows.actor_kind == "ai_agent").fill_null(NO).cast("float64"),
        weight=1.0,
    )


def _lengths(tables: Tables, *, by_people: bool) -> ibis.Table:
    rows = review_acts(tables)
    of_people = rows.kind.notin(("bot", "ai_agent"))
    rows = rows.filter(rows.is_comment & (of_people if by_people else ~of_people))
    return rows.mutate(
        at=rows.acted_at,
        repository=rows.repository_id,
        cluster=rows.actor.fill_null(rows.change_id),
        value=rows.length.fill_null(0).cast("float64"),
        weight=1.0,
        known=rows.length.notnull(),
    )


def _human_lengths(tables: Tables) -> ibis.Table:
    return _lengths(tables, by_people=True)


def _machine_lengths(tables: Tables) -> ibis.Table:
    return _lengths(tables, by_people=False)


def _load(tables: Tables) -> ibis.Table:
    rows = review_acts(tables)
    rows = rows.filter(rows.person.notnull()).select(
        "change_id", "repository_id", "person", "acted_at"
    )
    first = rows.group_by("change_id", "repository_id", "person").agg(at=rows.acted_at.min())
    return first.mutate(
        repository=first.repository_id,
        actor=first.person,
        cluster=first.person,
        active=True,
        known=True,
        value=1.0,
    )


CHANGES_REVIEWED_BY_AI_RATIO = Metric(
    name="changes_reviewed_by_ai_ratio",
    question="Which share of landed changes was reviewed by an AI agent?",
    definition="Changes with a review or comment by an AI agent before they were closed, over all "
    "changes that landed through the forge. " + _BOTS,
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=_NEEDS,
    rows=_reviewed_by_ai,
    summary=RatioOfSums(of_flags=True),
    n_of="changes",
    version=1,
    references=(_FAROS,),
    caveats=(
        "Reviews asked of an AI in the editor leave no record.",
        "An agent that comments under a person's account is not seen.",
    ),
    qualifier="at least",
    remedy=_FORGE,
    unknown_because=_UNSEEN,
    requires=("change.opened_at",),
    source="forge",
)

CHANGES_BY_AI_AGENTS_RATIO = Metric(
    name="changes_by_ai_agents_ratio",
    question="Which share of changes did an AI agent open by itself?",
    definition="Changes whose author is the account of an AI agent, over all changes proposed on "
    "the forge, by when they were opened. " + _BOTS,
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=_NEEDS,
    rows=_by_agents,
    summary=RatioOfSums(of_flags=True),
    n_of="changes",
    version=1,
    references=(_FAROS, "Li, Zhang and Hassan (2025), arXiv 2507.15003"),
    caveats=(
        "Someone asked the agent: no human initiation cannot be seen from the forge.",
        "Changes a person opened with the help of a tool are not in it.",
    ),
    qualifier="at least",
    remedy=_FORGE,
    requires=("change.opened_at",),
    source="forge",
)

HUMAN_REVIEW_COMMENTS = Metric(
    name="human_review_comments",
    question="How many review comments do people write on a change?",
    definition="Comments by people other than the author before the change was closed, over "
    "changes that landed through the forge. " + _BOTS,
    unit=COMMENTS,
    kind="quality",
    better="neither",
    needs=_NEEDS,
    rows=_human_comments,
    summary=RatioOfSums(),
    n_of="changes",
    version=1,
    references=(_FAROS, _CODE_REVIEW),
    caveats=(
        "More comments may be deeper review or worse changes.",
        _OUTSIDE,
    ),
    remedy=_FORGE,
    unknown_because=_UNSEEN,
    requires=("change.opened_at",),
    source="forge",
)

MACHINE_REVIEW_COMMENTS = Metric(
    name="machine_review_comments",
    question="How many review comments do bots and AI agents write on a change?",
    definition="Comments by bots and AI agents before the change was closed, over changes that "
    "landed through the forge. " + _BOTS,
    unit=COMMENTS,
    kind="exposure",
    better="neither",
    needs=_NEEDS,
    rows=_machine_comments,
    summary=RatioOfSums(),
    n_of="changes",
    version=1,
    references=(_FAROS,),
    caveats=(
        "Coverage reports and build links count like a remark on the code.",
        "A published count of comments that does not say whose is the sum of both kinds.",
    ),
    remedy=_FORGE,
    unknown_because=_UNSEEN,
    requires=("change.opened_at",),
    source="forge",
)

HUMAN_REVIEW_COMMENT_CHARACTERS = Metric(
    name="human_review_comment_characters",
    question="How long is a review comment a person writes?",
    definition="Characters per comment by people other than the author. Quoted lines and suggested "
    "code count; the text itself is never kept.",
    unit=CHARACTERS,
    kind="quality",
    better="neither",
    needs=_NEEDS,
    rows=_human_lengths,
    summary=RatioOfSums(),
    n_of="comments",
    version=1,
    references=(_FAROS,),
    caveats=(
        "A comment pasted from a tool is long and counts as the person's.",
        "Languages differ in how many characters a thought takes.",
    ),
    remedy="Wait until there are review comments.",
    requires=("review_comment",),
    source="forge",
)

MACHINE_REVIEW_COMMENT_CHARACTERS = Metric(
    name="machine_review_comment_characters",
    question="How long is a review comment a bot or an AI agent writes?",
    definition="Characters per comment by bots and AI agents.",
    unit=CHARACTERS,
    kind="exposure",
    better="neither",
    needs=_NEEDS,
    rows=_machine_lengths,
    summary=RatioOfSums(),
    n_of="comments",
    version=1,
    references=(_FAROS,),
    caveats=("Folded sections, tables and badges count as text.",),
    remedy="Wait until there are review comments.",
    requires=("review_comment",),
    source="forge",
)

UNREVIEWED_CHANGES_RATIO = Metric(
    name="unreviewed_changes_ratio",
    question="Which share of landed changes did nobody review, neither person nor machine?",
    definition="Changes without any review or comment by anyone but the author before they were "
    "closed, over changes that landed through the forge. " + _BOTS,
    unit=RATIO,
    kind="quality",
    better="lower",
    needs=_NEEDS,
    rows=_unreviewed,
    summary=RatioOfSums(of_flags=True),
    n_of="changes",
    version=1,
    references=(_FAROS, _CMU),
    caveats=(
        _OUTSIDE,
        "One comment by a bot makes it count: see changes_without_human_review_ratio.",
    ),
    remedy=_FORGE,
    unknown_because=_UNSEEN,
    requires=("change.opened_at",),
    source="forge",
)

CHANGES_WITHOUT_HUMAN_REVIEW_RATIO = Metric(
    name="changes_without_human_review_ratio",
    question="Which share of landed changes did no other person look at?",
    definition="Changes without a review or comment by a person other than the author before they "
    "were closed, over changes that landed through the forge. " + _BOTS,
    unit=RATIO,
    kind="quality",
    better="lower",
    needs=_NEEDS,
    rows=_without_human,
    summary=RatioOfSums(of_flags=True),
    n_of="changes",
    version=1,
    references=(_CMU,),
    caveats=(_OUTSIDE, "Merging somebody else's change in silence is not a review here."),
    remedy=_FORGE,
    unknown_because=_UNSEEN,
    requires=("change.opened_at",),
    source="forge",
)

REVIEW_LOAD_PER_WEEK = Metric(
    name="review_load_per_week",
    question="How many changes does a reviewer review in a week in which they review any?",
    definition="Changes a person reviewed for the first time, per week with one or more, as a "
    "distribution over reviewers. No reviewer is named, and fewer than k are not shown.",
    unit=PER_WEEK,
    kind="flow",
    better="neither",
    needs=_NEEDS,
    rows=_load,
    summary=OverPersons(period="week", shares=(0.5, 0.85)),
    n_of="reviewers",
    version=1,
    references=("He et al., arXiv 2607.01904 (load per reviewer)",),
    caveats=(
        "A change reviewed in five rounds is one.",
        "Someone who reviews once a month has a load of 1, not of a quarter.",
    ),
    remedy="Widen the window, or measure more repositories together.",
    requires=("change.opened_at",),
    source="forge",
)

REVIEW_DEPTH_COMMENTS = Metric(
    name="review_depth_comments",
    question="How many comments do people write per 100 changed lines?",
    definition="Comments by people other than the author over hundreds of lines added and deleted, "
    "summed over changes that landed through the forge. " + _BOTS,
    unit=COMMENTS,
    kind="quality",
    better="neither",
    needs=_NEEDS,
    rows=_depth,
    summary=RatioOfSums(),
    n_of="changes",
    version=1,
    references=(
        _CODE_REVIEW,
        "Rigby and Bird (2013), Convergent contemporary software peer review",
    ),
    caveats=(
        "One wide change by a tool outweighs a hundred careful ones.",
        "Generated files count: the forge does not tell them apart.",
    ),
    remedy=_FORGE,
    unknown_because="have no size on the forge",
    requires=("change.opened_at",),
    source="forge",
)

REVIEW_DEPTH_PEOPLE = Metric(
    name="review_depth_people",
    question="How many different people look at 100 changed lines?",
    definition="Persons other than the author who reviewed or commented on a change before it was "
    "closed, over hundreds of lines added and deleted, summed over changes that landed through the "
    "forge. " + _BOTS,
    unit=PEOPLE,
    kind="quality",
    better="neither",
    needs=_NEEDS,
    rows=_breadth,
    summary=RatioOfSums(),
    n_of="changes",
    version=1,
    references=(
        "Rigby and Bird (2013), Convergent contemporary software peer review",
        _CODE_REVIEW,
    ),
    caveats=(
        "Small changes have more of them per line: compare changes of like size.",
        "Generated files count: the forge does not tell them apart.",
        _OUTSIDE,
    ),
    remedy=_FORGE,
    unknown_because="have no size on the forge",
    requires=("change.opened_at",),
    source="forge",
)

CHANGES_WITH_CODE_COMMENTS_RATIO = Metric(
    name="changes_with_code_comments_ratio",
    question="Which share of landed changes has a person's comment on the code itself?",
    definition="Changes with one comment or more on a line of code by a person other than the "
    "author, over changes that landed through the forge. " + _BOTS,
    unit=RATIO,
    kind="quality",
    better="neither",
    needs=_NEEDS,
    rows=_with_code_comment,
    summary=RatioOfSums(of_flags=True),
    n_of="changes",
    version=1,
    references=(_CODE_REVIEW,),
    caveats=("A change without fault needs no comment.", _OUTSIDE),
    remedy=_FORGE,
    unknown_because=_UNSEEN,
    requires=("change.opened_at",),
    source="forge",
)

QUICK_SILENT_APPROVALS_RATIO = Metric(
    name="quick_silent_approvals_ratio",
    question="Which share of approved changes was waved through?",
    definition="Changes a person approved within 10 minutes of being put up, and on which no "
    "person but the author wrote a comment, over landed changes a person approved. " + _BOTS,
    unit=RATIO,
    kind="quality",
    better="lower",
    needs=_NEEDS,
    rows=_waved_through,
    summary=RatioOfSums(of_flags=True),
    n_of="approved changes",
    version=1,
    references=(_CODE_REVIEW,),
    caveats=(
        "Two people at one screen approve at once, and rightly.",
        "A one-line change can be read in a minute.",
    ),
    remedy="Wait until more changes are approved on the forge.",
    unknown_because=_UNSEEN,
    requires=("change.opened_at",),
    source="forge",
)
