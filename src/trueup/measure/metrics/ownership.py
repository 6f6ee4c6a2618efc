"""On how many people the code rests; never on whom."""

from __future__ import annotations

import ibis

from trueup.measure.metric import FewestOwners, Metric, Tables
from trueup.measure.records.lines import surviving_lines
from trueup.units import PEOPLE


def _owned(tables: Tables) -> ibis.Table:
    rows = surviving_lines(tables)
    return rows.filter(rows.person.notnull()).mutate(value=rows.alive, weight=rows.alive)


KNOWLEDGE_SPREAD_PEOPLE = Metric(
    name="knowledge_spread_people",
    question="How many people wrote half of the code in use?",
    definition="The smallest number of persons who together wrote 50 % of the lines of code and "
    "tests alive at the newest commit. Bots and AI agents are not persons. No person is named.",
    unit=PEOPLE,
    kind="quality",
    better="higher",
    needs=("line_span", "line_death", "commit", "account", "repository"),
    rows=_owned,
    summary=FewestOwners(),
    n_of="lines",
    version=1,
    references=(
        "Avelino et al. (2016), A novel approach for estimating truck factors, ICPC",
        "Ricca, Marchetto and Torchiano (2011), On the difficulty of computing the truck factor",
    ),
    caveats=(
        "Who wrote a line may no longer know it, and reviewers know lines they did not write.",
        "An import of foreign code makes its committer an owner.",
    ),
)
