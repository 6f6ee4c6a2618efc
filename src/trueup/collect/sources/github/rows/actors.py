"""Who did it: accounts of GitHub, and what GitHub states on whose address is whose."""

from __future__ import annotations

import re
from typing import NamedTuple

from trueup.collect.attribution import Attribution, CommitText, RuleTable
from trueup.collect.forge.accounts import DELETED, NOBODY, Account, Accounts, Who
from trueup.collect.forge.fields import Fields
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading
from trueup.collect.sources.github.address import Address

PLATFORM = "github"
_NOREPLY = re.compile(r"(?P<id>\d+)\+(?P<login>[^@]+)@users\.noreply\.(?P<host>.+)", re.IGNORECASE)


class _Named(NamedTuple):
    """An actor as GitHub names it; empty and null where it does not."""

    typename: str
    login: str
    number: int | None


class Actors:
    """Turns actors into pseudonymous accounts, and remembers each for the `account` table.

    An account is named by its number at GitHub, so that it stays one when its login changes.
    """

    def __init__(self, reading: Reading, address: Address, rules: RuleTable) -> None:
        self._identify = reading.identify
        self._target_id = reading.target_id
        self._address = address
        self._rules = rules
        self._accounts = Accounts()
        self._known: dict[_Named, Who] = {}
        self._marks: dict[_Named, list[Attribution]] = {}
        self._kinds: dict[tuple[str, str], tuple[str, str | None]] = {}

    def of(self, actor: Fields) -> Who:
        """Return who an actor is; one that GitHub no longer names is deleted."""
        if not actor:
            return DELETED
        named = _named(actor)
        known = self._known.get(named)
        if known is None:
            known = self._known[named] = self._look_up(named)
        return known

    def _look_up(self, named: _Named) -> Who:
        if not named.login and named.number is None:
            return NOBODY
        kind, tool = self._kind(named)
        if kind == "deleted":
            return DELETED
        account_id = self._account_id(named)
        self._accounts.met(account_id, Account(PLATFORM, account_id, kind, tool, None))
        return Who(account_id, kind)

    def by_address(self, author: Fields) -> Who:
        """Return who a commit is by: GitHub's account where it states one, else the address.

        What GitHub states goes into the table too: the address is an account of git, and the
        person behind it is that account of GitHub.
        """
        name, email = author.text("name") or "", author.text("email") or ""
        stated = self._stated(author, email)
        if not name and not email:
            return stated or NOBODY
        kind, tool = self._kind_of_address(name, email)
        if kind == "deleted":
            return DELETED
        account_id = self._identify("git", email.strip().lower() or name.strip(), name)
        rule = None if stated is None else "forge_commit_author"
        person = account_id if stated is None else stated.account_id or account_id
        self._accounts.met(account_id, Account("git", person, kind, tool, rule))
        return stated or Who(account_id, kind)

    def marks(self, actor: Fields) -> list[Attribution]:
        """Return the marks of an AI agent's own account."""
        named = _named(actor)
        if named not in self._marks:
            texts = (CommitText(*one, *one, "", is_merge=False) for one in _forms(named))
            found = (self._rules.classify(text) for text in texts)
            self._marks[named] = next((marks for marks in found if marks), [])
        return self._marks[named]

    def rows(self, rows: Rows) -> None:
        """Add every account met."""
        self._accounts.rows(rows, self._target_id)

    def _stated(self, author: Fields, email: str) -> Who | None:
        user = author.part("user")
        if user:
            return self.of(user)
        found = _NOREPLY.fullmatch(email)
        if found is None or found["host"].lower() != self._address.host:
            return None
        number, login = int(found["id"]), found["login"]
        is_app = login.endswith("[bot]")
        actor = {
            "__typename": "Bot" if is_app else "User",
            "login": login.removesuffix("[bot]"),
            "databaseId": number,
        }
        return self.of(Fields(actor, author.now))

    def _account_id(self, named: _Named) -> str:
        number, login = named.number, named.login
        native = str(number) if number is not None else f"login:{login.lower()}"
        if not self._address.is_cloud:
            native = f"{self._address.host}/{native}"
        return self._identify(PLATFORM, native, login or native)

    def _kind(self, named: _Named) -> tuple[str, str | None]:
        said = [self._rules.actor(name, email) for name, email in _forms(named)]
        for kind in ("deleted", "ai_agent", "bot"):
            found = next((one for one in said if one[0] == kind), None)
            if found is not None:
                return found
        if named.typename == "Bot":
            return "bot", None
        return ("unknown" if named.typename == "Organization" else "human"), None

    def _kind_of_address(self, name: str, email: str) -> tuple[str, str | None]:
        known = self._kinds.get((name, email))
        if known is None:
            known = self._kinds[name, email] = self._rules.actor(name, email)
        return known


def _named(actor: Fields) -> _Named:
    return _Named(
        actor.text("__typename") or "", actor.text("login") or "", actor.number("databaseId")
    )


def _forms(named: _Named) -> list[tuple[str, str]]:
    """Return the identities commits of an account carry: the rules know those."""
    plain = named.login.removesuffix("[bot]")
    lead = f"{named.number}+" if named.number is not None else ""
    as_user = (plain, f"{lead}{plain}@users.noreply.github.com")
    if named.typename != "Bot" and plain == named.login:
        return [as_user]
    return [as_user, (f"{plain}[bot]", f"{lead}{plain}[bot]@users.noreply.github.com")]
