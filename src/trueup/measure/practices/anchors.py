"""Published figures beside which practice is read, and how far each carries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What one study says of files for AI tools.

    Parameters
    ----------
    about
        What was looked at.
    found
        What was found, with its numbers.
    carries
        How far: what was compared, how the figures are known.
    link
        Where it can be read.
    """

    about: str
    found: str
    carries: str
    link: str


ANCHORS = (
    Anchor(
        about="Committed configuration of agents",
        found="After adoption complexity rose 53 % where nothing was committed and 27 % with basic "
        "rules, warnings 24 and 14 %; commits rose by 28 to 38 % in every tier, duplication alike.",
        carries="441 private repositories of 27 firms, adopters compared with each other: an "
        "association, read second-hand.",
        link="https://arxiv.org/abs/2608.25241",
    ),
    Anchor(
        about="Context files",
        found="2,303 files in 1,925 repositories: edited like code, mostly on how to build and "
        "test, seldom on security.",
        carries="Says that they are common, and nothing of outcomes: presence is cheap, so upkeep "
        "is what counts here.",
        link="https://arxiv.org/abs/2511.12884",
    ),
    Anchor(
        about="The three levels",
        found="-20 to +15 % at the first, +15 to +35 % at the second, and a discontinuity before "
        "the third, for which no cut-off is given.",
        carries="A synthesis without data of its own; its one measured case of the third level is "
        "one developer of sixteen.",
        link="https://aijourn.com/the-llm-productivity-cliff-why-ai-productivity-gains-are-all-or-"
        "nothing",
    ),
)
"""In the order in which they are shown."""
