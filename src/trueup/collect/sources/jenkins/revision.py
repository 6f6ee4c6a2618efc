"""Which commit of which repository a build is of.

A build may check out several: its own, and the libraries its pipeline is written with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from trueup.collect.fields import Fields
from trueup.collect.forge.pipelines import hash_of
from trueup.collect.sources.jenkins.settings import Options

_LEAD = re.compile(r"^(?:refs/)?(?:remotes/[^/]+/|heads/|origin/)")
_NO_BRANCH = "detached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a build is of, as far as it is known.

    Parameters
    ----------
    repository
        ``host/owner/name``.
    sha
        Of the proposed commit, where a build of a change merged it first.
    """

    repository: str | None = None
    sha: str | None = None
    branch: str | None = None


def revision_of(body: Fields, job: str, options: Options) -> Revision:
    """Return what a build is of.

    The option says the repository, else the page of the branch; else it is that of the revision
    the build was begun for; else the only one that was checked out. The hash is that of the
    revision the build was begun for, else of what was checked out of this repository, else
    of the build parameter that holds it.
    """
    begun = body.part("revision")
    begun_sha = _hash(begun, "pullHash") or _hash(begun, "hash")
    sources = body.parts("sources")
    repository = options.repository(job) or body.part("page").text("repository")
    if repository is None:
        repository = _lone([one for one in sources if _hash(one, "sha") == begun_sha and begun_sha])
        repository = repository or _lone(sources)
        if repository is None and sources:
            body.faults.append("several repositories were checked out, and none is the job's")
    here = [one for one in sources if repository and repository.lower() in _repositories(one)]
    given = _hash(body.part("parameters"), options.commit) if options.commit else None
    shas = [begun_sha, *(_hash(one, "sha") for one in here), given]
    names = (one.text("branch") for one in here)
    branches = [_LEAD.sub("", name) for name in names if name and name != _NO_BRANCH]
    return Revision(
        repository=repository,
        sha=next((sha for sha in shas if sha), None) if repository else None,
        branch=body.text("branch") or next(iter(branches), None),
    )


def _lone(sources: list[Fields]) -> str | None:
    """Return the repository all of these are of; None where they are of several."""
    named = [one.texts("repositories") for one in sources]
    common = set(named[0]).intersection(*named) if named else set()
    return min(common, default=None)


def _repositories(source: Fields) -> set[str]:
    return {name.lower() for name in source.texts("repositories")}


def _hash(one: Fields, name: str) -> str | None:
    text = one.text(name)
    if text is not None and hash_of(text) is None:
        one.faults.append(f"{name} is no hash")
    return hash_of(text)
