"""Everything a repository tells without a single diff: commits, changes, releases, AI marks."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from trueup.collect.attribution import RuleTable
from trueup.collect.connector import Batch, Request
from trueup.collect.mentions import mention_rows
from trueup.collect.sources.git.changes.accounts import Accounts
from trueup.collect.sources.git.changes.change_heads import Branches, branches, with_rebased
from trueup.collect.sources.git.changes.commits import Commits, Counts, Pass
from trueup.collect.sources.git.changes.landing import (
    Landing,
    MessageGone,
    Surroundings,
    land,
    names_other_addresses,
    often_pulled_from,
)
from trueup.collect.sources.git.changes.marks import Mark, carried, earlier_marks, mark_rows
from trueup.collect.sources.git.changes.releases import Releases, find_releases
from trueup.collect.sources.git.changes.tables import Tally, change_tables
from trueup.collect.sources.git.clone.refs import Refs
from trueup.collect.sources.git.clone.situation import Situation
from trueup.collect.sources.git.earlier import Earlier
from trueup.collect.sources.git.process import Git
from trueup.collect.sources.git.repository import release_rows, repository_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The commits of a repository after a pass, and what was odd in it.

    `whole` tells that every message was read; else only those of commits new since the last
    collection. `expected` counts the commits git itself lists for the pass.
    """

    commits: Commits
    counts: Counts
    accounts: Accounts
    whole: bool
    expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageZero:
    """What later stages and coverage need of this one."""

    read: Read
    landings: Sequence[Landing]
    branches: Branches
    releases: Releases
    tally: Tally
    reachable: list[bool]
    carried_marks: int
    marked: int
    own_addresses: tuple[str, ...]

    @property
    def commits(self) -> Commits:
        """Return every commit known."""
        return self.read.commits

    def first_look(self) -> str:
        """Say what is known before any line was followed: counts of all there is, no shares."""
        marked = f"at least {self.marked:,}" if self.marked else "none seen"
        return (
            f"First look: {sum(self.reachable):,} landed commits, {marked} with an AI mark; "
            f"{len(self.landings):,} changes, {len(self.releases.found):,} releases."
        )

    def landed_as(self) -> Mapping[int, int]:
        """Map commits of squashed and rebased branches to the commit they landed as."""
        return {at: self.landings[to].at for at, to in self.branches.change_of.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One repository as this collection finds it."""

    git: Git
    request: Request
    rules: RuleTable
    refs: Refs
    situation: Situation
    earlier: Earlier

    @property
    def repository_id(self) -> str:
        """Return the repository's id."""
        return self.request.target_id


def stage_zero(
    scene: Scene, old_head: str | None, own_addresses: tuple[str, ...]
) -> Generator[Batch, None, StageZero]:
    """Yield the rows of this stage.

    Parameters
    ----------
    old_head
        Commit up to which messages were understood before; None to read them all.
    own_addresses
        What an earlier collection took for the repository's addresses.
    """
    told = set(scene.earlier.shas)
    if old_head is not None:
        read = yield from _read(scene, old_head, told)
        try:
            landings = _land(scene, read, own_addresses)
        except MessageGone:
            old_head = None
        if names_other_addresses(read.commits, own_addresses):
            old_head = None  # counted with the earlier ones, it may turn out to be our own
    if old_head is None:
        read = yield from _read(scene, None, told)
        own_addresses = _own_addresses(scene, read.commits)
        landings = _land(scene, read, own_addresses)
    return (yield from _tables(scene, read, landings, own_addresses))


def _read(scene: Scene, old_head: str | None, told: set[str]) -> Generator[Batch, None, Read]:
    request = scene.request
    accounts = Accounts(request.identify, scene.rules)
    reading = Pass(scene.repository_id, accounts, scene.rules, request.now)
    tips, without = scene.refs.tips(), [old_head] if old_head else []
    if old_head is not None:
        tips = [tip for tip in tips if tip not in told or tip == scene.refs.head]
    expected = _count(scene.git, tips, without)
    request.progress.stage("commits", expected)
    reading.skip = frozenset(told) if old_head else frozenset()
    for rows in reading.read(scene.git, tips, without, request.progress.advance):
        fresh = [sha not in told for sha in rows["sha"].to_pylist()]
        told.update(rows["sha"].to_pylist())
        if any(fresh):
            yield Batch("commit", rows.filter(pa.array(fresh, pa.bool_())))
    reading.add_earlier(scene.earlier.table("commit"))
    return Read(
        commits=reading.commits,
        counts=reading.counts,
        accounts=accounts,
        whole=old_head is None,
        expected=expected,
    )


def _mentions(read: Read, earlier: Earlier, repository_id: str) -> pa.Table:
    """Return the work items messages name, with those that earlier collections read."""
    shas = read.commits.shas
    named = ((f"{repository_id}:{shas[at]}", "commit", one) for at, one in read.commits.named)
    rows = mention_rows(repository_id, "commit", named)
    if read.whole:
        return rows
    return pa.concat_tables([earlier.table("work_item_mention"), rows]).unify_dictionaries()


def _land(scene: Scene, read: Read, own_addresses: tuple[str, ...]) -> list[Landing]:
    commits, refs = read.commits, scene.refs
    assert refs.head is not None
    numbers, members = _earlier_landings(scene, read)
    around = Surroundings(
        branch=refs.branch,
        own_addresses=frozenset(own_addresses),
        change_numbers=frozenset(refs.change_heads),
        earlier_numbers=numbers,
        earlier_members=members,
    )
    landings = land(commits, commits.index[refs.head], around)
    return with_rebased(commits, landings, _heads(commits, refs))


def _tables(
    scene: Scene, read: Read, landings: list[Landing], own_addresses: tuple[str, ...]
) -> Generator[Batch, None, StageZero]:
    commits, refs, repository_id = read.commits, scene.refs, scene.repository_id
    request, earlier = scene.request, scene.earlier
    found = branches(commits, landings, _heads(commits, refs))
    releases = find_releases(commits, refs.tags, request.settings.git, request.now)
    changes, members, tally = change_tables(repository_id, commits, landings, found, releases)
    reachable = [False] * len(commits)
    for landing in landings:
        for at in landing.commits:
            reachable[at] = True
    marks = _marks(read, earlier)
    more = carried(marks, landings, found.change_of)
    yield Batch(
        "repository", repository_row(repository_id, scene.situation, refs, commits, reachable)
    )
    yield Batch("account", read.accounts.rows(repository_id, _unless(read.whole, earlier)))
    yield Batch("release", release_rows(repository_id, commits, releases))
    yield Batch("change", changes)
    yield Batch("change_commit", members)
    rows = mark_rows(repository_id, commits, [*marks, *more], scene.rules.version)
    yield Batch("ai_attribution", rows)
    named = _mentions(read, earlier, repository_id)
    if named.num_rows:
        yield Batch("work_item_mention", named)
    return StageZero(
        read=read,
        landings=landings,
        branches=found,
        releases=releases,
        tally=tally,
        reachable=reachable,
        carried_marks=len(more),
        marked=len({at for at, mark in (*marks, *more) if mark.role == "author" and reachable[at]}),
        own_addresses=own_addresses,
    )


def _unless(whole: bool, earlier: Earlier) -> pa.Table | None:
    return None if whole else earlier.table("account")


def _marks(read: Read, earlier: Earlier) -> list[Mark]:
    if read.whole:
        return read.commits.marks
    return [*earlier_marks(earlier.table("ai_attribution"), read.commits), *read.commits.marks]


def _earlier_landings(scene: Scene, read: Read) -> tuple[dict[int, int | None], frozenset[int]]:
    if read.whole:
        return {}, frozenset()
    index = read.commits.index
    changes = scene.earlier.table("change")
    at = _places(index, changes["landed_commit_id"])
    rebased = pc.equal(changes["landing"].cast(pa.string()), "rebase").to_pylist()
    numbers = zip(at, changes["number"].to_pylist(), rebased, strict=True)
    members = _places(index, scene.earlier.table("change_commit")["commit_id"])
    return {place: None if is_rebased else n for place, n, is_rebased in numbers}, frozenset(
        members
    )


def _places(index: Mapping[str, int], commit_ids: pa.ChunkedArray) -> list[int]:
    return [index[commit_id.rpartition(":")[2]] for commit_id in commit_ids.to_pylist()]


def _heads(commits: Commits, refs: Refs) -> dict[int, int]:
    return {number: commits.index[sha] for number, sha in refs.change_heads.items()}


def _own_addresses(scene: Scene, commits: Commits) -> tuple[str, ...]:
    assert scene.refs.head is not None
    often = often_pulled_from(commits, commits.index[scene.refs.head])
    return tuple(sorted({*scene.situation.addresses, *([often] if often else [])}))


def _count(git: Git, tips: Sequence[str], without: Sequence[str]) -> int:
    asked = "".join((*(f"{sha}\n" for sha in tips), *(f"^{sha}\n" for sha in without)))
    return int(git.run("rev-list", "--count", "--stdin", stdin=asked.encode()))
