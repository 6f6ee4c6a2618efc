"""Made-up assessments for reports: one for each answer, one that cannot tell anything."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from tests.report.sample import YEAR
from trueup.estimate.assessment import (
    Answer,
    Assessed,
    Assessment,
    Moderation,
    Power,
    Standing,
    Threshold,
    Verdict,
)
from trueup.estimate.estimator import Fit, Path
from trueup.estimate.panel import Remark
from trueup.estimate.question import Question
from trueup.model.effect import Check, Estimate
from trueup.model.evidence import Abstention, Interval
from trueup.units import RELATIVE, Unit

SOUND = "sound_changes_per_developer_week"
LEAD = "lead_time_mean_seconds"
INCIDENTS = "incidents_per_change"
FAILED = "change_failure_ratio"
REWORK = "rework_ratio"
REVIEW = "review_wait_mean_seconds"

NO_CONTROLS = Abstention(
    metric=SOUND,
    reason="Every team adopted in the same week, so no team shows what would have been.",
    remedy="Roll the next tool out in stages, or compare with teams of another organisation.",
)
Better = Literal["higher", "lower", "neither"]


def estimate(
    outcome: str, value: float, low: float, high: float, estimator: str = "callaway_santanna"
) -> Estimate:
    """Return an estimate by its ends."""
    naive = estimator == "two_way"
    return Estimate(
        outcome=outcome,
        estimand="average over the adopters' weeks after adoption",
        design="the same units before adoption, and time for all"
        if naive
        else "staggered adoption, with not-yet adopters as controls",
        estimator=estimator,
        value=value,
        unit=RELATIVE,
        standard_error=None if math.isinf(high) else (high - low) / 3.92,
        interval=Interval(low=low, high=high, method="permutation of adoption dates"),
        p_value=0.62,
        least_p=0.002,
        speaks_of="these units",
        n_rows=3120,
        n_units=40,
        n_treated=24,
        n_clusters=40,
        assumptions=(
            "Without adoption, adopters would have moved as those did who had not adopted.",
            "Nobody changed in expectation of adopting.",
        ),
        window=YEAR,
        source="warehouse",
        seed=20_260_101,
    )


def path(effects: float, error: float = 0.05, leads: int = 12, lags: int = 30) -> Path:
    """Return a path that is flat before adoption and grows to twice `effects` after it."""
    horizons = np.arange(-leads, lags)
    grown = np.where(horizons >= 0, effects * 2 * (1 - np.exp(-(horizons + 1) / 8)), 0.0)
    noise = 0.35 * error * np.sin(horizons * 1.9)
    spread = error * (1 + np.abs(horizons) / 25)
    spread[horizons == -1] = 0.0
    found = np.where(horizons == -1, 0.0, grown + noise)
    return Path(
        horizons=horizons,
        reference=-1,
        effects=found,
        covariance=np.diag(spread**2),
        weights=np.where(horizons >= 0, 1 / lags, 0.0),
        n_units=np.where(horizons >= 0, 24 - horizons // 3, 24),
    )


def check(name: str, question: str, answer: Any, says: str, **figures: float) -> Check:
    """Return a check."""
    return Check(
        name=name,
        question=question,
        answer=answer,
        says=says,
        figures=tuple(figures.items()),
        reference="Roth (2022), doi:10.1257/aeri.20210236" if name == "agreement" else "",
    )


CHECKS = (
    check(
        "pre_trend",
        "Did adopters already move before they adopted?",
        "holds",
        "Eleven leads, joint p 0.41; the largest is +3.1 %.",
        p=0.41,
    ),
    check(
        "agreement",
        "Do two recipes for the same design agree?",
        "weak",
        "callaway_santanna says -4.0 %, imputation +3.0 %: 2.3 errors apart, beyond noise.",
        errors_apart=2.3,
    ),
    check(
        "placebo_date",
        "Does a made-up adoption date, half a year early, also show something?",
        "holds",
        "-0.6 % (-6.0 to +5.2 %).",
        effect_ratio=-0.006,
    ),
    check(
        "honest",
        "How large a break of parallel trends would it take to undo the answer?",
        "cannot tell",
        "The answer already includes nought.",
    ),
    check(
        "misclassification",
        "What if some of the others used AI unseen?",
        "fails",
        "With 20 % unseen users among those not adopting, -5 % becomes -8 %.",
    ),
)


def assessed(
    outcome: str,
    found: tuple[float, float, float] | Abstention,
    naive: float | None,
    better: Better,
    *,
    checks: tuple[Check, ...] = (),
    power: Power | Abstention | None = None,
) -> Assessed:
    """Return one outcome by its answer and what a dashboard would show."""
    question = Question(outcome=outcome, scale="count", better=better, smallest=0.05)
    first: Fit | Abstention
    second: Fit | Abstention
    if isinstance(found, Abstention):
        first = second = replace(found, metric=outcome)
    else:
        value, low, high = found
        answer = estimate(outcome, value, low, high)
        first = Fit(
            estimate=answer, raw=math.log1p(value), raw_error=0.08, path=path(math.log1p(value))
        )
        other = estimate(outcome, 0.9 * value, 0.9 * low, 0.9 * high, "imputation")
        second = Fit(estimate=other, raw=math.log1p(0.9 * value), raw_error=0.07)
    told = naive is not None
    return Assessed(
        question=question,
        primary=first,
        second=second,
        naive=Fit(
            estimate=estimate(outcome, naive or 0.0, naive or 0.0, naive or 0.0, "two_way"),
            raw=naive or 0.0,
            raw_error=None,
        )
        if told
        else replace(NO_CONTROLS, metric=outcome),
        power=power
        or Power(
            smallest_detectable=0.24,
            more_units=118,
            more_periods=14,
            says="With 40 teams over 78 weeks a change of 24 % is found four times in five.",
        ),
        checks=checks,
    )


MODERATORS: tuple[Moderation | Abstention, ...] = (
    Moderation(
        moderator="foundation_ratio",
        interaction=estimate(SOUND, 0.02, -0.06, 0.11, "moderation"),
        answer="cannot tell",
        adjusted_p=0.7,
        says="+2 % for each standard deviation (-6 to +11 %): neither a difference nor its "
        "absence is shown.",
    ),
    Moderation(
        moderator="tenure_band",
        interaction=estimate(SOUND, -0.11, -0.19, -0.02, "moderation"),
        answer="harms",
        adjusted_p=0.03,
        says="-11 % for each standard deviation (-19 to -2 %), adjusted p 0.03.",
    ),
    Moderation(
        moderator="prior_hours",
        interaction=estimate(SOUND, 0.004, -0.03, 0.038, "moderation"),
        answer="no difference of interest",
        adjusted_p=0.9,
        says="+0.4 % for each standard deviation (-3.0 to +3.8 %), inside the band.",
    ),
    Abstention(
        metric="work_type",
        reason="Two of the four kinds of work have fewer than 8 people.",
        remedy="Put rare kinds of work together.",
    ),
)


def threshold(answer: Any = "no evidence") -> Threshold:
    """Return a look for a cliff at some dose."""
    doses = [0.4 + 0.9 * place for place in range(10)]
    jumps = answer == "cliff supported"
    means = [1.1 + 0.02 * dose + (0.35 if jumps and dose > 5 else 0.0) for dose in doses]
    unit = Unit("changes", "changes per developer-week")
    jump = estimate(SOUND, 0.35, 0.2, 0.5, "jump")
    return Threshold(
        outcome=SOUND,
        dose="ai_hours_per_developer_week",
        answer=answer,
        says="A jump at 5.2 fits far better than a straight line (p 0.002)."
        if jumps
        else "A straight line is not refused (p 0.38); a jump of 0.4 would have been found.",
        location=5.2 if jumps else None,
        pieces=((4.8, 5.6), (6.4, 6.6)) if jumps else (),
        jump=replace(jump, unit=unit) if jumps else None,
        existence_p=0.002 if jumps else 0.38,
        detectable_jump=0.4,
        rivals=(("jump", 0.0, 1.0), ("kink", 9.1, 1.02), ("spline", 14.0, 1.01)),
        gates=(
            check(
                "existence",
                "Does a jump fit better than a straight line?",
                "holds" if jumps else "fails",
                "p 0.002 of 999 draws." if jumps else "p 0.38 of 999 draws.",
            ),
        ),
        curve=tuple((dose, mean, mean - 0.11, mean + 0.11, 312)
                    for dose, mean in zip(doses, means, strict=True)),
    )  # fmt: skip


SETTLE = "14 more weeks would settle a 10 % change."


def verdict(answer: Answer, **rest: Any) -> Verdict:
    """Return a verdict with its reason."""
    because = {
        "creating": "The whole interval lies above +5 %, and every guardrail is non-inferior.",
        "neutral": "The 90 % interval lies within 5 % either way.",
        "leaning": "The interval excludes nought but not 5 %.",
        "destroying": "The whole interval lies below -5 %, also with a broken trend half as "
        "large as the largest before adoption.",
        "cannot tell": "The interval holds nought and reaches past 5 % on both sides.",
    }[answer]
    return Verdict(answer=answer, because=because, would_settle=SETTLE, **rest)


GUARDRAILS = (
    assessed(LEAD, (0.06, -0.05, 0.19), 0.31, "lower", checks=CHECKS[:2]),
    assessed(INCIDENTS, (0.14, -0.1, 0.44), 0.52, "lower", checks=CHECKS[:1]),
    assessed(FAILED, (0.02, -0.12, 0.19), 0.04, "lower"),
)
EXPLORATORY = (
    assessed(REWORK, (0.22, 0.04, 0.43), 0.35, "lower"),
    assessed(REVIEW, (0.61, 0.22, 1.12), 1.4, "lower"),
    assessed("merged_changes_per_developer_week", (0.18, 0.06, 0.32), 0.36, "higher"),
)


def assessment(
    answer: Answer = "cannot tell",
    found: tuple[float, float, float] | Abstention = (-0.04, -0.19, 0.14),
    **rest: Any,
) -> Assessment:
    """Return the whole answer to a made-up plan."""
    said = {name: rest.pop(name, "") for name in ("towards", "capped")}
    said["decided_by"] = rest.pop("decided_by", SOUND)
    whole = Assessment(
        plan="AI assistants, 2024 to 2025",
        plan_hash="5f1c0a9be27d",
        standing=Standing(
            says="registered 2024-01-02, hash 5f1c0a9be27d", registered_on="2024-01-02", version=1
        ),
        look=3,
        looks=52,
        units="teams",
        grain="week",
        n_units=40,
        n_treated=24,
        n_periods=78,
        window=YEAR,
        remarks=(
            Remark(kind="gaps", says="3 teams miss 5 of 78 weeks between them.", rows=5, units=3),
        ),
        primary=assessed(SOUND, found, 0.11, "higher", checks=CHECKS),
        guardrails=GUARDRAILS,
        exploratory=EXPLORATORY,
        moderators=MODERATORS,
        thresholds=(threshold(),),
        little=estimate("throughput_ratio", -0.06, -0.22, 0.13, "little"),
        verdict=verdict(answer, **said),
        source="warehouse",
        panel_digest="9d01c4e2ab77",
        seed=20_260_101,
    )
    return replace(whole, **rest)


def creating() -> Assessment:
    """Return a gain."""
    good = (
        assessed(LEAD, (-0.08, -0.14, -0.02), -0.02, "lower", checks=CHECKS[:2]),
        assessed(INCIDENTS, (-0.01, -0.04, 0.02), 0.12, "lower", checks=CHECKS[:1]),
    )
    return assessment("creating", (0.12, 0.07, 0.17), guardrails=good)


def neutral() -> Assessment:
    """Return no difference of interest."""
    return assessment("neutral", (0.004, -0.02, 0.03), guardrails=creating().guardrails)


def leaning() -> Assessment:
    """Return harm that a weak check keeps from being called."""
    capped = "It is not called harm: the check of trends before adoption is weak."
    return assessment("leaning", (-0.09, -0.17, -0.01), towards="harm", capped=capped)


def destroying() -> Assessment:
    """Return harm by the primary outcome."""
    return assessment(
        "destroying", (-0.16, -0.23, -0.08), thresholds=(threshold("cliff supported"),)
    )


def guarded() -> Assessment:
    """Return harm by a guardrail, while the primary outcome rose."""
    harmed = (assessed(INCIDENTS, (0.42, 0.21, 0.66), 0.1, "lower"), *GUARDRAILS[:1])
    return assessment("destroying", (0.07, 0.01, 0.13), guardrails=harmed, decided_by=INCIDENTS)


def silent() -> Assessment:
    """Return an assessment in which nothing at all can be told: there are no controls."""
    nothing = [
        assessed(outcome, NO_CONTROLS, None, "higher", power=NO_CONTROLS)
        for outcome in (SOUND, LEAD, INCIDENTS)
    ]
    why = Abstention(metric="foundation_ratio", reason="There are no controls.", remedy="Wait.")
    quiet = Verdict(
        answer="cannot tell",
        because="No design gate could be passed: there are no units to compare with.",
        would_settle="Adoption in stages would.",
    )
    return assessment(
        found=NO_CONTROLS,
        n_treated=40,
        primary=nothing[0],
        guardrails=tuple(nothing[1:]),
        exploratory=(),
        moderators=(why,),
        thresholds=(replace(why, metric="threshold"),),
        little=replace(why, metric="little"),
        verdict=quiet,
        remarks=(),
    )


def made_up() -> Assessment:
    """Return harm in an organisation that does not exist."""
    return replace(destroying(), made_up=True, plan="Made-up organisation, harmed")


def strange() -> Assessment:
    """Return a verdict on columns of a reader's own table, digits and markup in their names."""
    whole = assessment()
    odd = assessed("t90 <b>days</b>", (0.2, -math.inf, math.inf), 0.4, "neither")
    level = assessed("lines_added", (3.2, -1.0, 7.4), 5.0, "higher")
    assert isinstance(level.primary, Fit)
    unit = Unit("outcome", "lines per month")
    estimate_ = replace(level.primary.estimate, unit=unit)
    level = replace(
        level,
        question=replace(level.question, scale="level", smallest=1.0, unit="lines per month"),
        primary=replace(level.primary, estimate=estimate_),
    )
    return replace(
        whole, source="panel.csv", primary=odd, guardrails=(level,), exploratory=(),
        plan="panel.csv", units="repositories", grain="month",
    )  # fmt: skip
