"""Payloads nobody promised: what is wrong is counted, and never more than that is lost."""

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.collect.github.drawn import (
    BOB,
    RABBIT,
    Payload,
    asked,
    comment,
    commit,
    deployment,
    issue,
    merged,
    pull,
    release,
    review,
    run,
    team,
)
from tests.collect.github.server import GitHubServer
from tests.collect.github.visiting import Kept, Read, read, visit


def kept_of(*items: Payload) -> Kept:
    server = GitHubServer()
    server.add().put(*items)
    return visit(server)


@pytest.mark.parametrize(
    ("field", "value", "column"),
    [
        ("additions", "many", "lines_added"),
        ("additions", -3, "lines_added"),
        ("additions", 2**40, "lines_added"),
        ("additions", True, "lines_added"),
        ("headRefOid", 7, "head_sha"),
        ("createdAt", "yesterday", "opened_at"),
        ("createdAt", "2024-03-04T09:00:00", "opened_at"),
        ("createdAt", "0001-01-01T00:00:00Z", "opened_at"),
        ("createdAt", "9999-12-31T23:59:59Z", "opened_at"),
        ("createdAt", 1709542800, "opened_at"),
        ("state", ["OPEN"], "state"),
        ("author", "ada", "author_account_id"),
    ],
)
def test_a_field_of_the_wrong_kind_is_null_and_counted_and_the_row_lands(
    field: str, value: Any, column: str
) -> None:
    found = read(kept_of(pull(1, **{field: value})))
    assert found.only("change")[column] is None
    assert [s.is_whole for s in found.skipped] == [False] * len(found.skipped)
    assert found.skipped


@pytest.mark.parametrize("field", ["additions", "author", "labels", "reviews", "timelineItems"])
def test_a_field_that_is_missing_is_null_and_the_row_lands(field: str) -> None:
    kept = kept_of(pull(1))
    body = dict(kept.bodies["change", "1"] or {})
    del body[field]
    kept.bodies["change", "1"] = body
    found = read(kept)
    assert found.only("change")["number"] == 1
    assert found.skipped == []


def test_a_record_that_cannot_be_named_is_skipped_and_counted() -> None:
    kept = kept_of(pull(1), pull(2))
    kept.bodies["change", "2"] = {"state": "OPEN"}
    kept.bodies["issue", "3"] = {"number": "three"}
    kept.bodies["cloud", "1"] = {"number": 1}
    found = read(kept)
    assert [row["number"] for row in found["change"]] == [1]
    whole = {(s.kind, s.key) for s in found.skipped if s.is_whole}
    assert whole == {("change", "2"), ("issue", "3"), ("cloud", "1")}


def test_no_instant_is_ever_made_up() -> None:
    found = read(kept_of(pull(1, createdAt=None, timeline=[commit("c1", "soon")])))
    assert found.only("change")["opened_at"] is None
    assert found["change_event"] == []
    assert {s.reason for s in found.skipped} >= {"an event (opened) has no instant"}


def whole_world() -> GitHubServer:
    """One of everything."""
    server = GitHubServer(teams={"acme": [team("core", [BOB])]})
    one = server.add()
    one.put(
        merged(
            1,
            timeline=[
                commit("c1", "2024-03-04T08:00:00Z"),
                asked("2024-03-04T09:30:00Z", BOB),
                comment("C1", "2024-03-04T10:00:00Z"),
            ],
            reviews=[
                review(
                    "R1",
                    "2024-03-04T09:00:20Z",
                    RABBIT,
                    comments=[comment("K1", "2024-03-04T09:00:20Z")],
                )
            ],
            labels=["bug"],
            closes=[("acme/shop", 7)],
        ),
        issue(7, labels=["incident"]),
    )
    one.put_runs(run(500))
    one.put_deployments(deployment(300, statuses=[("SUCCESS", "2024-03-06T12:04:00Z")]))
    one.releases.append(release("v1", "2024-03-07T00:00:00Z"))
    return server


_ODD: tuple[Any, ...] = (
    *(None, "", "x" * 5000, "\ud800", 0, -1, 2**70, 1.5, True, [], {}, [None], ["a"]),
    *({"nodes": None}, {"nodes": "x"}, "2024-02-30T00:00:00Z", "2024-03-04T09:00:00+14:00"),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value below."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, below in inner:
        yield (*path, name)
        if isinstance(below, dict | list):
            yield from places(below, (*path, name))


def mutated(body: Any, chance: random.Random) -> Any:
    """Return a copy with one to three values gone or of another kind."""
    made = copy.deepcopy(body)
    for _ in range(chance.randint(1, 3)):
        every = list(places(made))
        if not every:
            break
        *way, last = chance.choice(every)
        at = made
        for name in way:
            at = at[name]
        if chance.random() < 0.3:
            del at[last]
        else:
            at[last] = copy.deepcopy(chance.choice(_ODD))
    return made


def plain(body: Any) -> Any:
    """Return a body as an archive gives it back: lists for tuples."""
    if isinstance(body, dict):
        return {name: plain(value) for name, value in body.items()}
    return [plain(value) for value in body] if isinstance(body, list | tuple) else body


@pytest.mark.parametrize("seed", range(10))
def test_records_mutated_at_random_never_raise_and_lose_no_other_record(seed: int) -> None:
    chance = random.Random(seed)
    kept = visit(whole_world())
    sound = {key: plain(body) for key, body in kept.bodies.items()}
    for _ in range(100):
        key = chance.choice(list(sound))
        kept.bodies = {**sound, key: mutated(sound[key], chance)}
        found = read(kept)
        for table, (kind, number) in {
            "change": ("change", "1"),
            "work_item": ("issue", "7"),
            "pipeline_run": ("run", "500"),
            "deployment": ("deployment", "300"),
        }.items():
            skipped = any(s.is_whole and (s.kind, s.key) == (kind, number) for s in found.skipped)
            assert len(found[table]) == (0 if skipped else 1)
            assert not skipped or key == (kind, number)


@pytest.mark.parametrize("seed", range(10))
def test_answers_mutated_at_random_never_raise_past_the_door(seed: int) -> None:
    """What GitHub says of changes, issues, runs and deployments, each time a little wrong."""
    chance = random.Random(1000 + seed)
    for _ in range(20):
        server = whole_world()
        one = server.repositories["acme/shop"]
        into = chance.choice([one.pulls, one.issues, one.runs, one.deployments])
        number = next(iter(into))
        changed = mutated(into[number], chance)
        keys = ("__typename", "id", "number", "node_id", "createdAt", "updatedAt", "_statuses")
        whole = {name: into[number][name] for name in keys if name in into[number]}
        into[number] = {**changed, **whole, "created_at": into[number].get("created_at")}
        found: Read = read(visit(server))
        assert len(found["release"]) == 1
