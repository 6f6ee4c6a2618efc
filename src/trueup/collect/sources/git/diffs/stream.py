r"""Git's stream of differences, read block by block and never held whole.

With ``-U0`` every line of content is prefixed by ``+``, ``-``, a space or ``\``, and git
quotes odd paths, so a line that begins ``diff``, ``@@`` or ``\x01`` is always git's own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, NamedTuple

from trueup.collect.sources.git.diffs.paths import unquote
from trueup.errors import SourceIncomplete

GITLINK = b"160000"
ABSENT = b"000000"

_PATCH = (
    "diff-tree", "--stdin", "--always", "--root", "-r", "--raw", "-p", "--full-index",
    "--no-abbrev", "--no-ext-diff", "--no-textconv", "--no-color", "--src-prefix=a/",
    "--dst-prefix=b/", "--format=%x01%H",
)  # fmt: skip

_WHOLE = (GITLINK, ABSENT)
"""Modes of which blobs, not lines, say what changed."""

DIFF = (*_PATCH, "-U0", "-M")
"""Every commit on standard input against its parent."""

MERGE = (*_PATCH, "-c", "-U1", "--no-renames")
"""Every merge on standard input against all its parents together.

With -U0 git leaves out common lines that stand between two removals, so that the places of
the removals cannot be told.
"""

RENAMING_MERGE = (*_PATCH, "-c", "-U1", "-M", "--combined-all-paths")
"""The same with renames: dearer, and only needed where a parent does not have the path."""

RAW = (
    "diff-tree", "--stdin", "--always", "--root", "-r", "--raw", "--no-renames", "--no-abbrev",
    "--format=%x01%H",
)  # fmt: skip
"""Which files each commit changed, without content; "merge parent" lines choose a parent."""

_HUNK = re.compile(rb"\n@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@[^\n]*\n")
_ONE = b"1"
_BLOCK = 1 << 20


class Row(NamedTuple):
    """One file of a commit's difference from its parent."""

    old_mode: bytes
    mode: bytes
    old_blob: bytes
    blob: bytes
    status: bytes
    old_path: bytes
    path: bytes


class MergeRow(NamedTuple):
    """One file of a merge that differs from every parent; one item per parent."""

    old_modes: list[bytes]
    mode: bytes
    old_blobs: list[bytes]
    blob: bytes
    statuses: bytes
    old_paths: list[bytes]
    path: bytes


class Patch(NamedTuple):
    """How one file's lines changed.

    `hunks` is flat: old start, old lines, new start, new lines, and again. `removed` and
    `added` digest the content that left and came, hunk by hunk, and are comparable.
    """

    hunks: list[int]
    removed: bytes
    added: bytes
    is_binary: bool
    is_unreadable: bool = False


UNREADABLE = Patch([], b"", b"", is_binary=True, is_unreadable=True)
"""Stands for a file whose content, before or after, the repository lacks."""


@dataclass(slots=True)
class CommitDiff:
    """One commit's difference from its parent, or a merge's from all its parents."""

    sha: bytes
    rows: list[Row] = field(default_factory=list)
    patches: list[Patch] = field(default_factory=list)
    merge_rows: list[MergeRow] = field(default_factory=list)
    merge_patches: dict[bytes, bytes] = field(default_factory=dict)


def read_diffs(stream: IO[bytes]) -> Iterator[CommitDiff]:
    """Read the commits of a `DIFF` stream in the order git was given them."""
    commit: CommitDiff | None = None
    for piece in _pieces(stream):
        more = commit is not None and len(commit.patches) < len(commit.rows) - 1
        end = -1 if more else piece.find(b"\n\x01")
        if end < 0:
            _add(commit, piece)
            continue
        if end and commit is not None:
            _add(commit, piece[:end])
        for header in piece[end + 2 :].split(b"\n\x01"):
            if commit is not None:
                yield commit
            commit = _begin(header)
    if commit is not None:
        yield commit


def parse_diff(told: bytes) -> CommitDiff:
    """Parse what git tells of a single commit."""
    head, *pieces = told.split(b"\ndiff ")
    commit = _begin(head[1:])
    for piece in pieces:
        _add(commit, piece)
    return commit


def read_raw(stream: IO[bytes]) -> Iterator[CommitDiff]:
    """Read the commits of a `RAW` stream in the order git was given them."""
    rest = b"\n"
    while block := stream.read(_BLOCK):
        headers = (rest + block).split(b"\n\x01")
        rest = headers.pop()
        yield from (_begin(header) for header in headers if header)
    if rest.strip():
        yield _begin(rest)


def parse_patch(text: bytes) -> Patch:
    """Parse one file's part of a two-way difference."""
    hunks: list[int] = []
    removed: list[bytes] = []
    added: list[bytes] = []
    body = -1
    for match in _HUNK.finditer(text):
        if body >= 0:
            _split(text[body : match.start()], hunks, removed, added)
        old_start, old_lines, start, lines = match.groups(_ONE)
        hunks += (int(old_start), int(old_lines), int(start), int(lines))
        body = match.end()
    if body < 0:
        return Patch(hunks, b"", b"", b"\nBinary files " in text)
    _split(text[body:], hunks, removed, added)
    was, now = b"\n" + b"\n@\n".join(removed), b"\n" + b"\n@\n".join(added)
    return Patch(hunks, _digest(was), _digest(now.replace(b"\n+", b"\n-")), is_binary=False)


def parse_whole(text: bytes) -> Patch:
    """Parse the part of a file that came or went whole: its blob says what was in it."""
    match = _HUNK.search(text)
    if match is None:
        return Patch([], b"", b"", b"\nBinary files " in text)
    return Patch([int(number) for number in match.groups(_ONE)], b"", b"", is_binary=False)


def patch_ids(commit: CommitDiff) -> tuple[str | None, str | None]:
    """Return the digest of what a commit changes, and of what undoing it would change.

    Neither depends on line numbers, on the commits around, or on the order of the files.
    """
    forward, backward = [], []
    for row, patch in zip(commit.rows, commit.patches, strict=True):
        removed, added = patch.removed, patch.added
        if patch.is_binary or row.mode in _WHOLE or row.old_mode in _WHOLE:
            removed, added = row.old_blob, row.blob
        old, new = row.old_mode + row.old_path, row.mode + row.path
        forward.append(b"\0".join((old, new, removed, added)))
        backward.append(b"\0".join((new, old, added, removed)))
    if not forward:
        return None, None
    return (
        _digest(b"\0\0".join(sorted(forward))).hex(),
        _digest(b"\0\0".join(sorted(backward))).hex(),
    )


def _digest(content: bytes) -> bytes:
    return hashlib.sha1(content, usedforsecurity=False).digest()


def _split(body: bytes, hunks: list[int], removed: list[bytes], added: list[bytes]) -> None:
    """Share out a hunk's lines; in ``-U0`` those removed stand before those added."""
    if not hunks[-1]:
        removed.append(body)
        added.append(b"")
    elif not hunks[-3]:
        removed.append(b"")
        added.append(body)
    else:
        border = body.find(b"\n+")
        removed.append(body[:border])
        added.append(body[border + 1 :])


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """Cut the stream before every file's part, without its first line's ``diff``."""
    rest = b"\n"
    while block := stream.read(_BLOCK):
        pieces = (rest + block).split(b"\ndiff ")
        rest = pieces.pop()
        yield from pieces
    yield rest[:-1]


def _begin(header: bytes) -> CommitDiff:
    sha, _, rest = header.partition(b"\n")
    commit = CommitDiff(sha)
    for line in rest.split(b"\n"):
        if line.startswith(b"::"):
            commit.merge_rows.append(_merge_row(line))
        elif line:
            commit.rows.append(_row(line))
    return commit


def _row(line: bytes) -> Row:
    fields, *paths = line.split(b"\t")
    old_mode, mode, old_blob, blob, status = fields.split(b" ")
    path = unquote(paths[-1])
    old_path = unquote(paths[0]) if len(paths) > 1 else path
    return Row(old_mode[1:], mode, old_blob, blob, status[:1], old_path, path)


def _merge_row(line: bytes) -> MergeRow:
    fields, *paths = line.split(b"\t")
    parts = fields.lstrip(b":").split(b" ")
    count = len(parts) // 2 - 1
    return MergeRow(
        parts[:count],
        parts[count],
        parts[count + 1 : 2 * count + 1],
        parts[2 * count + 1],
        parts[-1],
        [unquote(path) for path in paths[:-1]] or [unquote(paths[0])] * count,
        unquote(paths[-1]),
    )


def _add(commit: CommitDiff | None, piece: bytes) -> None:
    if commit is None:
        if piece.strip():
            raise SourceIncomplete("git's differences begin without a commit.")
        return
    if piece.startswith(b"--combined "):
        path = unquote(piece[11 : piece.index(b"\n")])
        commit.merge_patches[path] = piece
        return
    at = len(commit.patches)
    if at == len(commit.rows):
        raise SourceIncomplete(f"git shows more files of {commit.sha.decode()} than it lists.")
    row = commit.rows[at]
    whole = ABSENT in (row.old_mode, row.mode)
    commit.patches.append(parse_whole(piece) if whole else parse_patch(piece))
    if row.status == b"T" and not whole:
        split_type_change(commit, at)


def split_type_change(commit: CommitDiff, at: int) -> None:
    """Read a change of type as git prints it: one file gone, another come."""
    row = commit.rows[at]
    zero = b"0" * len(row.blob)
    gone = row._replace(mode=ABSENT, blob=zero, status=b"D")
    come = row._replace(old_mode=ABSENT, old_blob=zero, status=b"T")
    commit.rows[at : at + 1] = [gone, come]
