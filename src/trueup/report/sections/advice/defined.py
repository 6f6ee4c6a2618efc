"""What the numbers mean that the doctor counts itself."""

from __future__ import annotations

from trueup.report.document import Definition

_STAGES = {"review": "review", "checks": "checks", "deployment": "deployment"}
_QUEUES = (
    (
        "left_behind_ratio",
        "Which share of what comes to {0} does not leave it?",
        "What came to {0} less what left it, over what came, in the last 13 weeks of work.",
    ),
    (
        "left_behind_without_spell_ratio",
        "Is more left behind at {0} beside one spell?",
        "The same share without the six weeks, one after another, in which most was left behind.",
    ),
    (
        "answers_coming_ratio",
        "When more comes to {0}, does more leave it?",
        (
            "Of each more that comes to {0} in a week, how many more leave it in that week; levels "
            "of units and, where these are ten or more, of weeks taken out."
        ),
    ),
    (
        "answers_waiting_ratio",
        "When more waits at {0}, does more leave it?",
        (
            "Of each more that waits at {0} when a week begins, how many more leave it in that "
            "week; levels of units and, where these are ten or more, of weeks taken out."
        ),
    ),
    (
        "standing_weeks",
        "How many weeks of work are in {0}?",
        "What is in {0} in the last four weeks, in weeks of what leaves it.",
    ),
)
_PATTERN = {
    "starts": "changes begun",
    "output": "changes landed",
    "lead_time": "hours in review for each change",
    "reviews_per_reviewer": "reviews for each active reviewer",
}


def _queue(stage: str) -> tuple[Definition, ...]:
    return tuple(
        Definition(
            metric=f"{stage}_{name}",
            version=1,
            question=question.format(_STAGES[stage]),
            definition=definition.format(_STAGES[stage])
            + " Resampled by leaving out one unit at a time, or below ten of them one week.",
            unit="count" if name.endswith("weeks") else "ratio",
            kind="flow",
            caveats=("A count of a queue, not a claim about anybody who works at it.",),
        )
        for name, question, definition in _QUEUES
    )


QUEUES = tuple(one for stage in _STAGES for one in _queue(stage))
"""Definitions of what is counted of each stage."""

SIGNS = tuple(
    Definition(
        metric=f"{name}_later_against_earlier",
        version=1,
        question=f"Did {called} change over the window?",
        definition=f"{called.capitalize()} in the later half of the weeks of work against those in "
        "the earlier half.",
        unit="relative",
        kind="flow",
        caveats=("An association with time: whatever else changed is in it too.",),
    )
    for name, called in _PATTERN.items()
)
"""Definitions of the published pattern: more begun, no more finished, all of it slower."""

DOCTORS = (
    *QUEUES,
    *SIGNS,
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
