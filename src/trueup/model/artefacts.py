"""Which files of a repository tell AI tools how to work in it, by their paths alone.

Paths are those the tools themselves document: Claude Code, Codex, Copilot, Cursor, Gemini CLI,
Windsurf, Cline, Roo, Kiro, Junie, Goose, opencode, Amazon Q, the `AGENTS.md` convention, spec-kit,
OpenSpec and promptfoo.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

ARTEFACTS: Mapping[str, str] = MappingProxyType(
    {
        "skill": r"(^|/)\.(claude|agents?|codex|gemini|cursor|github|opencode|factory)/skills/"
        r".+/SKILL\.md$",
        "subagent": r"(^|/)\.(claude|cursor|opencode|codex|gemini|factory)/(agents?|droids)/"
        r"[^.].*\.(md|toml)$|^\.github/(agents|chatmodes)/.*\.md$",
        "command": r"(^|/)\.(claude|cursor|gemini|opencode|codex|factory)/(commands?|prompts)/"
        r"[^.].*\.(md|toml)$|^\.github/prompts/.*\.prompt\.md$",
        "hook": r"(^|/)\.(claude|codex|gemini)/hooks/[^/]+$|(^|/)\.(cursor|codex)/hooks\.json$"
        r"|^\.github/hooks/.*\.json$",
        "mcp": r"(^|/)\.mcp\.json$|(^|/)\.(cursor|vscode|roo|amazonq|kiro/settings)/mcp\.json$",
        "settings": r"(^|/)\.(claude|gemini|qwen)/settings\.json$|(^|/)\.codex/config\.toml$"
        r"|(^|/)\.?opencode\.jsonc?$",
        "eval": r"(^|/)evals/|(^|/)promptfooconfig[^/]*\.ya?ml$|\.eval\.(ts|js|py)$"
        r"|(^|/)evals\.(py|ts|json|ya?ml)$",
        "plan": r"(^|/)(plans|specs)/.*\.md$|(^|/)PLANS?\.md$|(^|/)openspec/.*\.md$"
        r"|(^|/)\.(kiro/specs|specify|cursor/plans|claude/plans|agents?/plans)/.*\.md$",
        "context": r"(^|/)(CLAUDE|AGENTS?|GEMINI|QWEN|WARP)\.md$"
        r"|^\.github/copilot-instructions\.md$|^\.github/instructions/.*\.instructions\.md$"
        r"|(^|/)\.(cursorrules|windsurfrules|clinerules|roorules|goosehints)$"
        r"|(^|/)\.(cursor|windsurf|roo|continue|claude|amazonq|kilocode|augment)/rules/.+\.mdc?$"
        r"|(^|/)\.cursor/rules\.mdc$|(^|/)\.clinerules/.+\.md$|(^|/)\.junie/guidelines\.md$|(^|/)\.kiro/steering/.+\.md$",
    }
)
"""Kinds of artefacts, and the paths (as RE2 and Python read them) of each; the first that fits."""

WORKFLOWS = (
    r"^\.github/(workflows|actions)/.+\.(ya?ml|md)$|(^|/)\.gitlab-ci\.ya?ml$"
    r"|^\.gitlab/ci/.*\.ya?ml$"
)
"""Paths of what may run an agent in CI: only its contents tell, the kind is then ``ci_agent``."""

ANY_ARTEFACT = "|".join(f"(?:{pattern})" for pattern in ARTEFACTS.values())
"""Matches the path of any artefact that its path alone tells."""

_KINDS = tuple((kind, re.compile(pattern)) for kind, pattern in ARTEFACTS.items())
_WORKFLOW = re.compile(WORKFLOWS)
_NOT_EVALS = re.compile(r"(^|/)(docs?|examples?|samples?|tests?)/")
_OTHERS = re.compile(r"(^|/)(node_modules|vendor|third_party|fixtures|testdata|templates?)/")


def kind_of(path: str) -> str | None:
    """Return the kind of artefact at `path`; None where there is none.

    What was vendored, or is a fixture or template of the product, is none of the repository's;
    nor are evals in documentation, examples and tests, which may be of a product for evals.
    """
    if _OTHERS.search(path):
        return None
    found = next((kind for kind, pattern in _KINDS if pattern.search(path)), None)
    return None if found == "eval" and _NOT_EVALS.search(path) else found


def may_run_agents(path: str) -> bool:
    """Say whether a CI system reads what is at `path`."""
    return bool(_WORKFLOW.search(path))
