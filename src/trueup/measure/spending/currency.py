"""Money in the currency the reader counts in: list prices are converted, stated amounts never."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from trueup.config import MoneySettings
from trueup.model.evidence import Finding, Measurement
from trueup.units import RATIO

_LISTED = (None, "list")
MONTHS_A_YEAR = 12


def said_in(findings: Iterable[Finding], money: MoneySettings) -> list[Finding]:
    """Return findings with list prices in the currency of the settings.

    What a source stated stays in the currency it was stated in: there is one rate, not a history
    of all of them.
    """
    return [_said(each, money) if isinstance(each, Measurement) else each for each in findings]


def _said(found: Measurement, money: MoneySettings) -> Measurement:
    if not found.unit.currency:
        return found
    group = dict(found.group)
    if group.get("basis") not in _LISTED:
        return replace(found, unit=replace(found.unit, currency=group["currency"]))
    if "currency" in group:
        group["currency"] = money.currency
    unit = replace(found.unit, currency=money.currency)
    return scaled(replace(found, unit=unit, group=tuple(group.items())), money.per_usd)


def scaled(found: Measurement, by: float) -> Measurement:
    """Return a finding so many times as large, its interval and its mean of ratios too."""
    interval, mean = found.interval, found.mean_of_ratios
    if interval is not None:
        interval = replace(interval, low=interval.low * by, high=interval.high * by)
    if mean is not None:
        mean = replace(mean, value=mean.value * by)
    return replace(found, value=found.value * by, interval=interval, mean_of_ratios=mean)


def of_salary(per_month: Finding, money: MoneySettings) -> Finding | None:
    """Return what tools cost for each developer as a share of a salary; None where none is said.

    Parameters
    ----------
    per_month
        Cost per developer-month, in the currency of the settings.
    """
    if not money.salary_per_year:
        return None
    group = tuple(sorted((*per_month.group, ("against", "salary"))))
    if not isinstance(per_month, Measurement):
        return replace(per_month, group=group)
    share = scaled(per_month, MONTHS_A_YEAR / money.salary_per_year)
    return replace(share, unit=RATIO, group=group)
