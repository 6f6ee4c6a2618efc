"""Which texts of a log are names and instants."""

from __future__ import annotations

import re
from functools import lru_cache

from trueup.collect.fields import instant

_NAME = re.compile(r"[\w.:/@+\[\]-]{1,120}", re.ASCII)
_BRANCH = re.compile(r"\S{1,250}")


@lru_cache(maxsize=1 << 12)
def name_of(value: str | None) -> str | None:
    """Return an id or a label; None for what is none, so that no text is taken for one."""
    return value if value and _NAME.fullmatch(value) else None


def branch_of(value: str | None) -> str | None:
    """Return the name of a branch; it holds no blanks."""
    return value if value and _BRANCH.fullmatch(value) else None


def instant_of(text: str | None) -> int | None:
    """Return epoch microseconds UTC of an instant, None where there is none."""
    try:
        return instant(text) if text else None
    except (ValueError, OverflowError):
        return None
