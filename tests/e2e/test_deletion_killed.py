"""The service is killed with SIGKILL in the middle of a large deletion: all of it happened, or nothing."""

import secrets
import threading
import time
from typing import Any

import pytest
import urllib3

from e2e.killed import KilledServer
from headwater._client import Client
from headwater._deletion import carry_out, plan_deletion, restore
from headwater_service.domain.people import bootstrap_user
from headwater_service.store.graph import Graph

COLLECTIONS, EACH = 50, 60
WRITE = """
MATCH (project:Container {id: $project})
UNWIND range(1, $collections) AS number
CREATE (collection:Collection:EventScope {
  id: $project + '/' + number, kind: 'SOURCE', name: 'c' + number, type: 'model', scope_id: $project,
  next_index: $each, description: '', tags: [], created_at: 1, updated_at: 1
})-[:IN]->(project)
CREATE (blob:Blob {entity_id: project.entity_id, digest: collection.id, size: 10, state: 'PRESENT', version_id: 'x'})
WITH project, collection, blob
UNWIND range(0, $each - 1) AS index
CREATE (version:ArtifactVersion:Lineage {
  id: collection.id + ':' + index, index: index, collection_id: collection.id, scope_id: project.id, type: 'model',
  digest: collection.id + ':' + index, size: 10, file_count: 1, state: 'COMMITTED', created_at: 1
})-[:VERSION_OF]->(collection)
CREATE (version)-[:HOLDS]->(blob)
WITH collection, version
WHERE version.index = $each - 1
CREATE (:Alias {collection_id: collection.id, name: 'latest', rev: 1, version_id: version.id})-[:POINTS_TO]->(version)
"""
# How many versions, collections and projects have ended, and how many aliases and events there are.
STATE = """
MATCH (project:Container {id: $project})
MATCH (collection:Collection {scope_id: project.id})
CALL (collection) {
  MATCH (collection)<-[:VERSION_OF]-(version)
  RETURN count(version.ended_at) AS versions
}
CALL (collection) {
  MATCH (alias:Alias {collection_id: collection.id}) WHERE alias.name IS NOT NULL
  RETURN count(alias) AS aliases
}
RETURN sum(versions) AS versions, count(collection.ended_at) AS collections, sum(aliases) AS aliases,
  count(DISTINCT CASE WHEN project.ended_at IS NOT NULL THEN project END) AS projects
"""
FIND_PROJECT = "query FindProject($path: String!) { project(path: $path) { id } }"
CREATE_PROJECT = """
mutation CreateProject($input: CreateProjectInput!) {
  createProject(input: $input) { __typename ... on UserError { message } }
}
"""
DELETE = "mutation Delete($input: DeleteInput!) { delete(input: $input) { __typename } }"
UNTOUCHED = {"versions": 0, "collections": 0, "aliases": COLLECTIONS, "projects": 0}
GONE = {"versions": COLLECTIONS * EACH, "collections": COLLECTIONS, "aliases": 0, "projects": 1}


@pytest.mark.slow
async def test_a_large_deletion_that_is_killed_is_whole_or_nothing(killed_service: KilledServer, graph: Graph) -> None:
    name = f"killed-{secrets.token_hex(4)}"
    key = await bootstrap_user(graph, name)
    client = Client(killed_service.url, key)
    client.mutate(CREATE_PROJECT, {"name": "large"})
    project = client.execute(FIND_PROJECT, {"path": f"{name}/large"})["project"]["id"]
    await graph.write(lambda tx: tx.rows(WRITE, project=project, collections=COLLECTIONS, each=EACH))

    async def state() -> dict[str, int]:
        (row,) = await graph.read(lambda tx: tx.rows(STATE, project=project))
        return row

    plan = plan_deletion(client, projects=[project])
    began = time.monotonic()
    made = carry_out(client, plan, delete_aliases=False)
    seconds = time.monotonic() - began
    assert await state() == GONE
    restore(client, deletion=made.id)
    outcomes = []
    for part in (0.05, 0.2, 0.4, 0.6, 0.8, 0.95):
        plan = plan_deletion(client, projects=[project])
        wanted = {**plan.targets, "planDigest": plan.digest, "operationId": secrets.token_hex(16)}
        sender = threading.Thread(target=send_once, args=(killed_service.url, key, wanted))
        sender.start()
        time.sleep(seconds * part)
        killed_service.kill()
        killed_service.start()
        sender.join()
        # What was under way ends with its connection: nobody can see half of it, nor for long that it was.
        plan_or_deletion = await state()
        outcomes.append(plan_or_deletion)
        if plan_or_deletion == UNTOUCHED:
            # The same operation, sent again by a client that never heard the answer.
            client.execute(DELETE, {"input": wanted})
        restore(client, ids=[project])

    assert [outcome for outcome in outcomes if outcome not in (UNTOUCHED, GONE)] == []
    assert UNTOUCHED in outcomes
    assert await state() == UNTOUCHED
    assert plan.figures.bytes_freed == COLLECTIONS * 10


def send_once(url: str, key: str, wanted: dict[str, Any]) -> None:
    """Post a deletion, and give up when the service goes away."""
    with urllib3.PoolManager(retries=False) as pool:
        try:
            pool.request(
                "POST",
                f"{url}/graphql",
                json={"query": DELETE, "variables": {"input": wanted}},
                headers={"Authorization": f"Bearer {key}"},
            )
        except urllib3.exceptions.HTTPError:
            return
