"""How work moves to users, on the boundaries git can show."""

from __future__ import annotations

import ibis

from trueup.measure.metric import Metric, PerWeek, Quantiles, Tables, TimeAverage
from trueup.measure.records.authorship import changes
from trueup.units import ITEMS, PER_WEEK, SECONDS

_MICRO = 1e-6
_LANDED = ("change", "change_commit", "commit", "account", "ai_attribution", "repository")
_SQUASH = (
    "Collect the pull-request refs (git fetch origin 'refs/pull/*/head:refs/pull/*/head') "
    "or connect the forge: squash landings drop the first commit."
)
_DROPPED = "landed by squash or rebase, which drops the first commit"
_LITTLE = "Little (1961), A Proof for the Queuing Formula L = lambda W, Operations Research 9(3)"
_DORA = "DORA, Software delivery performance metrics (change lead time)"


def _landed(tables: Tables) -> ibis.Table:
    return changes(tables).mutate(value=1.0, weight=1.0)


def _released(tables: Tables) -> ibis.Table:
    rows = changes(tables)
    rows = rows.filter(rows.known & rows.released_at.notnull())
    return rows.mutate(at=rows.released_at, value=1.0, weight=1.0)


def _queue(tables: Tables) -> ibis.Table:
    landed = _with_release(tables).mutate(value=1.0, weight=1.0)
    released = _released(tables).mutate(value=-1.0)
    return landed.union(released.select(landed.columns))


def _with_release(tables: Tables) -> ibis.Table:
    """Changes; not known where a release has them, but when it first did cannot be told."""
    rows = changes(tables)
    undated = rows.first_release_id.notnull() & rows.released_at.isnull()
    return rows.mutate(known=rows.known & ~undated)


def _landed_to_release(tables: Tables) -> ibis.Table:
    rows = _with_release(tables)
    waiting = rows.released_at.isnull()
    until = ibis.ifelse(waiting, rows.observed_until_at, rows.released_at)
    wait = ibis.greatest(until - rows["at"], 0) * _MICRO
    return rows.mutate(
        value=wait,
        censored=waiting,
        cluster=rows.first_release_id.fill_null("not released " + rows.repository_id),
    )


def _first_commit_to_landed(tables: Tables) -> ibis.Table:
    rows = changes(tables).filter(lambda t: t.landing != "direct")
    wait = ibis.greatest(rows["at"] - rows.first_commit_at, 0) * _MICRO
    known = rows.known & rows.first_commit_at.notnull()
    return rows.mutate(value=wait, censored=False, known=known)


def _in_progress(tables: Tables) -> ibis.Table:
    rows = changes(tables).filter(lambda t: t.landing != "direct")
    return rows.mutate(
        at=rows.first_commit_at,
        until_at=rows["at"],
        known=rows.known & rows.first_commit_at.notnull(),
        value=1.0,
    )


def _awaiting_release(tables: Tables) -> ibis.Table:
    rows = _with_release(tables)
    return rows.mutate(until_at=rows.released_at, value=1.0)


CHANGES_LANDED_PER_WEEK = Metric(
    name="changes_landed_per_week",
    question="How many changes land per week?",
    definition="Changes that reached the default branch (merged, squashed, rebased or pushed "
    "directly) per seven days. Bots are left out unless the split is by actor kind.",
    unit=PER_WEEK,
    kind="flow",
    better="higher",
    needs=_LANDED,
    rows=_landed,
    summary=PerWeek(),
    n_of="changes",
    version=1,
    references=(_DORA,),
    caveats=(
        "Landed is not yet in users' hands: this is not throughput.",
        "Splitting one change into several raises it.",
    ),
)

CHANGES_RELEASED_PER_WEEK = Metric(
    name="changes_released_per_week",
    question="How many changes reach a release per week?",
    definition="Changes by the instant of the first release tag, not a pre-release, that "
    "contains them, per seven days. Bots are left out unless the split is by actor kind.",
    unit=PER_WEEK,
    kind="flow",
    better="higher",
    needs=_LANDED,
    rows=_released,
    summary=PerWeek(),
    n_of="changes",
    version=1,
    references=(_DORA,),
    caveats=(
        "A release tag is when it was cut, not when anyone ran it.",
        "Changes leave in batches: few releases make this number jump.",
    ),
    remedy="Tag releases, name the tag pattern in trueup.toml, or connect deployments.",
)

QUEUE_GROWTH_PER_WEEK = Metric(
    name="queue_growth_per_week",
    question="Does more land than is released?",
    definition="Changes landed minus changes released, per seven days. Above 0 the queue of "
    "unreleased changes grows, and waits of released changes understate the wait.",
    unit=PER_WEEK,
    kind="flow",
    better="lower",
    needs=_LANDED,
    rows=_queue,
    summary=PerWeek(signed=True),
    n_of="landings and releases",
    version=1,
    references=(_LITTLE, "Kim and Whitt (2013), Statistical Analysis with Little's Law"),
    caveats=("A window that ends just before a release looks like growth.",),
    remedy="Tag releases, name the tag pattern in trueup.toml, or connect deployments.",
)

LANDED_TO_RELEASE_SECONDS = Metric(
    name="landed_to_release_seconds",
    question="How long does a landed change wait for the first release that has it?",
    definition="From landing on the default branch to the first release tag, not a pre-release, "
    "that contains the change. Changes not yet released are censored at the newest commit.",
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_LANDED,
    rows=_landed_to_release,
    summary=Quantiles(clusters_of="releases"),
    n_of="changes",
    version=1,
    references=(_DORA, "Kaplan and Meier (1958), JASA 53"),
    caveats=(
        "A tag is when a release was cut, not when anyone ran it.",
        "A project that never tags has no release: connect its deployments.",
    ),
    remedy="Tag releases, name the tag pattern in trueup.toml, or connect deployments.",
)

FIRST_COMMIT_TO_LANDED_SECONDS = Metric(
    name="first_commit_to_landed_seconds",
    question="How long does a change take from its first commit until it lands?",
    definition="From the author instant of the first commit of a change to its landing. Known "
    "for merge landings and where pull-request refs were collected; direct pushes have no such "
    "wait and are left out.",
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_LANDED,
    rows=_first_commit_to_landed,
    summary=Quantiles(),
    n_of="changes",
    version=1,
    references=(_DORA,),
    caveats=(
        "Only landed changes are seen: what is still open or was given up is missing.",
        "Rebasing keeps author instants; amending the first commit keeps them too.",
    ),
    remedy=_SQUASH,
    unknown_because=_DROPPED,
    least_coverage=0.5,
)

CHANGES_IN_PROGRESS_ITEMS = Metric(
    name="changes_in_progress_items",
    question="How many changes are being worked on at once?",
    definition="Time average of the number of changes between first commit and landing, over "
    "changes that did land.",
    unit=ITEMS,
    kind="flow",
    better="neither",
    needs=_LANDED,
    rows=_in_progress,
    summary=TimeAverage(),
    n_of="changes",
    version=1,
    references=(_LITTLE,),
    caveats=(
        "Changes that have not landed are not seen, so the newest weeks are too low.",
        "Squash landings without pull-request refs are missing altogether.",
    ),
    qualifier="at least",
    remedy=_SQUASH,
    unknown_because=_DROPPED,
    least_coverage=0.5,
)

CHANGES_AWAITING_RELEASE_ITEMS = Metric(
    name="changes_awaiting_release_items",
    question="How many landed changes wait for a release at once?",
    definition="Time average of the number of changes between landing and first release.",
    unit=ITEMS,
    kind="flow",
    better="lower",
    needs=_LANDED,
    rows=_awaiting_release,
    summary=TimeAverage(),
    n_of="changes",
    version=1,
    references=(_LITTLE,),
    caveats=("In a project that never tags everything waits for ever.",),
    remedy="Tag releases, name the tag pattern in trueup.toml, or connect deployments.",
)
