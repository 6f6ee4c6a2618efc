"""Rows of requests through a gateway; what it spent on each is its own guess."""

from __future__ import annotations

from trueup.collect.ai.reports.counts import Counts
from trueup.collect.ai.reports.naming import Teams
from trueup.collect.ai.reports.people import People
from trueup.collect.ai.tokens import Tokens
from trueup.collect.fields import Unreadable
from trueup.collect.gathering import Rows

PLATFORM = "litellm"
_SEEN_BY = "gateway"
_PROVIDERS = {
    "vertex_ai": "google",
    "gemini": "google",
    "bedrock": "aws",
    "bedrock_converse": "aws",
    "sagemaker": "aws",
    "azure_ai": "azure",
    "azure_text": "azure",
    "text-completion-openai": "openai",
    "xai": "x-ai",
    "fireworks_ai": "fireworks",
    "together_ai": "together",
}
"""LiteLLM's names of providers that the price list calls otherwise."""


class RequestRows:
    """Writes rows of requests."""

    def __init__(self, rows: Rows, people: People, teams: Teams) -> None:
        self._rows = rows
        self._people = people
        self._teams = teams

    def request(self, row_id: str, body: Counts) -> None:
        """Add a request, and what the gateway says was spent on it."""
        if body.flag("cache_hit"):
            raise Unreadable("it was answered from LiteLLM's own cache: no model was asked")
        tokens = _tokens(body)
        amount = body.money("spend")
        if not tokens.total and not amount:
            raise Unreadable("it used no tokens and cost nothing, as requests that failed do")
        theirs = body.text("custom_llm_provider")
        shared = {
            "person_id": self._people.by_either(
                body.text("email"), PLATFORM, body.text("user"), "unknown"
            ),
            "tool": body.text("tool"),
            "provider": _PROVIDERS.get(theirs or "", theirs),
            "model": (body.text("model") or "").removeprefix(f"{theirs}/") or None,
            "event_key": body.text("event_key"),
            "seen_by": _SEEN_BY,
        }
        started_at, team = body.at("startTime"), body.text("team")
        self._rows.add(
            "ai_request",
            request_id=row_id,
            requested_at=started_at,
            request_count=1,
            service_tier=body.part("usage").text("tier"),
            **tokens.columns(),
            **shared,
        )
        if amount:
            self._rows.add(
                "ai_spend",
                spend_id=row_id,
                cost_basis="vendor_estimate",
                amount=amount,
                currency="USD",
                started_at=started_at,
                line_item=body.text("call_type"),
                team_id=self._teams.of(body.text("team_id"), team, own=team),
                **shared,
            )


def _tokens(body: Counts) -> Tokens:
    """Return the tokens of a request: a prompt in LiteLLM's form counts its cached tokens too."""
    used = body.part("usage")
    read = max(used.bucket("cache_read_input_tokens"), used.bucket("cached_tokens"))
    write = max(
        used.bucket("cache_creation_input_tokens"),
        used.bucket("cache_creation_tokens"),
        used.bucket("cache_write_tokens"),
    )
    hour = used.bucket("ephemeral_1h_input_tokens")
    write = max(write, hour + used.bucket("ephemeral_5m_input_tokens"))
    prompt = used.bucket("prompt_tokens") or body.bucket("prompt_tokens")
    own = used.bucket("input_tokens")
    if own and not used.bucket("prompt_tokens"):
        prompt = own + read + write
    answered = used.bucket("output_tokens") or used.bucket("completion_tokens")
    reasoning = used.bucket("reasoning_tokens")
    return Tokens(
        uncached_input=max(prompt - read - write, 0),
        cache_read=read,
        cache_write_5m=write - hour,
        cache_write_1h=hour,
        output=answered or body.bucket("completion_tokens"),
        reasoning_output=reasoning or None,
    )
