"""Which work items a text names; what else it says is dropped.

Two forms are known: keys as trackers write them (``SHOP-12``), and references to issues as
forges write them (``#12``, ``owner/name#12``, a link to ``/issues/12``).
Whether there is such a work item is not known here: ``UTF-8`` looks like a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from trueup.model.tables import TABLES

_KEY = re.compile(r"(?<![\w.-])([A-Z][A-Z0-9_]{1,14}-[1-9]\d{0,8})(?![\w-]*\w)")
_BRANCH_KEY = re.compile(
    r"(?:^|[/_-])([A-Za-z][A-Za-z0-9]{1,14}-[1-9]\d{0,8})(?=$|[/_-])", re.IGNORECASE
)
_CLOSES = r"(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing))"
_ISSUE = (
    r"(?:(?P<address>(?:https?://)?[\w.-]+\.[\w-]+(?::\d+)?/[\w./-]+?)(?:/-)?/issues/(?P<linked>\d+)"
    r"|(?P<path>[\w.-]+(?:/[\w.-]+)+)?#(?P<number>\d+))(?!\w)"
)
_REFERENCE = re.compile(r"(?<![\w&/])" + _ISSUE)
_BEFORE = re.compile(_CLOSES + r"\b(?:\s+(?:issues?|bugs?|tickets?))?\s*:?\s*$", re.IGNORECASE)
_CHAIN = re.compile(r"(?:,|\band\b|&|\s)+$")
_LOOK_BACK = 40
_LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Mention:
    """A work item named in a text.

    Parameters
    ----------
    key
        ``SHOP-12``, or ``host/owner/name/issues/12`` for an issue of a forge.
    is_closing
        Whether the text says that it closes, fixes or resolves the work item.
    """

    key: str
    is_closing: bool

    @property
    def is_key(self) -> bool:
        """Whether it is written as trackers write it; else it is the address of an issue."""
        return "/" not in self.key


def mentions(text: str, repository_id: str) -> tuple[Mention, ...]:
    """Return the work items a title, body or message names, each once, in order.

    A closing word counts for every reference of the list it opens: ``Fixes #1, #2 and #3``.

    Parameters
    ----------
    repository_id
        ``host/owner/name`` of the repository the text belongs to: whose issue ``#12`` is.
    """
    text = text[:_LONGEST]
    found: dict[str, bool] = {}
    end, closing = 0, False
    for place in _places(text):
        said = text[max(end, place.start() - _LOOK_BACK) : place.start()]
        in_list = end > 0 and _CHAIN.fullmatch(said) is not None
        closing = (closing and in_list) or _BEFORE.search(said) is not None
        key = _key(place, repository_id)
        found[key] = found.get(key, False) or closing
        end = place.end()
    return tuple(Mention(key, closes) for key, closes in found.items())


def branch_mentions(branch: str) -> tuple[Mention, ...]:
    """Return the keys a branch name holds, in capitals: ``feature/shop-12-basket``."""
    keys = dict.fromkeys(found.upper() for found in _BRANCH_KEY.findall(branch))
    return tuple(Mention(key, is_closing=False) for key in keys)


def mention_rows(
    repository_id: str,
    target_kind: str,
    found: Iterable[tuple[str, str, Mention]],
) -> pa.Table:
    """Return rows of `work_item_mention` from (target_id, place, mention)."""
    rows = [
        {
            "repository_id": repository_id,
            "target_kind": target_kind,
            "target_id": target_id,
            "key": mention.key,
            "place": place,
            "is_closing": mention.is_closing,
        }
        for target_id, place, mention in found
    ]
    return pa.Table.from_pylist(rows, schema=TABLES["work_item_mention"].schema)


def _places(text: str) -> list[re.Match[str]]:
    found = [*_KEY.finditer(text)] if "-" in text else []
    if "#" in text or "/issues/" in text:
        found += _REFERENCE.finditer(text)
    return sorted(found, key=lambda place: place.start())


def _key(place: re.Match[str], repository_id: str) -> str:
    named = place.groupdict()
    if not named:
        return place[1]
    if named["address"]:
        address = named["address"].split("://")[-1].lower()
        return f"{address}/issues/{int(named['linked'])}"
    host = repository_id.partition("/")[0]
    owner = f"{host}/{named['path'].lower()}" if named["path"] else repository_id
    return f"{owner}/issues/{int(named['number'])}"
