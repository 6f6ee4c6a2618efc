"""What speaks for two accounts being one person's: rules in their order, and how sure each is."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

GIT = "git"
ADDRESSES = (GIT, "email")
"""Platforms on which a person has as many accounts as addresses."""
SHARED_NAMES = 3
"""A mailbox that goes by so many unlike names is nobody's own."""
SHORTEST_LOGIN = 4
"""Shorter ones are common: half the world is called ``jan``."""
RULES: Mapping[str, float] = {
    "operator": 1.0,
    "mailmap": 1.0,
    "stated": 1.0,
    "same_account": 1.0,
    "noreply_address": 1.0,
    "same_address": 1.0,
    "same_login_and_name": 0.8,
    "same_login": 0.5,
}
"""Rules, surest first. Below 1 a link is suggested and never made."""

PERSONS = ("human", "unknown")
_LOGIN = "login:"

_NOREPLY = re.compile(r"(?:(\d+)[+-])?([\w.-]+?)@users\.noreply\.([\w.-]+)")
_GENERIC = frozenset((
    "admin", "administrator", "build", "builds", "bot", "ci", "contact", "deploy", "dev", "devs",
    "developer", "developers", "devnull", "git", "github", "gitlab", "hello", "info", "it",
    "jenkins", "mail", "me", "no-reply", "noreply", "office", "ops", "root", "service", "support",
    "sysadmin", "team", "test", "ubuntu", "user", "webmaster",
))  # fmt: skip
"""Parts before the @ that name a post rather than a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account, in clear; never leaves the room of links but to the operator's terminal.

    Parameters
    ----------
    native_id
        Address or login; empty when forgotten.
    names
        Everything it was called.
    activity
        How many records name it.
    """

    account_id: str
    platform: str
    actor_kind: str
    native_id: str = ""
    names: tuple[str, ...] = ()
    activity: int = 0

    @property
    def address(self) -> str:
        """The address by which it is known, folded; empty where it is known by a login."""
        native = self.native_id.strip().lower()
        return native if "@" in native and " " not in native else ""

    @property
    def login(self) -> str:
        """The login, folded, of an account of which nothing else is known; else empty."""
        native = self.native_id.rpartition("/")[2].strip().lower()
        return native.removeprefix(_LOGIN) if native.startswith(_LOGIN) else ""


class Pair(NamedTuple):
    """Two accounts that a rule holds for one person's; `one` comes first by id."""

    one: str
    other: str
    rule: str
    certainty: float


def pairs(accounts: Sequence[Account], stated: Iterable[Pair]) -> list[Pair]:
    """Return every pair any rule finds, surest rule first, then by id: in no other order.

    Parameters
    ----------
    stated
        Pairs that a source states: git's mailmap, a forge that knows whose a commit's address
        is, a people file.
    """
    found = {
        pair_of(pair.one, pair.other, pair.rule, pair.certainty)
        for pair in stated
        if pair.one != pair.other
    }
    people = [a for a in accounts if a.actor_kind in PERSONS]
    found.update(_noreply(people), _same_address(people), _same_login(people))
    order = list(RULES)
    rank = {rule: place for place, rule in enumerate(order)}
    return sorted(
        found,
        key=lambda p: (-p.certainty, rank.get(p.rule, rank["stated"]), p.one, p.other, p.rule),
    )


def same_accounts(accounts: Iterable[Account]) -> dict[str, str]:
    """Return, of accounts known by their login alone, the one account that goes by that login.

    People write logins; forges name accounts by numbers, so that they stay when a login changes.
    """
    by_login: dict[tuple[str, str], set[str]] = defaultdict(set)
    alone: list[Account] = []
    for account in accounts:
        if account.login:
            alone.append(account)
            continue
        for name in account.names if account.platform not in ADDRESSES else ():
            by_login[account.platform, name.strip().lower()].add(account.account_id)
    found = {one.account_id: by_login.get((one.platform, one.login), set()) for one in alone}
    return {account_id: min(same) for account_id, same in found.items() if len(same) == 1}


def is_shared(account: Account) -> bool:
    """Say whether an address is a mailbox several people use: it goes by unlike names."""
    kinds = unlike_names(account.names)
    local = account.address.partition("@")[0]
    return kinds >= SHARED_NAMES or (kinds > 1 and local in _GENERIC)


def unlike_names(names: Iterable[str]) -> int:
    """Count names that have nothing in common: ``Jane Doe``, ``jdoe`` and ``Jane`` are one."""
    groups: list[set[str]] = []
    for name in sorted(set(names)):
        words = _words(name)
        if not words:
            continue
        alike = [group for group in groups if _is_alike(words, group)]
        merged = set(words).union(*alike)
        groups = [group for group in groups if group not in alike] + [merged]
    return len(groups)


def folded(name: str) -> str:
    """Return a name without case, accents, punctuation and the order of its words."""
    return " ".join(sorted(_words(name)))


def pair_of(one: str, other: str, rule: str, certainty: float | None = None) -> Pair:
    """Return two accounts in their order; the certainty is the rule's unless one is given."""
    first, second = sorted((one, other))
    return Pair(first, second, rule, RULES[rule] if certainty is None else certainty)


def _noreply(people: Sequence[Account]) -> Iterator[Pair]:
    """A forge's own address for those who hide theirs: ``583231+octocat@users.noreply...``."""
    known: dict[str, list[Account]] = defaultdict(list)
    for account in people:
        for native in _logins(account) if account.platform != GIT else ():
            known[native].append(account)
    for account in people:
        found = _NOREPLY.fullmatch(account.address)
        if account.platform != GIT or found is None:
            continue
        number, login, host = found.groups()
        for other in known.get(number or login, ()):
            if _is_of(other.platform, host):
                yield pair_of(account.account_id, other.account_id, "noreply_address")


def _logins(account: Account) -> set[str]:
    """Return what an account that is no address is known by: its number, its login."""
    if account.address:
        return set()
    named = {account.native_id, *account.names}
    return {name.lower() for name in named if name and not name.count(" ")}


def _is_of(platform: str, host: str) -> bool:
    return platform == host or platform.partition(":")[0] == host.partition(".")[0]


def _same_address(people: Sequence[Account]) -> Iterator[Pair]:
    by_address: dict[str, list[str]] = defaultdict(list)
    for account in people:
        local, _, domain = account.address.partition("@")
        if "." in domain and local not in _GENERIC and "noreply" not in account.address:
            by_address[account.address].append(account.account_id)
    for same in by_address.values():
        first = min(same)
        yield from (pair_of(first, other, "same_address") for other in same if other != first)


def _same_login(people: Sequence[Account]) -> Iterator[Pair]:
    by_login: dict[str, list[Account]] = defaultdict(list)
    for account in people:
        for login in _logins(account):
            by_login[login].append(account)
    for account in people:
        local = account.address.partition("@")[0].partition("+")[0]
        if len(local) < SHORTEST_LOGIN or local in _GENERIC or "noreply" in account.address:
            continue
        names = {folded(name) for name in account.names} - {""}
        for other in by_login.get(local, ()):
            is_called_so = not names.isdisjoint(folded(name) for name in other.names)
            rule = "same_login_and_name" if is_called_so else "same_login"
            yield pair_of(account.account_id, other.account_id, rule)


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name.partition("@")[0]).casefold()
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return kept.split()


def _is_alike(words: Sequence[str], group: set[str]) -> bool:
    if any(word in group for word in words if len(word) > 2):
        return True
    whole = "".join(words)
    return any(
        len(word) > 2
        and (word in whole or whole in word or whole.endswith(word[1:]) or word.endswith(whole[1:]))
        for word in group
        if len(whole) > 2
    )
