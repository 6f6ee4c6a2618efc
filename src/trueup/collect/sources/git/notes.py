"""git-ai's notes: which lines an agent wrote, carried to the commits that landed them.

Notes hang on the commits people made; squash and rebase merges land others. So each note
is carried to the landed commit where its lines can be recognised, and what cannot be found
again is counted as lost, never guessed.
"""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import pyarrow as pa

from trueup.collect.attribution import load_rules
from trueup.collect.connector import Progress
from trueup.collect.sources.git import note_carry as carry
from trueup.collect.sources.git.note_format import Agent, NotedLines, read_note, runs
from trueup.collect.sources.git.process import Git
from trueup.errors import MalformedRecord, SourceIncomplete
from trueup.model.tables import AI_ATTRIBUTION, AI_EDIT

NOTES_REF = "refs/notes/ai"
BLOB_REFS = "refs/ai/authorship"

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?$")
_PROBABILITY = {"same_commit": 1.0, "patch": 0.99, "content": 0.9}

Landed = Callable[[str], str | None] | Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesSummary:
    """How many notes and noted lines there are, and what became of them.

    Parameters
    ----------
    notes
        Found under `NOTES_REF` and `BLOB_REFS`.
    malformed, on_missing_commits
        Notes that cannot be read; notes whose commit is not in this clone.
    without_lines
        Notes that book no line to an agent.
    on_head, by_patch, by_content, lost
        Notes with lines: on a commit that landed itself, carried by equal patch, carried
        by lines, found nowhere. Notes on missing commits count as lost.
    lines
        Lines booked to agents, on whatever commit.
    lines_on_head, lines_by_patch, lines_by_content, lines_lost
        What became of them.
    lines_repeated
        Of those carried: lines already carried from a later noted commit, so not
        counted twice in AI_EDIT.
    unreadable
        What git said when contents could not be read, so that nothing was carried; else empty.
    """

    notes: int = 0
    malformed: int = 0
    on_missing_commits: int = 0
    without_lines: int = 0
    on_head: int = 0
    by_patch: int = 0
    by_content: int = 0
    lost: int = 0
    lines: int = 0
    lines_on_head: int = 0
    lines_by_patch: int = 0
    lines_by_content: int = 0
    lines_lost: int = 0
    lines_repeated: int = 0
    unreadable: str = ""

    @property
    def loss_ratio(self) -> float | None:
        """Share of notes with lines that reach no landed commit; None without any."""
        return _ratio(self.lost, self._with_lines)

    @property
    def loss_ratio_before_carrying(self) -> float | None:
        """The same, had only notes on landed commits been read."""
        return _ratio(self._with_lines - self.on_head, self._with_lines)

    @property
    def line_loss_ratio(self) -> float | None:
        """Share of noted lines found in no landed commit; None without any."""
        return _ratio(self.lines_lost, self.lines)

    @property
    def line_loss_ratio_before_carrying(self) -> float | None:
        """The same, had only notes on landed commits been read."""
        return _ratio(self.lines - self.lines_on_head, self.lines)

    @property
    def _with_lines(self) -> int:
        return self.on_head + self.by_patch + self.by_content + self.lost


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesFound:
    """What the notes of one repository say.

    Parameters
    ----------
    edits
        AI_EDIT rows. Lines of a carried note are in the numbering of the landed commit,
        lines of a lost one in that of the noted commit.
    attributions
        AI_ATTRIBUTION rows of landed commits.
    summary
        What was found and what was lost.
    """

    edits: pa.Table
    attributions: pa.Table
    summary: NotesSummary


@dataclass(slots=True)
class _Noted:
    """One readable note with lines."""

    sha: str
    lines: list[NotedLines]
    committed_at: int = 0

    def count(self) -> int:
        return sum(part.line_count for part in self.lines)

    def by_path(self) -> dict[str, set[int]]:
        numbers: dict[str, set[int]] = defaultdict(set)
        for part in self.lines:
            numbers[part.path].update(range(part.first_line, part.first_line + part.line_count))
        return numbers


@dataclass(slots=True)
class _Ledger:
    """Rows and counts while they grow."""

    repository_id: str
    rules_version: str
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    edits: list[dict[str, Any]] = field(default_factory=list)
    marks: dict[tuple[str, str, Agent], None] = field(default_factory=dict)

    def edit(self, noted: str, landed: str | None, by: str | None, part: NotedLines) -> None:
        self.edits.append(
            {
                "repository_id": self.repository_id,
                "noted_commit_id": self.commit_id(noted),
                "commit_id": None if landed is None else self.commit_id(landed),
                "carried_by": by,
                "path": part.path,
                "first_line": part.first_line,
                "line_count": part.line_count,
                "tool": part.agent.tool,
                "model": part.agent.model,
                "session_id": part.agent.session_id,
            }
        )
        if landed is not None and by is not None:
            self.marks[landed, by, part.agent] = None

    def commit_id(self, sha: str) -> str:
        return f"{self.repository_id}:{sha}"

    def attributions(self) -> list[dict[str, Any]]:
        return [
            {
                "repository_id": self.repository_id,
                "target_kind": "commit",
                "target_id": self.commit_id(sha),
                "tool": agent.tool,
                "model": agent.model,
                "role": "author",
                "rule_id": "git-ai-note" if by == "same_commit" else "git-ai-note-carried",
                "rules_version": self.rules_version,
                "session_id": agent.session_id,
                "probability": _PROBABILITY[by],
            }
            for sha, by, agent in self.marks
        ]


def read_notes(
    git: Git,
    *,
    repository_id: str,
    head: str,
    landed: Landed,
    progress: Progress,
    rules_version: str | None = None,
) -> NotesFound:
    """Read every git-ai note and carry it to the commit that landed its lines.

    Parameters
    ----------
    git
        The repository.
    repository_id
        Goes before every sha.
    head
        Sha of the default branch's tip.
    landed
        The commit that landed a commit of a change, where that is known; may be empty.
    progress
        Told how many notes are read.
    rules_version
        Version of the rule table in use; the shipped one's when not given.

    Raises
    ------
    SourceIncomplete
        git cannot list or read the notes themselves.
    """
    ledger = _Ledger(repository_id, rules_version or load_rules().version)
    listed = _listing(git)
    progress.stage("git-ai notes", len(listed))
    noted = _readable(git, listed, ledger, progress)
    unreadable = ""
    if noted:
        find = landed.get if isinstance(landed, Mapping) else landed
        unreadable = _place(git, head, find, noted, ledger)
    return NotesFound(
        edits=pa.Table.from_pylist(ledger.edits, schema=AI_EDIT.schema),
        attributions=pa.Table.from_pylist(ledger.attributions(), schema=AI_ATTRIBUTION.schema),
        summary=NotesSummary(**ledger.counts, notes=len(listed), unreadable=unreadable),
    )


def _listing(git: Git) -> list[tuple[str, str]]:
    """Return (blob, noted commit) of every note; the notes ref goes before single blobs."""
    found: dict[str, str] = {}
    refs = git.run("for-each-ref", "--format=%(objectname) %(refname)", BLOB_REFS, NOTES_REF)
    for line in refs.decode("utf-8", "replace").splitlines():
        blob, _, name = line.partition(" ")
        if name == NOTES_REF:
            found.update((commit, note) for note, commit in _tree(git))
        elif _SHA.match(sha := name.rsplit("/", 1)[-1]):
            found.setdefault(sha, blob)
    return [(blob, commit) for commit, blob in found.items()]


def _tree(git: Git) -> Iterator[tuple[str, str]]:
    for entry in git.run("ls-tree", "-r", "-z", "--full-tree", NOTES_REF).split(b"\0"):
        facts, _, path = entry.partition(b"\t")
        commit = path.replace(b"/", b"").decode("ascii", "replace")
        if _SHA.match(commit):
            yield facts.split()[2].decode(), commit


def _readable(
    git: Git, listed: list[tuple[str, str]], ledger: _Ledger, progress: Progress
) -> list[_Noted]:
    noted: list[_Noted] = []
    for (_, commit), content in zip(listed, _contents(git, listed), strict=True):
        progress.advance(1)
        try:
            if content is None:
                raise MalformedRecord("The note's text is not in this clone.")
            lines = read_note(content)
        except MalformedRecord:
            ledger.counts["malformed"] += 1
            continue
        if lines:
            noted.append(_Noted(commit, lines))
        else:
            ledger.counts["without_lines"] += 1
    return noted


def _contents(git: Git, listed: list[tuple[str, str]]) -> Iterator[bytes | None]:
    with _stdin(blob for blob, _ in listed) as names:
        with git.stream(["cat-file", "--batch"], stdin=names) as answers:
            for _ in listed:
                facts = answers.readline().split()
                if len(facts) != 3:
                    yield None
                    continue
                yield answers.read(int(facts[2]) + 1)[:-1]


def _place(
    git: Git, head: str, find: Callable[[str], str | None], noted: list[_Noted], ledger: _Ledger
) -> str:
    every, candidates, numbered = carry.landings(git, head)
    dates = _dates(git, [note.sha for note in noted])
    away: list[_Noted] = []
    for note in noted:
        ledger.counts["lines"] += note.count()
        if note.sha in every:
            _stay(note, ledger)
        elif note.sha in dates:
            note.committed_at = dates[note.sha]
            away.append(note)
        else:
            ledger.counts["on_missing_commits"] += 1
            _lose(note, ledger)
    if not away:
        return ""
    try:
        links = _links(git, head, find, away, numbered)
        _Carrier(git, candidates, links, ledger).carry(away)
    except SourceIncomplete as error:
        for note in away:
            _lose(note, ledger)
        return error.fact
    return ""


def _links(
    git: Git,
    head: str,
    find: Callable[[str], str | None],
    away: list[_Noted],
    numbered: Mapping[int, list[str]],
) -> dict[str, list[str]]:
    """Return, for each note, the commits that landed the change it belongs to."""
    pulls = carry.pulls_of(git, head, {note.sha for note in away})
    links: dict[str, list[str]] = {}
    for note in away:
        told = find(note.sha)
        named = [sha for number in pulls.get(note.sha, ()) for sha in numbered.get(number, ())]
        links[note.sha] = list(dict.fromkeys(([told] if told else []) + named))
    return links


class _Carrier:
    """Carries the notes that hang on commits off the default branch."""

    def __init__(
        self,
        git: Git,
        candidates: list[carry.Landing],
        links: Mapping[str, list[str]],
        ledger: _Ledger,
    ) -> None:
        self._git = git
        self._candidates = candidates
        self._links = links
        self._ledger = ledger
        self._claimed: set[tuple[str, str, int]] = set()

    def carry(self, away: list[_Noted]) -> None:
        """Write every note's rows, the latest commit's first: it knew the lines best."""
        paths = {part.path for note in away for part in note.lines}
        unlinked = {note.sha: self._in_window(note) for note in away if not self._links[note.sha]}
        wanted = {sha for several in (*self._links.values(), *unlinked.values()) for sha in several}
        self._added = carry.added_lines(
            self._git, [*(note.sha for note in away), *sorted(wanted)], paths
        )
        equal = self._equal_patches(away, unlinked)
        for note in sorted(away, key=lambda one: (-one.committed_at, one.sha)):
            if twin := equal.get(note.sha):
                found = [self._by_patch(note, twin)]
            elif self._links[note.sha]:
                found = list(self._by_content(note, self._links[note.sha]))
            else:
                found = list(self._by_likeness(note, unlinked[note.sha]))
            self._write(note, found)

    def _in_window(self, note: _Noted) -> list[str]:
        paths = {part.path for part in note.lines}
        near = carry.within_window(self._candidates, note.committed_at)
        return [landing.sha for landing in near if not paths.isdisjoint(landing.paths)]

    def _equal_patches(
        self, away: list[_Noted], unlinked: Mapping[str, list[str]]
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
        patch = carry.patch_ids(self._git, sorted(asked)) if asked else {}
        return {
            noted: twin
            for noted, several in hints.items()
            for twin in reversed(several)
            if noted in patch and patch.get(twin) == patch[noted]
        }

    def _by_patch(self, note: _Noted, twin: str) -> carry.Carried:
        noted, landed = self._added[note.sha], self._added[twin]
        return carry.Carried(
            sha=twin, by="patch", lines=carry.same_patch(noted, landed, note.by_path())
        )

    def _by_content(self, note: _Noted, others: list[str]) -> Iterator[carry.Carried]:
        left = self._added_noted(note)
        for sha in others:
            pairs = self._pairs(left, sha)
            if any(pairs.values()):
                yield carry.Carried(sha=sha, by="content", lines=pairs)
            left = {
                path: {n: line for n, line in lines.items() if n not in pairs.get(path, {})}
                for path, lines in left.items()
            }

    def _by_likeness(self, note: _Noted, others: list[str]) -> Iterator[carry.Carried]:
        left = self._added_noted(note)
        best, best_found = None, 0
        for sha in others:
            pairs = self._pairs(left, sha)
            counts = [carry.telling_ratio(pairs.get(path, {}), left[path]) for path in left]
            found, telling = sum(c[0] for c in counts), sum(c[1] for c in counts)
            if found > best_found and found >= carry.ENOUGH_RATIO * telling:
                best, best_found = carry.Carried(sha=sha, by="content", lines=pairs), found
        if best is not None:
            yield best

    def _added_noted(self, note: _Noted) -> carry.Added:
        added = self._added.get(note.sha, {})
        return {
            path: {n: line for n, line in added.get(path, {}).items() if n in numbers}
            for path, numbers in note.by_path().items()
        }

    def _pairs(self, left: carry.Added, sha: str) -> dict[str, dict[int, int]]:
        landed = self._added.get(sha, {})
        return {
            path: carry.same_lines(lines, landed[path])
            for path, lines in left.items()
            if lines and path in landed
        }

    def _write(self, note: _Noted, found: list[carry.Carried]) -> None:
        counts = self._ledger.counts
        written = sum(self._write_one(note, one) for one in found)
        counts["lines_lost"] += note.count() - written
        if not written:
            counts["lost"] += 1
            for part in note.lines:
                self._ledger.edit(note.sha, None, None, part)
        else:
            counts[f"by_{found[0].by}"] += 1

    def _write_one(self, note: _Noted, one: carry.Carried) -> int:
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
                self._ledger.edit(note.sha, one.sha, one.by, moved)
        self._ledger.counts[f"lines_by_{one.by}"] += accounted
        return accounted


def _stay(note: _Noted, ledger: _Ledger) -> None:
    ledger.counts["on_head"] += 1
    ledger.counts["lines_on_head"] += note.count()
    for part in note.lines:
        ledger.edit(note.sha, note.sha, "same_commit", part)


def _lose(note: _Noted, ledger: _Ledger) -> None:
    ledger.counts["lost"] += 1
    ledger.counts["lines_lost"] += note.count()
    for part in note.lines:
        ledger.edit(note.sha, None, None, part)


def _texts(added: carry.Added) -> dict[str, list[carry.Line]]:
    return {path: [lines[n] for n in sorted(lines)] for path, lines in added.items() if lines}


def _dates(git: Git, shas: list[str]) -> dict[str, int]:
    """Return the committer instant, in epoch seconds, of those commits that are here."""
    asked = "".join(f"{sha}\n" for sha in shas).encode()
    here = git.run("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked)
    present = [line[:-7] for line in here.decode().splitlines() if line.endswith(" commit")]
    listed = "".join(f"{sha}\n" for sha in present).encode()
    if not present:
        return {}
    lines = git.run("log", "--no-walk=unsorted", "--format=%H %ct", "--stdin", stdin=listed)
    return {sha: int(at) for sha, at in (line.split() for line in lines.decode().splitlines())}


def _stdin(names: Iterator[str]) -> IO[bytes]:
    listed = tempfile.TemporaryFile()
    listed.write("".join(f"{name}\n" for name in names).encode())
    listed.seek(0)
    return listed


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
