"""Rows of `change` and `change_commit` from how commits landed and what released them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from trueup.collect.sources.git.changes.change_heads import Branches
from trueup.collect.sources.git.changes.commits import Commits
from trueup.collect.sources.git.changes.landing import Landing, first_of_each_number
from trueup.collect.sources.git.changes.releases import Releases
from trueup.model.tables import CHANGE, CHANGE_COMMIT

_COLUMNS = (
    *("change_id", "repository_id", "number", "landing", "landed_commit_id", "landed_at"),
    *("author_account_id", "actor_kind", "first_commit_at", "first_commit_evidence"),
    *("first_release_id", "released_at"),
)
_NAMES = tuple(CHANGE.schema.names)


@dataclass(slots=True, kw_only=True)
class Tally:
    """How many changes landed in which way, and what could not be dated, for coverage."""

    landed: Counter[str]
    squashed_with_branch: int = 0
    begun_after_landing: int = 0
    swallowed: int = 0
    released: int = 0


def change_tables(
    repository_id: str,
    commits: Commits,
    landings: Sequence[Landing],
    branches: Branches,
    releases: Releases,
) -> tuple[pa.Table, pa.Table, Tally]:
    """Return the two tables and what to say about them.

    Of two landings that name the same number (a change and its port to another branch) the
    older one is that change; the other is a change of its own, known by its commit.
    """
    rows: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    member_ids: list[str] = []
    member_changes: list[str] = []
    tally = Tally(landed=Counter(landing.kind for landing in landings))
    first = first_of_each_number(landings)
    for position, landing in enumerate(landings):
        sha = commits.shas[landing.at]
        is_first = landing.number is not None and first[landing.number] == position
        change_id = f"{repository_id}#{landing.number}" if is_first else f"{repository_id}:{sha}"
        begun = _begun(commits, landing, branches.of.get(position), tally)
        released = _released(repository_id, commits, landing, releases, tally)
        author, kind = _author(commits, landing)
        landed_at = commits.committed_at[landing.at] if commits.sound[landing.at] else None
        values = (
            *(change_id, repository_id, landing.number, landing.kind),
            *(f"{repository_id}:{sha}", landed_at, author, kind, *begun, *released),
        )
        for name, value in zip(_COLUMNS, values, strict=True):
            rows[name].append(value)
        member_ids += [f"{repository_id}:{commits.shas[at]}" for at in landing.commits]
        member_changes += [change_id] * len(landing.commits)
    members = {
        "change_id": member_changes,
        "repository_id": pa.repeat(repository_id, len(member_ids)),
        "commit_id": member_ids,
    }
    return _changes(rows), pa.table(members).cast(CHANGE_COMMIT.schema), tally


def _changes(rows: Mapping[str, Sequence[Any]]) -> pa.Table:
    """Return the rows with state "merged"; what only a forge records is null."""
    count = len(rows["change_id"])
    columns = {name: pa.array(rows.get(name, [None] * count), _plain(name)) for name in _NAMES}
    columns["state"] = pa.array(["merged"] * count, pa.string())
    return pa.table(columns).cast(CHANGE.schema)


def _begun(
    commits: Commits, landing: Landing, branch: Sequence[int] | None, tally: Tally
) -> tuple[int | None, str | None]:
    """Return when the first commit was written and how that is known."""
    if landing.kind == "merge":
        written, evidence = [at for at in landing.commits if at != landing.at], "merge"
    elif branch is not None:
        written, evidence = list(branch), "pull_ref"
        tally.squashed_with_branch += landing.kind == "squash"
    else:
        return None, None
    dated = [at for at in written if len(commits.parents[at]) < 2 and commits.sound[at]]
    by_people = [at for at in dated if commits.kinds[at] != "bot"] or dated
    if not by_people:
        return None, None
    begun = min(commits.authored_at[at] for at in by_people)
    if commits.sound[landing.at] and begun > commits.committed_at[landing.at]:
        tally.begun_after_landing += 1
        return None, None
    return begun, evidence


def _released(
    repository_id: str, commits: Commits, landing: Landing, releases: Releases, tally: Tally
) -> tuple[str | None, int | None]:
    landed_at = commits.committed_at[landing.at] if commits.sound[landing.at] else None
    found = releases.dates(landing.at, landed_at)
    if found is None:
        return None, None
    position, released_at = found
    tally.released += released_at is not None
    tally.swallowed += released_at is None
    return f"{repository_id}:{releases.found[position].tag}", released_at


def _author(commits: Commits, landing: Landing) -> tuple[str, str]:
    """Return the account most of the change's commits are by; people before bots."""
    written = [at for at in landing.commits if len(commits.parents[at]) < 2]
    if landing.kind != "merge" or not written:
        return commits.authors[landing.at], commits.kinds[landing.at]
    by_people = [at for at in written if commits.kinds[at] != "bot"] or written
    times = Counter(commits.authors[at] for at in by_people)
    most = max(times.values())
    among = [at for at in by_people if times[commits.authors[at]] == most]
    chosen = min(among, key=lambda at: (commits.authored_at[at], commits.shas[at]))
    return commits.authors[chosen], commits.kinds[chosen]


def _plain(column: str) -> pa.DataType:
    kind = CHANGE.schema.field(column).type
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def numbers_landed(landings: Sequence[Landing]) -> Mapping[int, int]:
    """Map each number to the commit its change landed with."""
    first = first_of_each_number(landings)
    return {number: landings[position].at for number, position in first.items()}
