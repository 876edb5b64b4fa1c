"""Events over GraphQL: in the order of the server, as far as the viewer may see."""

from typing import Any

import pytest

from asking import ask, refusal
from content import Site
from deletions import deleted, logged
from headwater_service.domain.deletion_targets import Targets
from headwater_service.domain.events import sequence_events
from headwater_service.store.graph import Graph
from headwater_service.store.leases import take_lease
from pipelines import new_pipeline
from viewers import fresh, new_admin, new_project

EVENTS = """
query Events($filter: EventFilter, $direction: OrderDirection! = ASC, $first: Int! = 50, $after: String) {
  events(filter: $filter, direction: $direction, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { id seq scope number kind at operationId before after hash by { name } subject { id } } }
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

    whole = await ask(site, viewer, EVENTS, filter={"container": path})
    runs = await ask(site, viewer, EVENTS, filter={"container": path, "kinds": ["RUN_STARTED"]})
    first = await ask(site, viewer, EVENTS, filter={"container": path}, first=2)
    rest = await ask(site, viewer, EVENTS, filter={"container": path}, after=first["events"]["pageInfo"]["endCursor"])

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

    own = nodes(await ask(site, pipeline.viewer, EVENTS, filter={"entity": pipeline.project.entity_name}))
    everything = nodes(await ask(site, pipeline.viewer, EVENTS))

    kinds = {event["kind"] for event in own}
    assert {"RUN_STARTED", "ARTIFACT_LOGGED", "LINKED", "PROJECT_CREATED"} <= kinds
    assert {event["id"] for event in own} <= {event["id"] for event in everything}


async def test_an_outsider_sees_no_event_of_it_by_list_or_id(site: Site) -> None:
    pipeline = await new_pipeline(site)
    outsider = await new_admin(site.graph)
    await sequence_all(site.graph)
    event = nodes(await ask(site, pipeline.viewer, EVENTS, filter={"container": pipeline.project.path}))[0]["id"]
    document = "query Node($id: ID!) { node(id: $id) { id } }"

    listed = nodes(await ask(site, outsider, EVENTS))

    assert event not in [one["id"] for one in listed]
    assert await ask(site, outsider, document, id=event) == {"node": None}
    assert await ask(site, pipeline.viewer, document, id=event) == {"node": {"id": event}}


async def test_events_are_found_by_collection_actor_kind_and_time(site: Site) -> None:
    pipeline = await new_pipeline(site)
    viewer, project = pipeline.viewer, pipeline.project
    await sequence_all(site.graph)
    everything = nodes(await ask(site, viewer, EVENTS, filter={"entity": project.entity_name}, first=100))
    path = f"{project.path}/data"

    data = await ask(site, viewer, EVENTS, filter={"collection": path})
    mine = nodes(await ask(site, viewer, EVENTS, filter={"actor": viewer.user_name, "container": project.path}))
    nobodys = await ask(site, viewer, EVENTS, filter={"actor": "nobody-of-this-name"})
    middle = everything[4]
    later = nodes(await ask(site, viewer, EVENTS, filter={"container": project.path, "after": middle["at"]}))
    earlier = nodes(await ask(site, viewer, EVENTS, filter={"container": project.path, "before": middle["at"]}))
    none = nodes(await ask(site, viewer, EVENTS, filter={"kinds": []}))

    assert [event["kind"] for event in nodes(data)] == ["COLLECTION_CREATED", "ARTIFACT_LOGGED"]
    assert data["events"]["totalCount"] == 2
    assert {event["subject"]["id"] for event in nodes(data)} == {pipeline.data.collection.id}
    assert [event["id"] for event in mine] == [
        event["id"] for event in everything if event["id"] in {one["id"] for one in mine}
    ]
    assert len(mine) >= 8
    assert nobodys["events"] == {
        "totalCount": 0,
        "pageInfo": {"hasNextPage": False, "endCursor": None},
        "edges": [],
    }
    assert all(event["at"] > middle["at"] for event in later) and later
    assert all(event["at"] < middle["at"] for event in earlier) and earlier
    assert none == []


async def test_who_deleted_a_collection_is_told_by_its_path(site: Site) -> None:
    viewer = await new_admin(site.graph)
    version = await logged(site, viewer, await new_project(site.graph, viewer), "churn", "1")
    await deleted(site, viewer, Targets(collections=[version.collection.id]))
    await sequence_all(site.graph)

    told = nodes(await ask(site, viewer, EVENTS, filter={"collection": f"{version.container.path}/churn"}))

    assert [event["kind"] for event in told] == ["COLLECTION_CREATED", "ARTIFACT_LOGGED", "COLLECTION_DELETED"]
    assert told[-1]["by"] == {"name": viewer.user_name}


async def test_who_deleted_a_project_is_told_by_its_path(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    await deleted(site, viewer, Targets(projects=[project.id]))
    await sequence_all(site.graph)

    told = nodes(await ask(site, viewer, EVENTS, filter={"container": project.path}))

    assert [event["kind"] for event in told] == ["PROJECT_CREATED", "PROJECT_DELETED"]
    code, _ = await refusal(site, await new_admin(site.graph), EVENTS, filter={"container": project.path})
    assert code == "NotFoundError"


@pytest.mark.parametrize("wanted", ["entity", "collection", "actor"])
async def test_the_newest_come_first_when_asked_and_pages_meet(site: Site, wanted: str) -> None:
    pipeline = await new_pipeline(site)
    viewer, project = pipeline.viewer, pipeline.project
    await sequence_all(site.graph)
    given = {
        "entity": {"entity": project.entity_name},
        "collection": {"collection": f"{project.path}/model"},
        "actor": {"actor": viewer.user_name},
    }[wanted]

    oldest = nodes(await ask(site, viewer, EVENTS, filter=given, first=100))
    newest: list[dict[str, Any]] = []
    after = None
    while True:
        page = await ask(site, viewer, EVENTS, filter=given, direction="DESC", first=1, after=after)
        newest += nodes(page)
        after = page["events"]["pageInfo"]["endCursor"]
        if not page["events"]["pageInfo"]["hasNextPage"]:
            break

    assert len(oldest) >= 2
    assert newest == oldest[::-1]
    assert [event["seq"] for event in oldest] == sorted({event["seq"] for event in oldest})


async def test_what_an_outsider_asks_by_collection_container_or_actor_stays_hidden(site: Site) -> None:
    pipeline = await new_pipeline(site)
    outsider = await new_admin(site.graph)
    await sequence_all(site.graph)

    for given in ({"collection": f"{pipeline.project.path}/data"}, {"container": pipeline.project.path}):
        code, _ = await refusal(site, outsider, EVENTS, filter=given)
        assert code == "NotFoundError"
    by_actor = nodes(await ask(site, outsider, EVENTS, filter={"actor": pipeline.viewer.user_name}))

    assert by_actor == []


async def test_an_entity_and_a_container_at_once_are_refused(site: Site) -> None:
    viewer = await new_admin(site.graph)

    code, message = await refusal(site, viewer, EVENTS, filter={"entity": viewer.user_name, "container": "a"})

    assert code == "InvalidInputError"
    assert message == "Give an entity or a container: the container's path names its entity."


async def test_a_cursor_of_another_listing_is_refused(site: Site) -> None:
    viewer = await new_admin(site.graph)

    code, _ = await refusal(site, viewer, EVENTS, after='["SEQ","text","id"]')

    assert code == "InvalidInputError"
