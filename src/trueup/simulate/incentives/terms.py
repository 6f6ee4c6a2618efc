"""On what terms people work: sets of parameters that the records and the stated ranges allow.

The gain comes from an estimate or from whoever asks, pay from the file of human resources where
there is one. What effort costs people, and what they fear and hope for, no record holds: those are
ranges, stated as such, and every answer carries their width.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from statistics import NormalDist
from typing import Literal, get_args

import numpy as np

from trueup.errors import EstimateError
from trueup.model.effect import Estimate
from trueup.model.evidence import Interval
from trueup.simulate.incentives.choice import Floats
from trueup.simulate.incentives.motives import Motives, Offers, promotion_reward
from trueup.simulate.incentives.payroll import Payroll
from trueup.simulate.incentives.workforce import Form, captured, worth_to_workers
from trueup.units import RELATIVE

DRAWS = 2_000
DANISH = (
    "https://m.getcoai.com/news/danish-study-challenges-claims-about-ai-disrupting-the-labor-market"
)
_LEAST_GAIN = 1e-3
_LEAST = (
    "The gain at equal effort is at least what was delivered, that of {}; were it larger, less "
    "would have to be passed to pay, and more of it would be captured."
)
_OFFERS = (
    "Offers from outside are taken to be for output that others see, at no more than its worth."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """How much more the same effort yields: 0.3 is 30 % more of the same tasks.

    Parameters
    ----------
    value
        At equal effort; it is not how much more was delivered, which is what is left of it.
    interval
        None where it is taken as known.
    source
        Whose number it is.
    is_least
        It is what was delivered: the gain at equal effort is at least so much.
    """

    value: float
    interval: Interval | None = None
    source: str
    is_least: bool = False


def gain_of(
    estimate: Estimate, of: Literal["output_per_hour", "time_per_task", "delivered"]
) -> Gain:
    """Return the gain an estimate found where people did the same tasks at the same effort.

    Parameters
    ----------
    of
        What it estimated, as a relative difference; time per task becomes tasks per time. What was
        delivered is what is left of the gain after everything on the way: the least it can be.

    Raises
    ------
    EstimateError
        It is not a relative difference, or speaks of a slice of the organisation.
    """
    found = relative(estimate)
    if of != "time_per_task":
        return replace(found, is_least=of == "delivered")
    if found.interval is None or min(found.value, found.interval.low) <= -1:
        raise EstimateError("A task cannot take no time.", hint="Check the unit of the estimate.")
    interval = Interval(
        low=-found.interval.high / (1 + found.interval.high),
        high=-found.interval.low / (1 + found.interval.low),
        level=found.interval.level,
        method=found.interval.method,
    )
    return Gain(value=-found.value / (1 + found.value), interval=interval, source=found.source)


def relative(estimate: Estimate) -> Gain:
    """Return a relative estimate of the whole organisation with its interval."""
    if estimate.unit != RELATIVE:
        hint = "Estimate it on logarithms."
        raise EstimateError(f"{estimate.outcome} is not a relative difference.", hint=hint)
    if estimate.group:
        hint = "Give the estimate of the whole: incentives are answered for organisations alone."
        raise EstimateError(f"{estimate.outcome} speaks of a slice.", hint=hint)
    source = f"{estimate.outcome}: {estimate.estimand}; {estimate.design} ({estimate.source})"
    return Gain(value=estimate.value, interval=estimate.interval, source=source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """What no record holds, each as the two ends between which it is taken to lie.

    Parameters
    ----------
    pass_through
        Used where neither whoever asks nor the file tells it.
    top_cost
        What effort costs those to whom it costs most; half of it on average. The essay's worker
        has 1.
    found_out
        Expected loss per unit of gain not shown; below 0 for fear of what showing it brings.
    beside_pay
        All rewards beside pay, where no file tells promotions and quits.
    promotion_elasticity
        By how many per cent the chance of promotion grows with 1 % more output.
    promotion_raise
        Where the file does not tell it.
    years_between, discount
        Of rounds of promotion; what next year is worth less.
    visible, friction
        Of offers from outside, where the file tells what they bring.
    follows
        Share of the way to what others show by which what is asked moves in a quarter.
    worth
        Of a unit of output to the organisation, in wages.

    Raises
    ------
    EstimateError
        The ends of a range stand the wrong way round or are no numbers, or effort costs nothing.
    """

    pass_through: tuple[float, float] = (0.03, 0.07)
    top_cost: tuple[float, float] = (0.8, 2.0)
    found_out: tuple[float, float] = (0.0, 0.1)
    beside_pay: tuple[float, float] = (0.0, 0.3)
    promotion_elasticity: tuple[float, float] = (0.0, 2.0)
    promotion_raise: tuple[float, float] = (0.05, 0.15)
    years_between: float = 1.0
    discount: tuple[float, float] = (0.03, 0.10)
    visible: tuple[float, float] = (0.0, 0.5)
    friction: tuple[float, float] = (0.0, 0.1)
    follows: tuple[float, float] = (0.0, 0.3)
    worth: tuple[float, float] = (1.0, 2.0)

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            low, high = value if isinstance(value, tuple) else (value, value)
            if not -math.inf < low <= high < math.inf or (each.name == "top_cost" and low <= 0):
                hint = "Give the lower end first, and a cost of effort above 0."
                raise EstimateError(f"{low} to {high} is no range of {each.name}.", hint=hint)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """Sets of parameters, one per place of each array; `choice` and `motives` say what they are.

    Parameters
    ----------
    is_linear
        1 where effort costs in proportion, 0 where it costs its square.
    ratchet
        By what rewards are divided because what one shows raises what is asked next; 1 for nobody.
    found_by
        Where each parameter comes from; one sentence each.
    """

    gain: Floats
    pass_through: Floats
    steady: Floats
    visible: Floats
    offered: Floats
    friction: Floats
    top_cost: Floats
    is_linear: Floats
    ratchet: Floats
    follows: Floats
    worth: Floats
    found_by: tuple[str, ...]

    @property
    def motives(self) -> Motives:
        """What rewards extra output beside pay."""
        offers = Offers(visible=self.visible, pass_through=self.offered, friction=self.friction)
        return Motives(steady=self.steady, offers=offers)

    @property
    def reward(self) -> Floats:
        """The whole reward of a unit of extra output."""
        return self.motives.reward(self.pass_through) / self.ratchet

    def captured(self) -> Floats:
        """Return the share of the gain that is shown, set by set."""
        return self._of_form(captured)

    def worth_to_workers(self) -> Floats:
        """Return what showing it is worth to workers above resting, in wages, set by set."""
        return self._of_form(worth_to_workers)

    def kept(self) -> Floats:
        """Return what the organisation keeps of the gain, in wages a worker, set by set."""
        return self.gain * self.captured() * (self.worth - self.pass_through)

    def _of_form(self, answer: Callable[[Floats, Floats, Floats, Form], Floats]) -> Floats:
        linear, square = (
            answer(self.gain, self.reward, self.top_cost, form) for form in get_args(Form)
        )
        return np.asarray(self.is_linear * linear + (1 - self.is_linear) * square, float)


def draw(gain: Gain, rng: np.random.Generator, size: int = DRAWS) -> Floats:
    """Draw gains: the logarithm of ``1 + gain`` normal on each side, as its interval has it."""
    middle = np.log1p(gain.value)
    if gain.interval is None:
        return np.full(size, gain.value)
    reach = NormalDist().inv_cdf((1 + gain.interval.level) / 2)
    below, above = middle - np.log1p(gain.interval.low), np.log1p(gain.interval.high) - middle
    steps = rng.standard_normal(size)
    return np.asarray(np.expm1(middle + steps / reach * np.where(steps < 0, below, above)), float)


def terms(
    gain: Gain,
    payroll: Payroll | None,
    pass_through: Interval | None,
    ranges: Ranges,
    rng: np.random.Generator,
) -> Terms:
    """Draw `DRAWS` sets of parameters."""
    gains = np.maximum(draw(gain, rng), _LEAST_GAIN)
    passed, passed_by = _pass_through(payroll, pass_through, ranges, rng)
    steady, steady_by = _steady(payroll, ranges, rng)
    offer = payroll.outside_offer if payroll else None
    return Terms(
        gain=gains,
        pass_through=passed,
        steady=steady,
        visible=_uniform(ranges.visible, rng) * (offer is not None),
        offered=np.minimum((offer or 0.0) / gains, 1.0),
        friction=_uniform(ranges.friction, rng),
        top_cost=_uniform(ranges.top_cost, rng),
        is_linear=rng.integers(0, 2, DRAWS).astype(float),
        ratchet=np.ones(DRAWS),
        follows=_uniform(ranges.follows, rng),
        worth=_uniform(ranges.worth, rng),
        found_by=(
            _LEAST.format(gain.source)
            if gain.is_least
            else f"The gain at equal effort is that of {gain.source}.",
            passed_by,
            steady_by,
            *(() if offer is None else (_OFFERS,)),
            *_taken(ranges),
        ),
    )


def _taken(ranges: Ranges) -> tuple[str, str]:
    """Say what no record holds and every answer rests on."""
    (low, high), (least, most) = ranges.top_cost, ranges.worth
    costs = (
        f"Effort is taken to cost {low:g} to {high:g} of a wage where it costs most and half of "
        "that on average, in proportion or as its square."
    )
    return (
        costs,
        f"A unit of output is taken to be worth {least:g} to {most:g} wages.",
    )


def _uniform(ends: tuple[float, float], rng: np.random.Generator) -> Floats:
    return rng.uniform(*ends, DRAWS)


def _pass_through(
    payroll: Payroll | None, given: Interval | None, ranges: Ranges, rng: np.random.Generator
) -> tuple[Floats, str]:
    if given is not None:
        said = f"What is passed to pay is taken to be {given.low:g} to {given.high:g} as given."
        return _uniform((given.low, given.high), rng), said
    if payroll and payroll.slope:
        slope = payroll.slope
        drawn = slope.value + slope.error * rng.standard_t(slope.freedom, DRAWS)
        said = (
            f"What is passed to pay is how raises went with output over {slope.freedom + 2} cells: "
            "an association, pulled towards 0 by noise in output."
        )
        return np.clip(drawn, 0, 1), said
    low, high = ranges.pass_through
    said = (
        f"What is passed to pay is not known here and taken as {low:g} to {high:g}, by default "
        f"what Danish registers and self-reports gave ({DANISH})."
    )
    return _uniform((low, high), rng), said


def _steady(
    payroll: Payroll | None, ranges: Ranges, rng: np.random.Generator
) -> tuple[Floats, str]:
    if payroll is None:
        low, high = ranges.beside_pay
        said = f"All that rewards output beside pay is taken as {low:g} to {high:g}."
        return _uniform(ranges.beside_pay, rng), said
    told = payroll.promotion_raise
    rise = _uniform(ranges.promotion_raise, rng) if told is None else np.full(DRAWS, told)
    promoted, leaving = (
        rng.beta(count + 0.5, payroll.people - count + 0.5, DRAWS)
        for count in (payroll.promotions, payroll.quits)
    )
    promotion = promotion_reward(
        chance_per_output=promoted * _uniform(ranges.promotion_elasticity, rng),
        rise=rise,
        years_between=ranges.years_between,
        leaving=leaving,
        discount=_uniform(ranges.discount, rng),
    )
    low, high = ranges.promotion_elasticity
    said = (
        f"Chances of promotion and of leaving are those of {payroll.people:,} people in a year; "
        f"that 1 % more output raises the former by {low:g} to {high:g} % is assumed."
    )
    return promotion + _uniform(ranges.found_out, rng), said
