"""In which stage defects are caught, and what catching them later costs in time."""

from __future__ import annotations

import ibis

from trueup.measure.metric import Metric, Quantiles, RatioOfSums, Steps, Tables
from trueup.measure.production.defects import CAUGHT_IN, NOBODY_SAYS, defects
from trueup.measure.records.authorship import YES, record_horizon
from trueup.units import RATIO, SECONDS

_MICRO = 1e-6
_NEEDS = (
    *("work_item", "incident", "incident_link", "pipeline_run", "review", "review_comment"),
    *("change", "account", "ai_attribution", "commit"),
)
_DEFECT = (
    "A defect is a bug in the tracker, by the stage the tracker says it was found in; a change of "
    "which a reviewer asked for changes (review); a spell of failing runs of one pipeline on one "
    "change, or on the default branch, that is not flaky (CI); an incident of production. A bug "
    "that stands for an incident counts once."
)
_LASTS = (
    "A bug lasts until done; in review until the next approval, else landing; in CI from the first "
    "failing run to the next that passes; in production until resolved. What lasts is censored at "
    "the newest record, what was given up when it was. "
)
_BOEHM = "Boehm and Basili (2001), Software Defect Reduction Top 10 List, IEEE Computer 34(1)"
_DOUBT = "Menzies et al. (2017), Are delayed issues harder to resolve?, EMSE 22 (who find not)"
_UNLIKE = (
    "Four tools each have their own idea of a defect: compare one stage with itself over time."
)
_REMEDY = "Connect the tracker, the forge, the CI system and the incident tool."


def _flow(tables: Tables) -> ibis.Table:
    until = record_horizon(tables) or 0
    rows = defects(tables)
    left = ibis.coalesce(rows.ended_at, rows.given_up_at, ibis.literal(until))
    return rows.mutate(
        value=ibis.greatest(left - rows["at"], 0) * _MICRO,
        censored=rows.ended_at.isnull(),
        known=YES,
        weight=1.0,
    )


def _caught(tables: Tables) -> ibis.Table:
    return _flow(tables).mutate(value=1.0)


def _lasting(tables: Tables) -> ibis.Table:
    rows = _flow(tables)
    return rows.filter(rows.stage != NOBODY_SAYS)


def _escaped(tables: Tables) -> ibis.Table:
    rows = _flow(tables)
    return rows.mutate(
        value=(rows.stage == "production").cast("float64"), known=rows.stage != NOBODY_SAYS
    )


DEFECTS_CAUGHT_RATIO = Metric(
    name="defects_caught_ratio",
    question="In which stage are defects caught?",
    definition="Share of each stage in all defects caught. " + _DEFECT,
    unit=RATIO,
    kind="quality",
    better="neither",
    needs=_NEEDS,
    rows=_caught,
    summary=RatioOfSums(parts=("stage",), clusters_of="teams, services, pipelines and authors"),
    n_of="defects",
    version=1,
    references=(_BOEHM,),
    caveats=(_UNLIKE, "A source that is not connected makes its stage look clean."),
    remedy=_REMEDY,
    apart=("stage",),
    of_artefacts=True,
    source="tracker, forge, CI, incidents",
)

DEFECTS_ESCAPED_RATIO = Metric(
    name="defects_escaped_ratio",
    question="Which share of defects is caught only in production?",
    definition="Defects caught in production over all of which the stage is known. " + _DEFECT,
    unit=RATIO,
    kind="quality",
    better="lower",
    needs=_NEEDS,
    rows=_escaped,
    summary=RatioOfSums(of_flags=True, clusters_of="teams, services, pipelines and authors"),
    n_of="defects",
    version=1,
    references=(_BOEHM,),
    caveats=(_UNLIKE, "Stricter reviewers and more checks lower it, and so does reporting less."),
    remedy=_REMEDY,
    unknown_because="are bugs of which nobody says where they were found",
    requires=("incident",),
    of_artefacts=True,
    source="tracker, forge, CI, incidents",
)

DEFECT_RECOVERY_SECONDS = Metric(
    name="defect_recovery_seconds",
    question="How long does it take to be rid of a defect, by the stage that caught it?",
    definition=_LASTS + _DEFECT,
    unit=SECONDS,
    kind="quality",
    better="lower",
    needs=_NEEDS,
    rows=_lasting,
    summary=Quantiles(clusters_of="teams, services, pipelines and authors", with_mean=True),
    n_of="defects",
    version=1,
    references=(_BOEHM, _DOUBT),
    caveats=(_UNLIKE, "Time until mended is not work: most of it may be waiting."),
    remedy=_REMEDY,
    apart=("stage",),
    of_artefacts=True,
    source="tracker, forge, CI, incidents",
)

LATER_DEFECT_RECOVERY_RATIO = Metric(
    name="later_defect_recovery_ratio",
    question="How many times as long does a defect last that is caught one stage later?",
    definition="Mean time to be rid of defects caught in a stage, over that of the stage before it "
    "that caught any: work item, review, CI, production. " + _LASTS + _DEFECT,
    unit=RATIO,
    kind="quality",
    better="lower",
    needs=_NEEDS,
    rows=_lasting,
    summary=Steps(order=CAUGHT_IN, clusters_of="teams, services, pipelines and authors"),
    n_of="defects",
    version=1,
    references=(_BOEHM, _DOUBT),
    caveats=(
        _UNLIKE,
        (
            "Defects that get further are other defects: it is not what catching them earlier "
            "would save."
        ),
    ),
    qualifier="about",
    remedy=_REMEDY,
    apart=("stage",),
    of_artefacts=True,
    source="tracker, forge, CI, incidents",
)
