"""How often those who build on the code must follow: declared, numbered, and found by comparing."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Metric, RatioOfSums, Tables
from trueup.measure.records.authorship import NO, YES, changes
from trueup.units import RATIO

_SEMVER = "Preston-Werner, Semantic Versioning 2.0.0"
_VERSION = r"^(.*?)v?(\d+)\.(\d+)(\.\d+)*$"
"""A tag as versions are written: what precedes it names a part of the repository."""
_BREAKING = (
    *("object_removed", "object_changed_kind", "parameter_removed", "parameter_moved"),
    *("parameter_changed_kind", "parameter_changed_required", "parameter_added_required"),
)
"""Kinds of breakage by which a call or an import fails; another default, value or type is none."""


def _declared(tables: Tables) -> ibis.Table:
    part = tables["change_commit"].select("change_id", "commit_id")
    commit = tables["commit"].select("breaking_rule", broken_commit_id="commit_id")
    commit = commit.filter(commit.breaking_rule.notnull())
    broken = part.inner_join(commit, part.commit_id == commit.broken_commit_id)
    broken = broken.select(broken_change_id="change_id").distinct()
    rows = changes(tables)
    rows = rows.left_join(broken, rows.change_id == broken.broken_change_id)
    return rows.mutate(value=rows.broken_change_id.notnull().cast("float64"), weight=1.0)


def _numbered(tables: Tables) -> ibis.Table:
    """Releases after the first of each line: 1 where the first number exceeds all before it."""
    rows = tables["release"]
    rows = rows.filter(~rows.is_prerelease & rows.released_at.notnull())
    rows = rows.filter(rows.tag.re_search(_VERSION))
    rows = rows.mutate(
        line=rows.tag.re_extract(_VERSION, 1), major=rows.tag.re_extract(_VERSION, 2).cast("int64")
    )
    before = ibis.window(
        group_by=["repository_id", "line"],
        order_by=["released_at", "release_id"],
        preceding=(None, 1),
    )
    rows = rows.mutate(highest=rows.major.max().over(before))
    rows = rows.filter(rows.highest.notnull())
    return rows.select(
        "highest",
        at="released_at",
        repository="repository_id",
        cluster=rows.repository_id + ":" + rows.line,
        person=ibis.null("string"),
        known=YES,
        value=(rows.major > rows.highest).cast("float64"),
        weight=ibis.literal(1.0),
    )


def _compared(tables: Tables) -> ibis.Table:
    rows = tables["release_api_change"]
    breaks = rows.kind.isin(_BREAKING).fill_null(NO)
    rows = rows.mutate(breakages=ibis.ifelse(breaks, rows.breakage_count, 0))
    found = rows.group_by("release_id", "repository_id").agg(
        breakages=_.breakages.sum(), compared=_.is_compared.all()
    )
    release = tables["release"].select("released_at", dated_id="release_id")
    found = found.inner_join(release, found.release_id == release.dated_id)
    return found.mutate(
        at=found.released_at,
        repository=found.repository_id,
        cluster=found.repository_id,
        person=ibis.null("string"),
        known=found.compared & found.released_at.notnull(),
        value=(found.breakages > 0).cast("float64"),
        weight=1.0,
    )


DECLARED_BREAKING_CHANGES_RATIO = Metric(
    name="declared_breaking_changes_ratio",
    question="Which share of landed changes says that it breaks something for others?",
    definition="Changes of which a commit declares a breaking change, by a mark behind its type or "
    "a footer, over landed changes. Bots are left out unless the split is by actor kind.",
    unit=RATIO,
    kind="quality",
    better="lower",
    needs=("change", "change_commit", "commit", "account", "ai_attribution"),
    rows=_declared,
    summary=RatioOfSums(of_flags=True),
    n_of="changes",
    version=1,
    references=("Conventional Commits 1.0.0",),
    caveats=("A project without the convention declares nothing.", "What is declared is planned."),
    qualifier="at least",
    source="git messages",
)

MAJOR_RELEASES_RATIO = Metric(
    name="major_releases_ratio",
    question="Which share of releases raises the first number of the version?",
    definition="Full releases whose tag is a version and whose first number exceeds that of every "
    "earlier one of the same line of tags, over those with an earlier one.",
    unit=RATIO,
    kind="quality",
    better="neither",
    needs=("release",),
    rows=_numbered,
    summary=RatioOfSums(of_flags=True, clusters_of="lines of tags"),
    n_of="releases",
    version=1,
    references=(_SEMVER,),
    caveats=("Below version 1 anything may break.", "Versions made of dates say nothing here."),
    remedy="Tag releases, or name the tag pattern in trueup.toml.",
    requires=("release",),
    of_artefacts=True,
    source="git tags",
)

BREAKING_RELEASES_RATIO = Metric(
    name="breaking_releases_ratio",
    question="Which share of releases of a Python package changes what others call?",
    definition="Releases whose public names, compared with those of the release before without "
    "running any code, lost one or changed how one is called, over releases compared.",
    unit=RATIO,
    kind="quality",
    better="lower",
    needs=("release", "release_api_change"),
    rows=_compared,
    summary=RatioOfSums(of_flags=True, clusters_of="repositories"),
    n_of="releases compared",
    version=1,
    references=("Mazzucotelli, Griffe: signatures for entire Python programs", _SEMVER),
    caveats=(
        "What behaves otherwise under the same name is not seen.",
        "A name that is now inherited from another package looks lost.",
        "A name without an underscore counts as public, though nobody may use it.",
    ),
    qualifier="about",
    remedy="Set python_interfaces = true under [git] in trueup.toml, and collect again.",
    unknown_because="could not be compared",
    requires=("release_api_change",),
    of_artefacts=True,
    source="git files",
)
