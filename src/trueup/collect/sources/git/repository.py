"""Rows of `repository` and `release`."""

from __future__ import annotations

import pyarrow as pa

from trueup.collect.sources.git.changes.commits import Commits
from trueup.collect.sources.git.changes.releases import Releases
from trueup.collect.sources.git.clone.refs import Refs
from trueup.collect.sources.git.clone.situation import Situation
from trueup.model.tables import RELEASE, REPOSITORY


def repository_row(
    repository_id: str, situation: Situation, refs: Refs, commits: Commits, reachable: list[bool]
) -> pa.Table:
    """Return the row of a repository with commits."""
    inside = [at for at, is_inside in enumerate(reachable) if is_inside]
    dated = [at for at in inside if commits.sound[at]]
    instants = [commits.committed_at[at] for at in dated]
    roots = [at for at in inside if not commits.parents[at]]
    oldest = min(roots, key=lambda at: (commits.committed_at[at], commits.shas[at]))
    row = _plain(repository_id, situation, refs.branch) | {
        "root_commit_sha": None if situation.is_shallow else commits.shas[oldest],
        "head_commit_id": f"{repository_id}:{refs.head}",
        "commit_count": len(inside),
        "first_commit_at": min(instants, default=None),
        "last_commit_at": max(instants, default=None),
    }
    return pa.Table.from_pylist([row], schema=REPOSITORY.schema)


def empty_row(repository_id: str, situation: Situation, branch: str | None) -> pa.Table:
    """Return the row of a repository without commits."""
    row = _plain(repository_id, situation, branch) | {"commit_count": 0}
    return pa.Table.from_pylist([row], schema=REPOSITORY.schema)


def release_rows(repository_id: str, commits: Commits, releases: Releases) -> pa.Table:
    """Return the rows of all releases and pre-releases."""
    rows = [
        {
            "release_id": f"{repository_id}:{release.tag}",
            "repository_id": repository_id,
            "tag": release.tag,
            "commit_id": f"{repository_id}:{commits.shas[release.at]}",
            "released_at": release.released_at,
            "is_prerelease": release.is_prerelease,
        }
        for release in releases.found
    ]
    return pa.Table.from_pylist(rows, schema=RELEASE.schema)


def _plain(repository_id: str, situation: Situation, branch: str | None) -> dict[str, object]:
    return {
        "repository_id": repository_id,
        "name": situation.name,
        "remote_url": f"https://{situation.address}" if situation.address else None,
        "default_branch": branch,
        "is_shallow": situation.is_shallow,
        "is_partial": situation.is_partial,
    }
