"""What GitLab's own notes say happened: read once, kept as a word, and dropped.

GitLab writes them in English whatever language its users see
(https://docs.gitlab.com/user/project/system_notes/).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SAID = {
    "approved": r"approved this merge request",
    "unapproved": r"unapproved this merge request|reset approvals|removed approvals",
    "changes_requested": r"requested changes",
    "reviewed": r"reviewed this merge request|left review comments",
    "draft": r"marked (?:this merge request )?as (?:a )?\*\*(?:draft|Work In Progress)\*\*",
    "ready": r"marked this merge request as \*\*ready\*\*|unmarked as a \*\*Work In Progress\*\*",
    "review_requested": r"requested review from ",
    "pushed": r"added \d+ (?:new )?commits?",
    "assigned": r"(?:un)?assigned ",
    "edited": r"changed (?:the )?(?:title|description|weight|due date)|removed (?:weight|due date)",
    "moved": r"(?:changed|removed) milestone|moved (?:to|from) ",
    "closed": r"closed",
    "reopened": r"reopened",
    "merged": r"merged",
    "acknowledged": r"changed the incident status to \*\*Acknowledged\*\*",
    "resolved": r"changed the incident status to \*\*Resolved\*\*",
}
_KINDS = {kind: re.compile(said, re.IGNORECASE) for kind, said in _SAID.items()}
_ASKED = re.compile(r"requested review from ((?:@[\w.-]+(?:,? and |, )?)+)", re.IGNORECASE)
_NAME = re.compile(r"@([\w.-]*\w)")


def kind_of(said: str) -> str | None:
    """Return what a note of GitLab's own tells of, None where nobody needs to know."""
    return next((kind for kind, form in _KINDS.items() if form.match(said)), None)


def asked_in(said: str) -> list[str]:
    """Return the logins of those a note says were asked for a review."""
    return [login for group in _ASKED.findall(said) for login in _NAME.findall(group)]


def note(raw: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what is kept of a note; None for what GitLab noted and nobody needs to know."""
    said = raw.get("body")
    text = said if isinstance(said, str) else ""
    kept = {name: raw[name] for name in ("id", "type", "created_at", "resolvable") if name in raw}
    kept["author"] = user(raw.get("author"))
    if raw.get("system") is not True:
        return {**kept, "length": len(text) if isinstance(said, str) else None}
    kind = kind_of(text)
    if kind is None:
        return None
    kept["kind"] = kind
    if kind == "review_requested":
        kept["asked"] = asked_in(text)
    return kept


def user(raw: object) -> dict[str, Any] | None:
    """Return what is kept of a user."""
    if not isinstance(raw, Mapping):
        return None
    return {name: raw[name] for name in ("id", "username", "name", "bot") if name in raw}
