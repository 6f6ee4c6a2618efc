"""`trueup init`: what is here, which connections it suggests, and trueup.toml with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.cli.answers import plain
from trueup.cli.connecting import questions
from trueup.cli.connecting.probes import say_probes
from trueup.cli.connecting.questions import Answers, Writing
from trueup.cli.grouped import grouped
from trueup.cli.options import Json, Locations, Place
from trueup.cli.terminal import say, say_json
from trueup.errors import ConfigError

if TYPE_CHECKING:
    from trueup.collect.proposing.beginning import Begun, Manner
    from trueup.collect.proposing.proposals import Proposal

EXAMPLES = """Example: trueup init

Example: trueup init ~/src/api ~/src/web --yes --connect "jira url=https://acme.atlassian.net
user=me@acme.org targets=SHOP"
"""


@grouped
def run(
    paths: Locations = None,
    *,
    answers: Answers,
    writing: Writing,
    offline: Annotated[bool, typer.Option("--offline", help="Test no connection.")] = False,
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Find what is here, test it, write trueup.toml.

    Looks at repositories: their remotes, CODEOWNERS, files of CI systems, keys of work items in
    commit messages. Asks of each connection it suggests; without a terminal all are taken, and
    what they lack is left in the file to be filled in. Each connection is tested with one request
    a name. No token is ever written, only where it is found.
    """
    from trueup.collect.proposing import beginning
    from trueup.collect.proposing.saying import parse
    from trueup.collect.running.probing import probe

    path = (workspace.parent if workspace else Path.cwd()) / "trueup.toml"
    said = tuple(parse(words) for words in answers.connect or ())
    found = beginning.notice(paths or [Path.cwd()], path, is_asked_for=bool(paths))
    is_adding = path.exists() and not writing.force
    accepted = beginning.chosen(
        found.found, said, answers.without or (), only_said=is_adding and bool(said)
    )
    if is_adding:
        accepted = beginning.fresh(accepted, path)
    timezone = answers.timezone or beginning.local_timezone()
    if is_asking := questions.can_ask(answers):
        accepted, timezone = _asked(accepted, answers, timezone, is_new=not path.exists())
    begun = beginning.begin(path, accepted, timezone, _manner(writing))
    if is_asking and begun.outcome == "shown":
        say([begun.text])
        if questions.ask_to_add(path):
            begun = beginning.begin(path, accepted, timezone, "add")
    ready = [one.connection for one in accepted if not one.open_questions]
    probes = [probe(one, is_offline=offline) for one in ready]
    begun = beginning.finished(begun, probes, found, accepted)
    if as_json:
        say_json({"begun": plain(begun) | {"path": str(begun.path)}})
    else:
        say(_in_words(begun, accepted))


def _manner(writing: Writing) -> Manner:
    if writing.add and writing.force:
        raise ConfigError("--add and --force cannot be done at once.", hint="Leave one out.")
    return "replace" if writing.force else "add" if writing.add else "show"


def _asked(
    accepted: Sequence[Proposal],
    answers: Answers,
    timezone: str,
    *,
    is_new: bool,
) -> tuple[tuple[Proposal, ...], str]:
    from trueup.collect.proposing.beginning import chosen

    accepted = questions.ask_about(accepted)
    accepted = (*accepted, *chosen((), questions.ask_for_more(), ()))
    if is_new and answers.timezone is None:
        timezone = questions.ask_timezone(timezone)
    return accepted, timezone


def _in_words(begun: Begun, accepted: Sequence[Proposal]) -> list[str]:
    lines = [f"{one.connection.source}: {one.because}" for one in accepted]
    lines += begun.remarks
    if begun.probes:
        lines += ["", *say_probes(begun.probes)]
    lines += ["", *_outcome(begun, accepted), ""]
    return [*lines, f"Next: {begun.next_command}"]


def _outcome(begun: Begun, accepted: Sequence[Proposal]) -> list[str]:
    how = "in it as a comment" if begun.outcome == "written" else "left out"
    lacking = [
        f"{one.connection.source} is {how}: say {' and '.join(one.open_questions)}"
        f"{_by_option(one) if how == 'left out' else ''}."
        for one in accepted
        if one.open_questions
    ]
    match begun.outcome:
        case "written":
            return [f"{begun.path} is written.", *lacking]
        case "added":
            return [f"Added to {begun.path}; nothing in it was touched.", *lacking]
        case "unchanged":
            return [f"{begun.path} needs nothing more.", *lacking]
        case "shown":
            return [*lacking, f"{begun.path} is there and was not touched. This would be added:",
                    "", *begun.text.splitlines()]  # fmt: skip


def _by_option(one: Proposal) -> str:
    said = " ".join(f"{key}=..." for key in one.open_questions)
    return f', as in --connect "{one.connection.source} {said}"'
