"""Runs git so that only the repository decides what it answers.

User and system configuration, attributes of a checkout, locale, replace refs and lazy
fetching are shut out; nothing is written into the repository; a failing exit status is
never ignored.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from trueup.errors import SourceIncomplete, SourceUnavailable

_SETTINGS = (
    "core.quotepath=off",
    "core.bare=true",  # a checkout's .gitattributes must not change what a diff says
    "core.attributesFile=/dev/null",
    "core.commitGraph=true",
    "core.fsmonitor=false",
    "core.bigFileThreshold=512m",
    "diff.renames=true",
    "diff.renameLimit=1000",
    "diff.algorithm=myers",
    "diff.indentHeuristic=true",
    "diff.interHunkContext=0",
    "diff.noprefix=false",
    "diff.mnemonicPrefix=false",
    "diff.submodule=short",
    "diff.ignoreSubmodules=none",
    "diff.orderFile=/dev/null",
    "diff.suppressBlankEmpty=false",
    "log.showSignature=false",
    "log.showRoot=true",
    "log.mailmap=true",
    "log.follow=false",
    "log.diffMerges=off",
    "mailmap.blob=HEAD:.mailmap",
    "mailmap.file=",
    "i18n.logOutputEncoding=UTF-8",
    "submodule.recurse=false",
)

_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}

BLOCK = 1 << 22
"""Bytes asked of git's pipe at a time."""


class Git:
    """One repository, asked by running git.

    Parameters
    ----------
    directory
        The git directory (bare, or a checkout's ``.git``).
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def command(self, arguments: Sequence[str], settings: Sequence[str] = ()) -> list[str]:
        """Return the full argument list for one git call; later settings override earlier."""
        options = [part for item in (*_SETTINGS, *settings) for part in ("-c", item)]
        safe = ["-c", "safe.directory=*"]
        return ["git", *safe, *options, f"--git-dir={self.directory}", *arguments]

    def run(self, *arguments: str, stdin: bytes | None = None, ok: Sequence[int] = (0,)) -> bytes:
        """Return what git prints.

        Raises
        ------
        SourceIncomplete
            git ended with a status not in `ok`.
        """
        done = subprocess.run(
            self.command(arguments),
            input=stdin,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            capture_output=True,
            env=environment(),
            check=False,
            process_group=0,
        )
        if done.returncode not in ok:
            raise failure(arguments, done.returncode, done.stderr, self.directory)
        return done.stdout

    @contextmanager
    def stream(
        self,
        arguments: Sequence[str],
        *,
        settings: Sequence[str] = (),
        stdin: IO[bytes] | None = None,
    ) -> Iterator[IO[bytes]]:
        """Open git's output as a pipe; on leaving normally, its exit status must be 0.

        Raises
        ------
        SourceIncomplete
            git ended with another status: what was read is not the whole.
        """
        with open_errors() as errors:
            process = subprocess.Popen(
                self.command(arguments, settings),
                stdin=stdin if stdin is not None else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment(),
                process_group=0,  # Ctrl-C is for us: git ended by it would look like a fault of git
            )
            assert process.stdout is not None
            try:
                yield process.stdout
            except BaseException:
                process.kill()
                raise
            finally:
                process.stdout.close()
                status = process.wait()
            if status != 0:
                errors.seek(0)
                raise failure(arguments, status, errors.read(), self.directory)


@contextmanager
def open_errors() -> Iterator[IO[bytes]]:
    """Open a nameless file for git's complaints: a pipe could fill and stop git."""
    with tempfile.TemporaryFile() as errors:
        yield errors


@contextmanager
def open_lines(lines: Iterable[str]) -> Iterator[IO[bytes]]:
    """Open a nameless file of lines for git to read: a pipe could fill and stop git."""
    with tempfile.TemporaryFile() as listed:
        listed.write("".join(f"{line}\n" for line in lines).encode())
        listed.seek(0)
        yield listed


def environment() -> dict[str, str]:
    """Return this process's environment without anything that steers git."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return {**kept, **_ENVIRONMENT}


def failure(
    arguments: Sequence[str], status: int, complaint: bytes, directory: Path
) -> SourceIncomplete:
    """Say which git call failed and what git said."""
    said = complaint.decode("utf-8", "replace").strip().splitlines()
    last = said[-1] if said else "nothing"
    return SourceIncomplete(
        f"git {arguments[0]} ended with status {status} in {directory}; it said: {last}",
        hint="Run `git fsck` there, or fetch the missing objects, and collect again.",
    )


def require_git() -> None:
    """Check that git can be run.

    Raises
    ------
    SourceUnavailable
        There is no git on this machine.
    """
    try:
        subprocess.run(["git", "--version"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SourceUnavailable(
            "git cannot be run on this machine.", hint="Install git and try again."
        ) from error
