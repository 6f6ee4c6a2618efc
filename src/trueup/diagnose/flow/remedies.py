"""What may be done about a stage that holds everything back, and what a model says it buys."""

from __future__ import annotations

from trueup.diagnose.diagnosis import Remedy
from trueup.model.evidence import Abstention
from trueup.simulate.flow.outlook import Outlook, of_work
from trueup.simulate.flow.question import Fitted
from trueup.simulate.flow.team import WhatIf
from trueup.simulate.intervention import Intervention

_PER_CODER = 2
_UNPLAYED = {
    "deployment": Intervention(
        does="Let more of what has landed be deployed at a time, or by more people",
        plays=None,
        watch="What has landed and is not in production should become less, week by week.",
    ),
    "checks": Intervention(
        does="Give checks more machines, or run fewer of them for each change",
        plays=None,
        watch="Checks should begin within minutes of being queued.",
    ),
}


_REVIEWERS = Intervention(
    does="Let two more people of each team review",
    plays=WhatIf(reviewers=2),
    watch="What waits for review should become less, and landed changes more.",
)
_SMALLER = Intervention(
    does="Make changes smaller by three in ten",
    plays=WhatIf(change_size=0.7),
    watch="Time per review should fall; lines landed in all should not.",
)
_AI_REVIEWER = Intervention(
    does="Let an AI reviewer read a third of each change first",
    plays=WhatIf(review_speed=1.5),
    watch="Reviews per reviewer should rise; incidents per change should not.",
)
_FASTER = Intervention(
    does="Make coding faster by six in ten, with AI tools or without",
    plays=WhatIf(coding_speed=1.6),
    watch="Landed changes should rise; where only what waits for review does, it bought nothing.",
)
_CODERS = Intervention(
    does="Let two more people of each team write",
    plays=WhatIf(coders=2),
    watch="Tasks that wait should become less, and landed changes more.",
)


def interventions(stage: str, coders: int) -> tuple[Intervention, ...]:
    """Return what may be done, and what buys nothing although one might think so.

    Parameters
    ----------
    coders
        Who write in a team.
    """
    most = _PER_CODER * coders
    limit = Intervention(
        does=f"Begin nothing while {most} changes of a team are under way",
        plays=WhatIf(most_under_way=most),
        watch="Waiting should fall; landed changes should stay as they are, for it buys none.",
    )
    if stage == "review":
        return (_REVIEWERS, _SMALLER, _AI_REVIEWER, limit, _FASTER)
    return (_FASTER, _CODERS, _REVIEWERS)


def remedies(fitted: Fitted, stage: str) -> tuple[Remedy, ...]:
    """Play what may be done about a stage; what surely buys most comes first."""
    if stage in _UNPLAYED:
        return (Remedy(intervention=_UNPLAYED[stage], gain=_unplayed(stage)),)
    asked = interventions(stage, fitted.coders)
    played = fitted.play({one.does: one.plays for one in asked if isinstance(one.plays, WhatIf)})
    found = [_worth(one, outlook) for one, outlook in zip(asked, played[1:], strict=True)]
    return tuple(sorted(found, key=lambda one: -one.least))


def _worth(intervention: Intervention, outlook: Outlook) -> Remedy:
    is_resized = outlook.what_if.change_size != 1.0
    return Remedy(
        intervention=intervention,
        gain=of_work(outlook),
        counted=outlook.against if is_resized else None,
    )


def _unplayed(stage: str) -> Abstention:
    return Abstention(
        metric="throughput",
        reason=f"A fitted team knows how long {stage} takes and not why it waits.",
        remedy="Do it in a few teams and compare what waits there with the others.",
    )
