"""What limits you: what the doctor finds, and where work waits."""

from __future__ import annotations

from trueup.model.evidence import Abstention, Measurement
from trueup.report import names
from trueup.report.document import Block, Fold, OneLine, Section
from trueup.report.findings import Evidence
from trueup.report.sections.advice.diagnosed import diagnosed
from trueup.report.sections.delivery.boundaries import boundaries
from trueup.report.sentence import Sentence, how_sure
from trueup.report.view import View
from trueup.report.words import listed, value_of

STAGES = {"review": "the forge", "pipeline_run": "CI", "deployment": "deployments"}
"""Tables that show where work waits, and the source that fills each."""


def limits(view: View) -> Section:
    """Return where work waits, as far as git can show."""
    known = view.together
    growth = known.one(names.QUEUE_GROWTH)
    blocks: list[Block | Fold] = [*diagnosed(view.records.diagnosed)]
    if isinstance(growth, Measurement) and growth.interval and growth.interval.low > 0:
        text = (
            "More lands than is released: the queue grows by about {growth:bare}"
            f"{how_sure('growth', growth)}. So every wait on this page is at least so long."
        )
        blocks.append(Sentence(template=text, values={"growth": growth}))
    blocks += _waits(known)
    blocks += boundaries(known)
    missing = [name for table, name in STAGES.items() if not view.holds(table)]
    if missing:
        answers = "which stage limits the whole: coding, review, machines, release."
        blocks.append(OneLine(connect=listed(missing), answers=Sentence(template=answers)))
    return Section(id="limits", heading="What limits you", blocks=tuple(blocks))


def _waits(known: Evidence) -> list[Block]:
    """Say the one wait git shows whole, and what counting only what left would hide."""
    half = known.one(names.LANDED_TO_RELEASED, quantile="0.5")
    if isinstance(half, Abstention):
        return []
    text = (
        "The one wait git shows from end to end is from landing to the first release: "
        f"half within {{half}}{how_sure('half', half)}."
    )
    all_, left = (known.one(names.MEAN_WAIT, wait=name) for name in ("edge-corrected", "departed"))
    if isinstance(all_, Measurement) and isinstance(left, Measurement):
        text += " On average it is {all}, counting what still waits"
        alike = value_of(all_) == value_of(left)
        text += "." if alike else "; counting only what left, as dashboards do, would show {left}."
    return [Sentence(template=text, values={"half": half, "all": all_, "left": left})]
