"""What is derived from a command or its output before the text is thrown away: labels, never text.

A label says that tests were run, which commit was made, that the same call came again and again.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

LOOP = 3
"""The same call so many times within a session, or more, is a loop."""

_PARTS = re.compile(r"&&|\|\||[;|\n]|\$\(|[()`]")
_SHELL = re.compile(r"""^(?:\S*/)?(?:ba|z|da)?sh\s+(?:-[a-z]+\s+)*(?P<quote>['"]?)""")
_WRAPPERS = re.compile(
    r"(?:(?:[A-Za-z_]\w*=(?:'[^']*'|\"[^\"]*\"|\S*)|sudo|env|time|nice|exec|command|nohup|xvfb-run"
    r"|timeout(?:\s+-\S+)*\s+\S+|uv\s+run|uvx|poetry\s+run|pipenv\s+run|hatch\s+run|rye\s+run|pdm\s+run"
    r"|bundle\s+exec|npx|bunx|pnpm\s+exec|pnpm\s+dlx|yarn\s+exec|docker(?:\s+|-)compose\s+run(?:\s+--rm)?\s+\S+"
    r"|(?:\S*/)?python[\d.]*(?:\s+-[A-Zbu]+\S*)*\s+-m|coverage\s+run(?:\s+-\S+)*(?:\s+-m)?)\s+)+"
)
_TESTS = re.compile(
    r"(?:\S*/)?(?:"
    r"py\.?test|tox|nox|unittest|nose2|trial|behave"
    r"|jest|vitest|mocha|ava|karma\s+start|playwright\s+test|cypress\s+run|ng\s+test"
    r"|(?:npm|pnpm|yarn|bun)\s+(?:-\S+\s+\S+\s+)?(?:run\s+)?t(?:est\S*)?"
    r"|(?:deno|go|swift|mix|bazel|dotnet|flutter|dart|zig\s+build|hatch|lerna\s+run|nx|turbo\s+run|sbt)\s+test"
    r"|cargo\s+(?:\+\S+\s+)?(?:nextest|test|t)|(?:mvnw?|mvnw\.cmd)\s+.*\b(?:test|verify|integration-test)"
    r"|gradlew?\s+.*\b\S*(?:[tT]est|check)|rspec|minitest|phpunit|pest|ctest|busted|bats|prove|tap"
    r"|(?:rake|rails|make|just|task|invoke|ninja)\s+(?:-\S+\s+)*(?:\S+:)?(?:test|check|spec)\S*"
    r"|artisan\s+test|manage\.py\s+test"
    r")(?=\s|$)"
)
_COMMITTED = re.compile(r"^\[[^\]\n]*?(?:\([\w-]+\) )?\b([0-9a-f]{7,40})\] ", re.MULTILINE)


def runs_tests(command: str) -> bool:
    """Say whether a shell command runs tests; looking for tests or installing them does not.

    >>> runs_tests("cd app && PYTHONPATH=src python -m pytest -q"), runs_tests("grep -r pytest .")
    (True, False)
    """
    return any(_TESTS.match(part) for part in _simple(command))


def commits_made(output: str) -> list[str]:
    r"""Return the hashes, mostly shortened, that ``git commit`` printed, in their order.

    >>> commits_made("[main 1a2b3c4] Say hello\n 1 file changed, 1 insertion(+)")
    ['1a2b3c4']
    """
    return _COMMITTED.findall(output) if "[" in output else []


def digest_of(arguments: str | bytes) -> bytes:
    """Return what tells two calls of a tool from each other; nothing of them can be read off it."""
    raw = arguments if isinstance(arguments, bytes) else arguments.encode("utf-8", "replace")
    return hashlib.blake2b(raw, digest_size=8).digest()


def looped(calls: Iterable[tuple[str, bytes]]) -> Counter[str]:
    """Return how many calls of each tool of a session were made in loops.

    A call belongs to a loop where the same tool was called with the same arguments `LOOP` times
    or more; every one of them counts, from the first on.

    Parameters
    ----------
    calls
        Name of the tool and digest of the arguments.
    """
    found: Counter[str] = Counter()
    for (name, _), count in Counter(calls).items():
        if count >= LOOP:
            found[name] += count
    return found


def _simple(command: str) -> Iterable[str]:
    """Yield the simple commands of a line, without what only starts them."""
    for part in _PARTS.split(command):
        bare = part.strip()
        shell = _SHELL.match(bare)
        if shell and shell["quote"]:
            bare = bare[shell.end() :].strip()
        wrapper = _WRAPPERS.match(bare)
        yield bare[wrapper.end() :] if wrapper else bare
