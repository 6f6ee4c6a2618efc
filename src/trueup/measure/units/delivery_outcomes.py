"""Outcomes of the whole delivery record: metrics, asked of one unit in one week."""

from __future__ import annotations

from typing import Literal

from trueup.measure.metric import Metric, PerWeek, Quantiles
from trueup.measure.metrics.defects import DEFECTS_ESCAPED_RATIO
from trueup.measure.metrics.deployments import DEPLOYMENT_REWORK_RATIO, DEPLOYMENTS_PER_WEEK
from trueup.measure.metrics.failures import (
    FAILED_DEPLOYMENT_RECOVERY_SECONDS,
    FAILED_DEPLOYMENTS_RATIO,
)
from trueup.measure.metrics.incidents import BUGS_PER_CHANGE, INCIDENTS_PER_WEEK
from trueup.measure.metrics.proposals import (
    CHANGED_FILES,
    PROPOSED_CHURN_RATIO,
    PROPOSED_SIZE_LINES,
)
from trueup.measure.metrics.review_waits import OPENED_TO_LANDED_SECONDS, REVIEW_TO_LANDED_SECONDS
from trueup.measure.metrics.reviews import HUMAN_REVIEW_COMMENTS, UNREVIEWED_CHANGES_RATIO
from trueup.measure.metrics.work_items import (
    FLOW_EFFICIENCY_RATIO,
    REOPENED_WORK_ITEMS_RATIO,
    WORK_ITEM_ACTIVE_SECONDS,
    WORK_ITEM_FLOW_SECONDS,
    WORK_RESTARTS_PER_ITEM,
)
from trueup.measure.units.definition import Outcome

LONGEST_DAYS = 30
"""What lasts longer counts as so many days: a week is then settled so many days after its end."""

_DURATION = (
    f" Mean over what begins in the week; what lasts longer than {LONGEST_DAYS} days counts as "
    f"{LONGEST_DAYS} days, and what was given up before is left out. Weeks less than "
    f"{LONGEST_DAYS} days before the newest record are left out."
)
_RATE = (
    " Weeks before the unit's first are left out, and units without any: a source that is not "
    "connected there is no nought."
)
_SHARE = " By the week in which each happened."


def _asked(
    metric: Metric, says_unit: str, scale: Literal["level", "log", "count"] = "level"
) -> Outcome:
    """Return a metric as an outcome of a unit and a week."""
    lasts, comes = (isinstance(metric.summary, kind) for kind in (Quantiles, PerWeek))
    says = _DURATION if lasts else _RATE if comes else _SHARE
    return Outcome(
        name=metric.name.replace("_seconds", "_mean_seconds") if lasts else metric.name,
        question=metric.question,
        definition=metric.definition + says,
        unit=metric.unit,
        says_unit=says_unit,
        better=metric.better,
        kind="quality" if metric.kind == "quality" else "flow",
        scale="log" if lasts else "count" if comes else scale,
        needs=metric.requires,
        metric=metric,
        metric_name=metric.name,
        is_watched=lasts,
        version=metric.version,
    )


DELIVERY: tuple[Outcome, ...] = (
    _asked(DEPLOYMENTS_PER_WEEK, "deployments per week"),
    _asked(FAILED_DEPLOYMENTS_RATIO, "share of deployments followed by a failure"),
    _asked(FAILED_DEPLOYMENT_RECOVERY_SECONDS, "mean time to recover from a failed deployment"),
    _asked(DEPLOYMENT_REWORK_RATIO, "share of deployments that were not planned"),
    _asked(INCIDENTS_PER_WEEK, "incidents per week"),
    _asked(DEFECTS_ESCAPED_RATIO, "share of defects caught only in production"),
    _asked(BUGS_PER_CHANGE, "bugs per landed change"),
    _asked(OPENED_TO_LANDED_SECONDS, "mean time from opening to landing"),
    _asked(REVIEW_TO_LANDED_SECONDS, "mean time from first review to landing"),
    _asked(UNREVIEWED_CHANGES_RATIO, "share of landed changes nobody reviewed"),
    _asked(HUMAN_REVIEW_COMMENTS, "comments by people per landed change", "count"),
    _asked(PROPOSED_SIZE_LINES, "lines per landed change", "log"),
    _asked(CHANGED_FILES, "files per landed change", "log"),
    _asked(PROPOSED_CHURN_RATIO, "lines deleted per line added"),
    _asked(FLOW_EFFICIENCY_RATIO, "share of the time in which work items are worked on"),
    _asked(WORK_ITEM_FLOW_SECONDS, "mean time from start to done"),
    _asked(WORK_ITEM_ACTIVE_SECONDS, "mean time in progress"),
    _asked(WORK_RESTARTS_PER_ITEM, "restarts per work item"),
    _asked(REOPENED_WORK_ITEMS_RATIO, "share of finished work items opened again"),
)
"""In the order of the way to production: deployments, failures, changes, work items."""
