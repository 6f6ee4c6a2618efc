"""Little's law on the stages git can show, and marked months against the others."""

from __future__ import annotations

from collections.abc import Callable

import ibis

from trueup.measure.metric import Metric, MonthsCompared, Tables, Waits
from trueup.measure.records.authorship import changes
from trueup.units import RATIO, SECONDS

_NEEDS = ("stage_interval", "change", "change_commit", "commit", "account", "ai_attribution")
_LITTLE = (
    "Little (1961), Operations Research 9(3)",
    "Kim and Whitt (2013), Statistical Analysis with Little's Law, Operations Research 61(4)",
)
_TAGS = "Tag releases, name the tag pattern in trueup.toml, or connect deployments."
_REFS = "Collect the pull-request refs or connect the forge: squash landings drop first commits."
_FOUR = (
    "Mean, four ways: of what left (departed), of what came and left (completed arrivals), of "
    "all that came with the rest of the open ones estimated (edge-corrected), and of the "
    "survival curve (survival). Where more than half of a wait would be guessed, "
    "it is not given. Bots are left out."
)
_GROWING = 'In a growing queue every one of the four is too short: it is shown as "at least".'
_CONFOUNDED = (
    "An association: months with more marked changes are mostly later months, and everything "
    "else that changed with time is in it."
)
_MONTHS = "Whole months with 3 changes or more, above against below the median marked share. "


def _stage(stage: str) -> Callable[[Tables], ibis.Table]:
    def rows(tables: Tables) -> ibis.Table:
        passed = tables["stage_interval"]
        passed = passed.filter((passed.item_kind == "change") & (passed.stage == stage))
        passed = passed.select("item_id", "entered_at", until_at="left_at")
        change = changes(tables)
        joined = change.inner_join(passed, change.change_id == passed.item_id)
        known = joined.known & joined.entered_at.notnull()
        return joined.mutate(
            at=ibis.ifelse(known, joined.entered_at, ibis.null("int64")), known=known, value=1.0
        )

    return rows


LANDED_TO_RELEASE_WAIT_SECONDS = Metric(
    name="landed_to_release_wait_seconds",
    question="How long is the mean wait of a landed change for its release, open ones included?",
    definition=_FOUR,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_stage("release"),
    summary=Waits(stage="release"),
    n_of="changes",
    version=1,
    references=_LITTLE,
    caveats=(_GROWING, "A mean is moved by a few very long waits; quantiles are shown apart."),
    remedy=_TAGS,
)

FIRST_COMMIT_TO_LANDED_WAIT_SECONDS = Metric(
    name="first_commit_to_landed_wait_seconds",
    question="How long is the mean time from first commit to landing?",
    definition=_FOUR + " The window ends early by the wait that nine in ten changes did not "
    "exceed, because a change is recorded only once it lands.",
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_stage("develop"),
    summary=Waits(stage="develop"),
    n_of="changes",
    version=1,
    references=_LITTLE,
    caveats=(_GROWING, "Changes that never land are not seen."),
    remedy=_REFS,
)

RELEASED_IN_MARKED_MONTHS_RATIO = Metric(
    name="released_in_marked_months_ratio",
    question="Is more released in months in which more changes are marked?",
    definition=_MONTHS + "Changes released per day in the heavier months over the lighter ones.",
    unit=RATIO,
    kind="flow",
    better="higher",
    needs=_NEEDS,
    rows=_stage("release"),
    summary=MonthsCompared(stage="release", figure="released"),
    n_of="changes",
    version=1,
    references=_LITTLE,
    caveats=(_CONFOUNDED, "Unmarked means unknown, so the contrast may be smaller than it looks."),
    remedy="Wait for more months, or measure 20 repositories or more together.",
)

LEAD_TIME_IN_MARKED_MONTHS_RATIO = Metric(
    name="lead_time_in_marked_months_ratio",
    question="Do changes wait longer for release in months in which more of them are marked?",
    definition=_MONTHS + "Edge-corrected mean wait for release of changes landed in the heavier "
    "months over those of the lighter ones.",
    unit=RATIO,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_stage("release"),
    summary=MonthsCompared(stage="release", figure="lead_time"),
    n_of="changes",
    version=1,
    references=_LITTLE,
    caveats=(_CONFOUNDED, "Unmarked means unknown, so the contrast may be smaller than it looks."),
    remedy="Wait for more months, or measure 20 repositories or more together.",
)
