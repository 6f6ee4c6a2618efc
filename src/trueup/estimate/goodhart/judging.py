"""The verdict on inflated tokens: from team-weeks to one of four answers.

Only two arms are compared, and no team stands alone in what is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trueup.estimate.estimator import SEED
from trueup.estimate.goodhart.difference import (
    before_after,
    inflation,
    log_tokens,
    placebo,
    several_dates,
)
from trueup.estimate.goodhart.excess import DOLLARS, TOKENS, Rate, excess, rate_of
from trueup.estimate.goodhart.finding import SMALLEST, Goodhart, Policy, Sign, Turn, Verdict
from trueup.estimate.goodhart.path import weekly_path
from trueup.estimate.goodhart.rivals import look_at_rivals
from trueup.estimate.goodhart.saying import (
    NAIVE,
    RISE,
    SHARE,
    SHARE_OF_DOLLARS,
    STAGGERED,
    as_share,
    stated,
)
from trueup.estimate.goodhart.signs import look_for_signs
from trueup.estimate.goodhart.turn import find_turn
from trueup.estimate.inference.bounds import Bounds, Refusal
from trueup.estimate.panel import NEVER, Bools, Floats, Panel
from trueup.model.effect import Check
from trueup.model.evidence import Abstention
from trueup.model.rival import Rival
from trueup.units import significant

METRIC = "inflated_tokens_ratio"
IS_EXPOSED = "is_exposed"
"""Column of a panel without dates: 1 in rows of teams that are known to be counted by tokens."""
WANTED_SIGNS = 2
PLACEBO_LEVEL = 0.975
"""A design without fault is stopped by the placebo in one case of forty."""


def judge(
    panel: Panel, *, policies: tuple[Policy, ...] = (), seed: int = SEED
) -> Goodhart | Abstention:
    """Say whether tokens were inflated once they were counted.

    Parameters
    ----------
    panel
        Team-weeks with ``tokens`` and ``surviving_changes``; `adopted_in` is the week from which a
        team is under the policy. Further columns, where known, are those of
        `trueup.measure.units.token_weeks.token_weeks`. Weeks after a policy ended have no tokens.
        Where no team has a date, the week is sought: against the others where a column
        ``is_exposed`` names the teams, else in all teams together.
    policies
        What came into force, for the reader.

    Notes
    -----
    Excess is log tokens less b times log surviving work; b comes from weeks before the policy.
    The rise is the difference in differences of excess with effects of team and week, clustered
    by team; the inflated share is ``1 - exp(-rise)``.

    Raises
    ------
    EstimateError
        The panel lacks one of the two columns.
    """
    rate = rate_of(panel)
    if isinstance(rate, Refusal):
        return _abstain(panel, rate)
    case = _Case(panel, rate, excess(panel, rate), policies, seed)
    if panel.ever_treated.any():
        return _dated(case)
    return _undated(case)


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """A panel with its usual rate and what lies beyond it."""

    panel: Panel
    rate: Rate
    beyond: Floats
    policies: tuple[Policy, ...]
    seed: int

    def answer(self, verdict: Verdict, says: str) -> Goodhart:
        """Return an answer with what every answer carries."""
        return Goodhart(
            verdict=verdict,
            says=says,
            policies=self.policies,
            n_teams=self.panel.n_units,
            n_exposed=int(self.panel.ever_treated.sum()),
            window=self.panel.window,
            path=weekly_path(self.panel, self.beyond),
        )


def _dated(case: _Case, turn: Turn | None = None) -> Goodhart | Abstention:
    panel, seed = case.panel, case.seed
    naive = before_after(panel, log_tokens(panel, TOKENS), seed=seed)
    if bool(panel.ever_treated.all()):
        return _alone(case, naive)
    found = inflation(panel, case.rate, TOKENS, seed=seed)
    if isinstance(found, Refusal):
        return _abstain(panel, found)
    signs = look_for_signs(panel, case.beyond, seed=seed)
    rivals = look_at_rivals(panel, case.rate, found, seed=seed)
    check = _placebo(case)
    verdict, why = _verdict(found, signs, rivals, check)
    dollars = inflation(panel, case.rate, DOLLARS, seed=seed) if _has_dollars(panel) else None
    share = as_share(found)
    of_dollars = as_share(dollars) if isinstance(dollars, Bounds) else None
    design = STAGGERED if several_dates(panel) else RISE.design
    return replace(
        case.answer(verdict, _says(verdict, share, why)),
        share=stated(panel, share, replace(SHARE, design=design)),
        rise=stated(panel, found, replace(RISE, design=design)),
        dollars=stated(panel, dollars, replace(RISE, outcome=DOLLARS, design=design)),
        share_of_dollars=stated(panel, of_dollars, replace(SHARE_OF_DOLLARS, design=design)),
        naive=stated(panel, naive, NAIVE),
        signs=signs,
        rivals=rivals,
        checks=(check,),
        turn=turn,
    )


def _has_dollars(panel: Panel) -> bool:
    values = panel.columns.get(DOLLARS)
    return values is not None and bool(np.isfinite(values).any())


def _verdict(
    found: Bounds, signs: tuple[Sign, ...], rivals: tuple[Rival, ...], check: Check
) -> tuple[Verdict, str]:
    """Return the answer and why it is not a graver one."""
    if found.low <= 0:
        if found.high < SMALLEST:
            return "no sign", ""
        return "cannot tell", "neither a rise of a fifth nor its absence is shown"
    if check.answer == "fails":
        return "rose, cause unknown", "exposed teams already parted from the others before"
    explaining = [rival for rival in rivals if rival.answer == "may explain it"]
    if explaining:
        return "rose, cause unknown", explaining[0].says.rstrip(".")
    shown = sum(sign.answer == "shown" for sign in signs)
    if shown < WANTED_SIGNS:
        asked = sum(sign.answer != "not measured" for sign in signs)
        return (
            "rose, cause unknown",
            f"{shown} of {asked} measured signs of gaming are shown; {WANTED_SIGNS} are needed",
        )
    return "inflated", f"{shown} signs of gaming are shown"


def _says(verdict: Verdict, share: Bounds, why: str) -> str:
    interval = f"{_percent(share.low)} to {_percent(share.high)}"
    told = f"{_percent(share.coefficient)} ({interval})"
    if verdict == "inflated":
        return f"Tokens are inflated by about {told} of what exposed teams use; {why}."
    if verdict == "no sign":
        return f"No sign of inflated tokens: {told} of what exposed teams use."
    if verdict == "cannot tell":
        return f"Cannot tell whether tokens are inflated: {told} of what exposed teams use; {why}."
    return (
        f"Tokens rose beyond surviving work, cause unknown: {told} of what exposed teams use; "
        f"{why}."
    )


def _percent(share: float) -> str:
    return f"{significant(100 * share)} %"


def _alone(case: _Case, naive: Bounds | Refusal) -> Goodhart | Abstention:
    """Answer where every team came under the policy: a rise at most, never its cause."""
    panel = case.panel
    found = before_after(panel, case.beyond, seed=case.seed)
    if isinstance(found, Refusal):
        return _abstain(panel, found)
    told = (
        f"{significant(found.coefficient)} log points ({significant(found.low)} to "
        f"{significant(found.high)}) more than before, beyond surviving work"
    )
    if found.low > 0:
        verdict: Verdict = "rose, cause unknown"
        says = (
            f"Tokens rose, cause unknown: {told}; no team was left out of the policy, so that "
            "growth of use cannot be told from gaming."
        )
    elif found.high < SMALLEST:
        verdict, says = "no sign", f"No sign of inflated tokens: {told}."
    else:
        verdict, says = "cannot tell", f"Cannot tell whether tokens are inflated: {told}."
    return replace(case.answer(verdict, says), naive=stated(panel, naive, NAIVE))


def _undated(case: _Case) -> Goodhart | Abstention:
    """Seek the date; without teams known to be counted, the cause stays unknown."""
    panel = case.panel
    exposed = _named(panel)
    turn = find_turn(panel, case.beyond, exposed, seed=case.seed)
    if isinstance(turn, Refusal):
        return _abstain(panel, turn)
    told = f"p {significant(turn.p_value)} for a break at some week, largest at {turn.week}"
    if turn.p_value > 0.05 or turn.jump <= 0:
        # a scan over all weeks sees only large breaks, so that finding none excludes little
        says = f"Cannot tell whether tokens are inflated: no dated policy, and no break ({told})."
        return replace(case.answer("cannot tell", says), turn=turn)
    if not turn.against_others or exposed is None:
        says = (
            f"Tokens rose at a break, cause unknown: {told}; no policy is dated and no team is "
            "known to be left out."
        )
        return replace(case.answer("rose, cause unknown", says), turn=turn)
    start = panel.periods.index(turn.week)
    dated = replace(panel, adopted_in=np.where(exposed, start, NEVER))
    rate = rate_of(dated)
    if isinstance(rate, Refusal):
        return _abstain(panel, rate)
    case = _Case(dated, rate, excess(dated, rate), case.policies, case.seed)
    return _dated(case, turn)


def _named(panel: Panel) -> Bools | None:
    values = panel.columns.get(IS_EXPOSED)
    if values is None:
        return None
    named: Bools = np.bincount(panel.unit, values == 1, panel.n_units) > 0
    return named


def _placebo(case: _Case) -> Check:
    """Ask for a rise at a date before the policy, where there can be none."""
    found = placebo(case.panel, case.beyond, seed=case.seed, level=PLACEBO_LEVEL)
    question = "Did exposed teams part from the others before the policy?"
    if isinstance(found, Refusal):
        return Check(
            name="placebo_date", question=question, answer="cannot tell", says=found.reason
        )
    says = (
        f"With the policy moved half way into the weeks before it, the rise is "
        f"{significant(found.coefficient)} log points ({significant(found.low)} to "
        f"{significant(found.high)})."
    )
    apart = not found.low <= 0 <= found.high
    wide = found.high - found.low > 2 * SMALLEST
    return Check(
        name="placebo_date",
        question=question,
        answer="fails" if apart else "weak" if wide else "holds",
        says=says,
        figures=(("low", found.low), ("high", found.high)),
        reference="Bertrand, Duflo, Mullainathan (2004), QJE 119(1)",
    )


def _abstain(panel: Panel, refusal: Refusal) -> Abstention:
    return Abstention(
        metric=METRIC,
        reason=refusal.reason,
        remedy=refusal.remedy,
        n=panel.n_rows,
        n_of="team-weeks",
        window=panel.window,
    )
