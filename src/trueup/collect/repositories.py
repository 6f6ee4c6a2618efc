"""What a repository is called, however its address is written."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_SHORT = re.compile(r"(?:[^@/\s]+@)?([^:/\s]+):(?!//)([^\s]+)")
_USUAL_PORTS = {"ssh": ":22", "https": ":443", "http": ":80"}


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
