"""Sources that find files of their own on this machine: named, and read only when asked."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.collect.catalogue import find_source, source_names
from trueup.collect.web.nowhere import NoWeb
from trueup.config import Connection
from trueup.errors import TrueupError


def is_found_here(name: str) -> bool:
    """Say whether a source, named without a target, finds files of its own on this machine."""
    source = find_source(name)
    if source.server is not None:
        return False
    try:
        return bool(source.targets(Connection(source=name), NoWeb(name)))
    except TrueupError:
        return False


def logs_found() -> tuple[str, ...]:
    """Return the sources that find logs of sessions with AI tools on this machine."""
    return tuple(name for name in source_names() if is_found_here(name))


def remark_on(names: Sequence[str]) -> str:
    """Say what is worth saying of logs that are there and not connected."""
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return (
        f"{listed} {'keeps' if len(names) == 1 else 'keep'} logs of sessions on this machine: "
        f'--connect "{names[0]}" reads how many tokens they took and which files they changed, '
        "and no word of them."
    )
