"""Aliases behave as registers: many clients read, move and swap them while the service is killed again and again.

HEADWATER_TEST_OPERATIONS and HEADWATER_TEST_KILLS set the size; CONTRIBUTING.md has the one of a full run.
"""

import itertools
import os
import random
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from e2e.killed import KilledServer, put_manifest
from e2e.registers import UNANSWERED, Call, Kind, Outcome, anomalies
from headwater._client import Client
from headwater._errors import ConflictError, NotFoundError, UnavailableError
from headwater_service.domain.people import bootstrap_user
from headwater_service.store.graph import Graph

CLIENTS = 8
OPERATIONS = int(os.environ.get("HEADWATER_TEST_OPERATIONS", "2400"))
KILLS = int(os.environ.get("HEADWATER_TEST_KILLS", "5"))
COLLECTIONS = 4
ALIASES = 8
VERSIONS = 5

CREATE_PROJECT = """
mutation CreateProject($input: CreateProjectInput!) {
  createProject(input: $input) { __typename ... on UserError { message } }
}
"""
LOG_ARTIFACT = """
mutation LogArtifact($input: LogArtifactInput!) {
  logArtifact(input: $input) {
    __typename
    ... on LogArtifactPayload { version { id collection { id } } }
    ... on UserError { message }
  }
}
"""
MOVE_ALIASES = """
mutation MoveAliases($input: MoveAliasesInput!) {
  moveAliases(input: $input) {
    __typename
    ... on UserError { message }
    ... on ConflictError { current }
  }
}
"""
READ_ALIAS = "query ReadAlias($path: String!) { artifact(path: $path) { index } }"
HISTORY = """
query History($path: String!, $name: String!, $after: String) {
  collection(path: $path) {
    alias(name: $name) {
      history(first: 200, after: $after) {
        edges { node { from { index } to { index } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""


@dataclass(frozen=True)
class Series:
    """A collection and the ids of its versions, by their numbers."""

    path: str
    id: str
    versions: list[str]


class Recorder:
    """A client that calls at random and writes down what it was answered."""

    def __init__(self, client: Client, series: list[Series], seed: int) -> None:
        self._client = client
        self._series = series
        self._chance = random.Random(seed)
        self.calls: list[Call] = []

    def run(self, operations: int) -> None:
        for _ in range(operations):
            series = self._chance.choice(self._series)
            self._call(series, f"alias-{self._chance.randrange(ALIASES)}", self._chance.choice(list(Kind)))

    def _call(self, series: Series, alias: str, kind: Kind) -> None:
        value = None if kind is Kind.READ else self._chance.choice([None, *range(VERSIONS)])
        expected = self._chance.choice([None, *range(VERSIONS)]) if kind is Kind.SWAP else None
        seen: int | None = None
        invoked = time.monotonic()
        try:
            if kind is Kind.READ:
                value = self._read(series, alias)
            else:
                self._move(series, alias, value, expected, is_swap=kind is Kind.SWAP)
            outcome = Outcome.DONE
        except ConflictError as error:
            outcome, seen = Outcome.REFUSED, _number(error.current)
        except NotFoundError:
            outcome = Outcome.REFUSED
        except UnavailableError:
            outcome = Outcome.UNKNOWN
        self.calls.append(
            Call(
                register=f"{series.path}:{alias}",
                kind=kind,
                outcome=outcome,
                invoked=invoked,
                answered=UNANSWERED if outcome is Outcome.UNKNOWN else time.monotonic(),
                value=value,
                expected=expected,
                value_seen=seen,
            )
        )

    def _read(self, series: Series, alias: str) -> int | None:
        found = self._client.execute(READ_ALIAS, {"path": f"{series.path}:{alias}"})["artifact"]
        return None if found is None else int(found["index"])

    def _move(self, series: Series, alias: str, value: int | None, expected: int | None, *, is_swap: bool) -> None:
        move = {
            "collection": series.id,
            "name": alias,
            "version": None if value is None else series.versions[value],
            "expectedVersion": None if expected is None else series.versions[expected],
            "checkExpected": is_swap,
        }
        self._client.mutate(MOVE_ALIASES, {"moves": [move]})


@pytest.mark.slow
async def test_aliases_are_linearizable_while_the_service_is_killed(killed_service: KilledServer, graph: Graph) -> None:
    name = f"registers-{secrets.token_hex(4)}"
    key = await bootstrap_user(graph, name)
    client = Client(killed_service.url, key, deadline_seconds=300.0, notify=lambda _: None)
    series = make_series(client, name)
    recorders = [
        Recorder(Client(killed_service.url, key, deadline_seconds=300.0, notify=lambda _: None), series, seed)
        for seed in range(CLIENTS)
    ]

    with ThreadPoolExecutor(CLIENTS) as pool:
        done = [pool.submit(recorder.run, OPERATIONS // CLIENTS) for recorder in recorders]
        killed_service.kill_and_restart_until(
            lambda: all(one.done() for one in done),
            least=KILLS,
            most=KILLS,
            # Spread over the run, at a hundred calls a second.
            longest_pause=OPERATIONS / KILLS / 50,
        )

    for one in done:
        one.result()
    calls = [call for recorder in recorders for call in recorder.calls]
    assert len(calls) == OPERATIONS // CLIENTS * CLIENTS
    assert anomalies(calls) == []
    for one_series in series:
        for alias in range(ALIASES):
            assert breaks(client, one_series.path, f"alias-{alias}") == 0
    outcomes = {outcome.value: sum(call.outcome is outcome for call in calls) for outcome in Outcome}
    print(f"{len(calls)} calls of {CLIENTS} clients, {killed_service.kills} kills, {outcomes}, 0 anomalies")


def make_series(client: Client, entity: str) -> list[Series]:
    client.mutate(CREATE_PROJECT, {"entity": entity, "name": "registers"})
    series: list[Series] = []
    for number in range(COLLECTIONS):
        logged: list[dict[str, Any]] = []
        for index in range(VERSIONS):
            digest = put_manifest(client, entity, f"{number}/{index}")
            given = {"project": f"{entity}/registers", "name": f"data-{number}", "type": "dataset"}
            logged.append(client.mutate(LOG_ARTIFACT, {**given, "manifestDigest": digest})["version"])
        collection_id = logged[0]["collection"]["id"]
        series.append(Series(f"{entity}/registers/data-{number}", collection_id, [one["id"] for one in logged]))
    return series


def breaks(client: Client, path: str, alias: str) -> int:
    """Count the moves of a history that do not begin where the one before ended."""
    moves: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        found = client.execute(HISTORY, {"path": path, "name": alias, "after": after})["collection"]["alias"]
        if found is None:
            return 0
        moves += [edge["node"] for edge in found["history"]["edges"]]
        after = found["history"]["pageInfo"]["endCursor"]
        if not found["history"]["pageInfo"]["hasNextPage"]:
            break
    return sum(newer["from"] != older["to"] for newer, older in itertools.pairwise(moves))


def _number(current: str | None) -> int | None:
    """`v3` is 3, `nothing` is None."""
    assert current is not None
    return int(current.removeprefix("v")) if current.startswith("v") else None
