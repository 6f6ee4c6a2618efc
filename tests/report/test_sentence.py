"""Prose cannot smuggle a number, nor claim a cause."""

from __future__ import annotations

import pytest

from tests.report.sample import YEAR, cannot, number
from trueup.errors import NakedNumber, ReportError
from trueup.model.effect import Estimate
from trueup.model.evidence import Interval
from trueup.report.sentence import Defined, Name, Sentence
from trueup.units import RATIO, RELATIVE

SHARE = number("ai_marked_commits_ratio", 0.1342, RATIO, 4312, "commits", spread=0.02)
WHY = cannot("x_ratio", "The clone is shallow.", "Fetch the rest.")


def plain(sentence: Sentence) -> str:
    """Return the text with ordinary spaces."""
    return sentence.text().replace("\u00a0", " ")


def test_a_digit_in_the_words_is_a_naked_number() -> None:
    with pytest.raises(NakedNumber, match="13 percent"):
        Sentence(template="About 13 percent of {share} are marked.", values={"share": SHARE})


def test_a_slot_without_evidence_is_refused() -> None:
    with pytest.raises(ReportError, match="'share' is empty"):
        Sentence(template="At least {share}.")


def test_a_slot_says_the_value_with_its_qualifier_and_what_goes_with_it() -> None:
    sentence = Sentence(
        template="{share} ({share:bare}) of {share:n} since {share:since}, {share:interval}.",
        values={"share": SHARE},
    )
    assert plain(sentence) == (
        "at least 13 % (13 %) of 4,312 commits since January 2024, 11 to 15 %."
    )


def test_a_slot_cannot_ask_for_what_evidence_does_not_say() -> None:
    sentence = Sentence(template="{share:colour}", values={"share": SHARE})
    with pytest.raises(ReportError, match="colour"):
        sentence.text()


def test_an_abstention_in_a_slot_says_cannot_tell_and_why() -> None:
    sentence = Sentence(template="We {why}: {why:reason}. {why:remedy}.", values={"why": WHY})
    assert sentence.text() == "We cannot tell: the clone is shallow. Fetch the rest."


def test_names_and_defined_numbers_may_hold_digits() -> None:
    sentence = Sentence(
        template="{tool} after {age}",
        values={"tool": Name("gpt-5"), "age": Defined(text="90 days", by="survival")},
    )
    assert sentence.text() == "gpt-5 after 90 days"
    assert sentence.shown() == ()


@pytest.mark.parametrize(
    "word", ["effect", "Effects", "impact", "impacted", "caused", "causes", "causal", "affects"]
)
def test_a_word_that_claims_a_cause_needs_an_estimate(word: str) -> None:
    with pytest.raises(ReportError, match="needs an estimate"):
        Sentence(template=f"The {word} is {{share}}.", values={"share": SHARE})


def test_an_estimate_may_speak_of_an_effect() -> None:
    estimate = Estimate(
        outcome="released_changes",
        estimator="callaway_santanna",
        standard_error=0.08,
        speaks_of="these units",
        n_rows=4_000,
        estimand="released changes, treated against not yet treated, 26 weeks",
        design="staggered adoption",
        value=-0.04,
        unit=RELATIVE,
        interval=Interval(low=-0.19, high=0.14, method="wild cluster bootstrap"),
        n_units=40,
        n_treated=12,
        n_clusters=40,
        assumptions=("parallel trends",),
        window=YEAR,
        source="git",
    )
    sentence = Sentence(
        template="The effect is {it}, anything from {it:interval}.", values={"it": estimate}
    )
    assert plain(sentence) == "The effect is \u22124 %, anything from \u221219 to +14 %."


def test_every_number_said_leads_back_to_its_evidence() -> None:
    sentence = Sentence(template="{share} of {share:n}.", values={"share": SHARE})
    linked = [part.text for part in sentence.parts() if part.shown is SHARE]
    assert [text.replace("\u00a0", " ") for text in linked] == ["at least 13 %", "4,312 commits"]
