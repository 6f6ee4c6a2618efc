"""The files at the head as rows, so that the next collection can go on from them.

Git has no empty path; the row that has it carries the head (as `blob`) and the next line
number (as `line_ids`, a little-endian int64).
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from trueup.collect.connector import Batch
from trueup.collect.sources.git.lines.replay import Entry, Files
from trueup.model.tables import REPLAY_STATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a collection ended.

    Parameters
    ----------
    sha
        The head, in hexadecimal.
    next_line_id
        The first line number not given out.
    files
        The head's files.
    """

    sha: bytes
    next_line_id: int
    files: Files


def state_batch(repository_id: str, head: Head) -> Batch:
    """Turn the state at a head into rows."""
    paths = [b"", *head.files]
    blobs = [head.sha.decode(), *(entry.blob.decode() for entry in head.files.values())]
    following = head.next_line_id.to_bytes(8, "little")
    lines = [following, *(entry.ids for entry in head.files.values())]
    name = pa.array([repository_id] * len(paths), REPLAY_STATE.schema.field(0).type)
    rows = pa.table(
        [name, pa.array(paths, pa.binary()), pa.array(blobs), pa.array(lines, pa.large_binary())],
        schema=REPLAY_STATE.schema,
    )
    return Batch(REPLAY_STATE.name, rows)


def read_state(rows: pa.Table) -> Head | None:
    """Read back the state at a head; None when there is none."""
    files: Files = {}
    head: tuple[bytes, int] | None = None
    columns = (rows.column(name).to_pylist() for name in ("path", "blob", "line_ids"))
    for path, blob, lines in zip(*columns, strict=True):
        if path:
            files[path] = Entry(blob.encode(), lines)
        else:
            head = blob.encode(), int.from_bytes(lines, "little")
    if head is None:
        return None
    return Head(sha=head[0], next_line_id=head[1], files=files)
