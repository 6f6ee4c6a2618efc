"""The page on mechanisms: facts from the program around sections that people write."""

from __future__ import annotations

import re

from docs.balance import REFERENCE, kept_sections, listed_items, written_sections
from trueup.diagnose.catalogue import all_mechanisms

WRITTEN = ("Rule", "Worlds", "Cannot tell")
MADE = (
    "<!-- Made by `make docs` from the program, save for the sections Rule, Worlds and Cannot "
    "tell: those are written here, and kept. -->"
)


def mechanisms_page() -> str:
    """Every mechanism: its question and story, its rule, the worlds it was tried on."""
    written = written_sections(REFERENCE / "mechanisms.md")
    mechanisms = all_mechanisms()
    rows = [f"| [{name}](#{name}) | {one.question} |" for name, one in mechanisms.items()]
    parts = [
        MADE,
        "# Mechanisms",
        (
            "Ways in which value is lost, one file each in `src/trueup/diagnose/mechanisms/`.\n"
            "`trueup diagnose` looks for all of them, `--only NAME` for one; the report shows what "
            "is found under *What limits you* and *What to do next Monday*.\n"
            "[What limits you](../explanation/what-limits-you.md) says how each is judged, and "
            "[Add a mechanism](../how-to/add-a-mechanism.md) how another comes in."
        ),
        "\n".join(["| Mechanism | Question |", "| --- | --- |", *rows]),
    ]
    for name, one in mechanisms.items():
        parts += [f"## {name}", one.question, re.sub(r"(?<=[.?]) (?=[A-Z])", "\n", one.story)]
        parts += kept_sections(written, name, WRITTEN)
        parts += ["### References", listed_items(one.references)] if one.references else []
    return "\n\n".join(parts) + "\n"
