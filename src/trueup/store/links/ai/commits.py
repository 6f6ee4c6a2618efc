"""Which commits a session went into: those a tool names, those that hold its paths, those near it.

Rule "named": the tool says it made the commit, or a mark on the commit or its change names the
session. Rule "files": the next commit of a path the session wrote, by the same person. Rule
"branch": commits of the same person in the same repository during the session or soon after.
"""

from __future__ import annotations

import hashlib

import pyarrow as pa

from trueup.store.links.ai.odds import AFTER_HOURS, LEAST, LONGEST_HOURS, branch_odds, files_odds
from trueup.store.links.records import Records

NEEDS = (
    *("ai_session", "ai_request", "ai_activity", "ai_lines", "ai_attribution", "ai_edit"),
    *("account", "commit", "commit_file", "change", "change_commit", "proposed_commit"),
)
"""Tables sessions and commits are tied by."""
_HOUR = 3_600_000_000
_NOTE_NAMES = {
    "claude-code": ("claude", "claude code", "claude-code"),
    "openai-codex": ("codex",),
    "gemini-cli": ("gemini", "gemini-cli"),
    "factory-droid": ("droid", "factory-droid"),
    "copilot": ("github-copilot", "copilot", "github-copilot-jetbrains"),
}
"""What git-ai calls tools where we call them otherwise."""

_WHO = """
SELECT account_id, min(person_id) AS person_id FROM raw_account
WHERE actor_kind IS DISTINCT FROM 'bot' GROUP BY account_id
"""
_MOMENT = """
-- when each landed commit was made: by its own clock, or those of the commits it was squashed from
WITH landed AS (
    SELECT c.commit_id, c.repository_id, c.sha, c.author_account_id, c.authored_at,
           p.change_id
    FROM raw_commit AS c JOIN raw_change_commit AS p USING (commit_id)
    WHERE len(c.parent_shas) < 2 AND c.clock = 'ok'
), proposed AS (
    SELECT ch.landed_commit_id AS commit_id, p.repository_id, p.sha, p.author_account_id,
           p.authored_at, p.change_id
    FROM raw_proposed_commit AS p JOIN raw_change AS ch USING (change_id)
    WHERE ch.landed_commit_id IS NOT NULL
      AND p.repository_id || ':' || p.sha NOT IN (SELECT commit_id FROM landed)
)
SELECT m.*, coalesce(w.person_id, m.author_account_id) AS person_id
FROM (
    SELECT * FROM proposed UNION ALL
    SELECT * FROM landed WHERE commit_id NOT IN (SELECT commit_id FROM proposed)
) AS m LEFT JOIN who AS w ON w.account_id = m.author_account_id
"""
_SHA = """
SELECT sha, repository_id, commit_id, change_id, authored_at FROM moment
UNION
SELECT c.sha, c.repository_id, c.commit_id, p.change_id, c.authored_at
FROM raw_commit AS c JOIN raw_change_commit AS p USING (commit_id)
"""

_TOLD = """
SELECT session_id, happened_at AS made_at,
       regexp_extract(commit_id, '([0-9a-fA-F]+)$', 1) AS digits,
       nullif(regexp_extract(commit_id, '^(.*):[0-9a-fA-F]+$', 1), '') AS repository_id
FROM raw_ai_activity
WHERE kind = 'commit' AND commit_id IS NOT NULL AND session_id IS NOT NULL
"""
_BY_TOOL = """
SELECT t.session_id, min(s.commit_id) AS commit_id, min(s.change_id) AS change_id,
       min(t.made_at) AS made_at, 1.0 AS probability
FROM told AS t JOIN known_sha AS s ON left(s.sha, 7) = left(lower(t.digits), 7)
    AND starts_with(s.sha, lower(t.digits)) AND length(t.digits) >= 7
    AND coalesce(t.repository_id, s.repository_id) = s.repository_id
GROUP BY t.session_id, t.digits, t.repository_id HAVING count(DISTINCT s.commit_id) = 1
"""
_BY_MARK = """
WITH called AS (
    SELECT session_id, tool, regexp_extract(session_id, '^[^:]*:(.+)$', 1) AS name
    FROM raw_ai_session
    UNION ALL SELECT session_id, tool, name FROM noted
), mark AS (
    SELECT tool, session_id AS name, target_id AS commit_id, NULL AS change_id, probability
    FROM raw_ai_attribution
    WHERE target_kind = 'commit' AND role = 'author' AND session_id IS NOT NULL
    UNION ALL
    SELECT tool, session_id, NULL, target_id, probability FROM raw_ai_attribution
    WHERE target_kind = 'change' AND role = 'author' AND session_id IS NOT NULL
    UNION ALL
    SELECT DISTINCT tool, session_id, commit_id, NULL,
           CASE carried_by WHEN 'content' THEN 0.9 WHEN 'patch' THEN 0.99 ELSE 1.0 END
    FROM raw_ai_edit WHERE commit_id IS NOT NULL AND session_id IS NOT NULL
)
SELECT c.session_id, coalesce(own.commit_id, ch.landed_commit_id) AS commit_id,
       coalesce(own.change_id, ch.change_id) AS change_id,
       coalesce(own.authored_at, ch.landed_at) AS made_at, m.probability
FROM mark AS m JOIN called AS c ON c.name = m.name
    AND (c.tool = m.tool OR starts_with(m.name, 's_'))
LEFT JOIN known_sha AS own ON own.commit_id = m.commit_id
LEFT JOIN raw_change AS ch ON ch.change_id = m.change_id AND ch.landed_commit_id IS NOT NULL
WHERE coalesce(own.commit_id, ch.landed_commit_id) IS NOT NULL
"""

_WRITE = """
SELECT l.session_id, coalesce(l.repository_id, s.repository_id) AS repository_id, l.path,
       l.happened_at AS made_at, coalesce(s.person_id, l.person_id) AS person_id
FROM raw_ai_lines AS l LEFT JOIN raw_ai_session AS s USING (session_id)
WHERE l.layer = 'written' AND l.path IS NOT NULL AND l.session_id IS NOT NULL
"""
_TOUCH = """
SELECT m.repository_id, f.path, m.person_id, m.authored_at AS made_at, m.commit_id, m.change_id
FROM moment AS m JOIN raw_commit_file AS f ON f.commit_id = m.commit_id
WHERE (m.repository_id, f.path) IN (SELECT repository_id, path FROM write)
"""
_NEXT = """
SELECT w.session_id, w.path, w.made_at AS written_at, w.person_id IS NULL AS is_anybody,
       t.commit_id, t.change_id, t.made_at
FROM write AS w ASOF JOIN touch AS t
    ON t.repository_id = w.repository_id AND t.path = w.path
   AND t.person_id = w.person_id AND t.made_at >= w.made_at - $slack
UNION ALL
SELECT w.session_id, w.path, w.made_at, true, t.commit_id, t.change_id, t.made_at
FROM (SELECT * FROM write WHERE person_id IS NULL) AS w ASOF JOIN touch AS t
    ON t.repository_id = w.repository_id AND t.path = w.path AND t.made_at >= w.made_at - $slack
"""
_BY_FILES = f"""
SELECT *, {files_odds()} AS probability FROM (
    SELECT n.session_id, n.commit_id, min(n.change_id) AS change_id, max(n.made_at) AS made_at,
           greatest(min(n.made_at - n.written_at), 0) / $hour AS hours,
           count(DISTINCT n.path) AS paths, count(DISTINCT n.path) / any_value(s.paths) AS covered,
           bool_or(n.is_anybody) AS is_anybody
    FROM next AS n JOIN size AS s USING (commit_id)
    WHERE n.made_at - n.written_at <= $longest * $hour
    GROUP BY n.session_id, n.commit_id
)
"""  # noqa: S608 - constants
_SIZE = """
SELECT commit_id, count(DISTINCT path) AS paths FROM raw_commit_file
WHERE commit_id IN (SELECT commit_id FROM touch) GROUP BY commit_id
"""
_BY_BRANCH = f"""
SELECT *, {branch_odds()} AS probability FROM (
    SELECT s.session_id, m.commit_id, min(m.change_id) AS change_id, min(m.authored_at) AS made_at,
           min((m.authored_at - coalesce(s.ended_at, s.started_at)) / $hour) AS hours
    FROM raw_ai_session AS s JOIN moment AS m
        ON m.repository_id = s.repository_id AND m.person_id = s.person_id
       AND m.authored_at >= s.started_at
       AND m.authored_at <= coalesce(s.ended_at, s.started_at) + $after * $hour
    WHERE s.session_id NOT IN (SELECT session_id FROM write)
      AND s.session_id NOT IN (SELECT session_id FROM named)
    GROUP BY s.session_id, m.commit_id
)
"""  # noqa: S608 - constants

_OWN = """
SELECT session_id, commit_id, change_id, made_at, rule, probability FROM (
    SELECT session_id, commit_id, change_id, made_at, probability, 'named' AS rule, 1 AS place
    FROM named
    UNION ALL
    SELECT session_id, commit_id, change_id, made_at, probability, 'files', 2 FROM files
    UNION ALL
    SELECT session_id, commit_id, change_id, made_at, probability, 'branch', 3 FROM near
) WHERE probability >= $least
QUALIFY row_number() OVER (
    PARTITION BY session_id, commit_id ORDER BY place, probability DESC, made_at, change_id
) = 1
"""
_TIED = """
-- a sub-agent without commits of its own worked for those of the session it was sent by
SELECT * FROM own UNION ALL
SELECT child.session_id, own.* EXCLUDE (session_id)
FROM raw_ai_session AS child
JOIN raw_ai_session AS parent ON parent.session_id = child.parent_session_id
    AND child.started_at BETWEEN parent.started_at AND coalesce(parent.ended_at, child.started_at)
JOIN own ON own.session_id = parent.session_id
WHERE child.session_id NOT IN (SELECT session_id FROM own)
"""


def tie_commits(records: Records) -> None:
    """Leave the table ``tied``: sessions with the landed commits they went into.

    Its columns: ``session_id``, ``commit_id``, ``change_id``, ``made_at`` (when the commit was
    made), ``rule``, ``probability``. Also leaves ``told``: the commits tools name. Needs views of
    the united rows of `NEEDS`.
    """
    values = {
        "hour": _HOUR,
        "slack": 60_000_000,
        "longest": LONGEST_HOURS,
        "after": AFTER_HOURS,
        "least": LEAST,
    }
    records.make("noted", "SELECT * FROM names", names=_noted(records))
    for name, query in (
        ("who", _WHO),
        ("moment", _MOMENT),
        ("known_sha", _SHA),
        ("told", _TOLD),
        ("named", f"({_BY_TOOL}) UNION ALL ({_BY_MARK})"),
        ("write", _WRITE),
        ("touch", _TOUCH),
        ("next", _NEXT),
        ("size", _SIZE),
        ("files", _BY_FILES),
        ("near", _BY_BRANCH),
        ("own", _OWN),
        ("tied", _TIED),
    ):
        records.make(name, query, values)


def _noted(records: Records) -> pa.Table:
    """Return what git-ai calls each session in notes that do not say the tool's own id."""
    sessions = records.sql("SELECT DISTINCT session_id, tool FROM raw_ai_session").to_pylist()
    names = [
        {"session_id": row["session_id"], "tool": row["tool"], "name": _note_name(tool, native)}
        for row in sessions
        if (native := row["session_id"].partition(":")[2])
        for tool in _NOTE_NAMES.get(row["tool"], (row["tool"] or "",))
    ]
    schema = pa.schema([(name, pa.string()) for name in ("session_id", "tool", "name")])
    return pa.Table.from_pylist(names, schema=schema)


def _note_name(tool: str, native: str) -> str:
    return "s_" + hashlib.sha256(f"{tool}:{native}".encode()).hexdigest()[:14]
