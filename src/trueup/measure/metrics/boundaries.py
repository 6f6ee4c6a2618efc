"""Little's law at every boundary a change crosses, from its task to a quiet week in production."""

from __future__ import annotations

import ibis

from trueup.measure.metric import Metric, Tables, Waits
from trueup.measure.records.authorship import proposals, shared
from trueup.units import ITEMS, PER_WEEK, SECONDS

BOUNDARIES = ("task", "draft", "pickup", "review", "merge", "deploy", "soak")
"""In their order: begun, opened, ready, reviewed, approved, landed, deployed, settled."""
_NEEDS = ("stage_interval", "change", "account", "ai_attribution", "commit")
_LITTLE = (
    "Little (1961), Operations Research 9(3)",
    "Kim and Whitt (2013), Statistical Analysis with Little's Law, Operations Research 61(4)",
)
_STAGES = (
    "The stages of a change, each apart: task (its work item in progress until the change is "
    "opened), draft, pickup (ready until a person reviews), review (until approved), merge (until "
    "landed), deploy (until in production), soak (7 days without an incident, begun anew with "
    "each). Those that are not gone through are not entered. "
)
_SAME = (
    "Level, arrivals, departures and waits of a stage are of the same items in the same window. "
    "That of task ends early by the wait that nine in ten items did not exceed, because a change "
    "is recorded only once it is opened. Bots are left out."
)
_GROWING = 'In a growing queue every one of the four is too short: it is shown as "at least".'
_REMEDY = "Connect the forge, and deployments and the tracker for the stages they show."


def _passed(tables: Tables) -> ibis.Table:
    return shared(tables, "boundaries", lambda: _intervals(tables))


def _intervals(tables: Tables) -> ibis.Table:
    passed = tables["stage_interval"]
    passed = passed.filter((passed.item_kind == "change") & passed.stage.isin(BOUNDARIES))
    passed = passed.select("item_id", "stage", "entered_at", "left_at")
    change = proposals(tables).select(
        *("change_id", "repository", "person", "cluster", "actor_kind", "origin", "tool", "model"),
        "first_commit_at",
    )
    rows = change.inner_join(passed, change.change_id == passed.item_id)
    known = rows.entered_at.notnull()
    return rows.mutate(at=rows.entered_at, until_at=rows.left_at, known=known, value=1.0)


STAGE_WAIT_SECONDS = Metric(
    name="stage_wait_seconds",
    question="How long is the mean wait in each stage, open changes included?",
    definition=_STAGES + "Mean, four ways: of what left (departed), of what came and left "
    "(completed arrivals), of all that came with the rest of the open ones estimated "
    "(edge-corrected), and of the survival curve (survival). Where more than half of a wait would "
    "be guessed, or level, arrivals and wait do not keep the law, it is not given. " + _SAME,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_passed,
    summary=Waits(),
    n_of="passages",
    version=1,
    references=_LITTLE,
    caveats=(_GROWING, "A mean is moved by a few very long waits; quantiles are shown apart."),
    remedy=_REMEDY,
    requires=("change.opened_at",),
    apart=("stage",),
    source="forge, deployments, tracker",
)

STAGE_LEVEL_ITEMS = Metric(
    name="stage_level_items",
    question="How many changes are in each stage at once?",
    definition=_STAGES + "Their number averaged over all instants. " + _SAME,
    unit=ITEMS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_passed,
    summary=Waits(figure="level"),
    n_of="passages",
    version=1,
    references=_LITTLE,
    caveats=("More changes at once may be more work or slower work: read it beside the waits.",),
    remedy=_REMEDY,
    requires=("change.opened_at",),
    apart=("stage",),
    source="forge, deployments, tracker",
)

STAGE_ARRIVALS_PER_WEEK = Metric(
    name="stage_arrivals_per_week",
    question="How many changes enter each stage per week?",
    definition=_STAGES + "Entries per seven days. " + _SAME,
    unit=PER_WEEK,
    kind="flow",
    better="neither",
    needs=_NEEDS,
    rows=_passed,
    summary=Waits(figure="arrivals"),
    n_of="entries",
    version=1,
    references=_LITTLE,
    caveats=("What enters is not what gets through: read it beside the departures.",),
    remedy=_REMEDY,
    requires=("change.opened_at",),
    apart=("stage",),
    source="forge, deployments, tracker",
)

STAGE_DEPARTURES_PER_WEEK = Metric(
    name="stage_departures_per_week",
    question="How many changes leave each stage per week?",
    definition=_STAGES + "Exits per seven days, given-up changes among them. " + _SAME,
    unit=PER_WEEK,
    kind="flow",
    better="higher",
    needs=_NEEDS,
    rows=_passed,
    summary=Waits(figure="departures"),
    n_of="exits",
    version=1,
    references=_LITTLE,
    caveats=("Giving changes up empties a stage as well as finishing them does.",),
    remedy=_REMEDY,
    requires=("change.opened_at",),
    apart=("stage",),
    source="forge, deployments, tracker",
)
