"""From a panel or a table to its answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from trueup.estimate.asking.ask import Ask, columns_of, plan_of
from trueup.estimate.assessment import Assessment
from trueup.estimate.estimator import SEED, need_libraries
from trueup.estimate.panel import Panel
from trueup.estimate.reading import panel_from_table, read_panel
from trueup.estimate.reading.limits import refuse_values
from trueup.estimate.verdict.assess import Progress, assess
from trueup.estimate.verdict.plan import Plan
from trueup.estimate.verdict.register import Registration


def estimate(
    panel: Panel,
    asked: Plan | Ask,
    *,
    seed: int = SEED,
    progress: Progress | None = None,
    made_up: bool = False,
    versions: Sequence[Registration] = (),
) -> Assessment:
    """Answer a question on a panel, whatever the answer: also that nobody can know.

    Parameters
    ----------
    seed
        Of resampling.
    progress
        Told how far it is.
    made_up
        The records are of a made-up organisation.
    versions
        What was registered about the same rows, the first one first.

    Raises
    ------
    EstimateError
        The question names a column the panel has not, or asks for a scale its values have no
        meaning on; or the libraries that estimate are not installed.
    """
    need_libraries()
    plan = asked if isinstance(asked, Plan) else plan_of(asked, panel)
    for question in plan.questions:
        refuse_values(panel, question)
    return assess(panel, plan, seed=seed, progress=progress, made_up=made_up, versions=versions)


def estimate_panel(
    rows: Path | str | pa.Table,
    *,
    unit: str,
    time: str,
    adopted: str,
    outcome: str | Ask | Plan,
    cluster: str | None = None,
    seed: int = SEED,
) -> Assessment:
    """Say what adoption did to an outcome, on any table of units over periods.

    Parameters
    ----------
    rows
        A CSV, TSV, Parquet or Arrow file, or an Arrow table.
    unit, time, adopted
        Columns that say who, when, and since when it is treated: a first period, a 0/1 switch or
        periods since adoption.
    outcome
        A column, or a question with its scale and smallest effect, or a registered plan.
    cluster
        Column of what shares shocks; each unit by itself where there is none.
    seed
        Of resampling: the same table gives the same answer.

    Raises
    ------
    EstimateError
        The table is no panel, or the question cannot be put to it.
    """
    asked = Ask(outcome=outcome) if isinstance(outcome, str) else outcome
    if isinstance(asked, Plan):
        columns = columns_of(asked, unit, time, adopted, cluster=cluster)
    else:
        columns = asked.columns(unit, time, adopted, cluster=cluster)
    if isinstance(rows, pa.Table):
        panel = panel_from_table(rows, columns, source="table")
    else:
        panel = read_panel(Path(rows), columns)
    plan = asked if isinstance(asked, Plan) else plan_of(asked, panel, unit=unit, cluster=cluster)
    return estimate(panel, plan, seed=seed)
