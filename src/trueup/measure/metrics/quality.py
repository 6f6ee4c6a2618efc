"""What had to be taken back or mended."""

from __future__ import annotations

import ibis

from trueup.measure.metric import Metric, RatioOfSums, Tables
from trueup.measure.records.authorship import FOLLOWED_KINDS, changes
from trueup.measure.records.lines import removals
from trueup.measure.windows import DAY
from trueup.units import RATIO

DAYS = 30
"""How long a change is watched after landing."""
_MATURE = "Only changes that landed 30 days or more before the newest commit are counted."


def _watched(tables: Tables) -> ibis.Table:
    rows = changes(tables)
    return rows.filter(rows["at"].isnull() | (rows["at"] <= rows.observed_until_at - DAYS * DAY))


def _reverted(tables: Tables) -> ibis.Table:
    revert, by = tables["commit_revert"], tables["commit"]
    by = by.filter(by.clock == "ok").select(by_commit_id="commit_id", later_at="committed_at")
    revert = revert.select(early_commit_id="reverted_commit_id", late_commit_id="commit_id")
    return _flagged(tables, revert.inner_join(by, revert.late_commit_id == by.by_commit_id))


def _fix_followed(tables: Tables) -> ibis.Table:
    span, death = tables["line_span"], removals(tables)
    span = span.filter(span.file_kind.isin(FOLLOWED_KINDS))
    death = death.filter(death.killer_fix_rule.notnull() & death.died_at.notnull())
    rows = span.inner_join(
        death,
        [span.repository_id == death.dead_repository_id, span.line_id == death.dead_line_id],
    )
    pairs = rows.select(
        early_commit_id="commit_id", late_commit_id="killer_id", later_at="died_at"
    ).distinct()
    part = tables["change_commit"].select("commit_id", wrote_change_id="change_id")
    wrote = span.inner_join(part, span.commit_id == part.commit_id)
    wrote = wrote.select("wrote_change_id").distinct()
    flagged = _flagged(tables, pairs)
    return flagged.semi_join(wrote, flagged.change_id == wrote.wrote_change_id)


def _flagged(tables: Tables, pairs: ibis.Table) -> ibis.Table:
    """Flag changes of which a commit is followed, from another change, within `DAYS`."""
    part = tables["change_commit"].select("change_id", "commit_id")
    early = part.select(early_change_id="change_id", early_part_id="commit_id")
    late = part.select(late_change_id="change_id", late_part_id="commit_id")
    linked = pairs.inner_join(early, pairs.early_commit_id == early.early_part_id)
    linked = linked.left_join(late, linked.late_commit_id == late.late_part_id)
    linked = linked.filter(
        linked.late_change_id.isnull() | (linked.late_change_id != linked.early_change_id)
    )
    rows = _watched(tables)
    landed = rows.select(landed_change_id="change_id", landing_at="at")
    hits = linked.inner_join(landed, linked.early_change_id == landed.landed_change_id)
    hits = hits.filter(
        (hits.later_at >= hits.landing_at) & (hits.later_at <= hits.landing_at + DAYS * DAY)
    )
    hits = hits.select(hit_change_id="landed_change_id").distinct()
    rows = rows.left_join(hits, rows.change_id == hits.hit_change_id)
    return rows.mutate(value=rows.hit_change_id.notnull().cast("float64"), weight=1.0)


REVERTED_CHANGES_RATIO = Metric(
    name="reverted_changes_ratio",
    question="Which share of landed changes is taken back within 30 days?",
    definition="Changes of which a commit is reverted, as the message of a later commit says or "
    "its content shows, by another change within 30 days of landing. " + _MATURE,
    unit=RATIO,
    kind="quality",
    better="lower",
    needs=("change", "change_commit", "commit", "commit_revert", "account", "ai_attribution"),
    rows=_reverted,
    summary=RatioOfSums(of_flags=True),
    n_of="changes",
    version=1,
    references=("Shimagaki et al. (2016), Why are commits being reverted?, ICSME",),
    caveats=(
        "Taking something back by hand, mixed with other edits, is not seen.",
        "A revert can be good practice: quick to take back is better than slow to mend.",
    ),
    qualifier="at least",
    remedy="Wait until changes are 30 days old.",
)

FIX_FOLLOW_UP_WITHIN_30_DAYS_RATIO = Metric(
    name="fix_follow_up_within_30_days_ratio",
    question="Which share of landed changes needs a fix within 30 days?",
    definition="Changes of which any line of code or tests is removed or rewritten within 30 "
    "days of landing by a commit of another change whose message is fix-like (SZZ candidates). "
    "Changes that wrote no such line are left out. " + _MATURE,
    unit=RATIO,
    kind="quality",
    better="lower",
    needs=(
        "change",
        "change_commit",
        "commit",
        "line_span",
        "line_death",
        "line_removal",
        "account",
    ),
    rows=_fix_followed,
    summary=RatioOfSums(of_flags=True),
    n_of="changes",
    version=1,
    references=(
        "Sliwerski, Zimmermann and Zeller (2005), When do changes induce fixes?, MSR",
        "Rosa et al. (2021), Evaluating SZZ Implementations, arXiv 2102.03300",
    ),
    caveats=(
        "Candidates, not verdicts: plain SZZ is known to be imprecise.",
        "A project that does not say fix in its messages looks better than it is.",
        "Bigger changes have more lines that a fix can touch.",
    ),
    qualifier="about",
    remedy="Wait until changes are 30 days old.",
)
