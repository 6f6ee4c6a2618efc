"""What could be wrong: checks, what is not controlled, what it would take, the truth put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from trueup.estimate.assessment import Assessment
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention
from trueup.report.document import Block, Cell, Section, Steps, Table
from trueup.report.scrutiny import CheckLine, Checks, Need, Needs
from trueup.report.sections.balance.outcomes import whom, with_unit
from trueup.report.sections.balance.weighed import Weighed, plural, weighed
from trueup.report.sentence import Defined, Name, Quoted, Sentence
from trueup.report.words import CANNOT_TELL, plain, short_of, value_of
from trueup.units import RELATIVE


def checks(assessment: Assessment) -> Section:
    """Return how the attempts to break the design ended, and what no attempt can reach."""
    found = weighed(assessment)
    guarded = [each for each in found if each.standing != "exploratory"]
    blocks: list[Block] = [_checks(each) for each in guarded if each.assessed.checks]
    if not blocks:
        blocks.append(
            Sentence(template="No check could be made: there is no answer to try to break.")
        )
    blocks += _remarks(assessment)
    blocks += _uncontrolled(assessment, found[0])
    return Section(id="checks", heading="What could be wrong", blocks=tuple(blocks))


def _checks(each: Weighed) -> Checks:
    primary = each.standing == "primary"
    caption = (
        "{what}. Holds: nothing found, and the check could have found it. Weak: nothing found, "
        "but it could not have found what matters. Fails: evidence against the design."
        if primary
        else "{what}, a guardrail."
    )
    return Checks(
        id=f"checks-{each.assessed.question.outcome}",
        caption=Sentence(template=caption, values={"what": Name(each.called.label)}),
        is_folded=not primary,
        lines=tuple(
            CheckLine(about=each.called.label, check=check) for check in each.assessed.checks
        ),
    )


def _remarks(assessment: Assessment) -> Iterator[Block]:
    if not assessment.remarks:
        return
    yield Steps(
        fold="What reading the rows showed",
        steps=tuple(
            Sentence(template="{says}", values={"says": Quoted(text=each.says, by=each.kind)})
            for each in assessment.remarks
        ),
        is_ordered=False,
    )


def _uncontrolled(assessment: Assessment, primary: Weighed) -> Iterator[Block]:
    units = Name(plural(assessment.units))
    yield Sentence(template="What this design does not control:")
    covariates = primary.assessed.question.covariates
    held = (
        "Differences before adoption in {named} are held fixed; all others are not."
        if covariates
        else "No difference between early, late and never adopters is held fixed, save what "
        "stays the same over time."
    )
    named = Name(", ".join(each.replace("_", " ") for each in covariates))
    yield Steps(
        steps=(
            Sentence(
                template="Whatever else changed in the adopting {units} at the time they adopted, "
                "and not in the others: people, projects, another tool.",
                values={"units": units},
            ),
            Sentence(template=held, values={"named": named}),
            Sentence(
                template="Use that nobody saw: {units} that count as not adopting and use it all "
                "the same pull every difference towards nought.",
                values={"units": units},
            ),
            Sentence(
                template="What one of the {units} does to another: shared reviewers, shared code.",
                values={"units": units},
            ),
        ),
        is_ordered=False,
    )
    found = primary.found
    if isinstance(found, Estimate):
        yield Sentence(
            template="For the difference to be the effect of adoption, these must hold. "
            "It speaks of {whom}; the answer itself is {it}.",
            values={"whom": Name(whom(assessment, found)), "it": found},
        )
        yield Steps(
            steps=tuple(
                Sentence(template="{says}", values={"says": Quoted(text=each, by=found.estimator)})
                for each in found.assumptions
            ),
            is_ordered=False,
        )


def needs(assessment: Assessment) -> Section:
    """Return how many more units or periods each answer would take."""
    rows = tuple(
        Need(about=each.called.label, power=each.assessed.power, found=_smallest(each))
        for each in weighed(assessment)
        if each.standing != "exploratory"
    )
    return Section(
        id="needs",
        heading="How many more it would take",
        blocks=(
            Needs(
                caption=Sentence(
                    template="Worked out before the answer is read: the smallest change these data "
                    "would have found four times in five, and how many more {units} or {periods} "
                    "would find the smallest change of interest as often.",
                    values={
                        "units": Name(plural(assessment.units)),
                        "periods": Name(f"{assessment.grain}s"),
                    },
                ),
                units=plural(assessment.units),
                periods=f"{assessment.grain}s",
                rows=rows,
            ),
        ),
    )


def _smallest(each: Weighed) -> Defined:
    """Say the smallest change that would have been found, in the unit of the answer."""
    power, found = each.assessed.power, each.found
    if isinstance(power, Abstention):
        return Defined(text=CANNOT_TELL, by="power")
    size = abs(power.smallest_detectable)
    if isinstance(found, Estimate):
        said = value_of(replace(found, value=size)).lstrip("+")
    else:
        said = plain(size, RELATIVE).lstrip("+")
    return Defined(text=said, by="power")


def truth(assessment: Assessment, put_in: Mapping[str, float] | None) -> Section | None:
    """Return estimate beside truth for each outcome of a made-up organisation."""
    if not assessment.made_up or not put_in:
        return None
    found = [each for each in weighed(assessment) if each.assessed.question.outcome in put_in]
    if not found:
        return None
    rows = tuple(_truth(each, put_in[each.assessed.question.outcome]) for each in found)
    caption = Sentence(
        template="This organisation is made up, so the truth is known. Nineteen intervals in "
        "twenty should hold it; a dashboard's number need not come near it."
    )
    columns = ("Outcome", "Truth put in", "Recipe of the plan", "Holds the truth?", "Dashboard")
    table = Table(caption=caption, columns=columns, rows=rows)
    return Section(id="truth", heading="The truth we put in", blocks=(table,))


def _value(found: Estimate | Abstention, value: float) -> str:
    if isinstance(found, Abstention):
        return plain(value, RELATIVE)
    return short_of(replace(found, value=value))


def _truth(each: Weighed, value: float) -> tuple[Cell, ...]:
    found = each.found
    if isinstance(found, Abstention):
        holds = "no answer to compare"
    else:
        holds = "yes" if found.interval.low <= value <= found.interval.high else "no"
    return (
        Name(with_unit(each)),
        Defined(text=_value(found, value), by="the made-up organisation"),
        found,
        Name(holds),
        each.naive,
    )
