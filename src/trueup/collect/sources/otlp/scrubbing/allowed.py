"""Which attributes are kept, by name, and in which form; whatever is not here keeps no value.

A name that is not on these lists leaves its type and size. Names known to carry text are dropped
without even those. The lists follow the documentation of Claude Code, Codex, Gemini CLI and
Copilot, and the conventions for generative AI of OpenTelemetry in their three generations.
"""

from __future__ import annotations

NUMBERS = frozenset(
    (
        # Claude Code
        *("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens"),
        *("cost_usd", "cost_usd_micros", "event.sequence", "num_hooks", "prompt_length"),
        # Codex
        *("input_token_count", "output_token_count", "cached_token_count"),
        *("reasoning_token_count", "tool_token_count"),
        # Gemini CLI
        *("cached_content_token_count", "thoughts_token_count", "total_token_count"),
        # OpenTelemetry, three generations
        *("gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens"),
        *("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"),
        *("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_creation.input_tokens"),
        *("gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.reasoning.output_tokens"),
        *("gen_ai.usage.cache_read_input_tokens", "gen_ai.usage.cache_creation_input_tokens"),
        "gen_ai.usage.reasoning_tokens",
    )
)
FLAGS = frozenset(("success", "is_built_in"))
NAMES = frozenset(
    (
        *("model", "type", "query_source", "agent.name", "agent_type", "skill.name", "speed"),
        *("tool_name", "decision", "decision_type", "decision_source", "source", "start_type"),
        *("to_mode", "trigger", "command_name", "mcp_server_scope", "service_tier", "language"),
        *("event.name", "event.kind", "provider_name", "mcp_server", "originator"),
        *("function_name", "tool_type", "role", "agent_name", "approval_mode"),
        *("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.system", "gen_ai.agent.name"),
        *("gen_ai.request.model", "gen_ai.response.model", "gen_ai.tool.name", "gen_ai.tool.type"),
        *("gen_ai.token.type", "gen_ai.token.modality", "gen_ai.request.service_tier"),
        *("gen_ai.response.service_tier", "gen_ai.openai.response.service_tier", "error.type"),
        *("openai.response.service_tier", "openai.request.service_tier"),
        *("github.copilot.tool.parameters.skill_name", "copilot_chat.edit.source"),
        *("github.copilot.tool.parameters.mcp_tool_name", "copilot_chat.edit.outcome", "outcome"),
    )
)
IDS = frozenset(
    (
        *("session.id", "request_id", "tool_use_id", "agent_id", "conversation.id", "call_id"),
        *("gen_ai.conversation.id", "gen_ai.response.id", "copilot_chat.chat_session_id"),
        *("copilot_chat.parent_chat_session_id", "copilot_chat.session_id"),
        "copilot_chat.repo.head_branch_name",
        *("copilot_chat.repo.head_commit_hash", "github.copilot.git.branch"),
        *("github.copilot.git.commit_sha", "vcs.ref.head.name", "vcs.ref.head.revision"),
    )
)
RESOURCE_NAMES = frozenset(
    (
        *("service.name", "service.version", "service.instance.id", "session.id"),
        *("trueup.team", "team", "team.id", "team.name", "department", "cost_center"),
        *("vcs.ref.head.name", "vcs.ref.head.revision"),
    )
)
REPOSITORIES = frozenset(("vcs.repository.url.full", "copilot_chat.repo.remote_url"))
"""Addresses of repositories: kept as host, owner and name, without user and password."""
REPOSITORIES_OF_COPILOT = frozenset(("github.copilot.git.repository",))
"""The same, where the host may be left out."""
PERSONS = ("user.email", "enduser.id", "user.account_uuid", "user.account_id", "user.id")
"""Who it was, the best first; only the first that is there is kept."""
ARGUMENTS = (
    *("tool_input", "tool_parameters", "arguments", "function_args"),
    *("gen_ai.tool.call.arguments", "github.copilot.tool.parameters.command"),
)
OUTPUTS = ("output", "gen_ai.tool.call.result")
DETAILS = frozenset((*ARGUMENTS, *OUTPUTS))
"""Read for labels at the door, then dropped."""
DETAILS_OF_EDITS = "metadata"
TEXTS = frozenset(
    (
        *("prompt", "user_prompt", "response", "response_text", "request_text", "body", "body_ref"),
        *("error", "error.message", "error_message", "exception.message", "exception.stacktrace"),
        *("gen_ai.prompt", "gen_ai.completion", "gen_ai.input.messages", "gen_ai.output.messages"),
        *("gen_ai.system_instructions", "gen_ai.tool.definitions", "gen_ai.tool.description"),
        *("gen_ai.agent.description", "github.copilot.tool.parameters.file_path"),
        *("full_command", "bash_command", "file_path", "hook_definitions", "hook_name"),
        *("workspace.host_paths", "mcp_tools", "mcp_servers", "reasoning", "details"),
        *("process.command", "process.command_line", "process.command_args", "process.owner"),
        *("process.executable.path", "host.name", "host.id", "user.groups", "user.name"),
        *("copilot_chat.hook_input", "copilot_chat.hook_output", "copilot_chat.user_request"),
        *("copilot_chat.hook_command", "github.copilot.tool.parameters.mcp_server_name"),
        *("copilot_chat.reasoning_content", "process.user.name", "github.copilot.github.org"),
    )
)
TEXT_STARTS = ("gen_ai.prompt.", "gen_ai.completion.", "llm.prompts", "llm.completions", "messages")
"""Older conventions number the messages: ``gen_ai.prompt.0.content``."""

LOGS = frozenset(
    (
        *("claude_code.api_request", "claude_code.user_prompt", "claude_code.tool_result"),
        *("claude_code.tool_decision", "claude_code.permission_mode_changed"),
        *("claude_code.compaction", "claude_code.subagent_completed"),
        *("claude_code.skill_activated", "claude_code.hook_execution_complete"),
        *("codex.conversation_starts", "codex.sse_event", "codex.user_prompt"),
        *("codex.tool_decision", "codex.tool_result"),
        *("gemini_cli.api_response", "gemini_cli.user_prompt", "gemini_cli.tool_call"),
        *("gemini_cli.chat_compression", "gemini_cli.agent.start", "gemini_cli.plan_execution"),
        *("plan_execution", "gen_ai.client.inference.operation.details"),
    )
)
METRICS = frozenset(
    (
        *("claude_code.session.count", "claude_code.lines_of_code.count"),
        *("claude_code.pull_request.count", "claude_code.commit.count"),
        *("claude_code.cost.usage", "claude_code.token.usage"),
        *("claude_code.code_edit_tool.decision", "claude_code.active_time.total"),
        *("gemini_cli.token.usage", "gemini_cli.lines.changed", "gen_ai.client.token.usage"),
        *("copilot_chat.edit.acceptance.count", "copilot_chat.lines_of_code.count"),
        *("copilot_chat.agent.summarization.count", "copilot_chat.pull_request.count"),
        *("gen_ai.client.inference.usage.input_tokens",),
        *("gen_ai.client.inference.usage.output_tokens",),
        *("gen_ai.client.inference.usage.cache_read.input_tokens",),
        *("gen_ai.client.inference.usage.cache_write.input_tokens",),
        *("gen_ai.client.inference.usage.reasoning.output_tokens",),
    )
)
OPERATIONS = frozenset(
    (
        *("chat", "text_completion", "generate_content", "embeddings"),
        *("invoke_agent", "create_agent", "execute_tool", "llm_call", "tool_call"),
        "execute_hook",
    )
)
SPANS = frozenset(("claude_code.llm_request",))
