"""The client against a real socket: keep-alive, several at once, a connection that is cut."""

from __future__ import annotations

from itertools import count

import pytest

from trueup.collect.recorded import Server
from trueup.collect.web.client import HttpWeb
from trueup.config import Connection
from trueup.errors import SourceIncomplete
from trueup.testing.loopback import served
from trueup.testing.scripted import Answer, Broken, FakeTime, Question, Unheard

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def client(address: str) -> HttpWeb:
    connection = Connection(source="shop", url=address)
    return HttpWeb(connection, Server(), Unheard(), clock=FakeTime().clock())


def test_pages_faults_limits_and_versions_over_a_socket() -> None:
    asked = count()

    def answer(question: Question) -> Answer:
        number = next(asked)
        if number == 1:
            raise Broken
        if number == 3:
            return Answer(status=429, headers={"retry-after": "0"})
        if question.headers.get("if-none-match") == '"1"':
            return Answer(status=304)
        page = int(question.params.get("page", "1"))
        link = f'<http://localhost:1/items?page={page + 1}>; rel="next"'
        return Answer(body=[page], headers={"etag": '"1"', "link": link} if page < 4 else {})

    with served(answer) as address:
        web = client(address)
        assert [reply.json() for reply in web.pages("items")] == [[1], [2], [3], [4]]
        web.seen.earlier = {f"{address}/items": '"1"'}
        assert web.get("items", fresh=False).status == 304
        web.close()
    assert next(asked) == 7


def test_many_over_a_socket_come_in_order() -> None:
    with served(lambda question: Answer(body=question.path)) as address:
        web = client(address)
        paths = [f"/items/{number}" for number in range(50)]
        assert [r and r.json() for _, r in web.many(paths)] == paths
        web.close()


def test_a_server_that_is_gone_is_named() -> None:
    with served(lambda _: Answer()) as address:
        pass
    web = client(address)
    with pytest.raises(SourceIncomplete, match="in 6 attempts: ConnectError"):
        web.get("items")
