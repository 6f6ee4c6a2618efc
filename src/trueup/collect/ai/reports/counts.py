"""Reads counts, amounts and days as vendors write them: numbers, or texts that hold numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from trueup.collect.fields import Fields, is_absurd, microseconds

_MOST_COUNT = 2**31 - 1
_MOST_TOKENS = 2**53
_MOST_MONEY = Decimal(10) ** 12
_PLACES = Decimal("1e-9")
_LONGEST = 60
_CENT = Decimal("0.01")


class Counts(Fields):
    """One object of a report; see `trueup.collect.fields.Fields`."""

    __slots__ = ()

    def count(self, name: str) -> int | None:
        """Return a count that a column of counts takes, else None."""
        return self._whole(name, _MOST_COUNT)

    def tokens(self, name: str) -> int | None:
        """Return a count of tokens, else None."""
        return self._whole(name, _MOST_TOKENS)

    def bucket(self, name: str) -> int:
        """Return the tokens of a bucket; 0 where nothing is said of it."""
        return self.tokens(name) or 0

    def money(self, name: str) -> Decimal | None:
        """Return an amount in the unit it is written in, else None; credits are negative."""
        value = self._decimal(name)
        if value is None:
            return None
        if abs(value) > _MOST_MONEY:
            self._odd(name, "is no amount")
            return None
        return value.quantize(_PLACES)

    def cents(self, name: str) -> Decimal | None:
        """Return an amount written in hundredths in the whole unit, else None.

        >>> Counts({"charged": 21.36232}, 0).cents("charged")
        Decimal('0.213623200')
        """
        value = self.money(name)
        return None if value is None else (value * _CENT).quantize(_PLACES)

    def milliseconds(self, name: str) -> int | None:
        """Return an instant written in epoch milliseconds as epoch microseconds UTC, else None."""
        value = self._whole(name, _MOST_TOKENS)
        if value is None:
            return None
        if is_absurd(value * 1000, self.now):
            self._odd(name, "is an absurd instant")
            return None
        return value * 1000

    def day(self, name: str) -> int | None:
        """Return the start of a day, in UTC, as epoch microseconds, else None."""
        text = self.text(name)
        if text is None:
            return None
        try:
            start = day_start(text[:10])
        except (ValueError, OverflowError):
            self._odd(name, "is no day")
            return None
        if is_absurd(start, self.now):
            self._odd(name, "is an absurd day")
            return None
        return start

    def _whole(self, name: str, most: int) -> int | None:
        value = self._decimal(name)
        if value is None:
            return None
        if value < 0 or value > most or value != value.to_integral_value():
            self._odd(name, "is no count")
            return None
        return int(value)

    def _decimal(self, name: str) -> Decimal | None:
        value = self._value.get(name)
        if value is None or value == "":
            return None
        is_number = isinstance(value, int | float | str) and not isinstance(value, bool)
        try:
            found = Decimal(str(value)) if is_number and len(str(value)) <= _LONGEST else None
        except InvalidOperation:
            found = None
        if found is None or not found.is_finite():
            self._odd(name, "is no number")
            return None
        return found


def day_start(day: str) -> int:
    """Return the start of an ISO day, in UTC, as epoch microseconds.

    Raises
    ------
    ValueError
        It is no day.
    """
    return microseconds(datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC))
