"""The rule table as a page of the manual.

``python -m trueup.collect.attribution.page`` writes it to standard output.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

from trueup.collect.attribution.rule import Rule
from trueup.collect.attribution.rules import KINDS, Shipped, read_shipped

_ROLES = {
    "author": "the tool wrote, or helped to write, the change",
    "reviewer": "a reviewing bot: its suggestion was accepted, or its summary pasted",
    "disclosure": "a person says that AI was used",
    "disclosure_negative": "a person says that AI was not used, or only around the code",
}

_BEFORE = """\
# Attribution rules

Table version {version}: {rules} rules for {tools} tools.
A commit without any of these marks is *unknown*, never human-written.
Every share read off them is an "at least".

Patterns are regular expressions without regard to case.
Identities (`name <address>`) and trailer values must match whole, branches and subjects from
their start, lines anywhere.
Every line of a message is read, because squash merges leave trailers in its middle.
Of a session only the last part of its address is kept.

Rules of your own go into trueup.toml in the same form:

```toml
[[attribution.rules]]
id = "acme-agent"
tool = "acme"
kind = "identity"
pattern = '.* <agent@acme\\.example>'
role = "author"
examples = ["Co-authored-by: Acme <agent@acme.example>"]
lookalikes = ["author: Ada <ada@acme.example>"]
```

A rule that contradicts its own examples is refused.
`needs` (lower-case texts, one of which every match contains) keeps reading fast.
Without it the rule is tried on every message.
"""

_SENTENCE_END = re.compile(r"(?<=[.;:]) (?=[A-Z])")


def attribution_page() -> str:
    """Return the whole page as Markdown, ending in one line break."""
    shipped = read_shipped()
    parts = [
        _BEFORE.format(
            version=shipped.version,
            rules=len(shipped.rules),
            tools=len({rule.tool for rule in shipped.rules}),
        ),
        _table("Kind", "What the pattern is held against", KINDS.items()),
        _table("Role", "What it means", _ROLES.items()),
    ]
    for tool in dict.fromkeys(rule.tool for rule in shipped.rules):
        parts.append(f"## {tool}\n")
        parts += [_section(rule) for rule in shipped.rules if rule.tool == tool]
    parts.append(_actors(shipped))
    return "\n".join(parts).rstrip("\n") + "\n"


def _section(rule: Rule) -> str:
    facts = f"{rule.kind}, {rule.role}, probability {rule.probability:g}"
    if rule.since:
        facts += f", seen since {rule.since}"
    lines = [f"### {rule.id}\n", facts + ".", *_SENTENCE_END.split(rule.why)]
    if rule.keys:
        lines.append(f"Keys: {', '.join(f'`{key}`' for key in rule.keys)}.")
    if rule.kind in {"identity", "name_suffix"}:
        lines.append(f"Looked for in: {', '.join(rule.places)}.")
    shown = _shown(rule.pattern.pattern, rule.examples, rule.lookalikes)
    return "\n".join([*(line for line in lines if line), "", shown])


def _shown(pattern: str, examples: Iterable[str], lookalikes: Iterable[str]) -> str:
    lines = [f"pattern     {pattern}"]
    lines += [f"marked      {text}" for text in examples]
    lines += [f"not marked  {text}" for text in lookalikes]
    return "\n".join(["```text", *lines, "```", ""])


def _actors(shipped: Shipped) -> str:
    parts = [
        "## Actors\n",
        "An identity that one of the identity rules above knows is an `ai_agent`.",
        "`human` means no more than that no bot and no agent is known by the identity.",
    ]
    for actor in shipped.actors:
        parts.append(f"\n### {actor.id}\n\n{actor.kind}.\n")
        parts.append(_shown(actor.pattern.pattern, actor.examples, actor.lookalikes).rstrip())
    return "\n".join(parts)


def _table(left: str, right: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {left} | {right} |", "| --- | --- |"]
    lines += [f"| `{key}` | {meaning} |" for key, meaning in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(attribution_page())
