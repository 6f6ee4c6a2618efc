"""Rows of `commit_revert`, from what this and earlier collections know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from trueup.collect.messages import without_number
from trueup.collect.sources.git.changes.commits import Commits
from trueup.collect.sources.git.changes.landing import first_of_each_number
from trueup.collect.sources.git.changes.reverts import (
    Landed,
    Patch,
    Reverted,
    by_subject,
    reverts_by_content,
    reverts_by_message,
    unique,
    wants_subjects,
)
from trueup.collect.sources.git.earlier import Earlier
from trueup.collect.sources.git.process import Git
from trueup.collect.sources.git.stage_zero import StageZero
from trueup.model.tables import COMMIT_REVERT


def revert_rows(
    git: Git, repository_id: str, zero: StageZero, earlier: Earlier, diffs: Iterable[pa.Table]
) -> pa.Table:
    """Return every pair of a commit and one it undoes.

    Parameters
    ----------
    diffs
        Rows of `commit_diff` that this collection read.
    """
    commits = zero.commits
    first = first_of_each_number(zero.landings)
    landed = Landed(
        reachable=zero.reachable,
        landed_as=zero.landed_as(),
        of_number={number: zero.landings[place].at for number, place in first.items()},
    )
    before = () if zero.read.whole else _told_before(earlier.table("commit_revert"), commits)
    by_message = reverts_by_message(commits, landed, by_subject(_subjects(git, zero)))
    patches = dict(_patches([earlier.table("commit_diff"), *diffs], commits))
    by_content = reverts_by_content(commits, zero.reachable, patches)
    rows = [
        {
            "commit_id": f"{repository_id}:{commits.shas[found.at]}",
            "repository_id": repository_id,
            "reverted_commit_id": f"{repository_id}:{commits.shas[found.undone]}",
            "rule": found.rule,
        }
        for found in unique([*before, *by_message, *by_content])
    ]
    return pa.Table.from_pylist(rows, schema=COMMIT_REVERT.schema)


def _told_before(rows: pa.Table, commits: Commits) -> Iterator[Reverted]:
    said = rows.filter(pc.equal(rows["rule"].cast(pa.string()), "message"))
    for row in said.to_pylist():
        yield Reverted(
            _place(row["commit_id"], commits), _place(row["reverted_commit_id"], commits), "message"
        )


def _subjects(git: Git, zero: StageZero) -> Iterator[tuple[int, int]]:
    """Yield commits with the hash of their subject line, asking git where it was dropped."""
    commits = zero.commits
    if not wants_subjects(commits):
        return
    for at in range(commits.read_now):
        yield at, commits.subjects[at]
    if zero.read.whole:
        return
    earlier = [at for at in range(commits.read_now, len(commits)) if zero.reachable[at]]
    asked = "".join(f"{commits.shas[at]}\n" for at in earlier).encode()
    said = git.run("log", "--no-walk=unsorted", "--stdin", "--format=%H %s", "-z", stdin=asked)
    for line in said.decode("utf-8", "replace").split("\0"):
        sha, _, subject = line.partition(" ")
        if sha in commits.index:
            yield commits.index[sha], hash(without_number(subject.strip()))


def _patches(tables: Iterable[pa.Table], commits: Commits) -> Iterator[tuple[int, Patch]]:
    for table in tables:
        told = table.filter(pc.is_valid(table["patch_id"]))
        lines = pc.add(told["lines_added"], told["lines_deleted"])
        for commit_id, patch_id, inverse, count in zip(
            told["commit_id"].to_pylist(),
            told["patch_id"].to_pylist(),
            told["inverse_patch_id"].to_pylist(),
            lines.to_pylist(),
            strict=True,
        ):
            yield _place(commit_id, commits), Patch(patch_id, inverse, count or 0)


def _place(commit_id: str, commits: Commits) -> int:
    return commits.index[commit_id.rpartition(":")[2]]
