"""Made-up years of tokens as panels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trueup.estimate.panel import NEVER, Panel
from trueup.model.evidence import Window
from trueup.simulate.token_weeks import TokenWorld, TokenYear, draw_token_year

WEEK = 7 * 86_400_000_000


def panel_of(year: TokenYear) -> Panel:
    """Return a made-up year as a panel; a team is a cluster."""
    teams, weeks = year.columns["tokens"].shape
    return Panel(
        units=tuple(f"team {place}" for place in range(teams)),
        periods=tuple(f"week {place}" for place in range(weeks)),
        unit=np.repeat(np.arange(teams), weeks),
        period=np.tile(np.arange(weeks), teams),
        columns={name: wide.ravel() for name, wide in year.columns.items()},
        adopted_in=year.exposed_in,
        cluster=np.arange(teams),
        grain="week",
        window=Window(start_at=0, end_at=weeks * WEEK),
        source="made up",
    )


def drawn(world: TokenWorld, *, without: tuple[str, ...] = ()) -> Panel:
    """Draw a year and leave some columns out."""
    panel = panel_of(draw_token_year(world))
    kept = {name: values for name, values in panel.columns.items() if name not in without}
    return replace(panel, columns=kept)


def undated(panel: Panel, *, named: bool) -> Panel:
    """Take the dates away; `named` keeps who is under the policy."""
    columns = dict(panel.columns)
    if named:
        columns["is_exposed"] = panel.ever_treated[panel.unit].astype(np.float64)
    return replace(panel, columns=columns, adopted_in=np.full(panel.n_units, NEVER))
