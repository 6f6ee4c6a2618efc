"""The whole line history of a repository as rows: what each commit changed, who ended what."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from trueup.collect.connector import Batch, Previous, Progress
from trueup.collect.sources.git.lines.deaths import Revived
from trueup.collect.sources.git.lines.differences import Differences
from trueup.collect.sources.git.lines.graph import Graph, read_graph
from trueup.collect.sources.git.lines.reading import Range, Reading
from trueup.collect.sources.git.lines.rebuild import CannotRebuild, Rebuilder
from trueup.collect.sources.git.lines.replay import Files
from trueup.collect.sources.git.lines.state import Head, read_state
from trueup.collect.sources.git.lines.tally import HistorySummary
from trueup.collect.sources.git.process import Git
from trueup.config import GitSettings
from trueup.errors import SourceIncomplete

__all__ = ["HistorySummary", "ReplayNeeded", "history"]


class ReplayNeeded(Exception):
    """What was landed of this history no longer holds: reset it and call without `previous`.

    Raised before the first batch.
    """


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

    Going on from an earlier reading gives the same facts as reading everything. Where it could
    not, because the main line no longer runs through `old_head` or because a line came back to
    life whose death was landed, it refuses.

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
    HistorySummary
        What was seen and what could not be.

    Raises
    ------
    ReplayNeeded
        Everything must be read anew; nothing has been yielded.
    SourceIncomplete
        git stopped, or its answer does not fit what was replayed.
    """
    with Differences(git, settings, head) as differences:
        if previous is None or old_head is None:
            todo = _everything(read_graph(git, head))
            reading = Reading(differences, repository_id, todo)
            progress.stage("line history", len(todo.graph.shas))
            yield from reading.batches(progress)
            return reading.summary()
        todo = _what_is_new(differences, head, previous, old_head)
        reading = Reading(differences, repository_id, todo)
        progress.stage("line history", len(todo.graph.shas))
        yield from _all_or_none(reading, progress)
        return reading.summary()


def _everything(graph: Graph) -> Range:
    nothing = Head(sha=b"", next_line_id=0, files={})
    return Range(graph=graph, start={}, head=nothing, span_starts=np.empty(0, np.int64))


def _all_or_none(reading: Reading, progress: Progress) -> list[Batch]:
    try:
        return list(reading.batches(progress))
    except (Revived, SourceIncomplete) as problem:
        raise ReplayNeeded from problem


def _what_is_new(differences: Differences, head: str, previous: Previous, old_head: str) -> Range:
    state = read_state(previous.tables("replay_state"))
    commits = previous.tables("commit_diff", ["commit_id"])["commit_id"].to_pylist()
    known = {commit.rpartition(":")[2].encode() for commit in commits}
    graph = read_graph(differences.git, head, old_head, known)
    if state is None or state.sha.decode() != old_head or not _goes_on(graph, state, head):
        raise ReplayNeeded
    forks = [sha for sha in graph.outside if sha != state.sha]
    start: dict[bytes, Files] = {state.sha: state.files}
    if forks:
        rebuilder = Rebuilder(differences=differences, tables=previous.tables)
        try:
            start |= rebuilder.files(graph, state, forks)
        except (CannotRebuild, SourceIncomplete) as problem:
            raise ReplayNeeded from problem
    spans = previous.tables("line_span", ["line_id"])["line_id"].to_numpy()
    return Range(graph=graph, start=start, head=state, span_starts=spans)


def _goes_on(graph: Graph, state: Head, head: str) -> bool:
    """Tell whether the new main line runs through where the earlier reading ended."""
    if not graph.shas:
        return head == state.sha.decode()
    return graph.first_outside_parent() == state.sha
