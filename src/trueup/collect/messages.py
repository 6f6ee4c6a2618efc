"""What a commit message says about landing, reverting and fixing; the words are then dropped."""

from __future__ import annotations

import re
from dataclasses import dataclass

FIX_RULE = "fix_subject_v1"
CONVENTIONAL_FIX_RULE = "fix_prefix_v1"
CONVENTIONAL_BREAKING_RULE = "breaking_prefix_v1"
FOOTER_BREAKING_RULE = "breaking_footer_v1"

_FIX_PREFIX = re.compile(r"(?:hot|bug)?fix(?:es)?(?:\([^)]*\))?!?:", re.IGNORECASE)
_OTHER_PREFIX = re.compile(
    r"(?:build|chore|ci|docs?|feat|perf|refactor|release|style|tests?)(?:\([^)]*\))?!?:",
    re.IGNORECASE,
)
_FIX = re.compile(
    r"\b(?:fix(?:e[sd]|ing)?|(?:bug|hot)[ -]?fix(?:es)?|bugs?|regressions?|crash(?:e[sd]|ing)?)\b",
    re.IGNORECASE,
)
_NOT_A_DEFECT = re.compile(
    r"\b(?:typos?|spelling|grammar|docs?|documentation|docstrings?|readme|changelog|comments?"
    r"|lint(?:er|ing|s)?|formatting|whitespace|indentation|pre-commit|flake8|ruff|mypy|black"
    r"|fix(?:ed)?[ -](?:size|sized|width|point|length|version|versions|up|ture|tures))\b"
    r"|^(?:fixup|squash|amend)!|^revert\b|^merge\b",
    re.IGNORECASE,
)

_PULL = re.compile(r"Merge pull request #(\d+)\b")
_BITBUCKET = re.compile(r"(?:Merged in .+ \(pull request #(\d+)\)|Pull request #(\d+): )")
_AZURE = re.compile(r"Merged PR (\d+): ")
_BORS = re.compile(r"(?:Auto merge of|Merge) #(\d+)\b")
_GITLAB = re.compile(r"^See merge request (?:[\w.+/-]*)!(\d+)\s*$", re.MULTILINE)
_SQUASH = re.compile(r"\((?:#|!)(\d+)\)\s*$")
_MERGED = re.compile(
    r"Merge (?P<tracking>remote-tracking )?(?P<what>branch|commit|tag)(?:es|s)? '(?P<name>[^']+)'"
    r"(?: of (?P<address>\S+))?(?: into '?(?P<into>[^\s']+?)'?)?\s*$"
)
_GITHUB_UPDATE = re.compile(r"Merge (?P<name>[\w./-]+) into (?P<into>[\w./-]+)\s*$")

_REVERTS_SHA = re.compile(r"\b[Tt]his reverts commits?:?\s+((?:[0-9a-f]{7,64}(?:,| and|\s)*)+)")
_SHA = re.compile(r"[0-9a-f]{7,64}")
_REVERTS_NUMBER = re.compile(r"^Reverts (?:[\w.-]+/[\w.-]+)?[#!](\d+)\b", re.MULTILINE)
_REVERTS_SUBJECT = re.compile(r'Revert(?:ed)?:? "(.+)"(?: \([#!]\d+\))?\s*$')
_REAPPLIES = re.compile(r'Reapply "(.+)"(?: \([#!]\d+\))?\s*$')

_LARGEST_NUMBER = 2**31 - 1

_BREAKING_PREFIX = re.compile(r"[A-Za-z]+(?:\([^()]*\))?!:")
_BREAKING_FOOTER = re.compile(r"^BREAKING[ -]CHANGE:\s*\S", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MergeWords:
    """What a message says was merged: the branch, from which address, into which branch.

    `address` is empty for a branch of the same clone and ``remote-tracking`` for a branch
    followed from a remote; `into` is empty where git left it out, because it was the default.
    """

    name: str
    address: str
    into: str


@dataclass(frozen=True, slots=True)
class RevertWords:
    """What a message says is undone: commits by (short) hash, a change, or a subject line."""

    shas: tuple[str, ...]
    number: int | None
    subject: str | None


def subject_of(message: str) -> str:
    """Return the first line that is not blank, without white space around it."""
    return message.strip().partition("\n")[0].strip()


def fix_rule(subject: str, parents: int) -> str | None:
    """Name the rule by which a subject line is fix-like; None when it is not, or is a merge's.

    `CONVENTIONAL_FIX_RULE`: the subject begins ``fix:``, ``fix(...):``, ``bugfix:`` or
    ``hotfix:``. `FIX_RULE`: it says fix, bug, regression or crash as a word, has no other
    conventional prefix, and is not about spelling, documentation, comments or linting.
    Only the first line counts: "Fixes #12" further down closes wishes as well as defects.
    """
    if parents > 1 or _NOT_A_DEFECT.search(subject):
        return None
    if _FIX_PREFIX.match(subject):
        return CONVENTIONAL_FIX_RULE
    if _OTHER_PREFIX.match(subject) or not _FIX.search(subject):
        return None
    return FIX_RULE


def breaking_rule(subject: str, message: str) -> str | None:
    """Name the rule by which a message declares a breaking change; None when it declares none.

    `CONVENTIONAL_BREAKING_RULE`: the subject has an exclamation mark before its colon.
    `FOOTER_BREAKING_RULE`: a line begins ``BREAKING CHANGE:`` or ``BREAKING-CHANGE:``.
    Source: Conventional Commits 1.0.0, items 11 to 13 and 16.
    """
    if _BREAKING_PREFIX.match(subject):
        return CONVENTIONAL_BREAKING_RULE
    if "BREAKING" in message and _BREAKING_FOOTER.search(message):
        return FOOTER_BREAKING_RULE
    return None


def change_number(subject: str, message: str) -> int | None:
    """Return the number of the change a landing message names, None when it names none.

    Read are the forms of GitHub (merge and squash), GitLab, Azure DevOps, Bitbucket and bors.
    """
    for pattern in (_PULL, _AZURE, _BITBUCKET, _BORS):
        found = pattern.match(subject)
        if found is not None:
            return _number(next(group for group in found.groups() if group))
    found = _SQUASH.search(subject)
    if found is None and "See merge request" in message:
        found = _GITLAB.search(message)
    return _number(found[1]) if found is not None else None


def merge_words(subject: str) -> MergeWords | None:
    """Return what a merge's subject line says was merged, None when it does not say."""
    found = _MERGED.match(subject)
    if found is not None:
        address = "remote-tracking" if found["tracking"] else found["address"] or ""
        return MergeWords(found["name"], address, found["into"] or "")
    found = _GITHUB_UPDATE.match(subject)
    return MergeWords(found["name"], "", found["into"]) if found is not None else None


def revert_words(subject: str, message: str) -> RevertWords | None:
    """Return what a message says is undone, None when it undoes nothing."""
    if "evert" not in message and "Reapply" not in subject:
        return None
    shas = [sha for run in _REVERTS_SHA.findall(message) for sha in _SHA.findall(run)]
    numbered = _REVERTS_NUMBER.search(message)
    quoted = _REVERTS_SUBJECT.match(subject)
    reapplied = _REAPPLIES.match(subject)
    named = quoted[1] if quoted else f'Revert "{reapplied[1]}"' if reapplied else None
    if not shas and numbered is None and named is None:
        return None
    if numbered is None and named is not None:
        numbered = _SQUASH.search(named)
    return RevertWords(tuple(shas), _number(numbered[1]) if numbered else None, named)


def without_number(subject: str) -> str:
    """Return a subject line without the change number a squash put at its end."""
    return _SQUASH.sub("", subject).rstrip()


def _number(digits: str) -> int | None:
    value = int(digits[:11])
    return value if 0 < value <= _LARGEST_NUMBER else None
