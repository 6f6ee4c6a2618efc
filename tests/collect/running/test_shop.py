"""The small source of these tests keeps what every source must."""

from __future__ import annotations

from trueup.testing.conformance import Case, Conformance
from trueup.testing.scripted import Answering
from trueup.testing.shop import CONNECTION, Shop, ShopSource


def filled() -> Answering:
    shop = Shop()
    for number in range(8):
        shop.put(number, reviews=number % 3, login=None if number == 4 else "ada")
    return shop.answer


class TestConformance(Conformance):
    case = Case(
        source=ShopSource(), connection=CONNECTION, server=filled, needed={"change": ("number",)}
    )
