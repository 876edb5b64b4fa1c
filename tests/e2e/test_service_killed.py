"""The service is killed with SIGKILL, again and again, while many clients write: nothing acknowledged is lost."""

import os
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

from e2e.killed import KilledServer, put_manifest
from headwater._client import Client
from headwater_service.domain.people import bootstrap_user
from headwater_service.store.graph import Graph

WRITERS = int(os.environ.get("HEADWATER_TEST_WRITERS", "32"))
VERSIONS = int(os.environ.get("HEADWATER_TEST_VERSIONS", "10"))

LOG_ARTIFACT = """
mutation LogArtifact($input: LogArtifactInput!) {
  logArtifact(input: $input) {
    __typename
    ... on LogArtifactPayload { isReused version { id index } }
    ... on UserError { message }
  }
}
"""
CREATE_PROJECT = """
mutation CreateProject($input: CreateProjectInput!) {
  createProject(input: $input) { __typename ... on UserError { message } }
}
"""
VERSIONS_OF = """
query VersionsOf($path: String!, $after: String) {
  collection(path: $path) {
    versions(first: 200, after: $after, orderBy: {field: INDEX, direction: ASC}) {
      edges { node { id index digest } }
      pageInfo { hasNextPage endCursor }
    }
    aliases { name version { index } }
  }
}
"""


@pytest.mark.slow
async def test_versions_stay_gap_free_while_the_service_is_killed(killed_service: KilledServer, graph: Graph) -> None:
    name = f"killed-{secrets.token_hex(4)}"
    key = await bootstrap_user(graph, name)
    client = Client(killed_service.url, key, deadline_seconds=300.0, notify=lambda _: None)
    client.mutate(CREATE_PROJECT, {"entity": name, "name": "kills"})
    acknowledged: dict[str, int] = {}
    errors: list[BaseException] = []

    def write(writer: int) -> None:
        for number in range(VERSIONS):
            try:
                digest = put_manifest(client, name, f"{writer}/{number}")
                payload = client.mutate(
                    LOG_ARTIFACT,
                    {"project": f"{name}/kills", "name": "data", "type": "dataset", "manifestDigest": digest},
                )
                acknowledged[digest] = payload["version"]["index"]
            except BaseException as error:
                errors.append(error)
                return

    with ThreadPoolExecutor(WRITERS) as pool:
        done = [pool.submit(write, writer) for writer in range(WRITERS)]
        killed_service.kill_and_restart_until(lambda: all(one.done() for one in done), least=5)

    assert errors == []
    assert len(acknowledged) == WRITERS * VERSIONS
    stored, aliases = versions_of(client, f"{name}/kills/data")
    assert [index for index, _ in stored] == list(range(WRITERS * VERSIONS))
    assert {digest: index for index, digest in stored} == acknowledged
    assert aliases == {"latest": WRITERS * VERSIONS - 1}


def versions_of(client: Client, path: str) -> tuple[list[tuple[int, str]], dict[str, int]]:
    """Return (index, digest) of all versions of a collection, and where its aliases point."""
    found: list[tuple[int, str]] = []
    after = None
    while True:
        collection = client.execute(VERSIONS_OF, {"path": path, "after": after})["collection"]
        found += [(edge["node"]["index"], edge["node"]["digest"]) for edge in collection["versions"]["edges"]]
        page = collection["versions"]["pageInfo"]
        if not page["hasNextPage"]:
            return found, {alias["name"]: alias["version"]["index"] for alias in collection["aliases"]}
        after = page["endCursor"]
