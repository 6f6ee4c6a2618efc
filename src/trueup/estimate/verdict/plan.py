"""What was decided before the data were read: outcome, guardrails, estimator, smallest effects.

A plan is a small TOML file. Its hash stands beside every verdict, so that a verdict can be held to
what was promised; a change of layout or of a comment leaves the hash alone, any other changes it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import tomllib
import types
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from trueup.errors import EstimateError
from trueup.estimate.panel import Grain
from trueup.estimate.question import Question
from trueup.measure.units.outcome import SHARE, WEEKS_RUNNING

FORM = "trueup plan 1"
"""Part of every hash: raised when a plan comes to mean something else."""
FREE = ("title", "exploratory", "moderators", "dose", "threshold_outcomes")
"""What may change after registration without a bearing on the verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Whom the plan is about.

    Parameters
    ----------
    units
        What one unit is, e.g. ``"team"``; never a person.
    grain
        Length of a period.
    since, until
        The window; None leaves that end open.
    """

    units: str = "team"
    grain: Grain = "week"
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """When a unit counts as having adopted: the first of `weeks` on end with enough exposure.

    Parameters
    ----------
    share
        Exposure must exceed it, 0..1: the share of active developers who use AI tools where
        sessions are recorded, else the share of landed changes that carry a mark.
    weeks
        How many weeks on end.
    """

    share: float = SHARE
    weeks: int = WEEKS_RUNNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmarked:
    """How wrong the marks may be at most; what is unmarked is unknown, never "without AI".

    Parameters
    ----------
    users_among_controls
        Share of the units not seen to adopt that may use AI all the same, 0..1.
    non_users_among_adopters
        Share of the adopters that may be none, 0..1.
    """

    users_among_controls: float = 0.1
    non_users_among_adopters: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is fixed before the data are read.

    Parameters
    ----------
    title
        Printed beside the verdict.
    primary
        The one outcome the verdict is about.
    guardrails
        Outcomes that must not suffer.
    exploratory
        Outcomes that are shown and never change the verdict.
    moderators
        Columns, frozen before adoption, that may change the effect.
    dose, threshold_outcomes
        Column of exposure, and outcomes in which it may have a threshold.
    placebo_outcomes
        Columns that adoption cannot have moved.
    registered_on
        When the plan was frozen; None: the data are read once.
    estimator, second
        Names of the recipe, and of another to hold it against.
    cluster
        What shares shocks: ``"unit"``, or the column given when the panel is read.
    looks
        Planned readings in the year after `registered_on`.
    alpha
        Error of the interval over all looks, two-sided.
    not_throughput
        Why the primary outcome is not throughput; a verdict then says leaning at most.
    """

    title: str = "What the use of AI did"
    primary: Question
    guardrails: tuple[Question, ...] = ()
    exploratory: tuple[Question, ...] = ()
    moderators: tuple[str, ...] = ()
    dose: str = ""
    threshold_outcomes: tuple[str, ...] = ()
    placebo_outcomes: tuple[str, ...] = ()
    registered_on: date | None = None
    population: Population = field(default_factory=Population)
    adoption: Adoption = field(default_factory=Adoption)
    unmarked: Unmarked = field(default_factory=Unmarked)
    estimator: str = "callaway_santanna"
    second: str = "imputation"
    cluster: str = "unit"
    looks: int = 52
    alpha: float = 0.05
    not_throughput: str = ""

    def __post_init__(self) -> None:
        for fact, hint in _faults(self):
            raise EstimateError(fact, hint=hint)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question it asks, the primary first."""
        return (self.primary, *self.guardrails, *self.exploratory)


_ACTIVITY = frozenset(
    {"commit", "commits", "lines", "loc", "merged", "merges", "opened", "prs", "released"}
    | {"releases", "sloc", "tokens"}
)


def not_throughput(question: Question) -> str:
    """Say why an outcome is not throughput; empty where its name does not give it away.

    Commits, lines, tokens, and what was opened, merged or released without asking whether it
    reached users and held, are activity: more of them is no gain.
    """
    words = set(re.findall(r"[a-z]+", question.outcome.lower()))
    if question.better == "higher" and words & _ACTIVITY:
        return f"{question.outcome} is activity, not throughput"
    return ""


def plan_hash(plan: Plan) -> str:
    """Return twelve hexadecimal digits: the same for the same decisions, however written."""
    said = json.dumps({"form": FORM, **_canonical(plan)}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def differences(registered: Plan, now: Plan) -> tuple[str, ...]:
    """Return what has changed since registration, one line each, e.g. ``looks: 52 became 12``."""
    before, after = dict(_flat(_canonical(registered))), dict(_flat(_canonical(now)))
    lines: dict[str, None] = {}
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new and key in before and key in after:
            continue
        question = key.rpartition(".")[0]
        if key.startswith(_MANY) and f"{question}.outcome" not in after:
            lines[f"{question}: dropped"] = None
        elif key.startswith(_MANY) and f"{question}.outcome" not in before:
            lines[f"{question}: added"] = None
        else:
            lines[f"{key}: {_shown(old)} became {_shown(new)}"] = None
    return tuple(lines)


_MANY = ("guardrails.", "exploratory.")


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    shown = ", ".join(map(str, value)) if isinstance(value, list) else value
    return str(shown or "nothing")


def binding(changes: Collection[str]) -> tuple[str, ...]:
    """Return the changes among these that bear on the verdict."""
    return tuple(line for line in changes if line.split(":")[0].split(".")[0] not in FREE)


def read_plan(path: Path) -> Plan:
    """Read a plan.

    Raises
    ------
    EstimateError
        It cannot be read, is not TOML, or a key is unknown, missing or of the wrong type.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EstimateError(
            f"The plan {path} cannot be read: {error.strerror}.",
            hint="Name a file you may read, or have one written.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EstimateError(f"{path} is not TOML: {error}.", hint="Correct that line.") from error
    plan: Plan = _build(Plan, raw, where=str(path))
    return plan


def write_plan(plan: Plan, path: Path, *, notes: Sequence[str] = ()) -> None:
    """Write a plan as TOML with a word on every part, for people to edit.

    Parameters
    ----------
    notes
        Comments above all else: what was seen when it was written, or when it was frozen.

    Raises
    ------
    EstimateError
        There is a file already, or it cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(as_toml(plan, notes=notes))
    except FileExistsError as error:
        raise EstimateError(
            f"There is a file {path} already.", hint="Choose another name, or remove it."
        ) from error
    except OSError as error:
        raise EstimateError(
            f"The plan cannot be written to {path}: {error.strerror}.",
            hint="Name a file you may write.",
        ) from error


def as_toml(plan: Plan, *, notes: Sequence[str] = ()) -> str:
    """Return the plan as commented TOML that `read_plan` reads back to an equal plan."""
    lines = [
        "# What is decided before the data are read. Its hash is printed beside the verdict.",
        *(f"# {' '.join(note.split())}" for note in notes),
        *_pairs(plan, _ABOUT),
    ]
    lines += _part(plan, "primary")
    for name in ("guardrails", "exploratory"):
        lines += ["", f"# {_ABOUT[name]}"]
        for place, question in enumerate(getattr(plan, name)):
            lines += [*([""] if place else []), f"[[{name}]]", *_pairs(question, {})]
        if not getattr(plan, name):
            lines += [f"# [[{name}]]", '# outcome = "incidents"', '# better = "lower"']
    for name in ("population", "adoption", "unmarked"):
        lines += _part(plan, name)
    return "\n".join(lines).rstrip() + "\n"


def _part(plan: Plan, name: str) -> tuple[str, ...]:
    return ("", f"# {_ABOUT[name]}", f"[{name}]", *_pairs(getattr(plan, name), _ABOUT))


_ABOUT = {
    "title": "printed beside the verdict",
    "moderators": "columns known before adoption that may change the effect",
    "dose": "column of exposure, for the search for a threshold",
    "threshold_outcomes": "outcomes in which there may be one",
    "placebo_outcomes": "columns that adoption cannot have moved",
    "registered_on": "written when the plan is registered",
    "estimator": "the recipe, and another to hold it against",
    "cluster": "what shares shocks",
    "looks": "planned readings in the year from registration",
    "alpha": "error of the interval over all readings",
    "not_throughput": "why the outcome is not throughput; leaning is then the strongest answer",
    "units": "what one unit is",
    "grain": "length of a period",
    "since": "the window: first day that counts; without it, from the first on",
    "until": "the window: first day that no longer counts; without it, open",
    "share": "of active developers who use AI tools, else of landed changes that carry a mark",
    "weeks": "weeks on end",
    "users_among_controls": "of those not seen to adopt",
    "non_users_among_adopters": "of those seen to adopt",
    "population": "Whom it is about; a unit is never a person.",
    "adoption": "A unit adopts in the first of so many weeks on end with more use than this share.",
    "unmarked": "How wrong the marks may be at most: unmarked is unknown, never without AI.",
    "primary": "The one outcome the verdict is about.",
    "smallest": "smallest effect that matters: 0.05 is five per cent, for log and count",
    "scale": "level, log, or count (may be nought)",
    "better": "higher or lower",
    "horizon": "periods after adoption it is averaged over; without it, all that are seen",
    "guardrails": "Outcomes that must not suffer.",
    "exploratory": "Outcomes that are shown and never change the verdict.",
}


def _pairs(item: Any, about: Mapping[str, str]) -> Iterator[str]:
    """Yield ``key = value  # what it is`` for the plain fields of a plan or of a part of it."""
    for name, value in _canonical(item, typed=True).items():
        if isinstance(value, dict) or name in {"guardrails", "exploratory"}:
            continue
        says = f"  # {about[name]}" if name in about else ""
        if value is not None:
            yield f"{name} = {_toml(value)}{says}"
        elif says:
            yield f"# {name} ={says}"


def _toml(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def _canonical(item: Any, *, typed: bool = False) -> dict[str, Any]:
    """Return the decisions as plain values, without those that follow from others."""
    plain: dict[str, Any] = {}
    for one in dataclasses.fields(item):
        if isinstance(item, Question) and one.name == "level":
            continue
        plain[one.name] = _plain(getattr(item, one.name), typed=typed)
    return plain


def _plain(value: Any, *, typed: bool) -> Any:
    if dataclasses.is_dataclass(value):
        return _canonical(value, typed=typed)
    if isinstance(value, tuple):
        parts = [_plain(part, typed=typed) for part in value]
        return parts if typed else sorted(parts, key=json.dumps)
    if typed:
        return value
    if isinstance(value, int):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _flat(plain: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in plain.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        elif f"{key}." in _MANY:
            for part in value:
                yield from _flat(part, f"{above}{key}.{part['outcome']}.")
        else:
            yield f"{above}{key}", value


def _build(kind: type, raw: Mapping[str, Any], *, where: str) -> Any:
    hints = get_type_hints(kind)
    if kind is Question:
        hints.pop("level")
    values: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in hints:
            known = ", ".join(sorted(hints))
            raise EstimateError(f"{where}: unknown key {key!r}.", hint=f"Use one of: {known}.")
        values[key] = _value(hints[key], value, where=f"{where}: {key}")
    needed = {"primary"} if kind is Plan else {"outcome"} if kind is Question else set()
    for key in sorted(needed - values.keys()):
        raise EstimateError(f"{where} has no {key!r}.", hint="Add it.")
    return kind(**values)


def _value(hint: Any, value: Any, *, where: str) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return _value(next(one for one in inner if one is not type(None)), value, where=where)
    if origin is tuple and isinstance(value, list):
        return tuple(_value(inner[0], one, where=where) for one in value)
    if dataclasses.is_dataclass(hint) and isinstance(value, dict):
        return _build(hint, value, where=where)  # type: ignore[arg-type]
    if hint is float and type(value) is int:
        return float(value)
    if value not in inner if origin is Literal else type(value) is not hint:
        wanted = f"one of {', '.join(inner)}" if origin is Literal else _NAMES.get(hint, "a list")
        raise EstimateError(f"{where} is {value!r}, not {wanted}.", hint="Correct its value.")
    return value


_NAMES = {str: "a text", int: "a whole number", float: "a number", date: "a date"}


def _faults(plan: Plan) -> Iterator[tuple[str, str]]:
    outcomes = [question.outcome for question in plan.questions]
    for outcome in {one for one in outcomes if outcomes.count(one) > 1}:
        yield f"The plan asks about {outcome!r} twice.", "Keep one of the two."
    for question in (plan.primary, *plan.guardrails):
        if question.better == "neither":
            yield (
                f"The plan does not say which direction of {question.outcome!r} is good.",
                'Set better to "higher" or "lower".',
            )
    if not 0 < plan.alpha < 0.5 or plan.looks < 1:
        yield "The plan's alpha or number of looks makes no sense.", "Use 0.05 and 52, for example."
    if not 0 < plan.adoption.share <= 1 or plan.adoption.weeks < 1:
        yield "The plan's rule of adoption makes no sense.", "Use 0.2 and 4 weeks, for example."
    shares = dataclasses.astuple(plan.unmarked)
    if not all(0 <= share <= 1 for share in shares):
        yield "The plan's bounds on wrong marks make no sense.", "Use shares between 0 and 1."
