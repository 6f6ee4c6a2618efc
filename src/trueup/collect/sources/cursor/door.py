"""What is kept of Cursor's answers: no message of a commit, nobody's name, no version."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from trueup.collect.ai.reports.days import day_of
from trueup.collect.answers import objects, part, said
from trueup.collect.recorded import Record

_DAY = (
    *("day", "date", "email", "acceptedLinesAdded", "acceptedLinesDeleted"),
    *("totalApplies", "totalAccepts", "totalRejects", "totalTabsShown", "totalTabsAccepted"),
    *("composerRequests", "chatRequests", "agentRequests", "cmdkUsages"),
)
_COUNTS = _DAY[3:]
_EVENT = (
    *("timestamp", "userEmail", "conversationId", "model", "isChargeable", "tokenUsage"),
    *("chargedCents", "cursorTokenFee"),
)
_COUNTED = ("inputTokens", "outputTokens", "cacheWriteTokens", "cacheReadTokens")
_TOKENS = (*_COUNTED, "totalCents")
_NAMING = ("timestamp", "userEmail", "model")
_COMMIT = (
    *("commitHash", "userEmail", "repoName", "commitTs"),
    *("tabLinesAdded", "tabLinesDeleted", "composerLinesAdded", "composerLinesDeleted"),
)
_SEAT = ("email",)

_LONGEST = 14

One = Mapping[str, Any]


def day_records(items: object) -> Iterator[Record]:
    """Yield a record of each person and day with anything on it.

    Lists by page hold members who did nothing, too: they stand among the seats.
    """
    for one in objects(items):
        who, day = _who(one, "email"), said(one, "day") or str(one.get("date") or "")
        if who and day and any(one.get(name) for name in _COUNTS):
            yield Record(kind="day", key=f"{day}:{who}", body=_kept(one, _DAY))


def event_records(items: Iterable[One], seen: Counter[str]) -> Iterator[Record]:
    """Yield a record of each request.

    They have no id: instant, person, model and tokens name one, and a number where an answer
    holds the same more than once. Charges do not, for they come late.

    Parameters
    ----------
    seen
        How often each was seen in the span asked for; counted on.
    """
    for one in items:
        day = _day_of(one.get("timestamp"))
        if not day:
            continue
        usage = part(one, "tokenUsage")
        naming = [str(one.get(name)) for name in _NAMING]
        naming += [str(usage.get(name)) for name in _COUNTED]
        name = hashlib.sha256(repr(naming).encode("utf-8", "replace")).hexdigest()[:24]
        seen[name] += 1
        body = _kept(one, _EVENT) | {"kind": one.get("kind") or one.get("kindLabel")}
        if usage:
            body["tokenUsage"] = _kept(usage, _TOKENS)
        yield Record(kind="event", key=f"{day}:{name}-{seen[name]}", body=body)


def commit_records(items: Iterable[One]) -> list[Record]:
    """Return a record of each commit and person; of its branches the default one counts."""
    found: dict[str, tuple[tuple[bool, str], One]] = {}
    for one in items:
        if not said(one, "commitHash"):
            continue
        key = f"{said(one, 'commitHash')}:{_who(one, 'userEmail')}"
        rank = (one.get("isPrimaryBranch") is not True, said(one, "branchName"))
        if key not in found or rank < found[key][0]:
            found[key] = (rank, one)
    return [
        Record(kind="commit", key=key, body=_kept(one, _COMMIT))
        for key, (_, one) in sorted(found.items())
    ]


def seats(answer: One) -> dict[str, dict[str, Any]]:
    """Return what is kept of each member of the team who is not removed."""
    members = objects(answer.get("teamMembers"))
    there = [one for one in members if one.get("isRemoved") is not True and _who(one, "email")]
    return {_who(one, "email"): _kept(one, _SEAT) for one in there}


def _day_of(stamp: object) -> str:
    """Return the ISO day of an instant in epoch milliseconds; empty where it is none."""
    text = str(stamp)
    is_instant = text.isascii() and text.isdecimal() and len(text) <= _LONGEST
    return day_of(int(text) * 1000).isoformat() if is_instant else ""


def _who(one: One, address: str) -> str:
    """Return what names a person for ever: the address in small letters, hashed."""
    text = said(one, address).strip().lower() or str(one.get("userId") or one.get("id") or "")
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16] if text else ""


def _kept(one: One, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: one[name] for name in names if name in one}
