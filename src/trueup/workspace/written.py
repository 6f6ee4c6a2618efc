"""What a verb that writes a report gives back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from trueup.collect.running.collected import Collected

Format = Literal["html", "md", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWritten:
    """Where the report is, and its answer in a few lines for a terminal."""

    path: Path
    lines: tuple[str, ...]
    collected: Collected
