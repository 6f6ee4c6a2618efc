"""What we cannot tell, and what would change that."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.diagnose.catalogue import find_mechanism
from trueup.diagnose.examining import Diagnosed
from trueup.estimate.assessment import Assessment
from trueup.model.evidence import Abstention, Group, Measurement
from trueup.report.document import Block, Section, Steps, Unknown, Unknowns
from trueup.report.findings import Evidence, without_repository
from trueup.report.sections.answer import NO_COST, NO_OUTCOME
from trueup.report.sections.balance.weighed import use_of, weighed
from trueup.report.sentence import Defined, Filling, Quoted, Sentence
from trueup.report.view import View

MOST_UNKNOWNS = 8
CALENDAR = ("month", "quarter", "week")
PLACES = frozenset({"age_days", "quantile", "wait"})
"""Dimensions that are no parts of a whole, but places on its curve."""

OLDEST = 365
"""The greatest age of lines a reader is asked about, in days."""


def unknowns(view: View) -> Section:
    """Return what cannot be told, why, and what would change that."""
    known = view.together
    asked = {definition.metric: definition.question for definition in view.definitions}
    items = list(_untold_by_verdict(view.assessment))
    if view.assessment is None:
        asks = "Did AI use change how much reaches users?"
        items.append(Unknown(questions=(asks,), abstentions=(NO_OUTCOME,)))
    if not view.is_table_alone and not view.holds("ai_spend"):
        items.append(Unknown(questions=("Is it worth its price?",), abstentions=(NO_COST,)))
    items += _undiagnosed(view.records.diagnosed)
    reasons: dict[str, dict[str, Abstention]] = {}
    for metric in known.findings:
        untold = list(_untold(known, metric))
        if untold:
            widest = min(untold, key=lambda each: len(each.group))
            reasons.setdefault(widest.reason, {})[metric] = widest
    for alike in list(reasons.values())[:MOST_UNKNOWNS]:
        questions = tuple(asked.get(metric, metric.replace("_", " ")) for metric in alike)
        items.append(Unknown(questions=questions, abstentions=(next(iter(alike.values())),)))
    blocks: tuple[Block, ...] = (Unknowns(items=tuple(items)), *_lacking(view))
    left = len(reasons) - MOST_UNKNOWNS
    if left > 0:
        more = Sentence(
            template="{left} are in the JSON form of this report.",
            values={"left": Defined(text=f"{left} more", by="findings without an answer")},
            tone="note",
        )
        blocks = (*blocks, more)
    return Section(
        id="unknowns", heading="What we cannot tell, and what would change that", blocks=blocks
    )


def _lacking(view: View) -> Iterator[Steps]:
    """Say, source by source, what connecting it would answer."""
    asked = {definition.metric: definition.question for definition in view.definitions}
    by_remedy: dict[str, list[Abstention]] = {}
    for why in view.records.lacking:
        by_remedy.setdefault(why.remedy, []).append(why)
    steps = []
    for remedy, whys in by_remedy.items():
        first = asked.get(whys[0].metric, whys[0].metric.replace("_", " "))
        values: dict[str, Filling] = {
            "remedy": Quoted(text=remedy, by="records that are missing"),
            "first": Quoted(text=first, by=whys[0].metric),
            "more": Defined(text=f" And {len(whys) - 1} more.", by="questions"),
        }
        text = "{remedy} It would answer: {first}" + ("{more}" if whys[1:] else "")
        steps.append(Sentence(template=text, values=values))
    if steps:
        yield Steps(steps=tuple(steps), is_ordered=False)


def _untold_by_verdict(found: Assessment | None) -> Iterator[Unknown]:
    """Yield what the balance could not tell: the verdict, and each outcome without an answer."""
    if found is None:
        return
    if found.verdict.answer == "cannot tell":
        use, primary = use_of(found), weighed(found)[0]
        why = Abstention(
            metric="verdict",
            reason=found.verdict.because,
            remedy=found.verdict.would_settle or "More periods, or more units.",
        )
        asks = f"Did {use} change {primary.called.phrase}?"
        yield Unknown(questions=(asks,), abstentions=(why,))
    reasons: dict[str, list[tuple[str, Abstention]]] = {}
    for each in weighed(found):
        if isinstance(each.found, Abstention):
            asks = f"What happened to {each.called.phrase}?"
            reasons.setdefault(each.found.reason, []).append((asks, each.found))
    for alike in reasons.values():
        yield Unknown(questions=tuple(asks for asks, _ in alike), abstentions=(alike[0][1],))


def _undiagnosed(found: Diagnosed) -> Iterator[Unknown]:
    for why in found.untold:
        yield Unknown(questions=(find_mechanism(why.metric).question,), abstentions=(why,))


def _untold(known: Evidence, metric: str) -> Iterator[Abstention]:
    """Yield what a metric could not tell.

    Of one that told something, neither single months nor splits without a part; of survival, no
    age beyond those its question names.
    """
    found = known.of(metric)
    told = any(isinstance(each, Measurement) for each in found)
    told_whole = any(isinstance(each, Measurement) and _is_whole(each.group) for each in found)
    for each in found:
        age = float(dict(each.group).get("age_days", 0))
        passing = age > OLDEST or any(dimension in CALENDAR for dimension, _ in each.group)
        empty_split = told_whole and not without_repository(each.group)
        if isinstance(each, Abstention) and not (told and passing) and not empty_split:
            yield each


def _is_whole(group: Group) -> bool:
    return {name for name, _ in without_repository(group)} <= PLACES
