"""Lines of rollouts, as far as anything of them is needed."""

from __future__ import annotations

from typing import Any

import msgspec


class Usage(msgspec.Struct):
    """Tokens as Codex counts them: cached ones are part of the input, reasoning of the output."""

    input_tokens: int = 0
    cached_input_tokens: int = 0
    cache_write_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_output_tokens: int = 0


class Gauge(msgspec.Struct):
    """Tokens of the thread so far, and of the latest request."""

    total_token_usage: Usage | None = None
    last_token_usage: Usage | None = None
    model: str | None = None


class Git(msgspec.Struct):
    """What was checked out."""

    commit_hash: str | None = None
    branch: str | None = None
    repository_url: str | None = None


class Settings(msgspec.Struct):
    """Settings of a thread."""

    model: str | None = None
    service_tier: str | None = None


class Item(msgspec.Struct):
    """One thing done in a turn, in newer rollouts and in the output of ``codex exec``."""

    type: str | None = None
    id: str | None = None
    status: str | None = None
    command: Any = None
    exit_code: int | None = None
    aggregated_output: str | None = None
    changes: Any = None
    kind: Any = None
    tool: str | None = None


class Payload(msgspec.Struct):
    """What a line says; which fields there are depends on its type."""

    type: str | None = None
    id: str | None = None
    forked_from_id: str | None = None
    parent_thread_id: str | None = None
    timestamp: str | None = None
    cwd: str | None = None
    source: Any = None
    thread_source: str | None = None
    model_provider: str | None = None
    git: Git | None = None
    subagent_history_start_ordinal: int | None = None
    history_base: Any = None
    model: str | None = None
    service_tier: str | None = None
    gauge: Gauge | None = msgspec.field(default=None, name="info")
    name: str | None = None
    call_id: str | None = None
    arguments: str | None = None
    input: str | None = None
    action: Any = None
    output: Any = None
    success: bool | None = None
    changes: Any = None
    response_id: str | None = None
    usage: Usage | None = None
    thread_settings: Settings | None = None
    item: Item | None = None


class Line(msgspec.Struct):
    """One line of a rollout, or of the output of ``codex exec --json``."""

    type: str | None = None
    timestamp: str | None = None
    ordinal: int | None = None
    payload: Payload | None = None
    thread_id: str | None = None
    usage: Usage | None = None
    item: Item | None = None
