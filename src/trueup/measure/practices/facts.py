"""What git shows of a repository's practice: artefacts, how they were kept up, tests beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ibis import _

from trueup.measure.metric import Tables
from trueup.measure.records.authorship import MARKED, commits
from trueup.measure.windows import DAY
from trueup.model.artefacts import ANY_ARTEFACT, kind_of

YEAR = 365 * DAY
RECENT = 180 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A file that stands at the newest commit."""

    path: str
    kind: str
    labels: tuple[str, ...]
    size_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A landed commit's change of one artefact."""

    at: int
    kind: str
    path: str
    commit_id: str
    with_code: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """How many landed commits to code of the last year there are, and how many touch tests."""

    marked: int = 0
    marked_tested: int = 0
    other: int = 0
    other_tested: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryFacts:
    """What git shows of one repository.

    Parameters
    ----------
    at
        Instant of the newest commit that can be dated.
    files_known
        Whether it is known which files commits touched.
    tree_read
        Whether artefacts were looked for.
    reverts
        Instants at which commits with an AI mark were reverted.
    recent_marked, recent_multi
        Commits with an AI mark in the last 180 days, and those that touch several files.
    """

    repository_id: str
    at: int
    files_known: bool
    tree_read: bool
    present: tuple[Artefact, ...]
    edits: tuple[Edit, ...]
    tested: Beside
    reverts: tuple[int, ...]
    recent_marked: int
    recent_multi: int


def repository_facts(tables: Tables) -> tuple[RepositoryFacts, ...]:
    """Return what git shows of every repository with a dated commit, by id."""
    rows = tables["repository"].select("repository_id", "last_commit_at").to_pyarrow().to_pylist()
    ends = {row["repository_id"]: row["last_commit_at"] for row in rows if row["last_commit_at"]}
    present = _present(tables)
    edits = _edits(tables, present)
    counted = _counted(tables)
    reverts = _reverts(tables)
    return tuple(
        RepositoryFacts(
            repository_id=name,
            at=at,
            files_known=name in counted,
            tree_read=name in present,
            present=tuple(present.get(name, ())),
            edits=tuple(edits.get(name, ())),
            tested=counted.get(name, (Beside(), 0, 0))[0],
            reverts=tuple(reverts.get(name, ())),
            recent_marked=counted.get(name, (Beside(), 0, 0))[1],
            recent_multi=counted.get(name, (Beside(), 0, 0))[2],
        )
        for name, at in sorted(ends.items())
    )


def _present(tables: Tables) -> dict[str, list[Artefact]]:
    """Return what stands in each repository whose tree was read."""
    found: dict[str, list[Artefact]] = {}
    for row in tables["ai_artefact"].order_by("repository_id", "path").to_pyarrow().to_pylist():
        own = found.setdefault(row["repository_id"], [])
        if row["kind"] is None:
            continue
        own.append(
            Artefact(
                path=row["path"],
                kind=row["kind"],
                labels=tuple(row["labels"] or ()),
                size_bytes=row["size_bytes"],
            )
        )
    return found


def _edits(tables: Tables, present: Mapping[str, list[Artefact]]) -> dict[str, list[Edit]]:
    """Return each change of an artefact, in order of time; what runs in CI by its path now."""
    in_ci = {
        (name, each.path)
        for name, artefacts in present.items()
        for each in artefacts
        if each.kind == "ci_agent"
    }
    file = tables["commit_file"]
    paths = sorted({path for _name, path in in_ci})
    wanted = file.path.re_search(ANY_ARTEFACT) | file.path.isin([*paths, ""])
    kept = file.filter(wanted & (file.status != "D")).select(
        "path", touched_commit_id=file.commit_id
    )
    landed = commits(tables)
    landed = landed.filter(landed["at"].notnull() & (landed.actor_kind != "bot"))
    code = file.filter(file.file_kind == "code").select(code_commit_id="commit_id").distinct()
    rows = kept.inner_join(landed, kept.touched_commit_id == landed.commit_id)
    rows = rows.mutate(with_code=rows.commit_id.isin(code.code_commit_id))
    rows = rows.select("repository_id", "at", "path", "commit_id", "with_code")
    found: dict[str, list[Edit]] = {}
    for row in rows.order_by("at", "commit_id", "path").to_pyarrow().to_pylist():
        name = row.pop("repository_id")
        kind = "ci_agent" if (name, row["path"]) in in_ci else kind_of(row["path"])
        if kind is not None:
            found.setdefault(name, []).append(Edit(kind=kind, **row))
    return found


def _counted(tables: Tables) -> dict[str, tuple[Beside, int, int]]:
    """Return by repository: tests beside code in a year, marked commits of half a year."""
    file = tables["commit_file"]
    touched = file.group_by(touched_commit_id=file.commit_id).agg(
        has_code=(_.file_kind == "code").any(),
        has_tests=(_.file_kind == "test").any(),
        files=_.count(),
    )
    landed, end = commits(tables), tables["repository"]
    end = end.select(end_repository_id="repository_id", end_at="last_commit_at")
    rows = landed.inner_join(touched, landed.commit_id == touched.touched_commit_id)
    rows = rows.inner_join(end, rows.repository_id == end.end_repository_id)
    rows = rows.filter(rows["at"].notnull() & (rows.actor_kind != "bot"))
    marked, old = rows.origin == MARKED, rows.end_at - rows["at"]
    coded = rows.has_code & (old <= YEAR)
    found = rows.group_by("repository_id").agg(
        marked=(marked & coded).sum(),
        marked_tested=(marked & coded & rows.has_tests).sum(),
        other=(~marked & coded).sum(),
        other_tested=(~marked & coded & rows.has_tests).sum(),
        recent_marked=(marked & (old <= RECENT)).sum(),
        recent_multi=(marked & (old <= RECENT) & (rows.files > 1)).sum(),
    )
    return {row.pop("repository_id"): _split(row) for row in found.to_pyarrow().to_pylist()}


def _split(row: dict[str, Any]) -> tuple[Beside, int, int]:
    marked, several = int(row.pop("recent_marked")), int(row.pop("recent_multi"))
    return Beside(**{name: int(count) for name, count in row.items()}), marked, several


def _reverts(tables: Tables) -> dict[str, list[int]]:
    revert, landed = tables["commit_revert"], commits(tables)
    marked = landed.filter(landed.origin == MARKED).select(marked_commit_id="commit_id")
    dated = landed.filter(landed["at"].notnull()).select("at", revert_commit_id="commit_id")
    rows = revert.inner_join(marked, revert.reverted_commit_id == marked.marked_commit_id)
    rows = rows.inner_join(dated, rows.commit_id == dated.revert_commit_id)
    found: dict[str, list[int]] = {}
    for row in rows.select("repository_id", "at").order_by("at").to_pyarrow().to_pylist():
        found.setdefault(row["repository_id"], []).append(row["at"])
    return found
