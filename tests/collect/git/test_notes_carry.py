"""Notes carried to landed commits, on repositories whose history is known line by line."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from trueup.collect.sources.git.notes.carry import Line, same_lines
from trueup.collect.sources.git.notes.reader import NotesFound, read_notes
from trueup.collect.sources.git.process import Git
from trueup.model.tables import AI_ATTRIBUTION, AI_EDIT

SECRET = "sentinel-7f3a@person.example"  # noqa: S105  a name, not a password
DAY = 86_400


class Quiet:
    """Progress that nobody watches."""

    def stage(self, name: str, total: int | None) -> None: ...

    def advance(self, steps: int) -> None: ...

    def tell(self, fact: str) -> None: ...


class Repository:
    """A repository built commit by commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.at = 1_700_000_000
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, stdin: str | None = None) -> str:
        moment = f"{self.at} +0000"
        who = {"NAME": "Ada", "EMAIL": "ada@example.org", "DATE": moment}
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
            **{f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in who.items()},
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(self, message: str, **files: str) -> str:
        for name, text in files.items():
            (self.folder / f"{name}.py").write_text(text, encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        self.at += 600
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str) -> None:
        self.git("checkout", "-q", "-b", name, "main")

    def main(self) -> None:
        self.git("checkout", "-q", "main")

    def note(self, sha: str, lines: str, session: str = "run-1", model: str = "gpt-5.6") -> None:
        who = {"tool": "codex", "model": model, "id": session}
        entry = {"agent_id": who, "human_author": f"Ada <{SECRET}>", "messages": [SECRET]}
        facts = {"schema_version": "authorship/3.0.0", "sessions": {"s_1": entry}}
        self.git("notes", "--ref=ai", "add", "-m", f"{lines}\n---\n{json.dumps(facts)}", sha)

    def read(self, landed: dict[str, str] | None = None) -> NotesFound:
        return read_notes(
            Git(self.folder / ".git"),
            repository_id="r",
            head=self.git("rev-parse", "main"),
            landed=landed or {},
            progress=Quiet(),
        )


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit("Start", a="one line of text\n")
    return made


def edits(found: NotesFound) -> list[dict[str, Any]]:
    return [
        {key: row[key] for key in ("noted_commit_id", "commit_id", "carried_by", "path",
                                   "first_line", "line_count")}
        for row in found.edits.to_pylist()
    ]  # fmt: skip


def test_a_note_on_a_landed_commit_keeps_its_lines(repository: Repository) -> None:
    sha = repository.commit("Add b", b="first of b\nsecond of b\nthird of b\n")
    repository.note(sha, "b.py\n  s_1::t_1 1-2")
    found = repository.read()
    assert edits(found) == [
        {"noted_commit_id": f"r:{sha}", "commit_id": f"r:{sha}", "carried_by": "same_commit",
         "path": "b.py", "first_line": 1, "line_count": 2}
    ]  # fmt: skip
    assert found.attributions.to_pylist() == [
        {"repository_id": "r", "target_kind": "commit", "target_id": f"r:{sha}",
         "tool": "openai-codex", "model": "gpt-5.6", "role": "author", "rule_id": "git-ai-note",
         "rules_version": "1", "session_id": "run-1", "probability": 1.0}
    ]  # fmt: skip
    assert found.edits.schema == AI_EDIT.schema
    assert found.attributions.schema == AI_ATTRIBUTION.schema


def test_a_rebased_commit_is_recognised_by_its_patch_and_lines_move_with_it(
    repository: Repository,
) -> None:
    repository.branch("work")
    noted = repository.commit("Add lines", a="one line of text\nnew line alpha\nnew line beta\n")
    repository.main()
    repository.commit("Meanwhile", c="other\n")
    repository.git("cherry-pick", noted)
    landed = repository.git("rev-parse", "HEAD")
    assert landed != noted
    repository.note(noted, "a.py\n  s_1::t_1 3")
    found = repository.read()
    assert edits(found) == [
        {"noted_commit_id": f"r:{noted}", "commit_id": f"r:{landed}", "carried_by": "patch",
         "path": "a.py", "first_line": 3, "line_count": 1}
    ]  # fmt: skip
    assert [row["rule_id"] for row in found.attributions.to_pylist()] == ["git-ai-note-carried"]
    assert found.summary.loss_ratio_before_carrying == 1.0
    assert found.summary.loss_ratio == 0.0


def squashed(repository: Repository) -> tuple[str, str, str]:
    """Two commits of change 7, squashed with a line rewritten and two put before."""
    repository.branch("work")
    first = repository.commit("Write it", b="alpha = compute(1)\nbeta = compute(2)\n")
    second = repository.commit(
        "More", b="alpha = compute(1)\nbeta = compute(2)\ngamma = compute(3)\n"
    )
    repository.git("update-ref", "refs/pull/7/head", second)
    repository.main()
    landed = repository.commit(
        "Write it (#7)",
        b="# a header line\nimport compute\nalpha = compute(1)\nbeta = reworked(2)\n"
        "gamma = compute(3)\n",
    )
    repository.git("branch", "-D", "work")
    return first, second, landed


def test_a_squash_carries_the_lines_that_are_still_there_and_counts_the_rest_as_lost(
    repository: Repository,
) -> None:
    first, second, landed = squashed(repository)
    repository.note(first, "b.py\n  s_1::t_1 1-2")
    repository.note(second, "b.py\n  s_1::t_1 3", session="run-2")
    found = repository.read()
    assert sorted(edits(found), key=lambda row: row["first_line"]) == [
        {"noted_commit_id": f"r:{first}", "commit_id": f"r:{landed}", "carried_by": "content",
         "path": "b.py", "first_line": 3, "line_count": 1},
        {"noted_commit_id": f"r:{second}", "commit_id": f"r:{landed}", "carried_by": "content",
         "path": "b.py", "first_line": 5, "line_count": 1},
    ]  # fmt: skip
    summary = found.summary
    assert (summary.notes, summary.by_content, summary.lost) == (2, 2, 0)
    assert (summary.lines, summary.lines_by_content, summary.lines_lost) == (3, 2, 1)
    assert summary.line_loss_ratio == pytest.approx(1 / 3)
    assert summary.line_loss_ratio_before_carrying == 1.0


def test_a_landing_linked_by_its_number_needs_no_half_of_the_lines(
    repository: Repository,
) -> None:
    repository.branch("work")
    noted = repository.commit("Work", b="alpha = f(1)\nbeta = f(2)\ngamma = f(3)\n")
    repository.git("update-ref", "refs/pull/12/head", noted)
    repository.main()
    repository.commit("Reworked (#12)", b="alpha = f(1)\nquite = different()\n")
    repository.note(noted, "b.py\n  s_1::t_1 1-3")
    found = repository.read()
    assert (found.summary.by_content, found.summary.lines_by_content) == (1, 1)


def test_a_known_landing_is_believed_without_pull_refs(repository: Repository) -> None:
    first, _, landed = squashed(repository)
    repository.git("update-ref", "-d", "refs/pull/7/head")
    repository.git("tag", "keep", first)
    repository.note(first, "b.py\n  s_1::t_1 1-2")
    found = repository.read({first: landed})
    assert [(row["commit_id"], row["first_line"]) for row in edits(found)] == [(f"r:{landed}", 3)]


def test_a_line_noted_twice_lands_once_from_the_later_commit(repository: Repository) -> None:
    first, _, _ = squashed(repository)
    repository.git("checkout", "-q", "-b", "again", f"{first}~")
    amended = repository.commit("Write it, amended", b="alpha = compute(1)\nzeta = compute(9)\n")
    repository.git("update-ref", "refs/pull/7/head", amended)
    repository.git("tag", "keep", first)
    repository.main()
    repository.note(first, "b.py\n  s_1::t_1 1", session="run-1")
    repository.note(amended, "b.py\n  s_1::t_1 1", session="run-2")
    found = repository.read({first: repository.git("rev-parse", "main")})
    assert [(row["noted_commit_id"], row["first_line"]) for row in edits(found)] == [
        (f"r:{amended}", 3)
    ]
    assert found.summary.lines_repeated == 1
    assert found.summary.lines_lost == 0


def test_a_change_that_never_landed_is_lost_and_said_to_be_unlanded(
    repository: Repository,
) -> None:
    repository.branch("work")
    noted = repository.commit("Never landed", b="alpha = compute(1)\nbeta = compute(2)\n")
    repository.main()
    repository.commit("Something else", b="quite = different(text)\n")
    repository.note(noted, "b.py\n  s_1::t_1 1\n  s_1::t_2 2")
    found = repository.read()
    assert edits(found) == [
        {"noted_commit_id": f"r:{noted}", "commit_id": None, "carried_by": None,
         "path": "b.py", "first_line": None, "line_count": 2}
    ]  # fmt: skip
    assert found.attributions.num_rows == 0
    assert (found.summary.lost, found.summary.lost_unlanded) == (1, 1)


@pytest.mark.parametrize(("days", "lost"), [(89, 0), (91, 1)])
def test_an_unlinked_landing_is_looked_for_within_90_days(
    repository: Repository, days: int, lost: int
) -> None:
    repository.branch("work")
    noted = repository.commit("Work", b="alpha = compute(1)\nbeta = compute(2)\n")
    repository.main()
    repository.at += days * DAY - 600
    repository.commit("Squashed by hand", b="alpha = compute(1)\nbeta = compute(2)\nmore = 1\n")
    repository.note(noted, "b.py\n  s_1::t_1 1-2")
    assert repository.read().summary.lost == lost


def test_half_of_the_telling_lines_must_be_found_where_only_the_path_links(
    repository: Repository,
) -> None:
    repository.branch("work")
    noted = repository.commit("Work", b="import os\nalpha = compute(1)\nbeta = compute(2)\n")
    repository.main()
    repository.commit("Unrelated", b="import os\nquite = different(text)\n")
    repository.note(noted, "b.py\n  s_1::t_1 1-3")
    assert repository.read().summary.lost == 1


def test_notes_that_cannot_be_read_and_notes_on_missing_commits_are_counted(
    repository: Repository,
) -> None:
    sha = repository.commit("Add b", b="first of b\n")
    repository.git("notes", "--ref=ai", "add", "-m", f"nonsense {SECRET}", sha)
    empty = repository.commit("Add c", c="first of c\n")
    repository.note(empty, "")
    blob = repository.git("hash-object", "-w", "--stdin", stdin=_oldest("b.py", [[1, 1]]))
    repository.git("update-ref", f"refs/ai/authorship/{'ab' * 20}", blob)
    found = repository.read()
    summary = found.summary
    assert (summary.notes, summary.malformed, summary.without_lines) == (3, 1, 1)
    assert (summary.on_missing_commits, summary.lost, summary.lines_lost) == (1, 1, 1)


def _oldest(path: str, lines: list[Any]) -> str:
    authors = [{"author": "Claude", "lines": lines}]
    return json.dumps({"files": {path: {"file": path, "authors": authors}}})


def test_blob_refs_are_read_and_a_note_of_the_same_commit_goes_before(
    repository: Repository,
) -> None:
    sha = repository.commit("Add b", b="first of b\nsecond of b\n")
    other = repository.commit("Add c", c="first of c\n")
    for commit, path in ((sha, "b.py"), (other, "c.py")):
        blob = repository.git("hash-object", "-w", "--stdin", stdin=_oldest(path, [[1, 1]]))
        repository.git("update-ref", f"refs/ai/authorship/{commit}", blob)
    repository.note(sha, "b.py\n  s_1::t_1 1-2")
    tools = {row["path"]: row["tool"] for row in repository.read().edits.to_pylist()}
    assert tools == {"b.py": "openai-codex", "c.py": "claude-code"}


def test_a_repository_without_notes_has_none_and_no_loss_rate(repository: Repository) -> None:
    found = repository.read()
    assert (found.edits.num_rows, found.attributions.num_rows) == (0, 0)
    assert found.summary.notes == 0
    assert found.summary.loss_ratio is None
    assert found.summary.line_loss_ratio is None


def test_an_object_missing_from_the_clone_costs_one_note_not_all(repository: Repository) -> None:
    first, second, _ = squashed(repository)
    repository.note(first, "b.py\n  s_1::t_1 1")
    repository.note(second, "b.py\n  s_1::t_1 3")
    blob = repository.git("rev-parse", f"{second}:b.py")
    (repository.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    summary = repository.read().summary
    assert summary.unreadable_commits == 1
    assert (summary.by_content, summary.lost) == (1, 1)


def test_a_commit_of_which_a_part_is_missing_is_not_used_in_part(repository: Repository) -> None:
    repository.branch("work")
    noted = repository.commit("Work", b="alpha = compute(1)\n", c="beta = compute(2)\n")
    repository.main()
    repository.commit("Landed", b="alpha = compute(1)\nmore = 1\n")
    repository.note(noted, "b.py\n  s_1::t_1 1")
    assert repository.read().summary.by_content == 1
    blob = repository.git("rev-parse", f"{noted}:c.py")
    (repository.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    summary = repository.read().summary
    assert (summary.by_content, summary.lost, summary.unreadable_commits) == (0, 1, 1)


def test_no_name_address_or_conversation_reaches_a_row(repository: Repository) -> None:
    first, second, _ = squashed(repository)
    repository.note(first, "b.py\n  s_1::t_1 1-2")
    repository.note(second, "b.py\n  s_1::t_1 3")
    found = repository.read()
    assert SECRET not in repr(found.edits.to_pylist())
    assert SECRET not in repr(found.attributions.to_pylist())
    assert SECRET not in repr(found.summary)


def test_a_path_with_letters_beyond_ascii_is_followed(repository: Repository) -> None:
    repository.branch("work")
    noted = repository.commit("Work", größe="alpha = compute(1)\nbeta = compute(2)\n")
    repository.main()
    repository.commit("Landed", größe="alpha = compute(1)\nbeta = compute(2)\nmore = 1\n")
    repository.note(noted, "größe.py\n  s_1::t_1 1-2")
    assert [row["path"] for row in edits(repository.read())] == ["größe.py"]


def test_lines_that_tell_nothing_are_paired_only_beside_a_pair() -> None:
    noted: dict[int, Line] = {1: 111, 2: b"}", 3: b"", 9: b"}"}
    landed: dict[int, Line] = {5: b"}", 11: 111, 12: b"}", 13: b"", 20: b"}"}
    assert same_lines(noted, landed) == {1: 11, 2: 12, 3: 13}


def test_a_landed_line_is_paired_once() -> None:
    both: dict[int, Line] = {1: 111, 2: b"}", 4: b"}", 5: 222}
    assert same_lines(both, {11: 111, 12: b"}", 13: 222}) == {1: 11, 2: 12, 5: 13}
    noted: dict[int, Line] = {1: 111, 2: 111}
    assert same_lines(noted, {4: 111}) == {1: 4}
