"""Sources that find files of their own on this machine: named, and read only when asked."""

from __future__ import annotations

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


def remarks_on_logs() -> list[str]:
    """Return what is worth saying of sessions with AI tools that are logged on this machine."""
    found = [name for name in source_names() if is_found_here(name)]
    if not found:
        return []
    said = (
        f"{_listed(found)} {'keeps' if len(found) == 1 else 'keep'} logs of sessions on this "
        f'machine: --connect "{found[0]}" reads how many tokens they took and which files they '
        "changed, and no word of them."
    )
    return [said]


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
