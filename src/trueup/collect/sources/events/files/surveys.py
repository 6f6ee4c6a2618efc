"""Lines of a survey become one record, in which nobody can be told apart before it is written.

Respondents stand in the order of their answers, so that neither the order of a file nor the time
of an answer is left; groups too small to be shown lose their name.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trueup.collect.recorded import Note
from trueup.model.cohort import FEWEST
from trueup.model.surveys.scales import SCALE_OF

_K = FEWEST["survey"]


def begun(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a survey of which nothing was read yet."""
    return {
        "survey": values["survey"],
        "asked": values["asked"],
        "answers": [],
        "groups": {},
        "totals": {},
    }


def add_line(body: dict[str, Any], kind: str, values: Mapping[str, Any]) -> None:
    """Take a line; of several on the same group or total the last one counts."""
    group = " ".join(values.get("group", "").split()).casefold()
    if kind == "survey_group":
        body["groups"][group] = {"group": group, "invited": values["invited"]}
    elif kind == "survey_total":
        kept = {name: values[name] for name in ("measure", "value", "answered")}
        body["totals"][group, values["measure"]] = {"group": group, **kept}
    else:
        ticked = {code: values[code] for code in SCALE_OF if code in values}
        body["answers"].append({"group": group, "items": ticked})


def settle(body: dict[str, Any]) -> Iterator[Note]:
    """Put a body into the form it is kept in, and tell of what that leaves out."""
    given = [answer for answer in body["answers"] if answer["items"]]
    named = _large_enough(given)
    kept = [{**one, "group": one["group"] if one["group"] in named else ""} for one in given]
    empty = len(body["answers"]) - len(given)
    unnamed = sum(bool(one["group"]) for one in given) - sum(bool(one["group"]) for one in kept)
    body["answers"] = sorted(kept, key=lambda one: json.dumps(one, sort_keys=True))
    body["groups"] = [body["groups"][group] for group in sorted(body["groups"])]
    body["totals"] = [body["totals"][name] for name in sorted(body["totals"])]
    about = f"{body['survey']} of {body['asked']}"
    if empty:
        yield _note(
            f"answers to {about}",
            (len(given) + empty, len(given), empty),
            "nothing is ticked in these lines that a scoring key knows",
            "Name columns by the codes of docs/how-to/ask-people.md.",
        )
    if unnamed:
        yield _note(
            f"groups of {about}",
            (len(given), len(given) - unnamed, unnamed),
            f"these answers are kept without their group: fewer than {_K} would stand alone",
            "Ask in groups of more people; the answers count for the whole.",
        )


def _large_enough(answers: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Return the groups that keep their name: none of them, nor the rest, is too small."""
    sizes = Counter(answer["group"] for answer in answers)
    large = sorted((size, name) for name, size in sizes.items() if name and size >= _K)
    rest = len(answers) - sum(size for size, _ in large)
    while 0 < rest < _K and large:
        rest += large.pop(0)[0]
    return frozenset(name for _, name in large)


def _note(subject: str, counts: tuple[int, int, int], reason: str, remedy: str) -> Note:
    expected, seen, skipped = counts
    return Note(
        subject=subject,
        expected=expected,
        seen=seen,
        skipped=skipped,
        reason=reason,
        remedy=remedy,
    )
