"""The register of plans: what was frozen, when and why, one file for each version.

Plans are kept in the folder ``plans`` of a workspace. ``register.toml`` there is only ever added
to: a line of facts on each version, with its hash. Beside it lies the plan itself. A plan is
registered for a *subject*: the workspace's own records, or a table by the name of its file.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from trueup.errors import EstimateError
from trueup.estimate.catalogue import find_estimator
from trueup.estimate.verdict.plan import Plan, differences, plan_hash, read_plan, write_plan

WORKSPACE = "workspace"
"""The subject of a plan about the workspace's own records."""
FOLDER, REGISTER = "plans", "register.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One version of a plan, as it was frozen.

    Parameters
    ----------
    subject
        What it is about: ``"workspace"``, or the name of a table's file.
    version
        From 1 on.
    registered_on
        The day it was frozen, in the workspace's time zone.
    plan_hash
        What the hash was then.
    plan
        As it lies in the folder now.
    path
        Where it is kept.
    because
        Why it replaced the version before it; empty for the first.
    """

    subject: str
    version: int
    registered_on: date
    plan_hash: str
    plan: Plan
    path: Path
    because: str = ""

    @property
    def is_intact(self) -> bool:
        """Whether the plan that is kept is still the one that was registered."""
        return plan_hash(self.plan) == self.plan_hash


@dataclass(frozen=True, slots=True)
class Register:
    """The plans registered in one workspace.

    Parameters
    ----------
    workspace
        The workspace folder. Nothing is made there before a plan is registered.
    """

    workspace: Path

    @property
    def folder(self) -> Path:
        """Where the plans are kept."""
        return self.workspace / FOLDER

    def versions(self, subject: str = WORKSPACE) -> tuple[Registration, ...]:
        """Return every version registered for a subject, the first one first.

        Raises
        ------
        EstimateError
            The register or a plan it names cannot be read.
        """
        return tuple(self._read(one) for one in self._facts() if one.subject == subject)

    def add(
        self, plan: Plan, *, on: date, subject: str = WORKSPACE, because: str = ""
    ) -> Registration:
        """Freeze a plan; the same plan once more changes nothing, another is a new version.

        Parameters
        ----------
        on
            Today.
        because
            Why it replaces the version in force; needed where there is one.

        Raises
        ------
        EstimateError
            Another plan is registered and no reason is given, the plan bears another day, names a
            recipe there is not, or the register cannot be read or written.
        """
        earlier = self.versions(subject)
        again = [one for one in earlier[-1:] if is_same(plan, one)]
        if again:
            return again[0]
        _refuse(plan, earlier, on=on, because=because)
        frozen = replace(plan, registered_on=on)
        return self._write(
            Registration(
                subject=subject,
                version=len(earlier) + 1,
                registered_on=on,
                plan_hash=plan_hash(frozen),
                plan=frozen,
                path=self.folder / f"{subject}-{len(earlier) + 1}.toml",
                because=" ".join(because.split()),
            )
        )

    def _facts(self) -> list[_Facts]:
        path = self.folder / REGISTER
        if not path.exists():
            return []
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8")).get("plan", [])
            return [_Facts(**one) for one in found]
        except (OSError, ValueError, TypeError) as error:
            raise EstimateError(
                f"The register of plans {path} cannot be read: {error}.",
                hint="Put back the file as it was written; nothing is ever removed from it.",
            ) from error

    def _read(self, facts: _Facts) -> Registration:
        path = self.folder / facts.file
        return Registration(
            subject=facts.subject,
            version=facts.version,
            registered_on=facts.registered_on,
            plan_hash=facts.hash,
            plan=read_plan(path),
            path=path,
            because=facts.because,
        )

    def _write(self, new: Registration) -> Registration:
        facts = _Facts(
            subject=new.subject,
            version=new.version,
            registered_on=new.registered_on,
            hash=new.plan_hash,
            file=new.path.name,
            because=new.because,
        )
        lines = [f"{name} = {_toml(value)}\n" for name, value in asdict(facts).items()]
        head = f"Registered on {new.registered_on}, version {new.version}, hash {new.plan_hash}."
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_plan(new.plan, new.path, notes=(head, "Frozen: edit a copy and register that."))
            new.path.chmod(0o444)
            with (self.folder / REGISTER).open("a", encoding="utf-8") as file:
                file.write("".join(["[[plan]]\n", *lines, "\n"]))
        except OSError as error:
            raise EstimateError(
                f"The plan cannot be kept in {self.folder}: {error.strerror}.",
                hint="Name a workspace you may write to with --workspace.",
            ) from error
        return new


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """One entry of the register, as it is written down."""

    subject: str
    version: int
    registered_on: date
    hash: str
    file: str
    because: str = ""


def is_same(plan: Plan, kept: Registration) -> bool:
    """Whether a plan is the registered one; one without a day is taken to mean that day."""
    on = plan.registered_on or kept.registered_on
    return plan_hash(replace(plan, registered_on=on)) == kept.plan_hash


def as_registered(plan: Plan, versions: Sequence[Registration]) -> tuple[Plan, Registration | None]:
    """Return a plan with the day it was registered, and its registration; None if it has none.

    A kept plan that was edited since counts as that registration: it is not intact, and says so.
    """
    for kept in reversed(versions):
        if is_same(plan, kept):
            return replace(plan, registered_on=kept.registered_on), kept
    for kept in reversed(versions):
        if plan_hash(plan) == plan_hash(kept.plan):
            return plan, kept
    return plan, None


def _refuse(plan: Plan, earlier: Sequence[Registration], *, on: date, because: str) -> None:
    for name in (plan.estimator, plan.second):
        find_estimator(name)
    if plan.registered_on not in {None, on}:
        raise EstimateError(
            f"The plan says it was registered on {plan.registered_on}, and today is {on}.",
            hint="Leave registered_on out: the register writes the day.",
        )
    if earlier and not because.strip():
        last = earlier[-1]
        changes = "; ".join(differences(replace(last.plan, registered_on=plan.registered_on), plan))
        raise EstimateError(
            f"Another plan is registered since {last.registered_on}, hash {last.plan_hash}: "
            f"{changes or 'its file was edited since'}.",
            hint="Keep to it, or register this one as a new version and say why with --because.",
        )


def _toml(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
