"""How sessions are gone about, by labels; put right for mistakes, or why not."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.measure.labels.mixes import SHARE, Mix
from trueup.model.cohort import OfPersons
from trueup.model.evidence import Abstention
from trueup.model.labelling import Scheme
from trueup.report.document import Block, Cell, Definition, Table
from trueup.report.sentence import Name, Quoted, Sentence

LABELS = (
    Definition(
        metric=SHARE,
        version=1,
        question="Which share of sessions with AI tools is gone about in each way?",
        definition="Labels that a rule on counts, a classifier or a model gave sessions, put "
        "right by how often each was taken for another in sessions that persons read: the shares "
        "that come nearest to what was counted once they went through the same mistakes. Persons "
        "are drawn anew, with their sessions and those that were read.",
        unit="ratio",
        kind="exposure",
        references=("Rogan and Gladen (1978), American Journal of Epidemiology 107(1).",),
        caveats=(
            "Sessions that were read must be like those that were not.",
            "Who hands over more may have easier work.",
        ),
    ),
)
"""What the shares mean."""
_BY = {
    "metadata": "a rule on counts",
    "local": "a classifier that read prompts where they lie",
    "endpoint": "a model of your own that was sent prompts",
}


def labelled(mixes: tuple[Mix, ...]) -> Iterator[Block]:
    """Yield the shares of each scheme by the first labeller that is good enough.

    Where something was labelled and none is good enough, why; nothing where nobody began to.
    """
    for scheme in dict.fromkeys(mix.scheme.name for mix in mixes):
        own = [mix for mix in mixes if mix.scheme.name == scheme]
        told = [mix for mix in own if not isinstance(mix.shares, Abstention)]
        if told:
            first = told[0].rater
            yield _table(next(m for m in reversed(told) if m.rater == first))
        yield from (_untold(mix.shares) for mix in _begun(own) if not told)


def _table(mix: Mix) -> Table:
    shares = () if isinstance(mix.shares, Abstention) else mix.shares
    return Table(
        caption=Sentence(
            template="How sessions are gone about, after {source}; labels by {who}, of {persons}.",
            values={
                "source": Quoted(text=mix.scheme.source.partition(", http")[0], by=SHARE),
                "who": Name(_BY[mix.labelled_by]),
                "persons": Quoted(text=shares[0].cohort.says(), by=SHARE),
            },
        ),
        columns=("Label", "Share of sessions"),
        rows=tuple(_row(mix.scheme, one) for one in shares),
    )


def _row(scheme: Scheme, one: OfPersons) -> tuple[Cell, ...]:
    name = dict(one.measured.group)["label"]
    titles = {label.name: label.title for label in scheme.labels}
    title = titles.get(name) or scheme.groups[name]
    return Name(title[:1].upper() + title[1:]), one.measured


def _begun(mixes: list[Mix]) -> list[Mix]:
    """Return the first that rests on text, as told apart into two groups; none without one."""
    return [mix for mix in mixes if mix.labelled_by != "metadata" and mix.level == "groups"][:1]


def _untold(shares: object) -> Sentence:
    assert isinstance(shares, Abstention)
    return Sentence(
        template="How sessions are gone about, by labels, {it:cannot}: {it:reason}. {it:remedy}.",
        values={"it": shares},
        tone="note",
    )
