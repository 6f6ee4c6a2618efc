"""Which service an incident among the issues of a repository is about."""

from __future__ import annotations

import pytest

from trueup.collect.forge.services import failed_service
from trueup.config import ServiceSettings

SHOP, MONO, NOTED = "github.com/acme/shop", "github.com/acme/mono", "github.com/acme/incidents"
SERVICES = (
    ServiceSettings(name="Shop", repository=SHOP),
    ServiceSettings(name="till", repository=MONO, paths=("till/",)),
    ServiceSettings(name="mail", repository=MONO, paths=("mail/",)),
)


@pytest.mark.parametrize(
    ("repository_id", "labels", "service"),
    [
        (SHOP, [], "Shop"),
        (MONO, [], None),
        (MONO, ["incident", "till"], "till"),
        (MONO, ["service::Mail"], "mail"),
        (MONO, ["component: mail"], "mail"),
        (MONO, ["mailing-list"], None),
        (NOTED, [], None),
        (NOTED, ["sev1", "service/shop"], "Shop"),
    ],
)
def test_an_incident_is_of_the_service_a_label_names_else_of_the_only_one_here(
    repository_id: str, labels: list[str], service: str | None
) -> None:
    assert failed_service(SERVICES, repository_id, labels) == service


def test_a_repository_is_a_service_of_its_own_where_none_is_named() -> None:
    assert failed_service((), SHOP, ["incident"]) == SHOP
