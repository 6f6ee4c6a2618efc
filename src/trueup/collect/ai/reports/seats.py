"""Who has a seat: lists name those who have one now, so one that is gone ends when it is missed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from trueup.collect.ai.reports.days import DAY
from trueup.collect.recorded import Page, Record, Visit

_STREAM = "seats"


def seats_page(visit: Visit, listed: Mapping[str, Mapping[str, Any]]) -> Page:
    """Return the seats of now, and those of the last visit that are no longer listed, ended.

    Parameters
    ----------
    listed
        What is kept of each seat, by what names it for ever.
    """
    before: Mapping[str, Any] = json.loads(visit.checkpoint(_STREAM) or "{}")
    today = visit.now - visit.now % DAY
    now = {key: {**body, "seen_at": today} for key, body in listed.items()}
    left = {key: {**body, "missed_at": visit.now} for key, body in before.items() if key not in now}
    records = (Record(kind="seat", key=key, body=body) for key, body in {**left, **now}.items())
    return Page(stream=_STREAM, records=tuple(records), checkpoint=json.dumps(now))
