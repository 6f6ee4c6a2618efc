"""What reworking and mending take of coders' time, by a typical team and by their counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from trueup.diagnose.diagnosis import Evidence
from trueup.model.evidence import Abstention, Interval, Measurement
from trueup.model.simulated import Simulated
from trueup.simulate.flow.calibrating import redrawn
from trueup.simulate.flow.network import Floats, Pushed
from trueup.simulate.flow.question import Fitted
from trueup.simulate.flow.team import CHECKS, CODE, INCIDENT, RECODE, STAGES, Team, network_of
from trueup.units import PER_CHANGE, RATIO, Unit

_LEVEL, _DRAWS, _SEED = 0.95, 400, 20_260_101
_RATES: tuple[tuple[str, str, str, tuple[str, ...], str, Unit], ...] = (
    (
        "Reviews that ask for changes",
        "asked_for_changes_ratio",
        "asked",
        ("asked", "reviewed"),
        "reviews",
        RATIO,
    ),
    (
        "Checks after review that fail",
        "late_failed_checks_ratio",
        "failed",
        ("late_checks",),
        "checks",
        RATIO,
    ),
    (
        "Incidents for each change that landed",
        "incidents_per_landed_change",
        "incidents",
        ("landed",),
        "changes",
        PER_CHANGE,
    ),
)
_WORKED = (
    "Every hour between a request for changes and its answer, less the wait for whoever is at "
    "something else, and between an incident acknowledged and resolved, is one coder's work."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """Shares of coders' time, over all sets of parameters the records allow.

    Parameters
    ----------
    whole
        Of reworking and mending, as far as how long they take is recorded, less what a fitted team
        waits before somebody is free for it.
    at_most
        Of all their hours on record.
    unasked
        Of what no review asked for: failed checks and incidents.
    with_one_more
        `whole`, were there one coder more in each team.
    incidents_known
        Whether how long incidents take is recorded.
    """

    whole: Simulated
    at_most: Simulated
    unasked: Simulated
    with_one_more: Simulated
    incidents_known: bool


def mending(fitted: Fitted) -> Mending | Abstention:
    """Return what reworking and mending take of a typical team's time."""
    total = fitted.records.total
    known = (total("recode_timed") > 0, total("incident_timed") > 0)
    if not any(known):
        return Abstention(
            metric="mending_time_ratio",
            reason="How long reworking and incidents take is not recorded.",
            remedy="Connect the forge, for requests for changes, and the incident tool.",
            window=fitted.weeks,
        )
    random = np.random.default_rng(_SEED)
    drawn = random.integers(len(fitted.calibrated.pushed), size=_DRAWS)
    teams = [fitted.calibrated.pushed[place] for place in drawn]
    asked, failed = known[0] * np.array([_reworking(team) for team in teams]).T
    recorded = [_on_record(fitted, redrawn(fitted.records, random)) for _ in teams]
    reworked, broken = np.array(recorded).T
    coders = np.array([float(team.coders) for team in teams])
    whole = np.minimum(asked + failed + broken, 1.0)
    unasked = np.minimum(failed + broken, 1.0)
    return Mending(
        whole=_said(fitted, "mending_time_ratio", whole),
        at_most=_said(fitted, "mending_time_ratio", np.minimum(reworked + broken, 1.0)),
        unasked=_said(fitted, "unasked_mending_time_ratio", unasked),
        with_one_more=_said(fitted, "mending_time_ratio", whole * coders / (coders + 1)),
        incidents_known=known[1],
    )


def _reworking(team: Team) -> tuple[float, float]:
    """Return shares of coders' time: what reviews asked for, and failed checks."""
    visits = dict(zip(STAGES, network_of(team, Pushed()).visits.tolist(), strict=True))
    writing = {CODE: team.code, RECODE: team.recode, INCIDENT: team.incident}
    whole = sum(visits[name] * touch.hours for name, touch in writing.items())
    failed = visits[CHECKS] * team.ci_fail_ratio
    asked = max(visits[RECODE] - failed, 0.0)
    return asked * team.recode.hours / whole, failed * team.recode.hours / whole


def _on_record(fitted: Fitted, times: Floats) -> tuple[float, float]:
    """Return shares of coders' time that hours on record are: of reworking, of incidents.

    The fitted team has less of incidents where they are long: it takes most of that for waiting.
    """
    sums = {name: float((values * times).sum()) for name, values in fitted.records.sums.items()}
    people = max(sums["authors"] * fitted.records.hours_per_week, 1e-12)
    rounds = (sums["asked"] + sums["failed"]) / max(sums["recode_timed"], 1e-12)
    reworked = sums["recode_within"] * rounds if sums["recode_timed"] else 0.0
    return reworked / people, sums["incident_within"] / people


def _said(fitted: Fitted, quantity: str, values: Floats) -> Simulated:
    low, high = np.quantile(values, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    how = f"{values.size} draws of the sets of parameters the records allow, and of units or weeks"
    return Simulated(
        quantity=quantity,
        value=float(np.median(values)),
        unit=RATIO,
        interval=Interval(low=float(low), high=float(high), level=_LEVEL, method=how),
        playing_error=0.0,
        n_draws=values.size,
        n_runs=0,
        assumptions=(_WORKED, *fitted.calibrated.assumptions),
        calibrated_by=fitted.calibrated.calibrated_by,
    )


def rates(fitted: Fitted) -> Iterator[Evidence]:
    """Yield how often reviews ask for changes, checks fail and changes lead to incidents."""
    records = fitted.records
    random = np.random.default_rng(_SEED)
    drawn = [redrawn(records, random) for _ in range(_DRAWS)]
    for says, metric, some, among, n_of, unit in _RATES:
        if not records.total(some):
            continue
        of = _ratio(records.sums[some], sum((records.sums[one] for one in among), np.zeros(1)))
        low, high = np.quantile([of(times) for times in drawn], [0.025, 0.975])
        value = of(np.ones(records.shape))
        yield Evidence(
            says=says,
            value=Measurement(
                metric=metric,
                version=1,
                value=value,
                unit=unit,
                interval=Interval(
                    low=min(float(low), value),
                    high=max(float(high), value),
                    method=f"{_DRAWS} draws of units or blocks of weeks",
                ),
                n=round(sum(records.total(one) for one in among)),
                n_of=n_of,
                window=fitted.weeks,
                source="the forge, pipelines and the incident tool",
            ),
        )


def _ratio(some: Floats, among: Floats) -> Callable[[Floats], float]:
    return lambda times: float((some * times).sum() / max((among * times).sum(), 1e-12))
