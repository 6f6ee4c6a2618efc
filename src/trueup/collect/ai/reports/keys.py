"""What names a record of a report: its day, then what it is grouped by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from trueup.collect.fields import clean
from trueup.collect.recorded import Sweep, Visit

_LONGEST = 240


def key_of(*parts: str) -> str:
    """Return what names a row of a report: its day first, then what it is grouped by.

    >>> key_of("2026-03-02", "claude-opus-4-5", "")
    '2026-03-02|claude-opus-4-5|-'
    """
    key = "|".join(clean(part).replace("|", "/").replace("\0", "") or "-" for part in parts)
    return key if len(key) <= _LONGEST else f"{key[:10]}|{digest(key)}"


def digest(text: str) -> str:
    """Return a short name of what is too long, or too private, to be written out."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def vanished(visit: Visit, kind: str, days: Iterable[str], seen: Iterable[str]) -> Iterator[Sweep]:
    """Yield what says that rows of these days are gone which a report no longer has.

    Parameters
    ----------
    days
        ISO days the report was read for whole; keys begin with theirs.
    """
    known, whole = visit.known(kind), frozenset(days)
    gone = {key for key in known if key[:10] in whole}.difference(seen)
    if gone:
        yield Sweep(kind=kind, keys=known - gone)
