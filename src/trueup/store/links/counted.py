"""What linking found and what it left out, as rows of `coverage`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from trueup.model.tables import COVERAGE
from trueup.store.links.delivery.shipped import Shipped
from trueup.store.links.records import Records

PART = "links"
_REMEDY_PEOPLE = "See `trueup identity suggest`, and correct with `trueup identity merge`."

_ACCOUNTS = """
WITH acted AS (
    SELECT author_account_id AS account_id FROM raw_commit
    UNION ALL SELECT author_account_id FROM raw_change WHERE source <> 'git'
    UNION ALL SELECT reviewer_account_id FROM raw_review
    UNION ALL SELECT account_id FROM raw_review_comment
    UNION ALL SELECT person_id FROM raw_work_item_transition
    UNION ALL SELECT person_id FROM raw_work_item_event
), weight AS (SELECT account_id, count(*) AS acts FROM acted GROUP BY account_id),
here AS (
    SELECT DISTINCT account_id, platform FROM raw_account
    WHERE actor_kind IN ('human', 'unknown')
)
SELECT platform, count(*) AS accounts,
       count(*) FILTER (p.is_linked) AS linked,
       coalesce(sum(acts), 0)::BIGINT AS acts,
       coalesce(sum(acts) FILTER (p.is_linked), 0)::BIGINT AS linked_acts
FROM here LEFT JOIN weight USING (account_id) LEFT JOIN person AS p USING (account_id)
GROUP BY platform ORDER BY platform
"""


def identity_coverage(records: Records, target_id: str) -> list[Mapping[str, object]]:
    """Count which accounts of the target seen are tied to one on another platform.

    Needs the table ``person``.
    """
    rows = []
    for found in records.sql(_ACCOUNTS).to_pylist():
        alone = found["accounts"] - found["linked"]
        share = found["linked_acts"] / found["acts"] if found["acts"] else None
        weighed = "" if share is None else f"; those that are tied did {share:.0%} of what was done"
        rows.append(
            counted_row(
                target_id,
                f"accounts of {found['platform']} tied to one elsewhere",
                (found["accounts"], found["linked"]),
                f"{alone} are known on one platform only{weighed}" if alone else "",
                _REMEDY_PEOPLE,
            )
        )
    return rows


_CHANGES = """
SELECT count(*) AS merged, count(m.change_id) AS found,
       count(*) FILTER (m.change_id IS NULL AND c.landed_at IS NULL) AS elsewhere
FROM change AS c LEFT JOIN match AS m USING (change_id)
WHERE c.state = 'merged' AND c.opened_at IS NOT NULL
"""


def change_coverage(records: Records, target_id: str) -> list[Mapping[str, object]]:
    """Count the merged changes of the forge that were found among the commits of git."""
    if not records.has("commit", target_id):
        return []
    found = records.sql(_CHANGES).to_pylist()[0]
    missing = found["merged"] - found["found"]
    later = missing - found["elsewhere"]
    reasons = [
        (found["elsewhere"], "merged into another branch, or not as the commits there say"),
        (later, "merged after the clone was last fetched, or not part of it"),
    ]
    return [
        counted_row(
            target_id,
            "merged changes of the forge, in git",
            (found["merged"], found["found"]),
            _said(reasons),
            "Fetch the clone, then collect again.",
        )
    ]


def deployment_coverage(shipped: Shipped, target_id: str) -> list[Mapping[str, object]]:
    """Count the landed changes that production deployments brought."""
    if not shipped.production:
        return []
    waiting = shipped.landed - shipped.mapped - shipped.before_first
    reasons = [
        (shipped.before_first, "landed before the first deployment known, so when is not known"),
        (waiting, "in no deployment yet"),
    ]
    rows = [
        counted_row(
            target_id,
            "landed changes in production deployments",
            (shipped.landed, shipped.mapped),
            _said(reasons),
            "Deployments of the past can be added from a file of events.",
        )
    ]
    if shipped.unknown_commits:
        rows.append(
            counted_row(
                target_id,
                "deployments whose commit is known",
                (shipped.deployments, shipped.deployments - shipped.unknown_commits),
                "what they brought is guessed from when it landed",
                "Name the commit in each deployment, and fetch the clone.",
            )
        )
    return rows


def work_coverage(named: int, unknown: int, target_id: str) -> list[Mapping[str, object]]:
    """Count the names of work items in changes that lead to one that is known."""
    if not named:
        return []
    return [
        counted_row(
            target_id,
            "work items named by changes",
            (named, named - unknown),
            f"{unknown} are of a known project but not known themselves" if unknown else "",
            "They were deleted, moved, or the token may not see them.",
        )
    ]


def incident_coverage(counts: Mapping[str, int], target_id: str) -> list[Mapping[str, object]]:
    """Count the incidents that are tied to a deployment or a change."""
    if not counts["incidents"]:
        return []
    alone = counts["incidents"] - counts["linked"]
    unnamed = counts["without_service"]
    reasons = [(alone, "opened outside the window of any deployment of their service")]
    said = _said(reasons) + (f"; {unnamed} name no service" if unnamed else "")
    return [
        counted_row(
            target_id,
            "incidents tied to a deployment or change",
            (counts["incidents"], counts["linked"]),
            said if alone else "",
            "An incident need not come from a deployment; name the service of each.",
        )
    ]


def mailbox_coverage(accounts: int, shared: int, target_id: str) -> list[Mapping[str, object]]:
    """Count the accounts that several people use, and that are tied to nobody."""
    if not shared:
        return []
    return [
        counted_row(
            target_id,
            "accounts of one person each",
            (accounts, accounts - shared),
            f"{shared} go by unlike names and are tied to nobody: mailboxes that people share",
            "See `trueup identity list`.",
        )
    ]


def coverage_table(rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """Return rows of `coverage`."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=COVERAGE.schema)


def _said(reasons: Sequence[tuple[int, str]]) -> str:
    return ", ".join(f"{count} {why}" for count, why in reasons if count)


def counted_row(
    target_id: str, subject: str, counts: tuple[int, int], reason: str, remedy: str
) -> Mapping[str, object]:
    """Return a row of `coverage` on so many expected and seen; why and what cures it, if any."""
    expected, seen = counts
    return {
        "repository_id": target_id,
        "subject": subject,
        "expected": expected,
        "seen": seen,
        "skipped": expected - seen,
        "reason": reason if expected > seen else "",
        "remedy": remedy if expected > seen else "",
    }
