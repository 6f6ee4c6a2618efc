"""How work reaches users: DORA's five, and where the time of a change goes."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.measure.records.change_stages import STAGES, UNATTRIBUTED
from trueup.model.evidence import Measurement
from trueup.report.document import Block, Cell, Section, Table
from trueup.report.findings import Evidence
from trueup.report.sections.delivery.rows import Row, half, table
from trueup.report.sentence import Filling, Name, Sentence, how_sure
from trueup.report.view import View

WHOLE = "cycle_time_seconds"
CALLED = {
    "coding": "Coding, until it is put up",
    "pickup": "Waiting for the first person to review",
    "review": "Review, until the last approval",
    "merge": "Approved, waiting to land",
    "deploy": "Landed, waiting for production",
    UNATTRIBUTED: "Unattributed: no review or approval tells",
}
FIVE = (
    Row(label="Deployments", metric="deployments_per_week"),
    half("First commit to production, half within", "lead_time_from_commit_seconds"),
    half("Ready for review to production, half within", "lead_time_from_ready_seconds"),
    Row(label="Deployments followed by a failure", metric="failed_deployments_ratio"),
    half("Failed deployment until mended, half within", "failed_deployment_recovery_seconds"),
    Row(label="Deployments nobody planned", metric="deployment_rework_ratio"),
    Row(label="Changes in one deployment", metric="deployment_batch_items"),
    Row(label="Landed changes that are in production", metric="deployed_changes_ratio"),
    Row(label="Incidents, whatever brought them", metric="incidents_per_week"),
    Row(label="In production and left as it is", metric="rework_free_changes_ratio"),
    Row(label="The same, weighted by lines", metric="rework_free_lines_ratio"),
)


def users(view: View) -> Section | None:
    """Return how work reaches users; None where no forge and no deployment is recorded."""
    known = view.together
    blocks: list[Block] = [*_lead(known), *_stages(known)]
    blocks += table(
        known,
        "Delivery as DORA's five measures have it, and what they leave out. Without a record of "
        "a deployment nothing is taken to have reached users.",
        FIVE,
    )
    if not any(isinstance(block, Table) for block in blocks):
        return None
    return Section(id="delivery", heading="How work reaches users", blocks=tuple(blocks))


def _staged(known: Evidence) -> list[tuple[str, Measurement]]:
    found = ((name, known.one(WHOLE, stage=name)) for name in (*STAGES, UNATTRIBUTED))
    return [(name, each) for name, each in found if isinstance(each, Measurement)]


def _lead(known: Evidence) -> Iterator[Sentence]:
    whole, staged = known.one(WHOLE), _staged(known)
    if not isinstance(whole, Measurement) or not staged:
        return
    name, longest = max(staged, key=lambda each: each[1].value)
    words = CALLED[name]
    text = (
        f"From first commit to production a change takes {{whole}} on average"
        f"{how_sure('whole', whole)}. Most of it is: {{what}}, {{longest}}."
    )
    values: dict[str, Filling] = {
        "whole": whole,
        "longest": longest,
        "what": Name(words[:1].lower() + words[1:]),
    }
    yield Sentence(template=text, values=values)


def _stages(known: Evidence) -> Iterator[Table]:
    whole, staged = known.one(WHOLE), _staged(known)
    if not isinstance(whole, Measurement) or not staged:
        return
    rows: list[tuple[Cell, ...]] = [(Name(CALLED[name]), each) for name, each in staged]
    rows.append((Name("All of it"), whole))
    caption = Sentence(
        template="Where the time of a change goes: means over {whole:n}, {whole:window}. The "
        "stages and what is unattributed add up to the whole.",
        values={"whole": whole},
    )
    yield Table(caption=caption, columns=("Stage", "Mean time"), rows=tuple(rows))
