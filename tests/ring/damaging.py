"""Damages what servers answer, item by item, and judges what became of each.

A mutated payload is one item of an answer (a change, a page's note, an entry of a history) with
one damage of `trueup.testing.damage` in it. Three things must hold: nothing is raised but a
refusal that says why; what is lost is counted; a record damaged in no field it needs has its row.
"""

from __future__ import annotations

import json
import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from tests.ring.serving import servers
from trueup.collect.catalogue import find_source
from trueup.collect.connector import Batch
from trueup.collect.recorded import Skipped
from trueup.config import Connection
from trueup.errors import CollectError, TrueupError
from trueup.simulate.payloads import files, jira
from trueup.simulate.payloads.story import Organisation
from trueup.store.warehouse import Warehouse
from trueup.testing.damage import Damage, damages
from trueup.testing.scripted import Answer, Answering, Question
from trueup.testing.trial import Case, Trial

Key = tuple[str, str]
"""Kind and key of the record an item belongs to."""
Found = Iterator[tuple[list[Any], int, Key]]
"""Lists of an answer, places in them, and whose record stands there."""

SOURCES = ("github", "gitlab", "jira", "pagerduty", "events")
MAIN = {
    "change": "change",
    "run": "pipeline_run",
    "deployment": "deployment",
    "issue": "work_item",
    "incident": "incident",
    "person": "account",
    "team": "team",
}
"""Table in which a record of a kind has a row."""
NEEDED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "github": {"change": ("number", "id"), "run": ("id",), "deployment": ("id", "node_id")},
    "gitlab": {
        "change": ("iid", "id", "updated_at"),
        "run": ("id", "iid", "updated_at"),
        "deployment": ("id", "iid", "updated_at"),
    },
    "jira": {"issue": ("id",)},
    "pagerduty": {"incident": ("id", "service")},
    "events": {"person": ("email", "kind"), "team": ("person", "team", "kind")},
}
"""Fields without which an item has no name, or no place in the order it is listed in."""


@dataclass(kw_only=True)
class Verdict:
    """What became of mutated payloads.

    Parameters
    ----------
    wrong
        Damages after which something did not hold.
    counts
        How many were mutated, landed, skipped and counted, refused with a reason.
    """

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Verdict) -> None:
        """Add another's."""
        self.counts += other.counts
        self.wrong += other.wrong


@dataclass(kw_only=True)
class Damaging:
    """Stands before a server, and damages one item in so many."""

    answering: Answering
    items: Callable[[Question, Any], Found]
    seed: int
    ratio: float = 1.0
    done: list[tuple[Key, Damage]] = field(default_factory=list)

    def answer(self, question: Question) -> Answer:
        """Answer with damage."""
        answer = self.answering(question)
        body = json.loads(json.dumps(answer.body)) if not isinstance(answer.body, bytes) else None
        for holder, place, key in self.items(question, body) if body is not None else ():
            item = holder[place]
            seed = zlib.crc32(f"{self.seed} {key} {question.path} {place}".encode())
            if random.Random(seed).random() >= self.ratio:
                continue
            for damage in damages(item, seed, 1):
                holder[place] = damage.payload
                self.done.append((key, damage))
        return answer if body is None else replace(answer, body=body)


def judged(told: Organisation, source: str, folder: Path, *, payloads: int) -> Verdict:
    """Collect from a damaging server until so many payloads were mutated.

    Each collection has a workspace of its own.
    """
    verdict = Verdict()
    sound = Trial(case_of(told, source), folder / source / "sound")
    sound.collect()
    for seed in count():
        if verdict.counts["mutated"] >= payloads:
            break
        verdict.add(_judged_once(told, source, sound, folder / source / str(seed), seed))
    return verdict


def case_of(told: Organisation, source: str, content: Mapping[str, bytes] | None = None) -> Case:
    """Return a source and its server, or its files, with everything the story tells."""
    if source == "events":
        connection = Connection(source=source, targets=(".",))
        return Case(
            source=find_source(source),
            connection=connection,
            files=files.events(told) if content is None else content,
        )
    targets = {"jira": tuple(jira.projects(told).values()), "pagerduty": ("*",)}
    return Case(
        source=find_source(source),
        connection=Connection(
            source=source,
            url="https://acme.atlassian.net" if source == "jira" else "",
            targets=targets.get(source, ("acme/*",)),
            user="a@example.org" if source == "jira" else "",
        ),
        server=lambda: answering(told, source),
    )


def answering(told: Organisation, source: str) -> Answering:
    """Return the server of a source, at its vendor's own address."""
    there = servers(told)
    there.github.prefix, there.github.graphql_path = "", "/graphql"
    return there.by_source()[source]


def _judged_once(told: Organisation, source: str, sound: Trial, folder: Path, seed: int) -> Verdict:
    verdict = Verdict()
    if source == "events":
        lines = _Lines(seed)
        trial = Trial(case_of(told, source, lines.spoilt(files.events(told))), folder)
        done = lines.done
        answers: Answering | None = None
    else:
        damaging = Damaging(
            answering=answering(told, source), items=_ITEMS[source], seed=seed, ratio=0.5
        )
        trial, done, answers = Trial(sound.case, folder), damaging.done, damaging.answer
    try:
        trial.collect(answering=answers)
    except CollectError as error:
        cause = error.__cause__
        if cause is not None and not isinstance(cause, TrueupError):
            verdict.wrong.append(f"{source} {seed}: {cause!r}")
        verdict.counts["refused"] += 1
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        verdict.wrong.append(f"{source} {seed}: {error!r}")
    verdict.counts["mutated"] += len(done)
    _look(source, sound, trial, done, verdict)
    try:
        trial.collect()
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        verdict.wrong.append(f"{source} {seed}, when nothing is damaged any more: {error!r}")
    return verdict


def _look(
    source: str, sound: Trial, trial: Trial, done: list[tuple[Key, Damage]], verdict: Verdict
) -> None:
    """Hold every record of the sound workspace against the damaged one."""
    there = {(r.kind, r.key): (target, r) for target, r in trial.records()}
    hurt: dict[Key, list[Damage]] = {}
    for key, damage in done:
        hurt.setdefault(key, []).append(damage)
    lost = renamed = 0
    for _, record in sound.records():
        key = (record.kind, record.key)
        if key not in hurt:
            continue
        where = f"{source} {key}: {[(d.path, d.kind) for d in hurt[key]][:3]}"
        needed = NEEDED[source].get(record.kind, ())
        is_optional = not any(d.touches(n) for d in hurt[key] for n in needed)
        if key not in there:
            names = {str(d.payload.get(n)) for d in hurt[key] for n in needed if d.path == (n,)}
            renamed += any((record.kind, name) in there for name in names)
            lost += 1
            if is_optional:
                verdict.wrong.append(f"{where}: lost at the door")
            continue
        target, kept = there[key]
        tables, skips = _read(trial, target, kept)
        if MAIN.get(record.kind, "") in tables:
            verdict.counts["landed"] += 1
        elif is_optional:
            verdict.wrong.append(f"{where}: no row ({[s.reason for s in skips]})")
        elif not skips:
            verdict.wrong.append(f"{where}: no row, and not counted")
        else:
            verdict.counts["skipped and counted"] += 1
    verdict.counts["lost at the door"] += lost
    said = _skipped(trial)
    verdict.counts["under another name"] += renamed
    verdict.counts["counted in coverage"] += said
    if lost > said + renamed:
        told = f"{said} counted, {renamed} under another name"
        verdict.wrong.append(f"{source}: {lost} lost at the door, {told}")


def _read(trial: Trial, target: tuple[str, str], record: Any) -> tuple[set[str], list[Skipped]]:
    tables: set[str] = set()
    skips: list[Skipped] = []
    for one in trial.case.source.normalise([record], trial.reading(target)):
        if isinstance(one, Batch) and one.rows.num_rows:
            tables.add(one.table)
        elif isinstance(one, Skipped):
            skips.append(one)
    return tables, skips


def _skipped(trial: Trial) -> int:
    """Return how many whole items coverage says were left out."""
    with Warehouse.open(trial.folder).tables() as tables:
        rows = tables.arrow("coverage").to_pylist()
    whole = [row for row in rows if not row["subject"].startswith(("parts of ", "cells of "))]
    return sum(row["skipped"] or 0 for row in whole)


class _Lines:
    """Damages lines of JSON."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.done: list[tuple[Key, Damage]] = []

    def spoilt(self, content: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return files with a damage in every second line."""
        return {name: b"".join(self._each(text)) for name, text in content.items()}

    def _each(self, text: bytes) -> Iterator[bytes]:
        for number, line in enumerate(text.splitlines()):
            said = json.loads(line)
            key = ("person", said["email"]) if "email" in said else ("team", said["team"])
            if (number + self._seed) % 2 == 0:
                for damage in damages(said, self._seed * 1_000_003 + number, 1):
                    self.done.append((key, damage))
                    said = damage.payload
            yield json.dumps(said).encode() + b"\n"


def _all(holder: Any, key: Callable[[Any], Key]) -> Found:
    for place, item in enumerate(holder if isinstance(holder, list) else ()):
        if isinstance(item, dict):
            yield holder, place, key(item)


def _of_one(holder: Any, key: Key) -> Found:
    return _all(holder, lambda _: key)


def _of_github(question: Question, body: Any) -> Found:
    if question.path == "/graphql":
        data = body["data"]
        one = (data.get("repository") or {}).get("items", {}) if "repository" in data else data
        nodes = [n for n in one.get("nodes", ()) if isinstance(n, dict) and "timelineItems" in n]
        if nodes:
            yield from _all(one["nodes"], lambda item: ("change", str(item["number"])))
    elif question.path.endswith("/actions/runs"):
        yield from _all(body["workflow_runs"], lambda item: ("run", str(item["id"])))
    elif question.path.endswith("/deployments"):
        yield from _all(body, lambda item: ("deployment", str(item["id"])))


def _of_gitlab(question: Question, body: Any) -> Found:
    last = question.path.split("/")
    kinds = {"merge_requests": "change", "pipelines": "run", "deployments": "deployment"}
    if last[-1] in kinds:
        name = "iid" if last[-1] == "merge_requests" else "id"
        yield from _all(body, lambda item: (kinds[last[-1]], str(item[name])))
    elif last[-3] == "merge_requests":
        yield from _all(body, lambda _: ("change", last[-2]))


def _of_jira(question: Question, body: Any) -> Found:
    if question.path.endswith("/issue/bulkfetch"):
        yield from _all(body["issues"], lambda item: ("issue", item["id"]))
    for log in body.get("issueChangeLogs", ()) if isinstance(body, dict) else ():
        yield from _of_one(log["changeHistories"], ("issue", log["issueId"]))


def _of_pagerduty(question: Question, body: Any) -> Found:
    if question.path.endswith("/incidents"):
        yield from _all(body["incidents"], lambda item: ("incident", item["id"]))
    elif question.path.endswith("/log_entries"):
        yield from _all(body["log_entries"], lambda _: ("incident", question.path.split("/")[-2]))


_ITEMS: Mapping[str, Callable[[Question, Any], Found]] = {
    "github": _of_github,
    "gitlab": _of_gitlab,
    "jira": _of_jira,
    "pagerduty": _of_pagerduty,
}
