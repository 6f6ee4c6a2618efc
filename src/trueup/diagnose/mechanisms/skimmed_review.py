"""Changes marked with AI are looked at less closely than others of their kind."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.diagnose.case import Case
from trueup.diagnose.diagnosis import Absent, Answer, Diagnosis, Evidence, Mechanism, Remedy
from trueup.measure.comparing.looked_at import LookedAt, looked_at
from trueup.model.evidence import Abstention, Measurement
from trueup.model.rival import Rival
from trueup.simulate.intervention import Intervention

NAME = "skimmed_review"
NOTABLE_COMMENTS = 0.35
NOTABLE_UNSEEN = 0.15
"""So many comments fewer, as a share, or so much oftener unseen, would be worth knowing: only where
both are ruled out is the mechanism called absent."""


def examine(case: Case) -> Answer:
    """Look at how changes with and without marks are looked at."""
    if not case.has("change.opened_at") or not case.has("ai_attribution"):
        return Abstention(
            metric=NAME,
            reason="No reviews, or no marks of AI tools, are recorded.",
            remedy="Connect the forge, and let tools sign the commits they make.",
        )
    settings = case.settings
    found = looked_at(
        case.tables,
        window=case.window,
        k=settings.privacy.delivery_k,
        timezone=settings.workspace.timezone,
    )
    return judge(found)


def judge(found: LookedAt | Abstention) -> Answer:
    """Judge two signs: fewer comments, and more changes nobody else looked at.

    Each has an interval of 97.5 %, so that both together err once in twenty times; either shows it.
    """
    if isinstance(found, Abstention):
        return Abstention(metric=NAME, reason=found.reason, remedy=found.remedy)
    fewer, oftener = _ends(found.comments)[1] < 0, _ends(found.unseen)[0] > 0
    if fewer or oftener:
        return _found(found, fewer=fewer, oftener=oftener)
    is_out = _ends(found.comments)[0] > -NOTABLE_COMMENTS and (
        _ends(found.unseen)[1] < NOTABLE_UNSEEN
    )
    if is_out:
        return Absent(
            mechanism=NAME,
            because="Marked changes are looked at about as closely as others of their repository, "
            "quarter and size.",
            evidence=tuple(_evidence(found, fewer=False, oftener=False)),
        )
    return Abstention(
        metric=NAME,
        reason="Whether marked changes are looked at less closely cannot be told: they have "
        f"{found.comments.say()} comments ({found.comments.say_interval()}) against others of "
        "their kind.",
        remedy="Wait for more reviewed changes, or connect the forge of more repositories.",
        n=found.comments.n,
        n_of="changes",
    )


def _found(found: LookedAt, *, fewer: bool, oftener: bool) -> Diagnosis:
    what = " and ".join(
        said
        for said, shown in (
            ("have fewer comments by people", fewer),
            ("more often land without another person's look", oftener),
        )
        if shown
    )
    rivals = (_same_author(found, fewer=fewer, oftener=oftener), _machines(found), *_UNMEASURED)
    is_sound = fewer and oftener and all(one.answer != "may explain it" for one in rivals)
    measured = rivals[0].answer == "ruled out"
    return Diagnosis(
        mechanism=NAME,
        claim=f"Changes marked with AI {what} than others of the same repository, quarter and "
        "size.",
        strength="moderate" if is_sound and measured else "weak",
        evidence=tuple(_evidence(found, fewer=fewer, oftener=oftener)),
        rivals=(_KIND, *rivals),
        would_change=(
            "Reviews of marked changes that take place where no record is made.",
            "The same authors' unmarked changes are looked at just as little.",
            "Marked changes of one kind of work alone: tests, or renaming.",
        ),
        remedies=(_SECOND_LOOK,),
    )


def _evidence(found: LookedAt, *, fewer: bool, oftener: bool) -> Iterator[Evidence]:
    shown = (
        (
            "Comments by people on marked changes, against others of their kind",
            found.comments,
            fewer,
        ),
        (
            "Marked changes nobody else looked at, against others of their kind",
            found.unseen,
            oftener,
        ),
    )
    for says, value, speaks in sorted(shown, key=lambda one: not one[2]):
        yield Evidence(says=says, value=value, speaks="for" if speaks else "against")
    crude = "The same without holding repository, quarter and size equal"
    yield Evidence(
        says=crude,
        value=found.crude_comments,
        speaks="for" if _ends(found.crude_comments)[1] < 0 else "against",
    )


def _same_author(found: LookedAt, *, fewer: bool, oftener: bool) -> Rival:
    """Ask whether whoever uses AI is looked at less whatever they change: by each sign shown."""
    name = "who_writes_them"
    if found.own_comments is None or found.own_unseen is None:
        says = "Too few authors have both marked and unmarked changes of a size to compare."
        return Rival(name=name, answer="not measured", says=says)
    still_fewer = _ends(found.own_comments)[1] < 0 or not fewer
    stands = still_fewer and (_ends(found.own_unseen)[0] > 0 or not oftener)
    says = (
        f"Among changes of one author and size marked ones have {found.own_comments.say()} "
        f"comments ({found.own_comments.say_interval()})."
    )
    return Rival(name=name, answer="ruled out" if stands else "may explain it", says=says)


def _machines(found: LookedAt) -> Rival:
    """Ask whether AI agents look at marked changes in people's place."""
    oftener = _ends(found.by_machine)[0] > 0
    says = f"An AI agent looks at marked changes {found.by_machine.say()} more often."
    return Rival(
        name="machines_review_instead",
        answer="may explain it" if oftener else "ruled out",
        says=says,
    )


def _ends(value: Measurement) -> tuple[float, float]:
    """Return the interval; everything is possible where there is none."""
    if value.interval is None:
        return float("-inf"), float("inf")
    return value.interval.low, value.interval.high


_KIND = Rival(
    name="size_place_and_time",
    answer="ruled out",
    says="Changes are compared within one repository, quarter and class of size.",
)
_UNMEASURED = (
    Rival(
        name="easier_to_read",
        answer="not measured",
        says="Tests, renaming and boilerplate need less of a look: no record tells what a change "
        "is about.",
    ),
    Rival(
        name="looked_at_elsewhere",
        answer="not measured",
        says="Reviews in a call, or while the author reads what the tool wrote, leave no record.",
    ),
)
_SECOND_LOOK = Remedy(
    intervention=Intervention(
        does="Let another person read every marked change of more than 100 lines, in parts small "
        "enough to read",
        plays=None,
        watch="Comments on marked changes should come near those on others of their size, and "
        "what is taken back or mended should fall.",
    ),
    gain=Abstention(
        metric=NAME,
        reason="No model of ours has in it how closely a change is read.",
        remedy="Begin in some repositories, drawn by lot, and compare what is mended later.",
    ),
)
MECHANISM = Mechanism(
    name=NAME,
    question="Are changes made with AI looked at less closely than others like them?",
    story="What a tool wrote looks finished, comes in quantity, and its author did not think it "
    "through line by line. If nobody else does, faults pass that a look would have found.",
    examine=examine,
    references=(
        "Bacchelli and Bird (2013), Expectations, outcomes, and challenges of modern code review",
        "Mantel and Haenszel (1959), for comparison within kinds",
        "Observational part of arXiv 2607.07980: changes without a human review, by who wrote them",
    ),
)
