"""What is kept of Windsurf's answers: nobody's name, and never the hash of a person's key."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from trueup.collect.answers import objects, part, said
from trueup.collect.recorded import Record

_LINES = ("day", "linesSuggested", "linesAccepted")
_COMPLETIONS = ("day", "sum_num_acceptances", "sum_num_lines_accepted")
_RUN = ("day", "model", "mode", "messagesSent", "cascadeId")
_LAST = (
    *("lastUpdateTime", "lastAutocompleteUsageTime", "lastChatUsageTime"),
    *("lastCommandUsageTime", "lastCascadeUsageTime"),
)
_ISO_DAY = 10
_OUT = frozenset(("USER_TEAM_STATUS_PENDING", "USER_TEAM_STATUS_REJECTED"))

One = Mapping[str, Any]


def seats(answer: One) -> dict[str, dict[str, Any]]:
    """Return what is kept of everyone who may use it, by what names them for ever."""
    found = {}
    for one in objects(answer.get("userTableStats")):
        address = said(one, "email")
        is_out = one.get("disableCodeium") is True or said(one, "teamStatus") in _OUT
        if address and not is_out:
            last = max((said(one, name) for name in _LAST), default="")
            body = {"email": address, "signed_up": one.get("signupTime"), "last": last or None}
            found[f"seat:{digest_of(address)}"] = body
    return found


def keys_of(answer: One) -> dict[str, str]:
    """Return by what completions tell each member apart, by address; it is never to be kept."""
    members = objects(answer.get("userTableStats"))
    return {said(one, "email"): said(one, "apiKey") for one in members if said(one, "apiKey")}


def completion_records(answer: One, address: str) -> Iterator[Record]:
    """Yield a record of each day on which a member took completions over."""
    seen: Counter[str] = Counter()
    for result in objects(answer.get("queryResults")):
        for one in objects(result.get("responseItems")):
            item = part(one, "item")
            if "sum_num_acceptances" in item:
                told = {**item, "day": said(item, "date")[:_ISO_DAY]}
                names = (digest_of(address) if address else "all",)
                yield from _record("completions", told, names, _COMPLETIONS, address, seen)


def cascade_records(answer: One, address: str) -> Iterator[Record]:
    """Yield a record of each day's lines, and of each day of a conversation.

    Parameters
    ----------
    address
        Of whom was asked for; empty where it is the whole team.
    """
    who = digest_of(address) if address else "all"
    seen: Counter[str] = Counter()
    for result in objects(answer.get("queryResults")):
        for one in objects(part(result, "cascadeLines").get("cascadeLines")):
            yield from _record("lines", one, (who,), _LINES, address, seen)
        for one in objects(part(result, "cascadeRuns").get("cascadeRuns")):
            names = (who, *(said(one, name) for name in ("cascadeId", "model", "mode")))
            yield from _record("run", one, names, _RUN, address, seen)


def _record(
    kind: str,
    one: One,
    names: tuple[str, ...],
    kept: tuple[str, ...],
    address: str,
    seen: Counter[str],
) -> Iterator[Record]:
    if said(one, "day"):
        key = ":".join((said(one, "day"), kind, *names))
        seen[key] += 1
        body = {name: one[name] for name in kept if name in one} | {"email": address or None}
        yield Record(kind=kind, key=f"{key}:{seen[key]}", body=body)


def digest_of(address: str) -> str:
    """Return what names a person without saying who it is."""
    return hashlib.sha256(address.strip().lower().encode("utf-8", "replace")).hexdigest()[:16]
