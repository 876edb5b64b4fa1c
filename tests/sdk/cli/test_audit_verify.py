"""`headwater audit verify` against a service with a database of its own, to which things are done."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from neo4j import Driver, GraphDatabase

from command_lines import Cli
from headwater_service.config import Settings
from headwater_service.domain.people import bootstrap_user
from headwater_service.local.processes import wait_until
from headwater_service.store.graph import Graph, connect
from servers import Neo4j, Service, running_neo4j, running_service

pytestmark = pytest.mark.slow

WAITING = "MATCH (event:Unsequenced) RETURN count(event) AS count"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4j]:
    with running_neo4j(tmp_path_factory.mktemp("verify")) as started:
        yield started


@pytest.fixture(scope="module")
def own_service(settings: Settings, database: Neo4j, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    own = replace(
        settings, neo4j_uri=database.uri, neo4j_user=database.user, neo4j_password=database.password
    )  # fmt: skip
    with running_service(own, tmp_path_factory.mktemp("verify-service")) as started:
        yield started


@pytest.fixture
def behind(database: Neo4j) -> Iterator[Driver]:
    """A door to the database that the service knows nothing of."""
    with GraphDatabase.driver(database.uri, auth=(database.user, database.password)) as driver:
        yield driver


async def new_key(database: Neo4j) -> str:
    graph: Graph = connect(database.uri, database.user, database.password, "neo4j", deadline_seconds=30)
    try:
        return await bootstrap_user(graph, "auditor")
    finally:
        await graph.close()


async def test_verify_names_what_was_done_and_prints_the_anchor_to_keep(
    own_service: Service, database: Neo4j, behind: Driver, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWATER_BASE_URL", own_service.url)
    monkeypatch.setenv("HEADWATER_API_KEY", await new_key(database))

    def run(text: Any) -> None:
        behind.execute_query(text)

    assert wait_until(lambda: not behind.execute_query(WAITING).records[0]["count"], seconds=20.0, pause=0.05)
    whole = cli("audit", "verify")
    anchor = whole.out.strip()
    run("MATCH (event:Event {seq: 2}) SET event.kept = event.after, event.after = '{}'")
    edited = cli("audit", "verify")
    quick = cli("audit", "verify", "--anchor", anchor, "--quick")
    run("MATCH (event:Event {seq: 2}) SET event.after = event.kept REMOVE event.kept")
    again = cli("audit", "verify", "--anchor", anchor, "--json")
    run("MATCH (event:Event {seq: 1}) SET event.seq = -1")
    removed = cli("audit", "verify", "--json")

    assert (whole.code, anchor.partition(":")[0]) == (0, "3")
    assert "3 events of" in whole.err
    assert (edited.code, edited.out) == (1, "")
    assert "EDITED: Event 2 was edited" in edited.err
    assert "Everything up to 1 is as it was written." in edited.err
    assert quick.code == 0
    assert again.code == 0 and again.json()["anchor"] == anchor
    assert removed.code == 1
    assert (removed.json()["fault"]["kind"], removed.json()["fault"]["seq"]) == ("REMOVED", 1)
