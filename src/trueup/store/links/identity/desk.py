"""The operator's desk: who is who in clear, and the words that correct it.

What is said here comes from identity.db and goes to the operator's terminal, never into a report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trueup.errors import ConfigError
from trueup.store.identity import Vault
from trueup.store.links.identity.evidence import Account, Pair
from trueup.store.links.identity.journal import Decision, Journal
from trueup.store.links.identity.persons import Persons, find_persons
from trueup.store.links.identity.resolving import known_accounts
from trueup.store.links.records import Records
from trueup.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person, and the accounts that are theirs, each with the rule that says so."""

    person_id: str
    accounts: tuple[tuple[Account, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Two accounts that may be one person's; nothing is made of it until somebody says so."""

    one: Account
    other: Account
    rule: str
    certainty: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Two accounts a rule would have tied, and why they are not."""

    one: Account
    other: Account
    rule: str
    reason: str


class Desk:
    """Who is who in a workspace, in clear, and how the operator corrects it.

    Parameters
    ----------
    folder
        The workspace.
    """

    def __init__(self, folder: Path) -> None:
        self._warehouse = Warehouse.open(folder)
        with Vault.open(folder) as vault:
            self._journal = Journal(vault.path)
            self._accounts, self._stated = self._known(vault)
        self._by_id = {account.account_id: account for account in self._accounts}

    def persons(self, *, alone_too: bool = False) -> tuple[Person, ...]:
        """Return persons of several accounts, or all of them."""
        found = self._found()
        groups: dict[str, list[tuple[Account, str]]] = {}
        for account in self._accounts:
            pair = found.rule_of.get(account.account_id)
            groups.setdefault(found.person_of[account.account_id], []).append(
                (account, pair.rule if pair else "")
            )
        return tuple(
            Person(person_id=person_id, accounts=tuple(accounts))
            for person_id, accounts in sorted(groups.items())
            if alone_too or len(accounts) > 1
        )

    def suggestions(self) -> tuple[Suggestion, ...]:
        """Return links that are likely and not sure, the surest first."""
        return tuple(
            Suggestion(
                one=self._by_id[pair.one],
                other=self._by_id[pair.other],
                rule=pair.rule,
                certainty=pair.certainty,
            )
            for pair in self._found().suggested
        )

    def refused(self) -> tuple[Refused, ...]:
        """Return links that rules found and that are not made."""
        return tuple(
            Refused(
                one=self.account(refusal.pair.one),
                other=self.account(refusal.pair.other),
                rule=refusal.pair.rule,
                reason=refusal.reason,
            )
            for refusal in self._found().refused
        )

    def shared(self) -> tuple[Account, ...]:
        """Return accounts that several people use."""
        return tuple(self._by_id[account_id] for account_id in self._found().shared)

    def decisions(self) -> tuple[Decision, ...]:
        """Return what the operator decided and did not take back."""
        return self._journal.standing()

    def find(self, said: str) -> Account:
        """Return the account somebody means by its id, ``platform:name``, login or address.

        Raises
        ------
        ConfigError
            No account is called so, or several are.
        """
        wanted = said.strip().lower()
        platform, _, native = wanted.partition(":")
        met = [
            account
            for account in self._accounts
            if account.account_id == said
            or wanted in _called(account)
            or (account.platform == platform and native in _called(account))
        ]
        if len(met) == 1:
            return met[0]
        if not met:
            raise ConfigError(
                f"No account is called {said!r}.", hint="List them: trueup identity list --all."
            )
        names = ", ".join(f"{a.platform}:{a.native_id or a.account_id}" for a in met[:5])
        raise ConfigError(f"{len(met)} accounts are called {said!r}.", hint=f"Say one of: {names}.")

    def merge(self, one: str, other: str, *, now: int) -> int:
        """Decide that two accounts are one person's; return the number of the decision.

        Raises
        ------
        ConfigError
            They are of one platform, or one is a machine's; or an account is not known.
        """
        first, second = self.find(one).account_id, self.find(other).account_id
        if first == second:
            raise ConfigError(f"{one} and {other} are one account.", hint="Name two.")
        standing = self.decisions()
        word = Decision(
            decision_id=max((d.decision_id for d in standing), default=0) + 1,
            kind="link",
            account_id=first,
            other_id=second,
            decided_at=now,
        )
        found = self._found([*standing, word])
        pair = tuple(sorted((first, second)))
        for refusal in found.refused:
            if refusal.pair.rule == "operator" and refusal.pair[:2] == pair:
                raise ConfigError(
                    f"{one} and {other} cannot be one person: {refusal.reason}.",
                    hint="See `trueup identity list`; `trueup identity undo` takes it back.",
                )
        return self._journal.decide("link", first, second, now=now)

    def split(self, one: str, other: str | None, *, now: int) -> int:
        """Decide that two accounts are two persons', or that one is tied to nobody.

        Raises
        ------
        ConfigError
            An account is not known.
        """
        first = self.find(one).account_id
        if other is None:
            return self._journal.decide("exclude", first, None, now=now)
        return self._journal.decide("unlink", first, self.find(other).account_id, now=now)

    def undo(self, decision_ids: Sequence[int], *, now: int, is_all: bool = False) -> int:
        """Take decisions back, the last one when none is named; return how many.

        Raises
        ------
        ConfigError
            There is nothing to take back, or no decision of that number stands.
        """
        standing = [decision.decision_id for decision in self.decisions()]
        wanted = standing if is_all else list(decision_ids) or standing[-1:]
        unknown = sorted(set(wanted) - set(standing))
        if not wanted or unknown:
            said = f"No decision {unknown[0]} stands." if unknown else "Nothing was decided."
            raise ConfigError(said, hint="List them: trueup identity list.")
        self._journal.undo(wanted, now=now)
        return len(wanted)

    def _found(self, decisions: Sequence[Decision] | None = None) -> Persons:
        standing = self.decisions() if decisions is None else decisions
        return find_persons(self._accounts, self._stated, standing)

    def _known(self, vault: Vault) -> tuple[list[Account], list[Pair]]:
        snapshot = self._warehouse.snapshot()
        try:
            with Records(self._warehouse.folder, snapshot.manifest) as records:
                records.see(tables=("account", "identity_link"))
                return known_accounts(records, vault)
        finally:
            snapshot.close()

    def account(self, account_id: str) -> Account:
        """Return an account by its id, also one of which nothing is known."""
        unknown = Account(account_id=account_id, platform="", actor_kind="unknown")
        return self._by_id.get(account_id, unknown)


def _called(account: Account) -> set[str]:
    return {name.lower() for name in (account.native_id, *account.names) if name}
