"""Method and definitions: how every number on the page was computed."""

from __future__ import annotations

from collections.abc import Iterable

from trueup.report.document import Definition, Definitions, Section
from trueup.report.sentence import Sentence
from trueup.report.view import View

OWN = (
    Definition(
        metric="records_seen_count",
        version=1,
        question="How much of what there is was read?",
        definition="Records of this subject that were read whole.",
        unit="count",
        kind="coverage",
    ),
    Definition(
        metric="records_expected_count",
        version=1,
        question="How much is there?",
        definition="Records of this subject that the source says there are.",
        unit="count",
        kind="coverage",
    ),
    Definition(
        metric="records_skipped_count",
        version=1,
        question="How much was left out?",
        definition="Records of this subject that were met and could not be used.",
        unit="count",
        kind="coverage",
    ),
)
"""Definitions of what the report counts itself."""


def method(view: View, metrics: Iterable[str]) -> Section:
    """Return the definitions of the metrics shown, in the order shown."""
    known = {each.metric: each for each in (*OWN, *view.definitions)}
    intro = Sentence(
        template="Intervals say which values fit the data. A wait that has not ended counts as "
        "at least as long as it has lasted. Groups of authors too small to hide a person are "
        "never split. No person is named or ranked."
    )
    shown = tuple(known[metric] for metric in dict.fromkeys(metrics) if metric in known)
    return Section(
        id="method",
        heading="Method and definitions",
        blocks=(intro, Definitions(definitions=shown)),
    )
