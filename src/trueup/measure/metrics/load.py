"""How much one developer holds at once: changes and work items in a day, files in a month."""

from __future__ import annotations

import ibis

from trueup.measure.metric import Metric, PerActive, Tables
from trueup.measure.records.acts import active, acts
from trueup.measure.records.authorship import UNWRITTEN_KINDS, YES, commits
from trueup.measure.records.work import item_acts
from trueup.units import PER_DEVELOPER_DAY, PER_DEVELOPER_MONTH

_FAROS = "Faros AI (2026), The Acceleration Whiplash"
_SWITCHING = (
    "Mark, Gudith and Klocke (2008), The cost of interrupted work, CHI",
    "Vasilescu et al. (2016), The sky is not the limit: multitasking across GitHub projects, ICSE",
)
_CODE = ("change", "commit", "change_commit", "proposed_commit", "review", "review_comment")
_NEEDS = (*_CODE, "change_event", "account", "ai_attribution", "repository")
_ACTIVE = (
    "A developer is active in it when a commit, a review, a comment or an event of a change is "
    "recorded of them. Bots, AI agents and deleted accounts are nobody."
)
_SEEN = "Only what leaves a record is seen: reading is not."
_IN_TWO = "Someone with two accounts that are not linked counts as two."
_REMEDY = "Widen the window, or connect the forge."


def _changes_touched(tables: Tables) -> ibis.Table:
    rows = active(tables)
    return rows.mutate(item=rows.change_id)


def _items_touched(tables: Tables) -> ibis.Table:
    touched = item_acts(tables)
    touched = touched.filter(touched.person.notnull())
    developer = acts(tables).select(developer="person").distinct()
    touched = touched.left_join(developer, touched.person == developer.developer)
    is_known = touched.developer.notnull()
    touched = touched.select(
        "person",
        at="acted_at",
        actor="developer",
        cluster="person",
        active=YES,
        known=is_known,
        item="work_item_id",
    )
    ground = active(tables).mutate(item=ibis.null("string"))
    return touched.union(ground.select(touched.columns))


def _files_touched(tables: Tables) -> ibis.Table:
    file = tables["commit_file"]
    file = file.filter(file.file_kind.notin(UNWRITTEN_KINDS))
    file = file.select("path", file_commit_id="commit_id")
    rows = commits(tables)
    rows = rows.filter(rows.person.notnull())
    rows = rows.inner_join(file, rows.commit_id == file.file_commit_id)
    touched = rows.select(
        *("person", "at", "repository", "cluster", "known"),
        actor="person",
        active=YES,
        value=ibis.literal(1.0),
        item=rows.repository + ":" + rows.path,
    )
    ground = active(tables).mutate(item=ibis.null("string"))
    return touched.union(ground.select(touched.columns))


def _repositories_touched(tables: Tables) -> ibis.Table:
    rows = active(tables)
    return rows.mutate(item=rows.repository)


CHANGE_CONTEXTS_PER_DEVELOPER_DAY = Metric(
    name="change_contexts_per_developer_day",
    question="How many changes does a developer touch in a day?",
    definition="Distinct changes on which a developer is seen to act, summed over days on which "
    "the developer is active, over those days. Days begin at midnight of the time zone of the "
    "workspace. " + _ACTIVE,
    unit=PER_DEVELOPER_DAY,
    kind="flow",
    better="neither",
    needs=_NEEDS,
    rows=_changes_touched,
    summary=PerActive(period="day", distinct=True),
    n_of="developer-days",
    version=1,
    references=(_FAROS, *_SWITCHING),
    caveats=(_SEEN, _IN_TWO, "Ten small changes may be less to hold than one big one."),
    remedy=_REMEDY,
    source="git, forge",
)

WORK_ITEM_CONTEXTS_PER_DEVELOPER_DAY = Metric(
    name="work_item_contexts_per_developer_day",
    question="How many work items does a developer touch in a day?",
    definition="Distinct work items on which a developer is seen to act, in the tracker or on a "
    "linked change, summed over days on which the developer is seen to act anywhere, over those "
    "days. Who is never seen in code or on a change is not taken for a developer.",
    unit=PER_DEVELOPER_DAY,
    kind="flow",
    better="neither",
    needs=(*_NEEDS, "work_item_event", "work_item_transition", "work_item_change"),
    rows=_items_touched,
    summary=PerActive(period="day", distinct=True),
    n_of="developer-days",
    version=1,
    references=(_FAROS, *_SWITCHING),
    caveats=(
        _SEEN,
        "Accounts of the tracker that are not linked to those of the forge are missing.",
    ),
    remedy="Link the accounts of the tracker to those of the forge.",
    unknown_because="are of nobody known to write code",
    requires=("work_item",),
    source="git, forge, tracker",
)

FILES_TOUCHED_PER_DEVELOPER_MONTH = Metric(
    name="files_touched_per_developer_month",
    question="How many different files does a developer touch in a month?",
    definition="Distinct files in landed commits of a developer, summed over months in which the "
    "developer is active, over those months; generated and data files are left out. " + _ACTIVE,
    unit=PER_DEVELOPER_MONTH,
    kind="flow",
    better="neither",
    needs=(*_NEEDS, "commit_file"),
    rows=_files_touched,
    summary=PerActive(period="month", distinct=True),
    n_of="developer-months",
    version=1,
    references=(_FAROS,),
    caveats=(
        "A renamed file counts under both names.",
        "One wide rename by tool touches more files than a year of care.",
    ),
    remedy="Collect the repositories with git: the forge does not name the files.",
    requires=("commit_file",),
    source="git, forge",
)

FILE_EDITS_PER_DEVELOPER_MONTH = Metric(
    name="file_edits_per_developer_month",
    question="How many times does a developer edit a file in a month?",
    definition="Files in landed commits of a developer, each commit anew, summed over months in "
    "which the developer is active, over those months; generated and data files are left out. "
    + _ACTIVE,
    unit=PER_DEVELOPER_MONTH,
    kind="activity",
    better="neither",
    needs=(*_NEEDS, "commit_file"),
    rows=_files_touched,
    summary=PerActive(period="month"),
    n_of="developer-months",
    version=1,
    references=(_FAROS,),
    caveats=(
        "Squash landings make one edit of many.",
        (
            "It is the other reading of files touched per developer and month; published figures "
            "do not say which is meant."
        ),
    ),
    remedy="Collect the repositories with git: the forge does not name the files.",
    requires=("commit_file",),
    source="git, forge",
)

REPOSITORIES_TOUCHED_PER_DEVELOPER_MONTH = Metric(
    name="repositories_touched_per_developer_month",
    question="In how many repositories does a developer work in a month?",
    definition="Distinct repositories in which a developer is seen to act, summed over months in "
    "which the developer is active, over those months. " + _ACTIVE,
    unit=PER_DEVELOPER_MONTH,
    kind="flow",
    better="neither",
    needs=_NEEDS,
    rows=_repositories_touched,
    summary=PerActive(period="month", distinct=True),
    n_of="developer-months",
    version=1,
    references=(_FAROS, *_SWITCHING),
    caveats=(
        "Only connected repositories are seen.",
        "A move from many repositories to one lowers it, and nothing else has changed.",
    ),
    qualifier="at least",
    remedy=_REMEDY,
    source="git, forge",
)
