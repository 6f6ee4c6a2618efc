"""What each commit did, gathered into columns of the canonical tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from trueup.collect.connector import Batch
from trueup.collect.sources.git.diffs.filekind import file_kind
from trueup.collect.sources.git.diffs.paths import is_utf8, text
from trueup.collect.sources.git.diffs.stream import GITLINK, CommitDiff, patch_ids
from trueup.collect.sources.git.lines.deaths import Runs
from trueup.collect.sources.git.lines.replay import Change, Step
from trueup.model.tables import FILE_KINDS, TABLES

_ENOUGH = 400_000
_STATUSES = "AMDRT"

Ints = npt.NDArray[np.int32]


class Rows:
    """Columns being filled, a few thousand commits at a time.

    Parameters
    ----------
    repository_id
        The repository all rows are of.
    """

    def __init__(self, repository_id: str) -> None:
        self.repository_id = repository_id
        self.commits: list[str] = []
        self.patch_ids: list[tuple[str | None, str | None]] = []
        self.paths: dict[bytes, int] = {}
        # one item per file
        self.commit: list[int] = []
        self.path: list[int] = []
        self.old_path: list[int] = []
        self.status: list[int] = []
        self.binary: list[bool] = []
        self.first_id: list[int] = []
        self.hunks_of: list[int] = []
        self.dropped: list[int] = []
        self.unreadable: list[bool] = []
        self.own: list[tuple[int, int, int, int]] = []  # file, line id, first line, lines
        self.hunks: list[int] = []

    @property
    def enough(self) -> bool:
        """Tell whether it is time to make batches."""
        return len(self.hunks) + 4 * len(self.path) > _ENOUGH

    def add(self, step: Step, diff: CommitDiff, *, is_merge: bool) -> None:
        """Add what one commit did."""
        self.commits.append(f"{self.repository_id}:{diff.sha.decode()}")
        self.patch_ids.append((None, None) if is_merge else patch_ids(diff))
        for change in step.changes:
            self._add_file(change)

    def non_utf8(self) -> set[bytes]:
        """Return the paths that are not UTF-8."""
        return {path for path in self.paths if not is_utf8(path)}

    def batches(self) -> Iterator[Batch]:
        """Turn what was added into rows."""
        yield from _Columns(self).batches()

    def _add_file(self, change: Change) -> None:
        row, patch = change.row, change.patch
        path = self._number(row.path)
        hunks = [] if GITLINK in (row.mode, row.old_mode) else patch.hunks
        if row.status == b"T" and self.path and self.path[-1] == path:
            self.status[-1] = _STATUSES.index("T")
            self.hunks_of[-1] += len(hunks) >> 2
            self.binary[-1] |= patch.is_binary
        else:
            self.commit.append(len(self.commits) - 1)
            self.path.append(path)
            self.old_path.append(self._number(row.old_path) if row.status == b"R" else -1)
            self.status.append(_STATUSES.index(row.status.decode()))
            self.binary.append(patch.is_binary)
            self.first_id.append(change.first_id)
            self.hunks_of.append(len(hunks) >> 2)
            self.dropped.append(change.dropped)
            self.unreadable.append(patch.is_unreadable)
        self.hunks += hunks
        at = change.first_id
        for first, lines in change.born:
            self.own.append((len(self.path) - 1, at, first, lines))
            at += lines

    def _number(self, path: bytes) -> int:
        number = self.paths.get(path)
        if number is None:
            number = self.paths[path] = len(self.paths)
        return number


def removal_rows(table: str, repository_id: str, shas: Sequence[bytes], runs: Runs) -> Batch:
    """Turn removed lines into rows of line_death or line_removal."""
    known = runs.commit >= 0
    commits, index = np.unique(runs.commit[known], return_inverse=True)
    named = np.full(runs.commit.size, -1)
    named[known] = index
    return _batch(
        table,
        repository_id=_same(repository_id, runs.span.size),
        span_line_id=pa.array(runs.span.astype(np.int64)),
        line_offset=pa.array(runs.offset),
        line_count=pa.array(runs.length),
        commit_id=_named(named, [f"{repository_id}:{shas[at].decode()}" for at in commits]),
    )


class _Columns:
    """The columns of one `Rows`, worked out together."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.paths = pa.array([text(path) for path in rows.paths], pa.string())
        self.commits = pa.array(rows.commits, pa.string())
        kinds = [FILE_KINDS.index(file_kind(text(path))) for path in rows.paths]
        self.kind_of = np.array(kinds, np.int32)
        self.commit = np.array(rows.commit, np.int32)
        self.path = np.array(rows.path, np.int32)
        self.hunks: Ints = np.array(rows.hunks, np.int32).reshape(-1, 4)
        self.own = np.array(rows.own, np.int64).reshape(-1, 4)
        hunks_of = np.array(rows.hunks_of, np.int32)
        self.first_hunk = np.cumsum(hunks_of) - hunks_of
        self.file = np.repeat(np.arange(len(rows.path), dtype=np.int32), hunks_of)
        self.added = self._per_file(self.hunks[:, 3]) + self._written_by_merges()
        self.deleted = self._per_file(self.hunks[:, 1]) + np.array(rows.dropped, np.int64)

    def batches(self) -> Iterator[Batch]:
        yield self._commit_diff()
        yield self._commit_file()
        yield self._hunk()
        yield self._line_span()

    def _per_file(self, lines: Ints) -> npt.NDArray[np.int64]:
        sums = np.bincount(self.file, weights=lines, minlength=self.path.size)
        return sums.astype(np.int64)

    def _per_commit(self, values: npt.NDArray[np.int64]) -> pa.Array:
        sums = np.bincount(self.commit, weights=values, minlength=len(self.rows.commits))
        return pa.array(sums.astype(np.int32))

    def _written_by_merges(self) -> npt.NDArray[np.int64]:
        file, lines = self.own[:, 0], self.own[:, 3]
        sums = np.bincount(file, weights=lines, minlength=self.path.size).astype(np.int64)
        sums[np.array(self.rows.binary, bool)] = 0
        return sums

    def _commit_diff(self) -> Batch:
        ones = np.ones(self.path.size, np.int64)
        return _batch(
            "commit_diff",
            commit_id=self.commits,
            repository_id=_same(self.rows.repository_id, len(self.rows.commits)),
            file_count=self._per_commit(ones),
            lines_added=self._per_commit(self.added),
            lines_deleted=self._per_commit(self.deleted),
            binary_file_count=self._per_commit(np.array(self.rows.binary, np.int64)),
            patch_id=pa.array([ids[0] for ids in self.rows.patch_ids], pa.string()),
            inverse_patch_id=pa.array([ids[1] for ids in self.rows.patch_ids], pa.string()),
        )

    def _commit_file(self) -> Batch:
        old = np.array(self.rows.old_path, np.int32)
        unknown = np.array(self.rows.unreadable, bool)
        return _batch(
            "commit_file",
            commit_id=_named(self.commit, self.commits),
            repository_id=_same(self.rows.repository_id, self.path.size),
            path=_named(self.path, self.paths),
            old_path=_named(old, self.paths),
            status=_named(np.array(self.rows.status, np.int32), list(_STATUSES)),
            file_kind=_named(self.kind_of[self.path], FILE_KINDS),
            is_binary=pa.array(np.array(self.rows.binary, bool), mask=unknown),
            lines_added=pa.array(self.added.astype(np.int32), mask=unknown),
            lines_deleted=pa.array(self.deleted.astype(np.int32), mask=unknown),
        )

    def _hunk(self) -> Batch:
        return _batch(
            "hunk",
            commit_id=_named(self.commit[self.file], self.commits),
            repository_id=_same(self.rows.repository_id, self.file.size),
            path=_named(self.path[self.file], self.paths),
            old_start=pa.array(self.hunks[:, 0]),
            old_lines=pa.array(self.hunks[:, 1]),
            new_start=pa.array(self.hunks[:, 2]),
            new_lines=pa.array(self.hunks[:, 3]),
        )

    def _line_span(self) -> Batch:
        lines = self.hunks[:, 3].astype(np.int64)
        before = np.cumsum(lines) - lines
        at_file = np.append(before, lines.sum())[self.first_hunk]
        first_id = np.array(self.rows.first_id, np.int64)
        line_id = first_id[self.file] + before - at_file[self.file]
        born = lines > 0
        own = self.own[self.own[:, 3] > 0]
        file = np.concatenate([self.file[born], own[:, 0].astype(np.int32)])
        count = np.concatenate([lines[born], own[:, 3]])
        first_line = np.concatenate([self.hunks[born, 2], own[:, 2].astype(np.int32)])
        path = self.path[file]
        return _batch(
            "line_span",
            repository_id=_same(self.rows.repository_id, file.size),
            line_id=pa.array(np.concatenate([line_id[born], own[:, 1]])),
            line_count=pa.array(count.astype(np.int32)),
            commit_id=_named(self.commit[file], self.commits),
            path=_named(path, self.paths),
            file_kind=_named(self.kind_of[path], FILE_KINDS),
            first_line=pa.array(first_line),
        )


def _named(index: npt.NDArray[np.integer], names: pa.Array | Sequence[str]) -> pa.Array:
    """Return a column of repeated names; a negative index is null."""
    codes = pa.array(index.astype(np.int32), mask=index < 0)
    return pa.DictionaryArray.from_arrays(codes, pa.array(names, pa.string()))


def _same(name: str, size: int) -> pa.Array:
    return _named(np.zeros(size, np.int32), [name])


def _batch(table: str, **columns: pa.Array) -> Batch:
    schema = TABLES[table].schema
    return Batch(table, pa.table([columns[name] for name in schema.names], schema=schema))
