"""What needs records of AI tools: named here, so that what is missing is said and not left out."""

from __future__ import annotations

import ibis
import pyarrow as pa

from trueup.measure.metric import Metric, RatioOfSums, Tables
from trueup.units import RATIO

_FAROS = "Faros AI (2026), The Acceleration Whiplash"
_DORA = "DORA (2025), State of AI-assisted Software Development"
_CONNECT = "Until then, ai_marked_commits_ratio gives a lower bound from what tools leave in git."


def _nothing(tables: Tables) -> ibis.Table:
    del tables
    columns = {"at": pa.int64(), "person": pa.string(), "value": pa.float64()}
    return ibis.memtable(pa.schema(list(columns.items())).empty_table())


AI_ACTIVE_DEVELOPERS_RATIO = Metric(
    name="ai_active_developers_ratio",
    question="Which share of active developers uses an AI tool in a week?",
    definition="Developers with one use of an AI tool or more in a week, over developers active in "
    "it.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=("ai_session",),
    rows=_nothing,
    summary=RatioOfSums(),
    n_of="developer-weeks",
    version=1,
    references=(_FAROS, _DORA),
    caveats=("One use a week and a hundred count alike.",),
    remedy=_CONNECT,
    awaits="the usage records of AI tools by person and day",
    source="AI tools",
)

TEAMS_MOSTLY_USING_AI_RATIO = Metric(
    name="teams_mostly_using_ai_ratio",
    question="In which share of teams do more than half of the developers use AI tools weekly?",
    definition="Teams in which ai_active_developers_ratio exceeds 50 %, over teams with active "
    "developers.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=("ai_session", "membership"),
    rows=_nothing,
    summary=RatioOfSums(),
    n_of="team-weeks",
    version=1,
    references=(_FAROS,),
    caveats=("Small teams cross one half with one person more.",),
    remedy=_CONNECT,
    awaits="the usage records of AI tools by person and day",
    source="AI tools",
)

AI_CODE_ACCEPTED_RATIO = Metric(
    name="ai_code_accepted_ratio",
    question="Which share of the code AI tools offer is accepted?",
    definition="Code accepted over code offered, for completions and for what agents write apart: "
    "the two have nothing in common but the name.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=("ai_edit",),
    rows=_nothing,
    summary=RatioOfSums(),
    n_of="offers",
    version=1,
    references=(_FAROS,),
    caveats=(
        "Accepted is not kept: line_survival_ratio says what stays.",
        "Counted by offers and by lines it gives two numbers.",
    ),
    remedy="Until then, line_survival_difference_ratio compares how long marked lines last.",
    awaits="what AI tools offered and what was accepted",
    source="AI tools",
)
