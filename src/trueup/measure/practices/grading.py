"""Points of a repository from its artefacts alone: upkeep counts, presence does not."""

from __future__ import annotations

import math

from trueup.measure.practices.facts import Beside, Edit, RepositoryFacts
from trueup.measure.practices.rubric import Points, Standing
from trueup.measure.windows import DAY

READ_DAYS, RUN_DAYS = 90, 180
"""For how long an edit counts as upkeep: of what is read, and of what runs."""
FEWEST = 10
"""Of fewer commits of a kind, tests beside them are not compared."""
MARGIN = 0.10
"""By how much marked changes may touch tests less often and still count as no less tested."""
LEAST_BYTES = 200
"""Less text than this in all files of a kind is as good as none."""
AFTER_FAILURE_DAYS = 7
_READ = ("context", "plan")
_RUNNING = ("skill", "subagent", "hook", "ci_agent")
_Z = 1.96


def grade_artefacts(facts: RepositoryFacts) -> Standing:
    """Return the points that git shows, at the newest commit.

    A point is refused only where its absence is seen: a whole tree without a context file, or
    marked changes that touch tests less often than others. All else is unknown.
    """
    return Standing(
        points={
            "decompose": _decompose(facts),
            "orchestrate": _orchestrate(facts),
            "evaluate": _evaluate(facts),
            "integrate": _integrate(facts),
            "adapt": _adapt(facts),
        }
    )


def has_kind(facts: RepositoryFacts, kind: str) -> bool:
    """Say whether artefacts of a kind stand, more than empty."""
    found = [each for each in facts.present if each.kind == kind]
    if kind == "ci_agent" or (kind == "hook" and _with_hooks(facts)):
        return bool(found or _with_hooks(facts))
    return sum(each.size_bytes or 0 for each in found) >= LEAST_BYTES


def is_kept(facts: RepositoryFacts, kind: str) -> bool:
    """Say whether artefacts of a kind stand and are kept up."""
    days = READ_DAYS if kind in _READ else RUN_DAYS
    edits = _edits_of(facts, kind)
    if not has_kind(facts, kind) or len({each.at // DAY for each in edits}) < 2:
        return False
    recent = [each for each in edits if each.at > facts.at - days * DAY]
    return bool(recent) and (bool(facts.recent_marked) or any(each.with_code for each in recent))


def _edits_of(facts: RepositoryFacts, kind: str) -> list[Edit]:
    paths = _with_hooks(facts) if kind == "hook" else set()
    return [each for each in facts.edits if each.kind == kind or each.path in paths]


def _with_hooks(facts: RepositoryFacts) -> set[str]:
    """Return the settings that declare hooks."""
    return {each.path for each in facts.present if "hooks" in each.labels}


def _decompose(facts: RepositoryFacts) -> Points:
    kept = is_kept(facts, "plan")
    return Points(first=True if kept else None, seen=("plans are kept up",) if kept else ())


def _orchestrate(facts: RepositoryFacts) -> Points:
    kept = [kind for kind in _RUNNING if is_kept(facts, kind)]
    many = facts.recent_marked >= FEWEST and 2 * facts.recent_multi >= facts.recent_marked
    seen = [f"{NAMES[kind]} kept up" for kind in kept]
    if many:
        seen.append(f"{facts.recent_multi} of {facts.recent_marked} marked commits, many files")
    return Points(
        first=True if many or kept else None, second=True if kept else None, seen=tuple(seen)
    )


def _evaluate(facts: RepositoryFacts) -> Points:
    tested, evals = facts.tested, is_kept(facts, "eval")
    first = no_less_tested(tested) if facts.files_known else None
    seen = []
    if min(tested.marked, tested.other) >= FEWEST:
        seen.append(
            f"tests with {tested.marked_tested} of {tested.marked} marked, "
            f"{tested.other_tested} of {tested.other} other commits to code"
        )
    if evals:
        seen.append("evals kept up")
    return Points(first=first, second=True if evals else None, seen=tuple(seen))


def no_less_tested(tested: Beside) -> bool | None:
    """Say whether marked commits to code touch tests no less often; None if that cannot be said.

    True where the difference is above ``-MARGIN`` with 95 % confidence, False where it is below
    nought; Newcombe's interval of a difference of proportions (1998, method 10).
    """
    if min(tested.marked, tested.other) < FEWEST:
        return None
    one, one_low, one_high = _wilson(tested.marked_tested, tested.marked)
    two, two_low, two_high = _wilson(tested.other_tested, tested.other)
    low = one - two - math.hypot(one - one_low, two_high - two)
    high = one - two + math.hypot(one_high - one, two - two_low)
    if low > -MARGIN:
        return True
    return False if high < 0 else None


def _wilson(hits: int, n: int) -> tuple[float, float, float]:
    share, z2 = hits / n, _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = _Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return share, middle - reach, middle + reach


def _integrate(facts: RepositoryFacts) -> Points:
    if not facts.tree_read:
        return Points()
    stands, kept = has_kind(facts, "context"), is_kept(facts, "context")
    declared = any(_declares_tools(each.kind, each.labels) for each in facts.present)
    seen = ["no context file"]
    if stands:
        seen = ["context file kept up" if kept else "context file not kept up"]
    if declared:
        seen.append("MCP servers declared")
    first = kept or (None if stands and not facts.files_known else False)
    return Points(first=first, second=True if declared else None, seen=tuple(seen))


def _declares_tools(kind: str, labels: tuple[str, ...]) -> bool:
    return kind in ("mcp", "settings") and "mcpServers" in labels


def _adapt(facts: RepositoryFacts) -> Points:
    seen = []
    if is_kept(facts, "context") and _corrected(facts):
        seen.append("context file edited after a revert")
    models = {
        label
        for each in facts.present
        if each.kind == "subagent"
        for label in each.labels
        if label.startswith("model:")
    }
    if len(models) > 1 and is_kept(facts, "subagent"):
        seen.append("subagents with models of their own")
    return Points(second=True if seen else None, seen=tuple(seen))


def _corrected(facts: RepositoryFacts) -> bool:
    """Say whether a context file alone was edited within days of the revert of a marked commit.

    That a commit says it is a fix is no sign: such commits mend links, or code beside the file.
    Where more than a fifth of the year lies within days of a revert, an edit there is none either.
    """
    recent = [at // DAY for at in facts.reverts if at > facts.at - 365 * DAY]
    after = {day + days for day in recent for days in range(AFTER_FAILURE_DAYS + 1)}
    if len(after) > 365 / 5:
        return False
    edits = [each for each in _edits_of(facts, "context") if not each.with_code]
    return any(each.at // DAY in after for each in edits)


NAMES = {
    "context": "context file",
    "plan": "plans",
    "skill": "skills",
    "subagent": "subagents",
    "hook": "hooks",
    "ci_agent": "agents in CI",
    "eval": "evals",
}
"""What a reader calls each kind of artefact."""
