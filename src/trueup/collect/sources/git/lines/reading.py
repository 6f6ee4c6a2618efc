"""One reading of a range of commits: from differences to rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trueup.collect.connector import Batch, Progress
from trueup.collect.sources.git.diffs.conversation import sizes
from trueup.collect.sources.git.diffs.stream import CommitDiff
from trueup.collect.sources.git.lines.deaths import Deaths
from trueup.collect.sources.git.lines.differences import Differences
from trueup.collect.sources.git.lines.graph import Graph
from trueup.collect.sources.git.lines.replay import Files, Numbers, Replay, Step
from trueup.collect.sources.git.lines.rows import Rows, removal_rows
from trueup.collect.sources.git.lines.state import Head, state_batch
from trueup.collect.sources.git.lines.tally import HistorySummary, Tally
from trueup.errors import SourceIncomplete

_STRIDE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What is to be read.

    Parameters
    ----------
    graph
        The commits.
    start
        Files of the commits in `graph.outside`, whole or as far as they will be asked for.
    head
        Where the reading before ended.
    span_starts
        First line numbers of the spans landed before.
    """

    graph: Graph
    start: Mapping[bytes, Files]
    head: Head
    span_starts: npt.NDArray[np.int64]


class Reading:
    """Reads a range of commits once.

    Parameters
    ----------
    differences
        What git tells of each commit.
    repository_id
        Goes into every row.
    todo
        The range.
    """

    def __init__(self, differences: Differences, repository_id: str, todo: Range) -> None:
        self._differences = differences
        self._repository_id = repository_id
        self._todo = todo
        self._graph = todo.graph
        self._numbers = Numbers(todo.head.next_line_id)
        self._tally = Tally(edge=differences.shallow_edge())
        self._deaths = Deaths(todo.graph, todo.head.next_line_id, _lines(todo.head.files))
        self._spans = [todo.span_starts]

    def batches(self, progress: Progress) -> Iterator[Batch]:
        """Yield the rows, those of the lines' ends last.

        Raises
        ------
        Revived
            A line lives again whose end was landed before.
        SourceIncomplete
            git stopped, or its answer does not fit what was replayed.
        """
        replay = Replay(self._graph, self._todo.start, self._numbers, self._differences)
        yield from self._commits(replay, progress)
        head = self._todo.head
        if self._graph.shas:
            last = len(self._graph.shas) - 1
            sha, files = self._graph.shas[last], replay.files(last)
            head = Head(sha=sha, next_line_id=self._numbers.next, files=files)
        yield from self._ends(head.files)
        yield state_batch(self._repository_id, head)

    def summary(self) -> HistorySummary:
        """Return the counts; to be called after the last batch."""
        limit = self._differences.limit
        big = sizes(self._differences.git, self._tally.binary_blobs)
        return self._tally.summary(
            next_line_id=self._numbers.next,
            born=self._numbers.next - self._todo.head.next_line_id,
            big_files=sum(size > limit for size in big.values()),
            unreadable=len(self._differences.missing),
        )

    def _commits(self, replay: Replay, progress: Progress) -> Iterator[Batch]:
        rows = Rows(self._repository_id)
        steps = self._differences.replayed(self._graph, replay)
        for number, (step, diff) in enumerate(steps, 1):
            self._add(step, diff, rows)
            if number % _STRIDE == 0:
                progress.advance(_STRIDE)
            if rows.enough:
                yield from self._land(rows)
                rows = Rows(self._repository_id)
        progress.advance(len(self._graph.shas) % _STRIDE)
        yield from self._land(rows)

    def _add(self, step: Step, diff: CommitDiff, rows: Rows) -> None:
        is_merge = len(self._graph.parents[step.index]) > 1
        self._deaths.add(step)
        self._tally.add(step, diff, is_merge=is_merge)
        rows.add(step, diff, is_merge=is_merge)

    def _land(self, rows: Rows) -> Iterator[Batch]:
        self._tally.non_utf8 |= rows.non_utf8()
        for batch in rows.batches():
            if batch.table == "line_span":
                self._spans.append(batch.rows.column("line_id").to_numpy())
            yield batch

    def _ends(self, files: Files) -> Iterator[Batch]:
        living = self._deaths.finish(_lines(files), self._numbers.next)
        if living is None:
            raise SourceIncomplete(
                "Some lines are neither alive nor dead after the replay.",
                hint="Report this as a defect; nothing of this collection is kept.",
            )
        spans = np.sort(np.concatenate(self._spans))
        fates = self._deaths.fates(spans)
        self._tally.alive, self._tally.ends = living, fates.lines
        shas = self._graph.shas
        yield removal_rows("line_death", self._repository_id, shas, fates.runs)
        others = self._deaths.other_removals(spans)
        yield removal_rows("line_removal", self._repository_id, shas, others)


def _lines(files: Files) -> list[bytes]:
    return [entry.ids for entry in files.values() if entry.ids]
