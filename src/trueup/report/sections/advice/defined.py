"""What the numbers mean that the doctor counts itself."""

from __future__ import annotations

from trueup.report.document import Definition

DOCTORS = (
    Definition(
        metric="displaced_changes_ratio",
        version=1,
        question="Which share of new changes is missing for reworking and mending?",
        definition="Changes put up for review in a week, regressed on hours of reworking and of "
        "incidents in it; levels of units and, where these are ten or more, of weeks taken out. "
        "Hours of reworking count as far as rounds took longer than usual for the unit, because "
        "more new changes bring more rounds.",
        unit="ratio",
        kind="flow",
        caveats=("An association: such a week may have fewer changes for another reason.",),
    ),
    Definition(
        metric="asked_for_changes_ratio",
        version=1,
        question="How often does a review ask for changes?",
        definition="Rounds in which a person asked for changes, over those and approvals.",
        unit="ratio",
        kind="quality",
    ),
    Definition(
        metric="late_failed_checks_ratio",
        version=1,
        question="How often do checks fail after review?",
        definition="Runs of checks after the last approval that failed, over all such runs.",
        unit="ratio",
        kind="quality",
    ),
    Definition(
        metric="incidents_per_landed_change",
        version=1,
        question="How many incidents come of a change?",
        definition="Incidents tied to changes, by how likely each tie is, over landed changes.",
        unit="per_change",
        kind="quality",
        caveats=("Incidents of unknown origin are left out.",),
    ),
)
"""Definitions of what is counted beside the catalogue of metrics."""
