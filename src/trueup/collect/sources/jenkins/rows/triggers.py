"""What started a build, and who."""

from __future__ import annotations

import re

from trueup.collect.attribution import RuleTable
from trueup.collect.fields import Fields
from trueup.collect.forge.accounts import NOBODY, Account, Accounts, Who
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading
from trueup.collect.sources.jenkins.address import Address

PLATFORM = "jenkins"
_CAUSES = (
    ("change", re.compile(r"PullRequest|MergeRequest|GitHubPR|Ghprb|Gerrit")),
    ("push", re.compile(r"Push|SCMTrigger|BranchEvent|BranchIndexing|WebHook|ReferenceChanged")),
    ("schedule", re.compile(r"Timer")),
    ("manual", re.compile(r"^User(?:Id)?Cause$|CLICause")),
)
_NO_USER = frozenset(("anonymous", "system", "unknown"))


def trigger_of(body: Fields, *, is_of_change: bool) -> str:
    """Return what started a build: of several causes the one that says most.

    What comes by a branch is a change where the branch is that of one.
    """
    names = [cause.text("class") or "" for cause in body.parts("causes")]
    for trigger, known in _CAUSES:
        if any(known.search(name) for name in names):
            return "change" if trigger == "push" and is_of_change else trigger
    return "other"


def parent_of(body: Fields) -> str | None:
    """Return the key of the build that started this one; a build tried again has no parent."""
    for cause in body.parts("causes"):
        job, number = cause.text("upstreamProject"), cause.number("upstreamBuild")
        if job and number and cause.number("again") is None:
            return f"{job}#{number}"
    return None


class Actors:
    """Turns users into pseudonymous accounts, and remembers each for the `account` table."""

    def __init__(self, reading: Reading, address: Address, rules: RuleTable) -> None:
        self._identify = reading.identify
        self._target_id = reading.target_id
        self._address = address
        self._rules = rules
        self._accounts = Accounts()

    def of(self, body: Fields) -> Who:
        """Return who started a build; nobody where a timer, a push or another build did."""
        found = [cause for cause in body.parts("causes") if cause.text("userId")]
        user = next(iter(found), None)
        native = user.text("userId") if user else None
        if user is None or native is None or native.lower() in _NO_USER:
            return NOBODY
        name = user.text("userName") or native
        kind, tool = self._kind(native, name)
        account_id = self._identify(PLATFORM, f"{self._address.host}/{native.lower()}", name)
        self._accounts.met(account_id, Account(PLATFORM, account_id, kind, tool, None))
        return Who(account_id, kind)

    def rows(self, rows: Rows) -> None:
        """Add every account met."""
        self._accounts.rows(rows, self._target_id)

    def _kind(self, native: str, name: str) -> tuple[str, str | None]:
        said = [self._rules.actor(one, "") for one in dict.fromkeys((native, name))]
        for kind in ("ai_agent", "bot"):
            found = next((one for one in said if one[0] == kind), None)
            if found is not None:
                return found
        return "human", None
