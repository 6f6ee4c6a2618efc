"""What reaches production and stays as it is: how much of all, and how much in a week."""

from __future__ import annotations

import ibis

from trueup.measure.metric import Metric, PerWeek, RatioOfSums, Tables
from trueup.measure.records.authorship import record_horizon
from trueup.measure.records.delivery import WATCHED, delivered
from trueup.measure.records.lines import change_sizes
from trueup.units import PER_WEEK, RATIO

_NEEDS = (
    *("change", "commit", "change_commit", "proposed_commit", "review", "review_comment"),
    *("change_event", "account", "ai_attribution", "repository"),
    *("commit_revert", "line_span", "line_death", "line_removal", "incident_link", "incident"),
    *("deployment", "deployment_change"),
)
_SIZE = "Reinertsen (2009), The Principles of Product Development Flow, chapter 5"
_SZZ = "Sliwerski, Zimmermann and Zeller (2005), When do changes induce fixes?, MSR"
_ABOUT = "Mending is told from messages and lines (SZZ candidates), and so only about right."
_WAIT = "Wait until changes have been in production for 30 days, or connect deployments."


def _judged(tables: Tables) -> ibis.Table:
    """Changes in production: 1 where nothing had to be done again; unknown in the first 30 days."""
    until = record_horizon(tables) or 0
    rows = delivered(tables, "repository")
    rows = rows.filter(rows.produced_at.notnull())
    again = rows.is_failed | rows.is_undoing | rows.is_rework
    return rows.select(
        "change_id",
        at="produced_at",
        repository="unit",
        person="author",
        cluster=rows.author.fill_null(rows.change_id),
        known=rows.produced_at <= until - WATCHED,
        value=(~again).cast("float64"),
        weight=ibis.literal(1.0),
        origin=ibis.ifelse(rows.is_marked, "marked", "unmarked"),
    )


def _in_lines(rows: ibis.Table, tables: Tables) -> ibis.Table:
    size = change_sizes(tables)
    rows = rows.left_join(size, rows.change_id == size.sized_change_id)
    lines = rows.lines.fill_null(0).cast("float64")
    return rows.mutate(
        value=rows.value * lines, weight=lines, known=rows.known & rows.lines.notnull()
    )


def _sound(tables: Tables) -> ibis.Table:
    rows = _judged(tables)
    return rows.filter(rows.known)


def _sound_lines(tables: Tables) -> ibis.Table:
    return _in_lines(_sound(tables), tables)


def _lasting(tables: Tables) -> ibis.Table:
    rows = _judged(tables)
    return rows.filter(~rows.known | (rows.value > 0))


def _lasting_lines(tables: Tables) -> ibis.Table:
    return _in_lines(_lasting(tables), tables)


REWORK_FREE_CHANGES_RATIO = Metric(
    name="rework_free_changes_ratio",
    question="Which share of what reaches production is new work that stays as it is?",
    definition="Changes in production (deployed, else released) for 30 days or more that in this "
    "time were neither taken back nor mended nor in an incident, and that themselves take back or "
    "mend nothing, over all of them. Bots are left out.",
    unit=RATIO,
    kind="quality",
    better="higher",
    needs=_NEEDS,
    rows=_sound,
    summary=RatioOfSums(of_flags=True),
    n_of="changes in production",
    version=1,
    references=(_SZZ,),
    caveats=(
        _ABOUT,
        "Removing old code on purpose counts as mending only if the message says fix.",
    ),
    qualifier="about",
    remedy=_WAIT,
    source="git, forge",
)

REWORK_FREE_LINES_RATIO = Metric(
    name="rework_free_lines_ratio",
    question="Which share of changed lines reaches production in work that stays as it is?",
    definition="As rework_free_changes_ratio, each change weighing as many lines as it adds and "
    "deletes.",
    unit=RATIO,
    kind="quality",
    better="higher",
    needs=(*_NEEDS, "commit_diff"),
    rows=_sound_lines,
    summary=RatioOfSums(),
    n_of="changes in production",
    version=1,
    references=(_SIZE,),
    caveats=(
        (
            "Bigger changes have more lines that a fix can touch: it is mostly below the share of "
            "changes."
        ),
        "Generated files count.",
    ),
    qualifier="about",
    remedy=_WAIT,
    unknown_because="have no size",
    source="git, forge",
)

REWORK_FREE_CHANGES_PER_WEEK = Metric(
    name="rework_free_changes_per_week",
    question="How many changes per week reach production and stay as they are?",
    definition="The changes rework_free_changes_ratio counts, per seven days, by the day on which "
    "they reached production.",
    unit=PER_WEEK,
    kind="flow",
    better="higher",
    needs=_NEEDS,
    rows=_lasting,
    summary=PerWeek(),
    n_of="changes in production that stay",
    version=1,
    references=(_SZZ,),
    caveats=(
        _ABOUT,
        "Changes of the last 30 days cannot be judged yet: end the window before them.",
    ),
    qualifier="about",
    remedy=_WAIT,
    unknown_because="have not been in production for 30 days",
    source="git, forge",
)

REWORK_FREE_LINES_PER_WEEK = Metric(
    name="rework_free_lines_per_week",
    question="How much changed code per week reaches production and stays as it is?",
    definition="Lines added and deleted by the changes rework_free_changes_ratio counts, per seven "
    "days, by the day on which they reached production.",
    unit=PER_WEEK,
    kind="flow",
    better="neither",
    needs=(*_NEEDS, "commit_diff"),
    rows=_lasting_lines,
    summary=PerWeek(signed=True),
    n_of="changes in production that stay",
    version=1,
    references=(_SIZE,),
    caveats=(
        "Lines are size, not worth: more of them for the same use is no gain.",
        "Changes of the last 30 days cannot be judged yet: end the window before them.",
    ),
    qualifier="about",
    remedy=_WAIT,
    unknown_because="have no size, or have not been in production for 30 days",
    source="git, forge",
)
