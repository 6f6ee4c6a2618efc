"""What others have found on handing work over: short tasks, other people, no firm over years."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One published finding, in our own words.

    Parameters
    ----------
    study
        Who, and when.
    design
        How it was found, and among whom.
    says
        What was found, with its figures.
    link
        Where it stands.
    """

    study: str
    design: str
    says: str
    link: str


ANCHORS = (
    Anchor(
        study="Anthropic Economic Index (2025)",
        design="transcripts of one vendor's tool, classified by its model",
        says="79 % of coding sessions in an agent were delegation, 49 % in a chat. Read from "
        "transcripts: no proxy from counts is the same.",
        link="https://www.anthropic.com/research/impact-software-development",
    ),
    Anchor(
        study="Shen and Tamkin (2026)",
        design="randomised; 52 developers, mostly junior, one new library",
        says="Quiz afterwards 50 % with AI against 67 % without (d = 0.74). Who asked for "
        "explanations too kept up; who delegated did not.",
        link="https://arxiv.org/abs/2601.20245",
    ),
    Anchor(
        study="Liu and others (2026)",
        design="three randomised trials, 1,222 people, about a quarter of an hour each",
        says="With AI taken away more gave up, and scores without help were lower (d = -0.19 to "
        "-0.42, as others report it).",
        link="https://arxiv.org/abs/2604.04721",
    ),
    Anchor(
        study="Yin and others (Scientific Reports)",
        design="randomised, 269 office workers, and a survey of 270",
        says="Passive copying: ownership about a fifth lower, belief in oneself and meaning about "
        "a tenth, the last two also afterwards. Drafting first: no loss that was measured.",
        link="https://www.brightsurf.com/news/8X5Y3OM1",
    ),
)
