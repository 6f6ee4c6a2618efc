"""What limits you, what to do next Monday, and what we cannot tell."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.estimate.assessment import Assessment
from trueup.model.evidence import Abstention, Group, Measurement
from trueup.report import names
from trueup.report.document import Block, OneLine, Section, Steps, Unknown, Unknowns
from trueup.report.findings import Evidence, without_repository
from trueup.report.sections.answer import NO_COST, NO_OUTCOME
from trueup.report.sections.balance.weighed import use_of, weighed
from trueup.report.sections.delivery.boundaries import boundaries
from trueup.report.sentence import Defined, Filling, Name, Quoted, Sentence, how_sure
from trueup.report.view import View
from trueup.report.words import listed, value_of

MOST_UNKNOWNS = 8
STAGES = {"review": "the forge", "pipeline_run": "CI", "deployment": "deployments"}
"""Tables that show where work waits, and the source that fills each."""

HOW_TO_REGISTER = "trueup estimate --write-plan plan.toml, then --register plan.toml."
CALENDAR = ("month", "quarter", "week")
PLACES = frozenset({"age_days", "quantile", "wait"})
"""Dimensions that are no parts of a whole, but places on its curve."""

OLDEST = 365
"""The greatest age of lines a reader is asked about, in days."""


def limits(view: View) -> Section:
    """Return where work waits, as far as git can show."""
    known = view.together
    growth = known.one(names.QUEUE_GROWTH)
    blocks: list[Block] = []
    if isinstance(growth, Measurement) and growth.interval and growth.interval.low > 0:
        text = (
            "More lands than is released: the queue grows by about {growth:bare}"
            f"{how_sure('growth', growth)}. So every wait on this page is at least so long."
        )
        blocks.append(Sentence(template=text, values={"growth": growth}))
    blocks += _waits(known)
    blocks += boundaries(known)
    missing = [name for table, name in STAGES.items() if not view.holds(table)]
    if missing:
        answers = "which stage limits the whole: coding, review, machines, release."
        blocks.append(OneLine(connect=listed(missing), answers=Sentence(template=answers)))
    return Section(id="limits", heading="What limits you", blocks=tuple(blocks))


def _waits(known: Evidence) -> list[Block]:
    """Say the one wait git shows whole, and what counting only what left would hide."""
    half = known.one(names.LANDED_TO_RELEASED, quantile="0.5")
    if isinstance(half, Abstention):
        return []
    text = (
        "The one wait git shows from end to end is from landing to the first release: "
        f"half within {{half}}{how_sure('half', half)}."
    )
    all_, left = (known.one(names.MEAN_WAIT, wait=name) for name in ("edge-corrected", "departed"))
    if isinstance(all_, Measurement) and isinstance(left, Measurement):
        text += " On average it is {all}, counting what still waits"
        alike = value_of(all_) == value_of(left)
        text += "." if alike else "; counting only what left, as dashboards do, would show {left}."
    return [Sentence(template=text, values={"half": half, "all": all_, "left": left})]


def monday(view: View) -> Section:
    """Return what to do, most useful first."""
    steps = (*_from_verdict(view.assessment), *_next(view))
    return Section(id="monday", heading="What to do next Monday", blocks=(Steps(steps=steps),))


def _from_verdict(found: Assessment | None) -> Iterator[Sentence]:
    """Say what follows from the verdict: what would settle it, which checks to look into."""
    if found is None:
        return
    if found.verdict.would_settle:
        settle = Quoted(text=found.verdict.would_settle, by="verdict")
        confirmed = settle.text.startswith("Nothing")
        first = "Confirm it before you lean on it." if confirmed else "Settle it before you act."
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
    wait = known.one(names.LANDED_TO_RELEASED, quantile="0.5")
    if isinstance(wait, Measurement) and wait.value > 7 * 86_400:
        text = (
            "Release smaller and sooner: half of what lands waits {wait} or longer before anyone "
            "can use it."
        )
        yield Sentence(template=text, values={"wait": wait})
    owners = known.one(names.OWNERS)
    if isinstance(owners, Measurement) and 0 < owners.value <= 2 < owners.n:
        text = "Spread knowledge: {owners:bare} wrote half of the surviving lines."
        yield Sentence(template=text, values={"owners": owners})
    first = known.one(names.FIRST_COMMIT_TO_LANDED, quantile="0.5")
    if isinstance(first, Abstention) and isinstance(share, Measurement):
        text = "See the wait before landing: {first:remedy}."
        yield Sentence(template=text, values={"first": first})


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
