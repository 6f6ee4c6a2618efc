"""Whose machine this is, and what a folder of logs on it is called."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from pathlib import Path

from trueup.collect.ai.logs.checkouts import asked_git
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading

PLATFORM = "git"
_MACHINE = Path("/etc/machine-id")


def machine_person(folder: Path | None = None) -> dict[str, str]:
    """Return name and address of who uses this machine, as git would write them into a commit.

    Empty where git knows no address. Both are clear: they belong in a record, never in a row.
    """
    where = folder if folder is not None else Path.home()
    email = asked_git(where, "config", "user.email").strip().lower()
    return {"email": email, "name": asked_git(where, "config", "user.name")} if email else {}


def target_id_of(source: str, folder: Path) -> str:
    """Return what a folder of logs on this machine is called: no path, no login, always the same.

    >>> target_id_of("codex", Path("/logs")) == target_id_of("codex", Path("/logs"))
    True
    """
    try:
        machine = _MACHINE.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        machine = platform.node()
    named = f"{machine}\0{folder.expanduser().resolve()}".encode("utf-8", "surrogateescape")
    return f"{source}:{hashlib.blake2b(named, digest_size=6).hexdigest()}"


def stream_of(name: str) -> str:
    """Return the stream of one file, by its path in the folder of logs; it shows none of it."""
    named = name.encode("utf-8", "surrogateescape")
    return f"file:{hashlib.blake2b(named, digest_size=8).hexdigest()}"


def is_own(folder: Path) -> bool:
    """Say whether a folder lies in the home of who runs this, so that its logs are theirs."""
    return folder.expanduser().resolve().is_relative_to(Path.home().resolve())


def person_id_of(person: object, reading: Reading, rows: Rows) -> str | None:
    """Return the pseudonym of what `machine_person` gave, and add its account; None for nobody.

    It is that of git's own account of the same address, so that both are one person.
    """
    email = person.get("email") if isinstance(person, Mapping) else None
    if not isinstance(email, str) or not email.strip():
        return None
    name = person.get("name") if isinstance(person, Mapping) else None
    known = name if isinstance(name, str) else ""
    account_id = reading.identify(PLATFORM, email.strip().lower(), known)
    rows.add(
        "account",
        repository_id=reading.target_id,
        account_id=account_id,
        person_id=account_id,
        platform=PLATFORM,
        actor_kind="human",
        link_rule="same_address",
    )
    return account_id
