"""A live view of what AI tools use up on this machine: today and this month."""

from __future__ import annotations

import datetime as dt
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from trueup.errors import ConfigError, TrueupError

if TYPE_CHECKING:
    from rich.table import Table

    from trueup.measure.spending.totals import Total
    from trueup.workspace import Workspace

LOGS = (
    *("aider", "amp", "claude_code", "cline", "codex", "droid", "gemini_cli", "opencode"),
    "copilot_cli",
)
"""Sources that are logs on this machine, and so can be read every few seconds."""
PAUSE_SECONDS = 5.0


def watch(
    space: Workspace,
    show: Callable[[Table], None],
    *,
    over: Callable[[], bool],
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> None:
    """Collect the logs of this machine and show totals, again and again.

    Parameters
    ----------
    show
        Puts a table where the one before stood.
    over
        Waits after each round, and says whether it was the last.

    Raises
    ------
    ConfigError
        No connection of trueup.toml is a log on this machine.
    """
    watched = [one.name or one.source for one in space.settings.connections if one.source in LOGS]
    if not watched:
        raise ConfigError(
            "No logs of AI tools on this machine are connected, so there is nothing to watch.",
            hint='Add [[connections]] with source = "claude_code" (or another tool) to '
            "trueup.toml.",
        )
    while True:
        show(_table(space, now(), _unread(space, watched)))
        if over():
            return


def _unread(space: Workspace, watched: list[str]) -> list[str]:
    """Collect the logs; return why what could not be read could not. The next round tries again."""
    try:
        collected = space.collect((), only=watched)
    except TrueupError as error:
        return [error.fact]
    return [error.fact for _, error in collected.failed]


def live(space: Workspace) -> None:
    """Watch on the terminal until the user interrupts, which is no error.

    An interrupt ends the view after the round it falls into: a query is never cut off.
    """
    from rich.live import Live

    stopped = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: stopped.set())
    try:
        with Live(auto_refresh=False) as view:
            watch(
                space,
                lambda table: view.update(table, refresh=True),
                over=lambda: stopped.wait(PAUSE_SECONDS),
            )
    finally:
        signal.signal(signal.SIGINT, before)


def _table(space: Workspace, now: dt.datetime, failed: list[str]) -> Table:
    from rich.table import Table

    from trueup.model.evidence import Window

    here = now.astimezone(ZoneInfo(space.settings.workspace.timezone))
    day = here.replace(hour=0, minute=0, second=0, microsecond=0)
    until = _instant(now) + 1
    spans = {"today": day, "this month": day.replace(day=1)}
    totals = {
        name: space.used(Window(start_at=_instant(start), end_at=until))
        for name, start in spans.items()
    }
    caption = f"At list price, at least. {here:%H:%M:%S}; Ctrl-C ends."
    table = Table(caption=" ".join((*failed, caption)), caption_justify="left", min_width=52)
    table.add_column("")
    for name in totals:
        table.add_column(name, justify="right")
    for label, cells in _rows(list(totals.values())):
        table.add_row(label, *cells)
    return table


def _rows(totals: list[Total]) -> list[tuple[str, list[str]]]:
    from trueup.units import TOKENS, say, say_money

    kinds = list(totals[0].tokens)
    rows = [
        (kind, [say(total.tokens[kind], TOKENS).removesuffix(" tokens") for total in totals])
        for kind in kinds
    ]
    requests = ("requests", [f"{total.requests:,}" for total in totals])
    costs = [_cost(total, say_money(total.cost, total.currency)) for total in totals]
    unpriced = ("without a price", [f"{total.unpriced_tokens:,} tokens" for total in totals])
    return [requests, *rows, ("cost", costs), unpriced]


def _cost(total: Total, said: str) -> str:
    """Say a cost; where nothing has a price it is unknown, and not nought."""
    if total.requests and not total.priced_requests:
        return "unknown"
    return said


def _instant(moment: dt.datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
