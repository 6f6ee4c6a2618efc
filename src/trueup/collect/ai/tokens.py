"""Tokens in five buckets that are disjoint, from the two opposite ways tools count a prompt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Tokens of one request, or of several reported together.

    Parameters
    ----------
    uncached_input, cache_read, cache_write_5m, cache_write_1h, output
        Disjoint; their sum is all tokens. Writes whose span of life is not said are of 5 minutes.
    reasoning_output
        Part of `output`; None where it is not told apart.
    """

    uncached_input: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0
    reasoning_output: int | None = None

    @classmethod
    def of_whole_prompt(
        cls,
        prompt: int,
        *,
        cache_read: int = 0,
        cache_write: int = 0,
        output: int = 0,
        reasoning_output: int | None = None,
    ) -> Self:
        """Return the buckets where `prompt` counts cached tokens too, as OpenAI and Gemini do.

        A prompt said to be smaller than its cached parts is taken to be those parts.
        """
        return cls(
            uncached_input=max(prompt - cache_read - cache_write, 0),
            cache_read=cache_read,
            cache_write_5m=cache_write,
            output=output,
            reasoning_output=reasoning_output,
        )

    @property
    def total(self) -> int:
        """All tokens."""
        return (
            self.uncached_input
            + self.cache_read
            + self.cache_write_5m
            + self.cache_write_1h
            + self.output
        )

    def columns(self) -> dict[str, int | None]:
        """Return the columns of ``ai_request`` that hold them."""
        return {f"{field.name}_tokens": getattr(self, field.name) for field in fields(self)}


def largest(seen: Iterable[Tokens]) -> Tokens:
    """Return the greatest count of each bucket over several sightings of one request.

    Streams repeat a request while it grows; the largest counts are the last.
    """
    every = list(seen)
    best = {
        field.name: max(
            (value for one in every if (value := getattr(one, field.name)) is not None),
            default=None,
        )
        for field in fields(Tokens)
    }
    return Tokens(**{name: value for name, value in best.items() if value is not None})
