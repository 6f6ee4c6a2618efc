"""What a round over everything connected brought."""

from __future__ import annotations

from dataclasses import dataclass

from trueup.errors import TrueupError


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What one collection brought.

    Parameters
    ----------
    repository_ids
        Every repository found at the locations and now in the warehouse.
    failed
        Targets and connections that could not be read, each with its reason; rows of earlier
        collections stand.
    connected
        Source and target_id of everything read through the connections of trueup.toml.
    """

    repository_ids: tuple[str, ...]
    failed: tuple[tuple[str, TrueupError], ...] = ()
    connected: tuple[tuple[str, str], ...] = ()
