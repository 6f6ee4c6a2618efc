"""The rule table: read from data, checked, and made ready to match."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from trueup.collect.attribution.match import RuleTable
from trueup.collect.attribution.rule import ActorRule, Rule
from trueup.collect.attribution.sample import sample
from trueup.errors import ConfigError
from trueup.model.tables import ACTOR_KINDS, ROLES

KINDS: Mapping[str, str] = {
    "identity": "whole `name <address>` of an author, a committer or in a trailer",
    "name_suffix": "end of an author's or committer's name",
    "trailer": "value of a `Key: value` line, anywhere in the message",
    "session": "value of a `Key: value` line that names a session",
    "body_line": "any line of the message",
    "subject": "start of the subject",
    "merge_branch": "start of the branch a merge brought in, or of a change's head branch",
    "label": "whole label of a change on a forge",
    "disclosure": "a line in which a person says that AI was used",
    "disclosure_negative": "words in or near such a line that deny it or confine it",
    "note": "git-ai's notes; read by the notes reader, not by a pattern",
}
"""Kinds of rule and what each pattern is held against (always without regard to case)."""

PLACES = ("author", "committer", "trailer")
_TEXTS = ("id", "tool", "kind", "pattern", "role", "since", "why")
_LISTS = ("places", "keys", "needs", "examples", "lookalikes")
_REQUIRED = ("id", "tool", "kind", "pattern", "role")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """The table as it stands in rules.toml."""

    version: int
    rules: tuple[Rule, ...]
    actors: tuple[ActorRule, ...]


def load_rules(extra: tuple[Mapping[str, Any], ...] = ()) -> RuleTable:
    """Return the shipped rules, and the user's own after them.

    Parameters
    ----------
    extra
        ``[[attribution.rules]]`` of trueup.toml, in the form of the shipped table.

    Raises
    ------
    ConfigError
        A rule lacks a field, has an unknown one or one of the wrong type, its pattern is
        not a regular expression, its id is taken, or an example of its own contradicts it.
    """
    if not extra:
        return _shipped_table()
    shipped = read_shipped()
    taken = {rule.id for rule in shipped.rules}
    own: list[Rule] = []
    for position, raw in enumerate(extra, start=1):
        rule = read_rule(raw, position)
        if rule.id in taken:
            raise _fault(rule.id, "its id is taken", "Give it an id of its own.")
        taken.add(rule.id)
        own.append(rule)
    table = RuleTable(_version(shipped.version, extra), (*shipped.rules, *own), shipped.actors)
    for rule in own:
        check_examples(table, rule)
    return table


@cache
def _shipped_table() -> RuleTable:
    """One for all targets: the identities it has judged are met again in the next."""
    shipped = read_shipped()
    return RuleTable(_version(shipped.version, ()), shipped.rules, shipped.actors)


@cache
def read_shipped() -> Shipped:
    """Read the table that comes with trueup."""
    text = resources.files(__package__).joinpath("rules.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    rules = tuple(read_rule(item, n) for n, item in enumerate(raw["rules"], start=1))
    actors = tuple(_read_actor(item) for item in raw["actors"])
    return Shipped(version=raw["version"], rules=rules, actors=actors)


def read_rule(raw: Mapping[str, Any], position: int) -> Rule:
    """Turn one table of TOML into a rule, or say what is wrong with it.

    Raises
    ------
    ConfigError
        See `load_rules`; the message names the rule by id, else by position.
    """
    name = raw["id"] if isinstance(raw.get("id"), str) else f"number {position}"
    _check_fields(name, raw)
    _check_choices(name, raw)
    values = dict(raw)
    for key in _LISTS:
        values[key] = tuple(values.get(key, ()))
    usual = ("author", "committer") if raw["kind"] == "name_suffix" else ("author", "trailer")
    places = values["places"] or usual
    pattern = compile_pattern(name, raw["pattern"])
    return Rule(**{**values, "places": places, "pattern": pattern})


def check_examples(table: RuleTable, rule: Rule) -> None:
    """Hold a rule against the examples and look-alikes it brings.

    Raises
    ------
    ConfigError
        An example does not match, or a look-alike does.
    """
    for text, expected in _expectations(rule):
        if matches(table, rule, text) is not expected:
            said = "does not match" if expected else "matches"
            kind = "example" if expected else "look-alike"
            raise _fault(rule.id, f"{kind} {text!r} {said}", "Correct the pattern or the example.")


def matches(table: RuleTable, rule: Rule, text: str) -> bool:
    """Tell whether `rule` marks the label `text`, or the commit it stands for (see `sample`)."""
    if rule.kind == "label":
        return any(mark.rule_id == rule.id for mark in table.label(text))
    return any(mark.rule_id == rule.id for mark in table.classify(sample(rule.kind, text)))


def compile_pattern(name: str, pattern: str) -> re.Pattern[str]:
    """Compile without regard to case.

    Raises
    ------
    ConfigError
        It is not a regular expression.
    """
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise _fault(
            name, f"its pattern is not a regular expression: {error}", "Correct it."
        ) from error


def _expectations(rule: Rule) -> Iterable[tuple[str, bool]]:
    yield from ((text, True) for text in rule.examples)
    yield from ((text, False) for text in rule.lookalikes)


def _check_fields(name: str, raw: Mapping[str, Any]) -> None:
    known = {*_TEXTS, *_LISTS, "probability"}
    unknown = sorted(set(raw) - known)
    if unknown:
        raise _fault(name, f"unknown field {unknown[0]!r}", f"Use: {', '.join(sorted(known))}.")
    missing = [key for key in _REQUIRED if not raw.get(key)]
    if missing:
        raise _fault(name, f"it has no {missing[0]}", "Add it.")
    for key in set(raw) & set(_TEXTS):
        if not isinstance(raw[key], str):
            raise _fault(name, f"{key} is not text", "Put it in quotes.")
    for key in set(raw) & set(_LISTS):
        if not isinstance(raw[key], list | tuple) or not all(isinstance(x, str) for x in raw[key]):
            raise _fault(name, f"{key} is not a list of texts", 'Write it as ["..."].')


def _check_choices(name: str, raw: Mapping[str, Any]) -> None:
    for key, choices in (("kind", tuple(KINDS)), ("role", ROLES)):
        if raw[key] not in choices:
            raise _fault(name, f"{key} is {raw[key]!r}", f"Use one of: {', '.join(choices)}.")
    for place in raw.get("places", ()):
        if place not in PLACES:
            raise _fault(name, f"places has {place!r}", f"Use: {', '.join(PLACES)}.")
    if raw["kind"] in ("trailer", "session") and not raw.get("keys"):
        raise _fault(name, "it has no keys", "Name the trailer keys it reads.")
    share = raw.get("probability", 1.0)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise _fault(name, f"probability is {share!r}", "Use a number above 0 and up to 1.")


def _read_actor(raw: Mapping[str, Any]) -> ActorRule:
    if raw["kind"] not in ACTOR_KINDS:
        raise _fault(raw["id"], f"kind is {raw['kind']!r}", f"Use one of: {ACTOR_KINDS}.")
    pattern = compile_pattern(raw["id"], raw["pattern"])
    return ActorRule(
        id=raw["id"],
        kind=raw["kind"],
        pattern=pattern,
        examples=tuple(raw.get("examples", ())),
        lookalikes=tuple(raw.get("lookalikes", ())),
    )


def _version(shipped: int, extra: tuple[Mapping[str, Any], ...]) -> str:
    if not extra:
        return str(shipped)
    text = json.dumps([dict(item) for item in extra], sort_keys=True, ensure_ascii=True)
    return f"{shipped}+{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _fault(name: str, fault: str, hint: str) -> ConfigError:
    return ConfigError(f"Attribution rule {name}: {fault}.", hint=hint)
