"""Everything the line history asks of git, with missing objects found and gone around."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from trueup.collect.sources.git.diffs.conversation import Blobs, Differ
from trueup.collect.sources.git.diffs.stream import (
    DIFF,
    MERGE,
    RAW,
    RENAMING_MERGE,
    UNREADABLE,
    CommitDiff,
    Row,
    read_diffs,
    read_raw,
)
from trueup.collect.sources.git.lines.graph import Graph
from trueup.collect.sources.git.lines.replay import Replay, Step
from trueup.collect.sources.git.process import Git
from trueup.config import GitSettings
from trueup.errors import SourceIncomplete

_AT_ONCE = 500
"""Paths named to git in one call."""


class Differences:
    """Asks one repository; a context manager that ends the git processes it started.

    Parameters
    ----------
    git
        The repository.
    settings
        Above which size a file is not followed, and which paths are left out.
    head
        The commit all that is asked for can be reached from.
    only
        The only paths that will be asked for; all if there are none.
    """

    def __init__(
        self, git: Git, settings: GitSettings, head: str, only: Sequence[str] = ()
    ) -> None:
        self.git = git
        self.head = head
        self.settings = settings
        self.limit = settings.big_file_bytes
        self.missing: frozenset[bytes] = frozenset()
        self._settings = [f"core.bigFileThreshold={self.limit}"]
        self._but = [f":(exclude,glob){pattern}" for pattern in settings.exclude]
        paths = ["--", *self._but] if self._but else []
        self._diff = [*DIFF, *paths]
        named = ["--", *only, *self._but] if only else paths
        self._blobs = Blobs(git, self.limit)
        self._merges = Differ(git, [*MERGE, *named], self._settings)
        self._renaming = Differ(git, [*RENAMING_MERGE, *paths], self._settings)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for process in (self._blobs, self._merges, self._renaming):
            self._stack.enter_context(process)
        return self

    def __exit__(self, *problem: object) -> None:
        self._stack.close()

    def replayed(self, graph: Graph, replay: Replay) -> Iterator[tuple[Step, CommitDiff]]:
        """Replay the commits of `graph`, parents first."""
        plain = [sha for sha, row in zip(graph.shas, graph.parents, strict=True) if len(row) < 2]
        merged = [graph.shas[at] + b" " + graph.sha(graph.parents[at][0]) for at in graph.merges()]
        diffs, merges = self._plain(plain), self.lists(merged)
        for index, (sha, parents) in enumerate(zip(graph.shas, graph.parents, strict=True)):
            diff = next(merges if len(parents) > 1 else diffs, None)
            if diff is None or diff.sha != sha:
                raise SourceIncomplete(
                    f"git did not tell of commit {sha.decode()} when it was asked.",
                    hint="Collect again; if it happens twice, report this as a defect.",
                )
            if len(parents) > 1:
                yield replay.merge(index, diff.rows), diff
            else:
                yield replay.commit(index, diff), diff

    def lists(self, lines: Sequence[bytes], paths: Sequence[str] = ()) -> Iterator[CommitDiff]:
        """Tell which files each "commit" or "commit parent" line changed, without content."""
        named = [*paths, *self._but]
        yield from self._told([*RAW, "--", *named] if named else RAW, lines)

    def text(self, blob: bytes) -> bytes | None:
        """Return a blob's content if it is there and text that can be followed."""
        return None if blob in self.missing else self._blobs.read_text(blob)

    def merge(self, sha: bytes, *, renames: bool) -> CommitDiff | None:
        """Return a merge's difference from all its parents, None where objects are missing.

        With `renames`, a parent's file may stand under another path, which is dearer to tell.
        """
        try:
            return (self._renaming if renames else self._merges).read(sha)
        except SourceIncomplete:
            self._look_for_missing()
            if not self.missing:
                raise
            return None

    def shallow_edge(self) -> frozenset[bytes]:
        """Return the commits of a shallow clone whose parents were left out."""
        where = self.git.run("rev-parse", "--git-path", "shallow").decode().strip()
        edge = Path(where)
        return frozenset(edge.read_bytes().split()) if edge.is_file() else frozenset()

    def _plain(self, shas: Sequence[bytes]) -> Iterator[CommitDiff]:
        """Tell the differences of ordinary commits, going around missing objects."""
        done = 0
        try:
            for diff in self._told(self._diff, shas):
                done += 1
                yield diff
        except SourceIncomplete:
            self._look_for_missing()
            if not self.missing:
                raise
            yield from self._around(shas[done:])

    def _told(self, arguments: Sequence[str], lines: Sequence[bytes]) -> Iterator[CommitDiff]:
        """Tell commit by commit, the last only once git has ended well."""
        if not lines:
            return
        read = read_diffs if "-p" in arguments else read_raw
        last: CommitDiff | None = None
        with tempfile.TemporaryFile() as stdin:
            stdin.write(b"\n".join(lines) + b"\n")
            stdin.seek(0)
            with self.git.stream(arguments, settings=self._settings, stdin=stdin) as stream:
                for diff in read(stream):
                    if last is not None:
                        yield last
                    last = diff
        if last is not None:
            yield last

    def _look_for_missing(self) -> None:
        """Find the objects the repository lacks."""
        if self.missing:
            return
        listed = self.git.run("rev-list", "--objects", "--missing=print", self.head)
        self.missing = frozenset(line[1:] for line in listed.split(b"\n") if line.startswith(b"?"))

    def _around(self, shas: Sequence[bytes]) -> Iterator[CommitDiff]:
        hurt = {
            diff.sha: diff.rows
            for diff in self.lists(shas)
            if any(row.blob in self.missing or row.old_blob in self.missing for row in diff.rows)
        }
        whole = self._told(self._diff, [sha for sha in shas if sha not in hurt])
        for sha in shas:
            yield self._partly(sha, hurt[sha]) if sha in hurt else next(whole)

    def _partly(self, sha: bytes, rows: Sequence[Row]) -> CommitDiff:
        """Tell a commit's difference as far as its files can be read; without renames."""
        diff = CommitDiff(sha)
        readable = []
        for row in rows:
            if row.blob in self.missing or row.old_blob in self.missing:
                diff.rows.append(row)
                diff.patches.append(UNREADABLE)
            else:
                readable.append(row.path)
        for at in range(0, len(readable), _AT_ONCE):
            named = [
                f":(literal){path.decode('utf-8', 'surrogateescape')}"
                for path in readable[at : at + _AT_ONCE]
            ]
            arguments = [*(part for part in DIFF if part != "-M"), "--no-renames", "--", *named]
            for part in self._told(arguments, [sha]):
                diff.rows += part.rows
                diff.patches += part.patches
        return diff
