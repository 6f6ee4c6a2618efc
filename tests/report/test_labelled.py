"""What the page says of labels: shares with the cohort they are of, or what is missing."""

from __future__ import annotations

from tests.measure.labels.test_mixes import Read, world
from tests.report import sample
from tests.report.test_compose import composed
from trueup.measure.labels.mixes import mixes
from trueup.model.evidence import Finding
from trueup.report.renderers.markdown import render_markdown
from trueup.report.view import Records
from trueup.units import RATIO

WHOLE = "handed_over_sessions_ratio"


def page(made: Read) -> str:
    """Return the page of a tiny repository with these sessions."""
    more: dict[str, list[Finding]] = {
        WHOLE: [sample.number(WHOLE, 0.4, RATIO, 250, "sessions", spread=0.1)]
    }
    found = composed({**sample.tiny(), **more}, records=Records(mixes=mixes(made)))
    return render_markdown(found).replace("\u00a0", " ")


def test_shares_stand_with_who_labelled_and_about_how_many_they_are_of() -> None:
    said = page(world())
    assert "labels by a classifier that read prompts where they lie, of about 25 persons" in said
    row = next(line for line in said.splitlines() if line.startswith("| The work and the think"))
    assert " %[^" in row
    assert "session_labels_ratio" in said.partition("## Method and definitions")[2]


def test_where_too_little_was_read_the_page_says_so_once() -> None:
    said = page(world(read=150))
    why = "150 of the sessions it labelled were read by persons, 200 are needed"
    assert said.partition("\n[^e1]:")[0].count(why) == 1
    assert "| The work and the think" not in said


def test_where_nobody_labels_the_page_is_silent_about_it() -> None:
    assert "by labels" not in page(Read(sessions=30))
