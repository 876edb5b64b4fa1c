"""Time in the graph is an integer of microseconds, everywhere: it is decoded many times quicker than a date."""

import re
import time

from content import Site
from headwater_service.store.graph import Graph
from pipelines import new_pipeline

NODES = """
MATCH (node) WHERE node.scope_id IN $scopes OR node.scope IN $scopes OR node.collection_id IN $collections
UNWIND keys(node) AS key
WITH key, node[key] AS value, [label IN labels(node) WHERE NOT label IN ['Lineage', 'EventScope']] AS labels
RETURN labels[0] AS owner, key, valueType(value) AS type, max(value) AS largest
"""
EDGES = """
MATCH (node:Lineage WHERE node.scope_id IN $scopes)-[edge:CONSUMED_BY|PRODUCED|LINKED_TO]->()
UNWIND keys(edge) AS key
RETURN type(edge) AS owner, key, valueType(edge[key]) AS type, max(edge[key]) AS largest
"""
IS_TIME = re.compile(r"(.*_)?at")


async def test_every_time_is_an_integer_of_microseconds(graph: Graph, site: Site) -> None:
    before = time.time() * 1_000_000
    pipeline = await new_pipeline(site)
    placed = (pipeline.data, pipeline.model, pipeline.link)
    where = {
        "scopes": [pipeline.project.id, pipeline.registry.id, *(one.collection.id for one in placed)],
        "collections": [one.collection.id for one in placed],
    }

    nodes = await graph.read(lambda tx: tx.rows(NODES, where))
    edges = await graph.read(lambda tx: tx.rows(EDGES, where))

    rows = [*nodes, *edges]
    assert not [row for row in rows if "DATE" in row["type"] or "TIME" in row["type"]]
    times = [row for row in rows if IS_TIME.fullmatch(row["key"])]
    assert {row["type"] for row in times} == {"INTEGER NOT NULL"}
    # An hour each way: the clock of the database need not be that of this machine.
    assert all(abs(row["largest"] - before) < 3_600_000_000 for row in times)
    assert {row["owner"] for row in times} >= {
        "Run",
        "ArtifactVersion",
        "RegistryVersion",
        "Collection",
        "AliasMove",
        "Event",
        "CONSUMED_BY",
        "PRODUCED",
        "LINKED_TO",
    }
