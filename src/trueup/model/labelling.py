"""What a session with an AI tool may be called: schemes of labels, their definitions as data.

Definitions are in our own words. A scheme whose meaning changes gets another name, so that labels
of two meanings never stand together.

There is no scheme of emotions, attachment, vulnerability, health, beliefs or values, and none of
"disempowerment": what persons are is not to be read off what they write at work, and at the rates
that are published of software work a count of severe cases would be mostly a labeller's mistakes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trueup.errors import ConfigError, try_one_of

LABELLED_BY = ("person", "metadata", "local", "endpoint")
"""Who gave a label: a person who read the session; a rule on counts, without any text; a
classifier on the machine the transcripts lie on; a model at an address of the user's own."""
OF_TEXT = frozenset(("person", "local", "endpoint"))
"""Of these, who has read what persons wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label.

    Parameters
    ----------
    name
        As rows have it.
    title
        As a reader would say it.
    means
        When a session gets it: one sentence.
    group
        Which of the scheme's two groups it belongs to.
    """

    name: str
    title: str
    means: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """Labels of which a session gets exactly one.

    Parameters
    ----------
    question
        What whoever labels is asked about a session.
    groups
        The two groups of labels, each with what it stands for; the first is that in which more is
        handed over.
    source
        Whose distinction it is.
    """

    name: str
    question: str
    labels: tuple[Label, ...]
    groups: Mapping[str, str]
    source: str

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the labels, in order."""
        return tuple(label.name for label in self.labels)

    def group_of(self, name: str) -> str | None:
        """Return the group of a label, or of a group's own name; None for neither."""
        if name in self.groups:
            return name
        return next((label.group for label in self.labels if label.name == name), None)


PATTERNS = Scheme(
    name="patterns",
    question="How does the person go to work with the tool over the session as a whole?",
    labels=(
        Label(
            name="delegation",
            title="delegation",
            means="The task is given away whole and what comes back is taken; the person asks "
            "nothing about it.",
            group="handed_over",
        ),
        Label(
            name="progressive_reliance",
            title="progressive reliance",
            means="It begins with questions or with work of the person's own, and ends with the "
            "tool doing what is left.",
            group="handed_over",
        ),
        Label(
            name="iterative_debugging",
            title="debugging by the tool",
            means="Errors are handed over again and again for the tool to find and mend, and the "
            "cause is not asked for.",
            group="handed_over",
        ),
        Label(
            name="generation_then_comprehension",
            title="made first, then understood",
            means="The tool writes, and afterwards the person asks how it works or why it is so.",
            group="thought_through",
        ),
        Label(
            name="hybrid",
            title="code with its explanation",
            means="The person asks for code and for its explanation in the same breath.",
            group="thought_through",
        ),
        Label(
            name="conceptual_inquiry",
            title="questions of understanding",
            means="The person asks only how things work, and writes and mends the code without "
            "the tool.",
            group="thought_through",
        ),
    ),
    groups={
        "handed_over": "the work and the thinking about it are handed over",
        "thought_through": "the person thinks along: asks why, or how it works",
    },
    source="the six patterns of Shen and Tamkin (2026), https://arxiv.org/abs/2601.20245",
)

MODES = Scheme(
    name="modes",
    question="Who carries the work over the session as a whole, the tool alone or both?",
    labels=(
        Label(
            name="directive",
            title="directive",
            means="One order, carried out with hardly a word between.",
            group="automation",
        ),
        Label(
            name="feedback_loop",
            title="feedback loop",
            means="The tool goes on by itself; the person mostly passes on errors and outcomes.",
            group="automation",
        ),
        Label(
            name="task_iteration",
            title="task iteration",
            means="The person works on the result together with the tool and steers each round.",
            group="augmentation",
        ),
        Label(
            name="learning",
            title="learning",
            means="The person wants to know or to understand something.",
            group="augmentation",
        ),
        Label(
            name="validation",
            title="validation",
            means="The person has made something and has the tool check or better it.",
            group="augmentation",
        ),
    ),
    groups={
        "automation": "the tool carries the work",
        "augmentation": "person and tool carry it together",
    },
    source="the modes of the Anthropic Economic Index, "
    "https://huggingface.co/datasets/Anthropic/EconomicIndex",
)

SCHEMES: Mapping[str, Scheme] = {scheme.name: scheme for scheme in (PATTERNS, MODES)}


def scheme_named(name: str) -> Scheme:
    """Return the scheme of a name.

    Raises
    ------
    ConfigError
        There is none.
    """
    if name not in SCHEMES:
        raise ConfigError(f"No scheme is called {name!r}.", hint=try_one_of(SCHEMES, name))
    return SCHEMES[name]
