"""Lines of code: where they were written, and which change removed them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from trueup.simulate.records.facts import Facts, coded, rows_for, rows_of
from trueup.simulate.records.practice import edited_files, edits_of, practised
from trueup.simulate.teams import DAY, Ints, stream
from trueup.simulate.world import MENDS, NEVER, PLAIN, TAKES_BACK

FILES = 40
MEAN_LIFE_DAYS = 500.0


def line_tables(facts: Facts) -> dict[str, pa.Table]:
    """Return lines and their ends; in detail also the files and sizes of every commit.

    Lines are written of every change: a share of changes that were mended needs those that
    were not.
    """
    changes = facts.changes
    first = np.cumsum(changes.lines) - changes.lines
    found = {
        "line_span": _spans(facts, first),
        "line_death": _deaths(facts, first),
    }
    if facts.scenario.is_detailed:
        found["commit_diff"] = _diffs(facts)
        files = [_files(facts), _further(facts), edited_files(facts)]
        found["commit_file"] = pa.concat_tables(files).unify_dictionaries()
    return found


def _path(facts: Facts, rows: Ints) -> Ints:
    return facts.changes.luck[rows] % FILES


def _paths(folder: str) -> list[str]:
    return [f"{folder}/part_{number:02d}.py" for number in range(FILES)]


def _spans(facts: Facts, first: Ints) -> pa.Table:
    rows = np.arange(first.size)
    return rows_for(
        "line_span",
        rows.size,
        repository_id=coded(facts.changes.team[rows], facts.repository_ids),
        line_id=first[rows],
        line_count=facts.changes.lines[rows],
        commit_id=facts.commit_ids.take(rows_of(rows)),
        path=coded(_path(facts, rows), _paths("src")),
        file_kind="code",
        first_line=1,
    )


def _deaths(facts: Facts, first: Ints) -> pa.Table:
    """Let a mending change remove the first half of the lines, a reverting one or age the rest."""
    changes = facts.changes
    mends, undoes = (np.flatnonzero(changes.kind == kind) for kind in (MENDS, TAKES_BACK))
    half = np.maximum(1, changes.lines // 2)
    parts = [
        (changes.parent[mends], np.zeros(mends.size, np.int64), half[changes.parent[mends]], mends)
    ]
    undone = changes.parent[undoes]
    aged, killers = _aged(facts, undone)
    for gone, killer in ((undone, undoes), (aged, killers)):
        rest = changes.lines[gone] - half[gone]
        parts.append((gone[rest > 0], half[gone][rest > 0], rest[rest > 0], killer[rest > 0]))
    span, offset, count, killer = (np.concatenate(part) for part in zip(*parts, strict=True))
    return rows_for(
        "line_death",
        span.size,
        repository_id=coded(changes.team[span], facts.repository_ids),
        span_line_id=first[span],
        line_offset=offset,
        line_count=count,
        commit_id=facts.commit_ids.take(rows_of(killer)),
    )


def _aged(facts: Facts, undone: Ints) -> tuple[Ints, Ints]:
    """Return changes whose lines the team rewrote in time, and the plain change that did it."""
    changes, random = facts.changes, stream(facts.scenario, 5)
    life = 1 + (MEAN_LIFE_DAYS * DAY * random.standard_exponential(changes.team.size)).astype(
        np.int64
    )
    plain = np.flatnonzero(changes.kind == PLAIN)
    far = np.int64(1) << 53  # larger than any instant here
    key = changes.team * far + changes.landed_at
    place = np.searchsorted(key[plain], key + life)
    killer = np.append(plain, NEVER)[place]
    dies = (killer != NEVER) & (changes.team[killer] == changes.team)
    dies[undone] = False
    return np.flatnonzero(dies), killer[dies]


def _diffs(facts: Facts) -> pa.Table:
    lines = facts.changes.lines
    edited = np.bincount(edits_of(facts).change, minlength=lines.size)
    return rows_for(
        "commit_diff",
        lines.size,
        commit_id=facts.commit_ids,
        repository_id=coded(facts.changes.team, facts.repository_ids),
        file_count=1 + _tested(facts) + _goes_further(facts) + edited,
        lines_added=lines,
        lines_deleted=lines // 3,
        binary_file_count=0,
    )


def _tested(facts: Facts) -> Ints:
    """Say which changes touch tests: the better the foundations, the more.

    Marked ones of teams that do not let agents run them touch hardly any.
    """
    lot = stream(facts.scenario, 6).random(facts.changes.team.size)
    share = facts.teams.foundation[facts.changes.team]
    if facts.scenario.practising is not None:
        untested = facts.changes.is_marked & ~practised(facts, "evaluate", 1)
        share = np.where(untested, 0.1 * share, share)
    return (lot < share).astype(np.int64)


def _goes_further(facts: Facts) -> Ints:
    """Say which changes touch a second file: marked ones of teams whose agents act by themselves.

    Where nothing says how tools are put to work, none does.
    """
    return (facts.changes.is_marked & practised(facts, "orchestrate", 1)).astype(np.int64)


def _further(facts: Facts) -> pa.Table:
    rows = np.flatnonzero(_goes_further(facts))
    return rows_for(
        "commit_file",
        rows.size,
        commit_id=facts.commit_ids.take(rows_of(rows)),
        repository_id=coded(facts.changes.team[rows], facts.repository_ids),
        path=coded((_path(facts, rows) + 1) % FILES, _paths("src")),
        status="M",
        file_kind="code",
        is_binary=False,
        lines_added=0,
        lines_deleted=0,
    )


def _files(facts: Facts) -> pa.Table:
    changes = facts.changes
    tested = np.flatnonzero(_tested(facts))
    every = np.arange(changes.team.size)
    rows = np.concatenate([every, tested])
    is_test = np.arange(rows.size) >= every.size
    of_tests = np.zeros(every.size, dtype=np.int64)
    of_tests[tested] = changes.lines[tested] // 3
    added = np.where(is_test, of_tests[rows], (changes.lines - of_tests)[rows])
    deleted = np.where(is_test, 0, changes.lines[rows] // 3)
    paths = [*_paths("src"), *_paths("tests")]
    return rows_for(
        "commit_file",
        rows.size,
        commit_id=facts.commit_ids.take(rows_of(rows)),
        repository_id=coded(changes.team[rows], facts.repository_ids),
        path=coded(_path(facts, rows) + FILES * is_test, paths),
        status="M",
        file_kind=coded(is_test.astype(np.int64), ["code", "test"]),
        is_binary=False,
        lines_added=added,
        lines_deleted=deleted,
    )
