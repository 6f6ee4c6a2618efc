"""Documents of the made-up organisation: in their vendors' forms, whole, repeatable."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.simulate import vendor_schemas as schemas
from trueup.simulate.payloads import files, github, gitlab, jira, pagerduty
from trueup.simulate.payloads.story import Organisation
from trueup.simulate.payloads.telling import tell
from trueup.simulate.scenario import Scenario, Use, Work

SMALL = Scenario(
    teams=4,
    people_per_team=3,
    weeks=9,
    seed=31,
    use=Use(first_week=2, last_week=3),
    work=Work(incident_ratio=0.2, revert_ratio=0.1, mend_ratio=0.1),
)


@cache
def told() -> Organisation:
    return tell(SMALL)


def on_gitlab(part: str) -> list[Any]:
    return [item for one in gitlab.documents(told()).values() for item in getattr(one, part)]


def parts_on_gitlab(part: str) -> list[Any]:
    found = [getattr(one, part) for one in gitlab.documents(told()).values()]
    return [item for by_number in found for items in by_number.values() for item in items]


def without(items: Iterable[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [{key: value for key, value in item.items() if key != name} for item in items]


DOCUMENTS: dict[str, tuple[schemas.Schema, Callable[[], list[Any]]]] = {
    "merge request": (schemas.MERGE_REQUEST, lambda: on_gitlab("changes")),
    "note": (schemas.NOTE, lambda: parts_on_gitlab("notes")),
    "commit": (schemas.COMMIT, lambda: parts_on_gitlab("commits")),
    "state event": (schemas.STATE_EVENT, lambda: parts_on_gitlab("states")),
    "pipeline": (schemas.PIPELINE, lambda: without(on_gitlab("pipelines"), "graph")),
    "deployment": (schemas.DEPLOYMENT, lambda: on_gitlab("deployments")),
    "issue": (schemas.ISSUE, lambda: without(jira.issues(told()), "histories")),
    "history": (
        schemas.HISTORY,
        lambda: [entry for one in jira.issues(told()) for entry in one["histories"]],
    ),
    "incident": (schemas.INCIDENT, lambda: list(pagerduty.documents(told()).incidents)),
    "log entry": (
        schemas.LOG_ENTRY,
        lambda: [e for log in pagerduty.documents(told()).entries.values() for e in log],
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_has_the_form_its_vendor_documents(name: str) -> None:
    """GitHub's are held against GitHub's own schemas by `tests/contract/github_prism.py`."""
    schema, documents = DOCUMENTS[name]
    found = documents()
    assert len(found) > 3
    for one in found:
        Draft202012Validator(schema).validate(one)


def test_the_same_scenario_tells_the_same_story() -> None:
    again = tell(SMALL)
    assert github.documents(again) == github.documents(told())
    assert gitlab.documents(again) == gitlab.documents(told())
    assert list(jira.issues(again)) == list(jira.issues(told()))


def test_git_gives_every_commit_the_hash_that_was_told(tmp_path: Path) -> None:
    for one in told().repositories.values():
        folder = tmp_path / one.name
        subprocess.run(["git", "init", "--quiet", "--bare", str(folder)], check=True)
        git = ["git", f"--git-dir={folder}"]
        stream = b"".join(files.clone(one))
        subprocess.run([*git, "fast-import", "--quiet", "--force"], check=True, input=stream)
        listed = subprocess.run(
            [*git, "rev-list", "--all"], check=True, capture_output=True, text=True
        )
        assert sorted(listed.stdout.split()) == sorted(commit.sha for commit in one.history)


def test_nobody_learns_from_a_forge_who_a_deleted_account_was() -> None:
    gone = {one.login for one in told().people if one.is_deleted}
    assert gone
    pulls = [pull for one in github.documents(told()).values() for pull in one.pulls]
    for pull in pulls:
        people = [pull["author"], *(review["author"] for review in pull["reviews"]["nodes"])]
        assert gone.isdisjoint(person["login"] for person in people if person is not None)
    authors = {change["author"]["username"] for change in on_gitlab("changes")}
    assert gone.isdisjoint(authors)


def test_what_a_machine_did_is_told_by_the_machines_own_account() -> None:
    kinds = {
        (pull["author"] or {}).get("__typename")
        for one in github.documents(told()).values()
        for pull in one.pulls
    }
    assert {"User", "Bot"} <= kinds
