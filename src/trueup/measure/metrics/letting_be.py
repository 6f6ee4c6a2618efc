"""Who works over what AI tools wrote, and how many know it."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Metric, RatioOfSums, Tables
from trueup.measure.records.authorship import NO, YES, commits
from trueup.measure.records.lines import deaths, spans, surviving_lines
from trueup.measure.records.reviewing import review_acts
from trueup.measure.windows import DAY
from trueup.units import PEOPLE, RATIO

OWNED_DAYS = 90
"""Edits of a line later than this after it was written are not looked at."""
_LINES = (
    *("line_span", "line_death", "commit", "change_commit", "account", "ai_attribution"),
    "repository",
)
_COPIES = "Yin and others, Scientific Reports: passive copying lowered ownership by about a fifth"
_SURVIVAL = "arXiv 2601.16809: lines by AI outlive others (hazard ratio 0.842)"
_OWNERS = "Bird and others (2011), Don't touch my code!, ESEC/FSE (ownership and quality)"
_TRUCK = "Avelino et al. (2016), A novel approach for estimating truck factors, ICPC"
_UNMARKED = "Unmarked means unknown: marked lines hide among them."


def _own_edits(tables: Tables) -> ibis.Table:
    born, gone = spans(tables), deaths(tables)
    born = born.filter(~born.is_bulk)
    late = commits(tables).select(
        late_commit_id="commit_id", late_cluster="cluster", late_kind="actor_kind"
    )
    rows = born.inner_join(
        gone,
        [born.span_repository_id == gone.dead_repository_id, born.line_id == gone.dead_line_id],
    )
    in_time = rows.died_at <= rows["at"] + OWNED_DAYS * DAY
    rows = rows.filter(rows.died_at.isnull() | in_time)
    rows = rows.left_join(late, rows.killer_id == late.late_commit_id)
    rows = rows.filter((rows.late_kind != "bot").fill_null(YES))
    is_old = rows["at"] <= rows.observed_until_at - OWNED_DAYS * DAY
    by_persons = rows.person.notnull() & (rows.late_kind != "ai_agent")
    own = (rows.cluster == rows.late_cluster).fill_null(NO)
    return rows.mutate(
        known=(rows.known & is_old & by_persons & rows.died_at.notnull()).fill_null(NO),
        value=ibis.ifelse(own, rows.dead, 0).cast("float64"),
        weight=rows.dead.cast("float64"),
        items=rows.dead,
    )


def _acquainted(tables: Tables) -> ibis.Table:
    rows = surviving_lines(tables)
    part = tables["change_commit"].select("change_id", part_commit_id="commit_id")
    wrote = commits(tables).select("commit_id", "person")
    wrote = wrote.inner_join(part, wrote.commit_id == part.part_commit_id)
    wrote = wrote.select("change_id", "person")
    read = review_acts(tables).select("change_id", "person")
    both = wrote.union(read).filter(_.person.notnull())
    both = both.group_by(known_change_id=both.change_id).agg(people=_.person.nunique())
    rows = rows.inner_join(part, rows.commit_id == part.part_commit_id)
    rows = rows.left_join(both, rows.change_id == both.known_change_id)
    return rows.mutate(
        value=rows.people.fill_null(0) * rows.alive,
        weight=rows.alive,
        items=rows.alive.cast("int64"),
    )


OWN_LATER_EDITS_RATIO = Metric(
    name="own_later_edits_ratio",
    question="Which share of lines that are changed is changed by who wrote them?",
    definition=f"Lines of code and tests removed or rewritten within {OWNED_DAYS} days of being "
    "written, by the author of the commit that brought them, over all so removed or rewritten by "
    "persons. Lines younger than that, and lines by or changed by agents without a person, are "
    "not judged.",
    unit=RATIO,
    kind="quality",
    better="neither",
    needs=_LINES,
    rows=_own_edits,
    summary=RatioOfSums(),
    n_of="lines changed",
    version=1,
    references=(_OWNERS, _COPIES, _SURVIVAL),
    caveats=(
        "Who mends what they wrote owns it, or got it wrong: neither high nor low is good.",
        "Where one person works alone it is 100 % of anything.",
        "The author may have had a tool do it.",
        "A line that is reformatted or moved to another place counts as changed.",
        _UNMARKED,
    ),
    qualifier="about",
    remedy=f"Wait until lines are {OWNED_DAYS} days old, or measure more repositories together.",
    unknown_because="are too young, or were written or changed by nobody known to be a person",
    requires=("line_death",),
)

ACQUAINTED_PEOPLE = Metric(
    name="acquainted_people",
    question="How many people know a line of code in use?",
    definition="Persons who wrote a commit of the change a line came with, or reviewed it before "
    "it was closed, on average over lines of code and tests alive at the newest commit. Bots and "
    "AI agents are not persons.",
    unit=PEOPLE,
    kind="quality",
    better="higher",
    needs=(*_LINES, "change", "review", "review_comment"),
    rows=_acquainted,
    summary=RatioOfSums(),
    n_of="lines",
    version=1,
    references=(
        _TRUCK,
        "Bacchelli and Bird (2013), Expectations, outcomes, and challenges of modern code review",
    ),
    caveats=(
        "To have approved it is not to know it; who wrote a line may no longer know it.",
        "Who only read it, or changed what stands beside it, is not counted.",
        "Where no forge is connected only writers are seen.",
        _UNMARKED,
    ),
    qualifier="about",
    requires=("line_span",),
    source="git, forge",
)
