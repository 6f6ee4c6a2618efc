"""All mechanisms before one case, and their answers in the order a reader needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trueup.collect.connector import Progress, Silent
from trueup.diagnose.case import Case
from trueup.diagnose.catalogue import all_mechanisms, find_mechanism
from trueup.diagnose.diagnosis import STRENGTHS, Absent, Diagnosis
from trueup.model.evidence import Abstention


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosed:
    """What the doctor says.

    Parameters
    ----------
    found
        By what acting on them surely buys: work first, then spend; what nobody can play comes
        last, the strongest first.
    absent
        What was looked for and is not found.
    untold
        What cannot be told, and what would change that.
    """

    found: tuple[Diagnosis, ...] = ()
    absent: tuple[Absent, ...] = ()
    untold: tuple[Abstention, ...] = ()


def diagnose(
    case: Case, *, only: Sequence[str] = (), progress: Progress | None = None
) -> Diagnosed:
    """Look for every mechanism.

    Parameters
    ----------
    only
        Names of mechanisms; empty: all.

    Raises
    ------
    EstimateError
        No mechanism is called so.
    """
    asked = [find_mechanism(name) for name in only] or list(all_mechanisms().values())
    telling = progress or Silent()
    telling.stage("looking for what limits you", len(asked))
    answers = []
    for mechanism in asked:
        answers.append(mechanism.examine(case))
        telling.advance(1)
    return Diagnosed(
        found=in_order([a for a in answers if isinstance(a, Diagnosis)]),
        absent=tuple(a for a in answers if isinstance(a, Absent)),
        untold=tuple(a for a in answers if isinstance(a, Abstention)),
    )


def in_order(found: Sequence[Diagnosis]) -> tuple[Diagnosis, ...]:
    """Return diagnoses by what their best remedy surely buys, then by strength and name."""
    return tuple(sorted(found, key=_rank))


def _rank(found: Diagnosis) -> tuple[int, float, int, str]:
    best = found.best
    worth = (0, 0.0) if best is None else (2 if best.buys == "work" else 1, best.least)
    return (-worth[0], -worth[1], STRENGTHS.index(found.strength), found.mechanism)
