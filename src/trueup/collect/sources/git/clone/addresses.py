"""Remote addresses in one form, so that the same repository has the same name everywhere."""

from __future__ import annotations

import re

from trueup.collect.sources.git.process import Git

_SCP = re.compile(r"(?:[^@/]+@)?([^:/\[\]]+|\[[^\]]+\]):(?!//)(.+)")
_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^@/]*@)?(?P<host>[^/:]+|\[[^\]]+\])"
                  r"(?::(?P<port>\d+))?/(?P<path>.+)", re.IGNORECASE)  # fmt: skip
_USUAL_PORTS = {"https": "443", "http": "80", "git": "9418"}
_PREFERRED = ("origin", "upstream")


def normalised(address: str) -> str | None:
    """Return ``host/path`` of a remote address; None for a path on this machine.

    Scheme, user, password, usual port, ``.git`` and trailing slashes go; the host is lowered.
    A port of ssh goes always: it is that of a daemon, and no web address has it.

    >>> normalised("git@GitHub.com:pallets/flask.git")
    'github.com/pallets/flask'
    >>> normalised("https://user:token@example.org:8443/a/b/")
    'example.org:8443/a/b'
    """
    found = _URL.fullmatch(address.strip())
    if found is not None:
        scheme, port = found["scheme"].lower(), found["port"]
        if scheme == "file":
            return None
        usual = not port or "ssh" in scheme or _USUAL_PORTS.get(scheme) == port
        return _joined(found["host"] if usual else f"{found['host']}:{port}", found["path"])
    short = _SCP.fullmatch(address.strip())
    if short is None or len(short[1]) == 1:  # one letter is a drive
        return None
    return _joined(short[1], short[2])


def is_remote(location: str) -> bool:
    """Tell whether a location on the command line names another machine."""
    return "://" in location or _SCP.fullmatch(location) is not None


def remote_addresses(git: Git) -> dict[str, str]:
    """Return the normalised address of each remote that lies on another machine."""
    said = git.run("config", "--null", "--get-regexp", r"^remote\..*\.url$", ok=(0, 1))
    found: dict[str, str] = {}
    for entry in said.decode("utf-8", "replace").split("\0"):
        key, _, value = entry.partition("\n")
        address = normalised(value) if value else None
        if address is not None:
            found.setdefault(key.removeprefix("remote.").removesuffix(".url"), address)
    return found


def main_address(git: Git) -> str | None:
    """Return the address a repository is known by: ``origin``, else ``upstream``, else any."""
    remotes = remote_addresses(git)
    for name in (*_PREFERRED, *remotes):
        if name in remotes:
            return remotes[name]
    return None


def _joined(host: str, path: str) -> str:
    path = path.strip("/").removesuffix(".git").rstrip("/")
    return f"{host.lower()}/{path}"
