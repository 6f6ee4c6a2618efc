"""The next capacity to build: which artefact to add, on what evidence, and what to watch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from trueup.measure.practices.rubric import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to add.

    Parameters
    ----------
    capacity, point
        What it would show: the first or the second point of a capacity.
    add
        The concrete artefact.
    evidence, link
        What speaks for it, how weak that is, and where it can be read.
    watch
        What to look at afterwards, also for harm.
    """

    capacity: str
    point: int
    add: str
    evidence: str
    link: str
    watch: str


_PROFILE = (
    "Of 441 private repositories, complexity rose 53 % without and 27 % with basic rules for "
    "agents; commits rose alike in both. Hypothesis-generating, read second-hand."
)
_PROFILE_LINK = "https://arxiv.org/abs/2608.25241"
_CLIFF = "Named as a capacity of the third level by its author: a synthesis without its own data."
_CLIFF_LINK = "https://info.bizandtech.net"
STEPS: Mapping[tuple[str, int], Step] = MappingProxyType(
    {
        (step.capacity, step.point): step
        for step in (
            Step(
                capacity="evaluate",
                point=1,
                add="A rule in CI and in the context file: a change to code comes with a test.",
                evidence="Issues in agents' changes follow their size (1,210 fixes by agents), and "
                "a test bounds what has to be read. Read second-hand.",
                link="https://arxiv.org/abs/2601.20109",
                watch="Reverts and fixes within 30 days of marked changes; tests that assert "
                "nothing.",
            ),
            Step(
                capacity="integrate",
                point=1,
                add="One AGENTS.md (CLAUDE.md may point to it): how to build, test and review "
                "here, with an owner, corrected whenever an agent goes wrong.",
                evidence=_PROFILE,
                link=_PROFILE_LINK,
                watch="Complexity and rework of marked changes. A file nobody corrects decays: "
                "2,303 such files were studied, most say how to build and test, few speak of "
                "security (arXiv 2511.12884).",
            ),
            Step(
                capacity="orchestrate",
                point=1,
                add="One recurring task (upgrades, flaky tests) done by an agent on a branch, with "
                "an AI mark in the commit.",
                evidence=_CLIFF,
                link=_CLIFF_LINK,
                watch="Waits for review: faster starts before a full queue finish nothing sooner.",
            ),
            Step(
                capacity="decompose",
                point=1,
                add="A plans folder: a short plan per task, reviewed before code is written.",
                evidence=_CLIFF,
                link=_CLIFF_LINK,
                watch="Size of changes. Plans that nobody changes after the first commit are a "
                "ritual.",
            ),
            Step(
                capacity="adapt",
                point=1,
                add="A weekly look at what was turned down and why, written into the context file.",
                evidence="Experienced users of agents approve more by default (20 to 40 % of "
                "sessions) and interrupt more (5 to 9 % of turns): neither is good by itself.",
                link="https://learn-anthropic.pages.dev/en/articles/research/"
                "measuring-agent-autonomy.html",
                watch="Later fixes of what was accepted as it came.",
            ),
            Step(
                capacity="evaluate",
                point=2,
                add="An evals folder that runs in CI: twenty tasks of your own with known answers, "
                "for the agents' instructions or for what models do in the product.",
                evidence=_CLIFF,
                link=_CLIFF_LINK,
                watch="Whether an eval ever failed; one that never does, tests nothing.",
            ),
            Step(
                capacity="orchestrate",
                point=2,
                add="A hook that runs formatter and tests after each edit, and a skill for the "
                "task agents get most often.",
                evidence=_CLIFF,
                link=_CLIFF_LINK,
                watch="Cost per change that shipped and stayed; loops of repeated calls.",
            ),
            Step(
                capacity="integrate",
                point=2,
                add="A committed .mcp.json for the one system agents are told about by hand most "
                "often (tracker, logs, schema), with read-only rights.",
                evidence=_CLIFF,
                link=_CLIFF_LINK,
                watch="Rights of the server, and whether it is called at all.",
            ),
        )
    }
)
"""By capacity and point, in the order in which they are proposed."""


_OF_THE_THIRD = ("orchestrate", "evaluate")


def next_step(standing: Standing) -> Step | None:
    """Return what to build next; None where level 3 is seen.

    Up to the second level, first points; from there, what the third asks for. The first of
    `STEPS` whose point is seen to be absent, else the first whose point is not seen: checks come
    before speed, since output that nobody can check waits for review.
    """
    least = standing.levels[0]
    if least == 3:
        return None
    wanted = [key for key in STEPS if (key[1] == 1 if least == 1 else key[0] in _OF_THE_THIRD)]
    earned = {key: standing.of(key[0]).earned(key[1]) for key in wanted}
    absent = [key for key in wanted if earned[key] is False]
    unseen = [key for key in wanted if earned[key] is None]
    return next((STEPS[key] for key in (*absent, *unseen)), None)
