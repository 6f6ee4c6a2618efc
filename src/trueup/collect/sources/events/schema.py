"""What an event of each kind may say: the published JSON Schema, read as it stands.

https://json-schema.org/draft/2020-12; of it only what these schemas use is understood.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

KINDS = (
    *("deployment", "incident", "person", "team", "membership", "service", "policy_event"),
    *("pipeline_run", "ai_spend", "ai_seat", "ai_session_label", "ai_outage"),
    *("survey_response", "survey_group", "survey_total"),
)
OF_SURVEYS = ("survey_response", "survey_group", "survey_total")
"""Come in files alone: two people may say the same, and who answers when is nobody's business."""
SENT = tuple(kind for kind in KINDS if kind not in OF_SURVEYS)
"""Kinds that may also be sent one by one."""
_SCHEMAS = "trueup.collect.sources.events.schemas"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What one property of an event may be.

    Parameters
    ----------
    kind
        ``string``, ``integer`` or ``boolean``.
    form
        ``date-time`` for instants, ``date`` for days or instants, else empty.
    choices
        All values it may have; empty where any will do.
    minimum, maximum
        Of whole numbers.
    """

    name: str
    kind: str
    form: str = ""
    pattern: re.Pattern[str] | None = None
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What an event of one kind may say.

    Parameters
    ----------
    required
        Properties without which there is no event.
    any_of
        Groups of properties of which one at least is needed.
    """

    kind: str
    columns: Mapping[str, Column]
    required: tuple[str, ...]
    any_of: tuple[tuple[str, ...], ...]


def schema_text(kind: str) -> str:
    """Return the JSON Schema of a kind of event, as it is published."""
    return resources.files(_SCHEMAS).joinpath(f"{kind}.schema.json").read_text(encoding="utf-8")


@cache
def schema_of(kind: str) -> Schema:
    """Return what an event of a kind may say."""
    raw = json.loads(schema_text(kind))
    groups = (part["anyOf"] for part in raw.get("allOf", ()))
    return Schema(
        kind=kind,
        columns={
            name: _column(name, said) for name, said in raw["properties"].items() if name != "kind"
        },
        required=tuple(raw["required"]),
        any_of=tuple(tuple(one["required"][0] for one in group) for group in groups),
    )


def _column(name: str, said: Mapping[str, Any]) -> Column:
    pattern = said.get("pattern")
    return Column(
        name=name,
        kind=said["type"],
        form=said.get("format", ""),
        pattern=re.compile(pattern) if pattern else None,
        choices=tuple(said.get("enum", ())),
        minimum=said.get("minimum"),
        maximum=said.get("maximum"),
    )
