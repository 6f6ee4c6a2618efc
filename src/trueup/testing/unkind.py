"""A server that limits, fails, hangs up and dawdles, in front of one that does none of it.

Limits are refused as GitHub documents them, primary and secondary; the rest is what any server
does now and then. https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import hashlib
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace

from trueup.testing.scripted import Answer, Answering, Broken, Question

_RENEWED_IN = 1_800
_MOST_RUNNING = 2
"""Misfortunes in a row: a server that never recovers is another matter."""


@dataclass(kw_only=True)
class Unkind:
    """Answers as `answering` does, if it answers.

    Parameters
    ----------
    seed
        The same questions meet the same misfortunes.
    ratio
        Share of questions that meet one.
    budget
        Questions answered before the primary limit is used up; it is renewed after one refusal.
    dawdles
        Seconds before each answer.
    calls
        What was done, counted.
    """

    answering: Answering
    seed: int = 1
    ratio: float = 0.2
    budget: int = 40
    dawdles: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)
    _left: int = 0
    _running: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - a seed, not a secret
        self._left = self.budget
        self._lock = threading.Lock()

    def answer(self, question: Question) -> Answer:
        """Answer, or do worse.

        Raises
        ------
        Broken
            It hangs up.
        """
        if self.dawdles:
            time.sleep(self.dawdles)
        with self._lock:
            misfortune = self._misfortune()
        if misfortune is not None:
            return misfortune
        return self._versioned(question, self.answering(question))

    def _misfortune(self) -> Answer | None:
        if self._left == 0:
            self._left = self.budget
            return self._refusal("primary limit", "API rate limit exceeded", self._limits(0))
        self._left -= 1
        if self._running == _MOST_RUNNING or self._chance.random() >= self.ratio:
            self._running = 0
            return None
        self._running += 1
        kind = self._chance.choice(("failed", "gateway", "too many", "secondary limit", "cut"))
        if kind == "cut":
            self.calls[kind] += 1
            raise Broken("hung up")
        if kind == "too many":
            return self._refusal(kind, "Too many requests", {"retry-after": "7"}, status=429)
        if kind == "secondary limit":
            said = "You have exceeded a secondary rate limit"
            return self._refusal(kind, said, {"retry-after": "60"})
        self.calls[kind] += 1
        return Answer(status=500 if kind == "failed" else 502, body=b"<html>sorry</html>")

    def _refusal(self, kind: str, said: str, headers: dict[str, str], status: int = 403) -> Answer:
        self.calls[kind] += 1
        return Answer(status=status, body={"message": said}, headers=headers)

    def _limits(self, left: int) -> dict[str, str]:
        now = int(time.time())
        return {
            "date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now)),
            "x-ratelimit-limit": str(self.budget),
            "x-ratelimit-remaining": str(left),
            "x-ratelimit-reset": str(now + _RENEWED_IN),
        }

    def _versioned(self, question: Question, answer: Answer) -> Answer:
        """Give answers to GET a version, and say so where it is the one that was seen."""
        self.calls["answered"] += 1
        if question.method != "GET" or answer.status != 200 or "etag" in answer.headers:
            return answer
        content = json.dumps(answer.body, sort_keys=True).encode()
        version = f'W/"{hashlib.sha256(content).hexdigest()[:16]}"'
        headers = {**answer.headers, "etag": version}
        if question.headers.get("if-none-match") == version:
            self.calls["not modified"] += 1
            return Answer(status=304, body=b"", headers=headers)
        return replace(answer, headers=headers)
