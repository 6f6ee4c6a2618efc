"""What the page says of experiments: the verdict with its doubt, and nothing of a person."""

from __future__ import annotations

import re
from functools import cache

from tests.estimate.experiments.plans import a_plan
from tests.report import sample
from trueup.estimate.experiments.answering.answer import ExperimentAnswer
from trueup.estimate.experiments.answering.assigned import Gathered
from trueup.estimate.experiments.answering.weighing import weigh
from trueup.model.evidence import Abstention, Window
from trueup.report.compose import compose
from trueup.report.document import Report
from trueup.report.renderers.html import render_html
from trueup.report.renderers.json import render_json
from trueup.report.renderers.markdown import render_markdown
from trueup.report.view import Records, Subject

from benchmarks.experiment import World, make  # isort: skip

PLAN = a_plan(weeks=6, persons=14)
WINDOW = Window(start_at=1_773_014_400_000_000, end_at=1_776_643_200_000_000)
TOO_EARLY = Abstention(
    metric="changes_landed",
    reason="The experiment is read once, at its end; records reach to 30 days before it.",
    remedy="Wait for its end.",
    window=WINDOW,
)


@cache
def answered() -> ExperimentAnswer:
    """Return the answer of a world in which AI helps and nothing is put off."""
    made = make(World(persons=14, weeks=6, effect=1.0), 3)
    gathered = Gathered(drawn=made.drawn, begun=made.drawn, used=made.used)
    found = weigh(gathered, PLAN, WINDOW)
    assert isinstance(found, ExperimentAnswer)
    return found


def report(*found: ExperimentAnswer | Abstention) -> Report:
    """Compose a page on a small repository with these answers."""
    return compose(
        sample.tiny(),
        repositories=(Subject(repository_id="r", name="example/r"),),
        coverage=(),
        run=sample.RUN,
        definitions=sample.definitions(sample.tiny()),
        records=Records(experiments=tuple((PLAN, each) for each in found)),
    )


def section(*found: ExperimentAnswer | Abstention) -> str:
    """Return the section in Markdown, footnotes left out."""
    page = render_markdown(report(*found))
    body = page.partition("## Days and tasks without AI, by lot")[2].partition("\n## ")[0]
    return re.sub(r"\[\^e\d+\]", "", body)


def test_without_an_experiment_the_page_has_no_such_section() -> None:
    assert section() == ""


def test_the_verdict_what_could_be_seen_and_the_interval_stand_together() -> None:
    said = section(answered())
    assert "Autumn: leaning towards gain." in said
    assert "The strongest word here is leaning" in said
    assert said.index("Could be seen") < said.index("As usual against without AI")
    assert "about 15 persons" in said
    assert "By lots drawn anew" in said
    assert "Does a day without AI show on the day after it" in said
    assert "Lots tell how far apart the arms are and not which of them moved" in said
    assert PLAN.hash in said


def test_an_experiment_that_runs_says_what_is_waited_for_and_what_was_promised() -> None:
    said = section(TOO_EARLY)
    assert "What autumn says cannot be told: the experiment is read once, at its end" in said
    assert "before it. Wait for its end." in said
    assert "promised to find 20" in said


def test_every_renderer_writes_it_and_none_names_a_person() -> None:
    whole = report(answered(), TOO_EARLY)
    for page in (render_markdown(whole), render_html(whole), render_json(whole)):
        assert "By lots drawn anew" in page
        assert re.findall(r"\bp_[0-9a-f]{16}\b", page) == []
