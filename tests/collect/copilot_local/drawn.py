"""Events as Copilot's command line writes them, and spans as VS Code keeps them."""

from __future__ import annotations

from typing import Any

SESSION = "301561f1-0000-4000-8000-82d3ca12ab62"
CHAT = "48eb5d32-0000-4000-8000-92cec0da9dce"
EVENTS = f"session-state/{SESSION}/events.jsonl"
SHA = "3a97d3e01e093f632865982193c9506debda3a87"
BEGAN = 1_779_650_000_000
"""Epoch milliseconds: 24 May 2026, 19:13:20 UTC."""
Line = dict[str, Any]


def at(seconds: int) -> str:
    """Return an instant so many seconds after the session began."""
    return f"2026-05-12T00:{seconds // 60:02}:{seconds % 60:02}.000Z"


def event(kind: str, seconds: int, **data: Any) -> Line:
    """Draw an event."""
    return {
        "type": kind,
        "data": data,
        "id": f"e-{kind}-{seconds}",
        "timestamp": at(seconds),
        "parentId": None,
    }


def start(seconds: int = 0, *, kind: str = "session.start", **context: Any) -> Line:
    """Draw the beginning of a run."""
    return event(
        kind,
        seconds,
        sessionId=SESSION,
        version=1,
        copilotVersion="1.0.45",
        startTime=at(seconds),
        context={
            "branch": "master",
            "headCommit": SHA,
            "repository": "acme/shop",
            "hostType": "github",
            "repositoryHost": "github.com",
            **context,
        },
    )


def ran(
    seconds: int, call: str, name: str, result: Line | None = None, **arguments: Any
) -> list[Line]:
    """Draw a call of a tool and what it came to."""
    done = result or {"result_type": "success", "text_result_for_llm": "done"}
    return [
        event("tool.execution_start", seconds, toolCallId=call, toolName=name, arguments=arguments),
        event("tool.execution_complete", seconds + 1, toolCallId=call, result=done),
    ]


def end(seconds: int, **models: tuple[int, int, int, int]) -> Line:
    """Draw the end of a run: for each model requests, input, output and cached tokens."""
    metrics = {
        model.replace("_", "-"): {
            "requests": {"count": count, "cost": 0},
            "usage": {
                "inputTokens": prompt,
                "outputTokens": output,
                "cacheReadTokens": cached,
                "cacheWriteTokens": 0,
            },
        }
        for model, (count, prompt, output, cached) in models.items()
    }
    return event(
        "session.shutdown",
        seconds,
        shutdownType="routine",
        totalPremiumRequests=1,
        totalApiDurationMs=900,
        codeChanges={"linesAdded": 1, "linesRemoved": 0, "filesModified": ["/home/x/secret.py"]},
        modelMetrics=metrics,
    )


def span(name: str, operation: str, seconds: int, **more: Any) -> Line:
    """Draw a span of a chat in an editor."""
    started = BEGAN + seconds * 1000
    columns = (
        *("parent_span_id", "status_message", "provider_name", "agent_name", "conversation_id"),
        *("request_model", "response_model", "input_tokens", "output_tokens", "cached_tokens"),
        *("reasoning_tokens", "tool_name", "tool_call_id", "tool_type"),
    )
    return {
        "span_id": name,
        "trace_id": "t-1",
        "start_time_ms": started,
        "end_time_ms": started + 500.25,
        "status_code": 0,
        "operation_name": operation,
        **dict.fromkeys(columns),
        "chat_session_id": CHAT,
        "attributes": {},
    } | more


def asked(name: str, seconds: int, prompt: int, output: int, cached: int = 0, **more: Any) -> Line:
    """Draw a request to a model below the agent ``a``."""
    model = {"response_model": "gpt-4.1-2025-04-14", "request_model": "gpt-4.1"}
    counts = {"input_tokens": prompt, "output_tokens": output, "cached_tokens": cached}
    return span(name, "chat", seconds, parent_span_id="a", **model, **counts) | more


def agent(seconds: int, prompt: int, output: int, **more: Any) -> Line:
    """Draw the span of an agent, which repeats the sums below it."""
    repository = {
        "copilot_chat.repo.remote_url": "https://github.com/acme/shop",
        "copilot_chat.repo.head_branch_name": "master",
        "copilot_chat.repo.head_commit_hash": SHA,
    }
    counts = {"input_tokens": prompt, "output_tokens": output}
    return span("a", "invoke_agent", seconds, attributes=repository, **counts) | more
