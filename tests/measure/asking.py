"""Short ways to ask a metric about a made-up history."""

from __future__ import annotations

from typing import Any

from tests.measure.building import World
from trueup.measure.catalogue import find_metric
from trueup.measure.plan import measure
from trueup.model.evidence import Abstention, Finding, Measurement


def ask(name: str, world: World, **asked: Any) -> list[Finding]:
    return measure(find_metric(name), world.ready(), **asked)


def answers(name: str, world: World, **asked: Any) -> dict[tuple[tuple[str, str], ...], Finding]:
    return {finding.group: finding for finding in ask(name, world, **asked)}


def value(name: str, world: World, *group: tuple[str, str], **asked: Any) -> float:
    found = answers(name, world, **asked)[tuple(sorted(group))]
    assert isinstance(found, Measurement), found
    return found.value


def measured(name: str, world: World, *group: tuple[str, str], **asked: Any) -> Measurement:
    found = answers(name, world, **asked)[tuple(sorted(group))]
    assert isinstance(found, Measurement), found
    return found


def abstention(name: str, world: World, *group: tuple[str, str], **asked: Any) -> Abstention:
    found = answers(name, world, **asked)[tuple(sorted(group))]
    assert isinstance(found, Abstention), found
    return found


def known(finding: Finding) -> float:
    assert isinstance(finding, Measurement), finding
    return finding.value


def values(found: dict[tuple[tuple[str, str], ...], Finding], by: str) -> dict[str, float]:
    return {dict(group)[by]: known(finding) for group, finding in found.items()}
