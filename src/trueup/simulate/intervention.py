"""Something that could be done, as data a model can play."""

from __future__ import annotations

from dataclasses import dataclass

from trueup.simulate.flow.team import WhatIf


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseEvery:
    """What has landed is released once in so many days, whatever it is."""

    days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """One thing to do.

    Parameters
    ----------
    does
        As an order, without a full stop: ``"Let two more people review"``.
    plays
        What is changed in a model; None where no model of ours has it in it.
    watch
        What should move if it works, and what should not; one sentence.
    """

    does: str
    plays: WhatIf | ReleaseEvery | None
    watch: str
