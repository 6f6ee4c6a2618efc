"""Which records a metric cannot do without, and which source has them."""

from __future__ import annotations

from trueup.measure.metric import Metric, Tables
from trueup.measure.records.authorship import remembered
from trueup.model.evidence import Abstention, Window

_FORGE = "Connect the forge (GitHub or GitLab)."
_TRACKER = "Connect the tracker (Jira, or the issues of GitHub or GitLab)."
_AI_TOOLS = "Connect AI tools: the logs of machines, telemetry, or a vendor's admin interface."
SOURCES = {
    "change.opened_at": ("proposed changes", _FORGE),
    "ai_attribution": (
        "marks of AI tools",
        "Let tools sign the commits they make, and collect the repositories with git.",
    ),
    "ai_edit": (
        "notes on which lines a tool wrote",
        "Let tools note the lines they write (git-ai), and fetch these notes.",
    ),
    "line_span": ("lines of code", "Collect the repositories with git, with their contents."),
    "line_death": ("lines that were changed", "Collect the repositories with git."),
    "commit_file": (
        "files of commits",
        "Collect the repositories with git: the forge does not name the files.",
    ),
    "review": ("reviews", _FORGE),
    "review_comment": ("review comments", _FORGE),
    "work_item": ("work items", _TRACKER),
    "work_item.points": ("estimates of work items", "Estimate work items in the tracker."),
    "work_item_transition": ("moves of work items from stage to stage", _TRACKER),
    "work_item_change": (
        "links between work items and changes",
        "Name the work item in the title, branch or text of each change, and connect both sides.",
    ),
    "membership": ("teams", "Name the teams in a file, or connect the forge that knows them."),
    "service": ("services", "Name the services in trueup.toml."),
    "pipeline_run": ("pipeline runs", "Connect the CI system, or the forge that runs it."),
    "pipeline_run.tests_run": ("results of tests", "Let pipelines report their tests (JUnit)."),
    "release": ("releases", "Tag releases, or name the tag pattern in trueup.toml."),
    "release_api_change": (
        "comparisons of releases",
        "Set python_interfaces = true under [git] in trueup.toml, and collect again.",
    ),
    "deployment": ("deployments", "Connect deployments: the forge, the CI system or a file."),
    "incident": ("incidents", "Connect the incident tool, or name incidents in a file."),
    "ai_session|ai_request|ai_activity|ai_lines": ("uses of AI tools", _AI_TOOLS),
    "ai_session": ("sessions with AI tools", _AI_TOOLS),
    "ai_request": ("requests of AI tools to models", _AI_TOOLS),
    "ai_request.list_cost": (
        "prices of what AI tools used",
        "Connect AI tools, or name their models under [[prices]] in trueup.toml.",
    ),
    "ai_activity": ("acts of AI agents", _AI_TOOLS),
    "ai_lines": ("lines by AI tools", _AI_TOOLS),
    "ai_lines.offered_count": (
        "offers of AI tools",
        "Connect the tool that makes them (Copilot, Cursor, Windsurf, Claude Code analytics).",
    ),
    "ai_spend": ("bills of AI tools", "Connect an AI vendor's admin interface, or an invoice."),
    "ai_session_commit": (
        "sessions with AI tools that are tied to commits",
        "Collect the logs of the tools and the repositories they worked in.",
    ),
}
"""What a table or column holds, and what to connect where it is empty. A bar stands for or."""


def missing(metric: Metric, tables: Tables, window: Window | None) -> Abstention | None:
    """Return why a metric cannot be asked of these records at all; None where it can."""
    for name in metric.requires:
        if not has(tables, name):
            what, remedy = SOURCES[name]
            return _abstention(metric, window, f"No {what} are recorded.", remedy)
    return None


def has(tables: Tables, name: str) -> bool:
    """Say whether a table has a row, or ``table.column`` a value; with bars, whether any does."""
    if "|" in name:
        return any(has(tables, one) for one in name.split("|"))

    def look() -> bool:
        table, _, column = name.partition(".")
        rows = tables[table]
        if column:
            rows = rows.filter(rows[column].notnull())
        return bool(rows.limit(1).count().to_pyarrow().as_py())

    return remembered(tables, ("has", name), look)


def _abstention(metric: Metric, window: Window | None, reason: str, remedy: str) -> Abstention:
    return Abstention(
        metric=metric.name, reason=reason, remedy=remedy, n_of=metric.n_of, window=window
    )
