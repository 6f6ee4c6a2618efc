"""Objects of kept builds, read field by field."""

from __future__ import annotations

from trueup.collect.fields import Fields as _Fields
from trueup.collect.fields import is_absurd

_LONGEST_MILLISECONDS = 10 * 366 * 86_400_000


class Fields(_Fields):
    """One object; see `trueup.collect.fields.Fields`."""

    __slots__ = ()

    def instant(self, name: str) -> int | None:
        """Return an instant Jenkins counts in milliseconds, in epoch microseconds UTC."""
        value = self._whole(name, "is no instant")
        if value is None:
            return None
        if is_absurd(value * 1000, self.now):
            self._odd(name, "is an absurd instant")
            return None
        return value * 1000

    def span(self, name: str) -> int | None:
        """Return a span of milliseconds in microseconds; of ten years at most."""
        value = self._whole(name, "is no span of time")
        if value is not None and not 0 <= value <= _LONGEST_MILLISECONDS:
            self._odd(name, "is an absurd span of time")
            return None
        return None if value is None else value * 1000

    def _whole(self, name: str, how: str) -> int | None:
        value = self._value.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self._odd(name, how)
            return None
        return value
