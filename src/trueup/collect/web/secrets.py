"""Where tokens come from: named in trueup.toml, held elsewhere, said to nobody."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from trueup.collect.recorded import Signing
from trueup.errors import ConfigError


class Credential(Protocol):
    """Gives the token that is good now."""

    def token(self, now: float) -> str:
        """Return the token; empty where none is needed. `now` is in seconds since 1970.

        Raises
        ------
        SourceUnavailable
            The server gives none.
        """
        ...


@dataclass(frozen=True, slots=True)
class FixedToken:
    """A token that lasts."""

    secret: str = field(repr=False)

    def token(self, now: float) -> str:  # noqa: ARG002 - part of Credential
        """Return it."""
        return self.secret


def read_secret(reference: str) -> str:
    """Return the secret a reference names: ``env:NAME``, ``keyring:service/user``, ``file:path``.

    Raises
    ------
    ConfigError
        Nothing is there; the message names the place and never what is in it.
    """
    kind, _, place = reference.partition(":")
    if kind == "env":
        secret = os.environ.get(place, "")
        if not secret.strip():
            raise ConfigError(
                f"The environment has no {place}, which is named as the place of a secret.",
                hint=f"Set it: export {place}=...",
            )
        return secret.strip()
    if kind == "file":
        return _from_file(Path(place).expanduser())
    return _from_keyring(place)


def signed(signing: Signing, token: str, user: str) -> dict[str, str]:
    """Return the header fields that carry a token; none where there is none."""
    if not token or signing.body_key:
        return {}
    form = signing.form_with_user if user and signing.form_with_user else signing.form
    basic = base64.b64encode(f"{user}:{token}".encode()).decode()
    as_user = base64.b64encode(f"{token}:".encode()).decode()
    return {signing.header: form.format(token=token, basic=basic, basic_user=as_user)}


def _from_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path}, which a connection names, cannot be read.",
            hint="Name a text file you may read.",
        ) from error


def _from_keyring(place: str) -> str:
    service, _, user = place.rpartition("/")
    try:
        import keyring
    except ImportError as error:
        raise ConfigError(
            "A connection keeps its token in the keyring, and the library for it is missing.",
            hint="Install the extra: pip install 'trueup[keyring]'; or name env:NAME instead.",
        ) from error
    from keyring.errors import KeyringError

    try:
        secret = keyring.get_password(service, user)
    except KeyringError as error:
        raise ConfigError(
            f"The keyring cannot be read: {type(error).__name__}.",
            hint="Unlock it, or name env:NAME instead.",
        ) from error
    if not secret:
        raise ConfigError(
            f"The keyring holds nothing for {user!r} of {service!r}.",
            hint=f"Put it there: keyring set {service} {user}",
        )
    return secret.strip()
