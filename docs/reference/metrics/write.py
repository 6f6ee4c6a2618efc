"""Writes what a metric page can take from the metric itself; leaves the written parts alone.

``python -m docs.reference.metrics.write`` writes the pages; ``--check`` fails where one differs.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from trueup.measure.catalogue import all_metrics
from trueup.measure.metric import Metric

FOLDER = Path(__file__).parent
WRITTEN = ("Worked example", "What moves it besides AI", "How it is gamed")
HEADINGS = ("Question", "Definition", "Unit", *WRITTEN, "Sources")


def page(metric: Metric, written: dict[str, str]) -> str:
    """Return the page of `metric` around its written sections."""
    facts = {
        "Question": metric.question,
        "Definition": _definition(metric),
        "Unit": _unit(metric),
        "Sources": "\n".join(f"- {reference}" for reference in metric.references),
    }
    parts = [f"# {metric.name}"]
    for heading in HEADINGS:
        body = facts.get(heading) or written.get(heading, "").strip()
        parts += [f"## {heading}", body]
    return "\n\n".join(parts) + "\n"


def sections(text: str) -> dict[str, str]:
    """Return the body of each section by heading."""
    found = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return {title: body.strip() for title, body in zip(found[::2], found[1::2], strict=True)}


def _definition(metric: Metric) -> str:
    caveats = [f"- {line}" for caveat in metric.caveats for line in [caveat]]
    return "\n".join([_lines(metric.definition), "", "What it does not say:", "", *caveats])


def _unit(metric: Metric) -> str:
    rows = [
        ("Unit", f"`{metric.unit.name}`"),
        ("Kind", metric.kind),
        ("Better", metric.better),
        ("Said as", metric.qualifier or "measured"),
        ("Version", str(metric.version)),
        ("Summary", f"`{type(metric.summary).__name__}`"),
        ("Counts", metric.n_of),
        ("Reads", ", ".join(f"`{table}`" for table in metric.needs)),
        ("When it cannot be told", metric.remedy),
    ]
    return "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows)])


def _lines(text: str) -> str:
    return re.sub(r"(?<=[a-z0-9)%])\. (?=[A-Z])", ".\n", text)


def main(arguments: list[str]) -> int:
    """Write or check every page; return how many differ when checking."""
    stale = []
    for name, metric in all_metrics().items():
        path = FOLDER / f"{name}.md"
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        after = page(metric, sections(before))
        if before != after:
            stale.append(path.name)
            if "--check" not in arguments:
                path.write_text(after, encoding="utf-8")
    if "--check" in arguments and stale:
        sys.stderr.write(f"stale: {', '.join(stale)}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
