"""Who used a tool: by address where it is said, else by the id the tool gives them."""

from __future__ import annotations

from trueup.collect.forge.accounts import Account, Accounts
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading


class Persons:
    """Gives each person met a pseudonym, and writes each account once."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._accounts = Accounts()

    def of(self, told: str | None, tool: str) -> str | None:
        """Return the account of ``email:address`` or ``id:...``; None where nobody is named."""
        kind, _, native = (told or "").partition(":")
        if not native or kind not in {"email", "id"}:
            return None
        platform = "email" if kind == "email" else tool
        native = native.lower() if kind == "email" else native
        account_id = self._reading.identify(platform, native, native if kind == "email" else "")
        actor = "human" if kind == "email" else "unknown"
        self._accounts.met(account_id, Account(platform, account_id, actor, None, None))
        return account_id

    def rows(self, rows: Rows) -> None:
        """Add every account met."""
        self._accounts.rows(rows, self._reading.target_id)
