"""Which version of an address was seen last, so that what did not change is not sent again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Seen:
    """Versions (ETags) by address: those of earlier visits, and those of this one."""

    earlier: Mapping[str, str] = field(default_factory=dict)
    now: dict[str, str] = field(default_factory=dict)
