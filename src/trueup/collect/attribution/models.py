"""Model names as marks write them, brought to one spelling; never a closed list."""

from __future__ import annotations

import re

_ASIDE = re.compile(r"\([^)]*\)?|\[[^\]]*\]?|[@=].*")
_DATE = re.compile(r"-20\d{6}$")
_CLAUDE = re.compile(r"(?:^|[ -])(opus|sonnet|haiku|fable|instant)(?=$|[ -]|\d)")
_GLUED = re.compile(r"(?<=[a-z])(?=\d)")
_DASHED_VERSION = re.compile(r"-(\d{1,2})-(\d{1,2})(?=$|-)")


def model_name(raw: str) -> str | None:
    """Bring a model name to lower case with dashes, version kept.

    Dropped: provider and route before the name, context size, effort, dates, tariff.

    Parameters
    ----------
    raw
        As the mark has it, e.g. ``Opus 4.7 (1M context)`` or ``vertex_ai/gemini-2.5-pro``.

    Returns
    -------
    str or None
        E.g. ``claude-opus-4.7``; None when nothing is left.
    """
    name = _ASIDE.sub("", raw.lower()).strip().rsplit("/", 1)[-1]
    name = name.partition(":")[0].strip(" .,;-_")
    name = _DATE.sub("", re.sub(r"[ _]+", "-", name))
    if _CLAUDE.search(name):
        name = _claude(name)
    return name or None


def _claude(name: str) -> str:
    name = _DASHED_VERSION.sub(r"-\1.\2", _GLUED.sub("-", name))
    return name if name.startswith("claude") else f"claude-{name}"
