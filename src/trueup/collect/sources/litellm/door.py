"""What is kept of a request: counts, spend, model, tool, ids; no words, no keys, no addresses."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from trueup.collect.answers import part, said
from trueup.collect.recorded import Record

Row = Mapping[str, Any]
_SAID = (
    *("request_id", "call_type", "model", "custom_llm_provider"),
    *("spend", "prompt_tokens", "completion_tokens", "status", "team_id", "user"),
)
_USED = ("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens",
         "cache_read_input_tokens", "cache_creation_input_tokens")  # fmt: skip
_PROMPT = ("cached_tokens", "cache_creation_tokens", "cache_write_tokens")
_WRITES = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
_FAST = "fast"
_UNPLACED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?")
_TAG = "user-agent:"
_HIT = re.compile(r"_cache_hit[\d.]+$")
_SETTLED = re.compile(r"_(?:batch|background)_cost$")
_RESPONSE = "resp_"
_ENCODED = re.compile(r"litellm:.*?response_id:([^;]+)")
_AGENTS = (
    ("claude-cli", "claude-code"),
    ("claude-code", "claude-code"),
    ("codex", "openai-codex"),
    ("geminicli", "gemini-cli"),
    ("gemini-cli", "gemini-cli"),
    ("githubcopilot", "copilot"),
    ("copilot", "copilot"),
    ("cursor", "cursor"),
    ("opencode", "opencode"),
    ("cline", "cline"),
    ("aider", "aider"),
    ("factory", "factory-droid"),
    ("windsurf", "windsurf"),
    ("amp/", "amp"),
    ("ampcode", "amp"),
    ("kiro", "kiro"),
)
"""What programs call themselves begins with one of these, in lower case."""


def kept(row: Row) -> Record:
    """Return what is kept of a row, which has a request_id."""
    metadata = _object(row.get("metadata"))
    body = {
        **{name: row.get(name) for name in _SAID},
        "startTime": _placed(row.get("startTime")),
        "cache_hit": str(row.get("cache_hit")).lower() == "true",
        "usage": _usage(_object(metadata.get("usage_object"))),
        "email": metadata.get("user_api_key_user_email"),
        "team": metadata.get("user_api_key_team_alias"),
        "tool": tool_of(said(metadata, "user_agent"), row.get("request_tags")),
        "event_key": event_key(said(row, "request_id"), said(row, "custom_llm_provider")),
    }
    return Record(kind="request", key=said(row, "request_id"), body=body)


def tool_of(agent: str, tags: object = None) -> str | None:
    """Return the tool a request came from, by what its program calls itself.

    >>> tool_of("claude-cli/2.1.4 (external, cli)"), tool_of("python-httpx/0.28")
    ('claude-code', None)
    """
    given = _parsed(tags)
    tagged = [tag for tag in given if isinstance(tag, str)] if isinstance(given, list) else []
    named = [tag[len(_TAG) :] for tag in tagged if tag.lower().startswith(_TAG)]
    for name in (agent, *named):
        program = name.strip().lower()
        found = next((tool for lead, tool in _AGENTS if program.startswith(lead)), None)
        if found is not None:
            return found
    return None


def event_key(request_id: str, provider: str) -> str | None:
    """Return the key by which other sources know the same request; None where none can.

    >>> event_key("msg_01Ab", "anthropic"), event_key("chatcmpl-7", "openai")
    ('anthropic:msg_01Ab', 'openai:chatcmpl-7')
    """
    if _HIT.search(request_id):
        return None
    native = _decoded(_SETTLED.sub("", request_id))
    if native.startswith("msg_"):
        return f"anthropic:{native}"
    is_theirs = provider in {"openai", "azure"} and native.startswith(("chatcmpl-", _RESPONSE))
    return f"openai:{native}" if is_theirs else None


def _decoded(request_id: str) -> str:
    """Return the id a provider gave, which LiteLLM wraps together with its own."""
    if not request_id.startswith(_RESPONSE):
        return request_id
    packed = request_id.removeprefix(_RESPONSE)
    try:
        text = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return request_id
    found = _ENCODED.match(text)
    return found[1] if found else request_id


def _usage(used: Row) -> dict[str, Any]:
    prompt, answer = part(used, "prompt_tokens_details"), part(used, "completion_tokens_details")
    writes = part(prompt, "cache_creation_token_details") or part(used, "cache_creation")
    return {
        **{name: used.get(name) for name in _USED},
        **{name: prompt.get(name) for name in _PROMPT},
        **{name: writes.get(name) for name in _WRITES},
        "reasoning_tokens": answer.get("reasoning_tokens"),
        "tier": said(used, "speed") if said(used, "speed") == _FAST else used.get("service_tier"),
    }


def _object(value: object) -> Row:
    found = _parsed(value)
    return found if isinstance(found, Mapping) else {}


def _parsed(value: object) -> object:
    """Return what a text of JSON holds, as exports write it; any other value as it is."""
    if not isinstance(value, str):
        return value
    try:
        found: object = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return found


def _placed(value: object) -> object:
    """Return an instant with its offset: exports of a database leave out that it is UTC."""
    is_bare = isinstance(value, str) and _UNPLACED.fullmatch(value) is not None
    return f"{value}Z" if is_bare else value
