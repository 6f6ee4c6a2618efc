"""Accounts met on a forge: who did something, and of what kind they are."""

from __future__ import annotations

from typing import NamedTuple

from trueup.collect.gathering import Rows

_SURER = ("ai_agent", "bot", "human", "unknown")


class Who(NamedTuple):
    """An actor: the account, null where nobody can be named, and of what kind it is."""

    account_id: str | None
    kind: str


DELETED = Who(None, "deleted")
NOBODY = Who(None, "unknown")


class Account(NamedTuple):
    """What the `account` table says of one."""

    platform: str
    person_id: str
    kind: str
    tool: str | None
    link_rule: str | None


class Accounts:
    """Remembers each account once: as what it is surest to be."""

    def __init__(self) -> None:
        self._found: dict[str, Account] = {}

    def met(self, account_id: str, account: Account) -> None:
        """Remember an account."""
        known = self._found.get(account_id)
        if known is None or _rank(account) < _rank(known):
            self._found[account_id] = account

    def rows(self, rows: Rows, target_id: str) -> None:
        """Add every account met."""
        for account_id, account in sorted(self._found.items()):
            rows.add(
                "account",
                repository_id=target_id,
                account_id=account_id,
                person_id=account.person_id,
                platform=account.platform,
                actor_kind=account.kind,
                tool=account.tool,
                link_rule=account.link_rule,
            )


def _rank(account: Account) -> tuple[int, bool]:
    return _SURER.index(account.kind), account.link_rule is None
