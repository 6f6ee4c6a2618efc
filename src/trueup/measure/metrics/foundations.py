"""How well a repository was tended before AI tools came to it."""

from __future__ import annotations

import ibis

from trueup.measure.metric import Metric, RatioOfSums, Tables
from trueup.measure.production.foundations import before_adoption
from trueup.measure.records.authorship import YES
from trueup.units import RATIO


def _levels(tables: Tables) -> ibis.Table:
    rows = before_adoption(tables)
    return rows.mutate(
        stage=rows.practice, person=ibis.null("string"), cluster=rows.repository, known=YES
    )


FOUNDATION_RATIO = Metric(
    name="foundation_ratio",
    question="How well was a repository tended before AI tools came to it?",
    definition="Five practices, each apart, up to the first commit marked with an AI tool: checks "
    "that pass at the first run; landed changes to code that touch tests; landed changes that a "
    "person reviewed; landed changes of 200 lines or fewer; the time that lies within a week of "
    "the deployment before it. A practice no source tells of is missing, not nought.",
    unit=RATIO,
    kind="quality",
    better="higher",
    needs=(
        *("pipeline_run", "commit_file", "change_commit", "change", "review", "review_comment"),
        *("commit_diff", "deployment", "commit", "ai_attribution", "account"),
    ),
    rows=_levels,
    summary=RatioOfSums(clusters_of="repositories"),
    n_of="checks, changes and deployments",
    version=1,
    references=(
        "DORA (2025), AI Capabilities Model",
        "Faros AI (2026), The Acceleration Whiplash (baseline maturity)",
    ),
    caveats=(
        "What carries no mark is unknown: use of AI tools may have begun earlier.",
        "That a practice is kept does not say how well: tests that touch may not test.",
        "The five do not add up: unit-weeks take their plain mean, to compare repositories.",
    ),
    remedy="Connect the forge, the CI system and deployments, with history before AI tools came.",
    apart=("stage",),
    of_artefacts=True,
    source="git, forge, CI, deployments",
)
