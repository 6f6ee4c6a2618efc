"""Who reviewed, who is who, who is gone: pains 8 to 11, from payloads to the measured answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.collect.git.building import Building
from tests.collect.github.drawn import (
    ADA,
    BOB,
    COPILOT_REVIEWER,
    DEPENDABOT,
    RABBIT,
    comment,
    commit,
    merged,
    pull,
    review,
)
from tests.collect.github.server import GitHubServer
from tests.collect.gitlab import drawn as lab
from tests.collect.gitlab.server import GitLabServer
from tests.pains.office import HALF, HOUR, Office
from trueup.collect.sources.github.source import SOURCE as GITHUB
from trueup.collect.sources.gitlab.source import SOURCE as GITLAB
from trueup.config import Connection
from trueup.errors import ConfigError
from trueup.model.evidence import Measurement
from trueup.store.links.identity.desk import Desk

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's

OF_GITHUB = Connection(source="github", targets=("acme/shop",))
OF_GITLAB = Connection(source="gitlab", targets=("acme/shop",))
Payload = dict[str, Any]


def collected(office: Office, *changes: Payload) -> GitHubServer:
    server = GitHubServer()
    server.add().put(*changes)
    office.collect(GITHUB, OF_GITHUB, server.answer)
    return server


def test_pain_8_machines_on_github_do_not_stop_the_clock_of_people(office: Office) -> None:
    """Put up at 09:00; CodeRabbit after 20 s, Copilot after 3 min, dependabot 1; Bob at 11."""
    machines = [
        review("R1", "2024-03-04T09:00:20Z", RABBIT, state="COMMENTED", body="Walkthrough"),
        review("R2", "2024-03-04T09:03:00Z", COPILOT_REVIEWER, state="COMMENTED"),
    ]
    person = review("R3", "2024-03-04T11:00:00Z", BOB)
    said = [comment("C1", "2024-03-04T09:01:00Z", DEPENDABOT)]
    collected(office, merged(reviews=[*machines, person], timeline=said))
    assert office.value("pickup_seconds", *HALF) == 2 * HOUR
    assert office.value("first_ai_review_seconds", *HALF) == 20


def test_pain_8_machines_on_gitlab_do_not_stop_the_clock_of_people(office: Office) -> None:
    """The same hours: CodeRabbit after 20 s, Duo after 3 min, Renovate after 1; Bob at 11."""
    server = GitLabServer()
    server.add().put(
        lab.merged(1),
        notes=[
            lab.on_code(2, "2024-03-04T09:00:20.000Z", lab.RABBIT),
            lab.note(3, "2024-03-04T09:01:00.000Z", lab.RENOVATE, "Rebased"),
            lab.on_code(4, "2024-03-04T09:03:00.000Z", lab.DUO),
            lab.on_code(5, "2024-03-04T11:00:00.000Z", lab.BOB),
        ],
    )
    office.collect(GITLAB, OF_GITLAB, server.answer)
    assert office.value("pickup_seconds", *HALF) == 2 * HOUR
    assert office.value("first_ai_review_seconds", *HALF) == 20


def test_pain_9_stages_and_what_is_unattributed_add_up_to_the_whole(office: Office) -> None:
    """1: begun at 08:00, up at 09:00, Bob at 11:00 and his approval at 15:00, landed 24 h later.

    2: begun and put up at 09:00, landed a day later, seen by nobody: all of it is unattributed.
    """
    reviewed = merged(
        1,
        "2024-03-05T15:00:00Z",
        timeline=[commit("c1", "2024-03-04T08:00:00Z")],
        reviews=[
            review("R1", "2024-03-04T11:00:00Z", BOB, state="COMMENTED", body="Why?"),
            review("R2", "2024-03-04T15:00:00Z", BOB),
        ],
    )
    unseen = merged(2, timeline=[commit("c2", "2024-03-04T09:00:00Z")])
    collected(office, reviewed, unseen)
    parts = office.ask("cycle_time_seconds", by=("stage",))
    hours = {
        dict(group)["stage"]: round(finding.value * 2 / HOUR, 6)
        for group, finding in parts.items()
        if isinstance(finding, Measurement)
    }
    expected = {"coding": 1, "pickup": 2, "review": 4, "merge": 24, "unattributed": 24}
    assert {stage: spent for stage, spent in hours.items() if spent} == expected
    assert office.value("cycle_time_seconds") == pytest.approx((31 + 24) / 2 * HOUR)


PEOPLE = "email,name,other_emails,github\nada@acme.example,Ada,ada@home.example,ada\n"


def git_of_three(folder: Path) -> Path:
    """A clone with commits under Ada's two addresses, a shared mailbox and a bot's."""
    clone = Building(folder)
    clone.git("config", "remote.origin.url", "https://github.com/acme/shop.git")
    writers = (
        "Ada <ada@acme.example>",
        "Ada at home <ada@home.example>",
        "Bob <team@acme.example>",
        "Carl <team@acme.example>",
        "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
    )
    for number, author in enumerate(writers):
        clone.commit(f"Number {number}", {"a": f"{number}\n"}, author=author)
    return clone.finish()


def test_pain_10_work_and_private_address_are_one_person_and_machines_stay_apart(
    office: Office, tmp_path: Path
) -> None:
    office.clone(git_of_three(tmp_path / "shop"))
    collected(
        office, pull(author=ADA, timeline=[comment("C1", "2024-03-04T09:01:00Z", DEPENDABOT)])
    )
    office.files(people=PEOPLE)
    desk = Desk(office.place)
    ada = {desk.find(name).account_id for name in ("git:ada@acme.example", "git:ada@home.example")}
    people = {row["account_id"]: row["person_id"] for row in office.rows("account")}
    assert len({people[account] for account in ada}) == 1
    bots = {row["person_id"] for row in office.rows("account") if row["actor_kind"] == "bot"}
    humans = {row["person_id"] for row in office.rows("account") if row["actor_kind"] == "human"}
    assert bots
    assert not bots & humans
    with pytest.raises(ConfigError, match="machine"):
        desk.merge("git:ada@acme.example", "github:dependabot", now=1)


def test_pain_10_a_correction_survives_collecting_again_and_is_undone_in_one_step(
    office: Office, tmp_path: Path
) -> None:
    """Two addresses of Ada's: two persons by git alone, one by decision, two when undone."""
    clone = git_of_three(tmp_path / "shop")
    office.clone(clone)

    def ada() -> int:
        desk = Desk(office.place)
        named = ("ada@acme.example", "ada@home.example")
        people = {row["account_id"]: row["person_id"] for row in office.rows("account")}
        return len({people[desk.find(f"git:{name}").account_id] for name in named})

    assert ada() == 2
    decision = Desk(office.place).merge("ada@acme.example", "ada@home.example", now=1)
    office.link()
    assert ada() == 1
    office.clone(clone)
    collected(office, merged(timeline=[commit("c1", "2024-03-04T08:00:00Z")]))
    assert ada() == 1
    Desk(office.place).undo([decision], now=2)
    office.link()
    assert ada() == 2


def test_pain_11_accounts_that_are_gone_keep_their_counts_and_are_nobody(office: Office) -> None:
    """Two changes of null users and one of Ada's, all landed: three changes, one person."""
    collected(
        office,
        merged(1, author=None, reviews=[review("R1", "2024-03-04T11:00:00Z", None)]),
        merged(2, "2024-03-12T09:00:00Z", author=None),
        merged(3, "2024-03-19T09:00:00Z", reviews=[review("R2", "2024-03-18T11:00:00Z")]),
    )
    changes = office.rows("change")
    assert sorted(row["actor_kind"] for row in changes) == ["deleted", "deleted", "human"]
    assert [row["author_account_id"] for row in changes if row["actor_kind"] == "deleted"] == [
        None,
        None,
    ]
    assert "deleted" not in {row["actor_kind"] for row in office.rows("account")}
    assert office.value("changes_landed_per_week") == pytest.approx(3 / 2)  # 5 to 19 March


def test_a_person_who_moves_takes_along_what_is_done_afterwards(
    office: Office, tmp_path: Path
) -> None:
    """Eleven people land one change in the first week and one in the third.

    Six are in Till and five in Mail; person 0 moves from Till to Mail in between. Till lands
    6 + 5 and Mail 5 + 6. Were the last team everybody's for ever, it would be 10 and 12.
    """
    start = 1_717_372_800  # Monday 2024-06-03T00:00:00Z
    clone = Building(tmp_path / "shop")
    clone.git("config", "remote.origin.url", "https://github.com/acme/shop.git")
    for week in (0, 2):
        for number in range(11):
            author = f"P{number} <p{number}@acme.example>"
            when = start + week * 7 * 86_400 + number * 600
            clone.commit(f"{week} {number}", {"a": f"{week}{number}\n"}, author=author, at=when)
    office.clone(clone.finish())
    spans = ["p0@acme.example,Till,2024-01-01,2024-06-09", "p0@acme.example,Mail,2024-06-10,"]
    spans += [f"p{n}@acme.example,{'Till' if n < 6 else 'Mail'},2024-01-01," for n in range(1, 11)]
    office.files(hr="person,team,from,to\n" + "\n".join(spans) + "\n")
    found = office.ask("changes_landed_per_week", by=("team",))
    counts = {dict(group)["team"]: f.n for group, f in found.items() if isinstance(f, Measurement)}
    assert sorted(counts.values()) == [11, 11]
