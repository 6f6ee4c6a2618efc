"""The git source: any repository on this machine, read from where the last reading ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from trueup.collect.connector import Landed, Request
from trueup.collect.sources.git.clone.discover import display_name, find
from trueup.collect.sources.git.collecting import Collecting
from trueup.collect.sources.git.process import Git, require_git
from trueup.errors import SourceUnavailable


class GitConnector:
    """Reads git repositories: checkouts, worktrees, bare directories, folders of them."""

    name: ClassVar[str] = "git"
    tables: ClassVar[tuple[str, ...]] = (
        *("repository", "account", "commit", "commit_diff", "commit_file", "hunk"),
        *("line_span", "line_death", "line_removal", "commit_revert"),
        *("release", "release_api_change", "change", "change_commit"),
        *("ai_attribution", "ai_artefact", "ai_artefact_version", "ai_edit"),
        *("work_item_mention", "replay_state"),
        "coverage",
    )

    def __init__(self) -> None:
        self._targets: dict[str, str] = {}
        self._copies: dict[str, list[str]] = {}
        self._skipped: list[tuple[str, str]] = []

    def targets(self, location: str) -> list[tuple[str, str]]:
        """Return (git directory, repository id) of every repository at `location`.

        A repository met a second time, here or at an earlier location, is left out; the
        coverage of the first one names it.

        Raises
        ------
        SourceUnavailable
            No repository is there, or the location is an address.
        """
        found = find(location)
        self._skipped = list(dict.fromkeys((*self._skipped, *found.skipped)))
        for target_id, folders in found.copies.items():
            self._note_copies(target_id, folders)
        kept = []
        for target, target_id in found.targets:
            if self._targets.setdefault(target_id, target) == target:
                kept.append((target, target_id))
            else:
                self._note_copies(target_id, [display_name(Path(target))])
        return kept

    def collect(self, request: Request) -> Iterator[Landed]:
        """Read one repository from where the last collection ended.

        Commits, accounts, releases, changes and AI marks come first, within seconds; the
        history of lines follows.

        Raises
        ------
        SourceUnavailable
            The repository is gone, or there is no git.
        SourceIncomplete
            git could not read all of it; nothing of this collection may be kept.
        """
        require_git()
        directory = Path(request.target)
        if not directory.is_dir():
            raise SourceUnavailable(
                f"There is no git directory at {directory}.", hint="Name where it is now."
            )
        copies = self._copies.get(request.target_id, ())
        skipped, self._skipped = self._skipped, []
        yield from Collecting(Git(directory), request, copies, skipped).landed()

    def _note_copies(self, target_id: str, folders: list[str]) -> None:
        known = self._copies.setdefault(target_id, [])
        known.extend(folder for folder in folders if folder not in known)
