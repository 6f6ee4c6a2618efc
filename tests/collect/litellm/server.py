"""A scripted LiteLLM: one function, a question in, an answer out.

Rows have the columns of LiteLLM_SpendLogs, pages the form of /spend/logs/v2, both as version
1.109.1 has them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trueup.testing.scripted import Answer, Question

Payload = dict[str, Any]
CLAUDE = "claude-cli/2.1.4 (external, cli)"


def row(request_id: str, at: str, **more: Any) -> Payload:
    """Return a row of a request to Anthropic; `more` may say anything else of it."""
    metadata = {
        "user_api_key_alias": "ada-laptop",
        "user_api_key": "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
        "user_api_key_user_email": "Ada@acme.example",
        "user_api_key_team_alias": "Till",
        "user_agent": CLAUDE,
        "requester_ip_address": "10.0.0.1",
        "usage_object": usage(),
    }
    metadata |= more.pop("metadata", {})
    return {
        "request_id": request_id,
        "call_type": "anthropic_messages",
        "api_key": "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
        "spend": 0.0123,
        "total_tokens": 1700,
        "prompt_tokens": 1500,
        "completion_tokens": 200,
        "startTime": at,
        "endTime": at,
        "model": "anthropic/claude-opus-4-5",
        "model_group": "opus",
        "custom_llm_provider": "anthropic",
        "api_base": "https://api.anthropic.com",
        "user": "user-1",
        "metadata": metadata,
        "cache_hit": "False",
        "request_tags": ["User-Agent: claude-cli", f"User-Agent: {CLAUDE}"],
        "team_id": "t-1",
        "end_user": "",
        "messages": [{"role": "user", "content": "Write a till."}],
        "response": {"content": [{"type": "text", "text": "Here it is."}]},
        "session_id": "5a1c",
        "status": "success",
    } | more


def usage(**more: Any) -> Payload:
    """Return the usage of a request: 1,500 in, of these 900 read and 400 written, 100 for an hour.

    200 are left.
    """
    details = {
        "cached_tokens": 900,
        "cache_creation_tokens": 400,
        "cache_creation_token_details": {
            "ephemeral_5m_input_tokens": 300,
            "ephemeral_1h_input_tokens": 100,
        },
    }
    return {
        "prompt_tokens": 1500,
        "completion_tokens": 200,
        "total_tokens": 1700,
        "prompt_tokens_details": details,
        "cache_creation_input_tokens": 400,
        "cache_read_input_tokens": 900,
        "completion_tokens_details": {"reasoning_tokens": 50},
    } | more


@dataclass
class LiteLLMServer:
    """Rows, oldest first."""

    rows: list[Payload] = field(default_factory=list)
    most: int = 10_000
    page: int = 100

    def answer(self, question: Question) -> Answer:
        """Answer a question."""
        assert question.path == "/spend/logs/v2", question.path
        params = question.params
        begin, end = (_instant(params[name]) for name in ("start_date", "end_date"))
        found = [one for one in self.rows if begin <= _instant(one["startTime"]) <= end]
        assert (params["sort_order"], int(params["page_size"])) == ("asc", 100)
        total = min(len(found), self.most)
        start = (int(params["page"]) - 1) * self.page
        body = {
            "data": found[start : start + self.page],
            "total": total,
            "page": int(params["page"]),
            "page_size": self.page,
            "total_pages": -(-total // self.page),
            "total_is_capped": len(found) > self.most,
        }
        return Answer(body=body)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "")).replace(tzinfo=None)
