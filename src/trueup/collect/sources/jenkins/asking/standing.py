"""Where the reading of one job stands between visits."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from trueup.collect.sources.jenkins.asking.jobs import Job

_REMEMBERED = 200


@dataclass(slots=True, kw_only=True)
class Standing:
    """Where the reading of one job stands.

    Parameters
    ----------
    asked
        What of the options decides what is asked of builds.
    done
        Every build up to this number was kept, or was no longer there.
    done_at
        When that build was begun, milliseconds: another instant shows another build.
    life
        1, and one more each time the job was deleted and made anew: numbers then begin anew too.
    open
        Builds that were running when they were kept.
    attempts
        Which attempt a build is, of those that are not the first.
    deployed
        See `trueup.collect.forge.deployed`.
    """

    asked: str
    done: int = 0
    done_at: int = 0
    life: int = 1
    open: list[int] = field(default_factory=list)
    attempts: dict[str, int] = field(default_factory=dict)
    deployed: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, checkpoint: str | None, job: Job, asked: str) -> Self:
        """Return where a checkpoint left off, as far as it still holds."""
        if checkpoint is None:
            return cls(asked=asked)
        there = cls(**json.loads(checkpoint))
        is_behind = 0 < job.next_number <= there.done
        if is_behind or there.is_other(job.last_number, job.last_at):
            return there.anew(asked)
        return there if there.asked == asked else cls(asked=asked, life=there.life)

    def said(self) -> str:
        """Return it as a checkpoint."""
        return json.dumps(asdict(self))

    def anew(self, asked: str) -> Self:
        """Return where reading begins in the next life of the job."""
        return type(self)(asked=asked, life=self.life + 1)

    def is_other(self, number: int, begun_at: int) -> bool:
        """Say whether a build is another one than that of the same number kept before."""
        return bool(self.done_at and begun_at) and number == self.done and begun_at != self.done_at

    def attempt(self, number: int, again: int | None) -> int:
        """Return which attempt a build is, `again` being the one it repeats; remember it."""
        if again is None or again >= number:
            return 1
        attempt = self.attempts.get(str(again), 1) + 1
        self.attempts[str(number)] = attempt
        while len(self.attempts) > _REMEMBERED:
            del self.attempts[next(iter(self.attempts))]
        return attempt

    def key(self, job: str, number: int) -> str:
        """Return what names a build for ever."""
        return f"{job}#{number}" + (f"~{self.life}" if self.life > 1 else "")
