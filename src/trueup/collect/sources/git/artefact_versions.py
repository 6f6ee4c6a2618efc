"""Files that tell AI tools how to work here, as they stood at any time: each version that landed.

Only the way of the default branch is walked, first parent by first parent: a file stands from
when it landed there, not from when somebody wrote it on a branch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from trueup.collect.sources.git.artefacts import LARGEST, READ, labels_of
from trueup.collect.sources.git.changes.commits import Commits
from trueup.collect.sources.git.diffs.conversation import sizes
from trueup.collect.sources.git.interfaces.packages import contents
from trueup.collect.sources.git.process import Git
from trueup.model.ai_tables import AI_ARTEFACT_VERSION
from trueup.model.artefacts import kind_of, may_run_agents

MOST_READ = 20_000
"""Of more versions, contents are read of so many, the newest; the rest is known by path."""
_AT_ONCE = 1_000
_GONE = b"D"
_WALK = (
    *("log", "--first-parent", "--diff-merges=first-parent", "--raw", "-z"),
    *("--no-renames", "--no-abbrev", "--format=%x01%H"),
)
_COMMIT = re.compile(rb"\x01([0-9a-f]{40,64})(?=\0|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What stood, and since when.

    Parameters
    ----------
    rows
        Of table `ai_artefact_version`.
    unread
        Versions known by path alone: git lacks them, or they are too many or too large.
    """

    rows: pa.Table
    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """One file that a landed commit changed; without an object it removed it."""

    sha: str
    path: str
    kind: str
    blob: str | None


def artefact_versions(git: Git, repository_id: str, head: str, commits: Commits) -> Versions:
    """Return every version of every artefact that landed up to `head`, oldest first.

    Raises
    ------
    SourceIncomplete
        The clone lacks trees.
    """
    walked = list(_walked(git, head))
    at = _landed_at([sha for sha, _ in walked], commits)
    kinds = {name: _kind(name) for name in {name for _, told in walked for name in told[1::2]}}
    changes = [each for sha, told in walked for each in _changes(sha, told, kinds)]
    blobs = dict.fromkeys(each.blob for each in reversed(changes) if each.blob is not None)
    bytes_of = sizes(git, {blob.encode() for blob in blobs})
    wanted = {each.blob for each in changes if each.kind in READ or each.kind == "ci_agent"}
    small = {name.decode() for name, size in bytes_of.items() if size <= LARGEST}
    asked = [blob for blob in blobs if blob in wanted and blob in small][:MOST_READ]
    held = _held(git, asked)
    rows = [] if not walked else [_row(repository_id, walked[0][0], "", at)]
    told = _rows(repository_id, changes, at, bytes_of, held)
    rows += {(each["path"], each["seen_at"]): each for each in told}.values()
    unread = len({blob for blob in blobs if blob in wanted} - set(asked))
    table = pa.Table.from_pylist(rows, schema=AI_ARTEFACT_VERSION.schema)
    return Versions(rows=table, unread=unread)


def _walked(git: Git, head: str) -> Iterator[tuple[str, Sequence[bytes]]]:
    """Yield each landed commit, oldest first, with what git tells of its files."""
    told = _COMMIT.split(git.run(*_WALK, head, "--"))[1:]
    for sha, files in reversed(list(zip(told[::2], told[1::2], strict=True))):
        yield sha.decode("ascii"), files.lstrip(b"\0\n").split(b"\0")


def _held(git: Git, blobs: Sequence[str]) -> dict[str, bytes]:
    """Return what is in the files, a part of them asked at a time."""
    found: dict[str, bytes] = {}
    for first in range(0, len(blobs), _AT_ONCE):
        found |= contents(git, blobs[first : first + _AT_ONCE])
    return found


def _kind(name: bytes) -> str | None:
    path = name.decode("utf-8", "replace")
    return kind_of(path) or ("ci_agent" if may_run_agents(path) else None)


def _changes(
    sha: str, told: Sequence[bytes], kinds: Mapping[bytes, str | None]
) -> Iterator[_Change]:
    for facts, name in zip(told[::2], told[1::2], strict=False):
        kind = kinds[name]
        if kind is None:
            continue
        _, mode, _, blob, status = facts.split()
        if status != _GONE and mode == b"160000":
            continue
        yield _Change(
            sha=sha,
            path=name.decode("utf-8", "replace"),
            kind=kind,
            blob=None if status == _GONE else blob.decode("ascii"),
        )


def _landed_at(shas: Sequence[str], commits: Commits) -> Mapping[str, int | None]:
    """Return when each landed: by its clock, but not before what landed before it."""
    places = [commits.index[sha] for sha in shas]
    clocks = [commits.committed_at[at] if commits.sound[at] else None for at in places]
    latest = next((clock for clock in clocks if clock is not None), None)
    found: dict[str, int | None] = {}
    for sha, clock in zip(shas, clocks, strict=True):
        if clock is not None and latest is not None:
            latest = max(latest, clock)
        found[sha] = latest
    return found


def _rows(
    repository_id: str,
    changes: Sequence[_Change],
    at: Mapping[str, int | None],
    bytes_of: Mapping[bytes, int],
    held: Mapping[str, bytes],
) -> Iterator[dict[str, object]]:
    """Yield the rows; of what runs in CI only that which ran an agent, and where it ceased to."""
    ran: set[str] = set()
    for each in changes:
        row = _row(repository_id, each.sha, each.path, at)
        if each.blob is not None:
            if each.kind == "ci_agent" and each.blob not in held:
                continue
            labels = labels_of(each.kind, held.get(each.blob, b""))
            is_one = each.kind != "ci_agent" or bool(labels)
            size = bytes_of.get(each.blob.encode())
            if is_one:
                ran.add(each.path)
                row |= {"kind": each.kind, "labels": labels, "size_bytes": size}
        if each.path in ran:
            yield row


def _row(
    repository_id: str, sha: str, path: str, at: Mapping[str, int | None]
) -> dict[str, object]:
    return {
        "repository_id": repository_id,
        "path": path,
        "commit_id": f"{repository_id}:{sha}",
        "seen_at": at[sha],
    }
