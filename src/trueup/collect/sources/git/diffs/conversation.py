"""One git process that is asked question after question; it starts with the first."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from typing import IO, Self

from trueup.collect.sources.git.diffs.stream import CommitDiff, parse_diff
from trueup.collect.sources.git.process import Git
from trueup.errors import SourceIncomplete

_LOOKED_AT = 8000
"""Git calls content binary that has a NUL among so many first bytes."""

_END = b"\n.\n"
_PIPE = 1 << 16
"""Bytes a pipe holds."""


class Conversation:
    """A git process with both pipes open; a context manager that ends it.

    Parameters
    ----------
    git
        The repository.
    arguments
        The git command: one that reads requests line by line.
    settings
        Configuration for this process alone.
    """

    def __init__(self, git: Git, arguments: Sequence[str], settings: Sequence[str] = ()) -> None:
        self._git = git
        self._arguments = arguments
        self._settings = settings
        self._stack = ExitStack()
        self._pipes: tuple[IO[bytes], IO[bytes]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        if self._pipes is not None:
            self._close()

    def say(self, words: bytes) -> IO[bytes]:
        """Send a request; return where the answer is to be read."""
        ask, answer = self._pipes or self._start()
        try:
            ask.write(words)
            ask.flush()
        except BrokenPipeError as error:
            raise self.broken() from error
        return answer

    def broken(self) -> SourceIncomplete:
        """Say that git ended before it answered; the next question starts it again."""
        fact = f"git {self._arguments[0]} ended before it had answered."
        if self._pipes is not None:
            self._close()
        self._pipes = None
        return SourceIncomplete(fact)

    def _close(self) -> None:
        """End the process; one that failed has been heard of already."""
        assert self._pipes is not None
        with suppress(SourceIncomplete, BrokenPipeError):
            with suppress(BrokenPipeError):
                self._pipes[0].close()
            self._stack.close()

    def _start(self) -> tuple[IO[bytes], IO[bytes]]:
        theirs, ours = os.pipe()
        ask = os.fdopen(ours, "wb")
        with os.fdopen(theirs, "rb") as stdin:
            stream = self._git.stream(self._arguments, settings=self._settings, stdin=stdin)
            self._pipes = ask, self._stack.enter_context(stream)
        return self._pipes


class Differ(Conversation):
    """Tells one commit's difference at a time."""

    def read(self, sha: bytes) -> CommitDiff:
        """Return a commit's difference, as `arguments` ask for it."""
        answer = self.say(sha + _END)  # git gives back, at once, a line that is no commit
        told = b""
        while not told.endswith(_END):
            more = answer.read1(_PIPE)  # type: ignore[attr-defined]
            if not more:
                raise self.broken()
            told += more
        return parse_diff(told[: -len(_END)])


class Blobs(Conversation):
    """Reads single blobs.

    Parameters
    ----------
    git
        The repository.
    limit
        Largest blob, in bytes, that counts as text.
    """

    def __init__(self, git: Git, limit: int) -> None:
        super().__init__(git, ["cat-file", "--batch"])
        self._limit = limit

    def read_text(self, blob: bytes) -> bytes | None:
        """Return a blob's content; None if it is missing, binary or above the limit."""
        answer = self.say(blob + b"\n")
        header = answer.readline().split()
        if not header:
            raise self.broken()
        if header[-1] == b"missing":
            return None
        size = int(header[2])
        content = answer.read(size + 1)[:-1]
        return None if size > self._limit or b"\0" in content[:_LOOKED_AT] else content


def sizes(git: Git, blobs: set[bytes]) -> dict[bytes, int]:
    """Return the size in bytes of each blob that is there."""
    if not blobs:
        return {}
    asked = b"\n".join(sorted(blobs)) + b"\n"
    answer = git.run("cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=asked)
    found = (line.split() for line in answer.splitlines())
    return {name: int(size) for name, size in found if size != b"missing"}
