"""Honest reasons for tokens to rise: what each brought is left out where it is known, else named.

A regression on how much of each there was would hold too little constant, for shares of a week
are noisy. Leaving the tokens of each out is arithmetic: those of people new to the tools, in
repositories new to the team, of models new to the team, by agents.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trueup.estimate.goodhart.difference import difference, inflation
from trueup.estimate.goodhart.excess import DOLLARS, TOKENS, Rate, log_work
from trueup.estimate.inference.bounds import Bounds, Refusal
from trueup.estimate.panel import Floats, Panel
from trueup.model.rival import Rival
from trueup.units import significant

PLAIN = "plain_ratio"
"""Share of tokens that are of none of these kinds."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A look-alike: its name, the share of tokens it brought, what it is, what would show it."""

    name: str
    column: str
    what: str
    missing: str


_KINDS = (
    _Kind(
        "onboarding",
        "new_users_ratio",
        "people in their first eight weeks with the tools",
        "no source says who uses the tools",
    ),
    _Kind(
        "migration",
        "new_repositories_ratio",
        "work in repositories new to the team",
        "sessions do not say in which repository they ran",
    ),
    _Kind(
        "new_model",
        "new_models_ratio",
        "models new to the team",
        "no source says which models were used",
    ),
    _Kind(
        "agents",
        "agents_ratio",
        "agents",
        "no source tells the requests of agents from others",
    ),
)


def look_at_rivals(panel: Panel, rate: Rate, found: Bounds, *, seed: int) -> tuple[Rival, ...]:
    """Leave out what each look-alike brought, one at a time and then all, and look again.

    What gaming itself brings (agents set going for their own sake, a model tried for its own
    sake) is left out too: then the rise may be explained away wrongly, and the answer errs
    towards "unknown".
    """
    rivals = [_looked(kind, panel, rate, found, seed) for kind in _KINDS]
    rivals += [_price(panel, rate, found, seed), _more_work(panel, rate, found, seed)]
    plain = _known(panel, PLAIN)
    if plain is not None:
        held = _without(panel, rate, 1 - plain, seed)
        rivals.append(_judged("all_of_them", "all of these", found, held, moved=None))
    return tuple(rivals)


def _known(panel: Panel, column: str) -> Floats | None:
    values = panel.columns.get(column)
    return values if values is not None and bool(np.isfinite(values).any()) else None


def _without(panel: Panel, rate: Rate, share: Floats, seed: int) -> Bounds | Refusal:
    """Return the rise with a share of each week's tokens left out."""
    left = panel.column(TOKENS) * (1 - np.where(np.isfinite(share), share, 0.0))
    columns = {**panel.columns, TOKENS: left}
    return inflation(replace(panel, columns=columns), rate, TOKENS, seed=seed)


def _looked(kind: _Kind, panel: Panel, rate: Rate, found: Bounds, seed: int) -> Rival:
    share = _known(panel, kind.column)
    if share is None:
        return Rival(
            name=kind.name,
            answer="not measured",
            says=f"Whether {kind.what} raised tokens is not known: {kind.missing}.",
        )
    moved = difference(panel, share, seed=seed)
    held = _without(panel, rate, share, seed)
    return _judged(kind.name, f"tokens of {kind.what}", found, held, moved)


def _judged(
    name: str, what: str, found: Bounds, held: Bounds | Refusal, moved: Bounds | Refusal | None
) -> Rival:
    """Say whether a rise that is shown is still shown without this; it must have grown as well."""
    if isinstance(held, Refusal):
        return Rival(
            name=name,
            answer="may explain it",
            says=f"Too little is left without {what} to be compared.",
        )
    grew = moved is None or (isinstance(moved, Bounds) and moved.low > 0)
    explains = found.low > 0 >= held.low and grew
    return Rival(
        name=name,
        answer="may explain it" if explains else "ruled out",
        says=f"Without {what} the rise is {_numbers(held)}.",
    )


def _price(panel: Panel, rate: Rate, found: Bounds, seed: int) -> Rival:
    """Ask in dollars at constant prices: a wordier but cheaper model moves tokens alone."""
    if _known(panel, DOLLARS) is None:
        return Rival(
            name="price",
            answer="not measured",
            says="Whether cheaper models raised tokens is not known: the models have no price.",
        )
    held = inflation(panel, rate, DOLLARS, seed=seed)
    if isinstance(held, Refusal):
        return Rival(
            name="price", answer="not measured", says=f"Dollars cannot be compared: {held.reason}"
        )
    gone = found.low > 0 >= held.low and held.coefficient < found.coefficient / 2
    return Rival(
        name="price",
        answer="may explain it" if gone else "ruled out",
        says=f"In dollars at constant prices the rise is {_numbers(held)}.",
    )


def _more_work(panel: Panel, rate: Rate, found: Bounds, seed: int) -> Rival:
    """Ask as if tokens had to grow in proportion to work.

    The rate is less than that where work is counted with noise; where work grew along with the
    policy, too little would be taken out for it.
    """
    in_proportion = replace(rate, slope=max(rate.slope, 1.0), slope_error=0.0)
    held = inflation(panel, in_proportion, TOKENS, seed=seed)
    moved = difference(panel, log_work(panel), seed=seed)
    if isinstance(held, Refusal) or isinstance(moved, Refusal):
        return Rival(
            name="more_work",
            answer="not measured",
            says="Whether more work raised tokens is not known: too few weeks have any.",
        )
    explains = found.low > 0 >= held.low and moved.low > 0
    return Rival(
        name="more_work",
        answer="may explain it" if explains else "ruled out",
        says=f"Had tokens to grow in proportion to surviving work, the rise is {_numbers(held)}.",
    )


def _numbers(found: Bounds) -> str:
    return (
        f"{significant(found.coefficient)} log points ({significant(found.low)} to "
        f"{significant(found.high)})"
    )
