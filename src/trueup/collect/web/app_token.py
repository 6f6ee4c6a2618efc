"""Tokens of a GitHub App: an app signs in with its key and is lent a token for an hour.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trueup.errors import ConfigError, SourceUnavailable

OPTIONS: Mapping[str, str] = {
    "app_id": "number of a GitHub App, instead of a token",
    "installation_id": "number of its installation",
    "private_key": "where its private key is: file:PATH, env:NAME or keyring:service/user",
}
"""Options of a connection that signs in as an app."""

_EARLY_SECONDS = 300.0
_SIGNED_FOR_SECONDS = 540
_CLOCK_DRIFT_SECONDS = 60

Exchange = Callable[[str, str], Mapping[str, Any]]
"""Posts to a path with a signature of the app, and returns the answer."""


@dataclass(slots=True)
class AppToken:
    """Lends itself a new token whenever the last one is about to end."""

    app_id: str
    installation_id: str
    key: str = field(repr=False)
    exchange: Exchange = field(repr=False)
    _lent: str = field(default="", repr=False)
    _until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def token(self, now: float) -> str:
        """Return a token that is good for some minutes at least."""
        with self._lock:
            if now > self._until - _EARLY_SECONDS:
                self._lend(now)
            return self._lent

    def _lend(self, now: float) -> None:
        path = f"/app/installations/{self.installation_id}/access_tokens"
        answer = self.exchange(path, self._signature(now))
        try:
            lent, until = str(answer["token"]), datetime.fromisoformat(str(answer["expires_at"]))
        except (KeyError, TypeError, ValueError) as error:
            raise SourceUnavailable(
                "The server lent the app no token.",
                hint="Check app_id and installation_id, and that the app is installed there.",
            ) from error
        self._lent, self._until = lent, until.timestamp()

    def _signature(self, now: float) -> str:
        try:
            import jwt
        except ImportError as error:
            raise ConfigError(
                "A connection signs in as an app, and the library for it is missing.",
                hint="Install the extra: pip install 'trueup[github-app]'; or use a token.",
            ) from error
        claims = {
            "iat": int(now) - _CLOCK_DRIFT_SECONDS,
            "exp": int(now) + _SIGNED_FOR_SECONDS,
            "iss": self.app_id,
        }
        try:
            return jwt.encode(claims, self.key, algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            raise ConfigError(
                "The private key of the app is not an RSA key in PEM form.",
                hint="Name the .pem file GitHub gave you: private_key = 'file:...'.",
            ) from error
