"""What a survey says, of everyone and of groups of ten or more."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.measure.frames.grouping import roll_up
from trueup.measure.metric import Tables
from trueup.measure.numerics.resampling import t_quantile
from trueup.measure.surveys.alpha import FEWEST as FEWEST_WHOLE
from trueup.measure.surveys.alpha import cronbach, cronbach_interval
from trueup.measure.surveys.answers import OTHERS, Answers, Total, read_surveys
from trueup.measure.surveys.scoring import scored
from trueup.model.cohort import FEWEST, Cohort, OfPersons
from trueup.model.evidence import Abstention, Interval, Measurement, Window
from trueup.model.surveys.scales import FELT, Scale
from trueup.units import COUNT, POINTS, RATIO

Floats = NDArray[np.float64]
Said = OfPersons | Abstention
K = FEWEST["survey"]
_SOURCE = "survey"
_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleResult:
    """One scale.

    Parameters
    ----------
    mean, groups
        Of everyone; of each group that may be shown.
    alpha
        How far its questions hang together; an abstention where it has only one.
    unscored
        How many answered some of it and too little for a score.
    """

    scale: Scale
    mean: Said
    groups: tuple[OfPersons, ...]
    alpha: Said
    unscored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyResult:
    """One survey.

    Parameters
    ----------
    response, responses
        Answers over those asked: of everyone, of each group that may be shown.
    totals
        Results another tool worked out.
    """

    survey_id: str
    name: str
    asked_at: int
    response: Said
    responses: tuple[OfPersons, ...]
    scales: tuple[ScaleResult, ...]
    totals: tuple[OfPersons, ...]

    @property
    def felt(self) -> ScaleResult | None:
        """What people say AI tools do to the time they need; None where nobody asked."""
        return next((each for each in self.scales if each.scale is FELT), None)


def survey_results(tables: Tables) -> tuple[SurveyResult, ...]:
    """Return what every survey says, at its newest date."""
    return tuple(result_of(one) for one in read_surveys(tables))


def result_of(answers: Answers) -> SurveyResult:
    """Return what one survey says."""
    return SurveyResult(
        survey_id=answers.survey_id,
        name=answers.name,
        asked_at=answers.asked_at,
        response=_response(answers),
        responses=tuple(_responses(answers)),
        scales=tuple(_scale(answers, scale) for scale in answers.scales),
        totals=tuple(_totals(answers)),
    )


def shown_groups(teams: Iterable[str]) -> dict[str, str]:
    """Return under which name each group may be shown; nothing where none may be.

    Groups of fewer than ten are put together, and the smallest others with them until they are
    ten, so that none can be had by subtraction.
    """
    persons: dict[tuple[str, ...], frozenset[int]] = {}
    for number, team in enumerate(teams):
        persons[team,] = persons.get((team,), frozenset()) | {number}
    shown = roll_up(persons, K, ("team",)) or {}
    names = {member[0]: label[0] if label == member else OTHERS for member, label in shown.items()}
    return names if len(set(names.values())) > 1 else {}


def _scale(answers: Answers, scale: Scale) -> ScaleResult:
    ticked = answers.of(scale)
    assert ticked is not None
    found = scored(scale, ticked)
    has_score = found.is_scored
    teams = [team for team, is_in in zip(answers.teams, has_score, strict=True) if is_in]
    scores = found.scores[has_score]
    names = shown_groups(teams)
    label = np.array([names.get(team, "") for team in teams])
    touched = (~np.isnan(ticked)).any(axis=1)
    groups = (_mean(answers, scale, scores[label == name], name) for name in _in_order(names))
    return ScaleResult(
        scale=scale,
        mean=_mean(answers, scale, scores),
        groups=tuple(one for one in groups if isinstance(one, OfPersons)),
        alpha=_alpha(answers, scale, found.whole),
        unscored=int((touched & ~has_score).sum()),
    )


def _in_order(names: dict[str, str]) -> list[str]:
    return sorted(set(names.values()), key=lambda name: (name == OTHERS, name))


def _mean(answers: Answers, scale: Scale, scores: Floats, group: str = "") -> Said:
    metric = f"survey_{scale.name}_{scale.unit.name}"
    if scores.size < K:
        return _too_few(metric, answers, scores.size)
    mean = float(scores.mean())
    half = t_quantile((1 + _LEVEL) / 2, scores.size - 1) * float(scores.std(ddof=1))
    half /= math.sqrt(scores.size)
    method = "t interval over those who answered; those who did not are not in it"
    interval = Interval(low=mean - half, high=mean + half, level=_LEVEL, method=method)
    asked = _invited(answers, {group}) if group else _invited(answers, None)
    return _of_persons(
        Measurement(
            metric=metric,
            version=1,
            value=mean,
            unit=scale.unit,
            interval=interval,
            n=scores.size,
            n_of="answers",
            window=_window(answers),
            coverage=scores.size / asked if asked and asked >= scores.size else None,
            source=_SOURCE,
            group=(("team", group),) if group else (),
        )
    )


def _alpha(answers: Answers, scale: Scale, whole: Floats) -> Said:
    metric = f"survey_{scale.name}_alpha_count"
    if len(scale.items) < 2:
        return Abstention(
            metric=metric,
            reason="One question alone cannot be held against others",
            remedy="Ask a scale of several questions",
        )
    if len(whole) < max(K, FEWEST_WHOLE):
        return _too_few(metric, answers, len(whole))
    found = cronbach(whole)
    ends = None if found is None else cronbach_interval(found, *whole.shape)
    if found is None or ends is None:
        return Abstention(
            metric=metric,
            reason="Everybody gave the same answers",
            remedy="Ask more people",
            n=len(whole),
            n_of="answers",
        )
    interval = Interval(low=ends[0], high=ends[1], level=_LEVEL, method="Bonett (2002)")
    return _of_persons(
        Measurement(
            metric=metric,
            version=1,
            value=found,
            unit=COUNT,
            interval=interval,
            n=len(whole),
            n_of="answers without a gap",
            window=_window(answers),
            source=_SOURCE,
        )
    )


def _response(answers: Answers) -> Said:
    return _rate(answers, len(answers.teams), _invited(answers, None))


def _responses(answers: Answers) -> Iterator[OfPersons]:
    names = shown_groups(answers.teams)
    counted = Counter(names[team] for team in answers.teams) if names else Counter[str]()
    for name in _in_order(names):
        own = {name} if name != OTHERS else {*answers.invited} - {None, *names.values()}
        rate = _rate(answers, counted[name], _invited(answers, own), name)
        if isinstance(rate, OfPersons):
            yield rate


def _invited(answers: Answers, teams: set[str] | set[str | None] | None) -> int | None:
    """Return how many were asked, of everyone where `teams` is None; None where nobody says."""
    said = answers.invited
    if teams is None:
        return said[None] if None in said else sum(said.values()) or None
    found = [said[team] for team in teams if team in said]
    return sum(found) if found and len(found) == len(teams) else None


def _rate(answers: Answers, answered: int, invited: int | None, group: str = "") -> Said:
    metric = "survey_response_ratio"
    if answered < K:
        return _too_few(metric, answers, answered)
    if invited is None or invited < answered:
        return Abstention(
            metric=metric,
            reason="Nobody says how many were asked"
            if invited is None
            else "More answered than were asked",
            remedy="State how many were asked in a file of survey groups",
            n=answered,
            n_of="answers",
        )
    return _of_persons(
        Measurement(
            metric=metric,
            version=1,
            value=answered / invited,
            unit=RATIO,
            interval=None,
            no_interval_because="complete count",
            n=answered,
            n_of="answers",
            window=_window(answers),
            source=_SOURCE,
            group=(("team", group),) if group else (),
        )
    )


def _totals(answers: Answers) -> Iterator[OfPersons]:
    """Yield results of others; the whole stays out where it would give a small rest away."""
    parts = Counter[str]()
    for total in answers.totals:
        parts[total.measure] += total.answered if total.team is not None else 0
    for total in answers.totals:
        rest = total.answered - parts[total.measure]
        gives_away = total.team is None and parts[total.measure] > 0 and 0 < rest < K
        if total.answered >= K and not gives_away:
            yield _total(answers, total)


def _total(answers: Answers, total: Total) -> OfPersons:
    return _of_persons(
        Measurement(
            metric=f"survey_{total.measure}_points",
            version=1,
            value=total.value,
            unit=POINTS,
            interval=None,
            no_interval_because="as another tool states it",
            n=total.answered,
            n_of="answers",
            window=_window(answers),
            source=_SOURCE,
            group=(("team", total.team),) if total.team else (),
        )
    )


def _of_persons(measured: Measurement) -> OfPersons:
    cohort = Cohort(about="survey", persons=measured.n, largest_ratio=1 / measured.n)
    return OfPersons(measured=measured, cohort=cohort)


def _too_few(metric: str, answers: Answers, n: int) -> Abstention:
    return Abstention(
        metric=metric,
        reason=f"Fewer than {K} answers would point at persons",
        remedy=f"Ask more people, so that {K} or more answer",
        n=0 if n < K else n,
        n_of="answers",
        window=_window(answers),
    )


def _window(answers: Answers) -> Window:
    return Window(start_at=answers.asked_at, end_at=answers.asked_at)
