"""What sessions are called, as a few lines for a terminal and as plain values for a machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from trueup.cli.findings import NO_BREAK, describe
from trueup.model.evidence import Abstention
from trueup.model.labelling import SCHEMES
from trueup.report import words

if TYPE_CHECKING:
    from trueup.measure.labels.mixes import Mix
    from trueup.model.cohort import OfPersons
    from trueup.model.evidence import Finding
    from trueup.model.labelling import Scheme
    from trueup.workspace.labelling import Planned, Ran, Sampled, Standing

_BY = {
    "metadata": "a rule on counts, without any text",
    "local": "a classifier on the machine of the transcripts",
    "endpoint": "a model at an address",
}


def standing_in_words(found: Standing) -> Iterator[str]:
    """Say shares by scheme and labeller, how far raters agree, and what is missing."""
    if found.window is None:
        yield "No session with an AI tool is recorded: connect a tool, then collect."
        return
    yield f"How sessions with AI tools are gone about, {words.span(found.window)}"
    yield "Descriptive: it says how persons work, and not what comes of it."
    for name, scheme in SCHEMES.items():
        yield ""
        yield f"{words.capital(name)}: {scheme.source}"
        yield f"  Read by persons: {found.read[name]:,} sessions"
        for one in found.agreements[name]:
            yield f"  {_agreement(one)}".replace(NO_BREAK, " ")
        for mix in found.mixes:
            if mix.scheme == scheme:
                yield from (f"  {line}".replace(NO_BREAK, " ") for line in _mix(mix))


def standing_as_json(found: Standing) -> dict[str, Any]:
    """Return everything as plain values."""
    return {
        "read": dict(found.read),
        "agreements": {
            name: [describe(one) for one in each] for name, each in found.agreements.items()
        },
        "mixes": [
            {
                "scheme": mix.scheme.name,
                "level": mix.level,
                "labelled_by": mix.labelled_by,
                "rater": mix.rater,
                "shares": describe(mix.shares)
                if isinstance(mix.shares, Abstention)
                else [_described(one) for one in mix.shares],
            }
            for mix in found.mixes
        ],
    }


def scheme_in_words(scheme: Scheme) -> Iterator[str]:
    """Say what each label means, for whoever gives them."""
    yield ""
    yield f"{scheme.question} Write one of:"
    for label in scheme.labels:
        yield f"  {label.name}: {label.means}"


def sampled_in_words(written: Sampled) -> Iterator[str]:
    """Say where sheets are and what to do with them."""
    yield f"{written.sessions} sessions stand in {' and '.join(map(str, written.files))}."
    if written.elsewhere:
        yield f"{written.elsewhere:,} more have no transcript on this machine: none was drawn."
    yield "Have two persons fill in the column label, each alone and from the transcripts named."
    yield "Ask whoever wrote in these sessions first. Then: trueup label --take FILE --take FILE"


def planned_in_words(planned: Planned) -> Iterator[str]:
    """Say what would be read where, and how to go on."""
    count = len(planned.sessions)
    if planned.by == "endpoint":
        yield f"The prompts of {count:,} sessions would be sent to {planned.place}."
    else:
        yield f"The prompts of {count:,} sessions would be read on this machine; none leaves it."
    if planned.done:
        yield f"{planned.done:,} have a label of {planned.rater} already."
    if planned.elsewhere:
        yield f"{planned.elsewhere:,} have no transcript on this machine."
    yield "Nothing was read. Go on with --yes."


def ran_in_words(ran: Ran | Abstention) -> Iterator[str]:
    """Say what a labeller did."""
    if isinstance(ran, Abstention):
        yield f"Nothing was labelled. {ran.reason} {ran.remedy}"
    else:
        left = f", {ran.unlabelled:,} could not be" if ran.unlabelled else ""
        yield f"{ran.labelled:,} sessions were labelled{left}."
    yield ""


def _agreement(one: Finding) -> str:
    if isinstance(one, Abstention):
        return f"Agreement of raters: {words.CANNOT_TELL}. {one.reason} {one.remedy}"
    raters = dict(one.group)["raters"]
    said = f"{words.value_of(one)} ({words.interval_of(one)})"
    return f"Agreement of {raters}: kappa {said}, {words.items_of(one)}"


def _mix(mix: Mix) -> Iterator[str]:
    level = "two groups" if mix.level == "groups" else "each label"
    yield f"By {_BY[mix.labelled_by]} ({mix.rater}), {level}:"
    if isinstance(mix.shares, Abstention):
        yield f"  {words.capital(words.CANNOT_TELL)}. {mix.shares.reason} {mix.shares.remedy}"
        return
    for one in mix.shares:
        label = dict(one.measured.group)["label"]
        yield f"  {label}: {words.value_of(one.measured)} ({words.interval_of(one.measured)})"
    yield f"  {_rests_on(mix.shares[0])}"


def _rests_on(one: OfPersons) -> str:
    measured = one.measured
    seen = "" if measured.coverage is None else f", {100 * measured.coverage:.0f} % of all"
    return f"{words.items_of(measured)}{seen}, {one.cohort.says()}; {measured.source}"


def _described(one: OfPersons) -> dict[str, Any]:
    return describe(one.measured) | {"persons": one.cohort.says()}
