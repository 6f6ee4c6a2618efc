from __future__ import annotations

import pytest

from tests.collect.git.building import DAY, START, Building
from tests.collect.git.keeping import Kept
from trueup.model.artefacts import kind_of

AGENT = "---\nname: reader\nmodel: haiku\n---\nSECRET WORDS\n"
SETTINGS = '{\n  "hooks": {"PostToolUse": []},\n  "permissions": {}\n}\n'
MCP = '{"mcpServers": {"tracker": {"command": "SECRET"}}}\n'
WORKFLOW = "jobs:\n  fix:\n    steps:\n      - uses: anthropics/claude-code-action@v1\n"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("CLAUDE.md", "context"),
        ("web/AGENTS.md", "context"),
        (".github/copilot-instructions.md", "context"),
        (".cursor/rules/style.mdc", "context"),
        (".cursorrules", "context"),
        ("GEMINI.md", "context"),
        (".claude/agents/reviewer.md", "subagent"),
        (".claude/commands/release.md", "command"),
        (".agents/skills/upgrade/SKILL.md", "skill"),
        (".codex/hooks.json", "hook"),
        (".mcp.json", "mcp"),
        (".cursor/mcp.json", "mcp"),
        (".claude/settings.json", "settings"),
        ("evals/routing.py", "eval"),
        ("promptfooconfig.yaml", "eval"),
        (".kiro/specs/login/design.md", "plan"),
        ("docs/plans/queue.md", "plan"),
        ("docs/agents.md", None),
        ("skills/browser/SKILL.md", None),
        ("src/agent.md.py", None),
        ("docs/evals/start.md", None),
        ("tests/evals/test_judge.py", None),
        ("vendor/x/CLAUDE.md", None),
        ("README.md", None),
    ],
)
def test_the_path_alone_tells_what_an_artefact_is(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind


def test_what_stands_at_the_head_is_told_with_labels_and_without_text(building: Building) -> None:
    building.commit(
        "start",
        {
            "AGENTS.md": "Run make test. SECRET WORDS\n",
            "CLAUDE.md": "@AGENTS.md\n",
            ".claude/agents/reader.md": AGENT,
            ".claude/settings.json": SETTINGS,
            ".mcp.json": MCP,
            ".cursor/mcp.json": '{"mcpServers": {}}',
            ".vscode/mcp.json": '{"servers": {"a": {}}}',
            ".github/workflows/agent.yml": WORKFLOW,
            ".github/workflows/tests.yml": "jobs: {}\n",
            "a.py": "x = 1\n",
        },
    )
    kept = Kept().collect(building.finish())
    found = {row["path"]: (row["kind"], row["labels"]) for row in kept.of("ai_artefact")}
    assert found == {
        "": (None, None),  # the tree was read
        "AGENTS.md": ("context", []),
        "CLAUDE.md": ("context", ["pointer"]),
        ".claude/agents/reader.md": ("subagent", ["model:haiku"]),
        ".claude/settings.json": ("settings", ["hooks"]),
        ".mcp.json": ("mcp", ["mcpServers"]),
        ".cursor/mcp.json": ("mcp", []),
        ".vscode/mcp.json": ("mcp", ["mcpServers"]),
        ".github/workflows/agent.yml": ("ci_agent", ["anthropics/claude-code-action"]),
    }
    assert "SECRET" not in str(kept.of("ai_artefact"))


def test_what_was_removed_stands_no_longer(building: Building) -> None:
    building.commit("start", {"AGENTS.md": "Run make test.\n", "a.py": "x = 1\n"})
    kept = Kept().collect(building.finish())
    building.commit("away", {"AGENTS.md": None})
    kept.collect(building.finish())
    assert [row["path"] for row in kept.of("ai_artefact")] == [""]


def test_each_version_is_told_from_when_it_landed_until_it_was_removed(building: Building) -> None:
    start = building.commit("start", {"AGENTS.md": "Run make test.\n", "a.py": "x = 1\n"}, at=START)
    late = START + 10 * DAY
    side = building.commit(
        "skill",
        {".claude/skills/x/SKILL.md": "How.\n"},
        parents=[start],
        branch="side",
        at=START + DAY,
    )
    between = building.commit("work", {"a.py": "x = 2\n"}, parents=[start], at=START + 5 * DAY)
    building.commit(
        "merge",
        {".claude/skills/x/SKILL.md": "How.\n"},
        parents=[between, side],
        at=late,
    )
    building.commit("away", {"AGENTS.md": None}, at=late + DAY)
    kept = Kept().collect(building.finish())
    told = [
        (row["path"], row["kind"], row["size_bytes"], row["seen_at"] // 1_000_000)
        for row in kept.of("ai_artefact_version")
    ]
    assert told == [
        ("", None, None, START),
        ("AGENTS.md", "context", 15, START),
        (".claude/skills/x/SKILL.md", "skill", 5, late),  # written nine days before
        ("AGENTS.md", None, None, late + DAY),
    ]


def test_what_runs_in_ci_is_told_from_when_it_ran_an_agent_until_it_did_not(
    building: Building,
) -> None:
    path = ".github/workflows/fix.yml"
    building.commit("start", {path: "jobs: {}\n", "a.py": "x = 1\n"}, at=START)
    building.commit("agent", {path: WORKFLOW}, at=START + DAY)
    building.commit("none", {path: "jobs: {}\n"}, at=START + 2 * DAY)
    kept = Kept().collect(building.finish())
    told = [
        (row["kind"], row["labels"], row["seen_at"] // 1_000_000 - START)
        for row in kept.of("ai_artefact_version")
        if row["path"] == path
    ]
    assert told == [
        ("ci_agent", ["anthropics/claude-code-action"], DAY),
        (None, None, 2 * DAY),
    ]


def test_a_clock_that_runs_back_lets_nothing_land_before_what_it_follows(
    building: Building,
) -> None:
    building.commit("start", {"a.py": "x = 1\n"}, at=START + 5 * DAY)
    building.commit("skewed", {"AGENTS.md": "Run make test.\n"}, at=START)
    kept = Kept().collect(building.finish())
    (row,) = (row for row in kept.of("ai_artefact_version") if row["path"])
    assert row["seen_at"] // 1_000_000 == START + 5 * DAY
