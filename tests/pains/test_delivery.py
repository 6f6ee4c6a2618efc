"""Deployments, lead times, incidents: pains 1 to 7, from payloads to the measured answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.collect.git.building import Building
from tests.collect.github.drawn import commit, deployment, issue, merged
from tests.collect.github.server import GitHubServer, Repository
from tests.collect.gitlab.drawn import deployment as gitlab_deployment
from tests.collect.gitlab.drawn import pipeline
from tests.collect.gitlab.server import GitLabServer
from tests.pains.office import DAY, HALF, HOUR, Office
from trueup.collect.sources.github.source import SOURCE as GITHUB
from trueup.collect.sources.gitlab.source import SOURCE as GITLAB
from trueup.config import Connection, ServiceSettings
from trueup.model.evidence import Measurement

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's

CONNECTION = Connection(source="github", targets=("acme/shop",))
Payload = dict[str, Any]
FROM_COMMIT = "lead_time_from_commit_seconds"


def landed(number: int, begun: str, at: str) -> Payload:
    """A change of one commit, put up when it was begun, and landed."""
    proposed = commit(f"{number:040x}", begun)
    return merged(number, at, createdAt=begun, timeline=[proposed])


def tip(number: int) -> str:
    """The commit a change landed as."""
    return f"{number + 0xABC000:040x}"


def shipped(number: int, sha: str, at: str, **more: object) -> Payload:
    """A deployment that succeeded the moment it was begun."""
    return deployment(number, sha, created_at=at, statuses=[("SUCCESS", at)], **more)


def github(office: Office, *changes: Payload, deployments: list[Payload]) -> Repository:
    """Collect a repository of GitHub."""
    server = GitHubServer()
    one = server.add()
    one.put(*changes)
    one.put_deployments(*deployments)
    office.collect(GITHUB, CONNECTION, server.answer)
    return one


def test_pain_1_the_first_deployment_known_does_not_swallow_years(office: Office) -> None:
    """Changes 1 to 3 landed in winter; deployments are known from June; 4 took 3 days.

    Were the first deployment blamed with all before it, the median would be half a year.
    """
    github(
        office,
        landed(1, "2023-12-01T09:00:00Z", "2024-01-02T09:00:00Z"),
        landed(2, "2024-01-01T09:00:00Z", "2024-02-02T09:00:00Z"),
        landed(3, "2024-02-01T09:00:00Z", "2024-03-02T09:00:00Z"),
        landed(4, "2024-06-03T09:00:00Z", "2024-06-04T09:00:00Z"),
        deployments=[
            shipped(300, tip(3), "2024-06-01T09:00:00Z"),
            shipped(301, tip(4), "2024-06-06T09:00:00Z"),
        ],
    )
    found = office.measured(FROM_COMMIT, *HALF)
    assert (found.value, found.n) == (3 * DAY, 1)
    assert found.coverage == pytest.approx(1 / 4)
    assert office.value("unmapped_changes_ratio") == pytest.approx(3 / 4)


@pytest.mark.parametrize("way", ["merge", "squash", "rebase"])
def test_pain_2_merge_squash_and_rebase_have_equal_lead_times(
    way: str, office: Office, tmp_path: Path
) -> None:
    """Begun at hour 1, landed at 10, in production at 12: 11 hours, whichever the way.

    The deployment names the head of the branch, as of a squash it often does.
    """
    start = 1_700_000_000 - 1_700_000_000 % 3600
    clone = Building(tmp_path / "shop")
    clone.git("config", "remote.origin.url", "https://github.com/acme/shop.git")

    def at(hour: float) -> int:
        return start + round(hour * 3600)

    def iso(hour: float) -> str:
        return datetime.fromtimestamp(at(hour), UTC).isoformat().replace("+00:00", "Z")

    old = clone.commit("Old", {"a": "1\n"}, at=at(0))
    first = clone.commit("One", {"a": "2\n"}, at=at(1), branch="basket", parents=[old])
    head = clone.commit("Two", {"b": "3\n"}, at=at(2), branch="basket")
    if way == "merge":
        files = {"a": "2\n", "b": "3\n"}
        landing = clone.merge(head, "Merge pull request #7 from ada/basket", files, at=at(10))
    elif way == "squash":
        landing = clone.commit("Change the basket (#7)", {"a": "2\n", "b": "3\n"}, at=at(10))
    else:
        clone.commit("One", {"a": "2\n"}, at=at(1), committed_at=at(10))
        landing = clone.commit("Two", {"b": "3\n"}, at=at(2), committed_at=at(10))
    clone.ref("refs/heads/basket", None)
    change = merged(
        7,
        iso(10),
        createdAt=iso(3),
        headRefOid=head,
        timeline=[commit(first, iso(1)), commit(head, iso(2))],
        headline={"merge": "Merge pull request #7", "squash": "Change (#7)"}.get(way, "Two"),
        parents=2 if way == "merge" else 1,
    )
    change["mergeCommit"]["oid"] = landing
    office.clone(clone.finish())
    github(
        office,
        change,
        deployments=[
            shipped(300, old, iso(0.5)),
            shipped(301, head, iso(12)),
        ],
    )
    found = office.measured(FROM_COMMIT, *HALF)
    assert (found.value, found.n) == (11 * HOUR, 1)


def test_pain_3_collecting_history_again_changes_no_metric(office: Office) -> None:
    """The first deployment becomes inactive days later, which moves its ``updated_at``."""
    server = GitHubServer()
    one = server.add()
    one.put(landed(4, "2024-06-03T09:00:00Z", "2024-06-04T09:00:00Z"))
    first = shipped(300, tip(3), "2024-06-01T09:00:00Z")
    second = shipped(301, tip(4), "2024-06-06T09:00:00Z")
    one.put_deployments(first, second)
    office.collect(GITHUB, CONNECTION, server.answer)
    before, rows = office.ask(FROM_COMMIT), office.rows("deployment")
    assert before[HALF].value == 3 * DAY  # type: ignore[union-attr]
    gone = [("SUCCESS", "2024-06-06T09:00:00Z"), ("INACTIVE", "2024-07-20T09:00:00Z")]
    one.put_deployments(
        deployment(
            301, tip(4), created_at="2024-06-06T09:00:00Z", statuses=gone,
            updated_at="2024-07-20T09:00:00Z",
        )
    )  # fmt: skip
    office.collect(GITHUB, CONNECTION, server.answer, is_reconciling=True)
    assert office.ask(FROM_COMMIT) == before
    told = ("finished_at", "outcome", "kind")
    assert [[row[name] for name in told] for row in office.rows("deployment")] == [
        [row[name] for name in told] for row in rows
    ]


DEPLOYMENTS = (
    "id,service,finished_at\n"
    "d-1,till,2024-06-01T09:00:00Z\nd-2,till,2024-06-08T09:00:00Z\nd-3,mail,2024-06-25T09:00:00Z\n"
)


def test_pain_4_only_what_a_deployment_can_have_brought_is_laid_at_its_door(
    office: Office,
) -> None:
    """Two deployments of till can be judged; three incidents of till follow the second at once.

    The cloud's outage and one of till twelve days later belong to nobody: 1 of 2 failed, and
    never more than all, though there are five incidents.
    """
    office.files(
        deployments=DEPLOYMENTS,
        incidents="id,service,opened_at,resolved_at\n"
        "a,till,2024-06-08T10:00:00Z,2024-06-08T11:00:00Z\n"
        "b,till,2024-06-08T11:00:00Z,2024-06-08T12:00:00Z\n"
        "c,till,2024-06-08T12:00:00Z,2024-06-08T15:00:00Z\n"
        "cloud,cloud,2024-06-08T13:00:00Z,2024-06-08T14:00:00Z\n"
        "late,till,2024-06-20T09:00:00Z,2024-06-20T10:00:00Z\n",
    )
    links = {(row["incident_id"], row["target_id"]) for row in office.rows("incident_link")}
    assert links == {(f"events:{name}", "events:d-2") for name in "abc"}
    assert office.value("failed_deployments_ratio") == pytest.approx(1 / 2)
    assert office.value("incidents_per_deployment") == pytest.approx(3 / 2)
    recovery = office.value("failed_deployment_recovery_seconds", *HALF)
    assert recovery == 6 * HOUR  # from the deployment at 9 to the end of the last incident at 15


def test_pain_4_an_incident_among_the_issues_of_a_repository_is_of_its_service(
    office: Office,
) -> None:
    """An hour after the second deployment; without a service it would be a guess below one half."""
    server = GitHubServer()
    one = server.add()
    at = "2024-06-08T10:00:00Z"
    one.put(issue(9, labels=["incident"], createdAt=at, updatedAt=at))
    last = "2024-07-01T09:00:00Z"
    one.put(landed(4, last, last))
    one.put_deployments(
        shipped(300, tip(1), "2024-06-01T09:00:00Z"), shipped(301, tip(2), "2024-06-08T09:00:00Z")
    )
    office.collect(GITHUB, CONNECTION, server.answer)
    assert office.value("failed_deployments_ratio") == pytest.approx(1 / 2)


JUNE = 1_717_200_000  # 2024-06-01T00:00:00Z
MONO = "github.com/acme/mono"


def one_repository_of_two_services(office: Office, folder: Path) -> tuple[str, str, str]:
    """Land 1 (shop) and 2 (mail) on the 3rd of June, 3 (mail) on the 16th.

    Returns the commits of the beginning, of 2 and of 3.
    """
    clone = Building(folder)
    clone.git("config", "remote.origin.url", f"https://{MONO}.git")

    def day(number: int) -> int:
        return JUNE + (number - 1) * 86_400

    old = clone.commit("Both", {"shop/a.py": "1\n", "mail/a.py": "1\n"}, at=day(1))
    one = clone.commit("One (#1)", {"shop/a.py": "2\n"}, at=day(3))
    two = clone.commit("Two (#2)", {"mail/a.py": "2\n"}, at=day(3) + 60)
    three = clone.commit("Three (#3)", {"mail/a.py": "3\n"}, at=day(16))
    server = GitHubServer()
    mono = server.add("acme/mono")
    for number, sha, when in ((1, one, "03T00:00"), (2, two, "03T00:01"), (3, three, "16T00:00")):
        change = landed(number, f"2024-06-{when}:00Z", f"2024-06-{when}:00Z")
        headline = {"messageHeadline": f"x (#{number})", "parents": {"totalCount": 1}}
        change["mergeCommit"] |= {"oid": sha, **headline}
        mono.put(change)
    office.clone(clone.finish())
    office.collect(GITHUB, Connection(source="github", targets=("acme/mono",)), server.answer)
    return old, two, three


def test_pain_5_two_services_of_one_repository_have_numbers_of_their_own(
    office: Office, tmp_path: Path
) -> None:
    """shop/ is deployed on the 2nd and 10th, mail/ on the 15th and 20th of June 2024.

    1 (shop, landed on the 3rd) waits 7 days and 3 (mail, landed on the 16th) 4; 2 (mail, landed
    on the 3rd) lies before mail's first deployment known: unmapped, never 12 days.
    """
    services = [
        ServiceSettings(name=name, repository=MONO, paths=(f"{name}/",))
        for name in ("shop", "mail")
    ]
    office.set(services=tuple(services))
    old, two, three = one_repository_of_two_services(office, tmp_path / "mono")
    office.files(
        deployments="id,service,commit,finished_at\n"
        f"s1,shop,{old},2024-06-02T00:00:00Z\ns2,shop,{two},2024-06-10T00:00:00Z\n"
        f"m1,mail,{two},2024-06-15T00:00:00Z\nm2,mail,{three},2024-06-20T00:00:00Z\n",
        incidents="id,service,opened_at\ni-1,mail,2024-06-20T01:00:00Z\n",
    )
    brought = {
        (row["deployment_id"], row["change_id"].rpartition("#")[2])
        for row in office.rows("deployment_change")
    }
    assert brought == {("events:s2", "1"), ("events:m2", "3")}
    by_service = {
        dict(group)["service"]: finding.n
        for group, finding in office.ask("deployments_per_week", by=("service",)).items()
        if isinstance(finding, Measurement)
    }
    assert by_service == {"shop": 2, "mail": 2}
    found = office.measured(FROM_COMMIT, ("quantile", "mean"))
    assert (found.value, found.n) == (5.5 * DAY, 2)
    assert found.coverage == pytest.approx(2 / 4)  # 2, and what began all, are unmapped
    assert [row["target_id"] for row in office.rows("incident_link")] == ["events:m2"]


def test_pain_6_a_pipeline_and_its_children_are_one_deployment(office: Office) -> None:
    """Pipeline 401 starts 402 and 403; both deploy the same commit to production."""
    server = GitLabServer()
    one = server.add()
    one.put_pipeline(pipeline(401))
    upstream = {"upstream": {"id": "gid://gitlab/Ci::Pipeline/401"}}
    deployments = []
    for number, child in ((301, 402), (302, 403)):
        one.put_pipeline(pipeline(child, source="parent_pipeline", graph=upstream))
        job = {
            "name": f"deploy {child}",
            "started_at": "2024-03-06T12:01:00Z",
            "finished_at": f"2024-03-06T12:0{number - 297}:00Z",
            "pipeline": {"id": child},
        }
        deployments.append(gitlab_deployment(number, deployable=job))
    one.put_deployments(*deployments)
    one.environments = [{"id": 9, "name": "production", "tier": "production"}]
    office.collect(GITLAB, Connection(source="gitlab", targets=("acme/shop",)), server.answer)
    (row,) = office.rows("deployment")
    assert row["finished_at"] == 1_709_726_700_000_000  # 2024-03-06T12:05:00Z, the later of both
    later = {"deployable": None, "finishedAt": "2024-03-20T12:05:00Z"}
    one.put_deployments(gitlab_deployment(303, "d" * 40, **later))
    office.collect(GITLAB, Connection(source="gitlab", targets=("acme/shop",)), server.answer)
    assert office.value("deployments_per_week") == pytest.approx(2 / 2)  # two in two weeks


def test_pain_7_five_merges_and_one_deployment_are_five_lead_times(office: Office) -> None:
    """Landed on the 11th to 15th of May, deployed together on the 20th: 9, 8, 7, 6 and 5 days."""
    changes = [
        landed(n, f"2024-05-{10 + n}T09:00:00Z", f"2024-05-{10 + n}T09:00:00Z") for n in range(1, 6)
    ]
    github(
        office,
        *changes,
        deployments=[
            shipped(300, "f" * 40, "2024-05-01T09:00:00Z"),
            shipped(301, tip(5), "2024-05-20T09:00:00Z"),
        ],
    )
    found = office.measured(FROM_COMMIT, *HALF)
    assert (found.n, found.value) == (5, 7 * DAY)
    assert len(office.rows("deployment")) == 2


def test_pain_7_landing_never_stands_in_for_a_deployment(office: Office) -> None:
    github(office, landed(1, "2024-05-11T09:00:00Z", "2024-05-12T09:00:00Z"), deployments=[])
    for name in (FROM_COMMIT, "deployments_per_week", "failed_deployments_ratio"):
        assert "deployment" in office.abstention(name).remedy.lower()
