"""What is read of a line of a transcript; everything else in it is passed over unread.

The form is internal to Claude Code and grows with every release: no field is needed.
"""

from __future__ import annotations

import msgspec

_NOTHING = msgspec.Raw()

PASSED_OVER = frozenset(
    (
        *("summary", "file-history-snapshot", "file-history-delta", "queue-operation"),
        *("permission-mode", "mode", "attachment", "ai-title", "custom-title", "last-prompt"),
        *("agent-name", "agent-color", "agent-setting", "tag", "pr-link", "worktree-state"),
        *("content-replacement", "history-suppression"),
    )
)
"""Types of lines that hold nothing that is counted."""


class CacheWrites(msgspec.Struct, gc=False):
    """Tokens written to the cache, by how long they live."""

    ephemeral_5m_input_tokens: int | None = None
    ephemeral_1h_input_tokens: int | None = None


class Usage(msgspec.Struct, gc=False):
    """Tokens of one request; `input_tokens` counts none of the cache."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation: CacheWrites | None = None
    service_tier: str | None = None
    speed: str | None = None


class Block(msgspec.Struct):
    """A part of a message."""

    type: str | None = None
    id: str | None = None
    name: str | None = None
    input: msgspec.Raw = _NOTHING
    tool_use_id: str | None = None
    is_error: bool | None = None
    content: msgspec.Raw = _NOTHING
    text: msgspec.Raw = _NOTHING


class Message(msgspec.Struct):
    """What a person or the model said."""

    id: str | None = None
    model: str | None = None
    usage: Usage | None = None
    content: list[Block] | str | None = None


class Origin(msgspec.Struct, gc=False, rename="camel"):
    """Where a copied line comes from."""

    session_id: str | None = None


class Compaction(msgspec.Struct, gc=False):
    """Why a conversation was shortened."""

    trigger: str | None = None


class Wrapped(msgspec.Struct, rename="camel"):
    """What a line on progress tells of: a message of a subagent, or a hook."""

    type: str | None = None
    message: Line | None = None
    hook_event: str | None = None


class Line(msgspec.Struct, rename="camel"):
    """A line of a transcript."""

    type: str | None = None
    subtype: str | None = None
    uuid: str | None = None
    timestamp: str | None = None
    session_id: str | None = None
    cwd: str | None = None
    git_branch: str | None = None
    request_id: str | None = None
    is_sidechain: bool | None = None
    agent_id: str | None = None
    is_meta: bool | None = None
    is_compact_summary: bool | None = None
    is_api_error_message: bool | None = None
    permission_mode: str | None = None
    message: Message | None = None
    tool_use_result: msgspec.Raw = _NOTHING
    tool_denial_kind: str | None = None
    forked_from: Origin | None = None
    wrapped: Wrapped | None = msgspec.field(default=None, name="data")
    compact_metadata: Compaction | None = None
    duration_ms: float | None = None
    cost: float | None = msgspec.field(default=None, name="costUSD")


class Hunk(msgspec.Struct, gc=False):
    """A part of a patch."""

    lines: tuple[str, ...] = ()


class Result(msgspec.Struct, rename="camel"):
    """What a tool gave back, beside what the model was told."""

    type: str | None = None
    file_path: str | None = None
    content: msgspec.Raw = _NOTHING
    structured_patch: tuple[Hunk, ...] | None = None
    user_modified: bool | None = None
    stdout: str | None = None


class Arguments(msgspec.Struct, gc=False):
    """Arguments of a call from which labels are derived."""

    command: str | None = None
    skill: str | None = None
    subagent_type: str | None = None
