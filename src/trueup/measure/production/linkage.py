"""How much of what belongs together is tied together, and on what each tie rests."""

from __future__ import annotations

from dataclasses import dataclass, replace

import ibis
from ibis import _

from trueup.measure.metric import Tables
from trueup.measure.production.deployed import LIKELY, deployments, incidents
from trueup.measure.records.authorship import NOT_PERSONS, proposals, record_horizon
from trueup.measure.records.presence import has
from trueup.model.evidence import Group, Measurement, Window
from trueup.units import RATIO

GRADES = ("declared", "derived", "guessed")
"""On what a tie rests, best first: what a person or tool says, what follows, what is likely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkage:
    """One kind of tie.

    Parameters
    ----------
    name
        What is tied to what, in a few words.
    whole
        Which share is tied, of all there are.
    by_grade
        Which share is tied by a link of each grade, the best of each counted; empty where links
        have no grades.
    """

    name: str
    whole: Measurement
    by_grade: tuple[Measurement, ...] = ()


def linkage(tables: Tables) -> tuple[Linkage, ...]:
    """Return every kind of tie of which both ends are recorded."""
    found = [*_accounts(tables)]
    landed = _landed(tables)
    if has(tables, "work_item") and has(tables, "work_item_change"):
        link = tables["work_item_change"].rename(tied_id="change_id")
        found.append(_tied("landed changes tied to a work item", landed, link, tables))
    if has(tables, "deployment"):
        link = tables["deployment_change"].rename(tied_id="change_id")
        run = deployments(tables).select(production_id="deployment_id")
        link = link.semi_join(run, link.deployment_id == run.production_id)
        found.append(_tied("landed changes tied to a production deployment", landed, link, tables))
    if has(tables, "incident"):
        opened = incidents(tables).select(own_id="incident_id")
        link = tables["incident_link"].filter(_.target_kind.isin(("change", "deployment")))
        link = link.rename(tied_id="incident_id")
        name = "incidents tied to a deployment or change"
        found.append(_tied(name, opened, link, tables))
    return tuple(each for each in found if each.whole.n)


def _landed(tables: Tables) -> ibis.Table:
    """Return what landed and is not a bot's: ``own_id``."""
    rows = proposals(tables)
    rows = rows.filter((rows.state == "merged") & (rows.actor_kind.fill_null("unknown") != "bot"))
    return rows.select(own_id="change_id")


def _tied(name: str, own: ibis.Table, link: ibis.Table, tables: Tables) -> Linkage:
    link = link.filter(link.probability.fill_null(1.0) >= LIKELY)
    best = ibis.cases(*((link.grade == grade, rank) for rank, grade in enumerate(GRADES)), else_=9)
    link = link.group_by("tied_id").agg(rank=best.min())
    rows = own.left_join(link, own.own_id == link.tied_id)
    counts = rows.group_by("rank").agg(count=_.own_id.nunique()).to_pyarrow().to_pylist()
    by_rank = {row["rank"]: int(row["count"]) for row in counts}
    n = sum(by_rank.values())
    n_of = name.split(" tied", maxsplit=1)[0]
    whole = _share(name, n - by_rank.get(None, 0), n, n_of, tables)
    by_grade = tuple(
        replace(
            _share(name, by_rank.get(rank, 0), n, n_of, tables),
            group=tuple(sorted((*_link(name), ("grade", grade)))),
        )
        for rank, grade in enumerate(GRADES)
    )
    return Linkage(name=name, whole=whole, by_grade=by_grade)


def _accounts(tables: Tables) -> list[Linkage]:
    """Return for each platform which share of people's accounts is tied to one elsewhere."""
    account = tables["account"]
    kind = account.actor_kind.fill_null("unknown")
    account = account.filter(kind.notin(NOT_PERSONS) & account.platform.notnull())
    account = account.select("account_id", "platform", person=account.person_id).distinct()
    person = account.group_by("person").agg(platforms=_.platform.nunique())
    person = person.rename(known_person="person")
    rows = account.left_join(person, account.person == person.known_person)
    found = rows.group_by("platform").agg(
        n=_.account_id.nunique(), tied=_.account_id.nunique(where=_.platforms > 1)
    )
    told = sorted(found.to_pyarrow().to_pylist(), key=lambda row: str(row["platform"]))
    if len(told) < 2:
        return []
    return [_of_accounts(row["platform"], int(row["tied"]), int(row["n"]), tables) for row in told]


def _of_accounts(platform: str, tied: int, n: int, tables: Tables) -> Linkage:
    name = f"accounts of {platform} tied to one elsewhere"
    return Linkage(name=name, whole=_share(name, tied, n, "accounts", tables))


def _link(name: str) -> Group:
    return (("link", name),)


def _share(name: str, seen: int, n: int, n_of: str, tables: Tables) -> Measurement:
    until = record_horizon(tables) or 0
    return Measurement(
        metric="records_tied_ratio",
        version=1,
        value=seen / n if n else 0.0,
        unit=RATIO,
        interval=None,
        no_interval_because="complete count",
        n=n,
        n_of=n_of,
        window=Window(start_at=0, end_at=until),
        source="links",
        group=_link(name),
    )
