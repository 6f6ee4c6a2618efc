"""How a diagnosis is said: its evidence, its rivals, what a remedy would buy."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trueup.diagnose.diagnosis import Evidence, Remedy, Value
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Measurement
from trueup.model.rival import Rival
from trueup.model.simulated import Simulated
from trueup.report import words
from trueup.report.words import measure_of

GAINS: Mapping[str, str] = MappingProxyType(
    {
        "throughput_against_as_it_is": "changes finished",
        "work_against_as_it_is": "work finished",
        "inflated_tokens_ratio": "share of tokens spared",
        "landed_to_release_time": "wait for release",
    }
)
"""What a reader calls the quantity a remedy moves."""


def between(value: Value) -> str:
    """Say a value and what else fits."""
    if value.interval is None:
        return f"{said(value)} (no interval: {words.interval_of(value)})"
    return f"{said(value)} ({words.interval_of(value)})"


def said(value: Value) -> str:
    """Say a value alone; a change with its sign."""
    return words.value_of(value)


def rests_on(value: Value) -> str:
    """Say on what a value rests: how many of what, when; or which model, fitted to what."""
    if isinstance(value, Measurement):
        return f"{words.items_of(value)}, {words.span(value.window)}"
    if isinstance(value, Estimate):
        return f"{value.design}, {value.n_units:,} units, {words.span(value.window)}"
    return f"a model fitted to {value.calibrated_by}"


def evidence(one: Evidence) -> str:
    """Say one piece of evidence as a line."""
    return f"{one.says}: {between(one.value)}; {rests_on(one.value)}"


def gain(remedy: Remedy) -> str:
    """Say what doing it would buy: by how much what changes, or that nothing can tell."""
    found = remedy.gain
    if isinstance(found, Abstention):
        return f"what it buys cannot be told. {words.capital(found.reason)}"
    counted = remedy.counted
    in_changes = "" if counted is None else f"; {gained(counted)} {between(counted)}"
    return f"{gained(found)} {between(found)}{in_changes}"


def gained(found: Simulated | Estimate | Abstention) -> str:
    """Say what a remedy moves, without by how much."""
    name = measure_of(found)
    return GAINS.get(name, name.replace("_", " "))


def rival(one: Rival) -> str:
    """Say another explanation, and whether it could be ruled out."""
    return f"{words.capital(one.name.replace('_', ' '))}: {one.answer}. {one.says}"
