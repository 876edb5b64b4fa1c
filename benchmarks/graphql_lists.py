"""How much quicker lists by columns are than graphql-core, on the shapes the API answers with.

    python benchmarks/graphql_lists.py [--rounds 20]

Prints milliseconds (median and least) and ratios; both executors take turns in the same run, because the machine's
speed changes from minute to minute.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence

import strawberry
from strawberry.extensions import ParserCache, ValidationCache

from headwater_service.api.list_executor import ListExecutor

FIELDS = ("id", "name", "path", "digest", "size", "state", "createdAt", "distance", "label", "url")


@strawberry.interface
class Node:
    id: strawberry.ID
    label: str


@strawberry.type
class File:
    path: str
    size: int
    digest: str


@strawberry.type
class Version(Node):
    name: str
    path: str
    digest: str
    size: int
    state: str
    created_at: str
    distance: int | None
    url: str
    files: list[File]

    @strawberry.field
    async def loaded(self) -> str:
        return self.name


@strawberry.type
class Run(Node):
    name: str
    state: str


@strawberry.type
class Edge:
    cursor: str
    node: Version


@strawberry.type
class Connection:
    edges: list[Edge]


def _version(number: int) -> Version:
    return Version(
        id=strawberry.ID(f"0190-{number}"),
        label=f"model:v{number}",
        name=f"model:v{number}",
        path=f"acme/churn/model:v{number}",
        digest=f"sha256:{number:064x}",
        size=number * 1000,
        state="COMMITTED",
        created_at="2026-11-21T02:00:00.000000Z",
        distance=number % 7,
        url=f"http://127.0.0.1:8900/acme/churn/model:v{number}",
        files=[File(path=f"f{place}", size=place, digest="sha256:00") for place in range(3)],
    )


VERSIONS = [_version(number) for number in range(1000)]
RUNS = [
    Run(id=strawberry.ID(f"r{number}"), label=f"run {number}", name=f"run {number}", state="FINISHED")
    for number in range(500)
]
MIXED: list[Node] = [node for pair in zip(VERSIONS[:500], RUNS, strict=True) for node in pair]


@strawberry.type
class Query:
    @strawberry.field
    def versions(self) -> list[Version]:
        return VERSIONS

    @strawberry.field
    def some(self) -> list[Version]:
        return VERSIONS[:200]

    @strawberry.field
    def mixed(self) -> list[Node]:
        return MIXED

    @strawberry.field
    def page(self) -> Connection:
        return Connection(edges=[Edge(cursor=version.id, node=version) for version in VERSIONS[:200]])


CASES = {
    "1,000 x 10 fields": f"{{ versions {{ {' '.join(FIELDS)} }} }}",
    "1,000 x 1 field": "{ versions { name } }",
    "1,000 of an interface": "{ mixed { __typename id label ... on Version { size path } ... on Run { state } } }",
    "200 x (5 + 3 x 3) nested": "{ some { id name path size digest files { path size digest } } }",
    "page of 200 x 10": f"{{ page {{ edges {{ cursor node {{ {' '.join(FIELDS)} }} }} }} }}",
    "page of 200, one resolver": f"{{ page {{ edges {{ node {{ {' '.join(FIELDS)} loaded }} }} }} }}",
}


def _schema(executor: type | None) -> strawberry.Schema:
    return strawberry.Schema(
        Query,
        types=[Run],
        extensions=[lambda: ParserCache(), lambda: ValidationCache()],
        execution_context_class=executor,
    )


async def measure(document: str, rounds: int) -> tuple[Sequence[float], Sequence[float]]:
    """Return the milliseconds of graphql-core and of columns, in turns."""
    schemas = (_schema(None), _schema(ListExecutor))
    taken: tuple[list[float], list[float]] = ([], [])
    answers = [(await schema.execute(document)).data for schema in schemas]
    assert answers[0] == answers[1]
    for _ in range(rounds):
        for schema, times in zip(schemas, taken, strict=True):
            started = time.thread_time()
            await schema.execute(document)
            times.append((time.thread_time() - started) * 1000)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    print(f"{'CPU ms of the thread, median (least)':38}{'graphql-core':>18}{'columns':>18}{'ratio':>8}")
    for name, document in CASES.items():
        core, columns = asyncio.run(measure(document, rounds))
        ratio = statistics.median(core) / statistics.median(columns)
        print(f"{name:38}{_cell(core):>18}{_cell(columns):>18}{ratio:>7.1f}x")


def _cell(times: Sequence[float]) -> str:
    return f"{statistics.median(times):.1f} ({min(times):.1f})"


if __name__ == "__main__":
    main()
