"""The web of a source that reads files: there is nothing to ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from trueup.collect.recorded import Reply
from trueup.errors import SourceUnavailable


class NoWeb:
    """The web of a source that reads files."""

    def __init__(self, source: str) -> None:
        self._source = source

    def get(self, path: str, **_: Any) -> Reply:
        """Raise `SourceUnavailable`."""
        raise self._refusal(path)

    def post(self, path: str, **_: Any) -> Reply:
        """Raise `SourceUnavailable`."""
        raise self._refusal(path)

    def pages(self, path: str, **_: Any) -> Iterator[Reply]:
        """Raise `SourceUnavailable`."""
        raise self._refusal(path)

    def download(self, address: str) -> Reply:
        """Raise `SourceUnavailable`."""
        raise self._refusal(address.partition("?")[0])

    def many(self, paths: Iterable[str]) -> Iterator[tuple[str, Reply | None]]:
        """Raise `SourceUnavailable`."""
        raise self._refusal(next(iter(paths), ""))

    def _refusal(self, path: str) -> SourceUnavailable:
        return SourceUnavailable(
            f"{self._source} has no server to ask for {path}.", hint="Name files as its targets."
        )
