"""From what was kept of a forge and a tracker to every measure: read, linked, measured.

``make bench BENCH=whole_record ARGS="--changes 100000"``

A made-up organisation is drawn in the forms GitHub and Jira document and taken through the doors
of both sources into archives, which is not timed.
Then, in a process of its own, all records are read into rows and landed, linked, and every metric
is asked. Ten events are about each change: commits, requests, reviews, comments, a run of the
pipeline; besides there are deployments, incidents, and half as many issues with their moves.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from trueup.collect.attribution import load_rules
from trueup.collect.recorded import Record, RecordedSource
from trueup.collect.running.connector import Manner, RecordedConnector
from trueup.collect.running.landing import land
from trueup.collect.sources.github.door import keeping as github_door
from trueup.collect.sources.github.source import SOURCE as GITHUB
from trueup.collect.sources.jira.door.keeping import Door as JiraDoor
from trueup.collect.sources.jira.settings import read_options
from trueup.collect.sources.jira.source import SOURCE as JIRA
from trueup.collect.sources.jira.vocabulary import vocabulary_of
from trueup.config import Connection, Settings
from trueup.measure.catalogue import all_metrics
from trueup.measure.plan import measure
from trueup.measure.records.authorship import Prepared
from trueup.model.evidence import Measurement
from trueup.simulate.payloads import github_rest
from trueup.store.identity import Vault
from trueup.store.links.linking import link
from trueup.store.raw.archive import Archives
from trueup.store.reading import Limits
from trueup.store.warehouse import Warehouse
from trueup.testing.scripted import Unheard

SECONDS_PROMISED, BYTES_PROMISED = 60.0, 2 * 2**30
REPOSITORIES, PEOPLE, DAYS = 20, 400, 730
START = datetime(2024, 1, 1, tzinfo=UTC)
NOW = round((START + timedelta(days=DAYS + 30)).timestamp()) * 1_000_000
HUB = Connection(source="github", targets=("acme",))
TRACKER = Connection(source="jira", url="https://acme.atlassian.net", targets=("*",))
STATUSES = (("1", "To Do", "new"), ("2", "In Progress", "indeterminate"),
            ("3", "In Review", "indeterminate"), ("4", "Done", "done"))  # fmt: skip
Payload = dict[str, Any]


def main() -> int:
    """Draw, then measure what the rest takes; return 1 where it exceeds what is promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="folder to draw into, or drawn before")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch) / ".trueup"
        if not (folder / "raw").exists():
            events = draw(folder, asked.changes)
            print(f"{asked.changes:,} changes, {events:,} events kept", flush=True)
        process = multiprocessing.get_context("spawn").Process(target=run, args=(folder,))
        process.start()
        process.join()
        return process.exitcode or 0


def run(folder: Path) -> None:
    """Read, link and measure; print what each took."""
    began, cpu = time.perf_counter(), time.process_time()
    laps: list[tuple[float, float]] = []

    def lap(name: str) -> None:
        wall, used = time.perf_counter() - began, time.process_time() - cpu
        laps.append((wall - sum(lap[0] for lap in laps), used - sum(lap[1] for lap in laps)))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print("{}: {:.1f} s wall, {:.1f} s CPU".format(name, *laps[-1]), end="")
        print(f", {peak:.2f} GiB at most so far", flush=True)

    warehouse, settings = Warehouse.open(folder), Settings()
    with Vault.open(folder) as vault:
        rows = sum(read(folder, warehouse, vault))
        lap("read and landed")
        link(warehouse, vault, settings, now=NOW, limits=Limits(threads=2))
        lap("linked")
    with warehouse.tables(limits=Limits(memory="1GB", threads=2)) as tables:
        ready, metrics = Prepared(tables), all_metrics()
        found = [measure(metric, ready) for metric in metrics.values()]
    told = sum(any(isinstance(each, Measurement) for each in one) for one in found)
    lap(f"{len(metrics)} metrics, {told} of them told")
    took, used = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"{rows:,} rows; {took:.1f} s wall, {used:.1f} s CPU, {peak / 2**30:.2f} GiB at most")
    raise SystemExit(int(took > SECONDS_PROMISED or peak > BYTES_PROMISED))


def read(folder: Path, warehouse: Warehouse, vault: Vault) -> Iterator[int]:
    """Read what was kept of every target into rows; yield how many were landed of each."""
    for source, connection, address in sources():
        archives = Archives(folder, source.name, address)
        manner = Manner(is_offline=True)
        connector = RecordedConnector(source, connection, archives, None, manner)
        for target in connector.targets():
            with warehouse.collection(source.name, target[1], now=NOW, vault=vault) as collection:
                counting = Counting(collection)
                land(connector, target, counting, settings=Settings(), identify=vault.identify,
                     progress=Unheard(), now=NOW)  # fmt: skip
                yield counting.rows


class Counting:
    """Passes rows on to a collection and counts them."""

    def __init__(self, collection: Any) -> None:
        self._collection, self.rows = collection, 0
        self.previous, self.reset = collection.previous, collection.reset
        self.cursor = collection.cursor

    def land(self, table: str, rows: Any) -> None:
        """Take rows."""
        self.rows += rows.num_rows
        self._collection.land(table, rows)


def sources() -> Iterator[tuple[RecordedSource, Connection, str]]:
    """Return the sources, how they are connected, and where."""
    assert GITHUB.server is not None
    yield GITHUB, HUB, GITHUB.server.address
    yield JIRA, TRACKER, TRACKER.url


def draw(folder: Path, changes: int) -> int:
    """Draw an organisation into archives; return how many events there are."""
    events = 0
    each = changes // REPOSITORIES
    for place in range(REPOSITORIES):
        rng = np.random.default_rng(place)
        shop, shelf = Shop(rng, place, each), f"SHOP{place}"
        assert GITHUB.server is not None
        hub = Archives(folder, "github", GITHUB.server.address)
        keep(hub, (shop.name, f"github.com/{shop.name}"), shop.records())
        desk = Archives(folder, "jira", TRACKER.url)
        keep(desk, (shelf, f"acme.atlassian.net/{shelf}"), shop.issues(shelf))
        events += shop.events
    return events


def keep(archives: Archives, target: tuple[str, str], records: Iterable[Record]) -> None:
    """Put records into the archive of a target, a thousand at a time."""
    with closing(archives.open(*target)) as archive:
        page: list[Record] = []
        for record in records:
            page.append(record)
            if len(page) == 1_000:
                archive.keep("all", page, "")
                page.clear()
        archive.keep("all", page, "read")
        archive.end_visit({}, [])


class Shop:
    """One repository with its project in the tracker."""

    def __init__(self, rng: np.random.Generator, place: int, changes: int) -> None:
        self.name, self.place, self.changes, self.events = f"acme/shop-{place}", place, changes, 0
        self.rng = rng
        self.opened = np.sort(rng.random(changes) * DAYS * 86_400)
        self.ready = self.opened + rng.exponential(0.3, changes) * 86_400
        self.landed = self.ready + rng.exponential(2.0, changes) * 86_400
        self.people = rng.integers(0, PEOPLE, (changes, 4))
        self.door = github_door.Door(f"github.com/{self.name}", load_rules())

    def records(self) -> Iterator[Record]:
        """Yield what GitHub says: changes, runs, deployments, incidents."""
        body = {"nameWithOwner": self.name, "owners": []}
        body |= {"createdAt": text(0), "defaultBranchRef": {"name": "main"}}
        yield Record(kind="repository", key="repository", body=body, fetched_at=NOW)
        for n in range(self.changes):
            change = self.door.change(self.change(n))
            yield Record(kind="change", key=str(n + 1), body=change, fetched_at=NOW)
            ran = github_rest.run(n + 1, self.name, created_at=text(self.ready[n]),
                                  head_sha=sha(self.place, n, 1), event="pull_request",
                                  head_branch=f"topic-{n}", updated_at=text(self.ready[n] + 400),
                                  run_started_at=text(self.ready[n]),
                                  pull_requests=[github_rest.in_run(n + 1, self.name)],
                                  conclusion="failure" if n % 7 == 0 else "success")  # fmt: skip
            kept = github_door.run(ran, "main") | {"attempts": []}
            yield Record(kind="run", key=str(n + 1), body=kept, fetched_at=NOW)
            self.events += 1
            if n % 10 == 0:
                yield self.deployment(n)
            if n % 100 == 0:
                yield self.incident(n)

    def change(self, n: int) -> Payload:
        """Return a change that landed, every tenth given up, with nine events."""
        lead, second, reviewer, other = (who(int(one)) for one in self.people[n])
        if n % 9 == 0:
            reviewer = {"__typename": "Bot", "login": "coderabbitai", "databaseId": 136622811}
        opened, ready, landed = (float(at[n]) for at in (self.opened, self.ready, self.landed))
        half = (ready + landed) / 2
        message = f"Step of SHOP{self.place}-{n // 2 + 1}"
        message += "\n\nCo-Authored-By: Claude <noreply@anthropic.com>" if n % 3 == 0 else ""
        merged = n % 10 != 9
        timeline = [
            commit(sha(self.place, n, 0), opened - 90_000, lead, message),
            commit(sha(self.place, n, 1), opened - 3_000, second, "Mend"),
            {"__typename": "ReadyForReviewEvent", "createdAt": text(ready), "actor": lead},
            {"__typename": "ReviewRequestedEvent", "createdAt": text(ready + 9), "actor": lead,
             "requestedReviewer": other},
            remark("IssueComment", f"C{n}", half, other),
            {"__typename": "MergedEvent" if merged else "ClosedEvent", "createdAt": text(landed),
             "actor": other},
        ]  # fmt: skip
        reviews = [
            review(f"R{n}", half, reviewer, "COMMENTED",
                   [remark("PullRequestReviewComment", f"D{n}", half, reviewer)]),
            review(f"S{n}", landed - 60, other, "APPROVED", []),
        ]  # fmt: skip
        self.events += 9
        return self._node(n, lead, other, timeline, reviews)

    def _node(
        self, n: int, lead: Payload, other: Payload, timeline: list[Payload], reviews: list[Payload]
    ) -> Payload:
        merged, landed = n % 10 != 9, text(float(self.landed[n]))
        return {
            "__typename": "PullRequest", "id": f"PR_{n}", "number": n + 1,
            "state": "MERGED" if merged else "CLOSED", "isDraft": False,
            "createdAt": text(float(self.opened[n])), "updatedAt": landed, "closedAt": landed,
            "mergedAt": landed if merged else None, "additions": n % 400, "deletions": n % 90,
            "changedFiles": n % 12 + 1, "title": f"Change {n}",
            "body": f"For SHOP{self.place}-{n // 2 + 1}", "headRefName": f"topic-{n}",
            "headRefOid": sha(self.place, n, 1), "author": lead,
            "mergedBy": other if merged else None,
            "mergeCommit": {"__typename": "Commit", "oid": sha(self.place, n, 2),
                            "messageHeadline": f"Change {n} (#{n + 1})",
                            "parents": {"totalCount": 1}} if merged else None,
            "labels": listed([]), "closingIssuesReferences": listed([]),
            "timelineItems": listed(timeline), "reviews": listed(reviews),
            "commits": {"totalCount": 2},
        }  # fmt: skip

    def deployment(self, n: int) -> Record:
        """Return a deployment of what a change landed as, an hour after it."""
        at = float(self.landed[n]) + 3_600
        raw = github_rest.deployment(n + 1, self.name, sha(self.place, n, 2), created_at=text(at),
                                     environment="production")  # fmt: skip
        said = [{"state": "SUCCESS", "createdAt": text(at + 300), "logUrl": None}]
        self.events += 1
        body = github_door.deployment(raw, said) | {"kind": "deploy"}
        return Record(kind="deployment", key=str(n + 1), body=body, fetched_at=NOW)

    def incident(self, n: int) -> Record:
        """Return an issue that is an incident, two hours after a deployment."""
        opened, number = float(self.landed[n]) + 11_000, 1_000_000 + n
        self.events += 1
        node = {
            "__typename": "Issue", "id": f"I_{n}", "number": number, "state": "CLOSED",
            "stateReason": "COMPLETED", "createdAt": text(opened), "updatedAt": text(opened + 9000),
            "closedAt": text(opened + 9_000), "author": who(1), "assignees": listed([]),
            "labels": listed([{"name": "incident"}]), "issueType": None, "parent": None,
            "timelineItems": listed([]),
        }  # fmt: skip
        return Record(kind="issue", key=str(number), body=self.door.issue(node))

    def issues(self, project: str) -> Iterator[Record]:
        """Yield what Jira says: one issue for two changes, moved three times."""
        statuses = [{"id": i, "name": name, "statusCategory": {"key": category}}
                    for i, name, category in STATUSES]  # fmt: skip
        door = JiraDoor(vocabulary_of([], statuses, [], read_options(TRACKER)))
        for n in range(self.changes // 2):
            first = 2 * n
            opened, landed = float(self.opened[first]), float(self.landed[first])
            at = [opened - 500_000, opened - 100_000, opened, landed]
            self.events += 4
            raw = issue(project, n, [zoned(one) for one in at], int(self.people[first][0]))
            yield Record(kind="issue", key=str(n + 1), body=door.issue(raw, None))


def issue(project: str, n: int, at: list[str], person: int) -> Payload:
    """Return an issue as the cloud of Jira has it, moved through all statuses."""
    someone = {
        "accountId": f"5b10{person:08x}",
        "displayName": f"Person {person}",
        "accountType": "atlassian",
        "emailAddress": f"dev{person}@acme.example",
    }
    moves = [
        {"id": str(n * 10 + step), "created": at[step], "author": someone,
         "items": [{"field": "status", "fieldtype": "jira", "from": STATUSES[step - 1][0],
                    "fromString": STATUSES[step - 1][1], "to": STATUSES[step][0],
                    "toString": STATUSES[step][1]}]}
        for step in (1, 2, 3)
    ]  # fmt: skip
    status = {"id": "4", "name": "Done", "statusCategory": {"key": "done"}}
    return {
        "id": str(n + 1), "key": f"{project}-{n + 1}", "histories": moves,
        "fields": {
            "issuetype": {"name": "Bug" if n % 5 == 0 else "Task", "subtask": False},
            "status": status, "created": at[0], "updated": at[3], "resolutiondate": at[3],
            "creator": someone, "assignee": someone, "resolution": {"name": "Done"},
            "project": {"id": project, "key": project},
        },
    }  # fmt: skip


def who(number: int) -> Payload:
    """Return a user as GraphQL has it."""
    return {"__typename": "User", "login": f"dev{number}", "databaseId": 5_000 + number}


def sha(place: int, n: int, which: int) -> str:
    """Return a commit's name."""
    return f"{place:08x}{n:024x}{which:08x}"


def text(seconds: float) -> str:
    """Return an instant as GitHub writes it."""
    return (START + timedelta(seconds=float(seconds))).strftime("%Y-%m-%dT%H:%M:%SZ")


def zoned(seconds: float) -> str:
    """Return an instant as Jira writes it."""
    return (START + timedelta(seconds=float(seconds))).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def listed(nodes: list[Payload]) -> Payload:
    """Return a whole connection."""
    return {"totalCount": len(nodes), "nodes": nodes}


def commit(name: str, at: float, by: Payload, message: str) -> Payload:
    """Return a commit on a timeline."""
    mail = f"{by['login']}@acme.example"
    return {"__typename": "PullRequestCommit", "commit": {
        "__typename": "Commit", "oid": name, "authoredDate": text(at), "committedDate": text(at),
        "message": message, "parents": {"totalCount": 1},
        "author": {"name": by["login"], "email": mail, "user": by},
        "committer": {"name": "GitHub", "email": "noreply@github.com"}}}  # fmt: skip


def remark(typename: str, name: str, at: float, by: Payload) -> Payload:
    """Return a comment."""
    return {"__typename": typename, "id": name, "createdAt": text(at), "body": "Why?", "author": by}


def review(name: str, at: float, by: Payload, state: str, comments: list[Payload]) -> Payload:
    """Return a review with its comments on code."""
    return {"__typename": "PullRequestReview", "id": name, "state": state, "submittedAt": text(at),
            "body": "", "author": by, "comments": listed(comments)}  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
