"""One collection of one repository: what is read again, and in which order it is told."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from trueup.collect.attribution import RuleTable, load_rules
from trueup.collect.connector import Batch, Cursor, Landed, Previous, Request, Reset
from trueup.collect.sources.git.artefact_versions import artefact_versions
from trueup.collect.sources.git.artefacts import artefacts
from trueup.collect.sources.git.clone.refs import Listing, list_refs, read_refs
from trueup.collect.sources.git.clone.situation import Situation, look_around
from trueup.collect.sources.git.coverage import (
    Coverage,
    cover_clone,
    cover_interfaces,
    cover_lines,
    cover_neighbours,
    cover_no_lines,
    cover_notes,
    cover_nothing,
    cover_stage_zero,
)
from trueup.collect.sources.git.cursor import (
    SCHEMA,
    Ended,
    lines_digest,
    read_cursor,
    releases_digest,
)
from trueup.collect.sources.git.earlier import read_earlier
from trueup.collect.sources.git.interfaces.comparing import Comparing
from trueup.collect.sources.git.lines.history import ReplayNeeded, history
from trueup.collect.sources.git.notes.reader import read_notes
from trueup.collect.sources.git.process import Git
from trueup.collect.sources.git.repository import empty_row
from trueup.collect.sources.git.stage_zero import Scene, StageZero, stage_zero
from trueup.collect.sources.git.undone import revert_rows
from trueup.errors import SourceIncomplete

_PATCHES = ("commit_id", "patch_id", "inverse_patch_id", "lines_added", "lines_deleted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an earlier collection left that still holds: its rows, and where it ended."""

    previous: Previous
    ended: Ended


class Collecting:
    """Reads one repository once.

    Parameters
    ----------
    git
        The repository.
    request
        What is asked for, and what an earlier collection left.
    copies
        Folders that hold the same repository and are not read.
    skipped
        Folders that could not be read at all, with the reason.
    """

    def __init__(
        self,
        git: Git,
        request: Request,
        copies: Sequence[str],
        skipped: Sequence[tuple[str, str]],
    ) -> None:
        self._git = git
        self._request = request
        self._copies = copies
        self._skipped = skipped
        self._rules: RuleTable = load_rules(request.settings.attribution.rules)
        self._without_lines = False

    def landed(self) -> Iterator[Landed]:
        """Yield everything that is new, then a cursor.

        Raises
        ------
        SourceIncomplete
            git could not read all of it.
        """
        listing = list_refs(self._git)
        situation = look_around(self._git)
        now = self._ending(listing, situation)
        standing, reset = self._standing(now)
        if standing is not None and standing.ended.same_source(now):
            yield Cursor(standing.ended.words())
            return
        if reset:
            yield Reset(reset)
        addresses: tuple[str, ...] = ()
        if listing.head is None:
            yield from self._nothing(listing, situation)
        else:
            addresses = yield from self._all(listing, situation, standing, now)
        yield Cursor(self._ending(listing, situation, addresses).words())

    def _ending(
        self, listing: Listing, situation: Situation, own_addresses: tuple[str, ...] = ()
    ) -> Ended:
        settings = self._request.settings.git
        mailmap = b""
        if listing.head is not None:
            name = f"{listing.head}:.mailmap"
            mailmap = self._git.run("rev-parse", "-q", "--verify", name, ok=(0, 1, 128))
        return Ended(
            schema=SCHEMA,
            head=listing.head or "",
            branch=listing.branch or "",
            refs=listing.digest,
            rules_version=self._rules.version,
            mailmap=mailmap.decode("ascii", "replace").strip(),
            lines="none" if self._without_lines else lines_digest(settings),
            releases=releases_digest(settings),
            situation=situation.digest,
            own_addresses=own_addresses,
        )

    def _standing(self, now: Ended) -> tuple[Standing | None, str]:
        """Return what still holds, or why nothing does; neither on a first collection."""
        previous = self._request.previous
        if previous is None:
            return None, ""
        ended = read_cursor(previous.cursor)
        if ended is None or not ended.same_lines(now):
            return None, "What is read, or how the clone was made, has changed."
        if ended.head != now.head and not self._goes_on(ended.head, now.head):
            return None, "History was rewritten: what was read last is no longer part of it."
        return Standing(previous=previous, ended=ended), ""

    def _goes_on(self, old: str, new: str) -> bool:
        if not old or not new:
            return False
        asked = "".join(f"{sha}^{{commit}}\n" for sha in (old, new)).encode()
        there = self._git.run("cat-file", "--batch-check", stdin=asked)
        if b"missing" in there:
            return False
        merged = self._git.run("rev-list", "--count", "--max-count=1", old, f"^{new}", "--")
        return int(merged) == 0

    def _nothing(self, listing: Listing, situation: Situation) -> Iterator[Landed]:
        repository_id = self._request.target_id
        yield Batch("repository", empty_row(repository_id, situation, listing.branch))
        coverage = Coverage(repository_id)
        cover_nothing(coverage)
        cover_neighbours(coverage, self._copies, self._skipped)
        yield Batch("coverage", coverage.table())

    def _all(
        self, listing: Listing, situation: Situation, standing: Standing | None, now: Ended
    ) -> Generator[Landed, None, tuple[str, ...]]:
        try:
            return (yield from self._read(self._scene(listing, situation, standing), standing, now))
        except ReplayNeeded:
            yield Reset("The history of lines cannot go on from where it ended.")
        except SourceIncomplete:
            if not situation.is_partial or self._without_lines:
                raise
            yield Reset("The clone lacks what the history of lines needs.")
            self._without_lines = True
        return (yield from self._read(self._scene(listing, situation, None), None, now))

    def _scene(self, listing: Listing, situation: Situation, standing: Standing | None) -> Scene:
        earlier = read_earlier(standing.previous if standing else None)
        return Scene(
            git=self._git,
            request=self._request,
            rules=self._rules,
            refs=read_refs(self._git, listing, earlier.shas),
            situation=situation,
            earlier=earlier,
        )

    def _read(
        self, scene: Scene, standing: Standing | None, now: Ended
    ) -> Generator[Landed, None, tuple[str, ...]]:
        old_head: str | None = None
        addresses: tuple[str, ...] = ()
        if standing is not None and standing.ended.same_meaning(now):
            old_head, addresses = standing.ended.head, standing.ended.own_addresses
        zero = yield from stage_zero(scene, old_head, addresses)
        self._request.progress.tell(zero.first_look())
        coverage = Coverage(scene.repository_id)
        cover_clone(coverage, scene.situation, scene.refs)
        cover_stage_zero(coverage, scene.refs, zero, scene.situation.address)
        diffs = yield from self._lines(scene, zero, standing, coverage)
        rows = revert_rows(self._git, scene.repository_id, zero, scene.earlier, diffs)
        yield Batch("commit_revert", rows)
        yield self._artefacts(scene, zero, coverage)
        yield from self._versions(scene, zero, coverage)
        yield from self._notes(scene, zero, coverage)
        yield from self._interfaces(scene, zero, coverage)
        cover_neighbours(coverage, self._copies, self._skipped)
        coverage.with_earlier(scene.earlier.table("coverage"), messages_too=not zero.read.whole)
        yield Batch("coverage", coverage.table())
        return zero.own_addresses

    def _lines(
        self, scene: Scene, zero: StageZero, standing: Standing | None, coverage: Coverage
    ) -> Generator[Landed, None, list[pa.Table]]:
        """Tell the history of lines, unless the head has not moved; return what reverts need."""
        head = scene.refs.head
        assert head is not None
        if standing is not None and standing.ended.head == head:
            return []
        if self._without_lines:
            cover_no_lines(coverage, sum(zero.reachable))
            return []
        lines = history(
            self._git,
            repository_id=scene.repository_id,
            head=head,
            previous=standing.previous if standing else None,
            old_head=standing.ended.head if standing else None,
            settings=self._request.settings.git,
            progress=self._request.progress,
        )
        diffs: list[pa.Table] = []
        while True:
            try:
                batch = next(lines)
            except StopIteration as end:
                cover_lines(coverage, end.value)
                return diffs
            if batch.table == "commit_diff":
                diffs.append(batch.rows.select(list(_PATCHES)))
            yield batch

    def _artefacts(self, scene: Scene, zero: StageZero, coverage: Coverage) -> Batch:
        """Tell what stands at the head that AI tools read."""
        head, commits = scene.refs.head, zero.commits
        assert head is not None
        at = commits.index[head]
        seen_at = commits.committed_at[at] if commits.sound[at] else None
        found = artefacts(self._git, scene.repository_id, head, seen_at)
        coverage.odd(
            "settings of AI tools not read",
            found.unread,
            "Too many, too large, or missing in the clone: known by their paths alone.",
        )
        return Batch("ai_artefact", found.rows)

    def _versions(self, scene: Scene, zero: StageZero, coverage: Coverage) -> Iterator[Batch]:
        """Tell what stood there before; a clone without trees has its newest state alone."""
        assert scene.refs.head is not None
        subject = "earlier settings of AI tools not read"
        try:
            found = artefact_versions(self._git, scene.repository_id, scene.refs.head, zero.commits)
        except SourceIncomplete:
            if not scene.situation.is_partial:
                raise
            coverage.odd(subject, 1, "The clone lacks trees.", "git fetch --refetch")
            return
        coverage.odd(
            subject, found.unread, "Too many, too large, or missing in the clone: known by path."
        )
        yield Batch("ai_artefact_version", found.rows)

    def _interfaces(self, scene: Scene, zero: StageZero, coverage: Coverage) -> Iterator[Landed]:
        """Compare releases of Python packages, where that was asked for."""
        if not self._request.settings.git.python_interfaces:
            return
        earlier = scene.earlier.table("release_api_change")
        comparing = Comparing(self._git, scene.repository_id, earlier)
        done = comparing.run(zero.commits, zero.releases, self._request.progress)
        if done.rows:
            yield Batch("release_api_change", done.table())
        cover_interfaces(coverage, done)

    def _notes(self, scene: Scene, zero: StageZero, coverage: Coverage) -> Iterator[Landed]:
        commits = zero.commits
        assert scene.refs.head is not None
        landed_as = {commits.shas[at]: commits.shas[to] for at, to in zero.landed_as().items()}
        found = read_notes(
            self._git,
            repository_id=scene.repository_id,
            head=scene.refs.head,
            landed=landed_as,
            progress=self._request.progress,
            rules_version=self._rules.version,
        )
        yield Batch("ai_edit", found.edits)
        if found.attributions.num_rows:
            yield Batch("ai_attribution", found.attributions)
        cover_notes(coverage, found.summary)
