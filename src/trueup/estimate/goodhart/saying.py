"""From log points to what a reader reads: a share, a proportion, with design and assumptions."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from trueup.estimate.goodhart.excess import TOKENS
from trueup.estimate.inference.bounds import Bounds, Refusal
from trueup.estimate.panel import Panel
from trueup.model.effect import Estimate
from trueup.model.evidence import Interval
from trueup.units import RATIO, RELATIVE, Unit

_PARALLEL = (
    "Without the policy, tokens beyond surviving work would have moved alike in both arms.",
    "What surviving work took before the policy, it takes after it.",
    "Teams that were not under the policy did not change because others were.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a number is called, and on what it rests."""

    outcome: str
    estimand: str
    design: str
    estimator: str
    assumptions: tuple[str, ...]
    unit: Unit
    is_logarithm: bool = True


RISE = Wording(
    outcome=TOKENS,
    estimand="tokens beyond what surviving work accounts for, since the policy against before it, "
    "exposed teams against unexposed ones",
    design="difference in differences, effects of team and week taken out",
    estimator="goodhart",
    assumptions=_PARALLEL,
    unit=RELATIVE,
)
STAGGERED = "policies at several dates, what would have been imputed from weeks without one"
"""The design where teams came under a policy at different times."""
SHARE = replace(
    RISE,
    outcome="inflated_tokens_ratio",
    estimand="share of exposed teams' tokens since the policy that nothing surviving accounts for",
    unit=RATIO,
    is_logarithm=False,
)
SHARE_OF_DOLLARS = replace(
    SHARE,
    outcome="inflated_dollars_ratio",
    estimand="share of exposed teams' dollars at constant prices, since the policy, that nothing "
    "surviving accounts for",
)
NAIVE = Wording(
    outcome=TOKENS,
    estimand="tokens of exposed teams after against before, growth of use left in",
    design="association, before and after",
    estimator="before_after",
    assumptions=("Nothing else changed when the policy came.",),
    unit=RELATIVE,
)


def as_share(found: Bounds) -> Bounds:
    """Return ``1 - exp(-rise)``: the share of what is used that is inflated."""
    return replace(
        found,
        coefficient=_share(found.coefficient),
        low=_share(found.low),
        high=_share(found.high),
        error=None,
    )


def _share(rise: float) -> float:
    return -math.expm1(-rise) if rise > -700 else -math.inf


def stated(panel: Panel, found: Bounds | Refusal | None, wording: Wording) -> Estimate | None:
    """Say a coefficient; None where there is none."""
    if found is None or isinstance(found, Refusal):
        return None

    def said(value: float) -> float:
        return math.expm1(min(value, 700.0)) if wording.is_logarithm else value

    return Estimate(
        outcome=wording.outcome,
        estimand=wording.estimand,
        design=wording.design,
        estimator=wording.estimator,
        value=said(found.coefficient),
        unit=wording.unit,
        standard_error=found.error,
        interval=Interval(
            low=said(found.low), high=said(found.high), level=found.level, method=found.method
        ),
        p_value=found.p_value,
        least_p=found.least_p,
        speaks_of=found.speaks_of,
        n_rows=panel.n_rows,
        n_units=panel.n_units,
        n_treated=int(panel.ever_treated.sum()),
        n_clusters=found.n_clusters,
        assumptions=wording.assumptions,
        window=panel.window,
        source=panel.source,
        seed=found.seed,
    )
