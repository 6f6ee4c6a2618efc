"""Requests to models as several sources tell of them: each real request once.

Two rows are one request when their keys name one message or one request of the vendor, or when
one source read the same record of the same session for two targets.
"""

from __future__ import annotations

from trueup.config import Settings
from trueup.model.ai_tables import AI_REQUEST, SEEN_BY
from trueup.store.links.records import Records
from trueup.store.prices import PriceBook, priced
from trueup.store.prices.pricing import NEEDS

TOKENS = " + ".join(
    f"coalesce({name}, 0)"
    for name in (
        *("uncached_input_tokens", "cache_read_tokens", "cache_write_5m_tokens"),
        *("cache_write_1h_tokens", "output_tokens"),
    )
)
"""All tokens of a row."""
RANK = f"list_position({list(SEEN_BY)!r}, seen_by)"
"""How trusted the source of a row is; 1 is the most, null counts as the least."""
_LEAST = len(SEEN_BY) + 1

_SIGHTED = f"""
SELECT r.* EXCLUDE (source, collected_at) REPLACE (
           coalesce(p.person_id, r.person_id) AS person_id),
       coalesce({RANK}, {_LEAST}) AS rank,
       nullif(regexp_extract(event_key, '^anthropic:([^:]*)', 1), '') AS message,
       coalesce(
           nullif(regexp_extract(event_key, '^anthropic:[^:]*:(.+)$', 1), ''),
           nullif(regexp_extract(event_key, '^anthropic_request:(.+)$', 1), '')) AS asked,
       CASE WHEN session_id IS NOT NULL
            THEN concat_ws(chr(31), 'same', r.source, session_id, request_id) END AS record
FROM raw_ai_request AS r LEFT JOIN person AS p ON p.account_id = r.person_id
"""  # noqa: S608 - constants

_NAMED = """
-- a row that knows one half of a key is the request whose whole key has that half
SELECT s.*,
       coalesce(
           CASE WHEN s.message IS NOT NULL AND s.asked IS NOT NULL THEN s.event_key END,
           by_message.event_key, by_asked.event_key, s.event_key, s.record,
           concat_ws(chr(31), 'alone', s.landed_for, s.request_id)) AS name,
       coalesce(s.message, CASE WHEN s.asked IS NULL THEN s.event_key END) IS NOT NULL
           AS has_message,
       s.asked IS NOT NULL AS has_asked
FROM sighted AS s
LEFT JOIN (
    SELECT message, min(event_key) AS event_key FROM sighted
    WHERE message IS NOT NULL AND asked IS NOT NULL GROUP BY message
) AS by_message ON by_message.message = s.message AND s.asked IS NULL
LEFT JOIN (
    SELECT asked, min(event_key) AS event_key FROM sighted
    WHERE message IS NOT NULL AND asked IS NOT NULL GROUP BY asked
) AS by_asked ON by_asked.asked = s.asked AND s.message IS NULL
"""

_ORDER = "rank, landed_for, request_id"
_KNOWN = "first($name ORDER BY $order) FILTER ($name IS NOT NULL) AS $name"
_LABELS = (
    *("person_id", "tool", "provider", "model", "agent_kind", "surface"),
    *("repository_id", "service_tier"),
)
_FIRST = ", ".join(_KNOWN.replace("$name", n).replace("$order", _ORDER) for n in _LABELS)
_MERGED = f"""
-- the longest prompt, its largest parts; what is left of it is uncached
SELECT name, first(landed_for ORDER BY {_ORDER}) AS landed_for,
       first(request_id ORDER BY {_ORDER}) AS request_id,
       first(event_key ORDER BY message IS NULL OR asked IS NULL, {_ORDER})
           FILTER (event_key IS NOT NULL) AS event_key,
       first(session_id ORDER BY rank DESC, requested_at, landed_for, request_id)
           FILTER (session_id IS NOT NULL) AS session_id,
       {_FIRST},
       min(requested_at) AS requested_at, max(ended_at) AS ended_at,
       max(request_count) AS request_count,
       greatest(max(coalesce(uncached_input_tokens, 0) + coalesce(cache_read_tokens, 0)
                    + coalesce(cache_write_5m_tokens, 0) + coalesce(cache_write_1h_tokens, 0))
                - coalesce(max(cache_read_tokens), 0) - max(coalesce(cache_write_5m_tokens, 0)
                    + coalesce(cache_write_1h_tokens, 0)), 0) AS uncached_input_tokens,
       max(cache_read_tokens) AS cache_read_tokens,
       greatest(max(coalesce(cache_write_5m_tokens, 0) + coalesce(cache_write_1h_tokens, 0))
                - coalesce(max(cache_write_1h_tokens), 0), 0) AS cache_write_5m_tokens,
       max(cache_write_1h_tokens) AS cache_write_1h_tokens,
       max(output_tokens) AS output_tokens,
       max(reasoning_output_tokens) AS reasoning_output_tokens,
       first(seen_by ORDER BY {_ORDER}) AS seen_by,
       bool_or(has_message) AS has_message, bool_or(has_asked) AS has_asked, min(rank) AS rank,
       count(*) AS sightings
FROM named WHERE name IN (SELECT name FROM several) GROUP BY name
"""  # noqa: S608 - constants

_KEPT = ("name", "landed_for", "has_message", "has_asked", "rank", "sightings")
_OWN = tuple(
    name
    for name in AI_REQUEST.schema.names
    if name not in {"list_cost", "price_source", "is_counted", "is_of_session"}
)
_UNITED = f"""
SELECT {", ".join((*_OWN, *_KEPT))} FROM merged
UNION ALL
SELECT {", ".join((*_OWN, *_KEPT[:-1]))}, 1 FROM named
WHERE name NOT IN (SELECT name FROM several)
"""  # noqa: S608 - constants


def unite_requests(records: Records, settings: Settings) -> None:
    """Leave in the engine the table ``united``: every real request once, with its list price.

    A request stands at the target of the most trusted source that saw it. Its session is the
    tool's own, as its log has it, and the first of several; the order of landing changes nothing.
    Needs the views of every target and the table ``person``.

    Raises
    ------
    ConfigError
        The table of prices the settings name cannot be read.
    """
    records.make("sighted", _SIGHTED)
    records.make("named", _NAMED)
    records.make("several", "SELECT name FROM named GROUP BY name HAVING count(*) > 1")
    records.make("merged", _MERGED)
    records.make("unpriced", _UNITED)
    asked = records.sql(f"SELECT name, {', '.join(NEEDS)} FROM unpriced ORDER BY name")  # noqa: S608
    cost, source = priced(asked, PriceBook(settings))
    prices = asked.select(["name"]).append_column("list_cost", cost)
    records.make(
        "united",
        f"SELECT u.*, p.list_cost, p.price_source, {TOKENS} AS tokens "  # noqa: S608
        "FROM unpriced AS u JOIN prices AS p USING (name)",
        prices=prices.append_column("price_source", source),
    )
    records.drop("sighted", "named", "several", "merged", "unpriced")
