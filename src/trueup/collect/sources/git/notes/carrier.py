"""Decides, for each note on a commit that did not land itself, where its lines went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trueup.collect.sources.git.notes.carry import (
    ENOUGH_RATIO,
    Added,
    Carried,
    Landing,
    Line,
    added_lines,
    patch_ids,
    same_lines,
    same_patch,
    telling_ratio,
    within_window,
)
from trueup.collect.sources.git.notes.form import NotedLines, runs
from trueup.collect.sources.git.notes.ledger import Ledger, Noted
from trueup.collect.sources.git.process import Git


class Carrier:
    """Carries the notes that hang on commits off the default branch."""

    def __init__(
        self,
        git: Git,
        candidates: list[Landing],
        links: Mapping[str, list[str]],
        ledger: Ledger,
    ) -> None:
        self._git = git
        self._candidates = candidates
        self._links = links
        self._ledger = ledger
        self._claimed: set[tuple[str, str, int]] = set()

    def place(self, away: list[Noted]) -> None:
        """Write every note's rows, the latest commit's first: it knew the lines best."""
        paths = {part.path for note in away for part in note.lines}
        unlinked = {note.sha: self._in_window(note) for note in away if not self._links[note.sha]}
        wanted = {sha for several in (*self._links.values(), *unlinked.values()) for sha in several}
        asked = [*(note.sha for note in away), *sorted(wanted)]
        self._added, unreadable = added_lines(self._git, asked, paths)
        self._ledger.counts["unreadable_commits"] += unreadable
        equal = self._equal_patches(away, unlinked)
        for note in sorted(away, key=lambda one: (-one.committed_at, one.sha)):
            if twin := equal.get(note.sha):
                found = [self._by_patch(note, twin)]
            elif self._links[note.sha]:
                found = list(self._by_content(note, self._links[note.sha]))
            else:
                found = list(self._by_likeness(note, unlinked[note.sha]))
            self._write(note, found)

    def _in_window(self, note: Noted) -> list[str]:
        paths = {part.path for part in note.lines}
        near = within_window(self._candidates, note.committed_at)
        return [landing.sha for landing in near if not paths.isdisjoint(landing.paths)]

    def _equal_patches(
        self, away: list[Noted], unlinked: Mapping[str, list[str]]
    ) -> dict[str, str]:
        """Return noted commit -> landed commit of the same patch id, asking git only on a hint."""
        hints: dict[str, list[str]] = {}
        for note in away:
            ours = _texts(self._added.get(note.sha, {}))
            others = self._links[note.sha] or unlinked[note.sha]
            alike = [sha for sha in others if _texts(self._added.get(sha, {})) == ours]
            if ours and alike:
                hints[note.sha] = alike
        asked = {sha for key, several in hints.items() for sha in (key, *several)}
        patch = patch_ids(self._git, sorted(asked)) if asked else {}
        return {
            noted: twin
            for noted, several in hints.items()
            for twin in reversed(several)
            if noted in patch and patch.get(twin) == patch[noted]
        }

    def _by_patch(self, note: Noted, twin: str) -> Carried:
        lines = same_patch(self._added[note.sha], self._added[twin])
        return Carried(sha=twin, by="patch", lines=lines)

    def _by_content(self, note: Noted, others: list[str]) -> Iterator[Carried]:
        left = self._added_noted(note)
        for sha in others:
            pairs = self._pairs(left, sha)
            if any(pairs.values()):
                yield Carried(sha=sha, by="content", lines=pairs)
            left = {
                path: {n: line for n, line in lines.items() if n not in pairs.get(path, {})}
                for path, lines in left.items()
            }

    def _by_likeness(self, note: Noted, others: list[str]) -> Iterator[Carried]:
        left = self._added_noted(note)
        best, best_found = None, 0
        for sha in others:
            pairs = self._pairs(left, sha)
            counts = [telling_ratio(pairs.get(path, {}), left[path]) for path in left]
            found, telling = sum(c[0] for c in counts), sum(c[1] for c in counts)
            if found > best_found and found >= ENOUGH_RATIO * telling:
                best, best_found = Carried(sha=sha, by="content", lines=pairs), found
        if best is not None:
            yield best

    def _added_noted(self, note: Noted) -> Added:
        added = self._added.get(note.sha, {})
        return {
            path: {n: line for n, line in added.get(path, {}).items() if n in numbers}
            for path, numbers in note.by_path().items()
        }

    def _pairs(self, left: Added, sha: str) -> dict[str, dict[int, int]]:
        landed = self._added.get(sha, {})
        return {
            path: same_lines(lines, landed[path])
            for path, lines in left.items()
            if lines and path in landed
        }

    def _write(self, note: Noted, found: list[Carried]) -> None:
        counts = self._ledger.counts
        written = sum(self._write_one(note, one) for one in found)
        counts["lines_not_added"] += note.count() - sum(map(len, self._added_noted(note).values()))
        counts["lines_lost"] += note.count() - written
        if written:
            counts[f"by_{found[0].by}"] += 1
            return
        counts["lost"] += 1
        counts["lost_unlanded"] += not self._links[note.sha]
        self._ledger.lose(note.sha, note.lines)

    def _write_one(self, note: Noted, one: Carried) -> int:
        """Write the rows of one landing; return how many noted lines it accounts for."""
        accounted = 0
        for part in note.lines:
            pairs = one.lines.get(part.path, {})
            span = range(part.first_line, part.first_line + part.line_count)
            places = sorted({pairs[number] for number in span if number in pairs})
            accounted += len(places)
            fresh = [n for n in places if (one.sha, part.path, n) not in self._claimed]
            self._claimed.update((one.sha, part.path, n) for n in fresh)
            self._ledger.counts["lines_repeated"] += len(places) - len(fresh)
            for first, count in runs(fresh):
                moved = NotedLines(part.path, first, count, part.agent)
                self._ledger.land(note.sha, one.sha, one.by, moved)
        self._ledger.counts[f"lines_by_{one.by}"] += accounted
        return accounted


def _texts(added: Added) -> dict[str, list[Line]]:
    return {path: [lines[n] for n in sorted(lines)] for path, lines in added.items() if lines}
