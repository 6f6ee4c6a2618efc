"""Holds the GitHub source and its drawn payloads against what GitHub publishes.

``python tests/contract/github_prism.py FOLDER`` installs there, with npm and from the lock beside
this file, GitHub's OpenAPI description, its GraphQL schema, and Prism; then, on loopback alone,

1. the scripted server of the tests is collected from with every REST answer and question checked
   by Prism, and every GraphQL one by the reference implementation, deprecated fields refused;
2. so is a made-up organisation, told by `trueup.simulate.payloads`;
3. GitHub's own examples of workflow runs, deployments and repositories are read into rows.

Any difference from the published forms ends it with 1; so does a machine without node or npm.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from tests.collect.github.drawn import (
    BOB,
    Payload,
    comment,
    commit,
    deployment,
    event,
    in_run,
    issue,
    pull,
    review,
    run,
    team,
    user,
)
from tests.collect.github.server import GitHubServer
from tests.collect.github.test_damage import whole_world
from tests.collect.github.visiting import NOW, Kept, Visiting, collected, read
from tests.ring.serving import github_server
from trueup.collect.recorded import Page
from trueup.collect.sources.github.asking.deployments import deployments
from trueup.collect.sources.github.asking.graph import Graph
from trueup.collect.sources.github.asking.runs import Span, runs
from trueup.collect.sources.github.source import SOURCE
from trueup.collect.web.client import HttpWeb
from trueup.config import Connection
from trueup.errors import CollectError
from trueup.simulate.payloads.story import Colour
from trueup.simulate.payloads.telling import tell
from trueup.simulate.scenario import Scenario, Use
from trueup.testing.loopback import served
from trueup.testing.scripted import Answer, Answering, Question, Unheard

LOCKED = tuple(Path(__file__).with_name(name) for name in ("package.json", "package-lock.json"))
PATHS = (
    "/repos/{owner}/{repo}",
    "/repos/{owner}/{repo}/issues/{issue_number}",
    "/repos/{owner}/{repo}/actions/runs",
    "/repos/{owner}/{repo}/actions/runs/{run_id}",
    "/repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}",
    "/repos/{owner}/{repo}/deployments",
    "/repos/{owner}/{repo}/deployments/{deployment_id}",
    "/orgs/{org}/repos",
    "/users/{username}/repos",
)
_REF = re.compile(r'"#/components/(\w+)/([^"]+)"')
_NO_PAGE = "<https://api.github.com/resource?"  # of the examples: nothing stands there
_REST, _GRAPHQL = "/api/v3", "/api/graphql"
_PATIENCE_SECONDS = 120.0
EVERYTHING = Colour(gitlab_every=0)

_EXECUTOR = """
const {buildSchema, parse, validate, execute, specifiedRules, NoDeprecatedCustomRule}
  = require('graphql');
const schema = buildSchema(
  require('fs').readFileSync('node_modules/@octokit/graphql-schema/schema.graphql', 'utf8'),
  {assumeValidSDL: true});
const byAlias = (source, args, context, info) => source[info.path.key];
require('readline').createInterface({input: process.stdin}).on('line', async line => {
  const {query, variables, data} = JSON.parse(line);
  const document = parse(query);
  const wrong = validate(schema, document, [...specifiedRules, NoDeprecatedCustomRule]);
  const answer = wrong.length ? {errors: wrong} : await execute({
    schema, document, rootValue: data, variableValues: variables,
    fieldResolver: byAlias, typeResolver: value => value.__typename,
  });
  console.log(JSON.stringify(answer));
});
"""


class Contract:
    """What is broken, and how much was held against it."""

    def __init__(self) -> None:
        self.broken: list[str] = []
        self.rest = self.graphql = 0


def main(folder: Path) -> int:
    """Run both parts; return what the process ends with."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        print("There is no node, or no npm: apt install nodejs npm", file=sys.stderr)  # noqa: T201
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    if not _installed(folder):
        print("npm could not install what the lock names; see above.", file=sys.stderr)  # noqa: T201
        return 1
    document = _description(folder)
    contract = Contract()
    tables = told = examples = 0
    try:
        tables = _whole_collection(folder, document, contract)
        told = _made_up(folder, document, contract)
        examples = _examples(folder, document, contract)
    except CollectError as error:
        contract.broken.append(str(error))
    for line in contract.broken:
        print(line, file=sys.stderr)  # noqa: T201
    print(  # noqa: T201
        f"held against GitHub's forms: {contract.rest} REST answers, {contract.graphql} GraphQL "
        f"answers, {tables} tables; changes of a made-up organisation: {told}; "
        f"rows of its own examples: {examples}; broken: {len(contract.broken)}"
    )
    return 1 if contract.broken else 0


def _installed(folder: Path) -> bool:
    for file in LOCKED:
        shutil.copy(file, folder)
    options = ("--no-audit", "--no-fund", "--ignore-scripts", "--engine-strict", "--loglevel=error")
    command = ["npm", "ci", "--prefix", str(folder), *options]
    return subprocess.run(command, check=False, stdout=sys.stderr).returncode == 0


def _description(folder: Path) -> Path:
    """Write the part of the OpenAPI description that is used: the whole takes a minute to read."""
    source = folder / "node_modules/@octokit/openapi/generated/api.github.com.json"
    whole = json.loads(source.read_text(encoding="utf-8"))
    paths = {path: {"get": whole["paths"][path]["get"]} for path in PATHS}
    part = {"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": {}}
    waiting = json.dumps(part["paths"])
    while found := {
        (kind, name)
        for kind, name in _REF.findall(waiting)
        if name not in part["components"].get(kind, {})
    }:
        for kind, name in found:
            part["components"].setdefault(kind, {})[name] = whole["components"][kind][name]
        waiting = json.dumps([part["components"][kind][name] for kind, name in found])
    # a range by its own words, and by its own documentation; not the instant its format says
    part["components"]["parameters"]["created"]["schema"].pop("format")
    written = folder / "github.json"
    written.write_text(json.dumps(part), encoding="utf-8")
    return written


def _whole_collection(folder: Path, document: Path, contract: Contract) -> int:
    """Collect everything through the checks, and compare with a collection without them."""
    server = _world()
    with (
        served(_typed(server.answer)) as upstream,
        _prism(folder, "proxy", str(document), upstream, "--errors") as prism,
        _executor(folder) as executor,
        served(_front(prism, _checked(server, executor, contract), contract)) as front,
    ):
        connection = Connection(source="github", url=front, targets=("acme/shop", "acme/p*"))
        web = _client(connection)
        targets = SOURCE.targets(connection, web)
        host = targets[0][1].partition("/")[0]
        kept = {name: collected(web, Kept(target=name), connection) for name, _ in targets}
        _move(server, 100)
        collected(web, kept["acme/shop"], connection, is_reconciling=True)
        web.close()
    tables = 0
    for name, one in kept.items():
        through = read(one, connection=connection, host=host).tables
        direct = read(_direct(name), connection=connection, host=host).tables
        tables += len(through)
        contract.broken += [
            f"{table} of {name} has other rows behind the checks: "
            f"{through.get(table)} {direct.get(table)}"[:2000]
            for table in through.keys() | direct.keys()
            if through.get(table) != direct.get(table)
        ]
    return tables


def _made_up(folder: Path, document: Path, contract: Contract) -> int:
    """Collect a made-up organisation through the checks; return how many changes came."""
    told = tell(Scenario(teams=3, weeks=6, use=Use(first_week=2, last_week=3)), EVERYTHING)
    server = github_server(told)
    server.prefix, server.graphql_path, server.knows_types = "", "/graphql", False
    with (
        served(_typed(server.answer)) as upstream,
        _prism(folder, "proxy", str(document), upstream, "--errors") as prism,
        _executor(folder) as executor,
        served(_front(prism, _checked(server, executor, contract), contract)) as front,
    ):
        server.address = upstream
        connection = Connection(source="github", url=front, targets=("acme/*",))
        web = _client(connection)
        found = [
            read(collected(web, Kept(target=name), connection), connection=connection)["change"]
            for name, _ in SOURCE.targets(connection, web)
        ]
        web.close()
    expected = sum(len(one.changes) for one in told.repositories.values())
    came = sum(map(len, found))
    contract.broken += [] if came == expected else [f"{came} of {expected} made-up changes came"]
    return came


def _typed(answering: Answering) -> Answering:
    """Say of every answer that it is JSON, as Prism wants it said."""

    def answer(question: Question) -> Answer:
        given = answering(question)
        return replace(given, headers={**given.headers, "content-type": "application/json"})

    return answer


def _client(connection: Connection) -> HttpWeb:
    assert SOURCE.server is not None
    return HttpWeb(connection, SOURCE.server, Unheard())


def _move(server: GitHubServer, number: int) -> None:
    """Transfer an issue, which is asked for by REST when everything is listed."""
    one = server.repositories["acme/shop"]
    del one.issues[number]
    one.moved[number] = "acme/pay"


def _direct(target: str) -> Kept:
    server = _world()
    _move(server, 100)
    server.prefix, server.graphql_path = _REST, _GRAPHQL
    connection = Connection(source="github", url="http://127.0.0.1", targets=(target,))
    with served(server.answer) as address:
        connection = Connection(source="github", url=address, targets=(target,))
        web = _client(connection)
        kept = collected(web, Kept(target=target), connection)
        web.close()
    return kept


def _world() -> GitHubServer:
    server = whole_world()
    server.knows_types = False
    one = server.repositories["acme/shop"]
    one.files["CODEOWNERS"] = "* @acme/core\n"
    one.put(*(pull(number) for number in range(10, 40)), *(issue(n) for n in range(100, 105)))
    at = "2024-03-04T10:00:00Z"
    comments = [comment(f"K{n}", at, kind="PullRequestReviewComment") for n in range(30)]
    one.put(
        pull(
            50,
            timeline=[commit(f"{n:040x}", at) for n in range(70)],
            reviews=[review(f"R{n}", at, comments=comments if n == 0 else ()) for n in range(30)],
        )
    )
    one.put(issue(106, timeline=[event("LabeledEvent", at) for _ in range(70)]))
    one.put_runs(run(501, run_attempt=2), run(502, event="pull_request", pull_requests=[in_run(1)]))
    one.attempts[501, 1] = run(501, conclusion="failure")
    one.put_deployments(deployment(301, statuses=[("IN_PROGRESS", at)] * 40))
    crowd = [user(f"u{n}", 1000 + n) for n in range(130)]
    server.teams = {"acme": [team("core", [BOB]), team("web", crowd, "core")]}
    server.add("acme/pay")
    return server


def _examples(folder: Path, document: Path, contract: Contract) -> int:
    """Read GitHub's own examples into rows, and return how many there are."""

    def statuses(question: Question) -> Answer:
        page = {"hasNextPage": False, "endCursor": None}
        nodes: list[Payload] = [
            {"id": name, "statuses": {"pageInfo": page, "nodes": []}}
            for name in question.body["variables"]["ids"]
        ]
        return Answer(body={"data": {"nodes": nodes}})

    with (
        _prism(folder, "mock", str(document)) as prism,
        served(_front(prism, statuses, contract)) as front,
    ):
        connection = Connection(source="github", url=front, targets=("octocat/*",))
        web = _client(connection)
        contract.broken += [] if SOURCE.targets(connection, web) else ["no example repository"]
        kept = Kept(target="octocat/Hello-World")
        visiting = Visiting(
            target=kept.target,
            target_id=f"github.com/{kept.target}",
            connection=connection,
            web=web,
            kept=kept,
        )
        graph = Graph(web, f"{front}{_GRAPHQL}")
        begins = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW / 1e6 - 86_400))
        span = Span(rest=f"{front}{_REST}", default_branch="master", begins=begins)
        for fetched in (*runs(visiting, span), *deployments(visiting, graph, span.rest, "")):
            if isinstance(fetched, Page):
                kept.keep(fetched)
        web.close()
    found = read(kept, connection=connection)
    contract.broken += [f"example of {s.kind}: {s.reason}" for s in found.skipped]
    for table in ("pipeline_run", "deployment"):
        contract.broken += [] if found[table] else [f"no row of {table} from the examples"]
    return sum(len(rows) for rows in found.tables.values())


def _front(prism: str, graphql: Answering, contract: Contract) -> Answering:
    """Stand before both interfaces, as a server of one's own does."""
    client = httpx.Client(base_url=prism, timeout=60.0)

    def answer(question: Question) -> Answer:
        if question.path == _GRAPHQL:
            contract.graphql += 1
            return graphql(question)
        path = question.path.removeprefix(_REST)
        reply = client.get(path, params=dict(question.params))
        contract.rest += 1
        if "sl-violations" in reply.headers or reply.status_code in (422, 500):
            said = reply.headers.get("sl-violations", reply.text)
            contract.broken.append(f"{path} {dict(question.params)}: {said[:600]}")
            return Answer(status=422, body={"message": "not in the published form"})
        link = reply.headers.get("link", "")
        headers = {"link": link} if link and not link.startswith(_NO_PAGE) else {}
        body = reply.json() if reply.content else None
        return Answer(status=reply.status_code, body=body, headers=headers)

    return answer


def _checked(
    server: GitHubServer, executor: subprocess.Popen[str], contract: Contract
) -> Answering:
    """Answer by GraphQL as the server does, through the published schema."""
    lock = threading.Lock()

    def answer(question: Question) -> Answer:
        asked = {**question.body, "data": _answered(server, question)}
        with lock:
            assert executor.stdin is not None
            assert executor.stdout is not None
            executor.stdin.write(json.dumps(asked) + "\n")
            executor.stdin.flush()
            given = json.loads(executor.stdout.readline())
        contract.broken += [f"GraphQL: {e['message']}" for e in given.get("errors", ())]
        return Answer(body=given)

    return answer


def _answered(server: GitHubServer, question: Question) -> Mapping[str, Any]:
    asked = Question(
        method="POST", path=server.graphql_path, params={}, headers={}, body=question.body
    )
    data: Mapping[str, Any] = server.answer(asked).body["data"]
    return data


@contextmanager
def _executor(folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        ["node", "-e", _EXECUTOR],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def _prism(folder: Path, *words: str) -> Iterator[str]:
    """Start Prism on a free port of this machine; yield its address."""
    port = _free_port()
    program = folder.resolve() / "node_modules/@stoplight/prism-cli/dist/index.js"
    options = ("--port", str(port), "--host", "127.0.0.1", "--verboseLevel", "error")
    with (folder / f"prism-{words[0]}.log").open("w", encoding="utf-8") as log:
        command = ["node", str(program), *words, *options]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _await(address, process)
            yield address
        finally:
            process.kill()
            process.wait()


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            httpx.get(f"{address}/repos/acme/shop", timeout=5.0)
        except httpx.TransportError:
            if process.poll() is not None:
                break
            time.sleep(0.2)
        else:
            return
    raise SystemExit("Prism did not start; see its log.")


def _free_port() -> int:
    with served(lambda _: Answer(body=None)) as address:
        return int(address.rpartition(":")[2])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
