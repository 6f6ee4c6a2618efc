"""git-ai's notes: which lines an agent wrote, carried to the commits that landed them.

Notes hang on the commits people made; squash and rebase merges land others. So each note
is carried to the landed commit where its lines can be recognised, and what cannot be found
again is counted as lost, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from trueup.collect.attribution import load_rules
from trueup.collect.connector import Progress
from trueup.collect.sources.git.notes import carry
from trueup.collect.sources.git.notes.carrier import Carrier
from trueup.collect.sources.git.notes.form import joined, read_note
from trueup.collect.sources.git.notes.ledger import Ledger, Noted
from trueup.collect.sources.git.notes.summary import NotesSummary
from trueup.collect.sources.git.process import Git, open_lines
from trueup.errors import MalformedRecord, SourceIncomplete

NOTES_REF = "refs/notes/ai"
BLOB_REFS = "refs/ai/authorship"

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?$")

Landed = Callable[[str], str | None] | Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesFound:
    """What the notes of one repository say.

    Parameters
    ----------
    edits
        AI_EDIT rows. Lines are in the numbering of the landed commit; of a lost note only
        their number is kept, by path and agent, and `first_line` is null.
    attributions
        AI_ATTRIBUTION rows of landed commits.
    summary
        What was found and what was lost.
    """

    edits: pa.Table
    attributions: pa.Table
    summary: NotesSummary


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
    ledger = Ledger(repository_id, rules_version or load_rules().version)
    listed = _listing(git)
    progress.stage("git-ai notes", len(listed))
    noted = _readable(git, listed, ledger, progress)
    unreadable = ""
    if noted:
        find = landed.get if isinstance(landed, Mapping) else landed
        unreadable = _place(git, head, find, noted, ledger)
    return NotesFound(
        edits=ledger.edit_table(),
        attributions=ledger.attribution_table(),
        summary=NotesSummary(**ledger.counts, notes=len(listed), unreadable=unreadable),
    )


def _listing(git: Git) -> list[tuple[str, str]]:
    """Return (blob, noted commit) of every note.

    git lists refs by name, so what the notes ref says of a commit replaces its single blob.
    """
    found: dict[str, str] = {}
    refs = git.run("for-each-ref", "--format=%(objectname) %(refname)", BLOB_REFS, NOTES_REF)
    for line in refs.decode("utf-8", "replace").splitlines():
        blob, _, name = line.partition(" ")
        if name == NOTES_REF:
            found.update((commit, note) for note, commit in _tree(git))
        elif _SHA.match(sha := name.rsplit("/", 1)[-1]):
            found[sha] = blob
    return [(blob, commit) for commit, blob in found.items()]


def _tree(git: Git) -> Iterator[tuple[str, str]]:
    for entry in git.run("ls-tree", "-r", "-z", "--full-tree", NOTES_REF).split(b"\0"):
        facts, _, path = entry.partition(b"\t")
        commit = path.replace(b"/", b"").decode("ascii", "replace")
        if _SHA.match(commit):
            yield facts.split()[2].decode(), commit


def _readable(
    git: Git, listed: list[tuple[str, str]], ledger: Ledger, progress: Progress
) -> list[Noted]:
    noted: list[Noted] = []
    for (_, commit), content in zip(listed, _contents(git, listed), strict=True):
        progress.advance(1)
        try:
            lines = read_note(content or b"")
        except MalformedRecord:
            ledger.counts["malformed"] += 1
            continue
        if lines:
            noted.append(Noted(commit, joined(lines)))
        else:
            ledger.counts["without_lines"] += 1
    return noted


def _contents(git: Git, listed: list[tuple[str, str]]) -> Iterator[bytes | None]:
    with (
        open_lines(blob for blob, _ in listed) as names,
        git.stream(["cat-file", "--batch"], stdin=names) as answers,
    ):
        for _ in listed:
            facts = answers.readline().split()
            if len(facts) != 3:
                yield None
                continue
            yield answers.read(int(facts[2]) + 1)[:-1]


def _place(
    git: Git, head: str, find: Callable[[str], str | None], noted: list[Noted], ledger: Ledger
) -> str:
    every, candidates, numbered = carry.landings(git, head)
    dates = _dates(git, [note.sha for note in noted])
    away: list[Noted] = []
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
        Carrier(git, candidates, links, ledger).place(away)
    except SourceIncomplete as error:
        for note in away:
            _lose(note, ledger)
        return error.fact
    return ""


def _links(
    git: Git,
    head: str,
    find: Callable[[str], str | None],
    away: list[Noted],
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


def _stay(note: Noted, ledger: Ledger) -> None:
    ledger.counts["on_head"] += 1
    ledger.counts["lines_on_head"] += note.count()
    for part in note.lines:
        ledger.land(note.sha, note.sha, "same_commit", part)


def _lose(note: Noted, ledger: Ledger) -> None:
    ledger.counts["lost"] += 1
    ledger.counts["lines_lost"] += note.count()
    ledger.lose(note.sha, note.lines)


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
