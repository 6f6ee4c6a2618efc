"""The outcomes and exposures of a unit in a week: each a definition, as data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trueup.measure.units.definition import Outcome
from trueup.measure.units.delivery_outcomes import DELIVERY
from trueup.units import COUNT, ITEMS, PER_WEEK, RATIO, SECONDS

SHARE, WEEKS_RUNNING = 0.2, 4
"""More exposure than this share in so many weeks on end is adoption, unless a plan says else."""

_PRODUCTION = (
    "A change reaches production with the first successful deployment to production that brings "
    "it; in a repository without any deployment record, with its first release. "
)
_FAILED = (
    "within 30 days of reaching production it is taken back, a fix-like commit of another change "
    "rewrites a line it wrote, or an incident is linked to it or to its deployment"
)
_CHANGE = ("change", "change_commit", "commit")
_PER_DEVELOPER = "per active developer-week"

_ALL = (
    Outcome(
        name="sound_changes_per_developer_week",
        question="How many changes reach users and stay sound, for each active developer?",
        definition=_PRODUCTION + "It is not sound if " + _FAILED + "; a change that only takes "
        "another back is not counted either. By week of production, over the persons active in "
        "that week. Weeks less than 30 days before the newest record are left out.",
        unit=PER_WEEK,
        says_unit=f"sound changes {_PER_DEVELOPER}",
        better="higher",
        kind="outcome",
        scale="count",
        top="sound",
        bottom="active",
        needs=_CHANGE,
        is_throughput=True,
        is_watched=True,
    ),
    Outcome(
        name="deployed_changes_per_developer_week",
        question="How many changes reach production, for each active developer?",
        definition=_PRODUCTION + "By week of production, over the persons active in that week.",
        unit=PER_WEEK,
        says_unit=f"changes in production {_PER_DEVELOPER}",
        better="higher",
        kind="flow",
        scale="count",
        top="deployed",
        bottom="active",
        needs=_CHANGE,
        is_throughput=True,
    ),
    Outcome(
        name="merged_changes_per_developer_week",
        metric_name="changes_landed_per_developer_week",
        question="How many changes land, for each active developer?",
        definition="Changes by week of landing on the default branch, over the persons active in "
        "that week. Landed is not yet in users' hands: not throughput.",
        unit=PER_WEEK,
        says_unit=f"landed changes {_PER_DEVELOPER}",
        better="neither",
        kind="flow",
        scale="count",
        top="merged",
        bottom="active",
        needs=_CHANGE,
    ),
    Outcome(
        name="lead_time_mean_seconds",
        metric_name="lead_time_from_commit_seconds",
        question="How long does a change take from its first commit to production?",
        definition=_PRODUCTION + "Mean time since the author instant of its first commit, over "
        "changes by week of production whose first commit is known.",
        unit=SECONDS,
        says_unit="mean time from first commit to production",
        better="lower",
        kind="flow",
        scale="log",
        top="lead_seconds",
        bottom="timed",
        needs=_CHANGE,
    ),
    Outcome(
        name="lead_time_median_seconds",
        question="How long does the middle change take from its first commit to production?",
        definition=_PRODUCTION + "Median time since the author instant of its first commit, over "
        "changes by week of production whose first commit is known.",
        unit=SECONDS,
        says_unit="median time from first commit to production",
        better="lower",
        kind="flow",
        scale="log",
        top="lead_median_seconds",
        bottom=None,
        needs=_CHANGE,
        seen_with="timed",
    ),
    Outcome(
        name="arrived_changes_per_week",
        question="How many changes are begun?",
        definition="Landed changes by week of the author instant of their first commit, where "
        "it is known. Weeks less than 30 days before the newest record are left out: what has "
        "not landed yet is not seen.",
        unit=PER_WEEK,
        says_unit="changes begun per week",
        better="neither",
        kind="flow",
        scale="count",
        top="arrived",
        bottom=None,
        needs=_CHANGE,
        is_watched=True,
    ),
    Outcome(
        name="deployed_changes_per_week",
        question="How many changes that were seen to begin reach production?",
        definition=_PRODUCTION + "By week of production, of the changes whose first commit is "
        "known: those that `arrived_changes_per_week` counts.",
        unit=PER_WEEK,
        says_unit="changes in production per week",
        better="neither",
        kind="flow",
        scale="count",
        top="timed",
        bottom=None,
        needs=_CHANGE,
    ),
    Outcome(
        name="changes_under_way_items",
        question="How many changes are under way?",
        definition=_PRODUCTION + "Landed changes from the author instant of their first commit, "
        "where it is known, until they reach production: their number averaged over all instants "
        "of the week. Weeks less than 30 days before the newest record are left out: what has not "
        "landed yet is not seen.",
        unit=ITEMS,
        says_unit="changes under way",
        better="neither",
        kind="flow",
        scale="count",
        top="inside",
        bottom=None,
        needs=_CHANGE,
        is_watched=True,
    ),
    Outcome(
        name="review_wait_mean_seconds",
        metric_name="pickup_seconds",
        question="How long does a change wait for its first review?",
        definition="Mean time from the request of the first review by someone else than the "
        "author to that review, over landed changes by week of the review. Where the forge names "
        "no request, from when the change was opened.",
        unit=SECONDS,
        says_unit="mean wait for the first review",
        better="lower",
        kind="flow",
        scale="log",
        top="review_wait_seconds",
        bottom="reviews",
        needs=("review",),
    ),
    Outcome(
        name="incidents_per_change",
        metric_name="incidents_per_change",
        question="How many incidents follow from a change that reaches production?",
        definition=_PRODUCTION + "Incidents opened within 30 days that are linked to it or to "
        "its deployment, over changes by week of production.",
        unit=COUNT,
        says_unit="incidents per change in production",
        better="lower",
        kind="quality",
        scale="level",
        top="incidents",
        bottom="deployed",
        needs=(*_CHANGE, "incident"),
        is_watched=True,
    ),
    Outcome(
        name="change_failure_ratio",
        question="Which share of changes fails in production?",
        definition=_PRODUCTION + "A change fails if " + _FAILED + "; over changes by week of "
        "production.",
        unit=RATIO,
        says_unit="share of changes in production that fail",
        better="lower",
        kind="quality",
        scale="level",
        top="failed",
        bottom="deployed",
        needs=_CHANGE,
        is_watched=True,
    ),
    Outcome(
        name="rework_ratio",
        question="Which share of the work is taking back and mending what was just delivered?",
        definition=_PRODUCTION + "Changes that take back, or mend a line of, a change that "
        "reached production at most 30 days before; over changes by week of production.",
        unit=RATIO,
        says_unit="share of changes in production that are rework",
        better="lower",
        kind="quality",
        scale="level",
        top="rework",
        bottom="deployed",
        needs=_CHANGE,
    ),
    Outcome(
        name="work_items_done_per_developer_week",
        metric_name="work_items_done_per_developer_week",
        question="How many work items are finished, for each active developer?",
        definition="Work items by the week in which they were last moved to done, over the "
        "persons active in that week.",
        unit=PER_WEEK,
        says_unit=f"work items done {_PER_DEVELOPER}",
        better="higher",
        kind="flow",
        scale="count",
        top="items_done",
        bottom="active",
        needs=("work_item",),
    ),
    Outcome(
        name="tokens_per_developer_week",
        question="How many tokens are used up, for each active developer?",
        definition="All five kinds of tokens of all requests of the unit's persons, over the "
        "persons active in that week. What goes in is never an outcome.",
        unit=PER_WEEK,
        says_unit=f"tokens {_PER_DEVELOPER}",
        better="neither",
        kind="exposure",
        scale="level",
        top="tokens",
        bottom="active",
        needs=("ai_request",),
    ),
    Outcome(
        name="ai_active_developers_ratio",
        question="Which share of active developers uses AI tools?",
        definition="Persons active in the week who have a session with an AI tool in it, or "
        "author a commit that is marked with one, over all persons active in the week.",
        unit=RATIO,
        says_unit="share of active developers who use AI",
        better="neither",
        kind="exposure",
        scale="level",
        top="ai_users",
        bottom="active",
        needs=("commit",),
    ),
    Outcome(
        name="ai_marked_changes_ratio",
        question="Which share of landed changes is marked with an AI tool?",
        definition="Changes of which a commit carries the mark of an AI tool, over changes by "
        "week of landing. At least: what carries no mark is unknown.",
        unit=RATIO,
        says_unit="share of landed changes that are marked",
        better="neither",
        kind="exposure",
        scale="level",
        top="marked",
        bottom="merged",
        needs=_CHANGE,
    ),
    Outcome(
        name="ai_hours_per_developer_week",
        question="How long are AI tools in use, for each active developer?",
        definition="Time in use as the tools count it, by the week in which a session starts, "
        "over the persons active in that week.",
        unit=PER_WEEK,
        says_unit=f"hours {_PER_DEVELOPER}",
        better="neither",
        kind="exposure",
        scale="level",
        top="ai_hours",
        bottom="active",
        needs=("ai_session",),
    ),
)

OUTCOMES: Mapping[str, Outcome] = MappingProxyType(
    {outcome.name: outcome for outcome in (*_ALL, *DELIVERY)}
)
"""Every outcome and exposure by name, the default primary one first."""


def outcome_like(metric: str) -> Outcome | None:
    """Return the outcome of unit-weeks that answers a metric's question; None where none does."""
    found = (each for each in OUTCOMES.values() if each.metric_name == metric)
    return next(found, None)
