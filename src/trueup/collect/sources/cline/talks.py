"""A session as Cline's command line and newer editions keep it: messages with their metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trueup.collect.ai.sessions.blocks import Blocks
from trueup.collect.ai.sessions.files import document
from trueup.collect.ai.sessions.models import provider_of
from trueup.collect.ai.sessions.telling import Session, instant_of, label, whole
from trueup.collect.ai.sessions.visiting import Found, Surroundings
from trueup.collect.ai.tokens import Tokens
from trueup.collect.answers import objects, part, said

ENDING = ".messages.json"
_SHELLS = frozenset(("execute_command", "bash", "run_commands", "run_command", "shell"))
_NO_TALK = "its file holds no messages of a session"
One = Mapping[str, Any]


def read_talk(paths: tuple[Path, ...], native: str, around: Surroundings) -> Found:
    """Read one session: its manifest, its messages, or both."""
    faults = Counter[str]()
    told = {path.name.endswith(ENDING): document(path, faults) for path in paths}
    manifest = told.get(False)
    manifest = manifest if isinstance(manifest, dict) else {}
    session = _session(manifest, native, around)
    talk = told.get(True)
    messages = talk if isinstance(talk, list) else _messages(talk)
    if messages is None and talk is not None:
        faults[_NO_TALK] += 1
    blocks, number = Blocks(session, _SHELLS), 0
    for message in objects(messages):
        at = instant_of(message.get("ts") or message.get("timestamp") or message.get("createdAt"))
        session.saw(at)
        about = part(message, "modelInfo")
        model = label(about.get("id") or about.get("modelId")) or label(manifest.get("model"))
        blocks.take(message, at, model)
        metrics = part(message, "metrics")
        if metrics:
            _asked(session, f"m{number}", metrics, at, model=model, provider=_provider(about))
            number += 1
    blocks.end()
    return Found(sessions=[session], lines=len(paths), faults=faults)


def _session(manifest: One, native: str, around: Surroundings) -> Session:
    place = around.place(said(manifest, "workspace_root") or said(manifest, "cwd"))
    parent = said(manifest, "parent_session_id") or said(manifest, "parentSessionId")
    session = Session(
        native=said(manifest, "session_id") or native,
        parent=parent or None,
        agent="subagent" if parent else "main",
        place=place,
        person=around.person(place),
        provider=provider_of(manifest.get("provider")),
    )
    for name in ("started_at", "created_at", "ended_at"):
        session.saw(instant_of(manifest.get(name)))
    return session


def _asked(session: Session, native: str, metrics: One, at: int | None, **about: Any) -> None:
    """Add a request; here the input holds the cached tokens too."""
    tokens = Tokens.of_whole_prompt(
        whole(metrics.get("inputTokens")),
        cache_read=whole(metrics.get("cacheReadTokens")),
        cache_write=whole(metrics.get("cacheWriteTokens")),
        output=whole(metrics.get("outputTokens")),
    )
    session.request(native, at, tokens, **about)
    cost = metrics.get("cost")
    if isinstance(cost, int | float) and not isinstance(cost, bool) and cost > 0:
        session.paid(native, cost, at, **about)


def _provider(about: One) -> str | None:
    return provider_of(about.get("provider") or about.get("providerId"))


def _messages(talk: Any) -> list[Any] | None:
    found = talk.get("messages") if isinstance(talk, dict) else None
    return found if isinstance(found, list) else None
