"""What an answer that is none means, and what its reader may do about it."""

from __future__ import annotations

from collections.abc import Callable

from trueup.collect.web.reply import HttpReply
from trueup.config import Connection
from trueup.errors import CollectError, SourceUnavailable

ABSENT = frozenset((404, 410))
_LONGEST_QUOTE = 200


def accepted(reply: HttpReply, connection: Connection, hushed: Callable[[str], str]) -> HttpReply:
    """Return the reply if it is an answer.

    Raises
    ------
    SourceUnavailable
        It is a refusal; the error says of what kind.
    """
    if reply.status < 400:
        return reply
    place = reply.address.partition("?")[0]
    said = _said(reply, hushed)
    if reply.status == 401:
        raise SourceUnavailable(
            f"{place} does not take the token{said}.",
            hint=f"Put one that is good into {connection.token or 'the connection'}.",
        )
    if reply.status == 403:
        raise SourceUnavailable(
            f"{place} is not open to the token{said}.",
            hint="Give it the rights that the page of the source "
            f"(docs/reference/sources/{connection.source}.md) lists.",
        )
    if reply.status in ABSENT:
        raise SourceUnavailable(
            f"{place} is not there, or the token may not see it.",
            hint="Check its name, and what the token may read.",
        )
    raise SourceUnavailable(
        f"{place} answers {reply.status}{said}.", hint="Check url and targets of the connection."
    )


def _said(reply: HttpReply, hushed: Callable[[str], str]) -> str:
    try:
        message = reply.json().get("message")
    except (CollectError, AttributeError):
        return ""
    if not isinstance(message, str):
        return ""
    return f": {' '.join(hushed(message).split())[:_LONGEST_QUOTE].rstrip('.')}"
