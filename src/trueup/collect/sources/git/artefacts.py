"""Files that tell AI tools how to work here: what stands at the head, by kind and by labels.

How they came to be is in `ai_artefact_version`, how they were kept up in `commit_file`. Contents
are read for the names of keys and of what is run, and are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from trueup.collect.sources.git.diffs.conversation import sizes
from trueup.collect.sources.git.interfaces.packages import contents
from trueup.collect.sources.git.process import Git
from trueup.model.ai_tables import AI_ARTEFACT
from trueup.model.artefacts import kind_of, may_run_agents

MOST_READ = 400
"""Of more files, contents are read of so many; the rest is known by path."""
LARGEST = 128 * 1024
READ = frozenset({"settings", "mcp", "subagent", "context"})
"""Kinds whose contents are read."""
_KEYS = re.compile(
    rb'(?:^|[{,])\s*"(hooks|mcpServers|servers|permissions|model)"\s*:(?!\s*(?:\{\s*\}|\[\s*\]))',
    re.MULTILINE,
)
"""Keys of JSON, with or without comments, whose value is not empty."""
_TABLES = re.compile(rb"^\[+(hooks|mcp_servers|profiles)\b", re.MULTILINE)
_SERVERS = (b"servers", b"mcp_servers")
_MODEL = re.compile(rb"^model:\s*[\"']?([A-Za-z0-9._/-]{1,60})", re.MULTILINE)
_POINTER = re.compile(rb"\A\s*(?:@?[\w./-]+\.md)\s*\Z")
_ACTIONS = re.compile(
    rb"uses:\s*[\"']?(anthropics/claude-code(?:-base)?-action|openai/codex-action"
    rb"|google-github-actions/run-gemini-cli|google-gemini/gemini-cli-action"
    rb"|(?:sst|anomalyco)/opencode/github|(?:qodo-ai|codium-ai|the-pr-agent)/pr-agent"
    rb"|coderabbitai/[\w-]+|warpdotdev/[\w-]*agent-action|github/gh-aw[\w/-]*"
    rb"|cursor/[\w-]*action)",
    re.IGNORECASE,
)
_RUN = re.compile(
    rb"(?:^|[\s;&|\"'])(claude (?:-p|--print)|codex exec|gemini (?:-p|--prompt)|cursor-agent -p"
    rb"|copilot (?:-p|--prompt)|opencode run|aider --message|goose run)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefacts:
    """What stands at the head.

    Parameters
    ----------
    rows
        Of table `ai_artefact`.
    unread
        Files known by path alone: git lacks them, or they are too many or too large.
    """

    rows: pa.Table
    unread: int


def artefacts(git: Git, repository_id: str, head: str, seen_at: int | None) -> Artefacts:
    """Return the artefacts at `head`, and a row that says the tree was read."""
    listed = list(_listed(git, head))
    bytes_of = sizes(git, {blob.encode() for _, _, blob in listed})
    small = {blob for blob, size in bytes_of.items() if size <= LARGEST}
    wanted = [blob for _, kind, blob in listed if kind in READ or kind == "ci_agent"]
    asked = [blob for blob in dict.fromkeys(wanted) if blob.encode() in small][:MOST_READ]
    held: Mapping[str, bytes] = contents(git, asked) if asked else {}
    seen: dict[str, object] = {"repository_id": repository_id, "seen_at": seen_at}
    rows = [seen | {"path": ""}]
    for path, kind, blob in listed:
        labels = labels_of(kind, held.get(blob, b""))
        if kind == "ci_agent" and not labels:
            continue
        size = bytes_of.get(blob.encode())
        rows.append(seen | {"path": path, "kind": kind, "labels": labels, "size_bytes": size})
    unread = len(set(wanted) - set(asked))
    return Artefacts(rows=pa.Table.from_pylist(rows, schema=AI_ARTEFACT.schema), unread=unread)


def _listed(git: Git, head: str) -> Iterator[tuple[str, str, str]]:
    """Yield path, kind and object of every file that is or may be an artefact; links too."""
    for line in git.run("ls-tree", "-r", "-z", "--full-tree", head).split(b"\0"):
        facts, _, name = line.partition(b"\t")
        if b" blob " not in facts:
            continue
        path = name.decode("utf-8", "replace")
        kind = kind_of(path) or ("ci_agent" if may_run_agents(path) else None)
        if kind is not None:
            yield path, kind, facts.split()[2].decode("ascii")


def labels_of(kind: str, content: bytes) -> list[str]:
    """Return the names of keys, models and programs in a file of this kind; never text."""
    if kind == "context":
        return ["pointer"] if _POINTER.match(content) else []
    if kind == "subagent":
        found = {b"model:" + name for name in _MODEL.findall(content)}
    elif kind == "ci_agent":
        found = {name.lower() for name in (*_ACTIONS.findall(content), *_RUN.findall(content))}
    else:
        found = {*_KEYS.findall(content), *_TABLES.findall(content)}
        found = {b"mcpServers" if name in _SERVERS else name for name in found}
    return sorted(name.decode("ascii", "replace") for name in found)
