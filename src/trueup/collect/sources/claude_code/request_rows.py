"""Rows of one archived message: its request, and what the tool guessed it cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from trueup.collect.ai.tokens import Tokens, largest
from trueup.collect.gathering import Rows
from trueup.collect.sources.claude_code.reading import Body
from trueup.collect.sources.claude_code.session_rows import TOOL

_PROVIDERS = (("msg_bdrk_", "aws"), ("msg_vrtx_", "google"), ("msg_", "anthropic"))
_NINTHS = Decimal("1e-9")


def add_requests(name: str, body: Body, person_id: str | None, rows: Rows) -> None:
    """Add the request of a message; several where it was truly asked for several times.

    A message seen without the id of its request is the one seen with it. One that was replayed
    under another id by a subagent is left out, unless subagents are all that asked for it.
    """
    seen = dict(body.named("seen"))
    named = [request for request in seen if request]
    asked = [request for request in named if seen[request].flag("main")]
    if not asked and named:
        asked = [max(named, key=lambda one: (seen[one].counts("tokens").total, one))]
    if not seen:
        body.faults.append("it was seen nowhere, and is left out")
    natives = sorted({native for one in seen.values() for native in one.texts("in")})
    for number, request in enumerate(asked or [""] if seen else []):
        sightings = [seen[request]]
        if number == 0 and request and "" in seen:
            sightings.append(seen[""])
        request_id = f"{TOOL}:{name}" if not number else f"{TOOL}:{name}:{number + 1}"
        shared = {
            "session_id": f"{TOOL}:{natives[0]}" if natives else None,
            "person_id": person_id,
            "tool": TOOL,
            "provider": _provider(name),
            "event_key": _event_key(name, request),
            "seen_by": "log",
        }
        _add(request_id, sightings, shared, rows)


def _add(request_id: str, seen: list[Body], shared: dict[str, Any], rows: Rows) -> None:
    at = min((at for one in seen if (at := one.moment("at")) is not None), default=None)
    tokens: Tokens = largest(one.counts("tokens") for one in seen)
    if at is None or not tokens.total:
        what = "no instant" if at is None else "no tokens"
        seen[0].faults.append(f"a request has {what}, and is left out")
        return
    said = {
        "model": max((text for one in seen if (text := one.text("model"))), default=None),
        "repository_id": max(
            (text for one in seen if (text := one.text("repository"))), default=None
        ),
    }
    tier = max((text for one in seen if (text := one.text("tier"))), default=None)
    rows.add(
        "ai_request",
        request_id=request_id,
        **shared,
        **said,
        agent_kind="main" if any(one.flag("main") for one in seen) else "subagent",
        requested_at=at,
        request_count=1,
        **tokens.columns(),
        service_tier="fast" if any(one.flag("fast") for one in seen) else tier,
    )
    costs = [cost for one in seen if (cost := one.decimal("cost")) is not None]
    if costs:
        rows.add(
            "ai_spend",
            spend_id=request_id,
            **shared,
            **said,
            cost_basis="vendor_estimate",
            amount=Decimal(repr(max(costs))).quantize(_NINTHS),
            currency="USD",
            started_at=at,
            line_item="tokens",
        )


def _provider(name: str) -> str | None:
    return next((provider for lead, provider in _PROVIDERS if name.startswith(lead)), None)


def _event_key(name: str, request: str) -> str | None:
    """Return what names the request wherever it is seen; null where only this log names it."""
    if "@" in name or name.startswith("uuid:"):
        return None
    if name.startswith("chatcmpl-"):
        return f"openai:{name}"
    return f"anthropic:{name}:{request}" if request else f"anthropic:{name}"
