"""`trueup identity`: who is who, and the words that correct it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trueup.cli.options import Json, Place
from trueup.cli.terminal import say, say_json
from trueup.errors import ConfigError

if TYPE_CHECKING:
    from trueup.store.links.identity.desk import Desk
    from trueup.store.links.identity.evidence import Account

EXAMPLES = """Example: trueup identity suggest

Tie two accounts: trueup identity merge jane@acme.org github:jdoe

Take it back: trueup identity undo
"""


class Action(StrEnum):
    """What is to be done."""

    LIST = "list"
    SUGGEST = "suggest"
    MERGE = "merge"
    SPLIT = "split"
    UNDO = "undo"


def run(
    action: Annotated[Action, typer.Argument(help="What to do.", show_default=False)],
    named: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ACCOUNT",
            help="Accounts: an address, a login, platform:login or an id; numbers for undo.",
            show_default=False,
        ),
    ] = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="List every account; undo every decision.")
    ] = False,
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Say who is who, and correct it.

    Names are said in clear, on this terminal only.

    merge ties two accounts; split parts two, or keeps one apart from all; undo takes back the
    last decision, or those whose numbers are named. Decisions outlive collecting again.
    """
    from trueup.workspace import Workspace

    space = Workspace.open(workspace)
    desk, given = space.identities(), list(named or ())
    _check(action, given)
    if action is Action.LIST:
        _answer(_listed(desk, alone_too=everything), as_json=as_json)
        return
    if action is Action.SUGGEST:
        _answer(_suggested(desk), as_json=as_json)
        return
    _decide(desk, action, given, is_all=everything)
    linked = space.link()
    _answer(
        {
            "decisions": [_decision(desk, number) for number in _standing(desk)],
            "linked": list(linked.targets),
        },
        as_json=as_json,
    )


_TAKES = {Action.LIST: (0,), Action.SUGGEST: (0,), Action.MERGE: (2,), Action.SPLIT: (1, 2)}


def _check(action: Action, given: Sequence[str]) -> None:
    wanted = _TAKES.get(action)
    if wanted is not None and len(given) not in wanted:
        takes = " or ".join("no" if n == 0 else str(n) for n in wanted)
        example = " jane@acme.org github:jdoe" if wanted[-1] else ""
        raise ConfigError(
            f"{action} takes {takes} accounts, not {len(given)}.",
            hint=f"Example: trueup identity {action}{example}",
        )
    if action is Action.UNDO and not all(number.isdecimal() for number in given):
        raise ConfigError(
            "undo takes numbers of decisions.", hint="List them: trueup identity list."
        )


def _decide(desk: Desk, action: Action, given: Sequence[str], *, is_all: bool) -> None:
    now = time.time_ns() // 1000
    if action is Action.UNDO:
        desk.undo([int(number) for number in given], now=now, is_all=is_all)
        return
    if action is Action.MERGE:
        desk.merge(given[0], given[1], now=now)
    else:
        desk.split(given[0], given[1] if len(given) > 1 else None, now=now)


def _listed(desk: Desk, *, alone_too: bool) -> dict[str, Any]:
    return {
        "persons": [
            {
                "person_id": person.person_id,
                "accounts": [{**_plain(a), "rule": rule or None} for a, rule in person.accounts],
            }
            for person in desk.persons(alone_too=alone_too)
        ],
        "shared": [_plain(account) for account in desk.shared()],
        "decisions": [_decision(desk, number) for number in _standing(desk)],
    }


def _suggested(desk: Desk) -> dict[str, Any]:
    return {
        "suggested": [
            {"score": each.certainty, "rule": each.rule, "one": _plain(each.one),
             "other": _plain(each.other)}
            for each in desk.suggestions()
        ],
        "refused": [
            {"rule": each.rule, "reason": each.reason, "one": _plain(each.one),
             "other": _plain(each.other)}
            for each in desk.refused()
        ],
    }  # fmt: skip


def _standing(desk: Desk) -> list[int]:
    return [decision.decision_id for decision in desk.decisions()]


def _decision(desk: Desk, number: int) -> dict[str, Any]:
    (found,) = [d for d in desk.decisions() if d.decision_id == number]
    return {
        "number": number,
        "kind": found.kind,
        "accounts": [_plain(desk.account(a)) for a in (found.account_id, found.other_id) if a],
    }


def _plain(account: Account) -> dict[str, Any]:
    return {
        "account_id": account.account_id,
        "platform": account.platform,
        "native_id": account.native_id,
        "names": list(account.names),
        "actor_kind": account.actor_kind,
    }


def _answer(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(answer)
    else:
        say(_in_words(answer))


def _in_words(answer: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    for person in answer.get("persons", ()):
        lines.append(f"{person['person_id']}:")
        lines += [f"  {_name(a)}  {a['rule'] or ''}".rstrip() for a in person["accounts"]]
    for account in answer.get("shared", ()):
        lines.append(f"Shared by several people, tied to nobody: {_name(account)}")
    for each in answer.get("suggested", ()):
        one, other = _name(each["one"]), _name(each["other"])
        lines.append(f"{each['score']:.0%} {each['rule']}: {one} and {other}")
    for each in answer.get("refused", ()):
        one, other = _name(each["one"]), _name(each["other"])
        lines.append(f"Refused, {each['reason']}: {one} and {other}")
    for each in answer.get("decisions", ()):
        names = " and ".join(_name(account) for account in each["accounts"])
        lines.append(f"Decision {each['number']}: {each['kind']} {names}")
    if "linked" in answer:
        lines.append(f"{len(answer['linked'])} targets linked anew.")
    return lines or ["Nothing to show."]


def _name(account: dict[str, Any]) -> str:
    native = account["native_id"] or account["account_id"]
    called = f" ({account['names'][0]})" if account["names"] else ""
    return f"{account['platform'] or 'unknown'}:{native}{called}"
