"""Rows of people, teams and services."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from trueup.collect.fields import Fields, Unreadable
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading
from trueup.collect.repositories import repository_id_of
from trueup.collect.sources.events.rows.delivery import day
from trueup.collect.sources.events.rows.naming import team_id_of

_LOGINS = ("github", "gitlab", "jira")
_LINKED_BY = "people_file"
_FILE = "file"


class OrganisationRows:
    """Writes who works here, in which teams, on which services, into `rows`."""

    def __init__(self, reading: Reading, zone: ZoneInfo, rows: Rows) -> None:
        self._identify = reading.identify
        self._target_id = reading.target_id
        self._zone = zone
        self._rows = rows

    def add_person(self, body: Fields) -> None:
        """Add somebody's accounts: the main address stands for the person.

        Raises
        ------
        Unreadable
            There is no address.
        """
        email, name = body.key("email").lower(), body.text("name") or ""
        kind = body.text("actor_kind") or "human"
        person_id = self._identify("email", email, name)
        accounts = {person_id: "email"}
        for other in (body.text("other_emails") or "").split(";"):
            if "@" in other:
                accounts[self._identify("email", other.strip().lower(), name)] = "email"
        for platform in _LOGINS:
            login = body.text(platform)
            if login:
                accounts[self._account(platform, login)] = platform
        for account_id, platform in accounts.items():
            self._rows.add(
                "account",
                repository_id=self._target_id,
                account_id=account_id,
                person_id=person_id,
                platform=platform,
                actor_kind=kind,
                link_rule=None if account_id == person_id else _LINKED_BY,
            )

    def add_team(self, body: Fields, key: str) -> None:
        """Add a team, and who was in it from when to when."""
        team_id = team_id_of(key)
        self._rows.add(
            "team",
            team_id=team_id,
            name=body.text("name") or key,
            parent_team_id=team_id_of(body.text("parent")),
            evidence=_FILE,
        )
        for member in body.parts("members"):
            person = member.text("person")
            if person is None:
                body.faults.append("a member has no name")
                continue
            self._rows.add(
                "membership",
                team_id=team_id,
                person_id=self._account(member.text("platform") or "email", person),
                started_at=day(member, "from", self._zone, is_end=False),
                ended_at=day(member, "to", self._zone, is_end=True),
                evidence=_FILE,
            )

    def add_service(self, body: Fields, key: str) -> None:
        """Add a service, a row for each place its code is in.

        Raises
        ------
        Unreadable
            There is none.
        """
        places = body.parts("places")
        if not places:
            raise Unreadable("places are missing")
        for place in places:
            repository_id = repository_id_of(place.text("repository"))
            if repository_id is None:
                body.faults.append("a place of its code has no repository")
                continue
            path = (place.text("path") or "").strip("/")
            self._rows.add(
                "service",
                service_id=key,
                name=key,
                team_id=team_id_of(body.text("team")),
                repository_id=repository_id,
                path_prefix=f"{path}/" if path else "",
                evidence=_FILE,
            )

    def _account(self, platform: str, native: str) -> str:
        """Return the account of a login or address; forges know logins by number as well."""
        if platform == "email" or "@" in native:
            return self._identify("email", native.strip().lower(), "")
        known = native if platform == "jira" else f"login:{native.lower()}"
        return self._identify(platform, known, native)
