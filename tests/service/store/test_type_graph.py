"""What is counted by type, over random lineages in several places, against plain counting in Python."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from headwater_service.model import Instant
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.type_graph import GroupKey, count_by_type
from random_graphs import World
from random_worlds import REAL, worlds

KINDS = {"run": "RUN", "version": "ARTIFACT_VERSION", "link": "REGISTRY_VERSION"}
WRITE_CONTAINER = "MERGE (:Container {id: $id})"
END = "UNWIND $ids AS id MATCH (node:Lineage {id: id}) SET node.ended_at = 5"


def group_of(world: World, node: str) -> GroupKey:
    return GroupKey(world.scopes[node], KINDS[world.kinds[node]], world.types[node])


Edges = list[tuple[str, str, str, int]]


def counted_plainly(
    world: World, scope: str, hidden: str, wanted: set[str]
) -> tuple[Counter[GroupKey], Edges, Counter[GroupKey]]:
    """Look at each edge in turn; `wanted` are the nodes that are live and of the wanted time."""
    inside = {node for node in wanted if world.scopes[node] == scope}
    outside: set[str] = set()
    edges: Counter[tuple[str, str, str]] = Counter()
    unseen: Counter[GroupKey] = Counter()
    for edge in world.live:
        near = [end for end in (edge.source, edge.target) if end in inside]
        far = [end for end in (edge.source, edge.target) if end not in inside]
        if near and far and world.scopes[far[0]] == hidden:
            unseen[group_of(world, near[0])] += 1
        elif near and set(far) <= wanted:
            edges[repr(group_of(world, edge.source)), repr(group_of(world, edge.target)), edge.kind] += 1
            outside.update(far)
    counts = Counter(group_of(world, node) for node in inside | outside)
    return counts, sorted((*ends, count) for ends, count in edges.items()), unseen


@REAL
@given(data=st.data())
async def test_counts_are_those_of_plain_counting(data: st.DataObject, graph: Graph) -> None:
    scope, other, hidden = (f"{word}-{new_id()}" for word in ("project", "other", "hidden"))
    world = data.draw(worlds([scope, scope, other, hidden]))
    nodes = list(world.kinds)
    ended = data.draw(st.sets(st.sampled_from(nodes), max_size=3))
    # Nodes are created at 0, 1, 2, …
    after = data.draw(st.none() | st.integers(0, len(nodes)))
    before = data.draw(st.none() | st.integers(0, len(nodes)))
    await world.write(graph)
    await graph.write(lambda tx: tx.rows(WRITE_CONTAINER, id=scope))
    await graph.write(lambda tx: tx.rows(END, ids=list(ended)))
    wanted = {
        node
        for number, node in enumerate(nodes)
        if node not in ended and (after is None or number > after) and (before is None or number < before)
    }

    found = await graph.read(
        lambda tx: count_by_type(
            tx,
            scope,
            [scope, other],
            created_after=None if after is None else Instant(after),
            created_before=None if before is None else Instant(before),
        )
    )

    counts, edges, unseen = counted_plainly(world, scope, hidden, wanted)
    assert found.counts == counts
    assert found.hidden == unseen
    assert sorted((repr(edge.source), repr(edge.target), edge.kind, edge.count) for edge in found.edges) == edges


async def test_a_project_that_is_not_there_has_nothing(graph: Graph) -> None:
    found = await graph.read(lambda tx: count_by_type(tx, new_id(), [], created_after=None, created_before=None))

    assert (found.counts, found.edges, found.hidden) == ({}, [], {})
