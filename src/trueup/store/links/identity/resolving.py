"""Persons of a workspace: accounts sources landed, with their clear names, made persons."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from trueup.model.organisation_tables import IDENTITY_LINK
from trueup.store.identity import Identity, Vault
from trueup.store.links.identity.evidence import Account, Pair
from trueup.store.links.identity.journal import Journal
from trueup.store.links.identity.persons import Persons, find_persons
from trueup.store.links.records import Records, landed_as

_ACCOUNTS = """
SELECT account_id, min(platform) AS platform,
       arg_min(actor_kind, CASE actor_kind WHEN 'bot' THEN 1 WHEN 'ai_agent' THEN 2
               WHEN 'human' THEN 3 WHEN 'deleted' THEN 4 ELSE 5 END) AS actor_kind
FROM raw_account GROUP BY account_id ORDER BY account_id
"""

_STATED = """
SELECT DISTINCT account_id, person_id, coalesce(link_rule, 'stated') AS rule, 1.0::DOUBLE AS score
FROM raw_account WHERE person_id <> account_id
UNION
SELECT account_id, person_id, coalesce(rule, 'stated'), coalesce(score, 1.0)::DOUBLE
FROM raw_identity_link WHERE unlinked_at IS NULL
"""

_PERSON = pa.schema(
    [
        ("account_id", pa.string()),
        ("person_id", pa.string()),
        ("actor_kind", pa.string()),
        ("rule", pa.string()),
        ("is_linked", pa.bool_()),
    ]
)


def known_accounts(records: Records, vault: Vault) -> tuple[list[Account], list[Pair]]:
    """Return every account, in clear, and what sources state of who is who.

    Needs the views of every target.
    """
    clear = {identity.account_id: identity for identity in vault.everyone()}
    landed = records.sql(_ACCOUNTS).to_pylist()
    accounts = [
        _account(row["account_id"], row["platform"], row["actor_kind"], clear) for row in landed
    ]
    met = {account.account_id for account in accounts}
    accounts += [
        _account(account_id, identity.platform, "unknown", clear)
        for account_id, identity in sorted(clear.items())
        if account_id not in met
    ]
    stated = [Pair(*row.values()) for row in records.sql(_STATED).to_pylist()]
    return accounts, stated


def resolve(records: Records, vault: Vault, journal: Journal) -> tuple[list[Account], Persons]:
    """Return every account and who is who; leaves the table ``person`` in the engine.

    Its columns: ``account_id``, ``person_id``, ``actor_kind``, ``rule`` (null where an account
    stands for itself), ``is_linked``: the person has accounts on several platforms.
    """
    accounts, stated = known_accounts(records, vault)
    persons = find_persons(accounts, stated, journal.standing())
    platforms: dict[str, set[str]] = {}
    for account in accounts:
        person_id = persons.person_of[account.account_id]
        platforms.setdefault(person_id, set()).add(account.platform)
    rows = [
        {
            "account_id": account.account_id,
            "person_id": persons.person_of[account.account_id],
            "actor_kind": account.actor_kind,
            "rule": pair.rule if (pair := persons.rule_of.get(account.account_id)) else None,
            "is_linked": len(platforms[persons.person_of[account.account_id]]) > 1,
        }
        for account in accounts
    ]
    records.make(
        "person", "SELECT * FROM resolved", resolved=pa.Table.from_pylist(rows, schema=_PERSON)
    )
    return accounts, persons


def link_rows(persons: Persons, earlier: pa.Table, now: int) -> pa.Table:
    """Return rows of `identity_link`: links that hold, and those that held once.

    Parameters
    ----------
    earlier
        What the last linking landed: a link that still holds keeps the instant it was made.
    now
        Epoch microseconds UTC.
    """
    holding = {
        (account_id, persons.person_of[account_id]): pair
        for account_id, pair in persons.rule_of.items()
        if persons.person_of[account_id] != account_id
    }
    rows: list[dict[str, object]] = []
    for row in earlier.select(IDENTITY_LINK.schema.names).to_pylist():
        key = (row["account_id"], row["person_id"])
        if row["unlinked_at"] is None:
            pair = holding.get(key)
            if pair is None or pair.rule != row["rule"]:
                row["unlinked_at"] = max(now, row["linked_at"])
            else:
                del holding[key]
        rows.append(row)
    rows += [
        _link(account_id, person_id, pair, now) for (account_id, person_id), pair in holding.items()
    ]
    rows = list({(r["account_id"], r["person_id"], r["linked_at"]): r for r in rows}.values())
    rows.sort(key=lambda row: (str(row["account_id"]), str(row["person_id"]), row["linked_at"]))
    return landed_as("identity_link", pa.Table.from_pylist(rows, schema=IDENTITY_LINK.schema))


def _link(account_id: str, person_id: str, pair: Pair, now: int) -> dict[str, object]:
    return {
        "account_id": account_id,
        "person_id": person_id,
        "rule": pair.rule,
        "score": pair.certainty,
        "decided_by": "operator" if pair.rule == "operator" else "rule",
        "linked_at": now,
        "unlinked_at": None,
    }


def _account(
    account_id: str, platform: str, kind: str | None, clear: Mapping[str, Identity]
) -> Account:
    identity = clear.get(account_id)
    if identity is None:
        return Account(account_id=account_id, platform=platform, actor_kind=kind or "unknown")
    return Account(
        account_id=account_id,
        platform=platform or identity.platform,
        actor_kind=kind or "unknown",
        native_id=identity.native_id,
        names=tuple(name for name in (identity.name, *identity.further_names) if name),
    )
