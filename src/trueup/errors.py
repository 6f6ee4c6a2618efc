"""Every error trueup raises, in one tree.

Each class says what a caller may do about it (`reaction`) and each error carries a
`hint`: one imperative sentence naming the next step.
Lack of evidence is not an error: it is a `trueup.model.evidence.Abstention`.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from typing import ClassVar, Literal

Reaction = Literal["stop", "retry", "skip"]


class TrueupError(Exception):
    """Anything trueup refuses to do, with the fact that stopped it and the next step.

    Parameters
    ----------
    fact
        What is the case, in one sentence.
    hint
        What the reader should do next, in one imperative sentence.
    """

    reaction: ClassVar[Reaction] = "stop"
    exit_code: ClassVar[int] = 2

    def __init__(self, fact: str, *, hint: str = "") -> None:
        super().__init__(fact)
        self.fact = fact
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.fact} {self.hint}".strip()


def try_one_of(known: Collection[str], name: str) -> str:
    """Return the hint for a name nobody knows: the nearest of those known, else all of them."""
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or sorted(known)
    return f"Try one of: {', '.join(near)}."


class ConfigError(TrueupError):
    """trueup.toml or a command-line value cannot be used as given."""


class CollectError(TrueupError):
    """A source could not be read."""


class SourceUnavailable(CollectError):
    """The source is not there, or is not of the kind it was said to be."""


class SourceIncomplete(CollectError):
    """The source stopped giving records before its end; what was read is not kept."""

    exit_code = 3


class MalformedRecord(CollectError):
    """One record cannot be understood; it is skipped and counted."""

    reaction = "skip"


class StoreError(TrueupError):
    """The warehouse cannot be read or written."""


class WarehouseBusy(StoreError):
    """Another process is writing to this warehouse."""


class SchemaMismatch(StoreError):
    """Rows do not have the columns their table promises, or the warehouse is of another version."""


class MeasureError(TrueupError):
    """A metric cannot be computed as asked."""


class UnknownMetric(MeasureError):
    """No metric has this name."""


class PersonIsNotAUnit(MeasureError):
    """A grouping would report on single persons, which trueup never does."""


class EstimateError(TrueupError):
    """An estimator was used outside the case it covers."""


class ReportError(TrueupError):
    """A report cannot be composed or rendered."""


class NakedNumber(ReportError):
    """A number reached the report without unit, n, window and source."""

    exit_code = 1
