"""What may be said of incentives: of a whole organisation, and never of hidden slack as a number.

No field can hold a person, a team or a band, and what could is refused when it is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trueup.errors import PersonIsNotAUnit
from trueup.model.rival import Rival
from trueup.model.simulated import Simulated
from trueup.units import Unit, say

NOT_OBSERVED = "not observed; telemetry cannot see this"
READ_FIRST = "Read the diagnosis of the bottleneck first: this page cannot tell it from incentives."


RIVALS = (
    Rival(
        name="quality_investment",
        answer="not measured",
        says="The time goes into tests, design and care.",
        told_apart_by="Rework, incidents and the survival of lines get better.",
    ),
    Rival(
        name="learning",
        answer="not measured",
        says="The time goes into learning the tools and the code.",
        told_apart_by="It shrinks with months since adoption, and not with pay.",
    ),
    Rival(
        name="review_load",
        answer="not measured",
        says="The time goes into reading what others make more of.",
        told_apart_by="Time in review and reviews per person rise with adoption.",
    ),
    Rival(
        name="bottleneck_downstream",
        answer="not measured",
        says="What is made faster waits at a later stage.",
        told_apart_by="The diagnosis of the bottleneck, from the stages changes pass.",
    ),
)
"""Other reasons why a gain does not show in what is delivered, the bottleneck last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A range of what cannot be seen: no middle, no interval, no chance; `heading` stands over it.

    Parameters
    ----------
    low, high
        In `unit`; the low end is always 0, for the rivals can explain all of it.
    says
        What the ends are.
    """

    heading: str = NOT_OBSERVED
    low: float = 0.0
    high: float
    unit: Unit
    says: str

    def say(self) -> str:
        """Say the range under its heading."""
        ends = f"{say(self.low, self.unit)} to {say(self.high, self.unit)} a week"
        return f"{self.heading}: {ends}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What would be if pay passed on so much, and all else rewarded extra output by so much.

    Parameters
    ----------
    pass_through, beside_pay
        In wages per unit of extra output: the policy itself.
    captured
        Share of the gain that is turned into output.
    kept
        What the organisation keeps of it, per person and year.
    is_on_frontier
        False where another policy with the same rewards beside pay captures at least as much and
        keeps more, or keeps as much and captures more.
    """

    pass_through: float
    beside_pay: float
    captured: Simulated
    kept: Simulated
    is_on_frontier: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Swing:
    """How far the captured share moves with one parameter, the others at their middles.

    Parameters
    ----------
    parameter, low, high, unit
        Its 5th and 95th hundredth over all sets, or the two cases there are.
    at_low, at_high
        The captured share there.
    """

    parameter: str
    low: float
    high: float
    unit: Unit
    at_low: Simulated
    at_high: Simulated


@dataclass(frozen=True, slots=True, kw_only=True)
class Incentives:
    """Whether an organisation's terms reward showing a gain: a model's answer, for the whole of it.

    Parameters
    ----------
    gain
        Extra output at equal effort.
    break_even
        The essay's pass-through, ``1 / (1 + g)``.
    starts_at, all_shown_at, best
        Pass-through at which an average worker starts to show the gain, shows all of it, and at
        which the organisation keeps most.
    captured
        Share of the gain that is turned into output on today's terms.
    kept, workers_gain
        What the organisation and the workers have of it, per person and year.
    later
        The captured share after years in which what is asked follows what others show.
    arrived
        Share of the gain that the records show as delivered; None without such an estimate.
    frontier, sensitivity
        Policies; parameters, the widest swing first.
    hours_unseen
        Hours a person and week that are not turned into output: not how many are idle.
    rivals, read_first
        What else explains a gain that does not show, and what to read before this.
    """

    gain: Simulated
    break_even: Simulated
    starts_at: Simulated
    all_shown_at: Simulated
    best: Simulated
    captured: Simulated
    kept: Simulated
    workers_gain: Simulated
    later: tuple[Simulated, ...]
    arrived: Simulated | None
    frontier: tuple[Policy, ...]
    sensitivity: tuple[Swing, ...]
    hours_unseen: Unseen
    rivals: tuple[Rival, ...] = RIVALS
    read_first: str = READ_FIRST

    def __post_init__(self) -> None:
        if any(one.group for one in self.numbers()):
            raise PersonIsNotAUnit(
                "Incentives are answered for a whole organisation alone.",
                hint="Ask without a team, a band or a person.",
            )

    def numbers(self) -> Iterator[Simulated]:
        """Yield every number it holds."""
        yield from (self.gain, self.break_even, self.starts_at, self.all_shown_at, self.best)
        yield from (self.captured, self.kept, self.workers_gain, *self.later)
        yield from () if self.arrived is None else (self.arrived,)
        yield from (number for one in self.frontier for number in (one.captured, one.kept))
        yield from (number for one in self.sensitivity for number in (one.at_low, one.at_high))
