"""Pages on estimators and checks: facts from the program around sections that people write.

``docs.generate`` writes them beside the other reference pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from trueup.estimate.catalogue import all_estimators, find_estimator
from trueup.estimate.checking import Case, all_checks
from trueup.estimate.estimator import Fit
from trueup.estimate.inference.rule import FEW_CLUSTERS, FEW_TREATED, MANY_CLUSTERS, MANY_TREATED
from trueup.estimate.panel import Panel
from trueup.estimate.question import Question
from trueup.estimate.verdict.rule import GATES, HONEST, STRICT, agreement
from trueup.model.effect import Check
from trueup.model.evidence import Window

REFERENCE = Path(__file__).parent / "reference"
OF_ESTIMATORS = ("Interval", "Refuses")
OF_CHECKS = ("Answers",)
MADE = (
    "<!-- Made by `make docs` from the program, save for the sections {written}: "
    "those are written here, and kept. -->"
)


def estimators_page() -> str:
    """Every estimator: what it answers and assumes, its interval, what it refuses."""
    written = written_sections(REFERENCE / "estimators.md")
    recipes = all_estimators()
    rows = [f"| [{name}](#{name}) | {recipe.answers} |" for name, recipe in recipes.items()]
    parts = [
        MADE.format(written=" and ".join(OF_ESTIMATORS)),
        "# Estimators",
        (
            "One file each in `src/trueup/estimate/estimators/`.\n"
            "A plan names one as `estimator` and another as `second`; `--method` names one for a "
            "single question.\n"
            "[Add an estimator](../how-to/add-an-estimator.md) says how another comes in."
        ),
        "\n".join(["| Estimator | Answers |", "| --- | --- |", *rows]),
        "## Which interval when",
        _few_clusters(),
    ]
    for name, recipe in recipes.items():
        parts += [f"## {name}", recipe.answers, "It assumes:", listed_items(recipe.assumes)]
        parts += kept_sections(written, name, OF_ESTIMATORS)
        parts += ["### References", listed_items(recipe.references)]
    return "\n\n".join(parts) + "\n"


def checks_page() -> str:
    """Every check: what it asks, when it holds, whether the verdict stops at it."""
    written = written_sections(REFERENCE / "checks.md")
    checks = checks_of_a_small_panel()
    rows = [
        f"| [{check.name}](#{check.name}) | {check.question} | {_gate(check.name)} |"
        for check in checks
    ]
    parts = [
        MADE.format(written=OF_CHECKS[0]),
        "# Checks",
        (
            "Each is one attempt to break a design, in one file of `src/trueup/estimate/checks/`; "
            "`agreement` is made where two recipes meet."
        ),
        (
            "- *holds*: nothing against the design, and the check could have found it.\n"
            "- *fails*: evidence against the design.\n"
            "- *weak*: nothing found, but the check could not have found what matters.\n"
            "- *cannot tell*: it could not be run."
        ),
        (
            "[The verdict](verdict.md) says what follows from a gate, and "
            "[Add a check](../how-to/add-a-check.md) how another comes in."
        ),
        "\n".join(["| Check | Question | In the verdict |", "| --- | --- | --- |", *rows]),
    ]
    for check in checks:
        parts += [f"## {check.name}", check.question, f"In the verdict: {_gate(check.name)}."]
        parts += kept_sections(written, check.name, OF_CHECKS)
        parts += ["### References", listed_items(check.reference.split("; "))]
    return "\n\n".join(parts) + "\n"


def written_sections(path: Path) -> dict[tuple[str, str], str]:
    """Return what people wrote on a page, by ``## `` heading and ``### `` heading."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    found: dict[tuple[str, str], str] = {}
    for member in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        name, _, rest = member.partition("\n")
        parts = re.split(r"^### (.+)$", rest, flags=re.MULTILINE)[1:]
        for title, body in zip(parts[::2], parts[1::2], strict=True):
            found[name, title] = body.strip()
    return found


def checks_of_a_small_panel() -> tuple[Check, ...]:
    """Run every check once, to be told its question and where it comes from."""
    panel, question = small_panel(), Question(outcome="done", scale="level", smallest=1.0)
    recipe = find_estimator("two_way")
    fit = recipe.fit(panel, question)
    assert isinstance(fit, Fit)
    case = Case(panel=panel, question=question, fit=fit, refit=recipe.fit)
    checks = [check(case) for check in all_checks().values()]
    return tuple(sorted((*checks, *agreement(question, fit, fit)), key=lambda one: one.name))


def small_panel() -> Panel:
    """Return twelve teams over eight weeks, half of which adopt in the fifth."""
    teams, weeks = 12, 8
    rng = np.random.default_rng(1)
    unit, period = np.divmod(np.arange(teams * weeks), weeks)
    return Panel(
        units=tuple(f"team-{team:02d}" for team in range(teams)),
        periods=tuple(str(week) for week in range(1, weeks + 1)),
        unit=unit,
        period=period,
        columns={"done": rng.normal(20.0, 2.0, teams * weeks)},
        adopted_in=np.where(np.arange(teams) % 2, 4, -1),
        cluster=np.arange(teams),
        grain="week",
        window=Window(start_at=0, end_at=weeks * 7 * 86_400_000_000),
        source="made up",
    )


def _few_clusters() -> str:
    rows = [
        (
            f"| {FEW_CLUSTERS} clusters or fewer, or {FEW_TREATED} or fewer in an arm "
            "| dealt out anew among clusters (permutation), inverted; it has a least p |"
        ),
        (
            f"| more than {MANY_CLUSTERS} clusters, {MANY_TREATED} or more in each arm "
            "| cluster-robust errors, Student's t |"
        ),
        "| anything between | wild cluster restricted bootstrap, inverted |",
    ]
    return "\n".join(
        [
            "It depends on how few clusters there are, and how few of them are treated.",
            (
                "An arm is the treated clusters or the others; where dates or doses differ, "
                "clusters are one another's comparison, and only the treated are counted."
            ),
            "",
            "| Clusters | Interval of a regression |",
            "| --- | --- |",
            *rows,
            "",
            "Each recipe says below where it departs from that.",
            (
                "An interval says with every answer how it was made, and whether it is about "
                "*these units* or *units like these*."
            ),
        ]
    )


def _gate(name: str) -> str:
    if name in STRICT:
        return "a gate; where it is weak or could not be run, leaning is the strongest answer"
    if name in GATES:
        return "a gate"
    return "the interval that large effects must survive" if name == HONEST else "printed"


def kept_sections(
    written: dict[tuple[str, str], str], name: str, titles: Iterable[str]
) -> list[str]:
    """Return the sections of a member that people wrote, empty where nobody has yet."""
    return [part for title in titles for part in (f"### {title}", written.get((name, title), ""))]


def listed_items(lines: Iterable[str]) -> str:
    """Return a list in Markdown."""
    return "\n".join(f"- {line}" for line in lines)
