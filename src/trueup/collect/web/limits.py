"""What servers say on their limits, in the dialects they say it in.

Retry-After: RFC 9110 §10.2.3 (seconds or a date). Primary and secondary limits of GitHub:
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api. GitLab writes
``RateLimit-*`` with an epoch, PagerDuty with seconds to go, Jira ``X-RateLimit-Reset`` as a date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

UNSAID_WAIT_SECONDS = 60.0
"""First wait where a limit names none; GitHub asks for at least a minute, doubled each time."""

_EPOCH_FROM = 1_000_000_000
_LIMIT_WORDS = (
    b"rate limit",
    b"rate_limited",
    b"ratelimit",
    b"abuse detection",
    b"too many requests",
)


@dataclass(frozen=True, slots=True)
class Budget:
    """How many requests are left, and when there are more; seconds since 1970 by our clock."""

    left: int
    renewed_at: float


def budget(headers: Mapping[str, str], now: float) -> Budget | None:
    """Return what the server says is left; None where it keeps no limits or says nothing usable.

    A limit of 0 means that none is kept, as GitHub Enterprise says it.
    """
    left = _number(_limit(headers, "remaining"))
    reset = _instant(_limit(headers, "reset"), now)
    limit = _number(_limit(headers, "limit"))
    if left is None or reset is None or limit == 0:
        return None
    return Budget(max(0, int(left)), max(now, now + reset - _server_now(headers, now)))


def resource(headers: Mapping[str, str]) -> str:
    """Return which of several limits a request counted against, where the server says so."""
    return headers.get("x-ratelimit-resource", "")


def asked_wait(status: int, headers: Mapping[str, str], content: bytes, now: float) -> float | None:
    """Return how many seconds a refusal asks to wait; None when it is no matter of limits.

    0 stands for a limit that does not say how long.
    """
    if status not in {200, 403, 429, 503}:
        return None
    if status == 200:
        return _unsaid(headers, now) if _limited_query(content) else None
    after = _retry_after(headers, now)
    if after is not None:
        return max(1.0, after)
    if status == 503:
        return None
    there = budget(headers, now)
    spent = there is not None and there.left == 0
    said = any(word in content[:4096].lower() for word in _LIMIT_WORDS)
    return _unsaid(headers, now) if status == 429 or spent or said else None


def _unsaid(headers: Mapping[str, str], now: float) -> float:
    there = budget(headers, now)
    if there is None or there.left > 0:
        return 0.0
    return max(1.0, there.renewed_at - now)


def _limited_query(content: bytes) -> bool:
    """Say whether a GraphQL answer of status 200 is a refusal for limits."""
    start = content[:4096]
    return b'"errors"' in start and any(word in start.lower() for word in _LIMIT_WORDS)


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    text = headers.get("retry-after", "").strip()
    seconds = _number(text)
    if seconds is not None:
        return max(0.0, seconds)
    instant = _date(text)
    return None if instant is None else max(0.0, instant - _server_now(headers, now))


def _limit(headers: Mapping[str, str], what: str) -> str:
    for prefix in ("x-ratelimit-", "ratelimit-"):
        if prefix + what in headers:
            return headers[prefix + what].strip()
    return ""


def _instant(text: str, now: float) -> float | None:
    number = _number(text)
    if number is not None:
        return number if number >= _EPOCH_FROM else now + number
    return _date(text)


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 1e12 else None


def _server_now(headers: Mapping[str, str], now: float) -> float:
    """Return the server's own clock where it says, for its instants are of that clock."""
    said = _date(headers.get("date", ""))
    return now if said is None else said
