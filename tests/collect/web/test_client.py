from __future__ import annotations

import base64
import logging
import random
import time
from collections import Counter
from dataclasses import replace
from itertools import count
from threading import Lock

import pytest

from tests.collect.web.asking import CONNECTION, TOKEN, Asked, one_after_another
from trueup.collect.recorded import (
    BASIC,
    BASIC_WITH_USER,
    BEARER,
    GENIE_KEY,
    PRIVATE_TOKEN,
    TOKEN_AS_USER,
    Server,
    Signing,
)
from trueup.collect.recorded import TOKEN as TOKEN_IS
from trueup.collect.web import exchange
from trueup.errors import ConfigError, SourceIncomplete, SourceUnavailable
from trueup.testing.scripted import Answer, Broken, Question

FINE = Answer(body={"fine": True})
BUSY = Answer(status=403, body={"message": "You have exceeded a secondary rate limit"})


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("signing", "user", "header", "value"),
    [
        (BEARER, "", "authorization", f"Bearer {TOKEN}"),
        (PRIVATE_TOKEN, "", "private-token", TOKEN),
        (TOKEN_IS, "", "authorization", f"Token token={TOKEN}"),
        (GENIE_KEY, "", "authorization", f"GenieKey {TOKEN}"),
        (TOKEN_AS_USER, "", "authorization", basic(f"{TOKEN}:")),
        (BASIC, "ada", "authorization", basic(f"ada:{TOKEN}")),
        (BASIC_WITH_USER, "ada", "authorization", basic(f"ada:{TOKEN}")),
        (BASIC_WITH_USER, "", "authorization", f"Bearer {TOKEN}"),
    ],
)
def test_a_request_is_signed_as_the_source_says(
    signing: Signing, user: str, header: str, value: str
) -> None:
    asked = Asked(
        lambda _: FINE,
        server=Server(signing=signing, headers={"x-api": "2"}),
        connection=replace(CONNECTION, user=user),
    )
    asked.web.get("things")
    assert asked.questions[0].headers[header] == value
    assert asked.questions[0].headers["x-api"] == "2"
    assert asked.questions[0].headers["user-agent"].startswith("trueup/")
    assert asked.questions[0].path == "/api/things"


def test_without_a_token_nothing_is_signed() -> None:
    asked = Asked(lambda _: FINE, connection=replace(CONNECTION, token=""))
    asked.web.get("things")
    assert "authorization" not in asked.questions[0].headers


def test_without_an_address_the_key_to_write_is_named() -> None:
    with pytest.raises(ConfigError, match="names no server"):
        Asked(lambda _: FINE, connection=replace(CONNECTION, url=""))


def test_a_wait_that_is_asked_for_is_kept_to_the_second_and_said() -> None:
    asked = Asked(one_after_another([Answer(status=429, headers={"retry-after": "40"}), FINE]))
    assert asked.web.get("things").json() == {"fine": True}
    assert asked.time.slept == pytest.approx(40)
    assert asked.progress.told == [
        "shop.example asks to wait 40 s: its limit of requests is reached."
    ]


def test_a_secondary_limit_is_waited_out_a_minute_at_first_and_twice_as_long_each_time() -> None:
    asked = Asked(one_after_another([BUSY, BUSY, BUSY, FINE]))
    asked.web.get("things")
    assert asked.time.slept == pytest.approx(60 + 120 + 240)


def test_a_secondary_limit_that_never_ends_ends_the_visit() -> None:
    asked = Asked(lambda _: BUSY)
    with pytest.raises(SourceIncomplete, match="was refused 7 times"):
        asked.web.get("things")


def test_a_query_that_is_refused_for_limits_is_asked_again() -> None:
    refused = Answer(body={"errors": [{"type": "RATE_LIMITED", "message": "..."}]})
    asked = Asked(one_after_another([refused, FINE]))
    assert asked.web.post("graphql", body={"query": "{}"}).json() == {"fine": True}
    assert asked.questions[1].body == {"query": "{}"}


def test_no_request_goes_out_once_the_limit_is_used_up() -> None:
    """Two are left and the window ends in 100 s: the third waits, and none is refused."""
    start = Asked(lambda _: FINE).time.now
    left = count(1, -1)

    def answer(_: Question) -> Answer:
        there = {"x-ratelimit-limit": "10", "x-ratelimit-reset": str(int(start) + 100)}
        return replace(FINE, headers={**there, "x-ratelimit-remaining": str(max(0, next(left)))})

    asked = Asked(answer)
    asked.web.get("a")
    asked.web.get("b")
    assert asked.time.slept == 0
    asked.web.get("c")
    assert asked.time.slept == pytest.approx(101)


def test_many_at_once_take_what_is_left_and_never_more() -> None:
    """Eight at a time, 20 requests in 100 s: 70 take four such windows, and none is refused.

    Answers overtake each other, so that what the last one says is left is not what is left.
    """
    ten, chance = Asked(lambda _: FINE).time.now, random.Random(1)
    windows: Counter[int] = Counter()
    counting = Lock()

    def answer(_: Question) -> Answer:
        with counting:
            window = int(asked.time.now - ten) // 100
            windows[window] += 1
            left = 20 - windows[window]
            late = chance.random() / 500
        time.sleep(late)
        reset = int(ten) + 100 * (window + 1)
        headers = {
            "x-ratelimit-limit": "20",
            "x-ratelimit-remaining": str(max(0, left)),
            "x-ratelimit-reset": str(reset),
        }
        return replace(FINE if left >= 0 else BUSY, headers=headers)

    asked = Asked(answer, server=Server(at_once=8))
    assert len(list(asked.web.many(f"items/{number}" for number in range(70)))) == 70
    assert max(windows.values()) <= 20
    assert sum(windows.values()) == 70


@pytest.mark.parametrize(
    "said",
    [
        {},
        {
            "x-ratelimit-limit": "0",
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": "1790009000",
        },
    ],
)
def test_a_server_of_ones_own_that_says_nothing_or_nought_of_nought_keeps_no_limits(
    said: dict[str, str],
) -> None:
    asked = Asked(lambda _: replace(FINE, headers=said))
    for _ in range(20):
        asked.web.get("things")
    assert len(list(asked.web.many(f"items/{number}" for number in range(20)))) == 20
    assert asked.time.slept == 0
    assert asked.web._pace._allowed == asked.web._at_once


def test_a_limit_on_searches_does_not_hold_up_the_rest() -> None:
    def answer(question: Question) -> Answer:
        name = "search" if "search" in question.path else "core"
        there = {"x-ratelimit-resource": name, "x-ratelimit-reset": "1790000050"}
        left = "0" if name == "search" else "4000"
        return replace(FINE, headers={**there, "x-ratelimit-remaining": left})

    asked = Asked(answer)
    asked.web.get("search/issues")
    asked.web.get("things")
    assert asked.time.slept == 0
    asked.web.get("search/issues")
    assert asked.time.slept == pytest.approx(51)


def test_more_patience_than_an_hour_is_not_to_be_had_and_the_time_is_named() -> None:
    """The clock says 2026-09-21 14:13 UTC; five hours later it is 19:13."""
    asked = Asked(lambda _: Answer(status=429, headers={"retry-after": "18000"}))
    with pytest.raises(SourceIncomplete, match="until 2026-09-21 19:13 UTC") as stopped:
        asked.web.get("things")
    assert "goes on where it stopped" in stopped.value.hint
    assert asked.time.slept == 0


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_fault_that_passes_is_waited_out(status: int) -> None:
    asked = Asked(one_after_another([Answer(status=status), Answer(status=status), FINE]))
    asked.web.get("things")
    assert asked.time.slept == pytest.approx(1 + 2)
    assert asked.progress.told == [f"shop.example is asked again in 2 s: it answers {status}."]


def test_a_connection_that_breaks_off_is_tried_again_and_given_up_after_six() -> None:
    def broken(_: Question) -> Answer:
        raise Broken(f"lost while sending {TOKEN}")

    asked = Asked(broken)
    with pytest.raises(SourceIncomplete, match="in 6 attempts: ReadError") as stopped:
        asked.web.get("things")
    assert len(asked.questions) == 6
    assert TOKEN not in str(stopped.value)


@pytest.mark.parametrize(
    ("status", "fact"),
    [
        (401, "does not take the token"),
        (403, "is not open to the token"),
        (404, "is not there, or the token may not see it"),
        (410, "is not there"),
        (422, "answers 422"),
    ],
)
def test_a_refusal_is_raised_at_once_in_the_servers_words_without_the_token(
    status: int, fact: str
) -> None:
    said = {"message": f"Bad credentials {TOKEN}\n  here."}
    asked = Asked(lambda _: Answer(status=status, body=said))
    with pytest.raises(SourceUnavailable, match=fact) as refused:
        asked.web.get("things", params={"q": "secret-question"})
    text = str(refused.value)
    assert TOKEN not in text
    assert "secret-question" not in text
    assert len(asked.questions) == 1
    if status in {401, 403, 422}:
        assert "Bad credentials ... here" in text


def test_what_was_seen_is_not_sent_again() -> None:
    asked = Asked(
        lambda question: (
            Answer(status=304, body=b"")
            if question.headers.get("if-none-match") == '"v1"'
            else replace(FINE, headers={"etag": '"v1"'})
        )
    )
    address = "https://shop.example/api/things"
    assert asked.web.get("things", fresh=False).status == 200
    assert asked.web.seen.now == {address: '"v1"'}
    assert asked.web.get("things", fresh=False).status == 200  # this visit has not ended yet
    asked.web.seen.earlier = {address: '"v1"'}
    asked.web.seen.now.clear()
    assert asked.web.get("things", fresh=False).status == 304
    assert asked.web.seen.now == {address: '"v1"'}
    assert asked.web.get("things").status == 200


def test_pages_are_followed_through_the_host_that_was_asked() -> None:
    """The server believes to be real.example without a leading path."""

    def answer(question: Question) -> Answer:
        page = int(question.params.get("page", "1"))
        link = f'<https://real.example/items?page={page + 1}&q=a,b>; rel="next", <x>; rel="last"'
        return Answer(body=page, headers={"link": link} if page < 3 else {})

    asked = Asked(answer)
    assert [reply.json() for reply in asked.web.pages("items")] == [1, 2, 3]
    assert {question.path for question in asked.questions} == {"/api/items"}
    assert asked.questions[1].params == {"page": "2", "q": "a,b"}


def test_pages_that_lead_round_in_a_circle_end_the_visit() -> None:
    asked = Asked(lambda _: replace(FINE, headers={"link": '</api/items?page=2>; rel="next"'}))
    with pytest.raises(SourceIncomplete, match="names a page it gave before"):
        list(asked.web.pages("items"))


def test_a_move_within_the_host_is_followed_and_one_to_another_is_refused() -> None:
    near = Answer(status=301, headers={"location": "/api/repositories/1"})
    asked = Asked(one_after_another([near, FINE]))
    assert asked.web.get("repos/old").json() == {"fine": True}
    assert asked.questions[1].path == "/api/repositories/1"
    far = Answer(status=302, headers={"location": "https://elsewhere.example/x"})
    asked = Asked(lambda _: far)
    with pytest.raises(SourceUnavailable, match=r"has moved to elsewhere\.example"):
        asked.web.get("repos/old")
    assert len(asked.questions) == 1


def test_another_host_is_never_asked() -> None:
    asked = Asked(lambda _: FINE)
    asked.web.get("https://shop.example/other")
    assert asked.questions[0].path == "/other"
    with pytest.raises(SourceUnavailable, match="is not the host of the connection"):
        asked.web.get("https://elsewhere.example/x")


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "MOST_BYTES", 1 << 20)
    asked = Asked(lambda _: Answer(body=b"x" * (2 << 20)))
    with pytest.raises(SourceIncomplete, match="more than 1 MB"):
        asked.web.get("things")


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"", b"[" * 100_000])
def test_what_is_no_json_is_said_to_be_none(body: bytes) -> None:
    asked = Asked(lambda _: Answer(body=body))
    with pytest.raises(SourceIncomplete, match="not JSON"):
        asked.web.get("things").json()


def test_many_come_in_order_and_what_is_absent_is_none() -> None:
    asked = Asked(
        lambda q: Answer(status=404) if q.path.endswith("/3") else Answer(body=q.path[-1])
    )
    paths = [f"items/{number}" for number in range(8)]
    found = [(path, reply and reply.json()) for path, reply in asked.web.many(iter(paths))]
    assert found == [(p, None if p == "items/3" else p[-1]) for p in paths]


def test_many_ask_no_further_ahead_than_they_must() -> None:
    asked = Asked(lambda _: FINE, server=Server(at_once=2))
    endless = (f"items/{number}" for number in count())
    for _, (path, _) in zip(range(3), asked.web.many(endless), strict=False):
        assert path.startswith("items/")
    assert len(asked.questions) <= 3 + 2 * 2 + 1
    asked.web.close()


def test_a_refusal_among_many_ends_them() -> None:
    asked = Asked(lambda q: Answer(status=401) if q.path.endswith("/1") else FINE)
    with pytest.raises(SourceUnavailable, match="does not take the token"):
        list(asked.web.many(f"items/{number}" for number in range(4)))


def test_many_wait_together_and_go_on_fewer_at_a_time() -> None:
    refused = count()

    def answer(question: Question) -> Answer:
        if question.path.endswith("/5") and next(refused) == 0:
            return Answer(status=429, headers={"retry-after": "30"})
        return FINE

    asked = Asked(answer, server=Server(at_once=8))
    replies = list(asked.web.many(f"items/{number}" for number in range(40)))
    assert len(replies) == 40
    assert len(asked.progress.told) == 1
    assert asked.web._pace._allowed == 4


def test_the_token_is_in_no_log_no_repr_and_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asked = Asked(lambda q: Answer(body={"you sent": str(q.headers)}))
    reply = asked.web.get("things", params={"a": "b"})
    assert asked.questions[0].headers["authorization"] == f"Bearer {TOKEN}"
    said = [*caplog.messages, repr(asked.web), repr(asked.web._exchange._credential), repr(reply)]
    assert TOKEN not in "\n".join([*said, str(reply.json())])
