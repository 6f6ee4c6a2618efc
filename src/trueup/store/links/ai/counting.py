"""What was left out when the use of AI tools was united, as rows of `coverage`."""

from __future__ import annotations

from collections.abc import Mapping

from trueup.store.links.counted import counted_row
from trueup.store.links.records import ORGANISATION, Records

_NAMED = 3
"""Models named where their price is not known."""

_PRICED = """
SELECT coalesce(sum(tokens), 0)::BIGINT AS tokens,
       coalesce(sum(tokens) FILTER (list_cost IS NOT NULL), 0)::BIGINT AS priced
FROM use_ai_request WHERE is_counted
"""
_UNPRICED = """
SELECT coalesce(model, 'a model that is not named') AS model, sum(tokens)::BIGINT AS tokens
FROM use_ai_request WHERE is_counted AND list_cost IS NULL AND tokens > 0
GROUP BY 1 ORDER BY 2 DESC, 1
"""
_ROWS = """
SELECT (SELECT count(*) FROM raw_ai_request) AS landed,
       count(*) FILTER (is_counted) AS counted, count(*) AS requests
FROM use_ai_request
"""


def use_coverage(records: Records) -> list[Mapping[str, object]]:
    """Count the tokens without a price, and the rows that tell of use another row tells of.

    Needs the views of every target and the table ``use_ai_request``.
    """
    (rows,) = records.sql(_ROWS).to_pylist()
    if not rows["landed"]:
        return []
    repeated = rows["landed"] - rows["requests"]
    reasons = (
        (repeated, "are other sightings of a request that counts"),
        (rows["requests"] - rows["counted"], "tell of use that a more trusted source tells of"),
    )
    said = ", ".join(f"{count} {why}" for count, why in reasons if count)
    return [
        counted_row(
            ORGANISATION,
            "rows on requests to models that count",
            (rows["landed"], rows["counted"]),
            said,
            "Nothing is lost: what the sources say of the same use is in the table ai_gap.",
        ),
        *_unpriced(records),
    ]


def _unpriced(records: Records) -> list[Mapping[str, object]]:
    (sums,) = records.sql(_PRICED).to_pylist()
    models = records.sql(_UNPRICED).to_pylist()
    named = ", ".join(row["model"] for row in models[:_NAMED])
    more = f" and {len(models) - _NAMED} more" if len(models) > _NAMED else ""
    return [
        counted_row(
            ORGANISATION,
            "tokens of AI tools with a list price",
            (sums["tokens"], sums["priced"]),
            f"unpriced, never free: {named}{more}",
            "Give their prices under [[prices]] in trueup.toml.",
        )
    ]
