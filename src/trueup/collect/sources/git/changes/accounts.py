"""Who is who: recorded identities become accounts, the mailmap's become persons.

Clear names and addresses go to `identify` and no further.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa

from trueup.collect.attribution import RuleTable
from trueup.collect.connector import Identify
from trueup.model.tables import ACCOUNT

_PLATFORM = "git"
_SURER = ("human", "ai_agent", "bot")
"""One address may go by several names: it is the first of these that any of them is."""


class Who(NamedTuple):
    """An account seen in one commit: its pseudonym and what kind of actor it is."""

    account_id: str
    actor_kind: str


class Recorded(NamedTuple):
    """An identity as git prints it: recorded name and address, then the mailmap's."""

    name: bytes
    email: bytes
    canonical_name: bytes
    canonical_email: bytes


@dataclass(slots=True)
class _Seen:
    person_ids: set[str] = field(default_factory=set)
    kinds: dict[str, str | None] = field(default_factory=dict)


class Accounts:
    """Turns identities into pseudonymous accounts, each looked up once.

    Parameters
    ----------
    identify
        Gives the pseudonym and keeps the clear identity apart.
    rules
        Tells humans, bots and AI agents from each other.
    """

    def __init__(self, identify: Identify, rules: RuleTable) -> None:
        self._identify = identify
        self._rules = rules
        self._known: dict[Recorded, Who] = {}
        self._seen: dict[str, _Seen] = {}
        self.undecodable: set[Recorded] = set()

    def of(self, recorded: Recorded) -> Who:
        """Return the account behind an identity."""
        known = self._known.get(recorded)
        if known is None:
            known = self._known[recorded] = self._look_up(recorded)
        return known

    def _look_up(self, recorded: Recorded) -> Who:
        name, email, canonical_name, canonical_email = (
            part.decode("utf-8", "replace").strip() for part in recorded
        )
        if "\ufffd" in name + email and not _is_text(recorded):
            self.undecodable.add(recorded)
        account_id = self._identify(_PLATFORM, native_id(name, email), name)
        person = native_id(canonical_name, canonical_email)
        person_id = self._identify(_PLATFORM, person, canonical_name)
        kind, tool = self._rules.actor(name, email)
        seen = self._seen.setdefault(account_id, _Seen())
        seen.person_ids.add(person_id)
        seen.kinds[kind] = tool
        return Who(account_id, kind)

    def rows(self, repository_id: str, earlier: pa.Table | None) -> pa.Table:
        """Return the account table: those met now, and those that earlier collections met."""
        accounts: dict[str, Mapping[str, Any]] = {}
        for row in earlier.to_pylist() if earlier is not None else ():
            accounts[row["account_id"]] = row
            if row["account_id"] in self._seen:
                seen = self._seen[row["account_id"]]
                seen.person_ids.add(row["person_id"])
                seen.kinds.setdefault(row["actor_kind"], row["tool"])
        for account_id, seen in self._seen.items():
            accounts[account_id] = _row(repository_id, account_id, seen)
        rows = [accounts[account_id] for account_id in sorted(accounts)]
        return pa.Table.from_pylist(rows, schema=ACCOUNT.schema)


def _row(repository_id: str, account_id: str, seen: _Seen) -> Mapping[str, Any]:
    mapped = sorted(seen.person_ids - {account_id})
    kind = surest(seen.kinds)
    return {
        "repository_id": repository_id,
        "account_id": account_id,
        "person_id": mapped[0] if mapped else account_id,
        "platform": _PLATFORM,
        "actor_kind": kind,
        "tool": seen.kinds[kind],
        "link_rule": "mailmap" if mapped else "same_address",
    }


def surest(kinds: Iterable[str]) -> str:
    """Return what an account is that goes by names of several kinds."""
    known = set(kinds)
    return next((kind for kind in _SURER if kind in known), min(known))


def native_id(name: str, email: str) -> str:
    """Return what names an identity on its own: the address, or the name without one."""
    return email.strip().lower() or name.strip()


def _is_text(recorded: Recorded) -> bool:
    try:
        for part in recorded:
            part.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
