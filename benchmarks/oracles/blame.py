"""Git's own answer to "who wrote this line", to hold the line history against."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from trueup.collect.sources.git.process import Git

_GROUP = re.compile(rb"^([0-9a-f]{40}) (\d+) (\d+) (\d+)$", re.MULTILINE)


def blame_origins(git: Git, commit: str, path: bytes, lines: int) -> list[str]:
    """Return the origin commit of each of a file's `lines` lines as ``git blame`` tells it."""
    told = git.run("blame", "--incremental", commit, "--", path.decode("utf-8", "surrogateescape"))
    origins = [""] * lines
    for match in _GROUP.finditer(told):
        first, count = int(match[3]) - 1, int(match[4])
        origins[first : first + count] = [match[1].decode()] * count
    return origins


def replayed_origins(state: pa.Table, spans: pa.Table) -> Iterator[tuple[bytes, list[str]]]:
    """Return (path, origin commit of each line) of every followed file at the head."""
    order = np.argsort(spans["line_id"].to_numpy())
    starts = spans["line_id"].to_numpy()[order]
    commits = spans["commit_id"].to_pylist()
    shas = [commits[at].rpartition(":")[2] for at in order]
    for path, lines in zip(state["path"].to_pylist(), state["line_ids"].to_pylist(), strict=True):
        if path and lines:
            ids = np.frombuffer(lines, "<i4")
            yield path, [shas[at] for at in np.searchsorted(starts, ids, side="right") - 1]
