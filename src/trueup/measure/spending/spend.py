"""What AI tools cost, what was used up, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trueup.config import Settings
from trueup.errors import MeasureError, try_one_of
from trueup.measure.catalogue import find_metric
from trueup.measure.frames.frame import Asked
from trueup.measure.metric import Metric, Tables
from trueup.measure.plan import measure
from trueup.measure.records.authorship import Prepared, record_horizon, usage_horizon
from trueup.measure.records.placing import PLACED
from trueup.measure.records.presence import missing
from trueup.measure.spending.currency import of_salary, said_in
from trueup.measure.spending.sources import Gap, SourceSeen, gaps, sources_seen
from trueup.measure.windows import DAY, Every
from trueup.model.evidence import Abstention, Finding, Measurement, Window

USES = "ai_request|ai_spend|ai_lines|ai_activity"
"""Tables any of which has something to say of money."""
RECENT_DAYS = 91
"""What is spent now: thirteen weeks up to the newest record of an AI tool."""
YEAR_DAYS = 365
"""What came of it takes months to be seen: a year up to the newest record of anything else."""
COSTS = ("ai_list_cost_per_month", "ai_billed_cost_per_month", "ai_estimated_cost_per_month")
USED = ("ai_tokens_per_week",)
HABITS = (
    *("ai_cache_read_ratio", "ai_subagent_tokens_ratio", "ai_looped_calls_ratio"),
    "ai_unpriced_tokens_ratio",
)
WORTH = (
    *("ai_shipped_cost_per_change", "ai_incident_free_cost_per_change"),
    *("ai_surviving_30_days_cost_per_line", "ai_surviving_90_days_cost_per_line"),
    *("ai_unattributed_cost_ratio", "ai_discarded_lines_ratio"),
    *("ai_first_pass_ratio", "ai_first_pass_ratio_per_year", "ai_surviving_output_elasticity"),
)
LONG_DAYS = 3 * 365
LISTED, PASSING, RISING = COSTS[0], "ai_first_pass_ratio", "ai_first_pass_ratio_per_year"
PARTS = ("tool", "model", "agent_kind")
PER_DEVELOPER = "ai_cost_per_developer_month"
SPLITS = ("team", "repository", "tool", "model", "agent_kind", "basis")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """What AI tools cost and what came of it.

    Parameters
    ----------
    costs
        Per month, by basis and currency and by what was asked; amounts of two bases are never
        added up.
    used
        Tokens a week, by kind and over time where that was asked.
    habits
        Shares that say how tools are used, and how much has no price.
    worth
        Cost for each change and line that stays, what went into none, and how often changes pass.
    per_developer, of_salary
        Cost for each active developer and month; the same as a share of a salary, None where the
        settings name none.
    sources, gaps
        Which sources tell of it, and where two of them disagree.
    """

    by: tuple[str, ...]
    every: Every | None
    costs: tuple[Finding, ...]
    used: tuple[Finding, ...]
    habits: tuple[Finding, ...]
    worth: tuple[Finding, ...]
    per_developer: Finding
    of_salary: Finding | None
    sources: tuple[SourceSeen, ...]
    gaps: tuple[Gap, ...]

    def of(self, metric: str) -> tuple[Finding, ...]:
        """Return the findings of a metric."""
        return tuple(each for each in self.all() if each.metric == metric)

    def all(self) -> tuple[Finding, ...]:
        """Return all findings."""
        salary = (self.of_salary,) if self.of_salary is not None else ()
        return (
            *(*self.costs, *self.used, *self.habits, *self.worth),
            *(self.per_developer, *salary),
        )


def spend(
    tables: Tables,
    settings: Settings,
    *,
    by: Sequence[str] = (),
    every: Every | None = None,
    window: Window | None = None,
) -> Spend:
    """Answer what AI tools cost and what came of it.

    Parameters
    ----------
    by
        Of `SPLITS`; costs are split by them. Groups of fewer persons than the settings' session_k
        are put together, or not told apart.
    every
        Costs and tokens over time.
    window
        Asked of everything; by default costs speak of the last 13 weeks, and what came of them
        of the last year.

    Raises
    ------
    PersonIsNotAUnit
        `by` names persons.
    MeasureError
        `by` names what no cost can be split by.
    """
    tables = Prepared.of(tables)
    Asked(by=tuple(name for name in by if name != "basis"))
    for name in by:
        if name not in SPLITS:
            raise MeasureError(
                f"What AI tools cost cannot be split by {name!r}.", hint=try_one_of(SPLITS, name)
            )
    splits = tuple(name for name in dict.fromkeys(by) if name != "basis")
    recent = window or _last(usage_horizon(tables), RECENT_DAYS)
    year = window or _last(record_horizon(tables), YEAR_DAYS)
    asking = _Asking(tables=tables, settings=settings)
    series = replace(asking, every=every)
    (per_developer,) = asking.ask((PER_DEVELOPER,), recent)
    return Spend(
        by=tuple(by),
        every=every,
        costs=_costs(series, splits, recent),
        used=series.ask(USED, recent),
        habits=asking.ask(HABITS, recent),
        worth=asking.ask(WORTH, year),
        per_developer=per_developer,
        of_salary=of_salary(per_developer, settings.money),
        sources=sources_seen(tables, recent),
        gaps=gaps(tables, recent),
    )


def in_parts(
    tables: Tables, settings: Settings, *, window: Window | None = None
) -> tuple[Finding, ...]:
    """Return costs and first passes in parts and over time, as the report draws them.

    Parameters
    ----------
    window
        As in `spend`; without it series reach back `LONG_DAYS`.
    """
    recent = window or _last(usage_horizon(tables), RECENT_DAYS)
    year = window or _last(record_horizon(tables), YEAR_DAYS)
    used, known = (
        window or _last(until, LONG_DAYS)
        for until in (usage_horizon(tables), record_horizon(tables))
    )
    asking = _Asking(tables=Prepared.of(tables), settings=settings)
    found = list(replace(asking, every="month").ask((LISTED,), used))
    found += replace(asking, every="quarter").ask((PASSING,), known)
    for split in PARTS:
        found += replace(asking, by=(split,)).ask((LISTED,), recent)
    for split in ("tool", "model"):
        found += replace(asking, by=(split,)).ask((PASSING, RISING), year)
    return tuple(found)


def _costs(series: _Asking, splits: tuple[str, ...], window: Window | None) -> tuple[Finding, ...]:
    """Return costs by what was asked; the whole too where a part of it may not be shown."""
    found: list[Finding] = []
    for name in COSTS:
        parts = replace(series, by=splits).ask((name,), window)
        if splits and any(isinstance(each, Abstention) and each.group for each in parts):
            whole = series.ask((name,), window)
            found += [each for each in whole if isinstance(each, Measurement)]
        found += parts
    return tuple(found)


def _last(until: int | None, days: int) -> Window | None:
    return None if until is None else Window(start_at=max(0, until - days * DAY), end_at=until)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    tables: Prepared
    settings: Settings
    by: tuple[str, ...] = ()
    every: Every | None = None

    def ask(self, names: Sequence[str], window: Window | None) -> tuple[Finding, ...]:
        """Return the answers of several metrics, in the reader's currency."""
        found = [each for name in names for each in self._one(find_metric(name), window)]
        return tuple(said_in(found, self.settings.money))

    def _one(self, metric: Metric, window: Window | None) -> list[Finding]:
        cannot = self._cannot(metric)
        if cannot:
            return [
                Abstention(
                    metric=metric.name,
                    reason=f"These {metric.n_of} do not say which {cannot} they are of.",
                    remedy="Ask for another split, or for none.",
                    n_of=metric.n_of,
                    window=window,
                )
            ]
        return measure(
            metric,
            self.tables,
            by=self.by,
            every=self.every,
            window=window,
            k=metric.smallest(self.settings.privacy),
            timezone=self.settings.workspace.timezone,
        )

    def _cannot(self, metric: Metric) -> str:
        """Return by what the metric cannot be split though it is asked to, in words."""
        if not self.by or missing(metric, self.tables, None) is not None:
            return ""
        known = (*metric.rows(self.tables).columns, *PLACED, "person")
        lacking = [name.replace("_", " ") for name in self.by if name not in known]
        return " and ".join(lacking)
