"""What names of environments mean: which of them users reach."""

from __future__ import annotations

import re

PRODUCTION = r"(?:.*[-_/ .])?(?:prod|production|live)(?:[-_/ .].*)?"
"""Matches the whole name of an environment that users reach; case does not count."""

_PRODUCTION = re.compile(PRODUCTION, re.IGNORECASE)


def environment_of(name: str | None, production: re.Pattern[str] = _PRODUCTION) -> str | None:
    """Return ``production`` for what users reach, else the name in lower case.

    >>> environment_of("Live-EU"), environment_of("Staging")
    ('production', 'staging')
    """
    if name is None:
        return None
    return "production" if production.fullmatch(name.strip()) else name.strip().lower()
