"""What every source behind an interface must keep, asked of it with one line.

In the tests of a source::

    class TestConformance(Conformance):
        case = Case(source=SOURCE, connection=CONNECTION, server=my_server)

Every method is a test of its own under pytest; none needs more than a folder to write to.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from trueup.collect.connector import Batch
from trueup.collect.recorded import Gone, Record, Skipped
from trueup.collect.running.connector import Manner
from trueup.collect.running.merging import in_order, one_per_key
from trueup.errors import CollectError, TrueupError
from trueup.model.tables import TABLES
from trueup.store.rows import canonical, checked, content_digest
from trueup.testing.damage import Damage, damages, planted
from trueup.testing.scripted import Answer, Answering, Broken, Question
from trueup.testing.trial import CANARY, TOKEN, Case, Trial, stopped_after

__all__ = ["Case", "Conformance"]

DAMAGES = int(os.environ.get("TRUEUP_DAMAGES", "400"))
"""Damaged records tried; a tenth as many damaged answers."""

_MOST_STOPS = 25
_NEVER = 1 << 30


class Conformance:
    """The suite; a subclass names its `case`."""

    case: ClassVar[Case]

    def test_every_table_it_fills_names_the_owner_of_a_row(self) -> None:
        """`owners` names columns of tables that can be merged."""
        for table, column in self.case.source.owners.items():
            assert TABLES[table].grows == "replace", f"{table} cannot give rows up"
            assert column in TABLES[table].schema.names, f"{table} has no {column}"

    def test_a_second_visit_brings_nothing_new(self, tmp_path: Path) -> None:
        """Neither records nor rows change, and it asks no more than the first."""
        assert self.case.server is not None or self.case.files
        server = self.case.server() if self.case.server else None
        trial = Trial(self.case, tmp_path)
        first = trial.collect(answering=server)
        digest, kept = trial.digest(), trial.changes_kept()
        assert kept, "the case brings no records"
        second = trial.collect(answering=server)
        assert (trial.digest(), trial.changes_kept()) == (digest, kept)
        assert len(second.asked) <= len(first.asked)

    def test_a_visit_stopped_after_any_page_goes_on_to_the_same_rows(self, tmp_path: Path) -> None:
        """No hole and no duplicate, wherever it stops between two pages."""
        whole = Trial(self.case, tmp_path / "whole")
        counting = stopped_after(self.case.source, _NEVER)
        whole.collect(source=counting)
        pages: int = getattr(counting, "pages")  # noqa: B009 - of the wrapper
        for stop in _spread(pages):
            trial = Trial(self.case, tmp_path / str(stop), like=whole)
            _ends_early(trial, source=stopped_after(self.case.source, stop))
            trial.collect()
            assert trial.digest() == whole.digest(), f"stopped after page {stop} of {pages}"

    def test_a_server_that_dies_at_any_question_costs_nothing(self, tmp_path: Path) -> None:
        """The next visit ends with the rows of a visit nothing happened to."""
        if self.case.server is None:
            return
        whole = Trial(self.case, tmp_path / "whole")
        questions = len(whole.collect().asked)
        for stop in _spread(questions):
            trial = Trial(self.case, tmp_path / str(stop), like=whole)
            _ends_early(trial, answering=_dying(self.case.server(), stop))
            trial.collect()
            assert trial.digest() == whole.digest(), f"died at question {stop} of {questions}"

    def test_all_rows_can_be_made_again_without_the_source(self, tmp_path: Path) -> None:
        """Raw records are enough."""
        trial = Trial(self.case, tmp_path)
        trial.collect()
        digest = trial.digest()
        trial.forget("segments", "generations", "format")
        asked = trial.collect(answering=_nobody_asked, manner=Manner(is_offline=True)).asked
        assert (trial.digest(), asked) == (digest, [])

    def test_a_visit_that_lists_everything_takes_nothing_away_that_is_there(
        self, tmp_path: Path
    ) -> None:
        """Reconciling with a source in which nothing changed changes nothing."""
        trial = Trial(self.case, tmp_path)
        trial.collect()
        digest = trial.digest()
        trial.collect(manner=Manner(is_reconciling=True))
        assert trial.digest() == digest

    def test_rows_depend_on_records_and_not_on_their_order(self, tmp_path: Path) -> None:
        """Read twice, or in any order, the same records give the same rows and skips."""
        trial = self._collected(tmp_path)
        for target, records in _by_target(trial):
            first = _Read(trial, target, records).summary()
            for seed in range(3):
                shuffled = random.Random(seed).sample(records, len(records))  # noqa: S311 - a seed
                assert _Read(trial, target, shuffled).summary() == first

    def test_damaged_records_are_read_or_counted(self, tmp_path: Path) -> None:
        """No damage ends a reading; what it costs is counted; optional fields cost no record."""
        trial = self._collected(tmp_path)
        kept = [one for one in trial.records() if one[1].body is not None]
        each = max(1, DAMAGES // max(1, len(kept)))
        for number, (target, record) in enumerate(kept):
            sound = _Read(trial, target, [record])
            for damage in damages(record.body, number, each):
                body = _as_kept(damage.payload)
                found = _Read(trial, target, [replace(record, body=body)])
                if sound.has_rows() and not found.has_rows():
                    assert found.skips, f"{_where(record, damage)}: lost and not counted"
                needed = self.case.needed.get(record.kind)
                if needed is not None and not any(map(damage.touches, needed)):
                    lost = [skip for skip in found.skips if skip.is_whole]
                    assert not lost, f"{_where(record, damage)}: lost ({lost[0].reason})"

    def test_damaged_answers_end_no_visit_without_a_reason(self, tmp_path: Path) -> None:
        """A damaged item of an answer is lived with, or refused for a reason the source knows."""
        if self.case.server is None:
            return
        trial = Trial(self.case, tmp_path)
        questions = len(trial.collect().asked)
        for seed in range(max(10, DAMAGES // 10)):
            trial.forget("raw")
            spoilt = _Spoiling(self.case.server(), seed % questions, seed)
            cause = _defect(trial, spoilt)
            assert cause is None, f"{spoilt.where}: {cause!r}"

    def test_no_text_reaches_raw_records_or_rows(self, tmp_path: Path) -> None:
        """Titles, bodies and comments are measured at the door and dropped there."""
        if self.case.server is None or self.case.source.server is None:
            return
        trial = Trial(self.case, tmp_path)
        trial.collect(answering=_planting(self.case.server(), self.case.source.server.texts))
        assert trial.places_of(CANARY) == []

    def test_no_token_reaches_anything_that_is_kept_or_said(self, tmp_path: Path) -> None:
        """Not even where the server repeats it."""
        if self.case.server is None:
            return
        trial = Trial(self.case, tmp_path)
        carrier = trial.collect(answering=_echoing(self.case.server()))
        said = [f"{dict(question.headers)} {question.body}" for question in carrier.asked]
        assert not carrier.asked or any(TOKEN in line or "Basic" in line for line in said)
        _ends_early(trial, answering=_refusing)
        assert trial.places_of(TOKEN) == []

    def _collected(self, folder: Path) -> Trial:
        trial = Trial(self.case, folder)
        trial.collect()
        return trial


class _Read:
    """What a source made of records; every row is held against its table."""

    def __init__(self, trial: Trial, target: tuple[str, str], records: list[Record]) -> None:
        self.skips: list[Skipped] = []
        self._rows: dict[str, list[pa.Table]] = {}
        self._gone: list[Gone] = []
        for normalised in trial.case.source.normalise(records, trial.reading(target)):
            match normalised:
                case Batch(table, rows):
                    assert table in trial.case.source.owners, f"{table} has no owner"
                    self._rows.setdefault(table, []).append(checked(TABLES[table], rows))
                case Skipped():
                    assert normalised.reason, f"{normalised.kind} is skipped for no reason"
                    self.skips.append(normalised)
                case Gone():
                    self._gone.append(normalised)

    def has_rows(self) -> bool:
        """Say whether there is any row."""
        return any(rows.num_rows for batches in self._rows.values() for rows in batches)

    def summary(self) -> dict[str, Any]:
        """Return everything, independent of its order."""
        digests = {}
        for table, batches in self._rows.items():
            rows = in_order(TABLES[table], pa.concat_tables(batches))
            whole, _ = one_per_key(TABLES[table], rows)
            digests[table] = content_digest(canonical(whole))
        skips = sorted((s.kind, s.key, s.reason, s.is_whole) for s in self.skips)
        return {"rows": digests, "skips": skips, "gone": sorted(map(str, self._gone))}


def _by_target(trial: Trial) -> Iterator[tuple[tuple[str, str], list[Record]]]:
    found: dict[tuple[str, str], list[Record]] = {}
    for target, record in trial.records():
        found.setdefault(target, []).append(record)
    yield from found.items()


def _spread(count: int) -> list[int]:
    """Return up to `_MOST_STOPS` numbers below `count`, spread over all of them."""
    step = max(1, -(-count // _MOST_STOPS))
    return list(range(0, count, step))


def _ends_early(trial: Trial, **how: Any) -> None:
    try:
        trial.collect(**how)
    except CollectError:
        return
    raise AssertionError("the visit went on to its end")


def _defect(trial: Trial, answering: Answering) -> BaseException | None:
    """Return what a visit stumbled over, where it is no refusal of its own."""
    try:
        trial.visit(answering)
    except CollectError as error:
        is_refusal = error.__cause__ is None or isinstance(error.__cause__, TrueupError)
        return None if is_refusal or "JSON" in error.fact else error.__cause__
    return None


def _as_kept(body: Any) -> Mapping[str, Any]:
    """Return a body as an archive gives it back."""
    text = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    kept: Mapping[str, Any] = json.loads(text)
    return kept


def _where(record: Record, damage: Damage) -> str:
    path = ".".join(map(str, damage.path))
    return f"{record.kind} {record.key}, {path} damaged ({damage.kind})"


def _dying(answering: Answering, after: int) -> Answering:
    left = [after]

    def answer(question: Question) -> Answer:
        if left[0] == 0:
            raise Broken("the server has died")
        left[0] -= 1
        return answering(question)

    return answer


class _Spoiling:
    """Damages one answer, below its envelope: an item of a list, where it holds one."""

    def __init__(self, answering: Answering, number: int, seed: int) -> None:
        self.where = ""
        self._answering = answering
        self._left = number
        self._seed = seed

    def __call__(self, question: Question) -> Answer:
        answer = self._answering(question)
        self._left -= 1
        if self._left == -1:
            for damage in damages(answer.body, self._seed, 1, below=_envelope(answer.body)):
                path = ".".join(map(str, damage.path))
                self.where = f"{question.method} {question.path}, {path} ({damage.kind})"
                return replace(answer, body=damage.payload)
        return answer


def _envelope(body: Any) -> int:
    """Return how deep the first list of a body lies, its items included."""
    depth, level = 0, [body]
    while level and not any(isinstance(node, list) for node in level):
        level = [v for node in level if isinstance(node, dict) for v in node.values()]
        depth += 1
    return depth + 1 if level else 1


def _planting(answering: Answering, keys: frozenset[str]) -> Answering:
    def answer(question: Question) -> Answer:
        sound = answering(question)
        return replace(sound, body=planted(sound.body, keys, CANARY))

    return answer


def _echoing(answering: Answering) -> Answering:
    """Repeat the token in every object of every answer."""

    def answer(question: Question) -> Answer:
        sound = answering(question)
        seen = f"{question.headers} {question.body}"
        return replace(sound, body=_with_echo(sound.body, seen))

    return answer


def _with_echo(node: Any, seen: str) -> Any:
    if isinstance(node, dict):
        return {**{key: _with_echo(value, seen) for key, value in node.items()}, "echo": seen}
    return [_with_echo(item, seen) for item in node] if isinstance(node, list) else node


def _refusing(question: Question) -> Answer:
    return Answer(status=401, body={"message": f"Bad credentials: {question.headers}"})


def _nobody_asked(question: Question) -> Answer:
    raise AssertionError(f"the source was asked for {question.path}")
