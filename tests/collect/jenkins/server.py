"""A Jenkins of a few jobs; it gives of every object what ``tree`` asks for, and no more.

https://www.jenkins.io/doc/book/using/remote-access-api/ ; ``{M,N}`` is from M up to but not N.
It knows nothing of the source under test but the questions Jenkins itself would understand.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.collect.jenkins.drawn import Payload
from trueup.testing.scripted import Answer, Question

FOLDER = "com.cloudbees.hudson.plugins.folder.Folder"
BRANCHES = "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject"
PIPELINE = "org.jenkinsci.plugins.workflow.job.WorkflowJob"
_WORD = re.compile(r"\w+|[][,]|\{\d*,\d*\}")
_MISSING = Answer(status=404, body=b"<html>Not found</html>")

Tree = dict[str, tuple["Tree | None", slice]]


@dataclass
class Item:
    """A folder, or a job with its builds."""

    kind: str = PIPELINE
    below: dict[str, Item] = field(default_factory=dict)
    builds: dict[int, Payload] = field(default_factory=dict)
    actions: list[Payload] = field(default_factory=list)
    next_number: int = 1

    def put(self, *builds: Payload) -> Item:
        """Add builds, or put new versions in their place."""
        self.builds |= {one["number"]: one for one in builds}
        self.next_number = max(self.next_number, *(one["number"] + 1 for one in builds))
        return self

    def discard(self, *numbers: int) -> None:
        """Forget builds, as Jenkins does after a time."""
        for number in numbers:
            del self.builds[number]

    def said(self, name: str) -> Payload:
        """Return it as Jenkins exports it."""
        said: Payload = {"_class": self.kind, "name": name, "actions": self.actions}
        if self.kind != PIPELINE:
            jobs = [one.said(below) for below, one in sorted(self.below.items())]
            return {**said, "jobs": jobs, "description": "Jobs of the team"}
        builds = [self.builds[number] for number in sorted(self.builds, reverse=True)]
        return {
            **said,
            "nextBuildNumber": self.next_number,
            "lastBuild": builds[0] if builds else None,
            "builds": builds[:100],
            "allBuilds": builds,
        }


@dataclass
class JenkinsServer:
    """Answers questions, and counts them."""

    top: Item = field(default_factory=lambda: Item(kind=FOLDER))
    calls: Counter[str] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)

    def job(self, name: str, kind: str = PIPELINE) -> Item:
        """Return a job by its full name, made with its folders where it is not there."""
        here = self.top
        *folders, last = name.split("/")
        for folder in folders:
            here = here.below.setdefault(folder, Item(kind=FOLDER))
        return here.below.setdefault(last, Item(kind=kind))

    def answer(self, question: Question) -> Answer:
        """Answer as the server does."""
        pieces = question.path.strip("/").split("/")
        self.asked.append(f"{question.path}?{question.params.get('tree', '')}")
        if pieces[-2:] != ["api", "json"]:
            return _MISSING
        found = self._found(pieces[:-2])
        self.calls["missing" if found is None else "answered"] += 1
        if found is None:
            return _MISSING
        return Answer(body=pruned(found, parsed(question.params["tree"])))

    def _found(self, pieces: list[str]) -> Payload | None:
        here, name = self.top, ""
        while pieces and pieces[0] == "job":
            name = pieces[1]
            if name not in here.below:
                return None
            here, pieces = here.below[name], pieces[2:]
        if not pieces:
            return here.said(name)
        return here.builds.get(int(pieces[0])) if len(pieces) == 1 else None


def parsed(tree: str) -> Tree:
    """Read a tree parameter."""
    words = _WORD.findall(tree)
    assert "".join(words) == tree, tree
    found, rest = _level(words)
    assert not rest, tree
    return found


def _level(words: list[str]) -> tuple[Tree, list[str]]:
    found: Tree = {}
    while words and words[0] != "]":
        name, words, below, span = words[0], words[1:], None, slice(None)
        if words and words[0] == "[":
            below, words = _level(words[1:])
            words = words[1:]
        if words and words[0].startswith("{"):
            start, _, end = words[0][1:-1].partition(",")
            span, words = slice(int(start or 0), int(end) if end else None), words[1:]
        found[name] = (below, span)
        if words and words[0] == ",":
            words = words[1:]
    return found, words


def pruned(value: Any, tree: Tree | None) -> Any:
    """Return what a tree asks of an object; objects always say their class."""
    if isinstance(value, list):
        return [pruned(one, tree) for one in value]
    if not isinstance(value, dict) or tree is None:
        return {} if isinstance(value, dict) else value
    found = {"_class": value["_class"]} if "_class" in value else {}
    for name, (below, span) in tree.items():
        if name in value:
            part = value[name][span] if isinstance(value[name], list) else value[name]
            found[name] = pruned(part, below)
    return found
