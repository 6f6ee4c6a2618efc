"""Effects: how outcomes moved after adoption, by which recipe, beside what a dashboard says."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from statistics import NormalDist

from trueup.estimate.assessment import Assessment
from trueup.estimate.estimator import Fit
from trueup.estimate.question import Question
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Interval
from trueup.report.charts.forest import Line, forest_drawing, points_of
from trueup.report.charts.path import path_drawing
from trueup.report.document import Block, Cell, Chart, Section, Table
from trueup.report.sections.balance.weighed import Weighed, is_proportion, plural, use_of, weighed
from trueup.report.sentence import Defined, Filling, Name, Sentence
from trueup.report.words import Shown, is_share


def effects(assessment: Assessment) -> Section:
    """Return the section on effects."""
    found = weighed(assessment)
    blocks: list[Block] = [_lead(assessment, found[0])]
    for each in found:
        if each.standing == "primary":
            blocks += _path(each, assessment, ident="path")
    blocks += _forest(assessment, found)
    blocks.append(_recipes(found))
    blocks += _little(assessment)
    return Section(id="effects", heading="Effects", blocks=tuple(blocks))


def _lead(assessment: Assessment, primary: Weighed) -> Sentence:
    found = primary.found
    values: dict[str, Filling] = {
        "it": found,
        "what": Name(primary.called.phrase),
        "units": Defined(
            text=f"{assessment.n_units:,}\u00a0{plural(assessment.units)}, "
            f"{assessment.n_treated:,} of which adopted, over "
            f"{assessment.n_periods:,}\u00a0{assessment.grain}s",
            by="the panel",
        ),
    }
    if isinstance(found, Abstention):
        text = "What adoption did to {what} {it:cannot}: {it:reason}. The panel: {units}."
        return Sentence(template=text, values=values)
    text = "The effect on {what} is estimated by {design}: {units}. It speaks of {whom}."
    values |= {
        "design": Name(found.design),
        "whom": Name(whom(assessment, found)),
    }
    return Sentence(template=text, values=values)


def whom(assessment: Assessment, found: Estimate) -> str:
    """Say whom an interval is about."""
    units = plural(assessment.units)
    if found.speaks_of == "these units":
        return f"these {units} in this window, not of {units} like these"
    return f"{units} like these, of which these are taken as a sample"


def _path(each: Weighed, assessment: Assessment, *, ident: str) -> list[Block]:
    fit = each.assessed.primary
    if isinstance(fit, Abstention) or fit.path is None or isinstance(each.found, Abstention):
        return []
    points = path_of(fit, each.assessed.question)
    values: dict[str, Filling] = {
        "it": each.found,
        "what": Name(each.called.phrase),
        "Label": Name(each.called.label),
        "measure": Name(each.called.measure),
        "grain": Name(assessment.grain),
        "small": each.smallest,
    }
    question = each.assessed.question
    return [
        Chart(
            id=ident,
            finding=Sentence(template=_found(each.found, question), values=values),
            subtitle=Sentence(
                template="{Label} ({measure}) by {grain}s since adoption, against units that had "
                "not adopted; {it:n}, {it:window}. Left of the line, hatched: before adoption, "
                "where nothing should move. Bands: intervals of single {grain}s, about units like "
                "these. Square: nought by construction. Shaded: under {small} counts as none.",
                values=values,
            ),
            points=points,
            drawing=path_drawing(
                points,
                reference=fit.path.reference,
                smallest=question.smallest,
                grain=assessment.grain,
            ),
        )
    ]


def _found(found: Estimate, question: Question) -> str:
    low, high, small = found.interval.low, found.interval.high, question.smallest
    if low > 0:
        return "{Label} rose after adoption: {it} on average ({it:interval})"
    if high < 0:
        return "{Label} fell after adoption: {it} on average ({it:interval})"
    if -small < low and high < small:
        return "{Label} stayed as it was: {it} on average ({it:interval})"
    return "{Label} may have gone either way after adoption: {it} on average ({it:interval})"


def path_of(fit: Fit, question: Question) -> tuple[Estimate, ...]:
    """Return the effect at each horizon, as a reader would have it, with pointwise intervals.

    On the scales ``log`` and ``count`` the path is of logarithms, said as ``exp(b) - 1``.
    """
    path = fit.path
    if path is None:
        return ()
    distance = NormalDist().inv_cdf(0.5 + question.level / 2)
    points = []
    for place, horizon in enumerate(path.horizons.tolist()):
        effect, error = float(path.effects[place]), float(path.errors[place])
        if not math.isfinite(effect) or not math.isfinite(error):
            continue
        points.append(
            replace(
                fit.estimate,
                estimand=f"{fit.estimate.estimand}, {horizon} periods after adoption",
                value=_said(effect, question),
                standard_error=error,
                interval=Interval(
                    low=_said(effect - distance * error, question),
                    high=_said(effect + distance * error, question),
                    level=question.level,
                    method="nought by construction"
                    if horizon == path.reference
                    else "pointwise, normal",
                ),
                p_value=None,
                least_p=None,
                speaks_of="units like these",
                n_treated=int(path.n_units[place]),
                group=(("horizon", str(horizon)),),
            )
        )
    return tuple(points)


def _said(effect: float, question: Question) -> float:
    return effect if question.scale == "level" else math.expm1(min(effect, 50.0))


def _forest(assessment: Assessment, found: tuple[Weighed, ...]) -> list[Block]:
    told = [each for each in found if isinstance(each.found, Estimate)]
    base = found[0].assessed.question.smallest
    if not told or not is_proportion(told[0].found):
        return []
    lines = [_line(each, base) for each in told]
    apart = sum(_excludes_nought(each.found) for each in told)
    title = {
        0: "No outcome can be told from no change",
        1: "One outcome moved by more than chance would explain",
    }.get(apart, "Several outcomes moved by more than chance would explain")
    anchor = told[0].found
    return [
        Chart(
            id="outcomes",
            finding=Sentence(template=title),
            subtitle=Sentence(
                template="Change in each outcome with {use}; {it:n}, {it:window}. Filled: the "
                "recipe of the plan with its interval; hollow, below: what a dashboard would show. "
                "Shaded: counts as no difference; an outcome in a unit of its own is "
                "drawn so that its band is as wide. Exploratory outcomes never change the verdict.",
                values={"it": anchor, "use": Name(use_of(assessment))},
            ),
            points=points_of(lines),
            drawing=forest_drawing(lines),
        )
    ]


def _line(each: Weighed, base: float) -> Line:
    naive = each.naive if isinstance(each.naive, Estimate) else None
    unit = "" if is_proportion(each.found) else "in its own unit"
    detail = ", ".join(
        word for word in (each.standing, each.better, each.called.measure, unit) if word
    )
    return Line(
        label=each.called.label,
        detail=detail,
        main=each.found,
        rival=naive,
        same=each.assessed.question.smallest,
        per=each.per(base),
    )


def _excludes_nought(found: Estimate | Abstention) -> bool:
    return isinstance(found, Estimate) and (found.interval.low > 0 or found.interval.high < 0)


def _recipes(found: tuple[Weighed, ...]) -> Table:
    """Return every outcome by every recipe, what cannot be told among them."""
    beside = any(each.two_way is not None for each in found)
    text = (
        "Every outcome by every recipe. Where two recipes with a design differ by more than "
        "noise, neither should be leant on; where only the dashboard differs (adopters, after "
        "against before), it is the dashboard that lacks a comparison."
    )
    if beside:
        text += " Two-way: level of each unit and of each period taken out, and no more."
    two_way = ("Two-way",) if beside else ()
    return Table(
        caption=Sentence(template=text),
        columns=("Outcome", "Recipe of the plan", "Second recipe", *two_way, "Dashboard"),
        rows=tuple(_recipes_of(each, beside=beside) for each in found),
    )


def _recipes_of(each: Weighed, *, beside: bool) -> tuple[Cell, ...]:
    two_way: tuple[Cell, ...] = (each.two_way or Name("not asked"),) if beside else ()
    return (Name(with_unit(each)), each.found, each.second, *two_way, each.naive)


def with_unit(each: Weighed) -> str:
    """Call an outcome with its unit, where figures stand without one."""
    found = each.found
    if isinstance(found, Estimate) and not is_proportion(found) and not is_share(found):
        return f"{each.called.label} ({each.called.measure})"
    return each.called.label


def _little(assessment: Assessment) -> Iterator[Sentence]:
    ratio, counted = assessment.little, assessment.departures
    if ratio is None:
        return
    if isinstance(ratio, Abstention):
        text = (
            "Throughput worked out from work in progress and waits (Little's law) {ratio:cannot}: "
            "{ratio:reason}. {ratio:remedy}."
        )
    else:
        text = (
            "As a cross-check, adopters' output after adoption against before, worked out by "
            "Little's law from work in progress and mean waits, is {ratio} (anything from "
            "{ratio:interval} fits)"
        )
        if isinstance(counted, Estimate):
            text += "; counted, it is {counted} ({counted:interval})"
        text += (
            ". Both are before and after, with the growth of the calendar in them. Where they "
            "differ, unfinished work is piling up or a wait is missing."
        )
    values: dict[str, Shown] = {"ratio": ratio}
    if counted is not None:
        values["counted"] = counted
    yield Sentence(template=text, values=values, tone="note")
