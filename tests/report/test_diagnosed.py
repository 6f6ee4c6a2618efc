"""What the doctor finds, on the page: claims with their evidence, remedies in their order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.diagnose.test_diagnosis import FOUND, gain, remedy
from tests.report import sample
from trueup.diagnose.diagnosis import Absent
from trueup.diagnose.examining import Diagnosed, in_order
from trueup.model.evidence import Abstention
from trueup.report.compose import compose
from trueup.report.document import Report, Section, Steps, Table, Unknowns
from trueup.report.renderers.html import render_html
from trueup.report.renderers.json import render_json
from trueup.report.renderers.markdown import render_markdown
from trueup.report.sentence import Sentence
from trueup.report.view import Records

REVIEW = replace(
    FOUND,
    mechanism="limiting_stage",
    claim="Review limits what is finished.",
    remedies=(
        remedy(gain(0.20, 0.40), "Let two more people review"),
        remedy(gain(-0.01, 0.01), "Code faster"),
    ),
)
RELEASE = replace(FOUND, remedies=(remedy(gain(-0.5, -0.3, "landed_to_release_time"), "Release"),))
UNTOLD = Abstention(
    metric="token_inflation", reason="No policy is recorded.", remedy="Record its date."
)


def composed(diagnosed: Diagnosed) -> Report:
    found = sample.rich("a/b")
    return compose(
        found,
        repositories=sample.subjects("a/b"),
        coverage=sample.coverage("a/b"),
        run=sample.RUN,
        definitions=sample.definitions(found),
        records=Records(diagnosed=diagnosed),
    )


def section(report: Report, name: str) -> Section:
    (found,) = (each for each in report.sections if each.id == name)
    return found


def monday(report: Report) -> list[str]:
    (steps,) = (b for b in section(report, "monday").unfolded() if isinstance(b, Steps))
    return [step.text().replace("\u00a0", " ").replace("\u2212", "-") for step in steps.steps]


def test_monday_begins_with_what_surely_buys_most_and_says_how_much() -> None:
    steps = monday(composed(Diagnosed(found=in_order([REVIEW, RELEASE]))))
    assert steps[0].startswith("Release: wait for release -40 % (anything from -50 to -30 % fits)")
    assert steps[1].startswith("Let two more people review: changes finished +30 %")
    assert not any(step.startswith("Code faster") for step in steps)


def test_what_buys_nothing_stands_beside_what_buys_something() -> None:
    blocks = list(section(composed(Diagnosed(found=(REVIEW,))), "limits").unfolded())
    (bought,) = (b for b in blocks if isinstance(b, Table) and b.columns[0] == "To do")
    assert [row[0].text for row in bought.rows] == ["Let two more people review", "Code faster"]  # type: ignore[union-attr]


def test_a_claim_stands_with_its_strength_its_evidence_and_its_rivals() -> None:
    report = composed(Diagnosed(found=(REVIEW,)))
    blocks = list(section(report, "limits").unfolded())
    (claim,) = (b for b in blocks if isinstance(b, Sentence) and b.tone == "lead")
    assert claim.text().startswith("Review limits what is finished. The evidence is strong")
    said = " ".join(s.text() for b in blocks if isinstance(b, Steps) for s in b.steps)
    assert "Holiday: ruled out." in said
    assert "It stops." in said
    assert FOUND.evidence[0].value in report.shown()


def test_what_was_looked_for_in_vain_is_said() -> None:
    absent = Absent(mechanism="release_batching", because="Half is released within a day.")
    blocks = section(composed(Diagnosed(absent=(absent,))), "limits").unfolded()
    said = [b.text() for b in blocks if isinstance(b, Sentence) and b.tone == "note"]
    assert "Looked for and not found. Half is released within a day." in said


def test_what_cannot_be_diagnosed_is_among_the_unknowns() -> None:
    report = composed(Diagnosed(untold=(UNTOLD,)))
    (unknowns,) = (b for b in report.blocks() if isinstance(b, Unknowns))
    assert UNTOLD in [each for item in unknowns.items for each in item.abstentions]


@pytest.mark.parametrize("render", [render_html, render_markdown, render_json])
def test_every_form_says_that_a_number_is_a_models(render: object) -> None:
    text = render(composed(Diagnosed(found=(REVIEW,))))  # type: ignore[operator]
    assert "Let two more people review" in text
    assert "a model fitted to" in text or "a number of a model" in text or "calibrated_by" in text
