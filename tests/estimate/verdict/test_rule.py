"""Each sentence of docs/reference/verdict.md, as a world in which it decides.

Values and errors are logarithms. The smallest effect of interest is 5 %, ln 1.05 = 0.0488; a 95 %
interval reaches 1.96 errors, a 90 % one 1.645.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Literal

import numpy as np
import pytest

from tests.estimate.evidence import ABSTAINED, assessed, fitted, holds, honest, interval
from trueup.estimate.assessment import Answer, Assessed, Verdict
from trueup.estimate.verdict.looks import Look
from trueup.estimate.verdict.rule import Rule, judge
from trueup.model.evidence import Interval

GOOD = assessed(0.0, 0.01, outcome="lead_time", better="lower", smallest=0.10)


def said(verdict: Verdict) -> tuple[str, str]:
    return verdict.answer, verdict.towards


def test_harm_beyond_the_smallest_of_interest_that_survives_honestly_is_destroying() -> None:
    """-0.20 + 1.96 * 0.04 = -0.1216 < -0.0488."""
    assert said(judge(assessed(-0.20, 0.04))) == ("destroying", "")


def test_harm_whose_interval_reaches_effects_too_small_to_matter_leans() -> None:
    """-0.12 + 1.96 * 0.04 = -0.0416: below nought, above -0.0488."""
    assert said(judge(assessed(-0.12, 0.04))) == ("leaning", "harm")


def test_an_interval_that_holds_nought_and_large_effects_cannot_tell_and_says_what_would() -> None:
    verdict = judge(assessed(-0.06, 0.04))
    assert said(verdict) == ("cannot tell", "")
    assert verdict.would_settle == "40 more teams would find an effect of 5 %."


def test_gain_beyond_the_smallest_of_interest_is_creating_without_guardrails() -> None:
    assert said(judge(assessed(0.20, 0.04))) == ("creating", "")


def test_creating_needs_every_guardrail_not_worse() -> None:
    """Lead time up by 0.09 +- 0.02 cannot rule out ln 1.10 = 0.0953: 0.09 + 0.0392 = 0.1292."""
    doubtful = assessed(0.09, 0.02, outcome="failures", better="lower", smallest=0.10)
    assert said(judge(assessed(0.20, 0.04), [GOOD])) == ("creating", "")
    verdict = judge(assessed(0.20, 0.04), [GOOD, doubtful])
    assert said(verdict) == ("leaning", "gain")
    assert "failures" in verdict.capped
    assert "lead_time" not in verdict.capped


def test_a_guardrail_that_gets_better_is_not_worse() -> None:
    """Lead time down by a fifth: the sign is turned, as lower is better."""
    shorter = assessed(-0.22, 0.02, outcome="lead_time", better="lower", smallest=0.10)
    assert said(judge(assessed(0.20, 0.04), [shorter])) == ("creating", "")


@pytest.mark.parametrize(("value", "error"), [(0.20, 0.04), (0.0, 0.01)])
def test_a_guardrail_that_abstains_blocks_creating_and_neutral(value: float, error: float) -> None:
    silent = dataclasses.replace(GOOD, primary=ABSTAINED)
    assert judge(assessed(value, error), [silent]).answer in {"leaning", "cannot tell"}
    assert judge(assessed(value, error), [GOOD]).answer in {"creating", "neutral"}


def test_any_effect_of_interest_ruled_out_is_neutral() -> None:
    """1.645 * 0.029 = 0.0477 < 0.0488 < 0.0568 = 1.96 * 0.029: the 90 % interval decides."""
    narrow = {"changes": interval(0.0, 0.029, 0.90)}
    assert said(judge(assessed(0.0, 0.029), narrow=narrow)) == ("neutral", "")
    assert judge(assessed(0.0, 0.029)).answer == "cannot tell"


def test_neutral_comes_before_leaning() -> None:
    """0.025 +- 0.0196 leaves nought and stays within 0.0488."""
    assert said(judge(assessed(0.025, 0.01))) == ("neutral", "")


def test_neutral_with_a_guardrail_in_doubt_is_not_neutral() -> None:
    doubtful = assessed(0.05, 0.05, outcome="failures", better="lower", smallest=0.10)
    assert said(judge(assessed(0.0, 0.01), [doubtful])) == ("cannot tell", "")
    assert said(judge(assessed(0.025, 0.01), [doubtful])) == ("leaning", "gain")


def test_harm_to_one_guardrail_is_destroying_whatever_the_primary_does() -> None:
    worse = assessed(0.40, 0.05, outcome="failures", better="lower", smallest=0.10)
    verdict = judge(assessed(0.20, 0.04), [GOOD, worse])
    assert said(verdict) == ("destroying", "")
    assert "failures" in verdict.because
    assert verdict.decided_by == "failures"


def test_the_outcome_that_decided_is_named_whatever_the_answer() -> None:
    """Harm that is only half believed is the guardrail's; all else is the primary outcome's."""
    worse = assessed(0.40, 0.05, outcome="failures", better="lower", smallest=0.10)
    doubted = dataclasses.replace(worse, checks=(holds("pre_trend"),))
    verdict = judge(assessed(0.20, 0.04), [GOOD, doubted])
    assert (said(verdict), verdict.decided_by) == (("leaning", "harm"), "failures")
    silent = dataclasses.replace(assessed(0.0, 0.04), primary=ABSTAINED)
    ours = (assessed(0.20, 0.04), assessed(0.0, 0.01), assessed(-0.06, 0.04), silent)
    assert {judge(one, [GOOD]).decided_by for one in ours} == {"changes"}


def test_the_more_guardrails_the_more_one_must_show() -> None:
    """0.205 - 0.0953 = 0.1097 is 2.194 errors of 0.05: past 1.96, not past Holm's 2.394 for 3."""
    worse = assessed(0.205, 0.05, outcome="failures", better="lower", smallest=0.10)
    others = [dataclasses.replace(GOOD, question=dataclasses.replace(GOOD.question, outcome=name))
              for name in ("a", "b")]  # fmt: skip
    assert judge(assessed(0.0, 0.01), [worse]).answer == "destroying"
    assert judge(assessed(0.0, 0.01), [worse, *others]).answer != "destroying"


@pytest.mark.parametrize("value", [-0.20, 0.20])
def test_without_an_honest_interval_large_effects_only_lean(value: float) -> None:
    verdict = judge(assessed(value, 0.04, checks=(holds("pre_trend"),)))
    assert verdict.answer == "leaning"
    assert "forgives" in verdict.capped


@pytest.mark.parametrize("value", [-0.20, 0.20])
def test_an_honest_interval_that_reaches_nought_makes_large_effects_lean(value: float) -> None:
    checks = (holds("pre_trend"), honest(value, 0.15))
    assert judge(assessed(value, 0.04, checks=checks)).answer == "leaning"


def test_an_honest_interval_on_the_other_side_is_no_support() -> None:
    checks = (holds("pre_trend"), honest(0.20, 0.01))
    assert said(judge(assessed(-0.20, 0.04, checks=checks))) == ("leaning", "harm")


@pytest.mark.parametrize("value", [-0.50, 0.0, 0.50])
def test_a_gate_that_fails_comes_before_every_other_answer(value: float) -> None:
    checks = (holds("pre_trend", "fails"), honest(value, 0.01))
    verdict = judge(assessed(value, 0.01, checks=checks))
    assert said(verdict) == ("cannot tell", "")
    assert "pre_trend fails" in verdict.because


@pytest.mark.parametrize("answer", ["weak", "cannot tell"])
@pytest.mark.parametrize("value", [-0.20, 0.0, 0.20])
def test_a_weak_gate_makes_the_strongest_answer_leaning(
    answer: Literal["weak", "cannot tell"], value: float
) -> None:
    gate = holds("pre_trend", answer)
    verdict = judge(assessed(value, 0.01, checks=(gate, honest(value, 0.01))))
    assert verdict.answer == "leaning"
    assert "pre trend" in verdict.capped


def test_checks_that_are_no_gates_decide_nothing() -> None:
    checks = (holds("bacon", "fails"), honest(-0.2, 0.04))
    assert judge(assessed(-0.20, 0.04, checks=checks)).answer == "destroying"


@pytest.mark.parametrize("name", ["placebo_date", "placebo_outcome", "overlap"])
def test_placebos_and_overlap_bind_only_where_they_fail(name: str) -> None:
    for answer in ("holds", "weak", "cannot tell"):
        checks = (holds(name, answer), honest(-0.2, 0.04))
        assert judge(assessed(-0.20, 0.04, checks=checks)).answer == "destroying"
    checks = (holds(name, "fails"), honest(-0.2, 0.04))
    assert judge(assessed(-0.20, 0.04, checks=checks)).answer == "cannot tell"


def test_recipes_that_part_lean_at_most() -> None:
    checks = (holds("agreement", "weak"), honest(-0.2, 0.04))
    assert judge(assessed(-0.20, 0.04, checks=checks)).answer == "leaning"


def test_a_guardrail_whose_gate_fails_neither_accuses_nor_acquits() -> None:
    broken = assessed(
        0.40, 0.02, outcome="failures", better="lower", smallest=0.10,
        checks=(holds("pre_trend", "fails"), honest(0.4, 0.02)),
    )  # fmt: skip
    assert said(judge(assessed(0.20, 0.04), [broken])) == ("leaning", "gain")


@pytest.mark.parametrize(("value", "towards"), [(-0.20, "harm"), (0.0, ""), (0.20, "gain")])
def test_an_outcome_that_is_not_throughput_leans_at_most(value: float, towards: str) -> None:
    rule = Rule(cap="merged changes are not throughput")
    verdict = judge(assessed(value, 0.01), rule=rule)
    assert said(verdict) == ("leaning", towards)
    assert verdict.capped == "Merged changes are not throughput."


def test_lower_is_better_mirrors_every_answer() -> None:
    for value, error in [(-0.2, 0.04), (-0.12, 0.04), (0.2, 0.04), (0.0, 0.01), (0.06, 0.04)]:
        as_is = judge(assessed(value, error))
        mirrored = judge(assessed(-value, error, better="lower"))
        assert said(as_is) == said(mirrored)


def test_what_was_not_estimated_cannot_be_told_and_passes_on_its_remedy() -> None:
    verdict = judge(dataclasses.replace(assessed(0.0, 0.01), primary=ABSTAINED))
    assert said(verdict) == ("cannot tell", "")
    assert (verdict.because, verdict.would_settle) == ("Two teams adopted.", "Four must.")


def test_in_noise_that_dwarfs_the_smallest_effect_nought_must_be_refused_at_two_in_a_hundred() -> (
    None
):
    """Error 10: -2.0 errors pass 1.96, not 2.054 (2 % a side); -2.1 not 2.326 (1 %, beside
    guardrails, which have the other)."""
    assert said(judge(assessed(-20.0, 10.0))) == ("leaning", "harm")
    assert said(judge(assessed(-21.0, 10.0))) == ("destroying", "")
    assert said(judge(assessed(-21.0, 10.0), [GOOD])) == ("leaning", "harm")
    assert said(judge(assessed(20.0, 10.0))) == ("leaning", "gain")


def test_a_look_beyond_the_registered_ones_leans_at_most() -> None:
    late = Rule(look=Look(is_over=True))
    assert said(judge(assessed(-0.20, 0.04), rule=late)) == ("leaning", "harm")


def test_equal_effects_get_the_same_answer_on_the_scale_of_the_outcome() -> None:
    """On ``level`` the smallest effect is in the outcome's unit: 5 hours, interval 6 to 10."""
    level, fit = assessed(0.0, 0.01), fitted("changes", 0.0, 0.01)
    estimate = dataclasses.replace(
        fit.estimate,
        value=8.0,
        interval=Interval(low=6.0, high=10.0, method="made up"),
        p_value=1e-6,
    )
    shifted = dataclasses.replace(fit, estimate=estimate)
    question = dataclasses.replace(level.question, scale="level", smallest=5.0)
    figures = (("honest_low", 4.0), ("honest_high", 12.0))
    checks = (dataclasses.replace(honest(0.0, 1.0), figures=figures),)
    found = judge(
        Assessed(
            question=question,
            primary=shifted,
            second=ABSTAINED,
            naive=ABSTAINED,
            power=ABSTAINED,
            checks=checks,
        )
    )
    assert said(found) == ("creating", "")


TABLE: dict[tuple[float, float], dict[Answer, float]] = {
    (0.01, 0.0): {"neutral": 1.0, "cannot tell": 0.0},
    (0.02, 0.0): {"neutral": 0.57, "cannot tell": 0.38},
    (0.04, 0.0): {"neutral": 0.0, "cannot tell": 0.95},
    (0.08, 0.0): {"neutral": 0.0, "cannot tell": 0.95},
    (0.02, -0.10): {"destroying": 0.727},
    (0.04, -0.20): {"destroying": 0.966},
    (0.08, -0.20): {"destroying": 0.473},
}
"""By error and truth: Phi((0.20 - 0.0488) / 0.04 - 1.96) = .966, and so on; neutral .57 and cannot
tell .38 at .02 are those of the published table: P(|z| < 0.0488 / .02 - 1.645 = .794) = .573."""


@pytest.mark.parametrize(("error", "truth"), TABLE)
def test_the_table_of_operating_characteristics_is_reproduced(error: float, truth: float) -> None:
    draws = np.random.default_rng(7).normal(truth, error, 400)
    answers = [
        judge(assessed(x, error), narrow={"changes": interval(x, error, 0.90)}).answer
        for x in draws
    ]
    for answer, share in TABLE[error, truth].items():
        near = 4 * math.sqrt(share * (1 - share) / 400) + 0.011
        assert answers.count(answer) / 400 == pytest.approx(share, abs=near)


def test_a_guardrail_whose_gate_fails_does_not_acquit_however_good_it_looks() -> None:
    checks = (holds("pre_trend", "fails"),)
    broken = assessed(0.0, 0.01, outcome="failures", better="lower", smallest=0.10, checks=checks)
    assert said(judge(assessed(0.20, 0.04), [broken])) == ("leaning", "gain")


def test_proportions_are_weighed_as_logarithms() -> None:
    """An upper end of -4.9 % is ln 0.951 = -0.0502, beyond ln 1.05 = 0.0488 on the other side."""
    value = math.log(0.951) - 1.96 * 0.001
    assert judge(assessed(value, 0.001)).answer == "destroying"
