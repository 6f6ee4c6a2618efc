"""From what was recorded to the sets of parameters it allows: a typical team, drawn many times.

Units, or blocks of weeks where units are few, are drawn with replacement; everything is fitted
anew to each draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trueup.model.evidence import Abstention
from trueup.simulate.flow.closed_forms import time_with_many_servers
from trueup.simulate.flow.engine import Player, Run
from trueup.simulate.flow.network import Arriving, Floats, Pushed
from trueup.simulate.flow.recorded import Recorded
from trueup.simulate.flow.sizing import review_exponents
from trueup.simulate.flow.team import RECODE, REVIEW, STAGES, Team, Touch, network_of

FEWEST_UNITS = 10
"""Units below which blocks of weeks are drawn instead."""
BLOCK_WEEKS = 4
FEWEST_WEEKS = 8
FEWEST_CHANGES = 50
_HALF = 0.5
"""Added to each count of a route, as Jeffreys' prior (Dirichlet with 1/2) has it."""
_NEVER_WAITS = 1_000
_NO_TIME = Touch(hours=1e-9, form="exponential")
_ROUNDS, _PLAYED_SERVICES = 6, 40_000
_CROWDED = 0.9
"""Load of reviewers above which a playing is too short to say how many wait."""
_RECODING = 0.25
"""Of the time of coding, where how long reworking took is not known."""

_REVIEW_FITTED = (
    "No record says when a reviewer began to read: touch time of review is fitted to the whole "
    "stay in review, waiting for attention included, so that review can do no less than this."
)
_CODING_FITTED = (
    "Where there is always more to begin, coding takes all the time of authors that reworking and "
    "incidents leave, what precedes the first commit included."
)


_SIZE_FITTED = (
    "How touch time of review grows with the size of a change is fitted to stays in review: the "
    "wait before is taken not to depend on it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What no closed form gives near enough, as played.

    Parameters
    ----------
    waits
        For how many ends of services of coders reworking waits: who is done first depends on what
        everybody is at.
    crowding
        How many more are in review than Erlang's formula has it: what comes back comes in clumps.
    """

    waits: float = 1.0
    crowding: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """Sets of parameters the records allow, each as likely as the next.

    Parameters
    ----------
    pushed, arriving
        A typical team where coders always have more to begin, and where work arrives by itself:
        the same but for the touch time of coding.
    arrivals
        Of work by itself, set by set.
    under_way
        Changes of a team in hand on average, one of each coder and those in review, set by set.
    assumptions
        What the parameters rest on.
    calibrated_by
        Which records, and how many.
    unknown_start_ratio
        Share of visits to each stage whose start of service no record tells.
    review_sizes
        Exponents of touch time of review in the size of a change; None where stays do not tell.
    """

    pushed: tuple[Team, ...]
    arriving: tuple[Team, ...]
    arrivals: tuple[Arriving, ...]
    under_way: Floats
    assumptions: tuple[str, ...]
    calibrated_by: str
    unknown_start_ratio: Mapping[str, float]
    review_sizes: Floats | None = None

    def thinned(self, count: int) -> Calibrated:
        """Return so many of the sets: those to be played."""
        kept = slice(0, count)
        return Calibrated(
            pushed=self.pushed[kept],
            arriving=self.arriving[kept],
            arrivals=self.arrivals[kept],
            under_way=self.under_way[kept],
            assumptions=self.assumptions,
            calibrated_by=self.calibrated_by,
            unknown_start_ratio=self.unknown_start_ratio,
            review_sizes=self.review_sizes,
        )


def calibrate(
    records: Recorded, *, k: int, draws: int = 200, seed: int = 20_260_101
) -> Calibrated | Abstention:
    """Fit a typical team to what was recorded, many times.

    Parameters
    ----------
    k
        Fewest people in a pool; below it, an abstention.

    Notes
    -----
    Where no record says when a service began, touch times are those at which the mean number
    inside equals what was seen: ``L = x W(s, c)`` of Erlang's formula, with the rate ``x`` and the
    servers ``c`` as seen.
    """
    lacking = _lacking(records, k)
    if lacking is not None:
        return lacking
    random = np.random.default_rng(seed)
    seen = _seen(records, random)
    fits = [
        _Fit(records, redrawn(records, random), seen[random.integers(len(seen))])
        for _ in range(draws)
    ]
    exponents = review_exponents(records.reviews, np.random.default_rng([seed, 1]))
    return Calibrated(
        pushed=tuple(fit.team(is_pushed=True) for fit in fits),
        arriving=tuple(fit.team(is_pushed=False) for fit in fits),
        arrivals=tuple(Arriving(per_hour=fit.per_hour("ready")) for fit in fits),
        under_way=np.array([fit.under_way for fit in fits]),
        assumptions=(*assumptions(records), *(() if exponents is None else (_SIZE_FITTED,))),
        review_sizes=exponents,
        calibrated_by=_said(records),
        unknown_start_ratio=unknown_starts(records),
    )


def _lacking(records: Recorded, k: int) -> Abstention | None:
    units, weeks = records.shape
    total = records.total
    forge = "Connect the forge (GitHub or GitLab): git alone does not tell of review."
    reasons = {
        ("No reviews are recorded.", forge): not total("reviewed"),
        (
            f"Only {total('ready'):,.0f} changes were put up for review in {weeks} weeks.",
            "Ask for a longer time with --since, or collect more repositories.",
        ): total("ready") < FEWEST_CHANGES,
        (
            f"Only {weeks} weeks of work are recorded.",
            f"Wait for {FEWEST_WEEKS} weeks, or ask for a longer time with --since.",
        ): weeks < FEWEST_WEEKS,
        (
            f"Fewer than {k} people write, or fewer than {k} review: a number would be theirs.",
            "Collect more repositories: pools of few people are never shown.",
        ): min(records.author_count, records.reviewer_count) < k,
    }
    for (reason, remedy), is_so in reasons.items():
        if is_so:
            return Abstention(metric="flow", reason=reason, remedy=remedy, n=units)
    return None


def redrawn(records: Recorded, random: np.random.Generator) -> Floats:
    """Return how often each unit and week is drawn, shape (units, weeks).

    Units are drawn with replacement; where they are few, blocks of weeks.
    """
    units, weeks = records.shape
    if units >= FEWEST_UNITS:
        times = np.bincount(random.integers(0, units, units), minlength=units)
        return np.repeat(times[:, None].astype(float), weeks, axis=1)
    begins = random.integers(0, weeks, -(-weeks // BLOCK_WEEKS))
    drawn = (begins[:, None] + np.arange(BLOCK_WEEKS)) % weeks
    times = np.bincount(drawn.ravel()[:weeks], minlength=weeks)
    return np.repeat(times[None, :].astype(float), units, axis=0)


class _Fit:
    """A typical team fitted to one draw."""

    def __init__(self, records: Recorded, times: Floats, seen: _Seen) -> None:
        self._seen = seen
        self._totals = {name: float((v * times).sum()) for name, v in records.sums.items()}
        self._team_weeks = float(times.sum())
        self._week = records.hours_per_week
        often = times.sum(axis=1)
        self._lanes = [
            max(1, round(float((lanes * often).sum() / often.sum())))
            for lanes in (records.check_lanes, records.deploy_lanes)
        ]
        self._coders = max(1, round(self._totals["authors"] / self._team_weeks))
        self._reviewers = max(1, round(self._totals["reviewers"] / self._team_weeks))

    def per_hour(self, name: str) -> float:
        """Return a count of a typical team per hour of work."""
        return self._totals[name] / self._team_weeks / self._week

    def _share(self, some: str, among: float) -> float:
        """Return a probability of a route; nought where there is nothing it could be seen in."""
        return (self._totals[some] + _HALF) / (among + 2 * _HALF) if among else 0.0

    def _mean(self, stage: str) -> float | None:
        known = self._totals[f"{stage}_timed"]
        return self._totals[f"{stage}_hours"] / known if known else None

    @property
    def _in_review(self) -> float:
        """Changes of a team in review on average; what is being reworked is not."""
        inside = self._totals["review_hours"] - self._totals["recode_hours"]
        return max(inside, 1e-6) / self._team_weeks / self._week

    @property
    def under_way(self) -> float:
        """Changes of a team in hand on average: one of each coder, and those in review."""
        return self._coders + self._totals["review_hours"] / self._team_weeks / self._week

    def team(self, *, is_pushed: bool) -> Team:
        """Return the parameters."""
        totals = self._totals
        verdicts = totals["reviewed"] + totals["asked"]
        done = totals["landed"]
        per_hour = verdicts / self._team_weeks / self._week
        review = touch_hours(per_hour, self._in_review / self._seen.crowding, self._reviewers)
        code, recode, incident = self._writing(is_pushed=is_pushed)
        runs, past = done + totals["failed"], totals["unreviewed"]
        return Team(
            coders=self._coders,
            reviewers=self._reviewers,
            code=_exponential(code),
            review=_exponential(review),
            recode=_exponential(recode),
            incident=_exponential(incident),
            ci=_timed(totals["check_hours"], runs),
            deploy=_timed(totals["deploy_hours"], totals["deployed"] or done),
            rework_ratio=self._share("asked", verdicts),
            ci_fail_ratio=self._share("failed", runs if totals["check_timed"] else 0.0),
            incident_ratio=self._share("incidents", done) if totals["incidents"] else 0.0,
            unreviewed_ratio=past / max(past + totals["reviewed"], 1),
            ci_lanes=self._lanes[0] if totals["check_timed"] else _NEVER_WAITS,
            deploy_lanes=self._lanes[1] if totals["deploy_timed"] else _NEVER_WAITS,
        )

    @property
    def ended(self) -> float:
        """Services of coders that end in an hour."""
        counts = ("ready", "asked", "failed", "incidents")
        return sum(self.per_hour(name) for name in counts)

    def _writing(self, *, is_pushed: bool) -> tuple[float, float, float]:
        """Return touch times of coding, reworking and mending.

        Pushed, coders are never idle, so that all their time is spent on the three: what reworking
        and mending leave is coding. Nobody stops what he is at, so that a span of reworking holds
        a wait for the first coder to be done; that of incidents is told to be without.
        """
        ready, mended = self.per_hour("ready"), self.per_hour("incidents")
        recodes = self.per_hour("asked") + self.per_hour("failed")
        longest = self._coders / self.ended  # all of a coder's time, shared alike
        if not is_pushed:
            inside = self._totals["code_hours"] / self._team_weeks / self._week
            timed = self._totals["code_timed"] / max(self._totals["ready"], 1.0)
            inside = inside / timed if timed else self._coders / 2
            longest = touch_hours(ready, inside, self._coders)
        incident = min(self._mean("incident") or longest, longest)
        span = self._mean("recode")
        recode = min(_RECODING * longest if span is None else span, longest)
        if not is_pushed:
            return longest, recode, incident
        if span is not None:
            least = _RECODING * recode
            recode = min(max(span - self._seen.waits / self.ended, least), longest)
        return (self._coders - recodes * recode - mended * incident) / ready, recode, incident


def _seen(records: Recorded, random: np.random.Generator) -> list[_Seen]:
    """Play the team fitted to all until the fit stands; the last playings differ by luck alone."""
    found: list[_Seen] = []
    last = _Seen()
    for _ in range(_ROUNDS):
        fit = _Fit(records, np.ones(records.shape), last)
        team = fit.team(is_pushed=True)
        hours = _PLAYED_SERVICES / fit.ended
        player = Player(network_of(team, Pushed()), random)
        found.append(_of(player.play(hours, warm_up=hours / 10), team, fit.ended))
        late = found[-_ROUNDS // 2 :]
        last = _Seen(
            waits=float(np.mean([one.waits for one in late])),
            crowding=float(np.mean([one.crowding for one in late])),
        )
    return found[-_ROUNDS // 2 :]


def _of(run: Run, team: Team, ended: float) -> _Seen:
    review, recode = STAGES.index(REVIEW), STAGES.index(RECODE)
    waits = 0.0
    if run.visits[recode]:
        span = run.level[recode] * run.hours / run.visits[recode]
        waits = max(float(span - team.recode.hours) * ended, 0.0)
    rate = float(run.visits[review]) / run.hours
    if rate * team.review.hours > _CROWDED * team.reviewers:
        return _Seen(waits=waits)
    exact = rate * time_with_many_servers(rate, team.review.hours, team.reviewers)
    return _Seen(waits=waits, crowding=float(run.level[review]) / exact)


def touch_hours(per_hour: float, inside: float, servers: int) -> float:
    """Return the mean touch time at which so many are inside a station, by Erlang's formula.

    Parameters
    ----------
    per_hour
        Rate of visits.
    inside
        Visits waiting or served, on average.
    """
    low, high = 0.0, servers / per_hour
    for _ in range(60):
        middle = (low + high) / 2
        is_more = per_hour * time_with_many_servers(per_hour, middle, servers) > inside
        low, high = (low, middle) if is_more else (middle, high)
    return max(low, 1e-9)


def _exponential(hours: float) -> Touch:
    return Touch(hours=max(hours, 1e-9), form="exponential")


def _timed(hours: float, visits: float) -> Touch:
    return Touch(hours=hours / visits) if hours and visits else _NO_TIME


def unknown_starts(records: Recorded) -> dict[str, float]:
    """Return the share of visits to each stage whose start of service no record tells."""
    total = records.total
    visits = {
        "coding": (total("ready"), total("code_timed")),
        "review": (total("reviewed") + total("asked"), total("review_timed")),
        "rework": (total("asked"), total("recode_timed")),
        "deployment": (total("deployed"), total("deployed") if total("deploy_timed") else 0.0),
        "incident": (total("incidents"), total("incident_timed")),
    }
    return {
        stage: float(np.clip(1 - known / of, 0.0, 1.0))
        for stage, (of, known) in visits.items()
        if of
    }


def assumptions(records: Recorded) -> tuple[str, ...]:
    """Say what the parameters rest on."""
    total = records.total
    said = [
        _REVIEW_FITTED,
        _CODING_FITTED,
        "Whoever reviews keeps that time for it: a longer queue draws nobody from coding.",
        "Waiting for the next date of deployment is left out: it is a timetable, not a queue.",
    ]
    missing = {
        "No pipeline runs of changes are recorded: checks take no time.": "check_timed",
        "How long deployments take is not recorded: they take no time.": "deploy_timed",
        "No incidents are tied to changes: none is played.": "incidents",
        f"How long reworking takes is not recorded: {100 * _RECODING:.0f} % of coding.": (
            "recode_timed"
        ),
    }
    said += [text for text, name in missing.items() if not total(name)]
    return (*said, *records.notes)


def _said(records: Recorded) -> str:
    units, weeks = records.shape
    kind = {"team": "teams", "repository": "repositories"}[records.unit_kind]
    ready, reviewed = records.total("ready"), records.total("reviewed")
    return (
        f"{ready:,.0f} changes put up for review and {reviewed:,.0f} reviewed, of {units:,} {kind} "
        f"in {weeks} weeks"
    )
