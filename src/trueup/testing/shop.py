"""The smallest whole source, and a server for it: changes with reviews, a page at a time.

It shows what a source must have, and is what the tests and benchmarks of the runner collect;
`Shop` is the truth behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pyarrow as pa

from trueup.collect.connector import Batch
from trueup.collect.recorded import (
    Fetched,
    Gone,
    Normalised,
    Note,
    Page,
    Reading,
    Record,
    Server,
    Skipped,
    Sweep,
    Visit,
    Web,
)
from trueup.config import Connection
from trueup.model.table import Table
from trueup.model.tables import TABLES
from trueup.testing.scripted import Answer, Question

CONNECTION = Connection(source="shop", targets=("acme/shop",), token="env:SHOP_TOKEN")  # noqa: S106 - a place, no token
TARGET, TARGET_ID = "acme/shop", "shop.example/acme/shop"


@dataclass
class Shop:
    """What is there: changes by number, each with the number of its last edit."""

    changes: dict[int, dict[str, Any]] = field(default_factory=dict)
    edits: int = 0
    page_size: int = 3

    def put(self, number: int, *, reviews: int = 1, login: str | None = "ada", **more: Any) -> None:
        """Open a change, or edit it."""
        self.edits += 1
        self.changes[number] = {
            "number": number,
            "edit": self.edits,
            "title": f"Change {number}",
            "user": None if login is None else {"login": login},
            "opened_at": 1_700_000_000_000_000 + number,
            "reviews": [{"id": n, "user": {"login": "bob"}} for n in range(reviews)],
            **more,
        }

    def answer(self, question: Question) -> Answer:
        """Answer as a server does: edited since, oldest first, so many a page."""
        since = int(question.params.get("since", "0"))
        found = sorted(
            (c for c in self.changes.values() if c["edit"] > since), key=lambda c: c["edit"]
        )
        if question.path.endswith("/numbers"):
            return Answer(body=sorted(self.changes))
        version = f'"{self.edits}-{since}"'
        if question.headers.get("if-none-match") == version:
            return Answer(status=304, body=b"", headers={"etag": version})
        return Answer(body=found[: self.page_size], headers={"etag": version})


class ShopSource:
    """Reads a shop."""

    name: ClassVar[str] = "shop"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = Server(address="https://shop.example")
    options: ClassVar[Mapping[str, str]] = {"note": "what coverage is to say"}
    owners: ClassVar[Mapping[str, str]] = {
        "change": "change_id",
        "review": "change_id",
        "account": "account_id",
    }

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return what is named."""
        del web
        return [(target, f"shop.example/{target}") for target in connection.targets]

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield pages of what was edited since the last one."""
        since = visit.checkpoint("changes") or "0"
        while True:
            reply = visit.web.get("changes", params={"since": since}, fresh=False)
            found = [] if reply.status == 304 else reply.json()
            if not found:
                break
            records = tuple(
                Record(kind="change", key=str(one["number"]), body=_scrubbed(one)) for one in found
            )
            since = str(found[-1]["edit"])
            yield Page(stream="changes", records=records, checkpoint=since)
        if visit.is_reconciling:
            numbers = visit.web.get("changes/numbers").json()
            yield Sweep(kind="change", keys=frozenset(map(str, numbers)))
        if note := visit.connection.options.get("note"):
            yield Note(
                subject="wikis", expected=None, seen=0, skipped=1, reason=str(note), remedy="Ask."
            )

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn changes into rows."""
        changes, reviews = [], []
        accounts: dict[str, Any] = {}
        for record in records:
            change_id = f"{reading.target_id}#{record.key}"
            if record.body is None:
                yield Gone(table="change", row_id=change_id)
                continue
            number = record.body.get("number")
            if type(number) is not int or abs(number) > 1_000_000:
                yield Skipped(kind=record.kind, key=record.key, reason="no number")
                continue
            opened = record.body.get("opened_at")
            if type(opened) is not int or abs(opened) > 10**17:
                yield Skipped(kind=record.kind, key=record.key, reason="no instant", is_whole=False)
                opened = None
            author = _account(record.body.get("user"), reading, accounts)
            changes.append({
                "change_id": change_id, "repository_id": reading.target_id, "number": number,
                "author_account_id": author, "actor_kind": "human" if author else "deleted",
                "state": "open", "opened_at": opened,
            })  # fmt: skip
            found = record.body.get("reviews")
            for place, review in enumerate(found if isinstance(found, list) else []):
                user = review.get("user") if isinstance(review, dict) else None
                reviews.append({
                    "review_id": f"{change_id}!{place}", "change_id": change_id,
                    "repository_id": reading.target_id,
                    "reviewer_account_id": _account(user, reading, accounts),
                })  # fmt: skip
        yield Batch("change", _rows(TABLES["change"], changes))
        yield Batch("review", _rows(TABLES["review"], reviews))
        yield Batch("account", _rows(TABLES["account"], list(accounts.values())))


def _scrubbed(change: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in change.items() if name != "title"}


def _account(user: Any, reading: Reading, accounts: dict[str, Any]) -> str | None:
    login = user.get("login") if isinstance(user, dict) else None
    if not isinstance(login, str):
        return None
    account = reading.identify("shop", login[:100], login[:100])
    accounts[account] = {
        "repository_id": reading.target_id, "account_id": account, "person_id": account,
        "platform": "shop", "actor_kind": "human",
    }  # fmt: skip
    return account


def _rows(table: Table, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=table.schema)


SOURCE = ShopSource()
