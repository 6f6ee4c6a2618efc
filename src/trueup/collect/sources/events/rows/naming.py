"""What things of files are called in rows."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from trueup.collect.sources.events.files.gathering import slug

LEAD = "events"
_SHORT = re.compile(r"(?:[^@/\s]+@)?([^:/\s]+):(?!//)([^\s]+)")
_USUAL_PORTS = {"ssh": ":22", "https": ":443", "http": ":80"}


def event_id(native: str) -> str:
    """Return the id of a deployment, an incident, a run, a policy."""
    return f"{LEAD}:{native}"


def team_id_of(name: str | None) -> str | None:
    """Return the id of a team."""
    return f"{LEAD}:{slug(name)}" if name else None


def repository_id_of(address: str | None) -> str | None:
    """Return ``host/owner/name`` of an address, however it is written.

    >>> repository_id_of("git@GitHub.com:acme/shop.git")
    'github.com/acme/shop'
    >>> repository_id_of("https://github.com/acme/shop/")
    'github.com/acme/shop'
    """
    if address is None:
        return None
    text = address.strip()
    short = _SHORT.fullmatch(text)
    if "://" in text:
        try:
            parts = urlsplit(text)
        except ValueError:
            return None
        host = parts.netloc.rpartition("@")[2].removesuffix(_USUAL_PORTS.get(parts.scheme, "\n"))
        path = parts.path
    elif short is not None and len(short[1]) > 1 and not short[2][0].isdigit():
        host, path = short[1], short[2]
    else:
        host, _, path = text.partition("/")
    path = path.strip("/").removesuffix(".git").rstrip("/")
    return f"{host.lower()}/{path}" if host and path else None


def change_id_of(text: str | None) -> str | None:
    """Return the id of a change written as ``host/owner/name#12``."""
    repository, _, number = (text or "").rpartition("#")
    repository_id = repository_id_of(repository or None)
    return f"{repository_id}#{int(number)}" if repository_id and number.isdecimal() else None
