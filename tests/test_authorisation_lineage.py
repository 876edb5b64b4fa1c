"""What an outsider may not see is counted in answers about the lineage of what is shared, and never named."""

from typing import Any

import orjson
import pytest

from authorisation_walk import ask, words
from authorisation_world import World

IMPACT = """
query Impact($id: ID!) {
  node(id: $id) {
    ... on ArtifactVersion {
      impact(registeredOnly: false) {
        totalCount edges { node { distance version { id name } collection { name } } }
        totals { runs versions registryVersions collections hidden } isComplete reason
      }
      impactTable(registeredOnly: false) { csv rowCount isComplete reason }
    }
  }
}
"""
PATH = """
query Path($id: ID!, $other: ID!) {
  node(id: $id) {
    ... on Version { pathTo(id: $other) { ...found } }
    ... on Run { pathTo(id: $other) { ...found } }
  }
}
fragment found on LineagePaths {
  direction length pathCount isComplete reason paths { nodes { id label } edges { source target } }
}
"""
EDGES = "query Edges($ids: [ID!]!) { lineageEdges(ids: $ids) { id source target kind } }"
TYPES = """
query Types($path: String!) {
  project(path: $path) {
    typeGraph {
      nodes { id kind type jobType container isOutside count hidden } edges { source target kind count }
      hidden isComplete reason
    }
  }
}
"""


def told(world: World, document: str, key: str | None, **variables: Any) -> tuple[Any, list[str]]:
    """Return the data and which secrets are in it."""
    status, answer = ask(world, document, key, **variables)
    assert status in (200, 401)
    return answer.get("data"), [word for word in words(world) if word in orjson.dumps(answer).decode()]


def test_an_impact_counts_what_the_outsider_may_not_see(world: World) -> None:
    _, own = told(world, IMPACT, world.owner.key, id=world.shared.version_id)
    data, secrets = told(world, IMPACT, world.outsider.key, id=world.shared.version_id)

    assert own != []
    assert secrets == []
    assert data["node"]["impact"] == {
        "totalCount": 0,
        "edges": [],
        # What the owner's run made of it, and its link in the restricted registry.
        "totals": {"runs": 0, "versions": 0, "registryVersions": 0, "collections": 0, "hidden": 2},
        "isComplete": False,
        "reason": "PERMISSION",
    }
    table = data["node"]["impactTable"]
    assert (table["rowCount"], table["isComplete"], table["csv"].count("\r\n")) == (0, False, 1)


def test_a_path_through_what_the_outsider_may_not_see_is_not_told(world: World) -> None:
    ends = {"id": world.shared.version_id, "other": world.link_id}

    own, _ = told(world, PATH, world.owner.key, **ends)
    data, secrets = told(world, PATH, world.outsider.key, **ends)

    assert (own["node"]["pathTo"]["direction"], own["node"]["pathTo"]["length"]) == ("DOWNSTREAM", 3)
    assert own["node"]["pathTo"]["paths"][0]["nodes"][1]["id"] == world.own.run_id
    assert secrets == []
    assert data["node"]["pathTo"] == {
        "direction": None,
        "length": None,
        "pathCount": 0,
        "isComplete": False,
        "reason": "PERMISSION",
        "paths": [],
    }


@pytest.mark.parametrize("end", ["own_version", "own_run", "hidden_link", "unknown"])
def test_a_path_to_what_the_outsider_may_not_see_is_one_to_what_is_not_there(world: World, end: str) -> None:
    other = {
        "own_version": world.own.version_id,
        "own_run": world.own.run_id,
        "hidden_link": world.hidden.link_id,
        "unknown": "01999999-0000-7000-8000-000000000000",
    }[end]

    data, _ = told(world, PATH, world.outsider.key, id=world.shared.version_id, other=other)

    assert data["node"] == {"pathTo": None}


def test_no_edge_leads_the_outsider_to_what_it_may_not_see(world: World) -> None:
    ids = [world.shared.version_id, world.shared.run_id, world.own.version_id, world.own.run_id, world.link_id]

    own, named = told(world, EDGES, world.owner.key, ids=ids)
    data, secrets = told(world, EDGES, world.outsider.key, ids=ids)

    assert named != []
    assert secrets == []
    seen = [edge for edge in own["lineageEdges"] if {edge["source"], edge["target"]} <= set(ids[:2])]
    assert 0 < len(seen) < len(own["lineageEdges"])
    assert data["lineageEdges"] == seen


def test_a_type_graph_counts_edges_to_what_the_outsider_may_not_see(world: World) -> None:
    path = f"{world.team}/shared"

    own, named = told(world, TYPES, world.owner.key, path=path)
    data, secrets = told(world, TYPES, world.outsider.key, path=path)

    assert named != []
    assert own["project"]["typeGraph"]["hidden"] == 0
    assert secrets == []
    graph = data["project"]["typeGraph"]
    assert {node["container"] for node in graph["nodes"]} == {path}
    # The shared version went into the owner's run and the restricted registry; the shared run used the owner's version.
    assert (graph["hidden"], graph["isComplete"], graph["reason"]) == (3, False, "PERMISSION")
    assert sum(node["hidden"] for node in graph["nodes"]) == 3


@pytest.mark.parametrize("document", [IMPACT, PATH, EDGES, TYPES])
def test_nobody_is_told_nothing(world: World, document: str) -> None:
    shared = world.shared.version_id
    variables = {"id": shared, "ids": [shared], "other": world.link_id, "path": f"{world.team}/shared"}
    used = {name: value for name, value in variables.items() if f"${name}:" in document}

    data, secrets = told(world, document, None, **used)

    assert secrets == []
    assert data is None or list(data.values()) == [None]
