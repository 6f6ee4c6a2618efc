"""`trueup doctor`: what is connected, what is missing, what that costs."""

from __future__ import annotations

from trueup.cli.options import Json, Place
from trueup.cli.terminal import say, say_json

EXAMPLES = "Example: trueup doctor --json"


def run(*, workspace: Place = None, as_json: Json = False) -> None:
    """Say what is connected, what is missing, and what that costs."""
    from trueup.workspace import Workspace

    checks = Workspace.open(workspace).doctor()
    if as_json:
        say_json({"checks": [check.as_json() for check in checks]})
    else:
        say(line for check in checks for line in check.in_words())
