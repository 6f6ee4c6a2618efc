"""A workspace of a few hand-made rows, linked: every instant is an hour of one calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.store.landing import rows
from trueup.config import Settings
from trueup.store.identity import Vault
from trueup.store.links import Linked, link
from trueup.store.links.identity.journal import Journal
from trueup.store.reading import Limits
from trueup.store.warehouse import Warehouse

SHOP = "github.com/acme/shop"
HOUR = 3_600_000_000
DAY = 24 * HOUR
START = 1_700_000_000_000_000

Row = Mapping[str, Any]


def at(hours: float) -> int:
    """Return the instant so many hours after the calendar begins."""
    return START + round(hours * HOUR)


def commit(sha: str, hours: float, *parents: str, author: str = "p_git", **more: Any) -> Row:
    """Make a commit of the shop, authored and committed at one hour."""
    return {
        "commit_id": f"{SHOP}:{sha}",
        "repository_id": SHOP,
        "sha": sha,
        "parent_shas": list(parents),
        "author_account_id": author,
        "authored_at": at(hours),
        "committed_at": at(hours),
        "clock": "ok",
        "actor_kind": "human",
        **more,
    }


def landing(sha: str, hours: float, kind: str = "direct", **more: Any) -> Row:
    """Make a change as git alone tells of it: named by its number, else by its commit."""
    number = more.get("number")
    return {
        "change_id": f"{SHOP}#{number}" if number else f"{SHOP}:{sha}",
        "repository_id": SHOP,
        "landing": kind,
        "landed_commit_id": f"{SHOP}:{sha}",
        "landed_at": at(hours),
        "author_account_id": "p_git",
        "actor_kind": "human",
        "state": "merged",
        **more,
    }


def part(change_id: str, *shas: str) -> list[Row]:
    """Say which commits a change is made of."""
    return [
        {"change_id": change_id, "repository_id": SHOP, "commit_id": f"{SHOP}:{sha}"}
        for sha in shas
    ]


def proposal(number: int, opened: float, merged: float | None = None, **more: Any) -> Row:
    """Make a change as the forge tells of it."""
    return {
        "change_id": f"{SHOP}#{number}",
        "repository_id": SHOP,
        "number": number,
        "landed_at": None if merged is None else at(merged),
        "author_account_id": "p_hub",
        "actor_kind": "human",
        "state": "open" if merged is None else "merged",
        "opened_at": at(opened),
        "ready_at": at(opened),
        "closed_at": None if merged is None else at(merged),
        **more,
    }


def proposed(number: int, *dated: tuple[str, float]) -> list[Row]:
    """Make the commits of a proposed change, each with the hour it was authored."""
    return [
        {
            "change_id": f"{SHOP}#{number}",
            "repository_id": SHOP,
            "sha": sha,
            "position": position,
            "authored_at": at(hours),
            "committed_at": at(hours),
            "author_account_id": "p_hub",
            "actor_kind": "human",
        }
        for position, (sha, hours) in enumerate(dated)
    ]


def deployment(name: str, hours: float, sha: str | None, **more: Any) -> Row:
    """Make a successful deployment of the shop to production."""
    return {
        "deployment_id": name,
        "service_id": SHOP,
        "repository_id": SHOP,
        "environment": "production",
        "kind": "deploy",
        "commit_id": None if sha is None else f"{SHOP}:{sha}",
        "started_at": at(hours - 0.1),
        "finished_at": at(hours),
        "outcome": "success",
        "evidence": "forge_deployment",
        **more,
    }


def account(account_id: str, platform: str, kind: str = "human", **more: Any) -> Row:
    """Make an account of the shop that stands for itself."""
    return {
        "repository_id": SHOP,
        "account_id": account_id,
        "person_id": account_id,
        "platform": platform,
        "actor_kind": kind,
        **more,
    }


class World:
    """A workspace that sources land rows in and that is then linked."""

    def __init__(self, folder: Path, settings: Settings | None = None) -> None:
        self.warehouse = Warehouse.open(folder)
        self.vault = Vault.open(folder)
        self.settings = settings or Settings()
        self.journal = Journal(self.vault.path)
        self._turn = 0

    def land(self, source: str, target_id: str = SHOP, **tables: Sequence[Row]) -> World:
        """Land rows as one source's newest collection of a target."""
        self._turn += 1
        with self.warehouse.collection(
            source, target_id, now=self._turn, vault=self.vault
        ) as collection:
            collection.reset("anew")
            for name, given in tables.items():
                if given:
                    collection.land(name, rows(name, *given))
            collection.cursor(str(self._turn))
        return self

    def link(self) -> Linked:
        """Link what was landed."""
        self._turn += 1
        alone = Limits(threads=1)
        return link(self.warehouse, self.vault, self.settings, now=self._turn, limits=alone)

    def read(self, table: str) -> list[dict[str, Any]]:
        """Return the rows readers see."""
        with self.warehouse.tables() as tables:
            found: list[dict[str, Any]] = tables.arrow(table).to_pylist()
        return found

    def linked(self) -> World:
        """Link, and return the world."""
        self.link()
        return self

    def by(self, table: str, column: str) -> dict[Any, dict[str, Any]]:
        """Return the rows readers see by one of their columns."""
        return {row[column]: row for row in self.read(table)}

    def brought(self) -> dict[str, set[str]]:
        """Return the numbers or commits of the changes each deployment brought."""
        found: dict[str, set[str]] = {}
        for row in self.read("deployment_change"):
            change = row["change_id"].removeprefix(SHOP)
            found.setdefault(row["deployment_id"], set()).add(change)
        return found

    def covered(self, subject: str) -> dict[str, Any]:
        """Return the row of coverage about one subject."""
        (row,) = [r for r in self.read("coverage") if r["subject"] == subject]
        return row
