"""The question an estimate answers, fixed before the data are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trueup.errors import EstimateError
from trueup.model.effect import SpeaksOf
from trueup.units import Unit

Scale = Literal["level", "log", "count"]
"""How an effect is said.

``level``
    as a difference, in the outcome's unit;
``log``
    of the natural logarithm of a positive outcome, said as a proportion, ``exp(b) - 1``;
``count``
    of an outcome that may be nought, said as a proportion of its mean without adoption
    (PPML's ``exp(b) - 1``; Callaway-Sant'Anna's average over the counterfactual mean).
    Never a logarithm of one plus the outcome: its coefficient depends on the unit of measure.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whose outcome, under which contrast, over which horizon.

    Parameters
    ----------
    outcome
        Column of the panel.
    unit
        What one of the outcome is, e.g. ``"changes per developer-week"``.
    scale
        See `Scale`.
    better
        Which direction is good.
    smallest
        Smallest effect of interest, as a proportion (0.05 is five per cent) for ``log`` and
        ``count``, in the outcome's unit for ``level``.
    horizon
        Periods after adoption the effect is averaged over, the adoption period being 0;
        None means all that are seen.
    anticipation
        Periods before adoption in which behaviour may already have changed.
    controls
        ``not_yet``: units that adopt later serve until they do; ``never``: only those that
        never do.
    covariates
        Columns whose value before adoption makes units comparable.
    speaks_of
        Whether the interval is about these units or about units like these.
    level
        Of the interval.
    """

    outcome: str
    unit: str = ""
    scale: Scale = "level"
    better: Literal["higher", "lower", "neither"] = "higher"
    smallest: float = 0.05
    horizon: int | None = None
    anticipation: int = 0
    controls: Literal["not_yet", "never"] = "not_yet"
    covariates: tuple[str, ...] = ()
    speaks_of: SpeaksOf = "these units"
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.smallest <= 0 or not 0.5 < self.level < 1 or self.anticipation < 0:
            raise EstimateError(
                f"The question about {self.outcome!r} has a smallest effect, a level or an "
                "anticipation that makes no sense.",
                hint="Use a positive effect, a level such as 0.95, and whole periods.",
            )

    @property
    def outcome_unit(self) -> Unit:
        """Unit of a difference in the outcome."""
        return Unit(self.unit or self.outcome, self.unit)
