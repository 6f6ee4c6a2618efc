"""Which tool a record is of, and which session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BY_NAME = {
    "claude_code.": "claude-code",
    "codex.": "openai-codex",
    "gemini_cli.": "gemini-cli",
    "copilot_chat.": "copilot",
}
_BY_SERVICE = {
    "claude-code": "claude-code",
    "claude-code-desktop": "claude-code",
    "codex-cli": "openai-codex",
    "codex_cli_rs": "openai-codex",
    "codex-app-server": "openai-codex",
    "codex_vscode": "openai-codex",
    "codex_exec": "openai-codex",
    "gemini-cli": "gemini-cli",
    "copilot-chat": "copilot",
    "github-copilot": "copilot",
    "opencode": "opencode",
    "cline": "cline",
    "amp": "amp",
}
"""What tools call themselves, in the vocabulary of rows; any other service keeps its own name."""
_SESSIONS = (
    *("session.id", "conversation.id", "copilot_chat.chat_session_id"),
    *("copilot_chat.parent_chat_session_id", "copilot_chat.session_id", "gen_ai.conversation.id"),
)
_COPILOT = ("copilot_chat.", "github.copilot.")
SIGNALS = {
    "openai-codex": ("logs",),
    "gemini-cli": ("logs", "metrics"),
    "copilot": ("traces", "metrics"),
}
"""Signals that are read of tools that say the same thing in several."""


def tool_of(name: str, service: str, attributes: Mapping[str, Any]) -> str:
    """Return the tool a record is of; the name of its service where that is no tool we know."""
    for lead, tool in _BY_NAME.items():
        if name.startswith(lead):
            return tool
    if any(key.startswith(_COPILOT) for key in attributes):
        return "copilot"
    return _BY_SERVICE.get(service.lower(), service.lower() or "unknown")


def session_of(attributes: Mapping[str, Any]) -> str:
    """Return the native id of the session a record is of; empty where it names none."""
    for key in _SESSIONS:
        value = attributes.get(key)
        if isinstance(value, str) and value:
            return value
    return ""


def session_of_sender(tool: str, resource: Mapping[str, Any]) -> str:
    """Return the session a process is, where a tool runs one in each; else nothing.

    Copilot says so of a window, in which there may be many.
    """
    value = resource.get("session.id")
    return value if tool == "gemini-cli" and isinstance(value, str) else ""


def is_repeated(tool: str, signal: str, name: str) -> bool:
    """Say whether a record tells what another signal of the same tool tells better."""
    if signal not in SIGNALS.get(tool, (signal,)):
        return True
    return name.startswith("gen_ai.") and (
        tool == "gemini-cli" or (tool == "copilot" and signal == "metrics")
    )
