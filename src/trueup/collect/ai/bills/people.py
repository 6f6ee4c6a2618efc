"""People whom reports name: by address where one is stated, so that they meet those of git."""

from __future__ import annotations

from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading

_EMAIL = "email"


class People:
    """Gives accounts, and remembers each for the table of accounts.

    Parameters
    ----------
    platform
        Whose ids those are that are no addresses.
    """

    def __init__(self, reading: Reading, platform: str) -> None:
        self._reading = reading
        self._platform = platform
        self._met: dict[str, tuple[str, str]] = {}

    def of(self, email: str | None, native: str | None = None, kind: str = "human") -> str | None:
        """Return the account of an address, else of an id; None where neither is stated."""
        address = (email or "").strip().lower()
        if "@" not in address and "@" in (native or ""):
            address = (native or "").strip().lower()
        if "@" in address:
            return self._account(_EMAIL, address, "human")
        return self._account(self._platform, native, kind) if native else None

    def pseudonym(self, native: str) -> str:
        """Return what stands for an address or an id in ids of rows; it is met by that alone."""
        return self._reading.identify(_EMAIL if "@" in native else self._platform, native, "")

    def rows(self, rows: Rows) -> None:
        """Add every account met since the last time."""
        met, self._met = self._met, {}
        for account_id, (platform, kind) in sorted(met.items()):
            rows.add(
                "account",
                repository_id=self._reading.target_id,
                account_id=account_id,
                person_id=account_id,
                platform=platform,
                actor_kind=kind,
            )

    def _account(self, platform: str, native: str, kind: str) -> str:
        account_id = self._reading.identify(platform, native, "")
        self._met[account_id] = (platform, kind)
        return account_id
