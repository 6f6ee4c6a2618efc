"""How marks are read: everywhere in the message, whole identities, ids without addresses."""

import pytest

from trueup.collect.attribution import CommitText, load_rules
from trueup.collect.attribution.models import model_name

TABLE = load_rules()


def marks(
    message: str,
    author: tuple[str, str] = ("Ada Example", "ada@example.org"),
    *,
    is_merge: bool = False,
) -> set[tuple[str, str]]:
    text = CommitText(*author, "GitHub", "noreply@github.com", message, is_merge)
    return {(mark.tool, mark.role) for mark in TABLE.classify(text)}


SQUASHED = """Speed up the reader (#12)

* Read in blocks

Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>

* Apply suggestion
  * co-authored-by: gemini-code-assist[bot] <1+gemini-code-assist[bot]@users.noreply.github.com>

---------

Co-authored-by: Ada Example <ada@example.org>
"""


def test_trailers_are_found_in_the_middle_of_a_squashed_message() -> None:
    assert marks(SQUASHED) == {("claude-code", "author"), ("gemini-code-assist", "reviewer")}


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("Devin Example", "devin@example.org"),
        ("Jules Example", "jules@example.org"),
        ("Charlie Example", "charlie@openai.com"),
        ("Cody Example", "cody@example.org"),
        ("Claude Example", "claude@example.org"),
        ("Claude", "claude.example@example.org"),
        ("Robin Example", "robin@anthropic.com"),
        ("Robin Example", "robin@continue.dev"),
        ("Robin Example", "robin@cline.bot"),
        ("Robin Example", "robin@all-hands.dev"),
        ("Robin Example", "robin@openai.com"),
        ("Robin Example", "aider@example.org"),
        ("Robin Example", "robin@example.ai"),
    ],
)
def test_people_with_a_tools_name_or_a_vendors_address_are_people(name: str, email: str) -> None:
    trailer = f"Change\n\nCo-authored-by: {name} <{email}>\nReviewed-by: {name} <{email}>\n"
    assert marks("Change\n", (name, email)) == set()
    assert marks(trailer) == set()
    assert TABLE.actor(name, email) == ("human", None)


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("gemini-cli-robot", "gemini-cli-robot@google.com"),
        ("gemini-cli-robot", "224641728+gemini-cli-robot@users.noreply.github.com"),
        ("MeltyBot", "melty@example.org"),
        ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
        ("renovate[bot]", "29139614+renovate[bot]@users.noreply.github.com"),
        ("pre-commit-ci[bot]", "66853113+pre-commit-ci[bot]@users.noreply.github.com"),
        ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com"),
    ],
)
def test_robots_without_ai_are_bots_and_leave_no_mark(name: str, email: str) -> None:
    assert marks(f"Release\n\nCo-authored-by: {name} <{email}>\n", (name, email)) == set()
    assert TABLE.actor(name, email) == ("bot", None)


def test_agents_and_reviewing_bots_are_ai_agents_with_their_tool() -> None:
    assert TABLE.actor("Claude", "noreply@anthropic.com") == ("ai_agent", "claude-code")
    address = "136622811+coderabbitai[bot]@users.noreply.github.com"
    assert TABLE.actor("coderabbitai[bot]", address) == ("ai_agent", "coderabbit")
    assert TABLE.actor("Ada Example (aider)", "ada@example.org") == ("human", None)


@pytest.mark.parametrize(
    "subject",
    [
        "Merge pull request #7 from owner/cursor-blink",
        "Merge pull request #7 from owner/claude-config",
        "Merge pull request #7 from codex/fix",  # an owner of that name, not a branch
        "Merge branch 'main' into claude/fix",
        "Merge branch 'devin-review'",
    ],
)
def test_a_branch_is_a_tools_only_by_prefix_and_slash(subject: str) -> None:
    assert marks(subject, is_merge=True) == set()


def test_a_branch_counts_for_the_merge_only_when_it_was_merged() -> None:
    assert marks("Merge pull request #7 from owner/cursor/fix", is_merge=True) == {
        ("cursor", "author")
    }
    assert marks("Merge pull request #7 from owner/cursor/fix") == set()
    assert [mark.tool for mark in TABLE.branch("codex/fix")] == ["openai-codex"]
    assert TABLE.branch("cursor-blink") == []


@pytest.mark.parametrize(
    ("line", "session"),
    [
        ("Claude-Session: https://claude.example/code/session_01Ab?token=secret", "session_01Ab"),
        (
            "Copilot-Session: 9b1d0f1e-0000-4000-8000-000000000000",
            "9b1d0f1e-0000-4000-8000-000000000000",
        ),
        ("Agent-Logs-Url: https://github.example/o/n/sessions/77#top", "77"),
        ("amp-thread-id: https://amp.example/threads/T-12/", "T-12"),
    ],
)
def test_of_a_session_only_its_id_is_kept(line: str, session: str) -> None:
    text = CommitText("A", "a@b.example", "A", "a@b.example", f"Change\n\n{line}\n", is_merge=False)
    assert [mark.session_id for mark in TABLE.classify(text)] == [session]


def test_reviewing_is_not_writing() -> None:
    line = "Reviewed-by: Claude Opus 5 <noreply@anthropic.com>"
    assert marks(f"Change\n\n{line}\n") == {("claude-code", "reviewer")}


def test_a_quoted_mark_in_a_sentence_is_not_a_mark() -> None:
    message = (
        "Strip `Co-Authored-By: Claude <noreply@anthropic.com>` from templates\n\n"
        'The line "Generated with Claude Code" is no longer added.\n'
    )
    assert marks(message) == set()


def test_a_disclosure_is_booked_to_the_tool_its_text_names() -> None:
    assert marks("Change\n\n## AI Disclosure\n\nClaude wrote the tests.\n") >= {
        ("claude-code", "disclosure")
    }
    assert marks("Change\n\n## AI usage\n\nSome.\n") == {("generic-ai", "disclosure")}


@pytest.mark.parametrize(
    "passage",
    [
        "## AI Disclosure\n\nNo AI was used for this change.",
        "AI usage: none",
        "## AI usage\n\nClaude was used only for debugging.",
        "AI disclosure: I only used AI to find the cause.",
    ],
)
def test_a_denied_or_confined_disclosure_is_negative_and_nothing_else(passage: str) -> None:
    assert {role for _, role in marks(f"Change\n\n{passage}\n\nMore.\n")} == {"disclosure_negative"}


def test_the_paragraph_after_a_disclosure_is_not_part_of_it() -> None:
    message = "Change\n\nAI usage: it wrote the parser.\n\nNo AI was used in the old one.\n"
    assert ("generic-ai", "disclosure") in marks(message)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Opus 4.6 (1M context)", "claude-opus-4.6"),
        ("Opus4.5", "claude-opus-4.5"),
        ("claude-opus-4-6", "claude-opus-4.6"),
        ("Claude Sonnet 5", "claude-sonnet-5"),
        ("claude-sonnet-4-20250514", "claude-sonnet-4"),
        ("cli/claude-opus-4-5=100%", "claude-opus-4.5"),
        ("google-vertex/claude-opus-4-8@default", "claude-opus-4.8"),
        ("vertex_ai/gemini-2.5-pro-exp-03-25", "gemini-2.5-pro-exp-03-25"),
        ("openrouter/deepseek/deepseek-r1:free", "deepseek-r1"),
        ("GPT 5.5", "gpt-5.5"),
        ("gpt-5.2-codex", "gpt-5.2-codex"),
        ("some-model-nobody-heard-of-9", "some-model-nobody-heard-of-9"),
        ("(1M context)", None),
    ],
)
def test_model_names_come_to_one_spelling_and_no_list_limits_them(
    raw: str, name: str | None
) -> None:
    assert model_name(raw) == name


@pytest.mark.parametrize(
    ("line", "model"),
    [
        ("Co-Authored-By: Claude Fable 5 (1M context) <noreply@anthropic.com>", "claude-fable-5"),
        ("Co-Authored-By: Claude (claude-opus-4-6) <noreply@anthropic.com>", "claude-opus-4.6"),
        (
            "Co-authored-by: Claude Code 2.1.63 / Claude Opus 4.6 <noreply@anthropic.com>",
            "claude-opus-4.6",
        ),
        ("Co-Authored-By: Ada & Claude Sonnet 4.6 <noreply@anthropic.com>", "claude-sonnet-4.6"),
        ("Co-authored-by: Claude <noreply@anthropic.com>", None),
        ("Co-authored-by: OpenAI GPT 5.5 <noreply@openai.com>", "gpt-5.5"),
        ("Co-authored-by: aider (openai/gpt-5.2) <aider@aider.chat>", "gpt-5.2"),
        ("Co-authored-by: OpenHands-GPT-4.1 openhands@all-hands.dev", "gpt-4.1"),
        ("Assisted By: Gemini 3.1 Pro", "gemini-3.1-pro"),
        ("🤖 Generated with GPT-5.2-Codex", "gpt-5.2-codex"),
    ],
)
def test_the_model_is_read_off_the_mark(line: str, model: str | None) -> None:
    text = CommitText("A", "a@b.example", "A", "a@b.example", f"Change\n\n{line}\n", is_merge=False)
    assert {mark.model for mark in TABLE.classify(text)} == {model}


def test_a_mark_met_twice_is_reported_once() -> None:
    line = "Co-authored-by: Claude Opus 4.6 <noreply@anthropic.com>\n"
    text = CommitText(
        "A", "a@b.example", "A", "a@b.example", "Change\n\n" + line * 3, is_merge=False
    )
    assert len(TABLE.classify(text)) == 1
