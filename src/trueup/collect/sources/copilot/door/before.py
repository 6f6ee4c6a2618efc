"""Days of the metrics of before 2026, which GitHub no longer gives, from saved answers.

They were of organisations and teams with five users or more, and never of a person.
https://docs.github.com/en/rest/copilot/copilot-metrics
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from trueup.collect.answers import objects, part, said
from trueup.collect.recorded import Note, Record

_OFFERS = {
    "offered": "total_code_suggestions",
    "accepted": "total_code_acceptances",
    "lines_offered": "total_code_lines_suggested",
    "lines_accepted": "total_code_lines_accepted",
}
_CHATS = ("copilot_ide_chat", "copilot_dotcom_chat")

One = Mapping[str, Any]


def is_before(one: One) -> bool:
    """Say whether an object is a day of those metrics."""
    return "date" in one and "copilot_ide_code_completions" in one


def before_records(one: One, begun: date) -> Iterator[Record | Note]:
    """Yield a record of a day, where no report tells of it, and what the days leave out."""
    yield Note(
        subject="Copilot's metrics of before the reports",
        expected=None,
        seen=0,
        skipped=0,
        reason="GitHub left out days with fewer than five users, and said nothing by person",
        remedy="Connect the organisation: reports of later days are by person and have no floor.",
    )
    day = said(one, "date")
    if day and day < begun.isoformat():
        chats = {name: _chats(part(one, name)) for name in _CHATS}
        body = {"day": day, "models": _by_model(one), "chats": chats}
        yield Record(kind="legacy_day", key=f"{day}:legacy", body=body)
    else:
        yield Note(
            subject="Copilot's metrics of before the reports",
            expected=None,
            seen=0,
            skipped=1,
            reason=f"days from {begun} on are told by reports, which count otherwise",
            remedy="Save reports of those days, or connect the organisation.",
        )


def _by_model(one: One) -> list[dict[str, Any]]:
    """Return what was offered and taken by model, added up over editors and languages."""
    found: dict[str, Counter[str]] = {}
    for editor in objects(part(one, "copilot_ide_code_completions").get("editors")):
        for model in objects(editor.get("models")):
            counts = found.setdefault(said(model, "name"), Counter())
            for language in objects(model.get("languages")):
                for name, field in _OFFERS.items():
                    counts[name] += _count(language.get(field))
    return [{"model": model, **counts} for model, counts in sorted(found.items())]


def _chats(chat: One) -> int:
    models = [
        *objects(chat.get("models")),
        *(model for e in objects(chat.get("editors")) for model in objects(e.get("models"))),
    ]
    return sum(_count(model.get("total_chats")) for model in models)


def _count(value: object) -> int:
    return value if isinstance(value, int) and value >= 0 and not isinstance(value, bool) else 0
