"""Reads tokens and money of reports: a value of the wrong kind is noted, never an exception."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from trueup.collect.fields import Fields, Unreadable, is_absurd

PLACES = Decimal("0.000000001")
"""Of a column of money."""
_MOST_TOKENS = 10**15
_MOST_MONEY = Decimal(10) ** 12
_LONGEST = 60
_CODE = 3


class Bill(Fields):
    """One object of a report."""

    __slots__ = ()

    def tokens(self, name: str) -> int:
        """Return a count that may exceed what other counts may; 0 where there is none."""
        value = self._value.get(name)
        if value is None:
            return 0
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_TOKENS:
            self._odd(name, "is no count of tokens")
            return 0
        return value

    def amount(self, name: str, *, parts: int = 1) -> Decimal | None:
        """Return an amount of money, written as a number or as text; None where there is none.

        Parameters
        ----------
        parts
            How many of its unit make one of the currency: 100 for cents.
        """
        value = self._value.get(name)
        if value is None:
            return None
        found = None if isinstance(value, bool) else amount_of(value)
        if found is None:
            self._odd(name, "is no amount")
            return None
        return (found / parts).quantize(PLACES)

    def is_odd(self, moment: int) -> bool:
        """Say whether an instant, in epoch microseconds UTC, is one no report is of."""
        return is_absurd(moment, self.now)


def currency_of(body: Bill, name: str) -> str:
    """Return the code of a currency in capitals.

    Raises
    ------
    Unreadable
        There is none.
    """
    code = (body.text(name) or "").upper()
    if len(code) != _CODE or not code.isalpha() or not code.isascii():
        raise Unreadable("its amount is in no currency")
    return code


def amount_of(value: object) -> Decimal | None:
    """Return a number, or a text that is one, exactly; None where it is none or absurd.

    >>> amount_of("123.45"), amount_of(0.1), amount_of("1e99")
    (Decimal('123.45'), Decimal('0.1'), None)
    """
    if not isinstance(value, int | float | str) or len(text := str(value).strip()) > _LONGEST:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < _MOST_MONEY else None
