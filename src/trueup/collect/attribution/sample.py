"""Turns an example of the rule table into the commit it stands for."""

from __future__ import annotations

from trueup.collect.attribution.commit import CommitText

_NAME = "Ada Example"
_EMAIL = "ada@example.org"


def sample(kind: str, text: str) -> CommitText:
    """Return a commit of a person, with `text` where a rule of `kind` looks for it.

    ``author: Name <address>`` and ``committer: Name <address>`` set that identity, for
    any kind; the subject and the merged branch are the first line; all else is a line of
    the message's body.
    """
    place, _, value = text.partition(": ")
    if place in ("author", "committer"):
        return _with_identity(place, value)
    if kind == "subject":
        return _commit(message=text)
    if kind == "merge_branch":
        return _commit(message=text, is_merge=True)
    return _commit(message=f"Change the thing\n\nIt was slow.\n\n{text}\n")


def _with_identity(place: str, value: str) -> CommitText:
    name, _, email = value.rpartition("<")
    name, email = name.strip(), email.rstrip(">")
    message = "Change the thing\n"
    if place == "author":
        return CommitText(name, email, _NAME, _EMAIL, message, is_merge=False)
    return CommitText(_NAME, _EMAIL, name, email, message, is_merge=False)


def _commit(message: str, *, is_merge: bool = False) -> CommitText:
    return CommitText(_NAME, _EMAIL, _NAME, _EMAIL, message, is_merge)
