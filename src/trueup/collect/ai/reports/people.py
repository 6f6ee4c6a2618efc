"""People as reports name them: by the address or the login they use the tool with."""

from __future__ import annotations

from trueup.collect.forge.accounts import Account, Accounts
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading


class People:
    """Gives each person met the pseudonym of the account, and writes the account once."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._accounts = Accounts()

    def by_address(self, address: str | None, name: str | None = None) -> str | None:
        """Return the account of an e-mail address; None where there is none."""
        native = (address or "").strip().lower()
        if not native:
            return None
        return self._met("email", native, name or native)

    def on_github(self, number: int | None, login: str | None, host: str = "") -> str | None:
        """Return the account of a user of GitHub, as its own source calls it.

        Parameters
        ----------
        host
            Of a server of one's own; empty for github.com.
        """
        if not number and not login:
            return None
        native = str(number) if number else f"login:{(login or '').lower()}"
        return self._met("github", f"{host}/{native}" if host else native, login or native)

    def by_either(
        self, address: str | None, platform: str, native: str | None, kind: str = "human"
    ) -> str | None:
        """Return the account of an address, else of an id on a platform; None where both lack."""
        stated = next((one for one in (address, native) if one and "@" in one), None)
        if stated is not None:
            return self._met("email", stated.strip().lower(), "")
        return self._met(platform, native, "", kind) if native else None

    def rows(self, rows: Rows) -> None:
        """Add every account met."""
        self._accounts.rows(rows, self._reading.target_id)

    def _met(self, platform: str, native: str, name: str, kind: str = "human") -> str:
        account_id = self._reading.identify(platform, native, name)
        self._accounts.met(account_id, Account(platform, account_id, kind, None, None))
        return account_id
