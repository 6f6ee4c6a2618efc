"""The whole line history of a repository as rows: what each commit changed, who ended what."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import IO

import numpy as np

from trueup.collect.connector import Batch, Previous, Progress
from trueup.collect.sources.git.blobs import Blobs, sizes
from trueup.collect.sources.git.deaths import Deaths
from trueup.collect.sources.git.graph import Graph, read_graph
from trueup.collect.sources.git.process import Git
from trueup.collect.sources.git.replay import Files, Numbers, Replay
from trueup.collect.sources.git.rows import Rows, death_rows
from trueup.collect.sources.git.state import Head, state_batch
from trueup.collect.sources.git.stream import (
    DIFF,
    MERGE,
    RAW,
    RENAMING_MERGE,
    CommitDiff,
    read_diffs,
    read_raw,
)
from trueup.collect.sources.git.tally import HistorySummary, Tally
from trueup.config import GitSettings
from trueup.errors import SourceIncomplete

_STRIDE = 64


class ReplayNeeded(Exception):
    """What was landed of this history no longer holds: reset it and call without `previous`.

    Raised before the first batch.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What is to be read: the commits, and the files of the commits they build on."""

    graph: Graph
    start: Mapping[bytes, Files]
    head: Head
    span_starts: np.ndarray


def history(
    git: Git,
    *,
    repository_id: str,
    head: str,
    previous: Previous | None,
    old_head: str | None,
    settings: GitSettings,
    progress: Progress,
) -> Generator[Batch, None, HistorySummary]:
    """Read what happened to every line between `old_head` and `head`.

    Parameters
    ----------
    git
        The repository.
    repository_id
        Goes into every row.
    head
        The commit whose history is read; `old_head` is the one an earlier reading ended at.
    previous
        What that reading landed; None to read everything.
    settings
        Above which size a file is not followed, and which paths are left out.
    progress
        Told of every commit.

    Yields
    ------
    Batch
        Rows of commit_diff, commit_file, hunk, line_span, line_death and replay_state.

    Returns
    -------
    What was seen and what could not be.

    Raises
    ------
    ReplayNeeded
        It is right or cheaper to read everything anew; nothing has been yielded.
    SourceIncomplete
        git stopped, or its answer does not fit what was replayed.
    """
    graph = read_graph(git, head, None)
    todo = Range(
        graph=graph,
        start={},
        head=Head(sha=b"", next_line_id=0, files={}),
        span_starts=np.empty(0, np.int64),
    )
    run = _Run(git, repository_id, todo, settings)
    progress.stage("line history", len(graph.shas))
    yield from run.batches(progress)
    return run.summary()


class _Run:
    def __init__(self, git: Git, repository_id: str, todo: Range, settings: GitSettings) -> None:
        self.git = git
        self.repository_id = repository_id
        self.todo = todo
        self.graph = todo.graph
        self.settings = settings
        self.numbers = Numbers(todo.head.next_line_id)
        self.tally = Tally()
        alive = [entry.ids for entry in todo.head.files.values() if entry.ids]
        self.deaths = Deaths(todo.graph, todo.head.next_line_id, alive)
        self.spans = [todo.span_starts]

    def batches(self, progress: Progress) -> Iterator[Batch]:
        with Blobs(self.git, self.settings.big_file_bytes) as blobs:
            replay = Replay(
                self.graph, self.todo.start, self.numbers, blobs.read_text, self._renames
            )
            yield from self._commits(replay, progress)
        last = len(self.graph.shas) - 1
        files = replay.files(last)
        yield from self._deaths(files)
        head = Head(sha=self.graph.shas[last], next_line_id=self.numbers.next, files=files)
        yield state_batch(self.repository_id, head)

    def summary(self) -> HistorySummary:
        big = sizes(self.git, self.tally.binary_blobs)
        limit = self.settings.big_file_bytes
        return self.tally.summary(
            next_line_id=self.numbers.next,
            born=self.numbers.next - self.todo.head.next_line_id,
            big_files=sum(size > limit for size in big.values()),
        )

    def _commits(self, replay: Replay, progress: Progress) -> Iterator[Batch]:
        rows = Rows(self.repository_id)
        with self._diffs() as diffs, self._merges() as merges, self._first() as firsts:
            for index, parents in enumerate(self.graph.parents):
                is_merge = len(parents) > 1
                diff = self._next(index, merges if is_merge else diffs)
                if is_merge:
                    first = self._next(index, firsts)
                    step = replay.merge(index, first.rows, diff)
                else:
                    step = replay.commit(index, diff)
                self.deaths.add(step)
                self.tally.add(step, is_merge=is_merge)
                rows.add(step, diff, is_merge=is_merge)
                if index % _STRIDE == _STRIDE - 1:
                    progress.advance(_STRIDE)
                if rows.enough:
                    yield from self._land(rows)
                    rows = Rows(self.repository_id)
        progress.advance(len(self.graph.shas) % _STRIDE)
        yield from self._land(rows)

    def _land(self, rows: Rows) -> Iterator[Batch]:
        self.tally.non_utf8 |= rows.non_utf8()
        for batch in rows.batches():
            if batch.table == "line_span":
                self.spans.append(batch.rows.column("line_id").to_numpy())
            yield batch

    def _deaths(self, files: Files) -> Iterator[Batch]:
        alive = [entry.ids for entry in files.values() if entry.ids]
        living = self.deaths.finish(alive, self.numbers.next)
        if living is None:
            raise SourceIncomplete(
                "Some lines are neither alive nor dead after the replay.",
                hint="Report this as a defect; nothing of this collection is kept.",
            )
        fates = self.deaths.fates(np.sort(np.concatenate(self.spans)))
        self.tally.alive, self.tally.fates = living, fates.lines
        yield death_rows(self.repository_id, self.graph.shas, fates)

    def _next(self, index: int, diffs: Iterator[CommitDiff]) -> CommitDiff:
        diff = next(diffs, None)
        sha = self.graph.shas[index]
        if diff is None or diff.sha != sha:
            raise SourceIncomplete(
                f"git did not give commit {sha.decode()} when it was asked for.",
                hint="Collect again; if it happens twice, report this as a defect.",
            )
        return diff

    def _diffs(self) -> AbstractContextManager[Iterator[CommitDiff]]:
        graph = self.graph
        plain = [
            sha for sha, parents in zip(graph.shas, graph.parents, strict=True) if len(parents) < 2
        ]
        return self._ask(DIFF, plain, read_diffs)

    def _merges(self) -> AbstractContextManager[Iterator[CommitDiff]]:
        return self._ask(MERGE, [self.graph.shas[at] for at in self.graph.merges()], read_diffs)

    def _first(self) -> AbstractContextManager[Iterator[CommitDiff]]:
        """Ask which files of each merge differ from its first parent."""
        graph = self.graph
        asked = [graph.shas[at] + b" " + self._sha(graph.parents[at][0]) for at in graph.merges()]
        return self._ask(RAW, asked, read_raw)

    @contextmanager
    def _ask(
        self,
        arguments: Sequence[str],
        lines: Sequence[bytes],
        read: Callable[[IO[bytes]], Iterator[CommitDiff]],
    ) -> Iterator[Iterator[CommitDiff]]:
        if not lines:
            yield iter(())
            return
        settings = [f"core.bigFileThreshold={self.settings.big_file_bytes}"]
        with tempfile.TemporaryFile() as stdin:
            stdin.write(b"\n".join(lines) + b"\n")
            stdin.seek(0)
            with self.git.stream(arguments, settings=settings, stdin=stdin) as stream:
                yield read(stream)

    def _renames(self, sha: bytes) -> CommitDiff:
        with self._ask(RENAMING_MERGE, [sha], read_diffs) as diffs:
            return next(diffs)

    def _sha(self, index: int) -> bytes:
        return self.graph.shas[index] if index >= 0 else self.graph.outside[-1 - index]
