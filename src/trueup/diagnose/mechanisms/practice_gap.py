"""AI tools are used, and what makes their work checked and repeatable is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import comb

from trueup.diagnose.case import Case
from trueup.diagnose.diagnosis import Absent, Answer, Diagnosis, Evidence, Mechanism, Remedy
from trueup.measure.numerics.counts import wilson
from trueup.measure.practices.practice import LEVEL_METRIC, VERSION, UnitPractice, practices
from trueup.measure.practices.rubric import CONSTRUCT
from trueup.model.evidence import Abstention, Interval, Measurement, Window
from trueup.model.rival import Rival
from trueup.simulate.intervention import Intervention
from trueup.units import RATIO

NAME = "practice_gap"
HIGHEST = 3
WRONGLY = 0.025
"""How often a point that is there is refused at most: tests beside marked commits, by chance."""
ALPHA = 0.05
SMALL_COMMITS = 100
"""Of a repository with fewer landed commits nobody need expect all that the third level asks."""
NEW_QUARTERS = 2
"""Who was seen to use AI tools at the end of so many quarters at most is new to them."""
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is judged.

    Parameters
    ----------
    units
        Repositories in use.
    called
        What a reader calls each, by id.
    commits
        Landed commits of each, by id.
    quarters
        At the end of how many quarters each was seen to use AI tools; empty: not known.
    """

    units: tuple[UnitPractice, ...]
    called: Mapping[str, str]
    commits: Mapping[str, int]
    quarters: Mapping[str, int]


def examine(case: Case) -> Answer:
    """Look at the practice of every repository in which AI tools are used."""
    settings = case.settings
    found = practices(
        case.tables, k=settings.privacy.session_k, timezone=settings.workspace.timezone
    )
    repository = case.tables["repository"].select("repository_id", "name", "commit_count")
    rows = repository.to_pyarrow().to_pylist()
    quarters: dict[str, int] = {}
    for each in found.history:
        if each.unit == "repository":
            quarters[each.name] = quarters.get(each.name, 0) + each.in_use
    used = (each for each in found.units if each.unit == "repository" and each.in_use)
    return judge(
        Seen(
            units=tuple(used),
            called={row["repository_id"]: row["name"] for row in rows},
            commits={row["repository_id"]: row["commit_count"] or 0 for row in rows},
            quarters=quarters,
        )
    )


def judge(seen: Seen) -> Answer:
    """Judge which repositories are below the third level whatever is not seen of them.

    Found where there are more than chance would refuse a point that is there. Not found where
    all are seen to be at the third level.
    """
    below = [each for each in seen.units if each.standing.levels[1] < HIGHEST]
    n = len(seen.units)
    if below and _by_chance(len(below), n) < ALPHA:
        return _found(seen, below)
    least = [each.standing.levels[0] for each in seen.units]
    if least and min(least) == HIGHEST:
        return Absent(
            mechanism=NAME,
            because="Every repository in which AI tools are used is seen to be at the third level.",
            evidence=tuple(_levels(seen, seen.units, "against")),
        )
    reason = f"Of {n:,} repositories in which AI tools are used, {least.count(HIGHEST):,} are seen "
    reason += "to be at the third level; of the others what is not seen decides."
    return Abstention(
        metric=NAME,
        reason=reason if n else "Nothing shows that AI tools are used here.",
        remedy="Connect the sessions of AI tools: they show what files do not."
        if n
        else "Connect AI tools, or let them sign the commits they make.",
        n=n,
        n_of="repositories",
    )


def _by_chance(count: int, n: int) -> float:
    """Return how often so many or more of them would be refused a point by chance alone."""
    return sum(comb(n, k) * WRONGLY**k * (1 - WRONGLY) ** (n - k) for k in range(count, n + 1))


def _found(seen: Seen, below: Sequence[UnitPractice]) -> Diagnosis:
    lowest = max(each.standing.levels[1] for each in below)
    line = "second" if lowest == 1 else "third"
    rivals = (_small(seen, below), _new(seen, below), _unseen(below))
    sound = all(each.answer == "ruled out" for each in rivals)
    return Diagnosis(
        mechanism=NAME,
        claim=f"{_listed(seen, below)} {'works' if len(below) == 1 else 'work'} with AI tools "
        f"below the {line} level of practice, whatever is not seen.",
        strength="moderate" if sound else "weak",
        evidence=(_share(seen, below), *_levels(seen, below, "for")),
        rivals=rivals,
        would_change=(
            "Files, evals or sessions kept elsewhere that show the points that are missing.",
            "What follows in repositories above and below the line does not differ.",
        ),
        remedies=tuple(_remedies(seen, below)),
    )


def _listed(seen: Seen, below: Sequence[UnitPractice]) -> str:
    names = [seen.called.get(each.name, each.name) for each in below]
    if len(names) > _NAMED:
        return f"{len(names):,} of {len(seen.units):,} repositories"
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _share(seen: Seen, below: Sequence[UnitPractice]) -> Evidence:
    n = len(seen.units)
    low, high = wilson(len(below), n)
    spans = [each.level.window for each in seen.units]
    value = Measurement(
        metric=LEVEL_METRIC,
        version=VERSION,
        value=len(below) / n,
        unit=RATIO,
        interval=Interval(low=low, high=high, method="Wilson, over repositories"),
        n=n,
        n_of="repositories",
        window=Window(
            start_at=min(each.start_at for each in spans), end_at=max(each.end_at for each in spans)
        ),
        source="git, sessions" if any("sessions" in u.level.source for u in below) else "git",
        group=(("below", "level 3"),),
    )
    return Evidence(says="Repositories surely below the third level, of those in use", value=value)


def _levels(seen: Seen, units: Sequence[UnitPractice], speaks: str) -> Iterator[Evidence]:
    for each in sorted(units, key=lambda one: (one.standing.levels, one.standing.low))[:_NAMED]:
        yield Evidence(
            says=f"Level of {seen.called.get(each.name, each.name)}",
            value=each.level,
            speaks="for" if speaks == "for" else "against",
        )


def _small(seen: Seen, below: Sequence[UnitPractice]) -> Rival:
    few = sum(seen.commits.get(each.name, 0) < SMALL_COMMITS for each in below)
    return Rival(
        name="small_repository",
        answer="may explain it" if 2 * few >= len(below) else "ruled out",
        says=f"{few} of {len(below)} have fewer than {SMALL_COMMITS} landed commits: so small a "
        "repository may need less.",
    )


def _new(seen: Seen, below: Sequence[UnitPractice]) -> Rival:
    known = [seen.quarters[each.name] for each in below if each.name in seen.quarters]
    if len(known) < len(below):
        return Rival(
            name="new_adopters",
            answer="not measured",
            says="How long AI tools have been in use is not known of all of them.",
            told_apart_by="A clone with its whole history.",
        )
    new = sum(each <= NEW_QUARTERS for each in known)
    return Rival(
        name="new_adopters",
        answer="may explain it" if 2 * new >= len(below) else "ruled out",
        says=f"{new} of {len(below)} were seen to use AI tools at the end of {NEW_QUARTERS} "
        "quarters at most: practice takes time.",
    )


def _unseen(below: Sequence[UnitPractice]) -> Rival:
    shown = sum("sessions" in each.level.source for each in below)
    return Rival(
        name="tools_used_without_files",
        answer="ruled out" if shown == len(below) else "not measured",
        says=f"Sessions of {shown} of {len(below)} are read; where they are not, settings on "
        "laptops may stand in for files.",
        told_apart_by="" if shown == len(below) else "Sessions of AI tools, connected.",
    )


def _remedies(seen: Seen, below: Sequence[UnitPractice]) -> Iterator[Remedy]:
    """Yield the next artefact of each, with whom it is for."""
    for step in dict.fromkeys(each.next for each in below if each.next is not None):
        whom = _listed(seen, [each for each in below if each.next == step])
        yield Remedy(
            intervention=Intervention(
                does=f"Add in {whom}: {step.add[:1].lower()}{step.add[1:].removesuffix('.')}",
                plays=None,
                watch=step.watch,
            ),
            gain=Abstention(
                metric=NAME,
                reason=f"No design shows here what it buys. What speaks for it: {step.evidence}",
                remedy="Begin in half of the repositories, drawn by lot: they show the rest.",
            ),
        )


MECHANISM = Mechanism(
    name=NAME,
    question="Are AI tools used without what makes their work checked and repeatable?",
    story="Agents write more than anyone checks where no test, rule or eval stands in their way. "
    "An association by a rule that is printed, and not a measured cause.",
    examine=examine,
    references=(CONSTRUCT, "arXiv 2608.25241: committed configuration of agents, read second-hand"),
)
