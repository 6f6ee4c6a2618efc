"""A made-up organisation behind the servers of its vendors, on this machine's loopback."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.collect.github.server import GitHubServer
from tests.collect.github.server import Repository as OnGitHub
from tests.collect.gitlab.server import GitLabServer, Project
from tests.collect.jira.server import JiraServer
from tests.collect.pagerduty.server import PagerDutyServer
from trueup.config import Connection, ServiceSettings, Settings
from trueup.simulate.payloads import files, github, gitlab, jira, pagerduty
from trueup.simulate.payloads.story import OWNER, Organisation, Repository
from trueup.testing.loopback import served
from trueup.testing.scripted import Answering

TOKEN = "TRUEUP_RING_TOKEN"  # noqa: S105 - the name of a variable
Through = Callable[[str, Answering], Answering]
"""Stands before the server of a source."""


def _as_it_is(source: str, answering: Answering) -> Answering:
    del source
    return answering


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """The servers, each with everything its vendor would know."""

    github: GitHubServer
    gitlab: GitLabServer
    jira: JiraServer
    pagerduty: PagerDutyServer

    def by_source(self) -> dict[str, Answering]:
        """Return what each answers with, by the name of the source."""
        return {
            "github": self.github.answer,
            "gitlab": self.gitlab.answer,
            "jira": self.jira.answer,
            "pagerduty": self.pagerduty.answer,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The organisation while it is served.

    Parameters
    ----------
    hosts
        Of forges, by source, as they stand in ids.
    clones
        Where the clones are.
    """

    servers: Servers
    settings: Settings
    hosts: dict[str, str]
    clones: Path

    def repository_id(self, one: Repository) -> str:
        """Return the id of a repository while it is served here."""
        return f"{self.hosts[one.forge]}/{OWNER}/{one.name}"


def servers(organisation: Organisation) -> Servers:
    """Return servers that know what the story tells."""
    return Servers(
        github=github_server(organisation),
        gitlab=gitlab_server(organisation),
        jira=jira_server(organisation),
        pagerduty=pagerduty_server(organisation),
    )


def github_server(organisation: Organisation) -> GitHubServer:
    """Return a GitHub Enterprise server with its repositories and teams."""
    server = GitHubServer(prefix="/api/v3", graphql_path="/api/graphql")
    told = github.documents(organisation)
    for name, one in told.items():
        made = OnGitHub(one.repository)
        made.put(*one.pulls)
        made.put_runs(*one.runs)
        made.put_deployments(*one.deployments)
        server.repositories[name] = made
    server.teams = {OWNER: [one.team for one in told.values()]}
    return server


def gitlab_server(organisation: Organisation) -> GitLabServer:
    """Return a GitLab with its projects."""
    server = GitLabServer(groups={OWNER: gitlab.group()})
    for path, one in gitlab.documents(organisation).items():
        made = Project(one.project, sizes=one.sizes, environments=list(one.environments))
        for change in one.changes:
            number = change["iid"]
            made.put(
                change,
                notes=one.notes[number],
                commits=one.commits[number],
                states=one.states[number],
            )
        for pipeline in one.pipelines:
            made.put_pipeline(pipeline)
        made.put_deployments(*one.deployments)
        server.projects[path] = made
    return server


def jira_server(organisation: Organisation) -> JiraServer:
    """Return a Jira in the cloud with its projects."""
    server = JiraServer(projects=jira.projects(organisation), page=100, history_page=500)
    server.put(*jira.issues(organisation))
    return server


def pagerduty_server(organisation: Organisation) -> PagerDutyServer:
    """Return a PagerDuty with its services and incidents."""
    told = pagerduty.documents(organisation)
    server = PagerDutyServer(services=list(told.services))
    for incident in told.incidents:
        server.put(incident, *told.entries[incident["id"]])
    return server


@contextmanager
def site(
    organisation: Organisation, folder: Path, *, through: Through = _as_it_is
) -> Iterator[Site]:
    """Serve everything until the block ends; clones and files are written into `folder`."""
    there = servers(organisation)
    os.environ[TOKEN] = "token"
    with ExitStack() as until_the_end:
        urls = {
            source: until_the_end.enter_context(served(through(source, answering)))
            for source, answering in there.by_source().items()
        }
        there.github.address, there.gitlab.host = urls["github"], urls["gitlab"]
        hosts = {source: urlsplit(urls[source]).netloc for source in ("github", "gitlab")}
        for one in organisation.repositories.values():
            clone(one, folder / "clones" / f"{one.name}.git", urls[one.forge])
        for name, content in files.events(organisation).items():
            path = folder / "events" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield Site(
            servers=there,
            settings=_settings(organisation, urls, hosts, folder),
            hosts=hosts,
            clones=folder / "clones",
        )
    del os.environ[TOKEN]


def clone(repository: Repository, folder: Path, url: str) -> None:
    """Write a bare clone that says where it came from."""
    folder.mkdir(parents=True)
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*words: str, given: bytes = b"") -> None:
        command = ["git", f"--git-dir={folder}", *words]
        subprocess.run(command, check=True, env=environment, input=given)

    git("init", "--quiet", "--bare", "--initial-branch=main")
    git("config", "remote.origin.url", f"{url}/{OWNER}/{repository.name}.git")
    git("fast-import", "--quiet", "--force", given=b"".join(files.clone(repository)))


def _settings(
    organisation: Organisation, urls: dict[str, str], hosts: dict[str, str], folder: Path
) -> Settings:
    token = f"env:{TOKEN}"
    forges = (f"{OWNER}/*",)
    projects = tuple(jira.projects(organisation).values())
    return Settings(
        connections=(
            Connection(source="github", url=urls["github"], targets=forges, token=token),
            Connection(source="gitlab", url=urls["gitlab"], targets=forges, token=token),
            Connection(source="jira", url=urls["jira"], targets=projects, token=token, user="a@b"),
            Connection(source="pagerduty", url=urls["pagerduty"], targets=("*",), token=token),
            Connection(source="events", targets=(str(folder / "events"),)),
        ),
        services=tuple(
            ServiceSettings(name=one.name, repository=f"{hosts[one.forge]}/{OWNER}/{one.name}")
            for one in organisation.repositories.values()
        ),
    )
