"""Tokens burned because they are counted: the test of `trueup.estimate.goodhart`, as a claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from trueup.diagnose.case import Case
from trueup.diagnose.diagnosis import (
    Absent,
    Answer,
    Diagnosis,
    Evidence,
    Mechanism,
    Remedy,
    Strength,
)
from trueup.estimate.goodhart.finding import Goodhart
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention
from trueup.simulate.intervention import Intervention

NAME = "token_inflation"
_COUNTED: Mapping[str, str] = MappingProxyType(
    {"leaderboard": "the ranking by tokens", "minimum_spend": "the minimum of spend"}
)
_UNNAMED = "whatever counts tokens for those who use them"
_SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "elasticity_falls": "How surviving work follows tokens, change",
        "more_discarded": "Generated lines that are thrown away, change",
        "more_repeated_calls": "Tool calls that repeat an earlier one, change",
        "spikes_at_month_end": "Tokens in weeks that end a month, change",
        "bunching_over_threshold": "Use just over a threshold, change",
    }
)
_WATCH = (
    "Tokens of the teams that were counted should fall to what their surviving work takes, and "
    "surviving work should not fall."
)
_CHANGES = (
    "Where tokens are counted no longer, they stay as high as where they still are.",
    "The teams that are counted were chosen because their use was about to grow.",
)


def _examine(case: Case) -> Answer:
    return told(case.inflated)


def told(found: Goodhart | Abstention) -> Answer:
    """Return what the test of inflated tokens says, as the doctor says it."""
    if isinstance(found, Abstention):
        return replace(found, metric=NAME)
    if found.verdict == "inflated":
        return _inflated(found)
    if found.verdict == "no sign":
        return Absent(
            mechanism=NAME,
            because="Where tokens are counted they rose no more than surviving work accounts for.",
            evidence=tuple(_rises(found, "against")),
        )
    return Abstention(
        metric=NAME,
        reason=found.says,
        remedy=_remedy_of(found),
        n=found.n_teams,
        n_of="teams",
        window=found.window,
    )


def _inflated(found: Goodhart) -> Diagnosis:
    return Diagnosis(
        mechanism=NAME,
        claim="Tokens rose where they are counted, beyond what surviving work accounts for, and "
        "with signs of gaming.",
        strength=_strength(found),
        evidence=(*_rises(found, "for"), *_signs(found)),
        rivals=found.rivals,
        would_change=(*_CHANGES, *_unmeasured(found)),
        remedies=(Remedy(intervention=_withdraw(found), gain=_gain(found), buys="spend"),),
    )


def _rises(found: Goodhart, speaks: Literal["for", "against"]) -> Iterator[Evidence]:
    shown: dict[str, Estimate | None] = {
        "Tokens that nothing surviving accounts for, of all that those teams use": found.share,
        "The same, of dollars at constant prices": found.share_of_dollars,
    }
    for says, value in shown.items():
        if value is not None:
            yield Evidence(says=says, value=value, speaks=speaks)


def _signs(found: Goodhart) -> Iterator[Evidence]:
    for sign in found.signs:
        if sign.moved is not None:
            yield Evidence(
                says=_SIGNS[sign.name],
                value=sign.moved,
                speaks="for" if sign.answer == "shown" else "against",
            )


def _strength(found: Goodhart) -> Strength:
    """Weigh it: a date that was sought makes every interval too narrow, and the claim weak."""
    if found.turn is not None:
        return "weak"
    held = all(check.answer == "holds" for check in found.checks)
    ruled_out = all(rival.answer == "ruled out" for rival in found.rivals)
    return "strong" if held and ruled_out else "moderate"


def _unmeasured(found: Goodhart) -> Iterator[str]:
    for rival in found.rivals:
        if rival.answer == "not measured":
            what = rival.name.replace("_", " ")
            yield f"Records of {what} account for the rise: there are none now."


def _withdraw(found: Goodhart) -> Intervention:
    """Name what counts tokens; what has ended is not to come back."""
    in_force = [one.kind for one in found.policies if one.ended_at is None]
    kinds = dict.fromkeys(in_force or [one.kind for one in found.policies])
    called = " and ".join(_COUNTED.get(kind, kind) for kind in kinds) or _UNNAMED
    is_over = bool(found.policies) and not in_force
    does = f"Do not bring back {called}" if is_over else f"Withdraw {called}"
    return Intervention(does=does, plays=None, watch=_WATCH)


def _gain(found: Goodhart) -> Estimate | Abstention:
    if found.share is not None:
        return found.share
    return Abstention(
        metric=NAME,
        reason="No team was left out, so that nobody knows what would have been used without.",
        remedy="Withdraw it in some teams first, drawn by lot.",
    )


def _remedy_of(found: Goodhart) -> str:
    """Return what would tell."""
    if not found.policies and found.turn is not None:
        return "Record when tokens began to be counted, and of which teams, as a policy event."
    if found.n_exposed == found.n_teams:
        return "Withdraw what counts tokens in some teams first, drawn by lot: they show the rest."
    if any(check.answer == "fails" for check in found.checks):
        return "Withdraw what counts tokens in some teams, drawn by lot: these were apart before."
    if any(rival.answer == "may explain it" for rival in found.rivals):
        return "Look again when that has settled, or withdraw what counts tokens in some teams."
    if found.verdict == "rose, cause unknown":
        return "Connect what tells generated lines, tool calls and thresholds: signs of gaming."
    return "Bring more teams, under the policy and not under it, or more weeks."


MECHANISM = Mechanism(
    name=NAME,
    question="Are tokens burned because they are counted?",
    story="Whoever is ranked by tokens, or has to spend a minimum, uses up more of them for the "
    "same work.",
    examine=_examine,
    references=(
        "Borusyak, Jaravel, Spiess (2024), Review of Economic Studies 91, for several dates",
        "Goodhart (1984), Problems of Monetary Management",
    ),
)
