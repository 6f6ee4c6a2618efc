"""A model at an address of the user's own, behind a real socket of this machine."""

from __future__ import annotations

from itertools import count

import pytest

from trueup.collect.labelling.endpoint import MOST_CHARACTERS, Endpoint, chosen, shortened
from trueup.collect.sources.events.schema import schema_of
from trueup.config import LabelSettings
from trueup.errors import ConfigError, SourceIncomplete, SourceUnavailable
from trueup.model.labelling import PATTERNS
from trueup.testing.loopback import served
from trueup.testing.scripted import Answer, Broken, FakeTime, Question, Unheard

PROMPTS = ("Add a till", "Why a till?")


def saying(text: object) -> Answer:
    return Answer(body={"choices": [{"message": {"role": "assistant", "content": text}}]})


def endpoint(address: str, token: str = "") -> Endpoint:
    settings = LabelSettings(url=f"{address}/v1", model="tiny:1b", token=token)
    return Endpoint(settings, Unheard(), clock=FakeTime().clock())


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_one_label_is_asked_for_with_the_prompts_of_one_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OUR_MODEL", "key-of-ours")
    asked: list[Question] = []

    def answer(question: Question) -> Answer:
        asked.append(question)
        return saying("generation_then_comprehension")

    with served(answer) as address, endpoint(address, "env:OUR_MODEL") as model:
        assert model.label(PATTERNS, PROMPTS) == "generation_then_comprehension"
    (question,) = asked
    assert (question.method, question.path) == ("POST", "/v1/chat/completions")
    assert question.headers["authorization"] == "Bearer key-of-ours"
    assert (question.body["model"], question.body["temperature"]) == ("tiny:1b", 0)
    system, user = (message["content"] for message in question.body["messages"])
    assert all(f"{label.name}: {label.means}" in system for label in PATTERNS.labels)
    assert user == "Prompt 1:\nAdd a till\n\nPrompt 2:\nWhy a till?"


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_faults_and_limits_are_waited_out_and_a_refusal_is_told() -> None:
    asked = count()

    def answer(_: Question) -> Answer:
        number = next(asked)
        if number == 0:
            raise Broken
        if number < 3:
            return Answer(status=503 if number == 1 else 429, headers={"retry-after": "1"})
        return saying("hybrid") if number == 3 else Answer(status=401)

    with served(answer) as address, endpoint(address) as model:
        assert model.label(PATTERNS, PROMPTS) == "hybrid"
        with pytest.raises(SourceUnavailable, match="does not take the token"):
            model.label(PATTERNS, PROMPTS)


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize(
    "answer",
    [
        saying("delegation or hybrid"),
        saying("It depends."),
        saying(None),
        saying([{"type": "text", "text": "hybrid"}]),
        Answer(body={"choices": []}),
        Answer(body=[]),
    ],
)
def test_an_answer_that_is_not_one_label_is_none(answer: Answer) -> None:
    with served(lambda _: answer) as address, endpoint(address) as model:
        assert model.label(PATTERNS, PROMPTS) is None


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_an_answer_that_is_no_json_is_an_error_of_the_house() -> None:
    page = Answer(body=b"<html>sign in</html>")
    with (
        served(lambda _: page) as address,
        endpoint(address) as model,
        pytest.raises(SourceIncomplete, match="not JSON"),
    ):
        model.label(PATTERNS, PROMPTS)


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_prompts_do_not_follow_a_server_that_sends_them_elsewhere() -> None:
    moved = Answer(status=307, headers={"location": "https://elsewhere.example/v1"})
    with (
        served(lambda _: moved) as address,
        endpoint(address) as model,
        pytest.raises(SourceUnavailable, match=r"has moved to elsewhere\.example"),
    ):
        model.label(PATTERNS, PROMPTS)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (LabelSettings(), "No model is named"),
        (LabelSettings(url="https://models.example/v1"), "No model is named"),
        (LabelSettings(url="http://models.example/v1", model="m"), "in clear"),
        (LabelSettings(url="http://localhost.example/v1", model="m"), "in clear"),
    ],
)
def test_nothing_is_sent_unless_a_model_is_named_and_never_in_clear(
    settings: LabelSettings, why: str
) -> None:
    with pytest.raises(ConfigError, match=why):
        Endpoint(settings, Unheard())


def test_this_machine_may_be_asked_without_encryption_and_its_rater_is_one_files_take() -> None:
    for address in ("http://localhost:11434/v1", "http://127.0.0.1/v1", "http://[::1]:8000/v1"):
        with Endpoint(LabelSettings(url=address, model="qwen3:8b@q4"), Unheard()) as model:
            pattern = schema_of("ai_session_label").columns["rater"].pattern
            assert pattern is not None
            assert pattern.fullmatch(model.rater), model.rater


def test_a_label_thought_of_on_the_way_is_not_the_answer() -> None:
    assert chosen(PATTERNS, "<think>hybrid? delegation?</think>\nhybrid.") == "hybrid"


def test_many_or_long_prompts_are_cut_to_what_is_sent() -> None:
    for prompts in (["x" * 50_000], ["y" * 1_000] * 60, [""]):
        assert len(shortened(prompts)) <= MOST_CHARACTERS
