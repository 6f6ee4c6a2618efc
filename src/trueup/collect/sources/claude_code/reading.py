"""What is read of archived sessions and requests, whatever state they are in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Self

from trueup.collect.ai.sessions.rows import Told
from trueup.collect.ai.tokens import Tokens
from trueup.collect.fields import clean, is_absurd


class Body(Told):
    """An object of an archived record."""

    __slots__ = ()

    def named(self, name: str) -> Iterator[tuple[str, Self]]:
        """Yield the objects below `name` with their keys, in the order of these."""
        value = self._value.get(name)
        if isinstance(value, Mapping):
            for key in sorted(value):
                yield clean(key), type(self)(value[key], self.now, self.faults)
        elif value is not None:
            self.faults.append(f"{name} is no object")

    def holds(self, name: str) -> bool:
        """Say whether there is something under `name`."""
        return self._value.get(name) is not None

    def begun(self) -> tuple[int | None, str | None, str | None]:
        """Return when a session began, in which repository, on which branch."""
        value = self._value.get("begun")
        if not isinstance(value, list | tuple) or len(value) != 3:
            self.faults.append("begun is no beginning")
            return None, None, None
        at, repository, branch = value
        is_instant = isinstance(at, int) and not isinstance(at, bool)
        if not is_instant or is_absurd(at, self.now):
            self.faults.append("begun is an absurd instant")
            at = None
        texts = [
            clean(one) or None if isinstance(one, str) else None for one in (repository, branch)
        ]
        return at, texts[0], texts[1]

    def counts(self, name: str) -> Tokens:
        """Return the tokens below `name`; writes to the cache by span of life where it is said."""
        below = self.part(name)
        short, long = below.whole("write_5m") or 0, below.whole("write_1h") or 0
        unsaid = 0 if short or long else below.whole("write") or 0
        return Tokens(
            uncached_input=below.whole("input") or 0,
            cache_read=below.whole("read") or 0,
            cache_write_5m=short or unsaid,
            cache_write_1h=long,
            output=below.whole("output") or 0,
        )
