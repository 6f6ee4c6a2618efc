"""The report as JSON: the words, and every number with all it rests on."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Measurement
from trueup.report import words
from trueup.report.document import Block, Report
from trueup.report.ledger import Ledger
from trueup.report.sentence import Defined, Name, Sentence
from trueup.report.words import Shown
from trueup.units import Unit

SCHEMA_VERSION = 1
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
        "subject": report.subject.text,
        "answer": [_block(each, ledger) for each in report.answer],
        "scale": _block(report.scale, ledger),
        "sources": _block(report.strip, ledger),
        "sections": [
            {
                "id": section.id,
                "heading": section.heading,
                "blocks": [_block(block, ledger) for block in section.blocks],
            }
            for section in report.sections
        ],
        "evidence": {ident: _evidence(shown) for shown, ident in ledger.ids.items()},
        "made": dataclasses.asdict(report.footer),
    }
    return json.dumps(page, ensure_ascii=False, indent=1) + "\n"


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
    if isinstance(value, Measurement | Estimate | Abstention):
        return {"evidence": ledger.ids[value]}
    if isinstance(value, Name | Defined):
        return value.text
    if isinstance(value, tuple):
        return [_value(each, ledger) for each in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _fields(value, ledger)
    return value


def _evidence(shown: Shown) -> dict[str, Any]:
    said = {"kind": type(shown).__name__, "says": words.value_of(shown)}
    found = {field.name: getattr(shown, field.name) for field in dataclasses.fields(shown)}
    for name, value in found.items():
        if isinstance(value, Unit):
            found[name] = value.name
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            found[name] = dataclasses.asdict(value)
        elif name == "group":
            found[name] = dict(value)
    return {**said, **found, "between": words.interval_of(shown)}
