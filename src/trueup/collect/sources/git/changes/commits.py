"""One pass over all commits without any diff: rows of `commit`, and what messages say.

Messages are read, understood and dropped within the pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc

from trueup.collect import messages
from trueup.collect.attribution import Attribution, CommitText, RuleTable
from trueup.collect.mentions import Mention, mentions
from trueup.collect.sources.git.changes.accounts import Accounts, Recorded
from trueup.collect.sources.git.process import BLOCK, Git, open_lines
from trueup.errors import SourceIncomplete
from trueup.model.tables import COMMIT

_FORMAT = "%H%x00%P%x00%an%x00%ae%x00%aN%x00%aE%x00%cn%x00%ce%x00%cN%x00%cE%x00%ad%x00%cd%x00%B"
_FIELDS = _FORMAT.count("%x00") + 1
_ROWS = 20_000
_STRIDE = 500
_OLDEST = 631_152_000  # 1990-01-01, seconds: older than any commit made with git or imported
_SLACK = 2 * 86_400
_LATEST = 253_402_300_799  # 9999-12-31 23:59:59, seconds
_MICRO = 1_000_000
_ZONE = re.compile(rb"([+-])(\d{1,2})(\d\d)")
_WIDEST_ZONE = 14 * 3600

_COLUMNS = tuple(COMMIT.schema.names)


@dataclass(slots=True, kw_only=True)
class Said:
    """What a commit's message says that later stages need; most commits say nothing."""

    number: int | None = None
    merged: messages.MergeWords | None = None
    reverts: messages.RevertWords | None = None


@dataclass(slots=True)
class Commits:
    """Every commit known of a repository, each by its index, in columns.

    `parents` holds indices; a parent that is not known (beyond a shallow boundary) is left
    out. `subjects` holds hashes of subject lines
    without a change number, 0 for commits read in earlier collections;
    `read_now` counts the commits, from the front, whose messages were read.
    """

    shas: list[str] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)
    parents: list[tuple[int, ...]] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    authored_at: list[int] = field(default_factory=list)
    committed_at: list[int] = field(default_factory=list)
    sound: list[bool] = field(default_factory=list)
    subjects: list[int] = field(default_factory=list)
    said: dict[int, Said] = field(default_factory=dict)
    marks: list[tuple[int, Attribution]] = field(default_factory=list)
    named: list[tuple[int, Mention]] = field(default_factory=list)
    read_now: int = 0

    def __len__(self) -> int:
        """Count the commits."""
        return len(self.shas)

    def ancestors(self, tips: Sequence[int], seen: list[bool]) -> list[int]:
        """Return `tips` and their ancestors not yet `seen`, and note them as seen."""
        found = []
        waiting = list(tips)
        while waiting:
            at = waiting.pop()
            if not seen[at]:
                seen[at] = True
                found.append(at)
                waiting.extend(self.parents[at])
        return found


@dataclass(slots=True)
class Counts:
    """What was odd in a pass, for coverage."""

    too_old: int = 0
    in_future: int = 0
    odd_messages: int = 0


class Pass:
    """Reads commits once, newest first, yielding rows as it goes.

    Parameters
    ----------
    accounts
        Turns identities into accounts.
    rules
        Finds AI marks.
    now
        Instant of the collection, microseconds: commits dated two days later are not believed.

    Attributes
    ----------
    skip
        Commits whose messages are not wanted.
    commits, counts
        What was read, and what was odd in it.
    """

    def __init__(self, repository_id: str, accounts: Accounts, rules: RuleTable, now: int) -> None:
        self._repository_id = repository_id
        self._accounts = accounts
        self._rules = rules
        self._latest = now // _MICRO + _SLACK
        self._parent_shas: list[list[str]] = []
        self.skip: frozenset[str] = frozenset()
        self.commits = Commits()
        self.counts = Counts()

    def read(
        self,
        git: Git,
        tips: Sequence[str],
        without: Sequence[str],
        advance: Callable[[int], None],
    ) -> Iterator[pa.Table]:
        """Yield rows of `commit` reachable from `tips` and not from `without`, in blocks.

        Commits in `skip` are passed over; `advance` is told how many were read.

        Raises
        ------
        SourceIncomplete
            git could not read a commit.
        """
        rows: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
        for number, record in enumerate(_records(git, tips, without), 1):
            if number % _STRIDE == 0:
                advance(_STRIDE)
            if record[0].decode("ascii") not in self.skip:
                self._take(record, rows)
            if len(rows["sha"]) >= _ROWS:
                yield _table(rows)
                rows = {name: [] for name in _COLUMNS}
        if rows["sha"]:
            yield _table(rows)
        self.commits.read_now = len(self.commits)
        self._resolve_parents()

    def add_earlier(self, rows: pa.Table) -> None:
        """Add commits landed by earlier collections, which this pass did not read again."""
        commits = self.commits
        known = commits.index
        fresh = [sha not in known for sha in rows["sha"].to_pylist()]
        rows = rows.filter(pa.array(fresh, pa.bool_()))
        for sha in rows["sha"].to_pylist():
            known[sha] = len(commits.shas)
            commits.shas.append(sha)
        commits.authors += rows["author_account_id"].to_pylist()
        commits.kinds += rows["actor_kind"].to_pylist()
        commits.authored_at += rows["authored_at"].to_pylist()
        commits.committed_at += rows["committed_at"].to_pylist()
        commits.sound += pc.equal(rows["clock"].cast(pa.string()), "ok").to_pylist()
        commits.subjects += [0] * rows.num_rows
        self._parent_shas += rows["parent_shas"].to_pylist()
        self._resolve_parents()

    def _resolve_parents(self) -> None:
        index = self.commits.index
        self.commits.parents = [
            tuple(index[sha] for sha in shas if sha in index) for shas in self._parent_shas
        ]

    def _take(self, record: Sequence[bytes], rows: dict[str, list[Any]]) -> None:
        sha, parents = record[0].decode("ascii"), record[1].decode("ascii").split()
        authored, authored_zone = _instant(record[10])
        committed, committed_zone = _instant(record[11])
        author = self._accounts.of(Recorded(*record[2:6]))
        committer = self._accounts.of(Recorded(*record[6:10]))
        clock = self._clock(authored, committed)
        text = self._text(record[12])
        subject = messages.subject_of(text)
        commits = self.commits
        at = commits.index[sha] = len(commits.shas)
        commits.shas.append(sha)
        commits.authors.append(author.account_id)
        commits.kinds.append(author.actor_kind)
        commits.authored_at.append(authored * _MICRO)
        commits.committed_at.append(committed * _MICRO)
        commits.sound.append(clock == "ok")
        commits.subjects.append(hash(messages.without_number(subject)))
        self._parent_shas.append(parents)
        self._understand(at, record, text, subject, is_merge=len(parents) > 1)
        row = (
            *(f"{self._repository_id}:{sha}", self._repository_id, sha, parents),
            *(author.account_id, committer.account_id),
            *(authored * _MICRO, authored_zone, committed * _MICRO, committed_zone),
            *(clock, author.actor_kind, messages.fix_rule(subject, len(parents))),
            messages.breaking_rule(subject, text),
        )
        for name, value in zip(_COLUMNS, row, strict=True):
            rows[name].append(value)

    def _understand(
        self, at: int, record: Sequence[bytes], text: str, subject: str, *, is_merge: bool
    ) -> None:
        number = messages.change_number(subject, text)
        merged = messages.merge_words(subject) if is_merge else None
        reverts = messages.revert_words(subject, text)
        if number is not None or merged is not None or reverts is not None:
            self.commits.said[at] = Said(number=number, merged=merged, reverts=reverts)
        author, address, committer, committer_address = (
            part.decode("utf-8", "replace") for part in (*record[2:4], *record[6:8])
        )
        written = CommitText(author, address, committer, committer_address, text, is_merge)
        marks = self._rules.classify(written)
        self.commits.marks.extend((at, mark) for mark in marks)
        named = mentions(text, self._repository_id)
        self.commits.named.extend((at, one) for one in named if one.is_closing or one.is_key)

    def _text(self, message: bytes) -> str:
        try:
            return message.decode("utf-8")
        except UnicodeDecodeError:
            self.counts.odd_messages += 1
            return message.decode("utf-8", "replace")

    def _clock(self, authored: int, committed: int) -> str:
        if min(authored, committed) < _OLDEST:
            self.counts.too_old += 1
            return "too_old"
        if max(authored, committed) > self._latest:
            self.counts.in_future += 1
            return "in_future"
        return "ok"


def _records(git: Git, tips: Sequence[str], without: Sequence[str]) -> Iterator[list[bytes]]:
    arguments = ["log", "--stdin", "--topo-order", "-z", "--date=raw", f"--format={_FORMAT}"]
    settings = [f"mailmap.blob={tips[0]}:.mailmap"] if tips else []
    with (
        open_lines([*tips, *(f"^{sha}" for sha in without)]) as asked,
        git.stream([*arguments, "--"], settings=settings, stdin=asked) as stream,
    ):
        yield from _split(stream)


def _split(stream: IO[bytes]) -> Iterator[list[bytes]]:
    rest: list[bytes] = []
    tail = b""
    while block := stream.read(BLOCK):
        parts = (tail + block).split(b"\0")
        tail = parts.pop()
        rest += parts
        whole = len(rest) - len(rest) % _FIELDS
        for start in range(0, whole, _FIELDS):
            yield rest[start : start + _FIELDS]
        del rest[:whole]
    if rest or tail:
        raise SourceIncomplete(
            "git stopped in the middle of a commit.", hint="Run `git fsck` and collect again."
        )


def _table(rows: dict[str, list[Any]]) -> pa.Table:
    columns = {
        name: pa.array(values, pa.list_(pa.string())) if name == "parent_shas" else values
        for name, values in rows.items()
    }
    return pa.table(columns).cast(COMMIT.schema)


def _instant(dated: bytes) -> tuple[int, int | None]:
    """Read git's ``seconds zone``: what cannot be read is 0, a zone past 14 hours unknown."""
    seconds, _, zone = dated.partition(b" ")
    at = min(int(seconds), _LATEST) if seconds.isdigit() else 0
    found = _ZONE.fullmatch(zone)
    if found is None:
        return at, None
    offset = int(found[2]) * 3600 + int(found[3]) * 60
    if offset > _WIDEST_ZONE:
        return at, None
    return at, -offset if found[1] == b"-" else offset
