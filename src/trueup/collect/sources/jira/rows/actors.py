"""Who did it: accounts of Jira, and the addresses Jira shows beside them."""

from __future__ import annotations

from typing import NamedTuple

from trueup.collect.attribution import RuleTable
from trueup.collect.fields import Fields
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading

PLATFORM = "jira"
_FORGOTTEN = "unknown"
"""What the cloud calls an account that was erased."""
_NAMES_OF_FORGOTTEN = frozenset(("former user", "deleted user", "anonymous"))
_SAID = ("account", "login", "name", "email", "type")
_SURER = ("ai_agent", "bot", "human", "unknown")


class Who(NamedTuple):
    """An actor: the account, null where nobody can be named, and of what kind it is."""

    account_id: str | None
    kind: str


DELETED = Who(None, "deleted")


class _Account(NamedTuple):
    platform: str
    person_id: str
    kind: str
    tool: str | None
    link_rule: str | None


class Actors:
    """Turns users into pseudonymous accounts, and remembers each for the `account` table.

    The cloud numbers accounts for all of Atlassian; a data center knows only its own.
    """

    def __init__(self, reading: Reading, host: str, rules: RuleTable) -> None:
        self._identify = reading.identify
        self._target_id = reading.target_id
        self._host = host
        self._rules = rules
        self._accounts: dict[str, _Account] = {}
        self._known: dict[tuple[str | None, ...], Who] = {}

    def of(self, user: Fields) -> Who:
        """Return who a user is; one that Jira no longer names is deleted."""
        if not user:
            return DELETED
        said = tuple(map(user.text, _SAID))
        known = self._known.get(said)
        if known is None:
            known = self._known[said] = self._look_up(said)
        return known

    def _look_up(self, said: tuple[str | None, ...]) -> Who:
        account, login, said_name, said_email, form = said
        native, name = account or login, said_name or ""
        if native is None or native == _FORGOTTEN or name.lower() in _NAMES_OF_FORGOTTEN:
            return DELETED
        email = (said_email or "").strip().lower()
        kind, tool = self._rules.actor(name, email)
        if kind == "deleted":
            return DELETED
        if form == "app" and kind not in {"bot", "ai_agent"}:
            kind = "bot"
        platform = PLATFORM if account else f"{PLATFORM}:{self._host}"
        account_id = self._identify(platform, native, name)
        self._remember(account_id, _Account(platform, account_id, kind, tool, None))
        if "@" in email and kind == "human":
            address = self._identify("email", email, name)
            self._remember(address, _Account("email", account_id, kind, tool, "tracker_profile"))
        return Who(account_id, kind)

    def rows(self, rows: Rows) -> None:
        """Add every account met."""
        for account_id, account in sorted(self._accounts.items()):
            rows.add(
                "account",
                repository_id=self._target_id,
                account_id=account_id,
                person_id=account.person_id,
                platform=account.platform,
                actor_kind=account.kind,
                tool=account.tool,
                link_rule=account.link_rule,
            )

    def _remember(self, account_id: str, account: _Account) -> None:
        known = self._accounts.get(account_id)
        if known is None or _rank(account) < _rank(known):
            self._accounts[account_id] = account


def _rank(account: _Account) -> tuple[int, str]:
    return _SURER.index(account.kind), account.person_id
