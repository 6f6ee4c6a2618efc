"""A git history written down: commits with the hashes git will give them, and how to import them.

Hashes are worked out as git does (a hash of the object's kind, size and content), so that
documents can name commits before any repository exists.
https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Lines = tuple[str, ...]
Files = Mapping[str, Lines]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who signs a commit."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit; instants in seconds since 1970.

    Parameters
    ----------
    written
        The files it changes, with what they hold afterwards.
    """

    sha: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    authored_at: int
    committed_at: int
    message: str
    written: tuple[tuple[str, Lines], ...] = ()


@dataclass(slots=True)
class Tree:
    """The files of one commit below ``src/``, and their hashes; a copy is taken to branch off."""

    files: dict[str, Lines] = field(default_factory=dict)
    _hashes: dict[str, bytes] = field(default_factory=dict)

    def branch(self) -> Tree:
        """Return a copy."""
        return Tree(dict(self.files), dict(self._hashes))

    def write(self, path: str, lines: Lines) -> None:
        """Write a file."""
        self.files[path] = lines
        self._hashes[path] = _object("blob", _text(lines)).digest()

    def sha(self) -> str:
        """Return the hash of the tree."""
        entries = b"".join(
            b"100644 " + path.encode() + b"\0" + self._hashes[path] for path in sorted(self.files)
        )
        below = _object("tree", entries).digest()
        return _object("tree", b"40000 src\0" + below).hexdigest()


def commit(
    tree: Tree,
    written: Iterable[str],
    *,
    parents: tuple[str, ...],
    author: Signature,
    at: int,
    message: str,
    committer: Signature | None = None,
    committed_at: int | None = None,
) -> Commit:
    """Commit a tree; `written` are the files it changes against its first parent."""
    signed, when = committer or author, at if committed_at is None else committed_at
    head = [f"tree {tree.sha()}", *(f"parent {sha}" for sha in parents)]
    head += [f"author {_by(author, at)}", f"committer {_by(signed, when)}"]
    content = ("\n".join(head) + "\n\n" + message).encode()
    return Commit(
        sha=_object("commit", content).hexdigest(),
        parents=parents,
        author=author,
        committer=signed,
        authored_at=at,
        committed_at=when,
        message=message,
        written=tuple((path, tree.files[path]) for path in written),
    )


def import_stream(
    commits: Iterable[Commit], main: str, heads: Mapping[str, str]
) -> Iterator[bytes]:
    """Yield what ``git fast-import`` takes; parents come before their children.

    Parameters
    ----------
    main
        Hash of the newest commit of the default branch.
    heads
        Further refs, with the hash each names.
    """
    marks: dict[str, int] = {}
    for one in commits:
        marks[one.sha] = mark = len(marks) + 1
        message = one.message.encode()
        yield (
            f"commit refs/scratch\nmark :{mark}\n"
            f"author {_by(one.author, one.authored_at)}\n"
            f"committer {_by(one.committer, one.committed_at)}\n"
            f"data {len(message)}\n"
        ).encode()
        yield message + b"\n"
        if one.parents:
            words = ("from", *("merge" for _ in one.parents[1:]))
            pairs = zip(words, one.parents, strict=True)
            yield "".join(f"{word} :{marks[sha]}\n" for word, sha in pairs).encode()
        for path, lines in one.written:
            text = _text(lines)
            yield f"M 100644 inline src/{path}\ndata {len(text)}\n".encode() + text + b"\n"
    for ref, sha in {"refs/heads/main": main, **heads}.items():
        yield f"reset {ref}\nfrom :{marks[sha]}\n\n".encode()
    yield f"reset refs/scratch\nfrom {'0' * 40}\n\n".encode()


def _by(who: Signature, at: int) -> str:
    return f"{who.name} <{who.email}> {at} +0000"


def _text(lines: Lines) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _object(kind: str, content: bytes) -> hashlib._Hash:
    head = f"{kind} {len(content)}\0".encode()
    return hashlib.sha1(head + content, usedforsecurity=False)
