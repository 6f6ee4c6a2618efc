"""What git shows of each repository at any instant: only what had landed by then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ibis import _
from numpy.typing import NDArray

from trueup.measure.metric import Tables
from trueup.measure.practices.facts import (
    RECENT,
    YEAR,
    Artefact,
    Beside,
    Edit,
    RepositoryFacts,
)
from trueup.measure.records.authorship import MARKED, commits
from trueup.model.artefacts import ANY_ARTEFACT, kind_of

Ints = NDArray[np.int64]
_NEVER = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A file as it stood from an instant on; None where it was removed then."""

    at: int
    path: str
    artefact: Artefact | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Work:
    """Landed commits that touch files, in order of time.

    Parameters
    ----------
    at
        Instants, ``(commits,)``.
    totals
        How many there are up to each place, ``(commits + 1, 6)``: marked ones to code, those with
        tests, other ones to code, those with tests; marked ones, those to several files.
    """

    at: Ints
    totals: Ints

    def between(self, after: int, until: int) -> Ints:
        """Count those after an instant and not after another."""
        first, last = np.searchsorted(self.at, (after, until), side="right")
        counted: Ints = self.totals[last] - self.totals[first]
        return counted


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Past:
    """All that git dates of one repository.

    Parameters
    ----------
    newest
        Instant of the newest commit that can be dated.
    standing
        What stands at the newest commit; None where no tree was read.
    versions
        Each version of each artefact, in the order of landing; empty where none was read.
    read_since
        From when on versions are known; None where none were read.
    edits, work, reverts
        Commits to artefacts; commits that touch files, None where it is not known which; instants
        at which marked commits were reverted.
    """

    repository_id: str
    newest: int
    standing: tuple[Artefact, ...] | None
    versions: tuple[Version, ...]
    read_since: int | None
    edits: tuple[Edit, ...]
    work: Work | None
    reverts: tuple[int, ...]

    @property
    def begins(self) -> int | None:
        """When the first artefact or mark landed; None where there is none."""
        first = [each.at for each in self.versions if each.artefact is not None][:1]
        if self.work is not None:
            first += self.work.at[np.flatnonzero(np.diff(self.work.totals[:, 4]))[:1]].tolist()
        return min(first, default=None)

    def now(self) -> RepositoryFacts:
        """Return what is seen at the newest commit."""
        return self._facts(self.newest, self.standing)

    def then(self, at: int) -> RepositoryFacts | None:
        """Return what was seen at an earlier instant; None where history is not known so far."""
        if self.read_since is None or at < self.read_since:
            return None
        stood: dict[str, Artefact | None] = {}
        for each in self.versions:
            if each.at > at:
                break
            stood[each.path] = each.artefact
        present = (each for _path, each in sorted(stood.items()) if each is not None)
        return self._facts(at, tuple(present))

    def _facts(self, at: int, present: tuple[Artefact, ...] | None) -> RepositoryFacts:
        work = self.work or Work(at=_NEVER, totals=np.zeros((1, 6), dtype=np.int64))
        year = [int(count) for count in work.between(at - YEAR - 1, at)]
        recent = [int(count) for count in work.between(at - RECENT - 1, at)]
        in_ci = {each.path for each in present or () if each.kind == "ci_agent"}
        return RepositoryFacts(
            repository_id=self.repository_id,
            at=at,
            files_known=self.work is not None,
            tree_read=present is not None,
            present=present or (),
            edits=tuple(
                each
                for each in self.edits
                if each.at <= at and (each.kind != "ci_agent" or each.path in in_ci)
            ),
            tested=Beside(
                marked=year[0], marked_tested=year[1], other=year[2], other_tested=year[3]
            ),
            reverts=tuple(each for each in self.reverts if each <= at),
            recent_marked=recent[4],
            recent_multi=recent[5],
        )


def pasts(tables: Tables) -> tuple[Past, ...]:
    """Return all that git dates of every repository with a dated commit, by id."""
    rows = tables["repository"].select("repository_id", "last_commit_at").to_pyarrow().to_pylist()
    ends = {row["repository_id"]: row["last_commit_at"] for row in rows if row["last_commit_at"]}
    standing, versions = _standing(tables), _versions(tables)
    in_ci = {
        (name, each.path)
        for name, found in standing.items()
        for each in found
        if each.kind == "ci_agent"
    }
    in_ci |= {
        (name, each.path)
        for name, found in versions.items()
        for each in found
        if each.artefact is not None and each.artefact.kind == "ci_agent"
    }
    edits, work, reverts = _edits(tables, in_ci), _work(tables), _reverts(tables)
    return tuple(
        Past(
            repository_id=name,
            newest=at,
            standing=tuple(standing[name]) if name in standing else None,
            versions=tuple(each for each in versions.get(name, ()) if each.path),
            read_since=versions[name][0].at if versions.get(name) else None,
            edits=tuple(edits.get(name, ())),
            work=work.get(name),
            reverts=tuple(reverts.get(name, ())),
        )
        for name, at in sorted(ends.items())
    )


def _artefact(row: Mapping[str, Any]) -> Artefact:
    return Artefact(
        path=row["path"],
        kind=row["kind"],
        labels=tuple(row["labels"] or ()),
        size_bytes=row["size_bytes"],
    )


def _standing(tables: Tables) -> dict[str, list[Artefact]]:
    """Return what stands in each repository whose tree was read."""
    found: dict[str, list[Artefact]] = {}
    for row in tables["ai_artefact"].order_by("repository_id", "path").to_pyarrow().to_pylist():
        own = found.setdefault(row["repository_id"], [])
        if row["kind"] is not None:
            own.append(_artefact(row))
    return found


def _versions(tables: Tables) -> dict[str, list[Version]]:
    """Return each version of each repository, that of the oldest commit first."""
    rows = tables["ai_artefact_version"].filter(_.seen_at.notnull())
    found: dict[str, list[Version]] = {}
    for row in (
        rows.order_by("repository_id", "seen_at", "path", "commit_id").to_pyarrow().to_pylist()
    ):
        artefact = None if row["kind"] is None else _artefact(row)
        found.setdefault(row["repository_id"], []).append(
            Version(at=row["seen_at"], path=row["path"], artefact=artefact)
        )
    return found


def _edits(tables: Tables, in_ci: set[tuple[str, str]]) -> dict[str, list[Edit]]:
    """Return each change of an artefact, in order of time; what runs in CI by its path."""
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


def _work(tables: Tables) -> dict[str, Work]:
    """Return the landed commits of each repository of which it is known what they touch."""
    file = tables["commit_file"]
    touched = file.group_by(touched_commit_id=file.commit_id).agg(
        has_code=(_.file_kind == "code").any(),
        has_tests=(_.file_kind == "test").any(),
        files=_.count(),
    )
    landed = commits(tables)
    rows = landed.inner_join(touched, landed.commit_id == touched.touched_commit_id)
    rows = rows.filter(rows["at"].notnull() & (rows.actor_kind != "bot"))
    marked, code = rows.origin == MARKED, rows.has_code
    rows = rows.select(
        "repository_id",
        "at",
        marked_code=marked & code,
        marked_tested=marked & code & rows.has_tests,
        other_code=~marked & code,
        other_tested=~marked & code & rows.has_tests,
        marked=marked,
        marked_several=marked & (rows.files > 1),
    )
    told = rows.order_by("repository_id", "at").to_pyarrow()
    if not told.num_rows:
        return {}
    names = told["repository_id"].cast("string").to_numpy(zero_copy_only=False)
    at = told["at"].to_numpy(zero_copy_only=False).astype(np.int64)
    counts = np.column_stack(
        [told[name].to_numpy(zero_copy_only=False) for name in told.column_names[2:]]
    ).astype(np.int64)
    first = np.flatnonzero(np.append([True], names[1:] != names[:-1]))
    last = np.append(first[1:], names.size)
    nothing = np.zeros((1, counts.shape[1]), dtype=np.int64)
    return {
        str(names[one]): Work(
            at=at[one:other], totals=np.vstack([nothing, counts[one:other].cumsum(axis=0)])
        )
        for one, other in zip(first, last, strict=True)
    }


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
