"""Review: how long it takes, how deep it looks, who carries it; and who makes the changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trueup.model.evidence import Abstention, Measurement
from trueup.report.document import Block, Section, Table
from trueup.report.findings import Evidence
from trueup.report.sections.delivery.rows import MEDIAN, Row, half, table
from trueup.report.sentence import Defined, Sentence, how_sure
from trueup.report.view import View

ROWS = (
    half("Wait for the first person, half within", "pickup_seconds"),
    half("First review to landing, half within", "review_to_landed_seconds"),
    half("First answer of an AI reviewer, half within", "first_ai_review_seconds"),
    Row(label="Changes an AI agent reviewed", metric="changes_reviewed_by_ai_ratio"),
    Row(label="Changes no person reviewed", metric="changes_without_human_review_ratio"),
    Row(label="Approved soon and without a word", metric="quick_silent_approvals_ratio"),
    half("Reviews of one reviewer in a week, half give fewer", "review_load_per_week"),
    Row(
        label="Reviews of one reviewer in a week, one in seven gives more",
        metric="review_load_per_week",
        group={"quantile": "0.85"},
    ),
    Row(label="People's comments for a hundred lines", metric="review_depth_comments"),
    Row(label="People's comments on a change", metric="human_review_comments"),
    Row(label="Machines' comments on a change", metric="machine_review_comments"),
    Row(label="Changes with a comment on the code", metric="changes_with_code_comments_ratio"),
)
KINDS = (("human", "People"), ("ai_agent", "AI agents"), ("bot", "Bots"))
BY_KIND: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("Changes landed", "changes_landed_per_week", {}),
    ("Opened to landed, half within", "opened_to_landed_seconds", MEDIAN),
    ("Lines in a change, mean", "proposed_size_lines", {}),
    ("Reviewed by no person", "changes_without_human_review_ratio", {}),
)


def review(view: View) -> Section | None:
    """Return what reviews show; None where no forge is recorded."""
    known = view.together
    blocks: list[Block] = [*_lead(known)]
    blocks += table(known, "Review by people, and what machines do of it, apart.", ROWS)
    blocks += _by_kind(known)
    if not any(isinstance(block, Table) for block in blocks):
        return None
    return Section(id="review", heading="Review", blocks=tuple(blocks))


def _lead(known: Evidence) -> Iterator[Sentence]:
    wait = known.one("pickup_seconds", **MEDIAN)
    alone = known.one("changes_without_human_review_ratio")
    if isinstance(wait, Abstention):
        return
    text = f"Half of all changes wait {{wait}} or longer for a person{how_sure('wait', wait)}."
    if isinstance(alone, Measurement):
        text += f" {{alone}} land without one having looked{how_sure('alone', alone)}."
    yield Sentence(template=text, values={"wait": wait, "alone": alone})


def _by_kind(known: Evidence) -> Iterator[Table]:
    kinds = [
        (kind, words)
        for kind, words in KINDS
        if isinstance(known.one("changes_landed_per_week", actor_kind=kind), Measurement)
    ]
    if len(kinds) < 2:
        return
    rows = tuple(
        (
            Defined(text=label, by=metric),
            *(known.one(metric, actor_kind=kind, **group) for kind, _ in kinds),
        )
        for label, metric, group in BY_KIND
    )
    caption = Sentence(
        template="People, AI agents and bots are three classes: a change is its author's. What an "
        "agent wrote under a person's account is the person's here."
    )
    columns = ("", *(words for _, words in kinds))
    yield Table(caption=caption, columns=columns, rows=rows)
