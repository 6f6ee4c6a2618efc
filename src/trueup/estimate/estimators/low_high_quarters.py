"""A team's quarters of least use against those of most: a published recipe, as far as it is known.

It is what the largest telemetry reports show, so it is here to be set beside an answer with a
design. Use rose over calendar time almost everywhere, so that quarters of least use are early
quarters: whatever else grew comes out as a difference.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trueup.estimate.estimator import SEED, Fit, need
from trueup.estimate.inference.bounds import Refusal
from trueup.estimate.inference.cluster_robust import student_interval
from trueup.estimate.inference.stating import abstain
from trueup.estimate.numerics.seen import mean_of_seen
from trueup.estimate.panel import Bools, Floats, Grain, Ints, Panel
from trueup.estimate.question import Question
from trueup.measure.numerics import low_high
from trueup.measure.numerics.low_high import FEWEST_QUARTERS
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Interval
from trueup.units import RELATIVE, Unit

PERIODS: dict[Grain, int] = {"day": 91, "week": 13, "month": 3, "quarter": 1}
"""How many of a panel's periods make a quarter, counted from its first period."""
FEWEST_TEAMS = 5
DRAWS = 999
CORRELATION = Unit("rank_correlation", "")
DESIGN = "association; calendar time is not removed"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quarters:
    """Means of teams in quarters.

    Parameters
    ----------
    adoption, outcome
        Over the company's mean, ``(n_teams, n_quarters)``; NaN where nothing was seen.
    cluster
        Of each team, ``(n_teams,)``, codes from nought.
    """

    adoption: Floats
    outcome: Floats
    cluster: Ints


@dataclass(frozen=True, slots=True)
class LowHighQuarters:
    """Mean of the two quarters of most use over the mean of the two of least, by team.

    Known of the recipe: the contrast, that values are made comparable per company, the rank
    correlation and its p. Not known: how they are made comparable (here: over the company's mean),
    and which outliers were left out (here: none).

    Parameters
    ----------
    dose
        Column of the panel that says how much is used.
    company
        Column of the panel with a number for each company; empty where there is one.
    """

    dose: str = "dose"
    company: str = ""
    name: str = "low_high_quarters"
    answers: str = (
        "How the outcome differs between a team's two quarters of most use and its two of least; "
        "an association, shown beside an answer with a design."
    )
    assumes: tuple[str, ...] = (
        "Nothing else changed between the quarters of least and of most use, calendar included.",
        "Leaving out no outliers, where the published recipe leaves some out by a rule unknown.",
    )
    references: tuple[str, ...] = (
        "Faros AI (2026), AI Engineering Report: The Acceleration Whiplash, methodology.",
    )

    def fit(self, panel: Panel, question: Question, *, seed: int = SEED) -> Fit | Abstention:
        """Compare quarters; the rank correlation stands beside.

        Raises
        ------
        EstimateError
            The question names a column the panel has not.
        """
        outcome = panel.wide(question.outcome)
        kept = self._kept(panel, outcome)
        found = kept if isinstance(kept, Refusal) else self._found(kept, panel, question, seed)
        return abstain(found, panel, question) if isinstance(found, Refusal) else found

    def _kept(self, panel: Panel, outcome: Floats) -> Quarters | Refusal:
        """Return the quarters of teams that can be compared, or why they are too few."""
        if self.dose not in panel.columns:
            return Refusal(
                reason=f"The panel has no column {self.dose!r} that says how much was used.",
                remedy="Name the column of use.",
            )
        if panel.grain not in PERIODS:
            return Refusal(
                reason=f"Periods of one {panel.grain} do not make quarters.",
                remedy="Bring days, weeks, months or quarters.",
            )
        quarters = self._quarters(panel, outcome)
        chosen = comparable(quarters)
        if np.unique(quarters.cluster[chosen]).size < FEWEST_TEAMS:
            return Refusal(
                reason=f"Only {int(chosen.sum())} teams were seen, with use that differs, in "
                f"{FEWEST_QUARTERS} quarters or more; {FEWEST_TEAMS} are needed.",
                remedy="Bring a year or more, and more teams.",
            )
        return Quarters(
            adoption=quarters.adoption[chosen],
            outcome=quarters.outcome[chosen],
            cluster=np.unique(quarters.cluster[chosen], return_inverse=True)[1].ravel(),
        )

    def _found(self, kept: Quarters, panel: Panel, question: Question, seed: int) -> Fit | Refusal:
        low, high = low_and_high(kept)
        if low.mean() <= 0 or high.mean() <= 0:
            return Refusal(
                reason="The outcome is not above nought on average, and has no proportions.",
                remedy="Use an outcome that counts something.",
            )
        clusters = int(kept.cluster.max()) + 1
        coefficient, error = log_ratio(low, high, kept.cluster)
        ends = student_interval(coefficient, error, clusters, question.level)
        said = Estimate(
            outcome=question.outcome,
            estimand=f"two quarters of most {self.dose} against the two of least, same team",
            design=DESIGN,
            estimator=self.name,
            value=float(np.expm1(coefficient)),
            unit=RELATIVE,
            standard_error=error,
            interval=Interval(
                low=float(np.expm1(ends[0])),
                high=float(np.expm1(ends[1])),
                level=question.level,
                method="cluster-robust on the logarithm of the ratio, t; the source gives none",
            ),
            speaks_of="units like these",
            n_rows=int(np.isfinite(kept.outcome).sum()),
            n_units=int(low.size),
            n_treated=int(low.size),
            n_clusters=clusters,
            assumptions=self.assumes,
            window=panel.window,
            source=panel.source,
        )
        beside = self._correlation(kept, said, question, seed)
        return Fit(estimate=said, raw=coefficient, raw_error=error, beside=(beside,))

    def _correlation(
        self, kept: Quarters, said: Estimate, question: Question, seed: int
    ) -> Estimate:
        """Say the rank correlation of use with outcome over all team-quarters."""
        rho, p, drawn = rank_correlation(kept, seed)
        tail = (1 - question.level) / 2
        low, high = np.quantile(drawn, [tail, 1 - tail])
        return replace(
            said,
            estimand=f"rank correlation (Spearman) of {self.dose} with the outcome over "
            "team-quarters; p as in the source, as if they were independent",
            value=rho,
            unit=CORRELATION,
            standard_error=None,
            interval=Interval(
                low=float(low),
                high=float(high),
                level=question.level,
                method="cluster bootstrap, percentile",
            ),
            p_value=p,
            group=(("statistic", "rank correlation"),),
            seed=seed,
        )

    def _quarters(self, panel: Panel, outcome: Floats) -> Quarters:
        length = PERIODS[panel.grain]
        use, seen = (in_quarters(wide, length) for wide in (panel.wide(self.dose), outcome))
        company = np.zeros(panel.n_units)
        if self.company:
            company = np.nan_to_num(panel.wide(self.company), nan=-np.inf).max(axis=1)
        for name in np.unique(company):
            own = company == name
            many = max(int(np.isfinite(seen[own]).sum()), 1)
            seen[own] /= np.nansum(seen[own]) / many or np.nan
        return Quarters(adoption=use, outcome=seen, cluster=panel.cluster)


def in_quarters(wide: Floats, length: int) -> Floats:
    """Return means of whole quarters, ``(n_units, n_quarters)``; NaN where nothing was seen."""
    quarters = wide.shape[1] // length
    return mean_of_seen(wide[:, : quarters * length].reshape(wide.shape[0], quarters, length))


def comparable(quarters: Quarters) -> Bools:
    """Say which teams were seen in four quarters and used more in some, ``(n_teams,)``."""
    return low_high.comparable(quarters.adoption, quarters.outcome)


def low_and_high(quarters: Quarters) -> tuple[Floats, Floats]:
    """Return each team's mean outcome in its two quarters of least and of most use."""
    ends = low_high.low_and_high(quarters.adoption, quarters.outcome)
    low, high = (np.take_along_axis(quarters.outcome, end, axis=1).mean(axis=1) for end in ends)
    return low, high


def log_ratio(low: Floats, high: Floats, cluster: Ints) -> tuple[float, float]:
    """Return the logarithm of the ratio of means, high over low, and its clustered error.

    By the delta method on sums over clusters, keeping the correlation within a team.
    """
    shift = np.bincount(cluster, high / high.mean() - low / low.mean()) / low.size
    many = shift.size
    error = np.sqrt(many / (many - 1) * np.sum(shift**2))
    return float(np.log(high.mean() / low.mean())), float(error)


def rank_correlation(quarters: Quarters, seed: int) -> tuple[float, float, Floats]:
    """Return Spearman's rho, its p as if team-quarters were independent, and cluster resamples."""
    stats = need("scipy.stats")
    both = np.isfinite(quarters.adoption) & np.isfinite(quarters.outcome)
    cluster = np.repeat(quarters.cluster, quarters.adoption.shape[1])[both.ravel()]
    ranks = [stats.rankdata(wide[both]) for wide in (quarters.adoption, quarters.outcome)]
    said = stats.spearmanr(*ranks)
    one, two = (rank - rank.mean() for rank in ranks)
    many = int(cluster.max()) + 1
    parts = [np.bincount(cluster, column) for column in (one * two, one * one, two * two)]
    drawn = np.random.default_rng(seed).multinomial(many, np.full(many, 1 / many), DRAWS)
    cross, left, right = (drawn @ part for part in parts)
    return float(said.statistic), float(said.pvalue), cross / np.sqrt(left * right)


ESTIMATOR = LowHighQuarters()
