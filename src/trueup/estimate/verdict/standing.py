"""How the plan in use stands to those that were registered, and what that keeps it from saying."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from trueup.estimate.assessment import Standing
from trueup.estimate.panel import Panel
from trueup.estimate.verdict.plan import Plan, binding, differences, plan_hash
from trueup.estimate.verdict.register import Registration, as_registered


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A plan held against the register.

    Parameters
    ----------
    plan
        The plan in use, with the day it was registered.
    standing
        As readers are told.
    cap
        Why nothing stronger than leaning may be said; empty if nothing forbids it.
    """

    plan: Plan
    standing: Standing
    cap: str = ""


def hold(panel: Panel, plan: Plan, versions: Sequence[Registration]) -> Held:
    """Hold a plan against the versions registered for the same subject.

    It is compared with the last version that was registered before any row after adoption could
    be seen; where there is none such, with the first. What differs from that one is listed, and
    what bears on the verdict keeps it from saying more than leaning, whatever was registered
    since: otherwise a plan could be registered anew until the answer pleases.

    Parameters
    ----------
    versions
        The first one first; empty where none is registered.
    """
    plan, kept = as_registered(plan, versions)
    blind = [one for one in versions if seen_before(panel, one.registered_on) == 0]
    first = (*versions[:1], *blind)[-1] if versions else None
    changes = _changes(first, plan)
    edited = _edited(one for one in (kept, first) if one is not None)
    on = plan.registered_on
    standing = Standing(
        says=_says(plan, kept),
        registered_on=on.isoformat() if on and kept else "",
        version=kept.version if kept else 0,
        flags=(
            *edited,
            *_flags(panel, plan, kept, versions),
            *([_changed(first, kept, changes)] if first and changes else []),
        ),
    )
    return Held(plan=plan, standing=standing, cap=_cap(kept, edited, binding(changes)))


def seen_before(panel: Panel, day: date) -> float:
    """Return which share of the rows after adoption was over on a day, 0..1."""
    rows = panel.period[panel.treated]
    if not rows.size:
        return 0.0
    instant = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1_000_000
    length = (panel.window.end_at - panel.window.start_at) / panel.n_periods
    over = (instant - panel.window.start_at) / length if length > 0 else 0.0
    return float((rows + 1 <= over + 1e-9).mean())


def _changes(first: Registration | None, plan: Plan) -> tuple[str, ...]:
    if first is None:
        return ()
    return differences(replace(first.plan, registered_on=plan.registered_on), plan)


def _says(plan: Plan, kept: Registration | None) -> str:
    said = f"hash {plan_hash(plan)}"
    if kept is not None:
        version = f", version {kept.version}" if kept.version > 1 else ""
        return f"registered {kept.registered_on}, hash {kept.plan_hash}{version}"
    if plan.registered_on is not None:
        return f"not registered here, {said}; the plan itself says {plan.registered_on}"
    return f"not registered, {said}"


def _edited(kept: Iterator[Registration]) -> tuple[str, ...]:
    said = (
        f"The registered plan no longer matches its hash: {one.path.name} was {one.plan_hash} "
        f"when it was registered and is {plan_hash(one.plan)} now."
        for one in kept
        if not one.is_intact
    )
    return tuple(dict.fromkeys(said))


def _flags(
    panel: Panel, plan: Plan, kept: Registration | None, versions: Sequence[Registration]
) -> Iterator[str]:
    on = kept.registered_on if kept else plan.registered_on
    share = seen_before(panel, on) if on else 0.0
    if share > 0:
        name = " It is a plan in name only." if share == 1 else ""
        yield (
            f"When the plan was registered, on {on}, {_percent(share)} of the rows after adoption "
            f"could already be seen.{name}"
        )
    last = versions[-1] if versions else None
    if kept and last and last.version > kept.version:
        yield f"Version {last.version} of {last.registered_on} has replaced this plan."
    elif last and not kept:
        yield f"Another plan is registered since {last.registered_on}, hash {last.plan_hash}."


def _percent(share: float) -> str:
    return "all" if share == 1 else f"{min(max(100 * share, 1), 99):.0f} %"


def _changed(first: Registration, kept: Registration | None, changes: tuple[str, ...]) -> str:
    why = f" Why: {kept.because.rstrip('.')}." if kept and kept.because else ""
    since = f"Changed since version {first.version} of {first.registered_on}: "
    return f"{since}{'; '.join(changes)}.{why}"


def _cap(kept: Registration | None, edited: tuple[str, ...], changed: tuple[str, ...]) -> str:
    if edited:
        return "the registered plan no longer matches its hash"
    if not changed:
        return ""
    if kept is None:
        return f"another plan is registered, and this one differs ({changed[0]})"
    return f"the plan was changed after it was registered ({changed[0]})"
