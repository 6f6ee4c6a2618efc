"""Experiments in words for a terminal and as plain values for a machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trueup.cli.answers import plain
from trueup.cli.findings import describe
from trueup.model.evidence import Abstention
from trueup.report.words import CANNOT_TELL

if TYPE_CHECKING:
    from trueup.estimate.experiments.answering.answer import ExperimentAnswer
    from trueup.estimate.experiments.planning import Planned


def planned_in_words(found: Planned | Abstention, schedule: Path | None) -> Iterator[str]:
    """Say what the experiment would find, and what is to be done next."""
    if isinstance(found, Abstention):
        yield from _abstained(found)
        return
    yield from found.say()
    if schedule is None:
        yield "Nothing is stored yet. Register it and draw lots with --schedule FILE."
        return
    plan = found.plan
    yield f"Registered {plan.registered_on}, hash {plan.hash}: tell it to those who will act on it."
    yield f"Schedule: {schedule}. It bears names: give each person their own lines and delete it."


def planned_as_json(found: Planned | Abstention, schedule: Path | None) -> dict[str, Any]:
    """Return the plan and what it promises."""
    if isinstance(found, Abstention):
        return {"abstention": describe(found)}
    return {
        "lines": list(found.say()),
        "plan": _dated(found.plan),
        "hash": found.plan.hash,
        "is_registered": schedule is not None,
        "schedule": None if schedule is None else str(schedule),
        "by_formula": found.promise.by_formula,
        "played": found.promise.played,
        "past_weeks": found.past_weeks,
        "without_past": found.without_past,
    }


def answer_in_words(found: ExperimentAnswer | Abstention) -> Iterator[str]:
    """Say the answer in about ten lines."""
    if isinstance(found, Abstention):
        yield from _abstained(found)
        return
    yield from found.say()


def answer_as_json(found: ExperimentAnswer | Abstention) -> dict[str, Any]:
    """Return the whole answer as plain values."""
    if isinstance(found, Abstention):
        return {"abstention": describe(found)}
    described: dict[str, Any] = plain(found)
    return {
        "lines": list(found.say()),
        **described,
        "plan": _dated(found.plan),
        "hash": found.plan.hash,
    }


def _dated(plan: Any) -> dict[str, Any]:
    described: dict[str, Any] = plain(plan)
    days = {name: str(described[name]) for name in ("starts_on", "registered_on")}
    return {**described, **days}


def _abstained(found: Abstention) -> Iterator[str]:
    yield f"{CANNOT_TELL.capitalize()}: {found.reason}"
    yield found.remedy
