"""Who did it: accounts of GitLab, and whose a commit's address is."""

from __future__ import annotations

import re

from trueup.collect.attribution import Attribution, CommitText, RuleTable
from trueup.collect.forge.accounts import DELETED, NOBODY, Account, Accounts, Who
from trueup.collect.forge.fields import Fields
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading
from trueup.collect.sources.gitlab.address import Address

PLATFORM = "gitlab"
_NOREPLY = re.compile(r"(?P<id>\d+)-(?P<login>[^@]+)@users\.noreply\.(?P<host>.+)", re.IGNORECASE)


class Actors:
    """Turns users into pseudonymous accounts, and remembers each for the `account` table.

    An account is named by its number at GitLab, so that it stays one when its login changes.
    What deleted users did is all booked to one Ghost User there: it is nobody.
    """

    def __init__(self, reading: Reading, address: Address, rules: RuleTable) -> None:
        self._identify = reading.identify
        self._target_id = reading.target_id
        self._address = address
        self._rules = rules
        self._accounts = Accounts()

    def of(self, user: Fields) -> Who:
        """Return who a user is; one that GitLab no longer names is deleted."""
        if not user:
            return DELETED
        login, number = user.text("username"), user.number("id")
        if login is None and not number:
            return NOBODY
        kind, tool = self._kind(user)
        if kind == "deleted":
            return DELETED
        account_id = self._account_id(login or "", number)
        self._accounts.met(account_id, Account(PLATFORM, account_id, kind, tool, None))
        return Who(account_id, kind)

    def by_address(self, commit: Fields) -> Who:
        """Return who a commit is by: the account its private address names, else the address."""
        name, email = commit.text("author_name") or "", commit.text("author_email") or ""
        if not name and not email:
            return NOBODY
        stated = self._stated(email, commit.now)
        if stated == DELETED:
            return DELETED
        kind, tool = self._rules.actor(name, email)
        if kind == "deleted":
            return DELETED
        account_id = self._identify("git", email.strip().lower() or name.strip(), name)
        rule = None if stated is None else "forge_commit_author"
        person = account_id if stated is None else stated.account_id or account_id
        self._accounts.met(account_id, Account("git", person, kind, tool, rule))
        return stated or Who(account_id, kind)

    def marks(self, user: Fields) -> list[Attribution]:
        """Return the marks of an AI agent's own account."""
        for name, email in self._forms(user):
            found = self._rules.classify(CommitText(name, email, name, email, "", is_merge=False))
            if found:
                return found
        return []

    def rows(self, rows: Rows) -> None:
        """Add every account met."""
        self._accounts.rows(rows, self._target_id)

    def _stated(self, email: str, now: int) -> Who | None:
        found = _NOREPLY.fullmatch(email)
        host = self._address.host.partition("/")[0].partition(":")[0]
        if found is None or found["host"].lower() != host:
            return None
        digits = found["id"]
        number = int(digits) if len(digits) < 10 else None
        return self.of(Fields({"id": number, "username": found["login"]}, now))

    def _account_id(self, login: str, number: int | None) -> str:
        native = str(number) if number else f"login:{login.lower()}"
        if not self._address.is_cloud:
            native = f"{self._address.host}/{native}"
        return self._identify(PLATFORM, native, login or native)

    def _kind(self, user: Fields) -> tuple[str, str | None]:
        said = [self._rules.actor(name, email) for name, email in self._forms(user)]
        for kind in ("deleted", "ai_agent", "bot"):
            found = next((one for one in said if one[0] == kind), None)
            if found is not None:
                return found
        return ("bot" if user.flag("bot") else "human"), None

    def _forms(self, user: Fields) -> list[tuple[str, str]]:
        """Return the identities commits of this account carry: the rules know those.

        Accounts are called the same on every server, so all are put as gitlab.com puts them.
        """
        login, number = user.text("username") or "", user.number("id")
        lead = f"{number}-" if number else ""
        address = f"{lead}{login}@users.noreply.gitlab.com"
        names = dict.fromkeys((login, user.text("name") or login))
        return [(name, address) for name in names]
