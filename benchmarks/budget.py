"""Coverage of the budget forecast, and how late a run-rate is: budget.py [--series 300].

Made-up spend that grows 0.6 % a day on average, wanders, has noise and quiet weekends; 90, 180 and
240 days of it are known. The budget is what is truly spent by a day drawn between the last known
day and the year's end, so that it truly runs out then. Printed: in how many series the back-test
lets a forecast be printed; how often its 80 % span of dates and its 90 % interval of month-end
hold the truth, for those printed and for all; and by how many days the date of each plain
continuation is late.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from trueup.estimate.budget.paths import fit, futures
from trueup.estimate.budget.scenarios import scenarios
from trueup.estimate.budget.spend import Budget, DailySpend
from trueup.estimate.budget.trial import on_trial

START, YEAR = date(2026, 1, 1), 365


def draw(seed: int) -> tuple[np.ndarray, np.random.Generator]:
    """Draw two years of spend: late run-rates end in the second."""
    rng = np.random.default_rng(seed)
    days = np.arange(2 * YEAR)
    logs = np.cumsum(0.006 + 0.02 * rng.standard_normal(days.size))
    logs += 0.25 * rng.standard_normal(days.size) + np.where(days % 7 >= 5, -1.5, 0.0)
    return 100 * np.exp(logs), rng


def one(seed: int, known: int) -> dict[str, float]:
    """Forecast one series, and say how it did."""
    amounts, rng = draw(seed)
    true = int(rng.integers(known + 14, YEAR - 5))
    total = float(amounts[: true + 1].sum()) * (1 - 1e-12)
    trial = on_trial(amounts[:known], seed=seed)
    paths = futures(fit(amounts[:known]), amounts[:known], YEAR - known, seed=seed)
    left = total - float(amounts[:known].sum())
    over = np.cumsum(paths, axis=1) >= left
    days = np.sort(np.where(over.any(axis=1), known + over.argmax(axis=1), 10 * YEAR))
    early, middle, late = (days[int(q * days.size)] for q in (0.1, 0.5, 0.9))
    month = np.quantile(paths[:, :30].sum(axis=1), [0.05, 0.95])
    spend = DailySpend(
        start=START,
        amounts=amounts[:known],
        currency="USD",
        cost_basis="list",
        source="made up",
    )
    budget = Budget(amount=total, start=START, end=START + timedelta(days=6 * YEAR))
    when = {row.name: row.exhausted_on or budget.end for row in scenarios(spend, budget)}
    lateness = {name: float((day - START).days - true) for name, day in when.items()}
    return {
        "printed": float(trial.is_proved),
        "date": float(early <= true <= late),
        "month": float(month[0] <= amounts[known : known + 30].sum() <= month[1]),
        "middle": float(min(middle, 10 * YEAR) - true),
        "width": float(min(late, YEAR) - early),
        **lateness,
    }


def main() -> None:
    """Read how many series and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=300)
    many = parser.parse_args().series
    print("days known | printed | dates 80 %: printed, all | month 90 %: printed, all | ", end="")
    print("days late (median): forecast, run-rate, growth continues, growth stops | width")
    for known in (90, 180, 240):
        rows = [one(seed, known) for seed in range(many)]
        column = {name: np.array([row[name] for row in rows]) for name in rows[0]}
        kept = column["printed"] == 1
        print(
            f"{known:10} | {kept.mean():7.2f} | {column['date'][kept].mean():19.3f}"
            f"  {column['date'].mean():.3f} | {column['month'][kept].mean():19.3f}"
            f"  {column['month'].mean():.3f} | {np.median(column['middle']):8.0f}"
            f" {np.median(column['run-rate']):8.0f} {np.median(column['growth continues']):8.0f}"
            f" {np.median(column['growth stops']):8.0f} | {np.median(column['width']):5.0f}"
        )


if __name__ == "__main__":
    main()
