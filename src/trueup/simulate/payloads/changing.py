"""Changes of one repository written into its history, in the order things happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from trueup.simulate.payloads.coding import Commit, Signature, Tree, commit
from trueup.simulate.payloads.story import (
    FOUNDER,
    OWNER,
    Actor,
    Change,
    Forge,
    Kind,
    Landing,
)
from trueup.simulate.teams import DAY, FIRST_DAY

FOUNDED_AT = (FIRST_DAY - DAY) // 1_000_000
TRAILER = "Co-Authored-By: Claude <noreply@anthropic.com>"
_GITHUB = Signature(name="GitHub", email="noreply@github.com")
_FEWEST_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change before it has a number and commits; see `Change` and `Changes` for the rest.

    Parameters
    ----------
    order
        Landings go by this.
    notes
        Instants of the commits of a draft.
    """

    kind: Kind
    author: Actor
    landing: Landing
    begun_at: int
    opened_at: int
    lines: int
    luck: int
    place: int = -1
    parent: int = -1
    reviewer: Actor | None = None
    reviewed_at: int | None = None
    merger: Actor | None = None
    landed_at: int | None = None
    closed_at: int | None = None
    order: int = 0
    is_marked: bool = False
    item: str | None = None
    robot_at: int | None = None
    notes: tuple[int, ...] = ()


@dataclass(slots=True)
class _UnderWay:
    """A change whose branch is open."""

    change: Proposal
    number: int
    size: int
    title: str
    proposed: tuple[Commit, ...] = ()
    landed: Commit | None = None


@dataclass(slots=True, kw_only=True)
class Timeline:
    """The default branch of one repository, and the branches off it.

    Parameters
    ----------
    end
        Nothing is told from this second on.
    """

    forge: Forge
    repository: str
    end: int
    landed: list[tuple[int, Commit]] = field(default_factory=list)
    """Commits of the default branch, each with the order of its landing, oldest first."""
    _commits: list[Commit] = field(default_factory=list)
    _main: Tree = field(default_factory=Tree)
    _size: dict[int, int] = field(default_factory=dict)
    _number: dict[int, int] = field(default_factory=dict)
    _sha: dict[int, str] = field(default_factory=dict)

    def history(self) -> tuple[Commit, ...]:
        """Return every commit a clone holds, parents first."""
        return tuple(self._commits)

    def tell(self, proposals: Sequence[Proposal], most_lines: int) -> tuple[Change, ...]:
        """Number the changes in the order they were opened, and write down what they did."""
        self._found()
        ordered = sorted(proposals, key=lambda one: (one.opened_at, one.place, one.luck))
        self._number = {one.place: n for n, one in enumerate(ordered, 1) if one.place >= 0}
        self._size = {one.place: max(_FEWEST_LINES, min(one.lines, most_lines)) for one in ordered}
        told = [
            _UnderWay(one, number, self._lines_of(one), self._title(one, number))
            for number, one in enumerate(ordered, 1)
        ]
        steps = [(one.change.begun_at * 1_000_000, 0, one.number, one) for one in told]
        steps += [(one.change.order, 1, one.number, one) for one in told if one.change.landed_at]
        for _, step, _, one in sorted(steps, key=lambda moment: moment[:3]):
            (self._land if step else self._begin)(one)
        return tuple(self._change(one) for one in told)

    def _found(self) -> None:
        self._main.write("founding.py", ("founded = True",))
        first = commit(
            self._main, ["founding.py"], parents=(), author=_signed(FOUNDER), at=FOUNDED_AT,
            message="Found the repository",
        )  # fmt: skip
        self._commits.append(first)
        self.landed.append((FOUNDED_AT * 1_000_000, first))

    @property
    def _tip(self) -> str:
        return self.landed[-1][1].sha

    def _begin(self, one: _UnderWay) -> None:
        """Write the commits of the branch."""
        change, tree, parent = one.change, self._main.branch(), self._tip
        made: list[Commit] = []
        for number, at in enumerate(_instants(change)):
            path = self._edit(tree, one, part=number)
            made.append(
                commit(
                    tree, [path], parents=(parent,), author=_signed(change.author), at=at,
                    message=self._message(one.title, change),
                )
            )  # fmt: skip
            parent = made[-1].sha
        one.proposed = tuple(made)
        if change.kind == "draft" or (change.landing == "merge" and change.landed_at):
            self._commits += made

    def _land(self, one: _UnderWay) -> None:
        change, parts = one.change, len(one.proposed)
        if change.landing == "rebase":
            for number, branch in enumerate(one.proposed):
                self._append(one, number, branch.author, branch.authored_at, branch.message)
        elif change.landing == "squash":
            on_github = self.forge == "github"
            subject = f"{one.title} (#{one.number})" if on_github else one.title
            message = self._message(subject, change)
            author, at = _signed(change.author), change.landed_at or 0
            self._append(one, parts - 1, author, at, message)
        else:
            by, at = _signed(_merger(change)), change.landed_at or 0
            self._append(one, parts - 1, by, at, self._merging(one), one.proposed[-1].sha)

    def _append(
        self, one: _UnderWay, part: int, author: Signature, at: int, message: str, *more: str
    ) -> None:
        """Put a commit on the default branch."""
        change = one.change
        path = self._edit(self._main, one, part=part)
        one.landed = commit(
            self._main, [path], parents=(self._tip, *more), author=author, at=at, message=message,
            committer=_GITHUB if self.forge == "github" else _signed(_merger(change)),
            committed_at=change.landed_at,
        )  # fmt: skip
        self._commits.append(one.landed)
        self.landed.append((change.order, one.landed))
        self._sha[change.place] = one.landed.sha

    def _merging(self, one: _UnderWay) -> str:
        branch = _branch(one)
        if self.forge == "github":
            return f"Merge pull request #{one.number} from {OWNER}/{branch}\n\n{one.title}"
        place = f"{OWNER}/{self.repository}!{one.number}"
        return f"Merge branch '{branch}' into 'main'\n\n{one.title}\n\nSee merge request {place}"

    def _message(self, subject: str, change: Proposal) -> str:
        said = [subject]
        if change.kind == "takes_back":
            said.append(f"This reverts commit {self._sha[change.parent]}.")
        if change.is_marked:
            said.append(TRAILER)
        return "\n\n".join(said)

    def _lines_of(self, change: Proposal) -> int:
        if change.kind in ("takes_back", "mends"):
            return self._size[change.parent]
        return self._size.get(change.place, _FEWEST_LINES) if change.place >= 0 else change.lines

    def _edit(self, tree: Tree, one: _UnderWay, part: int) -> str:
        """Do to a tree what the first so many commits of a change do; return the file."""
        change = one.change
        if change.kind == "draft":
            path = f"draft_{one.number}.py"
            tree.write(path, tuple(f"note_{n} = {n}" for n in range(part + 1)))
            return path
        name = change.place if change.place >= 0 else f"{change.kind}_{change.luck}"
        path = f"part_{name}.py"
        if change.kind in ("takes_back", "mends"):
            path = f"part_{change.parent}.py"
            tree.write(path, _changed(tree.files[path], one))
            return path
        size = one.size if part == len(_instants(change)) - 1 else one.size - 1
        tree.write(path, tuple(f"part_{name}_{n} = {n}" for n in range(size)))
        return path

    def _title(self, change: Proposal, number: int) -> str:
        lead = f"{change.item} " if change.item else ""
        match change.kind:
            case "takes_back":
                return f'Revert "Add part {self._number[change.parent]}"'
            case "mends":
                return f"Fix what part {self._number[change.parent]} broke"
            case "bot":
                return f"Bump a library from 1.{change.luck} to 1.{change.luck + 1}"
            case "draft":
                return "Try something out"
            case _:
                return f"{lead}Add part {number}"

    def _change(self, one: _UnderWay) -> Change:
        change = one.change
        return Change(
            place=change.place,
            kind=change.kind,
            number=one.number,
            title=one.title,
            body="Words nobody may keep.",
            branch=_branch(one),
            author=change.author,
            opened_at=change.opened_at,
            landing=change.landing,
            proposed=one.proposed,
            lines=one.size,
            reviewer=change.reviewer,
            reviewed_at=change.reviewed_at,
            merger=_merger(change) if change.landed_at or change.closed_at else None,
            landed_at=change.landed_at,
            closed_at=change.closed_at,
            landed=one.landed,
            comments=change.luck % 4 if change.reviewer else 0,
            robot_at=change.robot_at,
            item=change.item,
        )


def _instants(change: Proposal) -> tuple[int, ...]:
    """Return when the commits of a branch are written."""
    if change.notes:
        return change.notes
    second = change.begun_at + 600
    if change.kind == "plain" and change.luck % 3 == 0 and second < change.opened_at:
        return change.begun_at, second
    return (change.begun_at,)


def _changed(lines: tuple[str, ...], one: _UnderWay) -> tuple[str, ...]:
    """Take back the first two thirds of what was added, or mend the last third."""
    third = one.size // 3
    kept, last = lines[:-third], lines[-third:]
    if one.change.kind == "takes_back":
        return last
    return (*kept, *(f"{line}  # mended" for line in last))


def _merger(change: Proposal) -> Actor:
    return change.merger or change.reviewer or change.author


def _branch(one: _UnderWay) -> str:
    return f"topic-{one.number}"


def _signed(actor: Actor) -> Signature:
    return Signature(name=actor.name, email=actor.email)
