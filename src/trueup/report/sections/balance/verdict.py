"""The first screen of a report with a verdict: its words, its four rows, how its checks ended."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from trueup.estimate.assessment import Assessment, Verdict
from trueup.estimate.verdict.rule import GATES, HONEST
from trueup.model.effect import Check, Estimate
from trueup.model.evidence import Abstention, Interval
from trueup.report.document import ScaleRow, ScaleRows
from trueup.report.names import Role
from trueup.report.scrutiny import CheckLine, Checks
from trueup.report.sections.balance.weighed import Weighed, use_of, weighed
from trueup.report.sentence import Defined, Name, Quoted, Sentence, what_fits
from trueup.report.words import plain
from trueup.units import RELATIVE

ROLES: tuple[tuple[Role, str], ...] = (
    ("throughput", "Throughput"),
    ("lead time", "Lead time"),
    ("quality", "Quality"),
    ("cost", "Cost"),
)
_GRAVITY = ("fails", "weak", "cannot tell", "holds")
_STRETCHED = " What has a unit of its own is drawn so that its band is as wide."
_REACHES = (0.1, 0.2, 0.3, 0.5)


def answer(assessment: Assessment) -> tuple[Sentence, ...]:
    """Return the verdict in plain words, why, what would change it, and by which plan."""
    verdict = assessment.verdict
    leads = [Sentence(template="{why}", values={"why": _quote(verdict.because)}, tone="lead")]
    if verdict.capped and verdict.capped.rstrip(".").lower() not in verdict.because.lower():
        leads.append(
            Sentence(template="{why}", values={"why": _quote(verdict.capped)}, tone="lead")
        )
    if verdict.would_settle and not _is_count(verdict):
        leads.append(
            Sentence(
                template="What would change this? {how}",
                values={"how": _quote(verdict.would_settle)},
                tone="note",
            )
        )
    return (_headline(assessment), *leads, _standing(assessment))


def _standing(assessment: Assessment) -> Sentence:
    """Say whether the plan was registered, when, its hash, and what speaks against that."""
    standing = assessment.standing
    return Sentence(
        template="Plan: {standing}.{flags}",
        values={
            "standing": Quoted(text=standing.says, by="the register"),
            "flags": Quoted(text="".join(f" {flag}" for flag in standing.flags), by="the register"),
        },
        tone="note",
    )


def _is_count(verdict: Verdict) -> bool:
    """Return whether what would settle it is a count that belongs in the headline itself."""
    return verdict.answer == "cannot tell" and verdict.would_settle[:1].isdigit()


def _quote(text: str) -> Quoted:
    return Quoted(text=text, by="verdict")


def _headline(assessment: Assessment) -> Sentence:
    verdict = assessment.verdict
    decided = deciding(assessment)
    found = decided.found
    values = {
        "it": found,
        "use": Name(use_of(assessment)),
        "what": Name(decided.called.phrase),
        "small": decided.smallest,
        "settle": _quote(verdict.would_settle),
    }
    if isinstance(found, Abstention):
        text = "We cannot tell whether {use} changed {what}: {it:reason}."
    else:
        text = _words(verdict, found)
    return Sentence(template=text, values=values, tone="headline")


def _words(verdict: Verdict, found: Estimate) -> str:
    moved = "raised" if found.value > 0 else "lowered"
    fits = f"best guess {{it}}, {what_fits('it', found)}"
    ways = {"gain": "towards a gain", "harm": "towards harm"}
    return {
        "creating": f"{{use}} {moved} {{what}}: {fits}. Nothing that was guarded suffered.",
        "neutral": f"{{use}} made no difference of interest to {{what}}: {fits}, and less than "
        "{small} either way counts as none.",
        "leaning": f"It leans {ways.get(verdict.towards, 'one way')}, no more: {{use}} may have "
        f"{moved} {{what}}; {fits}.",
        "destroying": f"{{use}} {moved} {{what}}, and that does harm: {fits}.",
        "cannot tell": f"We cannot tell yet whether {{use}} changed {{what}}: {fits}."
        + (" {settle}" if _is_count(verdict) else ""),
    }[verdict.answer]


def deciding(assessment: Assessment) -> Weighed:
    """Return the outcome the verdict speaks of: the primary, or the guardrail that was harmed."""
    found = weighed(assessment)
    named = assessment.verdict.decided_by
    return next((each for each in found if each.assessed.question.outcome == named), found[0])


def scale(assessment: Assessment) -> ScaleRows:
    """Return the outcomes on one scale: the four roles where the outcomes are ours, else all."""
    found = weighed(assessment)
    primary = found[0]
    smallest = primary.assessed.question.smallest
    if primary.called.is_ours:
        rows = tuple(_role(found, role, label) for role, label in ROLES)
    else:
        rows = tuple(_row(each, smallest) for each in found[: len(ROLES)])
    reach = _reach(rows)
    return ScaleRows(
        caption=Sentence(
            template="What {use} changed, by the recipe of the plan. Filled: best guess with its "
            "interval. Hollow: what a dashboard would show. Shaded: counts as no difference. "
            "Hatched: cannot tell." + (_STRETCHED if any(row.per != 1.0 for row in rows) else ""),
            values={"use": Name(use_of(assessment))},
        ),
        rows=rows,
        band=Interval(low=-smallest, high=smallest, method="the plan"),
        band_says=primary.smallest,
        reach=reach,
        ends_say=(_end(-reach), _end(reach)),
    )


def _end(value: float) -> Defined:
    return Defined(text=plain(value, RELATIVE), by="the scale")


def _role(found: Sequence[Weighed], role: Role, label: str) -> ScaleRow:
    base = found[0].assessed.question.smallest
    fits = [each for each in found if each.called.role == role]
    if not fits:
        return ScaleRow(label=label, measure="not in the plan", outcome=_missing(role))
    return _row(fits[0], base, label)


def _row(each: Weighed, base: float, label: str = "") -> ScaleRow:
    naive = each.naive if isinstance(each.naive, Estimate) else None
    smallest = each.assessed.question.smallest
    measure = ", ".join(word for word in (each.called.measure, each.better) if word)
    return ScaleRow(
        label=label or Name(each.called.label),
        measure=Name(measure),
        outcome=each.found,
        naive=naive,
        band=Interval(low=-smallest, high=smallest, method="the plan"),
        per=each.per(base),
    )


def _missing(role: Role) -> Abstention:
    source = "what AI tools cost" if role == "cost" else f"records of {role}"
    return Abstention(
        metric=role.replace(" ", "_"),
        reason=f"The plan has no outcome for {role}.",
        remedy=f"Connect {source}, and register a plan that guards it.",
    )


def _reach(rows: Sequence[ScaleRow]) -> float:
    """Return where the scale ends: past every whisker of a usual size, one way and the other."""
    ends = [
        abs(end * row.per)
        for row in rows
        if row.is_on_scale
        for end in _ends(row)
        if math.isfinite(end)
    ]
    return next((reach for reach in _REACHES if reach > max(ends, default=0.0)), 1.0)


def _ends(row: ScaleRow) -> Iterator[float]:
    if isinstance(row.outcome, Estimate):
        yield row.outcome.value
        yield row.outcome.interval.low
        yield row.outcome.interval.high


def gates(assessment: Assessment) -> Checks | None:
    """Return how the checks the verdict rests on ended, the worst first; None without any."""
    primary = weighed(assessment)[0]
    every = primary.assessed.checks
    binding = [each for each in every if each.name in GATES | {HONEST} and not _is_idle(each)]
    checks = sorted(binding or every, key=lambda each: _GRAVITY.index(each.answer))
    if not checks:
        return None
    return Checks(
        id="gates",
        caption=Sentence(template="Attempts to break this answer"),
        lines=tuple(CheckLine(about=primary.called.label, check=check) for check in checks),
        is_short=True,
    )


def _is_idle(check: Check) -> bool:
    """Return whether the plan gave a check nothing to look at, and it binds nothing."""
    return check.name == "placebo_outcome" and check.answer == "cannot tell"


def title(assessment: Assessment) -> str:
    """Return what the page is about."""
    said = f"What {use_of(assessment)} changed"
    return f"Made-up organisation: {said[:1].lower()}{said[1:]}" if assessment.made_up else said


def notice(assessment: Assessment) -> str:
    """Return what every screen must say; empty where nothing must be."""
    if not assessment.made_up:
        return ""
    return "Made-up organisation. No person, team or company behind these records exists."
