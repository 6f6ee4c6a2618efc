"""How records get here and stay right: pains 12 to 17, through the same door as every day."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from tests.collect.github.drawn import commit, deployment, issue, merged, pull, run
from tests.collect.github.server import GitHubServer
from tests.pains.office import DAY, HALF, Office
from trueup.collect.recorded import Normalised, Reading, Record, RecordedSource
from trueup.collect.sources.github.source import SOURCE as GITHUB
from trueup.config import Connection
from trueup.store.links.identity.desk import Desk
from trueup.testing.scripted import Answer

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's

CONNECTION = Connection(source="github", targets=("acme/shop",))
FROM_COMMIT = "lead_time_from_commit_seconds"
Payload = dict[str, Any]


def change(number: int, day: int, **more: Any) -> Payload:
    """A change of one commit, begun on a day of May 2024 and landed the day after."""
    begun, landed = f"2024-05-{day:02}T09:00:00Z", f"2024-05-{day + 1:02}T09:00:00Z"
    timeline = [commit(f"{number:040x}", begun)]
    return merged(number, landed, createdAt=begun, timeline=timeline, **more)


def shipped(number: int, change_number: int, day: int) -> Payload:
    """A deployment of what a change landed as."""
    at = f"2024-05-{day:02}T09:00:00Z"
    sha = f"{change_number + 0xABC000:040x}"
    return deployment(number, sha, created_at=at, statuses=[("SUCCESS", at)])


def shop() -> GitHubServer:
    """Changes 1 to 3, deployed on the 2nd, 6th and 12th of May: lead times of 2 and 6 days."""
    server = GitHubServer()
    one = server.add()
    one.put(change(1, 1), change(2, 4), change(3, 6), issue(7))
    one.put_deployments(shipped(300, 1, 2), shipped(301, 2, 6), shipped(302, 3, 12))
    one.put_runs(run(500))
    return server


class Counting:
    """A source that counts the records it is asked to read."""

    def __init__(self, source: RecordedSource) -> None:
        self._source = source
        self.read = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        def counted() -> Iterator[Record]:
            for record in records:
                self.read += 1
                yield record

        return self._source.normalise(counted(), reading)


def test_pain_12_the_first_collection_asks_by_the_page_and_the_next_for_what_is_new(
    office: Office,
) -> None:
    """300 changes, 25 a page: 12 questions; then one is edited: it alone is read again."""
    server = GitHubServer()
    one = server.add()
    for number in range(1, 301):
        at = f"2024-{1 + number // 28:02}-{1 + number % 28:02}T09:00:00Z"
        one.put(pull(number, createdAt=at, updatedAt=at))
    source = Counting(GITHUB)
    first = office.collect(source, CONNECTION, server.answer)  # type: ignore[arg-type]
    assert 12 <= len(first.asked) <= 12 + 10
    assert source.read >= 300
    one.put(pull(7, updatedAt="2024-12-24T09:00:00Z"))
    source.read = 0
    second = office.collect(source, CONNECTION, server.answer)  # type: ignore[arg-type]
    assert len(second.asked) <= 8  # one each for what there may be, and the change
    assert source.read <= 3
    assert len(office.rows("change")) == 300


def test_pain_13_every_later_collection_reads_as_little_as_the_second(office: Office) -> None:
    """One change is edited before each: the same questions and the same records every time."""
    server = shop()
    source = Counting(GITHUB)
    office.collect(source, CONNECTION, server.answer)  # type: ignore[arg-type]
    office.links = False
    work = []
    for turn in range(2, 7):
        edited = change(3, 6, updatedAt=f"2024-06-{turn:02}T09:00:00Z", additions=turn)
        server.repositories["acme/shop"].put(edited)
        source.read = 0
        asked = office.collect(source, CONNECTION, server.answer).asked  # type: ignore[arg-type]
        work.append((len(asked), source.read))
    assert len(set(work)) == 1
    office.link()
    (row,) = office.rows("change", number=3)
    assert row["lines_added"] == 6


def test_pain_14_limits_are_waited_out_and_the_numbers_are_those_of_a_quiet_server(
    office: Office,
) -> None:
    """A secondary limit, a primary one, a server that gives up; lead times are 2 and 6 days."""
    server = shop()
    server.refusals = [
        Answer(status=502, body={"message": "Server Error"}),
        Answer(
            status=403,
            body={"message": "API rate limit exceeded"},
            headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1790000060"},
        ),
        Answer(
            status=403,
            body={"message": "You have exceeded a secondary rate limit"},
            headers={"retry-after": "30"},
        ),
    ]
    office.collect(GITHUB, CONNECTION, server.answer)
    assert server.refusals == []
    assert office.value(FROM_COMMIT, ("quantile", "mean")) == 4 * DAY


def test_pain_15_what_is_deleted_at_the_source_leaves_the_measures_and_a_trace(
    office: Office,
) -> None:
    """Change 3 and the last deployment are deleted: of lead times 2 and 6 days, 2 is left."""
    server = shop()
    office.collect(GITHUB, CONNECTION, server.answer)
    one = server.repositories["acme/shop"]
    del one.pulls[3], one.deployments[302], one.issues[7]
    office.collect(GITHUB, CONNECTION, server.answer)
    assert len(office.rows("change")) == 3  # nobody said they were gone
    office.collect(GITHUB, CONNECTION, server.answer, is_reconciling=True)
    found = office.measured(FROM_COMMIT, *HALF)
    assert (found.value, found.n) == (2 * DAY, 1)
    gone = {(row["table_name"], row["row_id"]) for row in office.rows("tombstone")}
    assert gone == {
        ("change", "github.com/acme/shop#3"),
        ("deployment", "github:github.com:302"),
        ("work_item", "github.com/acme/shop/issues/7"),
    }


@pytest.mark.parametrize("seed", range(2))
def test_pain_16_rows_never_fall_without_a_tombstone(seed: int, office: Office) -> None:
    """Eight collections of a source that gains, edits and loses things at random."""
    chance = random.Random(seed)
    server = GitHubServer()
    one = server.add()
    office.links = False
    before: set[str] = set()
    for turn in range(1, 9):
        at = f"2024-06-{turn:02}T09:00:00Z"
        for _ in range(4):
            number = chance.randint(1, 12)
            if number in one.pulls and chance.random() < 0.4:
                del one.pulls[number]
            else:
                one.put(pull(number, createdAt="2024-06-01T08:00:00Z", updatedAt=at))
        whole = chance.random() < 0.4 or turn == 8
        office.collect(GITHUB, CONNECTION, server.answer, is_reconciling=whole)
        now = {row["change_id"] for row in office.rows("change")}
        buried = {row["row_id"] for row in office.rows("tombstone", table_name="change")}
        assert before - now <= buried
        assert not now & buried
        before = now
    assert before == {f"github.com/acme/shop#{number}" for number in one.pulls}


def test_pain_16_what_was_left_out_is_counted_beside_what_was_read(office: Office) -> None:
    """Three changes, one of which cannot be named: 3 expected, 2 seen, 1 skipped."""
    server = GitHubServer()
    server.add().put(pull(1), pull(2), pull(3))
    server.repositories["acme/shop"].pulls[3] = {**pull(3), "createdAt": "yesterday"}
    office.collect(GITHUB, CONNECTION, server.answer)
    assert len(office.rows("change")) == 3  # a bad instant costs the instant, not the row
    (row,) = office.rows("change", number=3)
    assert row["opened_at"] is None
    reasons = [row["reason"] for row in office.rows("coverage", source="github") if row["skipped"]]
    assert any("createdAt" in reason or "instant" in reason for reason in reasons), reasons


def test_pain_17_everything_is_made_anew_from_what_was_kept_without_the_network(
    office: Office,
) -> None:
    """All rows are thrown away, as an upgrade may: the raw records, the key and what the
    operator decided bring back the same answers, and nobody is asked.
    """

    def everything() -> list[Any]:
        rows = [row for name in ("change", "account", "deployment") for row in office.rows(name)]
        told = [{name: v for name, v in row.items() if name != "collected_at"} for row in rows]
        return sorted(told, key=repr)

    server = shop()
    office.collect(GITHUB, CONNECTION, server.answer)
    Desk(office.place).split("github:bob", None, now=1)
    office.link()
    before = everything()
    kept = {"identity.db", "raw", ".gitignore"}
    for path in office.place.iterdir():
        if path.name not in kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    office.begin()
    assert office.rows("change") == []
    office.collect(GITHUB, CONNECTION, None, is_offline=True)
    assert everything() == before
    assert office.value(FROM_COMMIT, ("quantile", "mean")) == 4 * DAY
    assert len(Desk(office.place).decisions()) == 1
