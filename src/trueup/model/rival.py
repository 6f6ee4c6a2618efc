"""What else may have made what is seen, and whether it could be ruled out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Another explanation of the same records.

    Parameters
    ----------
    name
        Snake case.
    answer
        ``ruled out``: it was measured, and with it held constant what is claimed stands; ``may
        explain it``: it was measured, and without it what is claimed is not shown; ``not
        measured``: no record tells.
    says
        One sentence with its numbers, or what is missing.
    told_apart_by
        What would tell it from what is claimed, where it was not measured; empty where `says` does.
    """

    name: str
    answer: Literal["ruled out", "may explain it", "not measured"]
    says: str
    told_apart_by: str = ""
