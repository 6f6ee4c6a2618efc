"""Panels whose truth is known, written to files as a person would have them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trueup.estimate.assessment import Assessment
from trueup.estimate.panel import Panel
from trueup.estimate.verdict.assess import assess
from trueup.estimate.verdict.plan import Plan, plan_hash
from trueup.estimate.verdict.register import Registration

MONTHS = tuple(f"{2024 + month // 12}-{month % 12 + 1:02d}" for month in range(12))
TRUTH = 0.30
"""Adoption adds thirty per cent to every repository's mean number of lines."""


_ANSWERED: dict[tuple[str, str, str, int], Assessment] = {}


def assess_once(
    panel: Panel, plan: Plan, *, seed: int, versions: Sequence[Registration] = (), **rest: Any
) -> Assessment:
    """Assess for real, but the same plan on the same rows only once in a run of the tests."""
    key = (panel.digest(), plan_hash(plan), repr(versions), seed)
    if key not in _ANSWERED:
        _ANSWERED[key] = assess(panel, plan, seed=seed, versions=versions, **rest)
    return _ANSWERED[key]


def write_rows(path: Path, head: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    """Write a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
    return path


def write_panel(path: Path, *, repos: int = 24, truth: float = TRUTH) -> Path:
    """Write repositories by month: half adopt, in one of three months; all grow alike."""
    rng = np.random.default_rng(5)
    size = rng.uniform(300, 600, repos)
    rows = []
    for repo in range(repos):
        adopts = (5, 7, 9)[repo % 3] if repo % 2 else None
        for month, label in enumerate(MONTHS):
            is_treated = adopts is not None and month >= adopts
            mean = size[repo] * np.exp(0.01 * month) * (1 + truth * is_treated)
            lines = int(rng.poisson(mean))
            lead = float(np.exp(2 - np.log1p(truth) * is_treated + rng.normal(0, 0.1)))
            event = MONTHS[adopts] if adopts is not None else ""
            rows.append((f"repo-{repo:02d}", label, event, lines, f"{lead:.4f}"))
    return write_rows(path, ("repo", "month", "event", "lines_added", "lead_time"), rows)
