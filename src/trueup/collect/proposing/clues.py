"""What a clone tells of the services around it: its remote, telling files, keys in messages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from trueup.collect.mentions import mentions
from trueup.collect.sources.git.clone.addresses import normalised
from trueup.collect.sources.git.clone.discover import display_name, find
from trueup.collect.sources.git.process import Git
from trueup.errors import SourceIncomplete

MESSAGES = 1000
"""How many of the newest commit messages are looked at."""
_LEAST_NUMBERS = 5
_LEAST_SHARE = 0.02
_NO_TRACKERS = frozenset(
    ("BCP", "BPO", "CVE", "CWE", "EC", "GH", "HTTP", "ISO", "MD", "PEP", "PR", "RFC", "SHA", "UTF")
)
"""What stands before numbers in messages and is no project of a tracker."""

OWNERS_FILES = ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
GITHUB_RUNS, GITLAB_RUNS, JENKINS_RUNS = ".github/workflows", ".gitlab-ci.yml", "Jenkinsfile"
OTHER_RUNS = {
    ".circleci": "CircleCI",
    ".travis.yml": "Travis CI",
    "azure-pipelines.yml": "Azure Pipelines",
    "bitbucket-pipelines.yml": "Bitbucket Pipelines",
    ".buildkite": "Buildkite",
    ".drone.yml": "Drone",
    "appveyor.yml": "AppVeyor",
    ".teamcity": "TeamCity",
}
"""Files of CI systems no connector reads, and whose they are."""
_SPEAKING_OF_TRACKERS = ("README.md", "CONTRIBUTING.md", ".github/PULL_REQUEST_TEMPLATE.md")
_LINK = re.compile(r"(https?://[^\s<>()\[\]\"'`]{3,100}?)/(?:browse|projects)/([A-Z][A-Z0-9_]+)\b")
_WEB_SCHEME = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What one repository tells.

    Parameters
    ----------
    place
        The folder a person would name: the checkout, else the git directory.
    name
        What a person calls it.
    repository_id
        As git's rows have it: ``host/owner/name`` where there is a remote.
    host
        Of the remote as a browser reaches it; empty without one.
    path
        ``owner/name`` there.
    files
        Those of the newest commit that tell something, by path.
    messages
        How many commit messages were looked at.
    keys
        Projects whose work items messages name, with the number of messages, most first.
    tracker
        Address that links to those work items lead to; empty where there are none.
    """

    place: Path
    name: str
    repository_id: str
    host: str
    path: str
    files: frozenset[str]
    messages: int
    keys: tuple[tuple[str, int], ...]
    tracker: str


def look(locations: Sequence[Path]) -> tuple[Clues, ...]:
    """Return what each repository at the locations tells, each once.

    Raises
    ------
    SourceUnavailable
        There is no repository at one of them, or no git.
    """
    found: dict[str, Clues] = {}
    for location in locations:
        for directory, repository_id in find(str(location)).targets:
            if repository_id not in found:
                found[repository_id] = _clues(Git(Path(directory)), repository_id)
    return tuple(found.values())


def _clues(git: Git, repository_id: str) -> Clues:
    host, path = _remote(git, repository_id)
    try:
        messages, files = _messages(git), _files(git)
    except SourceIncomplete:  # no commit yet
        messages, files = [], frozenset()
    keys = _keys(messages, repository_id)
    texts = [*messages, *_texts(git, files)] if keys else messages
    return Clues(
        place=git.directory.parent if git.directory.name == ".git" else git.directory,
        name=path.rpartition("/")[2] or display_name(git.directory),
        repository_id=repository_id,
        host=host,
        path=path,
        files=files,
        messages=len(messages),
        keys=keys,
        tracker=_tracker(texts, {project for project, _ in keys}),
    )


def _remote(git: Git, repository_id: str) -> tuple[str, str]:
    """Return host and path of the remote a repository is known by, the host as the web has it."""
    if repository_id.startswith(("root:", "empty:")):
        return "", ""
    host, _, path = repository_id.partition("/")
    said = git.run("config", "--null", "--get-regexp", r"^remote\..*\.url$", ok=(0, 1))
    for entry in said.decode("utf-8", "replace").split("\0"):
        address = entry.partition("\n")[2]
        if normalised(address) == repository_id and not _WEB_SCHEME.match(address):
            host = host.partition(":")[0]  # a port of ssh is none of the web's
    return host, path


def _messages(git: Git) -> list[str]:
    said = git.run("log", f"--max-count={MESSAGES}", "--format=%B%x00", "HEAD", "--")
    return said.decode("utf-8", "replace").split("\0")[:-1]


def _files(git: Git) -> frozenset[str]:
    wanted = (*OWNERS_FILES, GITHUB_RUNS, GITLAB_RUNS, JENKINS_RUNS, *OTHER_RUNS)
    said = git.run("ls-tree", "--name-only", "-z", "HEAD", "--", *wanted, *_SPEAKING_OF_TRACKERS)
    return frozenset(said.decode("utf-8", "replace").split("\0")) - {""}


def _texts(git: Git, files: frozenset[str]) -> list[str]:
    there = [name for name in _SPEAKING_OF_TRACKERS if name in files]
    return [git.run("show", f"HEAD:{name}").decode("utf-8", "replace") for name in there]


def _keys(messages: Sequence[str], repository_id: str) -> tuple[tuple[str, int], ...]:
    numbers: dict[str, set[str]] = {}
    naming: Counter[str] = Counter()
    for message in messages:
        named = [m.key.rpartition("-") for m in mentions(message, repository_id) if m.is_key]
        for project, _, number in named:
            numbers.setdefault(project, set()).add(number)
        naming.update({project for project, _, _ in named})
    return tuple(
        (project, count)
        for project, count in naming.most_common()
        if len(numbers[project]) >= _LEAST_NUMBERS
        and count >= _LEAST_SHARE * len(messages)
        and project not in _NO_TRACKERS
    )


def _tracker(texts: Iterable[str], projects: set[str]) -> str:
    found = Counter(
        address for text in texts for address, key in _LINK.findall(text) if key in projects
    )
    return found.most_common(1)[0][0] if found else ""
