"""Single blobs, asked one by one of one git process that starts when first needed."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import IO, Self

from trueup.collect.sources.git.process import Git

_LOOKED_AT = 8000
"""Git calls content binary that has a NUL among so many first bytes."""


class Blobs:
    """Reads blobs; a context manager that ends its git process.

    Parameters
    ----------
    git
        The repository.
    limit
        Largest blob, in bytes, that counts as text.
    """

    def __init__(self, git: Git, limit: int) -> None:
        self.git = git
        self.limit = limit
        self._stack = ExitStack()
        self._pipes: tuple[IO[bytes], IO[bytes]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pipes is not None:
            self._pipes[0].close()
        self._stack.close()

    def read_text(self, blob: bytes) -> bytes | None:
        """Return a blob's content; None if it is missing, binary or above the limit."""
        ask, answer = self._pipes or self._start()
        ask.write(blob + b"\n")
        ask.flush()
        header = answer.readline().split()
        if header[-1] == b"missing":
            return None
        size = int(header[2])
        content = answer.read(size + 1)[:-1]
        return None if size > self.limit or b"\0" in content[:_LOOKED_AT] else content

    def _start(self) -> tuple[IO[bytes], IO[bytes]]:
        theirs, ours = os.pipe()
        ask = os.fdopen(ours, "wb")
        with os.fdopen(theirs, "rb") as stdin:
            stream = self.git.stream(["cat-file", "--batch"], stdin=stdin)
            self._pipes = ask, self._stack.enter_context(stream)
        return self._pipes


def sizes(git: Git, blobs: set[bytes]) -> dict[bytes, int]:
    """Return the size in bytes of each blob that is there."""
    if not blobs:
        return {}
    asked = b"\n".join(sorted(blobs)) + b"\n"
    answer = git.run("cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=asked)
    found = (line.split() for line in answer.splitlines())
    return {name: int(size) for name, size in found if size != b"missing"}
