"""Which jobs a connection names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.collect.jenkins.drawn import build
from tests.collect.jenkins.server import BRANCHES, FOLDER, Item, JenkinsServer
from tests.collect.jenkins.visiting import CONNECTION, connection
from trueup.collect.sources.jenkins.address import address_of
from trueup.collect.sources.jenkins.settings import read_options
from trueup.collect.sources.jenkins.source import SOURCE
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable
from trueup.testing.scripted import Answer, Question, scripted_web


def server() -> JenkinsServer:
    """Return a server with jobs at the top, in folders, and of branches."""
    made = JenkinsServer()
    for name in ("Nightly", "team/shop", "team/inner/till", "team/inner/basket", "other/till"):
        made.job(name).put(build(1))
    web = made.job("org/web", BRANCHES)
    made.top.below["org"].kind = "jenkins.branch.OrganizationFolder"
    web.below = {"main": Item().put(build(1)), "PR-1": Item().put(build(1))}
    made.top.below["empty"] = Item(kind=FOLDER)
    return made


def named(*targets: str) -> list[str]:
    using = replace(CONNECTION, targets=targets)
    assert SOURCE.server is not None
    web = scripted_web(using, SOURCE.server, server().answer)
    return [name for name, _ in SOURCE.targets(using, web)]


ALL = ["Nightly", "other/till", "team/shop", "org/web", "team/inner/basket", "team/inner/till"]


@pytest.mark.parametrize(
    ("targets", "jobs"),
    [
        (("*",), ALL),
        (("Nightly",), ["Nightly"]),
        (("nightly*",), ["Nightly"]),
        (("team",), ["team/shop", "team/inner/basket", "team/inner/till"]),
        (("/team/",), ["team/shop", "team/inner/basket", "team/inner/till"]),
        (("team/inner/*",), ["team/inner/basket", "team/inner/till"]),
        (("*till",), ["other/till", "team/inner/till"]),
        (("org/web", "team/shop"), ["org/web", "team/shop"]),
        (("org", "org/*"), ["org/web"]),
    ],
)
def test_jobs_are_named_in_full_by_folder_or_by_pattern(
    targets: tuple[str, ...], jobs: list[str]
) -> None:
    assert sorted(named(*targets)) == sorted(jobs)


def test_the_branches_of_a_project_are_one_target() -> None:
    assert named("org/web") == ["org/web"]


@pytest.mark.parametrize("target", ["gone", "gone/*", "team/gone", "empty", "team/g*"])
def test_a_name_that_fits_nothing_is_told(target: str) -> None:
    with pytest.raises(SourceUnavailable, match="shows no job"):
        named(target)


def test_a_connection_that_names_no_job_is_told() -> None:
    with pytest.raises(ConfigError, match="names no job"):
        named()


def test_a_server_that_refuses_is_told_as_it_is() -> None:
    def refusing(question: Question) -> Answer:
        del question
        return Answer(status=403, body=b"<html>")

    assert SOURCE.server is not None
    web = scripted_web(CONNECTION, SOURCE.server, refusing)
    with pytest.raises(SourceUnavailable, match="not open to the token"):
        SOURCE.targets(CONNECTION, web)


def test_the_folder_a_server_is_installed_below_is_part_of_its_name() -> None:
    """Two controllers on one host may both have a job ``shop``."""
    hosts = [
        address_of(Connection(source="jenkins", url=url)).run_id("shop#1")
        for url in ("https://CI.example.org:443/team-a/", "http://ci.example.org:8080")
    ]
    assert hosts == ["jenkins:ci.example.org/team-a:shop#1", "jenkins:ci.example.org:8080:shop#1"]


@pytest.mark.parametrize(
    ("options", "fact"),
    [
        ({"deployments": ["deploy"]}, "deployments of a jenkins connection is no table of texts"),
        ({"repositories": {"shop": 7}}, "repositories of a jenkins connection is no table"),
        ({"commit": 7}, "commit of a jenkins connection is no text"),
        ({"default_branch": "("}, "default_branch of a jenkins connection is no regular"),
        ({"default_branch": 7}, "default_branch of a jenkins connection is no regular"),
        ({"since": "March"}, "since of a jenkins connection"),
        ({"production": "("}, "production of a jenkins connection"),
    ],
)
def test_an_option_of_the_wrong_kind_is_told(options: dict[str, object], fact: str) -> None:
    with pytest.raises(ConfigError, match=fact.replace("(", r"\(")):
        read_options(connection(**options))
