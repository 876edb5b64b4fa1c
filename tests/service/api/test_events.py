"""Events over GraphQL: in the order of the server, as far as the viewer may see."""

from typing import Any

from asking import ask
from content import Site
from headwater_service.domain.events import sequence_events
from headwater_service.store.graph import Graph
from headwater_service.store.leases import take_lease
from pipelines import new_pipeline
from viewers import fresh, new_admin

EVENTS = """
query Events($scope: String, $kinds: [String!], $first: Int! = 50, $after: String) {
  events(scope: $scope, kinds: $kinds, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { id seq scope number kind at operationId before after hash by { name } } }
  }
}
"""


async def sequence_all(graph: Graph) -> None:
    lease = await graph.write(lambda tx: take_lease(tx, fresh("lease"), "holder", seconds=60))
    assert lease is not None
    while await sequence_events(graph, lease):
        pass


def nodes(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in data["events"]["edges"]]


async def test_events_of_a_project_come_once_numbered_and_in_order(site: Site) -> None:
    pipeline = await new_pipeline(site)
    viewer, path = pipeline.viewer, pipeline.project.path
    await sequence_all(site.graph)

    whole = await ask(site, viewer, EVENTS, scope=path)
    runs = await ask(site, viewer, EVENTS, scope=path, kinds=["RUN_STARTED"])
    first = await ask(site, viewer, EVENTS, scope=path, first=2)
    rest = await ask(site, viewer, EVENTS, scope=path, after=first["events"]["pageInfo"]["endCursor"])

    found = nodes(whole)
    assert [event["seq"] for event in found] == sorted(event["seq"] for event in found)
    assert [event["kind"] for event in found][:2] == ["PROJECT_CREATED", "RUN_STARTED"]
    assert len(nodes(runs)) == 3 == runs["events"]["totalCount"]
    assert [*nodes(first), *nodes(rest)] == found
    assert {event["by"]["name"] for event in found} == {viewer.user_name}
    assert found[0]["before"] is None and found[0]["after"]["name"] == pipeline.project.name
    assert all(event["hash"] for event in found)


async def test_an_entity_shows_its_own_events_and_those_of_all_in_it(site: Site) -> None:
    pipeline = await new_pipeline(site)
    await sequence_all(site.graph)

    own = nodes(await ask(site, pipeline.viewer, EVENTS, scope=pipeline.project.entity_name))
    everything = nodes(await ask(site, pipeline.viewer, EVENTS))

    kinds = {event["kind"] for event in own}
    assert {"RUN_STARTED", "ARTIFACT_LOGGED", "LINKED", "PROJECT_CREATED"} <= kinds
    assert {event["id"] for event in own} <= {event["id"] for event in everything}


async def test_an_outsider_sees_no_event_of_it_by_list_or_id(site: Site) -> None:
    pipeline = await new_pipeline(site)
    outsider = await new_admin(site.graph)
    await sequence_all(site.graph)
    event = nodes(await ask(site, pipeline.viewer, EVENTS, scope=pipeline.project.path))[0]["id"]
    document = "query Node($id: ID!) { node(id: $id) { id } }"

    listed = nodes(await ask(site, outsider, EVENTS))

    assert event not in [one["id"] for one in listed]
    assert await ask(site, outsider, document, id=event) == {"node": None}
    assert await ask(site, pipeline.viewer, document, id=event) == {"node": {"id": event}}
