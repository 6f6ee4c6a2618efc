"""The section on who gains: what it shows, what it heads with, and when there is none."""

from __future__ import annotations

from functools import cache

from tests.report.sample import RUN
from trueup.model.evidence import Abstention, Interval
from trueup.model.rival import Rival
from trueup.model.simulated import Simulated
from trueup.report.document import Section, Table
from trueup.report.sections.method import OWN
from trueup.report.sections.spend.gains import gains
from trueup.report.view import Records, View
from trueup.report.words import metric_of
from trueup.simulate.incentives.answer import answer
from trueup.simulate.incentives.findings import NOT_OBSERVED, RIVALS, Incentives
from trueup.simulate.incentives.terms import Gain

GAIN = Gain(value=0.3, source="a trial", interval=Interval(low=0.2, high=0.45, method="made up"))
LIMIT = Rival(name=RIVALS[-1].name, answer="may explain it", says="Review holds everything back.")


@cache
def found() -> Incentives:
    said = answer(GAIN, bottleneck=LIMIT)
    assert isinstance(said, Incentives)
    return said


def section(said: Incentives | Abstention | None) -> Section | None:
    view = View(
        findings={},
        repositories=(),
        coverage=(),
        run=RUN,
        definitions=(),
        records=Records(incentives=said),
    )
    return gains(view)


def text_of(made: Section) -> str:
    blocks = made.unfolded()
    return "\n".join(repr(block) for block in blocks)


def test_nothing_is_said_where_nothing_is_known() -> None:
    assert section(None) is None


def test_slack_stands_under_its_heading_and_every_rival_is_listed() -> None:
    made = section(found())
    assert made is not None
    told = text_of(made)
    assert NOT_OBSERVED[1:] in told
    assert "Review holds everything back. What is made faster" in told
    assert all(rival.says in told for rival in (*RIVALS[:-1], LIMIT))
    tables = [block for block in made.unfolded() if isinstance(block, Table)]
    assert [len(table.rows) for table in tables] == [
        7,
        sum(one.is_on_frontier for one in found().frontier),
        4,
    ]


def test_every_number_is_one_of_the_model_and_is_defined() -> None:
    made = section(found())
    assert made is not None
    shown = [one for block in made.unfolded() for one in block.shown()]
    assert all(isinstance(one, Simulated) and not one.group for one in shown)
    assert {metric_of(one) for one in shown} == {"simulated_incentives"}
    assert "simulated_incentives" in {one.metric for one in OWN}


def test_what_cannot_be_told_says_why() -> None:
    said = Abstention(metric="incentives", reason="The file cannot be used.", remedy="Correct it.")
    made = section(said)
    assert made is not None
    assert set(made.blocks[0].shown()) == {said}  # type: ignore[union-attr]
