"""What would happen if: teams played with something changed, over all the teams they may be.

A team's parameters are known only so well. Each set of them that the records allow is played with
and without each change, with the same luck; what the sets disagree about is the interval.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trueup.errors import EstimateError
from trueup.model.evidence import Abstention, Interval
from trueup.model.simulated import Simulated
from trueup.simulate.flow.engine import Run
from trueup.simulate.flow.network import Arriving, Demand, Floats, Pushed
from trueup.simulate.flow.playing import Manner, Played, error, play_all
from trueup.simulate.flow.team import Scaling, Team, WhatIf
from trueup.units import ITEMS, PER_WEEK, RATIO, RELATIVE, WORKING_HOURS, Unit

AS_IS = "as it is"
FEWEST_DRAWS = 20
"""Sets of parameters below which no interval is given."""
_LEVEL = 0.95
_SHARES = (0.5, 0.85)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What one change would do.

    Parameters
    ----------
    name, what_if
        Which change.
    throughput
        Items finished per week, in the long run.
    against
        Throughput against that as it is, set by set with the same parameters; None for itself.
    lead_times
        Quantiles of the time from begun to finished, in hours of work. An abstention where the
        network is overrun in most sets: then lead time grows without end.
    under_way
        Items inside on average; an abstention where the network is overrun.
    growth
        Items by which what is under way grows per week; 0 where it stands.
    utilisation
        Share of its time each pool works, by the pool's name.
    limits
        How likely each pool is the one that limits throughput.
    overrun_ratio
        Share of sets in which more is begun than can be finished.
    """

    name: str
    what_if: WhatIf
    throughput: Simulated
    against: Simulated | None
    lead_times: tuple[Simulated, ...] | Abstention
    under_way: Simulated | Abstention
    growth: Simulated
    utilisation: Mapping[str, Simulated]
    limits: Mapping[str, float]
    overrun_ratio: float


def outlooks(
    teams: Sequence[Team],
    demand: Demand | Sequence[Demand],
    what_ifs: Mapping[str, WhatIf],
    *,
    calibrated_by: str,
    manner: Manner | None = None,
    scaling: Scaling | Sequence[Scaling] | None = None,
    assuming: tuple[str, ...] = (),
) -> tuple[Outlook, ...]:
    """Play every set of parameters as it is and with each change; the first answer is as it is.

    Parameters
    ----------
    teams
        Sets of parameters the records allow, each as likely as the next; one, when taken as known.
    demand
        What brings work in, the same for every set, or one of a kind for each.
    scaling
        How touch times and mishaps grow with size, the same for every set, or one for each.
    assuming
        What else must hold: what the parameters rest on.

    Raises
    ------
    EstimateError
        There is no set, or a change leaves nobody at work.
    """
    if not teams:
        raise EstimateError("There is no team to play.", hint="Give one set of parameters or more.")
    how, by = manner or Manner(), scaling or Scaling()
    scalings = [by] * len(teams) if isinstance(by, Scaling) else list(by)
    demands = [demand] * len(teams) if isinstance(demand, Arriving | Pushed) else list(demand)
    assumptions = (*_assumptions(scalings, demands[0], how), *assuming)
    stated = _Stated(len(teams), how, calibrated_by, assumptions)
    base = play_all(teams, demands, WhatIf(), how, scalings)
    found = [stated.outlook(AS_IS, WhatIf(), base, None)]
    for name, what_if in what_ifs.items():
        sets = play_all(teams, demands, what_if, how, scalings)
        found.append(stated.outlook(name, what_if, sets, base))
    return tuple(found)


def of_work(outlook: Outlook) -> Simulated | Abstention:
    """Return by how much more work is finished: so many changes, each of the size they would have.

    Changes that are made smaller are more; they are no more work for that.
    """
    against, size = outlook.against, outlook.what_if.change_size
    if against is None or against.interval is None:
        return Abstention(
            metric="work_against_as_it_is",
            reason="Too few sets of parameters were played.",
            remedy="Collect a longer time.",
        )
    if size == 1.0:
        return against
    ends = against.interval
    return replace(
        against,
        quantity="work_against_as_it_is",
        value=(1 + against.value) * size - 1,
        interval=replace(ends, low=(1 + ends.low) * size - 1, high=(1 + ends.high) * size - 1),
        playing_error=against.playing_error * size,
        assumptions=(*against.assumptions, "A change holds as much work as it has lines."),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Values:
    """One quantity over sets of parameters: each set's mean over its playings, and its error."""

    means: Floats
    errors: Floats


class _Stated:
    """Turns values over sets into numbers that say what they rest on."""

    def __init__(
        self, draws: int, how: Manner, calibrated_by: str, assumptions: tuple[str, ...]
    ) -> None:
        self._draws, self._how, self._calibrated_by = draws, how, calibrated_by
        self._assumptions = assumptions

    def outlook(
        self, name: str, what_if: WhatIf, sets: Sequence[Played], base: Sequence[Played] | None
    ) -> Outlook:
        rates = _Values(
            means=np.array([one.per_week for one in sets]),
            errors=np.array([one.rate_error for one in sets]),
        )
        limits = Counter(one.limit for one in sets)
        return Outlook(
            name=name,
            what_if=what_if,
            throughput=self._say("throughput", rates, PER_WEEK),
            against=None if base is None else self._against(rates, base),
            lead_times=self._lead_times(sets),
            under_way=self._under_way(sets),
            growth=self._say("growth", _exact([one.growth for one in sets]), PER_WEEK),
            utilisation={
                pool: self._say("utilisation", _exact([one.busy[pool] for one in sets]), RATIO)
                for pool in sets[0].busy
            },
            limits={pool: count / len(sets) for pool, count in limits.most_common()},
            overrun_ratio=float(np.mean([not one.runs for one in sets])),
        )

    def _against(self, rates: _Values, base: Sequence[Played]) -> Simulated:
        before = np.array([one.per_week for one in base])
        values = _Values(means=rates.means / before - 1, errors=rates.errors / before)
        return self._say("throughput_against_as_it_is", values, RELATIVE)

    def _lead_times(self, sets: Sequence[Played]) -> tuple[Simulated, ...] | Abstention:
        if _is_mostly_overrun(sets):
            return _overrun("lead_time")
        return tuple(
            self._say(
                f"lead_time_p{round(100 * share)}", _over(sets, _quantile(share)), WORKING_HOURS
            )
            for share in _SHARES
        )

    def _under_way(self, sets: Sequence[Played]) -> Simulated | Abstention:
        if _is_mostly_overrun(sets):
            return _overrun("under_way")
        return self._say("under_way", _over(sets, lambda run: float(run.level.sum())), ITEMS)

    def _say(self, quantity: str, values: _Values, unit: Unit) -> Simulated:
        count = values.means.size
        interval = None
        if count >= FEWEST_DRAWS:
            low, high = np.quantile(values.means, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
            how = f"{count} sets of parameters the records allow"
            interval = Interval(low=float(low), high=float(high), level=_LEVEL, method=how)
        return Simulated(
            quantity=quantity,
            value=float(np.median(values.means)),
            unit=unit,
            interval=interval,
            no_interval_because="" if interval else "parameters are taken as known",
            playing_error=float(np.sqrt((values.errors**2).sum()) / count),
            n_draws=count,
            n_runs=self._how.runs if values.errors.any() else 0,
            assumptions=self._assumptions,
            calibrated_by=self._calibrated_by,
        )


def _assumptions(scalings: Sequence[Scaling], demand: Demand, how: Manner) -> tuple[str, ...]:
    if isinstance(demand, Arriving):
        begun = "Work arrives at the rate it did; nobody begins more because they could."
    elif demand.most is None:
        begun = "There is always more to begin, and whoever is free begins it."
    else:
        begun = f"There is always more to begin, and at most {demand.most} changes are under way."
    power = {
        name: _power([getattr(by, name) for by in scalings])
        for name in Scaling.__dataclass_fields__
    }
    sized = (
        f"Touch time grows with the size of a change to the power of {power['code_size']} in "
        f"coding and {power['review_size']} in review; reworking gains from coding speed to the "
        f"power of {power['recode_speed']}."
    )
    mishaps = (
        "Chances of rework, of failed checks and of incidents grow with size as independent "
        f"chances do, to the powers of {power['rework_size']}, {power['ci_size']} and "
        f"{power['incident_size']}."
    )
    week = f"People work {how.hours_per_week:g} hours a week, and finish before they begin anew."
    return (begun, week, sized, mishaps)


def _power(values: Sequence[float]) -> str:
    """Say an exponent, or between which values it was drawn."""
    low, high = min(values), max(values)
    return f"{low:g}" if low == high else f"{low:.1f} to {high:.1f}"


def _exact(means: Sequence[float]) -> _Values:
    return _Values(means=np.array(means, float), errors=np.zeros(len(means)))


def _over(sets: Sequence[Played], seen: Callable[[Run], float]) -> _Values:
    values = [np.array([seen(run) for run in one.runs]) for one in sets if one.runs]
    return _Values(
        means=np.array([each.mean() for each in values]),
        errors=np.array([error(each) for each in values]),
    )


def _quantile(share: float) -> Callable[[Run], float]:
    return lambda run: float(np.quantile(run.lead_hours, share)) if run.finished else 0.0


def _is_mostly_overrun(sets: Sequence[Played]) -> bool:
    return sum(not one.runs for one in sets) > len(sets) / 2


def _overrun(quantity: str) -> Abstention:
    return Abstention(
        metric=quantity,
        reason="More is begun than can be finished: it grows for as long as that lasts.",
        remedy="See by how much what is under way grows per week, and what limits throughput.",
    )
