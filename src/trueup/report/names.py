"""Metrics and outcomes the report speaks of, by name: where it meets measure and estimate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from trueup.estimate.studies import Family

MARKED_COMMITS = "ai_marked_commits_ratio"
MARKED_ADDED_LINES = "ai_marked_added_lines_ratio"
MARKED_SURVIVING_LINES = "ai_marked_surviving_lines_ratio"

LANDED = "changes_landed_per_week"
RELEASED = "changes_released_per_week"
IN_PROGRESS = "changes_awaiting_release_items"
LANDED_TO_RELEASED = "landed_to_release_seconds"
FIRST_COMMIT_TO_LANDED = "first_commit_to_landed_seconds"
CHANGE_SIZE = "change_size_lines"
BOTS = "bot_commits_ratio"

SURVIVAL = "line_survival_ratio"
SURVIVAL_DIFFERENCE = "line_survival_difference_ratio"
REVERTED = "reverted_changes_ratio"
FIX_FOLLOWED = "fix_follow_up_within_30_days_ratio"
CHURN = "churn_ratio"
OWNERS = "knowledge_spread_people"

QUEUE_GROWTH = "queue_growth_per_week"
THROUGHPUT_ASSOCIATION = "released_in_marked_months_ratio"
LEAD_TIME_ASSOCIATION = "lead_time_in_marked_months_ratio"
MEAN_WAIT = "landed_to_release_wait_seconds"
MEAN_TIME_TO_LAND = "first_commit_to_landed_wait_seconds"
BEING_WRITTEN = "changes_in_progress_items"

Role = Literal["throughput", "lead time", "quality", "cost", ""]
"""Which of the four rows of the first screen an outcome may fill; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """How a reader calls an outcome.

    Parameters
    ----------
    label
        Two or three words.
    phrase
        As it stands after "AI use changed".
    measure
        What was counted, in a few words.
    role
        Which row of the first screen it may fill.
    family
        Beside which published results it may stand; empty for none.
    is_ours
        Whether trueup defined it: then adoption means AI use, and not whatever a table says.
    """

    label: str
    phrase: str
    measure: str
    role: Role = ""
    family: Family | Literal[""] = ""
    is_ours: bool = True


def _throughput(label: str, phrase: str, measure: str) -> Spoken:
    return Spoken(label=label, phrase=phrase, measure=measure, role="throughput", family="output")


def _wait(label: str, phrase: str, measure: str, role: Role = "lead time") -> Spoken:
    return Spoken(label=label, phrase=phrase, measure=measure, role=role, family="flow")


def _fault(label: str, measure: str) -> Spoken:
    return Spoken(label=label, phrase=measure, measure=measure, role="quality", family="defects")


OUTCOMES: Mapping[str, Spoken] = MappingProxyType(
    {
        "sound_changes_per_developer_week": _throughput(
            "Throughput", "how much reaches users", "sound changes per developer-week"
        ),
        "deployed_changes_per_developer_week": _throughput(
            "Deployed", "how much is deployed", "changes per developer-week"
        ),
        "merged_changes_per_developer_week": _throughput(
            "Merged, not throughput", "how much is merged", "changes per developer-week"
        ),
        "work_items_done_per_developer_week": _throughput(
            "Work items done", "how many work items are done", "items per developer-week"
        ),
        "lead_time_mean_seconds": _wait(
            "Lead time", "how long work takes to reach users", "mean, commit to users"
        ),
        "lead_time_median_seconds": _wait(
            "Lead time, median", "how long half of the work takes", "commit to users"
        ),
        "review_wait_mean_seconds": _wait(
            "Review wait", "how long work waits for review", "mean wait for review", ""
        ),
        "incidents_per_change": Spoken(
            label="Incidents",
            phrase="incidents per change",
            measure="incidents per 1,000 changes",
            role="quality",
            family="defects",
        ),
        "change_failure_ratio": _fault("Failed changes", "the share of changes that fail"),
        "rework_ratio": _fault("Rework", "the share of work done over"),
        "deployments_per_week": Spoken(
            label="Deployments", phrase="how often is deployed", measure="per week"
        ),
        "failed_deployments_ratio": _fault("Failed deployments", "deployments that fail"),
        "failed_deployment_recovery_mean_seconds": _wait(
            "Recovery", "how long a failed deployment lasts", "mean, until mended", ""
        ),
        "deployment_rework_ratio": _fault("Unplanned deployments", "unplanned deployments"),
        "incidents_per_week": Spoken(
            label="Incidents a week", phrase="how many incidents open", measure="per week"
        ),
        "defects_escaped_ratio": _fault("Escaped defects", "defects seen by users first"),
        "bugs_per_change": _fault("Bugs", "bugs per change"),
        "opened_to_landed_mean_seconds": _wait(
            "Time open", "how long a change is open", "mean, opened to landed", ""
        ),
        "review_to_landed_mean_seconds": _wait(
            "Time in review", "how long review takes", "mean, review to landed", ""
        ),
        "unreviewed_changes_ratio": _fault("Unreviewed", "changes nobody reviewed"),
        "human_review_comments": Spoken(
            label="Review comments", phrase="how much reviewers write", measure="per change"
        ),
        "proposed_size_lines": Spoken(
            label="Change size", phrase="how big changes are", measure="lines per change"
        ),
        "changed_files": Spoken(
            label="Files", phrase="how many files a change touches", measure="per change"
        ),
        "proposed_churn_ratio": Spoken(
            label="Churn", phrase="what is deleted for what is added", measure="lines per line"
        ),
        "flow_efficiency_ratio": Spoken(
            label="Flow efficiency",
            phrase="the share of the time work items are worked on",
            measure="share of the time",
        ),
        "work_item_flow_mean_seconds": _wait(
            "Flow time", "how long a work item takes", "mean, started to done", ""
        ),
        "work_item_active_mean_seconds": _wait(
            "Time in progress", "how long a work item is in progress", "mean", ""
        ),
        "work_restarts_per_item": Spoken(
            label="Restarts", phrase="how often work is begun again", measure="per work item"
        ),
        "reopened_work_items_ratio": _fault("Reopened", "work that is opened again"),
        "arrived_changes_per_week": Spoken(
            label="Changes begun", phrase="changes begun", measure="per week"
        ),
        "deployed_changes_per_week": Spoken(
            label="Changes in production", phrase="changes in production", measure="per week"
        ),
        "changes_under_way_items": Spoken(
            label="Changes under way", phrase="changes under way", measure="at a time"
        ),
        "cost_per_sound_change": Spoken(
            label="Cost", phrase="what a change costs", measure="per sound change", role="cost"
        ),
    }
)
"""The outcomes trueup itself defines, by column of the panel."""


DOSES: Mapping[str, str] = MappingProxyType(
    {
        "ai_hours_per_developer_week": "hours with AI per developer-week",
        "tokens_per_developer_week": "tokens per developer-week",
        "ai_active_developers_ratio": "share of developers active with AI",
        "ai_marked_changes_ratio": "share of changes marked as AI's",
    }
)
"""How a reader calls an exposure, by column of the panel."""

USE: Mapping[str, str] = MappingProxyType(
    {
        "low": "two quarters of least AI use, mean over units",
        "high": "two quarters of most AI use, mean over units",
        "high over low": "quarters of most AI use over those of least, mean over units",
        "high over low, of sums": "quarters of most AI use over those of least, all units as one",
    }
)
"""How a reader calls the two ends of the published contrast."""

KINDS: Mapping[str, str] = MappingProxyType({"human": "people", "ai_agent": "AI agents"})
"""How a reader calls kinds of actors, where not by the same word."""

RECIPES: Mapping[str, str] = MappingProxyType(
    {
        "callaway_santanna": "Callaway and Sant'Anna",
        "imputation": "imputation",
        "two_way": "two-way fixed effects",
        "counts": "Poisson counts",
        "dose_response": "dose and response",
        "randomised": "randomisation",
        "before_after": "after against before",
        "low_high_quarters": "low against high quarters",
        "synthetic": "synthetic controls",
    }
)
"""How a reader calls an estimator."""

CHECKS: Mapping[str, str] = MappingProxyType(
    {
        "pre_trend": "trends before adoption",
        "placebo_date": "a made-up date",
        "placebo_outcome": "an outcome that cannot move",
        "honest": "trends drifting apart",
        "agreement": "a second recipe",
        "attrition": "units that leave",
        "clusters": "enough clusters",
        "overlap": "likeness of the groups",
        "misclassification": "unseen use",
        "bacon": "weights of comparisons",
    }
)
"""How a reader calls a check, where its name is not said already."""


def recipe(name: str) -> str:
    """Return how a reader calls an estimator.

    >>> recipe("callaway_santanna"), recipe("my_own")
    ("Callaway and Sant'Anna", 'my own')
    """
    return RECIPES.get(name, name.replace("_", " "))


def check(name: str) -> str:
    """Return how a reader calls a check.

    >>> check("pre_trend"), check("my_own")
    ('trends before adoption', 'my own')
    """
    return CHECKS.get(name, name.replace("_", " "))


def plainly(text: str) -> str:
    """Call columns and estimators in a text as a reader does.

    >>> plainly("the interval of incidents_per_change holds no effect")
    'the interval of incidents holds no effect'
    """
    return _COLUMN.sub(lambda found: _CALLED.get(found[0], found[0]), text)


_COLUMN = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


def spoken(outcome: str, unit: str = "") -> Spoken:
    """Return how to call an outcome, also one that a reader's own table brought.

    >>> spoken("lines_added").label, spoken("lines_added").is_ours
    ('Lines added', False)
    """
    if outcome in OUTCOMES:
        return OUTCOMES[outcome]
    words = outcome.replace("_", " ").strip() or outcome
    label = words[:1].upper() + words[1:]
    return Spoken(label=label, phrase=words, measure=unit or words, is_ours=False)


_CALLED: Mapping[str, str] = MappingProxyType(
    {
        **{name: each.label[:1].lower() + each.label[1:] for name, each in OUTCOMES.items()},
        **DOSES,
        **{name: words for name, words in RECIPES.items() if "_" in name},
        **{name: name.replace("_", " ") for name in CHECKS},
        "foundation_ratio": "foundations",
        "lead_time_mean_days": "lead time in days",
    }
)

BASES: Mapping[str, str] = MappingProxyType(
    {
        "list": "at list price",
        "invoice": "invoiced",
        "admin_api": "by the vendor's own account",
        "seat": "fees for seats",
        "overage": "beyond what fees include",
        "vendor_estimate": "as the tools guess it",
    }
)
"""What an amount of money is, as a reader calls it."""

AGENTS: Mapping[str, str] = MappingProxyType(
    {"main": "main agents", "subagent": "subagents", "auxiliary": "side tasks of the tools"}
)

SEEN_BY: Mapping[str, str] = MappingProxyType(
    {
        "invoice": "invoices",
        "admin_api": "vendors' interfaces",
        "gateway": "a gateway",
        "otlp": "telemetry",
        "log": "logs on machines",
    }
)
"""How the use of AI tools came to be known, as a reader calls it."""
