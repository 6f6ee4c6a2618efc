"""The report as JSON: the words, and every number with all it rests on."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

from trueup.estimate.assessment import Power
from trueup.estimate.studies import Study
from trueup.model.effect import Check
from trueup.report import words
from trueup.report.document import Block, Report
from trueup.report.ledger import Ledger
from trueup.report.sentence import Defined, Name, Quoted, Sentence
from trueup.report.words import Shown
from trueup.units import Unit

SCHEMA_VERSION = 2
"""Raised when the meaning or place of a key changes."""


def render_json(report: Report) -> str:
    """Return the report as JSON.

    Blocks refer to their evidence by id; ``evidence`` holds each piece once, numbers unrounded,
    with the words a reader sees.
    """
    ledger = Ledger(report)
    page = {
        "schema_version": SCHEMA_VERSION,
        "title": report.title,
        "notice": report.notice,
        "made_up": report.assessment is not None and report.assessment.made_up,
        "subject": report.subject.text,
        "answer": [_block(each, ledger) for each in report.answer],
        "scale": _block(report.scale, ledger),
        "gates": None if report.gates is None else _block(report.gates, ledger),
        "sources": _block(report.strip, ledger),
        "sections": [
            {
                "id": section.id,
                "heading": section.heading,
                "blocks": [_block(block, ledger) for block in section.unfolded()],
            }
            for section in report.sections
        ],
        "evidence": {ident: _evidence(shown) for shown, ident in ledger.ids.items()},
        "assessment": _whole(report.assessment),
        "made": dataclasses.asdict(report.footer),
    }
    return json.dumps(page, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _block(block: Block, ledger: Ledger) -> dict[str, Any]:
    return {"kind": type(block).__name__, **_fields(block, ledger)}


def _fields(thing: Any, ledger: Ledger) -> dict[str, Any]:
    if isinstance(thing, Sentence):
        return {"text": thing.text(), "evidence": [ledger.ids[each] for each in thing.shown()]}
    return {
        field.name: _value(getattr(thing, field.name), ledger)
        for field in dataclasses.fields(thing)
        if field.name != "drawing"
    }


def _value(value: Any, ledger: Ledger) -> Any:
    if isinstance(value, Shown):
        return {"evidence": ledger.ids[value]}
    if isinstance(value, Name | Defined | Quoted):
        return value.text
    if isinstance(value, Check | Power):
        return _whole(value)
    if isinstance(value, tuple):
        return [_value(each, ledger) for each in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _fields(value, ledger)
    return value


def _evidence(shown: Shown) -> dict[str, Any]:
    whole = {**_whole(shown), "between": words.interval_of(shown)}
    if isinstance(shown, Study):
        return {"kind": "Study", "says": words.value_of(shown), **whole, "mind": shown.says}
    return {"says": words.value_of(shown), **whole}


def _whole(value: Any) -> Any:
    """Return anything the balance made as plain values, kinds and all.

    Dataclasses become objects with their ``kind``; groups and figures objects by name; units
    their names; arrays lists. What is not finite is null: JSON knows neither infinity nor NaN.
    """
    if isinstance(value, Unit):
        return value.name
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        named = {
            name: {key: _whole(each) for key, each in found} if name in _PAIRS else _whole(found)
            for name, found in fields.items()
        }
        return {"kind": type(value).__name__, **named}
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, tuple | list):
        return [_whole(each) for each in value]
    return _whole(value.tolist()) if hasattr(value, "tolist") else value


_PAIRS = ("group", "figures")
"""Fields that are tuples of (name, value)."""
