"""Objects of GitHub's answers, and of what is kept of them, read field by field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from trueup.collect.attribution import Attribution
from trueup.collect.fields import Fields as _Fields
from trueup.collect.fields import Unreadable, clean


class Fields(_Fields):
    """One object; see `trueup.collect.fields.Fields`."""

    __slots__ = ()

    def needed(self, name: str) -> int:
        """Return a whole number.

        Raises
        ------
        Unreadable
            There is none.
        """
        value = self.number(name)
        if value is None:
            raise Unreadable(f"{name} is missing")
        return value

    def nodes(self, name: str) -> list[Self]:
        """Return the objects of a GraphQL connection below `name`."""
        return self.part(name).parts("nodes")

    def numbers(self, name: str) -> list[int]:
        """Return the whole numbers listed below `name`."""
        found = self._listed(name)
        return [item for item in found if isinstance(item, int) and not isinstance(item, bool)]

    def marks(self, name: str) -> list[Attribution]:
        """Return the marks archived below `name` (see `door.words`)."""
        found = []
        for tool, model, role, rule_id, session_id, probability in self._entries(name, 6):
            texts, asides = (tool, role, rule_id), (model, session_id)
            if (
                not all(isinstance(text, str) for text in texts)
                or not all(aside is None or isinstance(aside, str) for aside in asides)
                or not isinstance(probability, int | float)
                or not 0 <= probability <= 1
            ):
                self._odd(name, "holds what is no mark")
            else:
                found.append(
                    Attribution(
                        clean(tool),
                        model and clean(model),
                        clean(role),
                        clean(rule_id),
                        session_id and clean(session_id),
                        float(probability),
                    )
                )
        return found

    def mentions(self, name: str) -> list[tuple[str, str, bool]]:
        """Return the work items archived below `name`: key, place, whether it is closed."""
        found = []
        for key, place, is_closing in self._entries(name, 3):
            if isinstance(key, str) and isinstance(place, str):
                found.append((clean(key), clean(place), is_closing is True))
            else:
                self._odd(name, "holds what is no mention")
        return found

    def _entries(self, name: str, length: int) -> list[Sequence[Any]]:
        found = self._listed(name)
        whole: list[Sequence[Any]] = [
            e for e in found if isinstance(e, list | tuple) and len(e) == length
        ]
        if len(whole) < len(found):
            self._odd(name, "holds what is no entry")
        return whole
