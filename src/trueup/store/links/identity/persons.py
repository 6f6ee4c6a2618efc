"""Accounts united into persons: by the operator's word, then by rules, never against a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from trueup.store.links.identity.evidence import (
    ADDRESSES,
    PERSONS,
    Account,
    Pair,
    is_shared,
    pair_of,
    pairs,
    same_accounts,
)
from trueup.store.links.identity.journal import Decision

ONE_PLATFORM = "both are accounts of one platform"
MACHINE = "one is a machine or a deleted account, the other is not"
SHARED = "a mailbox that several people use"
DECIDED = "the operator keeps them apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A link that a rule found and that is not made."""

    pair: Pair
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """Who is who.

    Parameters
    ----------
    person_of
        The account that stands for the person, by account; an account alone stands for itself.
    rule_of
        By which rule, and how sure, an account came to its person; only of those that did.
    suggested
        Links below certainty, surest first; none of them is made.
    refused
        Links that rules found and that must not be.
    shared
        Accounts that are no single person's.
    """

    person_of: Mapping[str, str]
    rule_of: Mapping[str, Pair]
    suggested: tuple[Pair, ...]
    refused: tuple[Refusal, ...]
    shared: tuple[str, ...]


def find_persons(
    accounts: Sequence[Account], stated: Iterable[Pair], decisions: Sequence[Decision] = ()
) -> Persons:
    """Unite accounts into persons; the order in which anything is given does not matter.

    Two accounts of one platform are never united, but addresses are: people have several; and a
    login that people wrote is the account that goes by it.
    A machine or a deleted account is never united with a person.
    """
    same = same_accounts(accounts)
    accounts = [account for account in accounts if account.account_id not in same]
    stated = [
        pair_of(same.get(one, one), same.get(other, other), rule, certainty)
        for one, other, rule, certainty in stated
    ]
    shared = {account.account_id for account in accounts if is_shared(account)}
    linked, apart, excluded = _words([_meant(word, same) for word in decisions])
    uniting = _Uniting(accounts, apart)
    refused: list[Refusal] = []
    for pair in sorted(linked):
        reason = uniting.unite(pair)
        refused += [Refusal(pair=pair, reason=reason)] if reason else []
    suggested: list[Pair] = []
    for pair in pairs(accounts, stated):
        if excluded.intersection(pair[:2]):
            continue
        if shared.intersection(pair[:2]):
            refused.append(Refusal(pair=pair, reason=SHARED))
        elif pair.certainty < 1:
            suggested.append(pair)
        else:
            reason = uniting.unite(pair)
            refused += [Refusal(pair=pair, reason=reason)] if reason else []
    person_of = uniting.persons()
    return Persons(
        person_of=person_of | {one: person_of[account] for one, account in same.items()},
        rule_of=uniting.rule_of
        | {one: pair_of(one, account, "same_account") for one, account in same.items()},
        suggested=tuple(pair for pair in suggested if not uniting.why_not(pair, said_too=True)),
        refused=tuple(refused),
        shared=tuple(sorted(shared)),
    )


def _meant(word: Decision, same: Mapping[str, str]) -> Decision:
    """Return a decision on the accounts that logins stand for."""
    one, other = word.account_id, word.other_id
    return replace(word, account_id=same.get(one, one), other_id=other and same.get(other, other))


def _words(
    decisions: Sequence[Decision],
) -> tuple[set[Pair], set[frozenset[str | None]], set[str]]:
    """Return links made, accounts kept apart, and accounts tied to nobody: the last word counts."""
    linked: set[Pair] = set()
    apart: set[frozenset[str | None]] = set()
    excluded: set[str] = set()
    for word in sorted(decisions, key=lambda decision: decision.decision_id):
        both = {word.account_id, word.other_id or word.account_id}
        if word.kind == "exclude":
            excluded |= both
            linked = {pair for pair in linked if word.account_id not in pair[:2]}
        elif word.kind == "unlink":
            apart.add(frozenset(both))
            linked = {pair for pair in linked if set(pair[:2]) != both}
        elif word.other_id is not None:
            linked.add(pair_of(word.account_id, word.other_id, "operator"))
            apart.discard(frozenset(both))
            excluded -= both
    return linked, apart, excluded


class _Uniting:
    """Groups of accounts that grow together, as long as nothing forbids it."""

    def __init__(self, accounts: Sequence[Account], apart: set[frozenset[str | None]]) -> None:
        self._account = {account.account_id: account for account in accounts}
        self._group: dict[str, list[str]] = {a.account_id: [a.account_id] for a in accounts}
        self._apart = apart
        self.rule_of: dict[str, Pair] = {}

    def unite(self, pair: Pair) -> str:
        """Make two accounts one person's; return why not, or nothing."""
        for account_id in pair[:2]:
            self._group.setdefault(account_id, [account_id])
        one, other = self._group[pair.one], self._group[pair.other]
        if one is other:
            return ""
        reason = self.why_not(pair)
        if reason:
            return reason
        small, large = sorted((one, other), key=lambda group: (len(group), group))
        for account_id in pair[:2]:
            self.rule_of.setdefault(account_id, pair)
        large.extend(small)
        for account_id in small:
            self._group[account_id] = large
        return ""

    def why_not(self, pair: Pair, *, said_too: bool = False) -> str:
        """Return what forbids a link; `said_too` counts that it is made already."""
        one = self._group.get(pair.one, [pair.one])
        other = self._group.get(pair.other, [pair.other])
        if one is other:
            return "it is made" if said_too else ""
        if any(frozenset((a, b)) in self._apart for a in one for b in other):
            return DECIDED
        if self._platforms(one) & self._platforms(other):
            return ONE_PLATFORM
        kinds = {self._is_person(account_id) for account_id in (*one, *other)} - {None}
        return MACHINE if len(kinds) > 1 else ""

    def persons(self) -> dict[str, str]:
        """Return who stands for whom: an address of git before others, then the first by name."""
        return {account_id: min(group, key=self._rank) for account_id, group in self._group.items()}

    def _rank(self, account_id: str) -> tuple[bool, str]:
        account = self._account.get(account_id)
        return (account is not None and account.platform not in ADDRESSES, account_id)

    def _platforms(self, group: list[str]) -> set[str]:
        known = (self._account.get(account_id) for account_id in group)
        return {account.platform for account in known if account} - {*ADDRESSES}

    def _is_person(self, account_id: str) -> bool | None:
        account = self._account.get(account_id)
        if account is None or account.actor_kind == "unknown":
            return None
        return account.actor_kind in PERSONS
