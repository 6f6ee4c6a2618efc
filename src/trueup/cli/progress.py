"""Shows how far a long stage is: bars on a terminal, a line now and then anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

BETWEEN_LINES_SECONDS = 5.0


class Shown(Protocol):
    """Progress that is open while its `with` block runs."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop showing."""
        ...

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins; `total` is its number of steps, None if unknown."""
        ...

    def advance(self, steps: int) -> None:
        """So many further steps are done."""
        ...

    def tell(self, fact: str) -> None:
        """Something worth knowing is known long before the end."""
        ...


def shown() -> Shown:
    """Return bars where stderr is a terminal, else plain lines."""
    return BarProgress() if sys.stderr.isatty() else LineProgress(_to_stderr, time.monotonic)


class LineProgress:
    """A line when a stage begins and at most one each five seconds after.

    Parameters
    ----------
    write
        Takes one line.
    clock
        Returns seconds; only differences matter.
    """

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._write = write
        self._clock = clock
        self._name = ""
        self._total: int | None = None
        self._done = 0
        self._said_at = clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def stage(self, name: str, total: int | None) -> None:
        """Name the stage that begins."""
        self._name, self._total, self._done = name, total, 0
        self._said_at = self._clock()
        self._write(name if total is None else f"{name}: {total:,}")

    def advance(self, steps: int) -> None:
        """Count steps; say where the stage is when the last line is old enough."""
        self._done += steps
        now = self._clock()
        if now - self._said_at < BETWEEN_LINES_SECONDS:
            return
        self._said_at = now
        end = "" if not self._total else f" of {self._total:,}"
        self._write(f"{self._name}: {self._done:,}{end}")

    def tell(self, fact: str) -> None:
        """Write the fact on a line of its own."""
        self._write(fact)


class BarProgress:
    """One bar per stage, with its end in sight, on a terminal's stderr."""

    def __init__(self) -> None:
        self._bars = _bars()
        self._stage = self._bars.add_task("starting", total=None)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def stage(self, name: str, total: int | None) -> None:
        """Finish the bar before and begin the next."""
        self._bars.remove_task(self._stage)
        self._stage = self._bars.add_task(name, total=total)

    def advance(self, steps: int) -> None:
        """Move the bar."""
        self._bars.advance(self._stage, steps)

    def tell(self, fact: str) -> None:
        """Write the fact above the bars, where it stays."""
        self._bars.console.print(fact, highlight=False, markup=False)


def _bars() -> Bars:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    return Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - progress goes beside the answer
