"""Asking scripted servers with the real client."""

from __future__ import annotations

from collections.abc import Iterable

from trueup.collect.recorded import Server
from trueup.collect.web.client import HttpWeb
from trueup.config import Connection
from trueup.testing.scripted import Answer, Answering, FakeTime, Question, Scripted, Unheard

TOKEN = "s3cr3t-token-value"  # noqa: S105 - made up
CONNECTION = Connection(
    source="shop",
    url="https://shop.example/api",
    token="env:SHOP_TOKEN",  # noqa: S106 - a place
)


class Asked:
    """A client, the server it asks, and the time it takes."""

    def __init__(
        self,
        answering: Answering,
        *,
        server: Server | None = None,
        connection: Connection = CONNECTION,
    ) -> None:
        self.time = FakeTime()
        self.progress = Unheard()
        self.carrier = Scripted(answering)
        self.web = HttpWeb(
            connection,
            server or Server(),
            self.progress,
            clock=self.time.clock(),
            transport=self.carrier,
        )

    @property
    def questions(self) -> list[Question]:
        return self.carrier.asked


def one_after_another(answers: Iterable[Answer]) -> Answering:
    """Return a server that gives these answers in turn."""
    following = iter(answers)
    return lambda _: next(following)
