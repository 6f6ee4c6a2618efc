"""How much is done: never an outcome."""

from __future__ import annotations

import ibis

from trueup.measure.metric import Metric, PerWeek, RatioOfSums, Tables
from trueup.measure.records.authorship import commits
from trueup.units import PER_WEEK, RATIO


def _commits(tables: Tables) -> ibis.Table:
    return commits(tables).mutate(value=1.0, weight=1.0)


def _bot_commits(tables: Tables) -> ibis.Table:
    rows = commits(tables)
    is_bot = rows.actor_kind.fill_null("unknown") == "bot"
    return rows.mutate(value=is_bot.cast("float64"), weight=1.0).drop("actor_kind")


COMMITS_PER_WEEK = Metric(
    name="commits_per_week",
    question="How many commits are made per week?",
    definition="Commits reachable from the default branch, by the instant they were committed, "
    "per seven days. Bots are left out unless the split is by actor kind.",
    unit=PER_WEEK,
    kind="activity",
    better="neither",
    needs=("commit", "account", "ai_attribution", "repository"),
    rows=_commits,
    summary=PerWeek(),
    n_of="commits",
    version=1,
    references=("Forsgren et al. (2021), The SPACE of Developer Productivity, ACM Queue 19(1)",),
    caveats=(
        "Squash landings make one commit of many; a change of landing habit moves this number.",
        "Commits are activity: they say nothing about what reached users.",
    ),
)

BOT_COMMITS_RATIO = Metric(
    name="bot_commits_ratio",
    question="Which share of commits do bots make, that every other number leaves out?",
    definition="Commits whose author is a bot (dependency updaters, release robots), over all "
    "commits. AI agents are not bots.",
    unit=RATIO,
    kind="activity",
    better="neither",
    needs=("commit", "account", "ai_attribution", "repository"),
    rows=_bot_commits,
    summary=RatioOfSums(of_flags=True),
    n_of="commits",
    version=1,
    references=("Dey et al. (2020), Detecting and Characterizing Bots that Commit Code, MSR",),
    caveats=("A bot that commits under a person's name is not seen.",),
)
