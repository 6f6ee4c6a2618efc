"""What is kept of seats and of bills: nobody's name, no address, no picture.

https://docs.github.com/en/rest/copilot/copilot-user-management ,
https://docs.github.com/en/rest/billing/usage
"""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from trueup.collect.answers import objects, part, said
from trueup.collect.recorded import Record

_SEAT = ("created_at", "last_activity_at", "pending_cancellation_date", "plan_type")
_CHARGE = ("sku", "model", "unitType", "grossAmount", "netAmount")

One = Mapping[str, Any]


def seats(items: object) -> dict[str, dict[str, Any]]:
    """Return what is kept of each seat: a person who is given one again has another."""
    found = {}
    for one in objects(items):
        who, team = part(one, "assignee"), part(one, "assigning_team")
        number, login = who.get("id"), said(who, "login")
        organisation = said(part(one, "organization"), "login")
        if number or login:
            body: dict[str, Any] = {name: one.get(name) for name in _SEAT}
            body |= {"id": number, "login": login, "team": said(team, "slug") or None}
            body |= {"organisation": organisation or None}
            found[f"seat:{number or login}@{said(one, 'created_at')}{organisation}"] = body
    return found


Span = tuple[date, date]
"""The first day, and the day after the last."""


def charge_records(
    answer: One, kind: str, asked: Span | None, seen: Counter[str]
) -> Iterator[Record]:
    """Yield a record of each line of a bill on Copilot, with the span it is of.

    Parameters
    ----------
    asked
        The span asked for; None where only the answer says.
    kind
        ``use``: of credits and requests; ``seat_fee``: of seats, among those of all products.
    """
    for one in objects(answer.get("usageItems")):
        span = _day(said(one, "date")) or asked or _period(part(answer, "timePeriod"))
        if span is None or said(one, "product").lower() != "copilot" or _kind(one) != kind:
            continue
        first, after = (day.isoformat() for day in span)
        names = [said(one, name) for name in ("sku", "model", "organizationName")]
        name = ":".join((first, after, "bill", *names))
        seen[name] += 1
        body = {"first": first, "after": after, **{n: one.get(n) for n in _CHARGE}}
        yield Record(kind=kind, key=f"{name}:{seen[name]}", body=body)


def _kind(one: One) -> str:
    return "seat_fee" if said(one, "unitType").lower().startswith("user") else "use"


def month_of(first: date) -> Span:
    """Return the span of a month."""
    return first, first + timedelta(days=calendar.monthrange(first.year, first.month)[1])


def _day(text: str) -> Span | None:
    try:
        day = date.fromisoformat(text[:10])
        return day, day + timedelta(days=1)
    except (ValueError, OverflowError):
        return None


def _period(period: One) -> Span | None:
    """Return the month or day an answer says it is of; a whole year is too long to be used."""
    try:
        if period.get("day"):
            return _day(date(period["year"], period["month"], period["day"]).isoformat())
        return month_of(date(period["year"], period["month"], 1))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
