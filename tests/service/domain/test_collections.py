"""Collections made by hand, described, tagged and renamed."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from content import Site, log
from headwater_service.domain.access import Viewer
from headwater_service.domain.collection_changes import CollectionChange, CollectionFacts, update_collection
from headwater_service.domain.collections import GivenCollection, create_collection_at
from headwater_service.domain.links import link_artifact
from headwater_service.domain.lookups import get_collection_id, get_version_at
from headwater_service.domain.registries import NewRegistry, RegistryChange, create_registry, update_registry
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import CollectionKind, Container
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedCollection
from viewers import fresh, new_admin, new_project, new_team, refreshed

EVENTS = """
MATCH (event:Event) WHERE event.subject_id = $id AND event.kind STARTS WITH 'COLLECTION'
RETURN event.kind AS kind, event.before AS before, event.after AS after ORDER BY event.at
"""


async def create(
    graph: Graph, viewer: Viewer, container: Container, name: str = "Digits", **more: Any
) -> PlacedCollection:
    operation = more.pop("operation", new_id())
    given = GivenCollection(name=name, **{"type": "model", **more})
    return await create_collection_at(graph, viewer, container.path, given, operation=operation)


async def change(graph: Graph, viewer: Viewer, placed: PlacedCollection, **more: Any) -> PlacedCollection:
    operation = more.pop("operation", new_id())
    parts = {name: more.pop(name) for name in ("add_tags", "remove_tags", "expected") if name in more}
    wanted = CollectionChange(facts=CollectionFacts(**more), **parts)
    return await update_collection(graph, viewer, placed.collection.id, wanted, operation=operation)


async def events_of(graph: Graph, placed: PlacedCollection) -> list[dict[str, Any]]:
    return await graph.read(lambda tx: tx.rows(EVENTS, id=placed.collection.id))


async def new_registry(graph: Graph, viewer: Viewer, **more: Any) -> Container:
    return await create_registry(graph, viewer, None, NewRegistry(name=fresh("registry"), **more), operation=new_id())


async def test_a_collection_is_made_empty_with_all_that_was_given(graph: Graph) -> None:
    admin = await new_admin(graph)
    project = await new_project(graph, admin)

    placed = await create(graph, admin, project, "MNIST Grayscale 28x28", description="# Card", tags=["a", "b", "a"])

    collection = placed.collection
    assert (collection.name, collection.type, collection.kind) == ("MNIST Grayscale 28x28", "model", "SOURCE")
    assert (collection.description, list(collection.tags)) == ("# Card", ["a", "b"])
    assert await get_collection_id(graph, admin, f"{project.path}/MNIST Grayscale 28x28") == collection.id
    assert [event["kind"] for event in await events_of(graph, placed)] == ["COLLECTION_CREATED"]


async def test_its_kind_is_that_of_its_container_unless_a_project_is_told_otherwise(graph: Graph) -> None:
    admin = await new_admin(graph)
    project, registry = await new_project(graph, admin), await new_registry(graph, admin)
    admin = await refreshed(graph, admin)

    kinds = [
        (await create(graph, admin, project, "a")).collection.kind,
        (await create(graph, admin, project, "b", kind=CollectionKind.REGISTRY)).collection.kind,
        (await create(graph, admin, registry, "a")).collection.kind,
    ]

    assert kinds == ["SOURCE", "REGISTRY", "REGISTRY"]
    with pytest.raises(InvalidInputError, match="runs log into projects only"):
        await create(graph, admin, registry, "b", kind=CollectionKind.SOURCE)


async def test_a_replay_makes_no_second_collection(graph: Graph) -> None:
    admin, operation = await new_admin(graph), new_id()
    project = await new_project(graph, admin)
    first = await create(graph, admin, project, operation=operation)

    assert await create(graph, admin, project, operation=operation) == first
    with pytest.raises(ConflictError, match="has a collection 'Digits' already"):
        await create(graph, admin, project)


async def test_of_many_makers_at_once_one_makes_the_collection(graph: Graph) -> None:
    admin = await new_admin(graph)
    project = await new_project(graph, admin)

    done = await asyncio.gather(*(create(graph, admin, project) for _ in range(6)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in done) == ["ConflictError"] * 5 + ["PlacedCollection"]


async def test_a_registry_refuses_a_type_it_does_not_take(graph: Graph) -> None:
    admin = await new_admin(graph)
    registry = await new_registry(graph, admin, artifact_types=["model", "pipeline"])

    with pytest.raises(ConflictError, match="of the type 'model', 'pipeline', not 'dataset'"):
        await create(graph, admin, registry, type="dataset")

    assert (await create(graph, admin, registry, type="pipeline")).collection.type == "pipeline"


async def test_types_that_shrink_while_a_collection_comes_leave_none_that_is_not_taken(graph: Graph) -> None:
    admin = await new_admin(graph)
    for _ in range(4):
        registry = await new_registry(graph, admin, artifact_types=["model", "dataset"])
        admin = await refreshed(graph, admin)
        fewer = RegistryChange(artifact_types=["model"])

        made, shrunk = await asyncio.gather(
            create(graph, admin, registry, type="dataset"),
            update_registry(graph, admin, registry.id, fewer, expected=None, operation=new_id()),
            return_exceptions=True,
        )

        # Whoever was second is refused.
        assert isinstance(made, ConflictError) is not isinstance(shrunk, ConflictError)


async def test_description_tags_and_name_change_with_the_state_before_and_after(graph: Graph) -> None:
    admin = await new_admin(graph)
    placed = await create(graph, admin, await new_project(graph, admin), tags=["a"])

    described = await change(graph, admin, placed, description="# Card")
    tagged = await change(graph, admin, placed, tags=["b", "c"])
    more = await change(graph, admin, placed, add_tags=["d"], remove_tags=["b", "unknown"])

    assert described.collection.description == "# Card"
    assert (list(tagged.collection.tags), list(more.collection.tags)) == (["b", "c"], ["c", "d"])
    assert more.collection.updated_at > tagged.collection.updated_at
    events = await events_of(graph, placed)
    assert [event["kind"] for event in events] == ["COLLECTION_CREATED"] + ["COLLECTION_CHANGED"] * 3
    assert '"tags":["b","c"]' in events[-1]["before"] and '"tags":["c","d"]' in events[-1]["after"]


async def test_a_replayed_change_is_not_made_again(graph: Graph) -> None:
    admin, operation = await new_admin(graph), new_id()
    placed = await create(graph, admin, await new_project(graph, admin))
    await change(graph, admin, placed, description="one", operation=operation)
    await change(graph, admin, placed, description="two")

    again = await change(graph, admin, placed, description="one", operation=operation)

    assert again.collection.description == "two"
    assert len(await events_of(graph, placed)) == 3


async def test_a_change_decided_on_an_old_state_is_refused(graph: Graph) -> None:
    admin = await new_admin(graph)
    placed = await create(graph, admin, await new_project(graph, admin), tags=["a", "b"])
    await change(graph, admin, placed, description="theirs")

    with pytest.raises(ConflictError, match="description of") as refusal:
        await change(graph, admin, placed, name="mine", expected=CollectionFacts(description=""))
    changed = await change(graph, admin, placed, name="mine", expected=CollectionFacts(tags=["b", "a"]))

    assert refusal.value.data["current"] == "theirs"
    assert changed.collection.name == "mine"


async def test_all_tags_and_single_ones_are_not_given_together(graph: Graph) -> None:
    admin = await new_admin(graph)
    placed = await create(graph, admin, await new_project(graph, admin))

    with pytest.raises(InvalidInputError, match="either the tags as a whole"):
        await change(graph, admin, placed, tags=["a"], add_tags=["b"])

    assert len(await events_of(graph, placed)) == 1


@pytest.mark.parametrize(
    "bad", [{"name": "a/b"}, {"name": "v1:x"}, {"type": ""}, {"description": "x" * 100_001}, {"tags": [""]}]
)
async def test_what_breaks_a_rule_changes_nothing(graph: Graph, bad: dict[str, Any]) -> None:
    admin = await new_admin(graph)
    project = await new_project(graph, admin)
    placed = await create(graph, admin, project)

    with pytest.raises(InvalidInputError):
        await change(graph, admin, placed, **bad)
    with pytest.raises(InvalidInputError):
        await create(graph, admin, project, **{"name": "other", **bad})

    assert len(await events_of(graph, placed)) == 1


async def test_a_former_name_leads_to_the_collection_for_readers_and_writers(site: Site) -> None:
    admin = await new_admin(site.graph)
    project = await new_project(site.graph, admin)
    first = (await log(site, admin, project, "old", {"a": b"1"}, type="model")).placed
    placed = PlacedCollection(first.collection, project)

    await change(site.graph, admin, placed, name="new")
    by_old = await get_version_at(site.graph, admin, f"{project.path}/old:v0")
    second = (await log(site, admin, project, "old", {"a": b"2"}, type="model")).placed

    assert by_old.version.id == first.version.id
    assert (second.collection.id, second.collection.name, second.version.index) == (placed.collection.id, "new", 1)


async def test_a_former_name_can_be_taken_by_hand(graph: Graph) -> None:
    admin = await new_admin(graph)
    project = await new_project(graph, admin)
    placed = await create(graph, admin, project, "old")
    await change(graph, admin, placed, name="new")

    other = await create(graph, admin, project, "old")

    assert await get_collection_id(graph, admin, f"{project.path}/old") == other.collection.id
    with pytest.raises(ConflictError, match="has a collection 'old' already"):
        await change(graph, admin, placed, name="old")
    renamed = await change(graph, admin, other, name="older")
    assert await get_collection_id(graph, admin, f"{project.path}/old") == renamed.collection.id


async def test_of_two_renames_to_one_name_at_once_one_is_made(graph: Graph) -> None:
    admin = await new_admin(graph)
    project = await new_project(graph, admin)
    first, second = await create(graph, admin, project, "a"), await create(graph, admin, project, "b")

    done = await asyncio.gather(
        change(graph, admin, first, name="wanted"),
        change(graph, admin, second, name="wanted"),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in done) == ["ConflictError", "PlacedCollection"]
    winner = next(one for one in done if isinstance(one, PlacedCollection))
    assert await get_collection_id(graph, admin, f"{project.path}/wanted") == winner.collection.id


async def test_a_type_changes_until_there_was_a_version(site: Site) -> None:
    admin = await new_admin(site.graph)
    project = await new_project(site.graph, admin)
    empty = await create(site.graph, admin, project, "empty")
    logged = (await log(site, admin, project, "data", {"a": b"1"})).placed

    changed = await change(site.graph, admin, empty, type="pipeline")

    assert changed.collection.type == "pipeline"
    with pytest.raises(ConflictError, match="has had versions of the type 'dataset'; it can't become 'model'"):
        await change(site.graph, admin, PlacedCollection(logged.collection, project), type="model")


async def test_a_link_into_a_collection_of_another_type_names_both(site: Site) -> None:
    admin = await new_admin(site.graph)
    project, registry = await new_project(site.graph, admin), await new_registry(site.graph, admin)
    admin = await refreshed(site.graph, admin)
    await create(site.graph, admin, registry, "Digits", type="model")
    data = (await log(site, admin, project, "data", {"a": b"1"})).placed

    with pytest.raises(ConflictError, match="has the type 'model', not 'dataset'"):
        await link_artifact(
            site.graph,
            admin,
            data.version.id,
            f"{registry.path}/Digits",
            project=None,
            aliases=[],
            operation=new_id(),
        )


async def test_members_make_and_change_collections_and_nobody_else(graph: Graph) -> None:
    _, (admin, member, viewer) = await new_team(
        graph, await new_admin(graph), member=await new_admin(graph), viewer=await new_admin(graph)
    )
    team = next(name for name in admin.entity_names.values() if name.startswith("team"))
    registry = await create_registry(graph, admin, team, NewRegistry(name="models"), operation=new_id())
    placed = await create(graph, member, registry)

    for refused in (viewer, replace(member, is_read_only=True)):
        with pytest.raises(PermissionDeniedError):
            await create(graph, refused, registry, "other")
        with pytest.raises(PermissionDeniedError):
            await change(graph, refused, placed, description="x")
    for stranger in (await new_admin(graph), replace(member, project_id=new_id(), is_narrowed=True)):
        with pytest.raises(NotFoundError):
            await create(graph, stranger, registry, "other")
        with pytest.raises(NotFoundError):
            await change(graph, stranger, placed, description="x")

    assert len(await events_of(graph, placed)) == 1
    assert (await change(graph, member, placed, description="x")).collection.description == "x"
