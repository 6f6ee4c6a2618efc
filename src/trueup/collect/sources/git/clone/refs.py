"""Which commits a repository offers: its head, the heads of changes, its tags."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trueup.collect.sources.git.process import Git
from trueup.errors import SourceIncomplete

_CHANGE_HEAD = re.compile(
    rb"refs/(?:remotes/[^/]+/)?"
    rb"(?:pull|pr|merge-requests|mr|pull-requests)/(\d{1,9})(?:/head|/from)?"
)
_READ = (
    *("refs/pull", "refs/merge-requests", "refs/pull-requests", "refs/remotes", "refs/tags"),
    *("refs/notes", "refs/ai"),
)
_USUAL_BRANCHES = ("main", "master", "trunk", "develop", "default")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag that names a commit; `dated_at` (seconds) is the tagger's, None for a light one."""

    name: str
    sha: str
    dated_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refs:
    """What is read of a repository.

    Parameters
    ----------
    head
        Commit that HEAD, or the branch taken in its place, names; None in an empty repository.
    branch
        Name of that branch; None when HEAD is detached.
    head_is_unborn
        HEAD names a branch that does not exist, so another was taken.
    change_heads
        Tip of the branch of each numbered change the clone holds.
    tags
        Tags that name commits.
    other_tags
        How many tags name something else, or something that cannot be read.
    unreadable
        How many heads of changes name a commit that is not there.
    digest
        Changes when any ref that is read changes.
    """

    head: str | None
    branch: str | None
    head_is_unborn: bool
    change_heads: Mapping[int, str]
    tags: tuple[Tag, ...]
    other_tags: int
    unreadable: int
    digest: str

    def tips(self) -> list[str]:
        """Return every commit from which history is read, each once."""
        heads = [self.head] if self.head else []
        tips = (*heads, *self.change_heads.values(), *(tag.sha for tag in self.tags))
        return list(dict.fromkeys(tips))


@dataclass(frozen=True, slots=True)
class Listing:
    """Names and objects of all refs, without looking at any object: cheap at any size."""

    head: str | None
    branch: str | None
    lines: tuple[bytes, ...]
    head_is_unborn: bool

    @property
    def digest(self) -> str:
        """Change when HEAD or any ref that is read changes."""
        whole = b"\n".join((f"{self.head} {self.branch}".encode(), *self.lines))
        return hashlib.sha256(whole).hexdigest()[:32]


def list_refs(git: Git) -> Listing:
    """List HEAD and the refs that are read."""
    form = "--format=%(objectname) %(refname)"
    lines = tuple(sorted(git.run("for-each-ref", form, *_READ).splitlines()))
    name = git.run("symbolic-ref", "-q", "HEAD", ok=(0, 1)).decode("utf-8", "replace").strip()
    branch = name.removeprefix("refs/heads/") or None
    head = _resolve(git, "HEAD")
    if head is not None or branch is None:
        return Listing(head, branch, lines, head_is_unborn=False)
    taken = _branch_in_place(git)
    if taken is None:
        return Listing(None, branch, lines, head_is_unborn=False)
    return Listing(_resolve(git, taken), _short(taken), lines, head_is_unborn=True)


def read_refs(git: Git, listing: Listing, known: frozenset[str] = frozenset()) -> Refs:
    """Look up which commits the listed refs name; those in `known` are commits for certain.

    Raises
    ------
    SourceIncomplete
        The commit that HEAD names cannot be read.
    """
    if listing.head is not None and listing.head not in _commits(git, [listing.head]).values():
        raise SourceIncomplete(
            f"The newest commit, {listing.head[:12]}, cannot be read in {git.directory}.",
            hint="Run `git fsck` there, or fetch again, and collect again.",
        )
    claimed = _change_heads(listing.lines)
    readable = {sha: sha for sha in claimed.values() if sha in known}
    readable |= _commits(git, (sha for sha in claimed.values() if sha not in known))
    change_heads = {number: readable[sha] for number, sha in claimed.items() if sha in readable}
    tags, other_tags = _tags(git)
    return Refs(
        head=listing.head,
        branch=listing.branch,
        head_is_unborn=listing.head_is_unborn,
        change_heads=change_heads,
        tags=tags,
        other_tags=other_tags,
        unreadable=len(claimed) - len(change_heads),
        digest=listing.digest,
    )


def _change_heads(lines: Iterable[bytes]) -> dict[int, str]:
    heads: dict[int, str] = {}
    for line in lines:
        sha, _, name = line.partition(b" ")
        found = _CHANGE_HEAD.fullmatch(name)
        if found is not None and int(found[1]) > 0:
            heads[int(found[1])] = sha.decode("ascii")
    return heads


def _tags(git: Git) -> tuple[tuple[Tag, ...], int]:
    form = "--format=%(objectname) %(taggerdate:raw)%00%(refname:strip=2)"
    try:
        listed = git.run("for-each-ref", form, "refs/tags").split(b"\n")
    except SourceIncomplete:  # a tag object is damaged: its own date is lost, the rest is not
        form = "--format=%(objectname) %00%(refname:strip=2)"
        listed = git.run("for-each-ref", form, "refs/tags").split(b"\n")
    rows = [line for line in listed if line]
    shas = [row.partition(b" ")[0].decode("ascii") for row in rows]
    readable = _commits(git, shas)
    tags = [
        Tag(name=name.decode("utf-8", "replace"), sha=readable[sha], dated_at=_tagged_at(dated))
        for row, sha in zip(rows, shas, strict=True)
        if sha in readable
        for dated, _, name in (row.partition(b" ")[2].partition(b"\0"),)
    ]
    return tuple(tags), len(rows) - len(tags)


def _tagged_at(dated: bytes) -> int | None:
    seconds = dated.partition(b" ")[0]
    return int(seconds) if seconds.isdigit() else None


def _commits(git: Git, shas: Iterable[str]) -> dict[str, str]:
    """Map each object name to the commit it is or peels to; those without one are left out."""
    names = list(dict.fromkeys(shas))
    if not names:
        return {}
    asked = "".join(f"{name}^{{commit}}\n" for name in names).encode()
    said = git.run("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked)
    answers = zip(names, said.decode("utf-8", "replace").splitlines(), strict=True)
    return {name: said[:-7] for name, said in answers if said.endswith(" commit")}


def _resolve(git: Git, name: str) -> str | None:
    said = git.run("rev-parse", "--quiet", "--verify", name, ok=(0, 1)).decode("ascii").strip()
    return said or None


def _branch_in_place(git: Git) -> str | None:
    form = ("for-each-ref", "--format=%(refname)")
    local = git.run(*form, "refs/heads").decode("utf-8", "surrogateescape").split("\n")
    remote = git.run(*form, "refs/remotes").decode("utf-8", "surrogateescape").split("\n")
    names = [name for name in (*local, *remote) if name and not name.endswith("/HEAD")]
    for usual in _USUAL_BRANCHES:
        for name in names:
            if _short(name) == usual:
                return name
    return names[0] if names else None


def _short(name: str) -> str:
    if name.startswith("refs/remotes/"):
        return name.split("/", 3)[3]
    return name.removeprefix("refs/heads/")
