"""What to do next Monday: what surely buys most comes first."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.estimate.assessment import Assessment
from trueup.model.evidence import Abstention, Measurement
from trueup.report import names
from trueup.report.document import Section, Steps
from trueup.report.findings import Evidence
from trueup.report.sections.advice.diagnosed import remedies
from trueup.report.sentence import Name, Quoted, Sentence
from trueup.report.view import View

HOW_TO_REGISTER = "trueup estimate --write-plan plan.toml, then --register plan.toml."


def monday(view: View) -> Section:
    """Return what to do, most useful first."""
    found = view.records.diagnosed
    steps = (*remedies(found), *_from_verdict(view.assessment), *_next(view))
    return Section(id="monday", heading="What to do next Monday", blocks=(Steps(steps=steps),))


def _from_verdict(found: Assessment | None) -> Iterator[Sentence]:
    """Say what follows from the verdict: what would settle it, which checks to look into."""
    if found is None:
        return
    if found.verdict.would_settle:
        settle = Quoted(text=found.verdict.would_settle, by="verdict")
        confirmed = settle.text.startswith("Nothing")
        first = (
            "Confirm the answer at the top before you lean on it."
            if confirmed
            else "Settle the answer at the top before you act on it."
        )
        yield Sentence(template=f"{first} {{settle}}", values={"settle": settle})
    for check in found.primary.checks:
        if check.answer == "fails":
            values = {
                "asks": Quoted(text=check.question, by=f"check {check.name}"),
                "says": Quoted(text=check.says, by=f"check {check.name}"),
            }
            text = "Look into what speaks against this answer. {asks} {says}"
            yield Sentence(template=text, values=values)
    if found.standing.registered_on:
        text = "Leave the registered plan as it is. Changed after a look, it can only lean."
        yield Sentence(template=text)
    else:
        text = "Register the plan before the next look, so that nobody can say it was fitted to it."
        yield Sentence(template=text + " {how}", values={"how": Name(HOW_TO_REGISTER)})


def _next(view: View) -> Iterator[Sentence]:
    if view.is_table_alone:
        return
    yield from _steps(view.together)
    if not view.holds("deployment"):
        yield Sentence(
            template="Connect deployments next: without them nobody can say what reached users."
        )


def _steps(known: Evidence) -> Iterator[Sentence]:
    share = known.one(names.MARKED_COMMITS)
    if isinstance(share, Measurement):
        yield Sentence(
            template="Let AI tools mark their commits, everywhere and from the same day. Every "
            "share on this page is a lower bound until they do. Note the day: it is the date a "
            "later comparison needs."
        )
    else:
        yield Sentence(template="{share:remedy}.", values={"share": share})
    owners = known.one(names.OWNERS)
    if isinstance(owners, Measurement) and 0 < owners.value <= 2 < owners.n:
        text = "Spread knowledge: {owners:bare} wrote half of the surviving lines."
        yield Sentence(template=text, values={"owners": owners})
    first = known.one(names.FIRST_COMMIT_TO_LANDED, quantile="0.5")
    if isinstance(first, Abstention) and isinstance(share, Measurement):
        text = "See the wait before landing: {first:remedy}."
        yield Sentence(template=text, values={"first": first})
