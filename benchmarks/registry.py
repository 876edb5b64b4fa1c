"""Alias moves, version + alias, and resolving `name:production`, beside MLflow's registry and the raw Neo4j driver.

    python benchmarks/registry.py [--seconds 5] [--warm-up 5] [--clients 8] [--rounds 1] [--mlflow PYTHON]

Needs a running service (`headwater up`). `--mlflow` is the Python of an environment that has MLflow in it
(`pip install mlflow==3.17.2`); its server is started twice on SQLite, with its own default of workers and with one.
Each figure is what client processes did per second, all with their own connection, after a warm-up of the same work,
for a server on the JVM compiles what it runs often while it runs (`version`, which uses up what it links, has one of
20 operations). `artifact` is
what a user calls, `Api().artifact(path)`, which reads all that a version tells of itself. The raw driver does the
least that moves an alias and remembers it: lock, compare, move, one node of history, in one statement. It is measured
as `pip install neo4j` brings it, and with its codec in Rust beside it, which the service uses too. `same statements`
is that driver with the very statements of the service, which also check the right to move, refuse what rules forbid,
write the event and the record of the operation, and read what the answer shows: what is left between the two is HTTP,
GraphQL and the look at the key. Every answer means that the change is committed. Rates of one run are compared; no
figure stands alone.

After the moves of one contended alias its history is read: each answered move is there once, in an unbroken chain.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

# Operations that come before those counted, at least; of `version` no more.
WARM_UP = 20
# Two for each of eight clients: no client ever moves the contended alias to where another put it.
VERSIONS = 16
ALIAS = "production"
OPERATIONS = ("move", "contended", "version", "resolve", "artifact")
# What the service does in one statement.
STATEMENTS = ("move", "resolve")
RESOLVE = "query Resolve($path: String!) { artifact(path: $path) { id path digest } }"

RAW_SETUP = """
CREATE (c:BenchCollection {id: $id})
WITH c UNWIND range(0, $versions - 1) AS i
CREATE (:BenchVersion {id: $id + '/' + i})-[:OF]->(c)
"""
RAW_MOVE = """
MATCH (c:BenchCollection {id: $id})
SET c.lock = $operation
WITH c
MATCH (to:BenchVersion {id: $to})
MERGE (a:BenchAlias {key: $key})
SET a.rev = coalesce(a.rev, 0) + 1
WITH a, to
CALL (a) { MATCH (a)-[old:POINTS_TO]->() DELETE old }
CREATE (a)-[:POINTS_TO]->(to)
CREATE (:BenchMove {key: $key, rev: a.rev, to: $to, at: timestamp()})
"""
RAW_VERSION = """
MATCH (c:BenchCollection {id: $id})
SET c.lock = $operation, c.next = coalesce(c.next, $versions) + 1
WITH c
CREATE (to:BenchVersion {id: $id + '/' + c.next})-[:OF]->(c)
MERGE (a:BenchAlias {key: $key})
SET a.rev = coalesce(a.rev, 0) + 1
WITH a, to
CALL (a) { MATCH (a)-[old:POINTS_TO]->() DELETE old }
CREATE (a)-[:POINTS_TO]->(to)
CREATE (:BenchMove {key: $key, rev: a.rev, to: to.id, at: timestamp()})
"""
RAW_RESOLVE = "MATCH (:BenchAlias {key: $key})-[:POINTS_TO]->(to)-[:OF]->(c) RETURN to.id, c.id"
RAW_INDEXES = (
    "CREATE CONSTRAINT bench_collection IF NOT EXISTS FOR (n:BenchCollection) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT bench_version IF NOT EXISTS FOR (n:BenchVersion) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT bench_alias IF NOT EXISTS FOR (n:BenchAlias) REQUIRE n.key IS UNIQUE",
)
RAW_CLEAN = "MATCH (n:BenchCollection|BenchVersion|BenchAlias|BenchMove) CALL (n) { DETACH DELETE n } IN TRANSACTIONS"


# --- Workers: one client process each, which does one operation again and again. -------------------------------------


def headwater_worker(target: dict[str, Any], operation: str, number: int) -> Callable[[int], object]:
    import headwater
    from headwater import _operations

    api = headwater.Api()
    collection = target["collections"][-1 if operation == "contended" else number]
    path, versions = collection["path"], collection["versions"]
    if operation == "resolve":
        return lambda turn: api._client.execute(RESOLVE, {"path": f"{path}:{ALIAS}"})
    if operation == "artifact":
        return lambda turn: api.artifact(f"{path}:{ALIAS}")
    if operation == "version":
        sources, linked = target["sources"], f"{path}-linked"
        return lambda turn: api._client.mutate(
            _operations.LINK_ARTIFACT,
            {"versionId": sources[number][turn], "target": linked, "project": None, "aliases": [ALIAS]},
        )

    def move(turn: int) -> object:
        version = versions[2 * number + turn % 2] if operation == "contended" else versions[turn % len(versions)]
        return api._client.mutate(
            _operations.MOVE_ALIASES,
            {"moves": [{"collection": collection["id"], "name": ALIAS, "version": version}]},
        )

    return move


def mlflow_worker(target: dict[str, Any], operation: str, number: int) -> Callable[[int], object]:
    from mlflow import MlflowClient  # type: ignore[import-not-found, unused-ignore]

    client = MlflowClient(target["url"], registry_uri=target["url"])
    name = f"{target['name']}-{0 if operation == 'contended' else number}"
    if operation in ("resolve", "artifact"):
        return lambda turn: client.get_model_version_by_alias(name, ALIAS)
    if operation == "version":

        def add(turn: int) -> object:
            version = client.create_model_version(f"{name}-linked", source="s3://models/model")
            return client.set_registered_model_alias(f"{name}-linked", ALIAS, version.version)

        return add
    return lambda turn: client.set_registered_model_alias(name, ALIAS, str(turn % VERSIONS + 1))


def plain_worker(target: dict[str, Any], operation: str, number: int) -> Callable[[int], object]:
    # Not to be found, so that the driver falls back on what `pip install neo4j` alone brings.
    sys.modules["neo4j._rust"] = None  # type: ignore[assignment]
    return raw_worker(target, operation, number)


def raw_worker(target: dict[str, Any], operation: str, number: int) -> Callable[[int], object]:
    from neo4j import GraphDatabase

    driver = GraphDatabase.driver(target["uri"], auth=(target["user"], target["password"]))
    session = driver.session(database="neo4j")
    collection = f"{target['name']}-{0 if operation == 'contended' else number}"
    facts: dict[str, Any] = {"id": collection, "key": f"{collection}/{ALIAS}", "versions": VERSIONS}
    if operation in ("resolve", "artifact"):
        return lambda turn: session.run(RAW_RESOLVE, facts).single(strict=True)
    if operation == "version":
        facts["key"] += "-linked"
        return lambda turn: session.run(RAW_VERSION, facts, operation=uuid.uuid4().hex).consume()
    return lambda turn: session.run(
        RAW_MOVE, facts, to=f"{collection}/{turn % VERSIONS}", operation=uuid.uuid4().hex
    ).consume()


class Statements:
    """Takes the place of the service's transaction: each statement goes to the graph by the plain driver, at once."""

    def __init__(self, session: Any) -> None:
        self._session = session

    async def rows(self, query: str, parameters: dict[str, Any] | None = None, /, **more: Any) -> list[dict[str, Any]]:
        return [dict(record.items()) for record in self._session.run(query, {**(parameters or {}), **more})]


def statements_worker(target: dict[str, Any], operation: str, number: int) -> Callable[[int], object]:
    from neo4j import GraphDatabase

    from headwater_service.store.alias_moves import Seen, move_alias
    from headwater_service.store.resolving import NamedAlias, find_by_aliases

    driver = GraphDatabase.driver(target["uri"], auth=(target["user"], target["password"]))
    tx: Any = Statements(driver.session(database="neo4j"))
    collection, mover = target["collections"][number], target["mover"]
    _, container, name = collection["path"].split("/")
    named = NamedAlias(mover["entity_id"], container, name, ALIAS)

    def resolve(turn: int) -> object:
        return at_once(find_by_aliases(tx, [named]))[named]

    def move(turn: int) -> object:
        moved = at_once(
            move_alias(
                tx,
                collection_id=collection["id"],
                name=ALIAS,
                version_id=collection["versions"][turn % VERSIONS],
                expected_id=None,
                is_checked=False,
                by=mover["user_id"],
                reach=mover["reach"],
                reason="",
                operation=str(uuid.uuid4()),
                seen=Seen(),
            )
        )
        assert moved or turn == 0, "the alias was not moved"
        return moved

    return resolve if operation == "resolve" else move


def at_once(answer: Coroutine[Any, Any, T]) -> T:
    """Run what waits for nothing to its end."""
    try:
        answer.send(None)
    except StopIteration as ended:
        value: T = ended.value
        return value
    raise AssertionError("it waits for something")


def work(kind: str, operation: str, number: int, seconds: float, warm_up: float, target: dict[str, Any]) -> None:
    """Prepare, say so, wait for the start, and print how many operations were answered in the time, and in all."""
    makers = {"headwater": headwater_worker, "mlflow": mlflow_worker, "raw": plain_worker, "rust": raw_worker}
    makers["statements"] = statements_worker
    act = makers[kind](target, operation, number)
    turn, end = 0, time.perf_counter() + (0.0 if operation == "version" else warm_up)
    while turn < WARM_UP or time.perf_counter() < end:
        act(turn)
        turn += 1
    print("ready", flush=True)
    sys.stdin.readline()
    first, end = turn, time.perf_counter() + seconds
    while time.perf_counter() < end:
        act(turn)
        turn += 1
    print(turn - first, turn, flush=True)


# --- The run ---------------------------------------------------------------------------------------------------------


@dataclass
class Contender:
    """Who is measured: the Python its clients run in and what they need to know."""

    name: str
    kind: str
    python: str
    target: dict[str, Any]
    rates: dict[tuple[str, int], list[float]] = field(default_factory=dict)

    def measure(self, operation: str, clients: int, seconds: float, warm_up: float) -> int:
        """Run client processes side by side; keep the rate and return how many operations were answered in all."""
        command = [self.python, __file__, "--worker", self.kind, operation, str(seconds), str(warm_up)]
        workers = [
            subprocess.Popen(
                [*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=quiet()
            )
            for number in range(clients)
        ]
        for worker in workers:
            assert worker.stdin
            worker.stdin.write(json.dumps(self.target) + "\n")
            worker.stdin.flush()
        for worker in workers:
            assert worker.stdout and worker.stdout.readline() == "ready\n", f"a client of {self.name} failed"
        for worker in workers:
            assert worker.stdin
            worker.stdin.write("\n")
            worker.stdin.flush()
        counts = [[int(count) for count in worker.communicate()[0].split()] for worker in workers]
        self.rates.setdefault((operation, clients), []).append(sum(timed for timed, _ in counts) / seconds)
        return sum(answered for _, answered in counts)


def quiet() -> dict[str, str]:
    return {**os.environ, "HEADWATER_SILENT": "1", "MLFLOW_DISABLE_TELEMETRY": "true", "GIT_PYTHON_REFRESH": "quiet"}


def headwater_target(clients: int, links: int) -> dict[str, Any]:
    """Make a registered model for each client and one for all, and versions to link."""
    import headwater

    api = headwater.Api()
    project = f"bench-{uuid.uuid4().hex[:8]}"
    collections: list[dict[str, Any]] = []
    sources: list[list[str]] = []
    with headwater.init(project=project) as run:
        for number in range(clients + 1):
            logged = []
            for index in range(links + WARM_UP if number < clients else VERSIONS):
                artifact = headwater.Artifact(f"model-{number}", type="model")
                with artifact.new_file("weights.txt") as file:
                    file.write(f"{number} {index}")
                logged.append(run.log_artifact(artifact))
            sources.append([artifact.wait().id for artifact in logged])
            name = f"{run.entity}/model-registry/{project}-{number}"
            linked = [run.link_artifact(artifact, name, aliases=[ALIAS]) for artifact in logged[:VERSIONS]]
            found = api.artifact(f"{name}:latest")
            assert found._version is not None
            collections.append(
                {
                    "path": name,
                    "id": found._version.place.collection_id,
                    "versions": [version.id for version in linked],
                }
            )
    return {"collections": collections, "sources": sources}


def prepare_mlflow(url: str, name: str, clients: int) -> None:
    """Make a registered model for each client; runs in the Python that has MLflow."""
    from mlflow import MlflowClient  # type: ignore[import-not-found, unused-ignore]

    client = MlflowClient(url, registry_uri=url)
    for number in range(clients):
        client.create_registered_model(f"{name}-{number}")
        client.create_registered_model(f"{name}-{number}-linked")
        for _ in range(VERSIONS):
            client.create_model_version(f"{name}-{number}", source="s3://models/model")
        client.set_registered_model_alias(f"{name}-{number}", ALIAS, "1")


def statements_target(raw: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """Look up once who the benchmark's key stands for, as the service does for each request."""
    from headwater._settings import read_settings
    from headwater_service.domain.sessions import viewer_of_key
    from headwater_service.model import Role
    from headwater_service.store.graph import connect

    async def mover() -> dict[str, Any]:
        graph = connect(raw["uri"], raw["user"], raw["password"], "neo4j", deadline_seconds=10)
        viewer = await viewer_of_key(graph, read_settings().api_key or "")
        await graph.close()
        assert viewer is not None, "the key is not one of this service"
        name = ours["collections"][0]["path"].partition("/")[0]
        (entity_id,) = (id for id, known in viewer.entity_names.items() if known == name)
        return {"user_id": viewer.user_id, "entity_id": entity_id, "reach": asdict(viewer.reach(Role.MEMBER))}

    return {**raw, "collections": ours["collections"], "mover": asyncio.run(mover())}


def mlflow_target(python: str, url: str, clients: int) -> dict[str, Any]:
    name = f"bench-{uuid.uuid4().hex[:8]}"
    command = [python, __file__, "--prepare-mlflow", url, name, str(clients)]
    subprocess.run(command, check=True, env=quiet(), stdout=subprocess.DEVNULL)
    return {"url": url, "name": name}


def raw_target(clients: int) -> dict[str, Any]:
    from neo4j import GraphDatabase

    from headwater_service.local.plan import make_plan

    settings = make_plan().settings()
    target = {"uri": settings.neo4j_uri, "user": settings.neo4j_user, "password": settings.neo4j_password}
    target["name"] = uuid.uuid4().hex
    with GraphDatabase.driver(target["uri"], auth=(target["user"], target["password"])) as driver:
        for statement in RAW_INDEXES:
            driver.execute_query(statement)
        for number in range(clients):
            collection = f"{target['name']}-{number}"
            driver.execute_query(RAW_SETUP, id=collection, versions=VERSIONS)
            driver.execute_query(
                RAW_MOVE, id=collection, key=f"{collection}/{ALIAS}", to=f"{collection}/0", operation="first"
            )
    return target


def clean_raw(target: dict[str, Any]) -> None:
    """Remove everything the raw driver made."""
    from neo4j import GraphDatabase

    with GraphDatabase.driver(target["uri"], auth=(target["user"], target["password"])) as driver:
        with driver.session() as session:
            session.run(RAW_CLEAN).consume()
        for statement in RAW_INDEXES:
            driver.execute_query("DROP CONSTRAINT " + statement.split()[2])


@contextlib.contextmanager
def mlflow_server(python: str, workers: int | None) -> Iterator[str]:
    """An MLflow server on SQLite in a folder of its own; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        command = [python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
        command += ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", folder]
        command += [] if workers is None else ["--workers", str(workers)]
        with (Path(folder) / "log").open("wb") as log:
            # A session of its own: its workers are stopped with it.
            server = subprocess.Popen(command, stdout=log, stderr=log, env=quiet(), start_new_session=True)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/health", server)
            yield url
        finally:
            # What it holds goes with its folder; on SIGTERM it may wait for minutes.
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(30)


def wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert server.poll() is None, "the server of MLflow ended; is the Python right?"
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):
            return
        time.sleep(0.2)
    raise TimeoutError(url)


def check_contended(target: dict[str, Any], answered: int, workers: int) -> None:
    """Raise unless the history of the contended alias has each answered move once, each from where the last led.

    The first move of each of the `workers` may lead to where the alias points already, which is answered, and no move.
    """
    import headwater

    api = headwater.Api()
    contended = target["collections"][-1]
    document = """
    query Moves($path: String!, $alias: String!, $after: String) {
      collection(path: $path) {
        alias(name: $alias) {
          history(first: 200, after: $after) {
            edges { node { from { id } to { id } } }
            pageInfo { hasNextPage endCursor }
          }
        }
      }
    }
    """
    moves: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        found = api._client.execute(document, {"path": contended["path"], "alias": ALIAS, "after": after})
        page = found["collection"]["alias"]["history"]
        moves += [edge["node"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    broken = sum(older["to"] != newer["from"] for newer, older in itertools.pairwise(moves))
    print(f"contended alias: {answered} moves answered, {len(moves)} in its history, {broken} breaks in the chain")
    # Linking the versions moved the alias too.
    moved = len(moves) - VERSIONS
    assert broken == 0 and answered - workers <= moved <= answered, "moves were lost or doubled"


def show(contenders: list[Contender]) -> None:
    ours = contenders[0]
    print()
    for operation, clients in ours.rates:
        rate = best(ours, operation, clients)
        line = f"{operation:<10} {clients} client(s)  headwater {rate:7.1f}/s"
        for other in contenders[1:]:
            if (operation, clients) in other.rates:
                line += f"   {other.name} {best(other, operation, clients):7.1f}/s"
                line += f" (ratio {rate / best(other, operation, clients):.2f})"
        print(line)


def best(contender: Contender, operation: str, clients: int) -> float:
    return max(contender.rates[operation, clients])


def measure_together(contenders: list[Contender], options: argparse.Namespace) -> None:
    """Measure who shares the graph, in turns; the first is the one whose contended alias is looked at afterwards."""
    ours, answered, workers = contenders[0], 0, 0
    for _, operation in itertools.product(range(options.rounds), options.operations):
        for clients, contender in itertools.product((1, options.clients), contenders):
            if contender.kind == "statements" and operation not in STATEMENTS:
                continue
            done = contender.measure(operation, clients, options.seconds, options.warm_up)
            if contender is ours and operation == "contended":
                answered += done
                workers += clients
    if workers:
        check_contended(ours.target, answered, workers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="length of each measurement")
    parser.add_argument("--warm-up", type=float, default=5.0, help="seconds of the same work before it")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=1, help="the best of so many is printed")
    parser.add_argument("--operations", nargs="+", choices=OPERATIONS, default=OPERATIONS)
    parser.add_argument("--links", type=int, default=600, help="versions made beforehand for `version`, a client")
    parser.add_argument("--mlflow", metavar="PYTHON", help="the Python of an environment with MLflow")
    options = parser.parse_args()
    if options.clients > VERSIONS // 2:
        parser.error(
            f"--clients: at most {VERSIONS // 2}, each of which has two versions to move the contended alias to"
        )

    raw = Contender("raw driver", "raw", sys.executable, raw_target(options.clients))
    rust = Contender("with neo4j-rust-ext", "rust", sys.executable, raw.target)
    ours = Contender("headwater", "headwater", sys.executable, headwater_target(options.clients, options.links))
    same = Contender("same statements", "statements", sys.executable, statements_target(raw.target, ours.target))
    contenders = [ours, raw, rust, same]
    try:
        measure_together(contenders, options)
    finally:
        clean_raw(raw.target)
    show(contenders)
    for limit in (None, 1) if options.mlflow else ():
        with mlflow_server(options.mlflow, limit) as url:
            target = mlflow_target(options.mlflow, url, options.clients)
            name = "mlflow default" if limit is None else "mlflow 1 worker"
            contenders.append(Contender(name, "mlflow", options.mlflow, target))
            for operation in options.operations:
                for clients in (1, options.clients):
                    contenders[-1].measure(operation, clients, options.seconds, options.warm_up)
        show(contenders)
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker_kind, worker_operation, length, before, own_number = sys.argv[2:7]
        known = json.loads(sys.stdin.readline())
        work(worker_kind, worker_operation, int(own_number), float(length), float(before), known)
        sys.exit(0)
    if sys.argv[1:2] == ["--prepare-mlflow"]:
        prepare_mlflow(sys.argv[2], sys.argv[3], int(sys.argv[4]))
        sys.exit(0)
    sys.exit(main())
