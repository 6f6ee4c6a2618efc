"""How long lines last."""

from __future__ import annotations

import ibis

from trueup.measure.metric import Metric, Survival, Tables
from trueup.measure.records.lines import BULK_LINES, spans
from trueup.units import RATIO

_NEEDS = ("line_span", "line_death", "commit", "account", "ai_attribution", "repository")
_REFERENCES = (
    "Kaplan and Meier (1958), JASA 53",
    "Bernhardsson (2016), The half-life of code & the ship of Theseus",
)
_CAVEATS = (
    "A line that is reformatted or moved to another place dies there and is born anew.",
    "Lines that die are not bad lines: a living code base rewrites itself.",
    f"Commits that bring more than {BULK_LINES:,} lines are imports and are left out.",
    "Lines lost in merges whose remover cannot be named are left out and lower the coverage.",
)


def _followed(tables: Tables) -> ibis.Table:
    rows = spans(tables)
    return rows.filter(~rows.is_bulk)


LINE_SURVIVAL_RATIO = Metric(
    name="line_survival_ratio",
    question="Which share of new lines of code is still there after 14, 30, 90 and 365 days?",
    definition="Kaplan-Meier share of lines of code and tests not yet removed or rewritten, by "
    "days since they were committed; lines still there at the end are censored, not dropped. "
    "Bots are left out. Split by origin, unmarked lines are weighted to the birth months and "
    "file kinds of the marked ones.",
    unit=RATIO,
    kind="quality",
    better="higher",
    needs=_NEEDS,
    rows=_followed,
    summary=Survival(),
    n_of="lines",
    version=1,
    references=_REFERENCES,
    caveats=_CAVEATS,
    remedy="Wait until more authors have lines that old, or measure more repositories together.",
)

LINE_SURVIVAL_DIFFERENCE_RATIO = Metric(
    name="line_survival_difference_ratio",
    question="Do lines marked with an AI tool last as long as other lines born at the same time?",
    definition="Share of marked lines still there at an age, minus the share of unmarked lines "
    "of the same birth months and file kinds. An association: who marks, and for which work, "
    "is not controlled.",
    unit=RATIO,
    kind="quality",
    better="higher",
    needs=_NEEDS,
    rows=_followed,
    summary=Survival(difference=True),
    n_of="lines",
    version=1,
    references=_REFERENCES,
    caveats=(*_CAVEATS, "Unmarked means unknown: marked lines hide among them."),
    remedy="Wait until more authors have marked lines, or measure more repositories together.",
)
