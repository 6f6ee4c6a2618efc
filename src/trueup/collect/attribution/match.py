"""Applies the rule table to commits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trueup.collect.attribution.commit import (
    AUTHOR_KEYS,
    REVIEW_KEYS,
    Attribution,
    CommitText,
    Message,
    identity,
    identity_of_value,
)
from trueup.collect.attribution.disclosure import Disclosures
from trueup.collect.attribution.models import model_name
from trueup.collect.attribution.rule import ActorRule, Rule

_LINE_KINDS = ("body_line", "subject", "merge_branch", "trailer", "session")


class RuleTable:
    """The rules, ready to match; answers depend on nothing but the rules.

    Parameters
    ----------
    version
        Of the shipped table, and a digest of the user's own rules where there are any.
    rules
        In the order in which marks are reported.
    actors
        Identities that are neither people nor AI tools.
    """

    def __init__(
        self, version: str, rules: tuple[Rule, ...], actors: tuple[ActorRule, ...]
    ) -> None:
        self.version = version
        self.rules = rules
        self.actors = actors
        self._by_kind = {
            kind: tuple(rule for rule in rules if rule.kind == kind)
            for kind in (*_LINE_KINDS, "identity", "name_suffix", "label")
        }
        self._disclosures = Disclosures(rules)
        in_text = [rule for rule in rules if _reads_message(rule)]
        self._needs = _shortest([rule.needs for rule in in_text])
        self._of_identity: dict[tuple[str, str], tuple[Attribution, ...]] = {}
        self._kind_of_identity: dict[str, tuple[str, str | None]] = {}

    def classify(self, text: CommitText) -> list[Attribution]:
        """Return every mark on a commit, each once, in the table's order of kinds."""
        author = (text.author_name, text.author_email)
        committer = (text.committer_name, text.committer_email)
        found = dict.fromkeys(self._people("author", *author))
        if committer != author:
            found.update(dict.fromkeys(self._people("committer", *committer)))
        lowered = text.message.lower()
        if self._may_be_marked(lowered):
            message = Message(text.message, lowered, text.is_merge)
            found.update(dict.fromkeys(self._in_message(message)))
        return _strongest(found)

    def actor(self, name: str, email: str) -> tuple[str, str | None]:
        """Return (actor kind, tool) of an identity; the tool is None unless it is an AI agent.

        ``human`` means no more than that no bot and no agent is known by this identity.
        """
        whole = identity(name, email)
        known = self._kind_of_identity.get(whole)
        if known is None:
            known = self._kind_of_identity[whole] = self._kind(whole)
        return known

    def _kind(self, whole: str) -> tuple[str, str | None]:
        for rule in self._by_kind["identity"]:
            if rule.pattern.fullmatch(whole):
                return "ai_agent", rule.tool
        for actor in self.actors:
            if actor.pattern.fullmatch(whole):
                return actor.kind, None
        return "human", None

    def branch(self, name: str) -> list[Attribution]:
        """Return the marks a head branch's name carries."""
        return [
            mark
            for rule in self._by_kind["merge_branch"]
            if (mark := _mark(rule, rule.pattern.match(name))) is not None
        ]

    def label(self, name: str) -> list[Attribution]:
        """Return the marks a label of a change carries."""
        return [
            mark
            for rule in self._by_kind["label"]
            if (mark := _mark(rule, rule.pattern.fullmatch(name.strip()))) is not None
        ]

    def _may_be_marked(self, lowered: str) -> bool:
        for need in self._needs:  # noqa: SIM110  any() with a generator takes twice as long
            if need in lowered:
                return True
        return False

    def _people(self, place: str, name: str, email: str) -> tuple[Attribution, ...]:
        whole = identity(name, email)
        known = self._of_identity.get((place, whole))
        if known is None:
            known = tuple(self._identified(place, whole, name.strip()))
            self._of_identity[place, whole] = known
        return known

    def _identified(self, place: str, whole: str, name: str) -> Iterator[Attribution]:
        for rule in self._by_kind["identity"]:
            if place in rule.places and (mark := _mark(rule, rule.pattern.fullmatch(whole))):
                yield mark
        for rule in self._by_kind["name_suffix"]:
            if place in rule.places and (mark := _mark(rule, rule.pattern.search(name))):
                yield mark

    def _in_message(self, message: Message) -> Iterator[Attribution]:
        yield from self._in_trailers(message)
        for rule in message.possible(self._by_kind["body_line"]):
            for line in message.lines:
                if mark := _mark(rule, rule.pattern.search(line)):
                    yield mark
        for rule in self._by_kind["subject"]:
            if mark := _mark(rule, rule.pattern.match(message.subject)):
                yield mark
        yield from self.branch(message.merged_branch)
        yield from self._disclosures.read(message)

    def _in_trailers(self, message: Message) -> Iterator[Attribution]:
        for key, value in message.trailers:
            whole = identity_of_value(value)
            if key in AUTHOR_KEYS:
                yield from self._people("trailer", *_parts(whole))
            elif key in REVIEW_KEYS:
                yield from (_as_reviewer(x) for x in self._people("trailer", *_parts(whole)))
            for rule in self._by_kind["trailer"]:
                if key not in rule.keys:
                    continue
                found = rule.pattern.fullmatch(whole) or rule.pattern.fullmatch(value.strip())
                if mark := _mark(rule, found):
                    yield mark
            for rule in self._by_kind["session"]:
                if key in rule.keys and (mark := _mark(rule, rule.pattern.fullmatch(value))):
                    yield mark


def _mark(rule: Rule, found: re.Match[str] | None) -> Attribution | None:
    if found is None:
        return None
    groups = found.groupdict()
    session = groups.get("session")
    model = next((text for name, text in groups.items() if text and name[:5] == "model"), None)
    return Attribution(
        tool=rule.tool,
        model=model_name(model) if model else None,
        role=rule.role,
        rule_id=rule.id,
        session_id=session_id(session) if session else None,
        probability=float(rule.probability),
    )


def session_id(value: str) -> str | None:
    """Return the last part of an address's path, without query; a bare id as it is."""
    path = re.split(r"[?#]", value.strip(), maxsplit=1)[0].rstrip("/.,;)>")
    return path.rsplit("/", 1)[-1] or None


def _strongest(found: dict[Attribution, None]) -> list[Attribution]:
    """Drop marks that say no more than another of the same rule and tool does."""
    saying_more = {
        (mark.rule_id, mark.tool, mark.role) for mark in found if mark.model or mark.session_id
    }
    return [
        mark
        for mark in found
        if mark.model or mark.session_id or (mark.rule_id, mark.tool, mark.role) not in saying_more
    ]


def _as_reviewer(mark: Attribution) -> Attribution:
    return Attribution(
        mark.tool, mark.model, "reviewer", mark.rule_id, mark.session_id, mark.probability
    )


def _parts(whole: str) -> tuple[str, str]:
    name, _, email = whole.rpartition(" <")
    return name, email[:-1]


def _reads_message(rule: Rule) -> bool:
    if rule.kind in ("name_suffix", "note", "label"):
        return False
    return rule.kind != "identity" or "trailer" in rule.places


def _shortest(needs: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return texts one of which every match contains: the empty one if a rule names none.

    A text that holds another of them says nothing more and is left out.
    """
    if not all(needs):
        return ("",)
    every = sorted({one for several in needs for one in several}, key=lambda one: (len(one), one))
    kept: list[str] = []
    for one in every:
        if not any(shorter in one for shorter in kept):
            kept.append(one)
    return tuple(kept)
