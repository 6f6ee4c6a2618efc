"""What an answer that is none means, and what its reader may do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trueup.collect.web.reply import HttpReply
from trueup.config import Connection
from trueup.errors import CollectError, SourceUnavailable

ABSENT = frozenset((404, 410))
_LONGEST_QUOTE = 200
_NAME_RIGHTS = ("x-accepted-github-permissions", "x-accepted-oauth-scopes")
"""Header fields in which a refusal names the rights it takes."""


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
    said, wants = _said(reply, hushed), _wanted(reply, hushed)
    if reply.status == 401:
        raise SourceUnavailable(
            f"{place} does not take the token{said}.",
            hint=f"Put one that is good into {connection.token or 'the connection'}.",
        )
    if reply.status == 403:
        raise SourceUnavailable(
            f"{place} is not open to the token{said}.",
            hint=f"It takes {wants}: give the token that."
            if wants
            else "Give it the rights that the page of the source "
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


def _wanted(reply: HttpReply, hushed: Callable[[str], str]) -> str:
    """Return the rights a server names as those it wants; empty where it names none.

    https://docs.github.com/en/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens
    https://datatracker.ietf.org/doc/html/rfc6750#section-3.1
    """
    named = [reply.headers.get(name, "") for name in _NAME_RIGHTS]
    scope = _answered(reply).get("scope")
    named.append(scope if isinstance(scope, str) else "")
    return _short(next((name for name in named if name), ""), hushed)


def _said(reply: HttpReply, hushed: Callable[[str], str]) -> str:
    answered = _answered(reply)
    message = answered.get("message") or answered.get("error_description")
    if not isinstance(message, str):
        return ""
    return f": {_short(message, hushed).rstrip('.')}"


def _answered(reply: HttpReply) -> Mapping[str, Any]:
    try:
        answered = reply.json()
    except CollectError:
        return {}
    return answered if isinstance(answered, dict) else {}


def _short(text: str, hushed: Callable[[str], str]) -> str:
    return " ".join(hushed(text).split())[:_LONGEST_QUOTE].rstrip()
