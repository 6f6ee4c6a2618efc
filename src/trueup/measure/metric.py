"""The contract every metric keeps: a question, a unit, and the event rows that answer it.

A metric says which rows count and what each is worth. Grouping, the k-rule, calendar windows,
n, coverage and intervals are added once, by `trueup.measure.plan`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import ibis

from trueup.config import PrivacySettings
from trueup.errors import MeasureError
from trueup.units import UNITS, Unit

Kind = Literal["outcome", "flow", "quality", "exposure", "activity"]

DIMENSIONS = (
    *("repository", "service", "team", "origin", "tool", "model", "actor_kind", "file_kind"),
    *("stage", "agent_kind", "basis", "currency", "token_kind", "layer", "mode"),
)
"""What a metric may be split by, besides month and week: columns of its event rows, or what
`trueup.measure.records.placing` can add to them (team and service)."""

ABOUT_AUTHORS = ("origin", "tool", "model", "actor_kind", "team", "service", "agent_kind")
"""Dimensions whose members are groups of authors: each needs k of them to be shown."""
ABOUT_USERS = (*ABOUT_AUTHORS, "repository")
"""The same of what AI tools record: who worked where is known from elsewhere."""
FEWEST_USERS = 8
"""What AI tools record is never shown of fewer persons than this, whatever k is asked for."""
DAYS_A_MONTH = 30.4375

Period = Literal["day", "week", "month"]


class Tables(Protocol):
    """The canonical tables, by name, as relational expressions."""

    def __getitem__(self, name: str) -> ibis.Table:
        """Return the table called `name`; it has the columns `trueup.model.tables` promises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PerWeek:
    """How many rows there are per week of seven days.

    Its interval resamples blocks of weeks where the window has 26 or more; in a shorter window
    it is a Poisson interval widened by the week-to-week dispersion.

    Parameters
    ----------
    signed
        Rows count for their `value`, +1 in and -1 out, so that the rate is that of growth.
    period
        Count periods in which there is a row, in the time zone of the workspace, not rows.
    days
        Say it per so many days instead of per seven.
    """

    signed: bool = False
    period: Period | None = None
    days: float = 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioOfSums:
    """The sum of `value` over the sum of `weight`: big items count for what they are.

    Parameters
    ----------
    of_flags
        Every row is one item whose value is 0 or 1, so that counting intervals apply.
    parts
        Dimensions that split the numerator only: the share of *all* rows that is marked with
        this tool, not the share among the rows of this tool.
    clusters_of
        What the interval resamples, as the column ``cluster`` names it.
    """

    of_flags: bool = False
    parts: tuple[str, ...] = ()
    clusters_of: str = "authors"


@dataclass(frozen=True, slots=True, kw_only=True)
class PerActive:
    """The sum of `value` (or the distinct ``item``) over active persons' days, weeks or months.

    Rows with ``active`` true say that the ``actor`` (a person, or a team) did something then; each
    actor and period with such a row weighs 1, once. Rows of nobody count above the line only.

    Parameters
    ----------
    period
        In the time zone of the workspace. It belongs to the month in which it begins.
    distinct
        Count each ``item`` once per actor and period, instead of summing `value`.
    of_active
        Leave out what actors do in periods in which they are not active.
    """

    period: Period
    distinct: bool = False
    of_active: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OverPersons:
    """Quantiles, over persons, of the mean of `value` per active period of each.

    Fewer than k persons are not shown: a quantile of few is a report on one.
    """

    period: Period
    shares: tuple[float, ...] = (0.5, 0.85)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiles:
    """Exact quantiles of `value`: smallest value at which the share is reached.

    Rows with ``censored`` true say "at least this long" and stay in (Kaplan-Meier).

    Parameters
    ----------
    shares
        Which quantiles, 0..1; each is a measurement of its own.
    clusters_of
        What the interval resamples, as the column ``cluster`` names it.
    with_mean
        Also the mean, under ``quantile = mean``: the area under the same curve, up to the
        longest wait seen.
    """

    shares: tuple[float, ...] = (0.5, 0.85)
    clusters_of: str = "authors"
    with_mean: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAverage:
    """How many items are inside on average: each from ``at`` to ``until_at`` (null: still in)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FewestOwners:
    """The smallest number of persons who together hold `share` of the sum of `value`."""

    share: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival:
    """The share of lines still there at each age, by Kaplan-Meier.

    Parameters
    ----------
    ages_days
        At which ages, in days.
    difference
        Marked lines' share minus that of unmarked lines born alike, instead of the share itself.
    """

    ages_days: tuple[int, ...] = (14, 30, 90, 365)
    difference: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Little's law, from rows with ``at`` and ``until_at``: one figure of it.

    Parameters
    ----------
    stage
        Which stage all rows are of; empty where the column ``stage`` tells.
    figure
        The four mean waits, or the items inside on average, or those that come or leave per week:
        all of the same items in the same window.
    """

    stage: Literal["release", "develop", ""] = ""
    figure: Literal["wait", "level", "arrivals", "departures"] = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthsCompared:
    """A figure in months with more marked changes, over the same in months with fewer.

    Parameters
    ----------
    stage
        ``release`` or ``develop``.
    figure
        Items leaving per day, or the edge-corrected wait.
    """

    stage: Literal["release", "develop"]
    figure: Literal["released", "lead_time"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The mean of durations in each ``stage`` over that in the stage before it.

    Rows with ``censored`` true say "at least this long" and stay in.

    Parameters
    ----------
    order
        The stages, first to last; those without rows are passed over.
    clusters_of
        What the interval resamples, as the column ``cluster`` names it.
    """

    order: tuple[str, ...]
    clusters_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How much the mean of `value` rises in a year: the slope of a straight line through rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elasticity:
    """By how many per cent `value` is more where `weight` is one per cent more.

    Rows are added up by ``team`` and ISO week; what is constant of a team or of a week is taken out
    of the logarithms of both, so that teams are compared with themselves and weeks with each other.
    """


Summary = (
    PerWeek
    | RatioOfSums
    | PerActive
    | OverPersons
    | Quantiles
    | TimeAverage
    | FewestOwners
    | Survival
    | Waits
    | MonthsCompared
    | Steps
    | Trend
    | Elasticity
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One definition, written once, that works at every grain and on every engine.

    Parameters
    ----------
    name
        Ends in its unit.
    question
        What a reader would ask.
    unit
        What one of it stands for.
    kind
        Activity and exposure are never outcomes.
    better
        Which direction is good, if any is.
    needs
        Tables `rows` reads.
    rows
        Event rows. Columns: ``repository`` (id), ``at`` (epoch microseconds UTC; null where
        the clock cannot be trusted), ``person`` (pseudonym; null for bots and agents, who are
        not persons), ``cluster``, ``value``, ``weight``, ``known`` (false: should be in the
        number but cannot be; lowers coverage), and any of `DIMENSIONS`. Waiting times add
        ``censored``, stocks ``until_at``, counts per person ``actor`` and ``active``. Where a row
        is not one of `n_of`, ``items`` says how many of them it is.
    summary
        How rows become a number.
    n_of
        What a row is, in the plural.
    version
        Raised when the meaning changes.
    definition
        What exactly counts, in a few sentences.
    references, caveats
        Where the definition comes from; what it does not say.
    qualifier
        ``"at least"`` where the number is a lower bound by construction.
    remedy
        What would make it known where it is not; one sentence.
    unknown_because
        Why rows that are not known are not, as the end of a sentence about them.
    least_coverage
        Below this share of known rows the metric abstains: the rest may well be different.
    requires
        Tables, or ``table.column``, without any of which nothing can be said: the metric then
        abstains and names the source (`trueup.measure.records.presence`).
    apart
        Dimensions it is always split by: what the whole would add up is too unlike.
    of_artefacts
        Rows are things (deployments, bills), not acts of persons: a service, a tool or a model
        needs no k, and a team counts its members.
    of_sessions
        Rows say what persons do with AI tools: any group, by repository too, needs more persons.
    is_bound
        Whether, of these records, the number is a lower bound; then it is said as ``at least``.
    source
        Which records it comes from. All but ``git`` reach as far as any record does; ``git``
        reaches to the newest commit, and what begins with ``AI tools`` as far as those are seen.
    """

    name: str
    question: str
    definition: str
    unit: Unit
    kind: Kind
    better: Literal["higher", "lower", "neither"]
    needs: tuple[str, ...]
    rows: Callable[[Tables], ibis.Table]
    summary: Summary
    n_of: str
    version: int
    references: tuple[str, ...]
    caveats: tuple[str, ...]
    qualifier: Literal["", "at least", "at most", "about"] = ""
    remedy: str = "Widen the window, or measure more repositories together."
    unknown_because: str = "cannot be used"
    least_coverage: float = 0.0
    requires: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    of_artefacts: bool = False
    of_sessions: bool = False
    is_bound: Callable[[Tables], bool] | None = None
    source: str = "git"

    def __post_init__(self) -> None:
        if self.unit not in UNITS or not self.name.endswith("_" + self.unit.name):
            raise MeasureError(
                f"The metric {self.name!r} does not end in its unit {self.unit.name!r}.",
                hint="Name it after what it measures, unit last.",
            )

    def smallest(self, privacy: PrivacySettings) -> int:
        """Return how many persons must stand behind any group that is shown."""
        return privacy.session_k if self.of_sessions else privacy.delivery_k
