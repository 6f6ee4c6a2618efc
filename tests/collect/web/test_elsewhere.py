"""Files on other hosts are asked for without the token, and bodies may carry it."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.collect.web.asking import CONNECTION, TOKEN, Asked
from trueup.collect.recorded import Server, Signing
from trueup.collect.web.client import HttpWeb
from trueup.errors import SourceIncomplete, SourceUnavailable
from trueup.testing.scripted import Answer, FakeTime, Question, Unheard

LINK = "https://files.example/report.json?signature=once"


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", TOKEN)


class Anywhere(httpx.BaseTransport):
    """Answers on every host, and keeps what it was asked."""

    def __init__(self, answers: dict[str, httpx.Response]) -> None:
        self.answers = answers
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answers[str(request.url)]


def web(answers: dict[str, httpx.Response]) -> tuple[HttpWeb, Anywhere]:
    carrier = Anywhere(answers)
    clock = FakeTime().clock()
    return HttpWeb(CONNECTION, Server(), Unheard(), clock=clock, transport=carrier), carrier


def test_a_file_on_another_host_is_asked_for_without_the_token() -> None:
    asking, carrier = web({LINK: httpx.Response(200, content=b'{"a": 1}\n{"a": 2}\n')})
    reply = asking.download(LINK)
    assert reply.content == b'{"a": 1}\n{"a": 2}\n'
    assert "authorization" not in carrier.asked[0].headers
    assert TOKEN not in str(carrier.asked[0].headers)


def test_a_file_may_have_moved_to_a_third_host_but_not_out_of_encryption() -> None:
    there, clear = "https://store.example/x", "http://store.example/x"
    asking, carrier = web({
        LINK: httpx.Response(302, headers={"location": there}),
        there: httpx.Response(200, content=b"[]"),
    })  # fmt: skip
    assert asking.download(LINK).content == b"[]"
    assert all("authorization" not in one.headers for one in carrier.asked)
    asking, _ = web({LINK: httpx.Response(302, headers={"location": clear})})
    with pytest.raises(SourceUnavailable, match="in clear"):
        asking.download(LINK)


def test_the_signature_in_an_address_is_said_to_nobody() -> None:
    asking, _ = web({LINK: httpx.Response(200, content=b"<html>")})
    with pytest.raises(SourceIncomplete) as refused:
        asking.download(LINK).json()
    assert "once" not in str(refused.value)
    asking, _ = web({LINK: httpx.Response(403)})
    with pytest.raises(SourceUnavailable) as refused_too:
        asking.download(LINK)
    assert "once" not in str(refused_too.value)


def test_a_limit_of_another_host_holds_nothing_up_here() -> None:
    asking, carrier = web({
        LINK: httpx.Response(200, headers={"x-ratelimit-remaining": "0",
                                           "x-ratelimit-reset": "4000000000"}),
        "https://shop.example/api/things": httpx.Response(200, content=b"{}"),
    })  # fmt: skip
    asking.download(LINK)
    asking.get("things")
    assert len(carrier.asked) == 2


def test_a_body_carries_the_token_where_the_source_says_so_and_no_header_does() -> None:
    def echo(question: Question) -> Answer:
        return Answer(body={"heard": question.body})

    asked = Asked(echo, server=Server(signing=Signing(body_key="service_key")))
    answer = asked.web.post("stats", body={"day": "2026-09-01"}).json()
    (question,) = asked.questions
    assert question.body == {"day": "2026-09-01", "service_key": TOKEN}
    assert TOKEN not in str(question.headers)
    assert TOKEN not in json.dumps(answer)
