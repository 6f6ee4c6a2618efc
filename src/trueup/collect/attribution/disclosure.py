"""What people say about their use of AI: disclosed, denied or confined, and which tool."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trueup.collect.attribution.commit import Attribution, Message
from trueup.collect.attribution.rule import Rule

_PASSAGE_LINES = 8
_HEADING = re.compile(r"#|\*\*|.*:\W*$|[^.:]{1,30}$")
_NEXT_SECTION = re.compile(r"#|[A-Za-z-]+-by:|diff --git|-{3,}$|\*\*[A-Z]|\* [A-Z]")

_NAMED_TOOLS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("claude-code", re.compile(r"\bclaude\b", re.IGNORECASE)),
    ("openai-codex", re.compile(r"\b(?:openai )?codex\b|\bchatgpt\b|\bgpt-?\d", re.IGNORECASE)),
    ("copilot", re.compile(r"\bcopilot\b", re.IGNORECASE)),
    ("cursor", re.compile(r"\bCursor\b(?! (?:position|shape|style))")),
    ("gemini-cli", re.compile(r"\bgemini\b", re.IGNORECASE)),
    ("amp", re.compile(r"\bAmp(?:code)?\b")),
    ("devin", re.compile(r"\bDevin(?: AI)?\b")),
    ("opencode", re.compile(r"\bopencode\b", re.IGNORECASE)),
)
"""Tools by the names people call them; those that are common nouns only when capitalised."""


class Disclosures:
    """Reads the disclosure rules over a message."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._positive = tuple(rule for rule in rules if rule.kind == "disclosure")
        self._negative = tuple(rule for rule in rules if rule.kind == "disclosure_negative")

    def read(self, message: Message) -> Iterator[Attribution]:
        """Yield what is disclosed; a passage that denies or confines counts as negative only."""
        positive = message.possible(self._positive)
        negative = message.possible(self._negative)
        if not positive and not negative:
            return
        for index, line in enumerate(message.lines):
            rule = _first(positive, line)
            passage = _passage(message.lines, index) if rule else line
            denial = _first(negative, passage)
            if denial is not None:
                yield from _marks(denial, passage)
            elif rule is not None:
                yield from _marks(rule, passage)


def _first(rules: tuple[Rule, ...], text: str) -> Rule | None:
    return next((rule for rule in rules if rule.pattern.search(text)), None)


def _passage(lines: list[str], start: int) -> str:
    """Return a line and the paragraph it opens; under a heading, the paragraph after it too."""
    kept = [lines[start]]
    opens = _HEADING.match(lines[start]) is not None
    for line in lines[start + 1 : start + 1 + _PASSAGE_LINES]:
        if _NEXT_SECTION.match(line) or (not line and not (opens and len(kept) == 1)):
            break
        if line:
            kept.append(line)
    return " ".join(kept)


def _marks(rule: Rule, passage: str) -> Iterator[Attribution]:
    tools = [tool for tool, pattern in _NAMED_TOOLS if pattern.search(passage)]
    own = [rule.tool] if rule.tool != "generic-ai" else []
    for tool in own or tools or ["generic-ai"]:
        yield Attribution(tool, None, rule.role, rule.id, None, float(rule.probability))
