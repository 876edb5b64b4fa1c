"""Registries: made, changed and renamed; who sees them, and what a role in one alone allows."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import Site, log
from headwater_service.domain.access import Viewer
from headwater_service.domain.aliases import MoveRequest, move_aliases
from headwater_service.domain.containers import ProjectChange, create_project, get_container, update_project
from headwater_service.domain.links import link_artifact
from headwater_service.domain.people import add_member, remove_member
from headwater_service.domain.reading import (
    event_scopes,
    find_collections,
    find_containers,
    find_versions,
    visible_scopes,
)
from headwater_service.domain.registries import (
    NewRegistry,
    RegistryChange,
    create_registry,
    remove_registry_member,
    set_registry_member,
    update_registry,
)
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import Container, ContainerKind, Entity, Instant, Role, Visibility
from headwater_service.store.containers import list_registry_members
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion
from viewers import fresh, new_admin, new_project, new_run, new_team, refreshed

EVENTS = """
MATCH (event:Event) WHERE event.scope_id = $id AND event.kind STARTS WITH 'REGISTRY'
RETURN event.kind AS kind, event.before AS before, event.after AS after ORDER BY event.at
"""


async def new_registry(graph: Graph, viewer: Viewer, entity: str | None = None, **more: Any) -> Container:
    given = NewRegistry(name=more.pop("name", fresh("registry")), **more)
    return await create_registry(graph, viewer, entity, given, operation=new_id())


async def change(graph: Graph, viewer: Viewer, registry: Container, **more: Any) -> Container:
    expected = more.pop("expected", None)
    operation = more.pop("operation", new_id())
    return await update_registry(
        graph, viewer, registry.id, RegistryChange(**more), expected=expected, operation=operation
    )


async def give_role(graph: Graph, admin: Viewer, registry: Container, viewer: Viewer, role: Role) -> Viewer:
    """Give a role in the registry; return the viewer as a new request sees it."""
    await set_registry_member(graph, admin, registry.id, viewer.user_name, role, operation=new_id())
    return await refreshed(graph, viewer)


async def events_of(graph: Graph, registry: Container) -> list[str]:
    return [row["kind"] for row in await graph.read(lambda tx: tx.rows(EVENTS, id=registry.id))]


async def members_of(graph: Graph, registry: Container) -> list[tuple[str, Role]]:
    found = await graph.read(lambda tx: list_registry_members(tx, [registry.id]))
    return [(member.user.name, member.role) for member in found.get(registry.id, [])]


async def new_people(graph: Graph) -> tuple[Entity, Viewer, Viewer, Viewer]:
    """A team with its admin, a member and a viewer."""
    entity, (admin, member, viewer) = await new_team(
        graph, await new_admin(graph), member=await new_admin(graph), viewer=await new_admin(graph)
    )
    return entity, admin, member, viewer


async def test_a_registry_has_what_it_was_made_with_and_its_maker_is_its_admin(graph: Graph) -> None:
    entity, _, member, _ = await new_people(graph)
    wanted = NewRegistry(
        name="猫 モデル",
        description="# Card",
        visibility=Visibility.RESTRICTED,
        artifact_types=["model", "dataset", "model"],
        protected_aliases=["production"],
    )

    made = await create_registry(graph, member, entity.name, wanted, operation=new_id())

    maker = await refreshed(graph, member)
    found = await get_container(graph, maker, f"{entity.name}/猫 モデル", Role.ADMIN)
    assert found == made
    assert (found.kind, found.description, found.visibility) == ("REGISTRY", "# Card", "RESTRICTED")
    assert (found.artifact_types, found.protected_aliases) == (("model", "dataset"), ("production",))
    assert await members_of(graph, made) == [(member.user_name, Role.ADMIN)]
    assert await events_of(graph, made) == ["REGISTRY_CREATED"]


async def test_a_replay_makes_no_second_registry(graph: Graph) -> None:
    admin, operation = await new_admin(graph), new_id()
    given = NewRegistry(name="models")

    first = await create_registry(graph, admin, None, given, operation=operation)

    assert await create_registry(graph, admin, None, given, operation=operation) == first
    with pytest.raises(ConflictError, match="'models' is taken"):
        await create_registry(graph, admin, None, given, operation=new_id())


async def test_a_name_of_a_project_is_taken_also_for_who_cannot_see_what_has_it(graph: Graph) -> None:
    entity, admin, member, _ = await new_people(graph)
    hidden = await new_registry(graph, admin, entity.name, visibility=Visibility.RESTRICTED)
    project = await create_project(graph, admin, entity.name, "churn", "", operation=new_id())

    with pytest.raises(ConflictError) as by_registry:
        await new_registry(graph, member, entity.name, name=hidden.name)
    with pytest.raises(ConflictError) as by_project:
        await create_project(graph, member, entity.name, hidden.name, "", operation=new_id())

    # The refusal tells a name, not what bears it.
    assert (
        by_registry.value.message == by_project.value.message == f"The name {hidden.name!r} is taken in {entity.name}."
    )
    with pytest.raises(ConflictError, match="is taken"):
        await new_registry(graph, member, entity.name, name=project.name)


async def test_who_only_reads_a_team_makes_no_registry(graph: Graph) -> None:
    entity, _, member, viewer = await new_people(graph)
    narrow = replace(member, project_id=new_id(), is_narrowed=True)

    for refused in (viewer, narrow, replace(member, is_read_only=True)):
        with pytest.raises(PermissionDeniedError):
            await new_registry(graph, refused, entity.name)
    with pytest.raises(NotFoundError):
        await new_registry(graph, await new_admin(graph), entity.name)

    await new_registry(graph, member, entity.name)


async def test_every_setting_changes_alone_with_the_state_before_and_after(graph: Graph) -> None:
    admin = await new_admin(graph)
    registry = await new_registry(graph, admin, name="models", artifact_types=["model"])
    admin = await refreshed(graph, admin)

    described = await change(graph, admin, registry, description="new")
    grown = await change(graph, admin, registry, artifact_types=["model", "dataset"])
    hidden = await change(graph, admin, registry, visibility=Visibility.RESTRICTED)
    guarded = await change(graph, admin, registry, protected_aliases=["best"])

    assert described == replace(registry, description="new")
    assert grown == replace(described, artifact_types=("model", "dataset"))
    assert hidden == replace(grown, visibility=Visibility.RESTRICTED)
    assert guarded == replace(hidden, protected_aliases=("best",))
    assert await events_of(graph, registry) == ["REGISTRY_CREATED"] + ["REGISTRY_CHANGED"] * 4
    rows = await graph.read(lambda tx: tx.rows(EVENTS, id=registry.id))
    assert '"description":""' in rows[1]["before"] and '"description":"new"' in rows[1]["after"]


async def test_a_replayed_change_is_not_made_again(graph: Graph) -> None:
    admin, operation = await new_admin(graph), new_id()
    registry = await new_registry(graph, admin)
    await change(graph, admin, registry, description="one", operation=operation)
    await change(graph, admin, registry, description="two")

    again = await change(graph, admin, registry, description="one", operation=operation)

    assert again.description == "two"
    assert len(await events_of(graph, registry)) == 3


async def test_a_change_decided_on_an_old_state_is_refused(graph: Graph) -> None:
    admin = await new_admin(graph)
    registry = await new_registry(graph, admin, description="one")
    await change(graph, admin, registry, description="two")

    with pytest.raises(ConflictError, match=r"description of .* was changed") as refusal:
        await change(graph, admin, registry, description="three", expected=RegistryChange(description="one"))

    assert refusal.value.data["current"] == "two"
    assert (await get_container(graph, admin, registry.path)).description == "two"


async def test_types_only_grow_while_there_are_collections(site: Site) -> None:
    admin = await new_admin(site.graph)
    registry = await new_registry(site.graph, admin, artifact_types=["model", "dataset"])
    registry = await change(site.graph, admin, registry, artifact_types=["dataset"])
    await linked(site, admin, registry)

    with pytest.raises(ConflictError, match=r"can take more types but not fewer\. It takes: 'dataset'"):
        await change(site.graph, admin, registry, artifact_types=["model"])
    grown = await change(site.graph, admin, registry, artifact_types=["model", "dataset"])
    any_type = await change(site.graph, admin, registry, artifact_types=[])

    assert (grown.artifact_types, any_type.artifact_types) == (("model", "dataset"), ())
    with pytest.raises(ConflictError, match="It takes: any"):
        await change(site.graph, admin, registry, artifact_types=["dataset"])


async def test_a_type_that_is_not_taken_is_refused_with_both_named(site: Site) -> None:
    admin = await new_admin(site.graph)
    registry = await new_registry(site.graph, admin, artifact_types=["model"])

    with pytest.raises(ConflictError, match=r"takes versions of the type 'model', not 'dataset'"):
        await linked(site, admin, registry)

    await change(site.graph, admin, registry, artifact_types=["model", "dataset"])
    assert (await linked(site, admin, registry)).container.id == registry.id


@pytest.mark.parametrize(
    "bad",
    [
        {"name": "a/b"},
        {"name": ""},
        {"description": "x" * 100_001},
        {"artifact_types": ["a:b"]},
        {"artifact_types": [f"type-{n}" for n in range(101)]},
        {"protected_aliases": ["latest"]},
        {"protected_aliases": ["v3"]},
    ],
)
async def test_what_breaks_a_rule_changes_nothing(graph: Graph, bad: dict[str, Any]) -> None:
    admin = await new_admin(graph)
    registry = await new_registry(graph, admin)

    with pytest.raises(InvalidInputError):
        await change(graph, admin, registry, **bad)
    with pytest.raises(InvalidInputError):
        await new_registry(graph, admin, **bad)

    assert await events_of(graph, registry) == ["REGISTRY_CREATED"]


async def test_a_project_is_no_registry_to_change(graph: Graph) -> None:
    admin = await new_admin(graph)
    project = await new_project(graph, admin)

    with pytest.raises(InvalidInputError, match="is a project, not a registry"):
        await change(graph, admin, project, description="x")


async def test_a_former_name_leads_to_the_registry_until_something_takes_it(graph: Graph) -> None:
    admin = await new_admin(graph)
    registry = await new_registry(graph, admin, name="old")

    renamed = await change(graph, admin, registry, name="new")

    assert await get_container(graph, admin, "old") == await get_container(graph, admin, "new") == renamed
    other = await new_registry(graph, admin, name="old")
    assert (await get_container(graph, admin, "old")).id == other.id
    assert (await get_container(graph, admin, "new")).id == registry.id


async def test_a_name_that_comes_back_redirects_no_more(graph: Graph) -> None:
    admin = await new_admin(graph)
    registry = await new_registry(graph, admin, name="a")
    await change(graph, admin, registry, name="b")
    await change(graph, admin, registry, name="a")

    taken = await new_registry(graph, admin, name="b")

    assert (await get_container(graph, admin, "a")).id == registry.id
    assert (await get_container(graph, admin, "b")).id == taken.id


async def test_of_many_renames_to_one_name_at_once_one_is_made(graph: Graph) -> None:
    admin = await new_admin(graph)
    registries = [await new_registry(graph, admin) for _ in range(8)]
    # With as many connections open, none has to wait until the others are done.
    await asyncio.gather(*(change(graph, admin, registry, description="d") for registry in registries))

    done = await asyncio.gather(
        *(change(graph, admin, registry, name="wanted") for registry in registries), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in done) == ["ConflictError"] * 7 + ["Container"]
    winner = next(one for one in done if isinstance(one, Container))
    assert (await get_container(graph, admin, "wanted")).id == winner.id
    for loser in registries:
        assert (await get_container(graph, admin, loser.name)).id == loser.id


async def test_a_renamed_project_is_still_found_and_run_in_by_its_former_name(graph: Graph) -> None:
    admin = await new_admin(graph)
    project = await create_project(graph, admin, None, "old", "", operation=new_id())

    renamed = await update_project(
        graph, admin, project.id, ProjectChange(name="new", description="d"), expected=None, operation=new_id()
    )

    assert (renamed.name, renamed.description) == ("new", "d")
    assert await get_container(graph, admin, "old") == renamed
    # Which is also what a run is started in: the project as it was read before.
    assert (await new_run(graph, admin, project)).run.scope_id == project.id
    taken = await create_project(graph, admin, None, "old", "", operation=new_id())
    assert taken.id != project.id
    assert (await get_container(graph, admin, "old")).id == taken.id


async def test_a_project_is_described_by_members_and_renamed_by_admins(graph: Graph) -> None:
    entity, admin, member, viewer = await new_people(graph)
    project = await create_project(graph, admin, entity.name, "churn", "", operation=new_id())

    async def attempt(who: Viewer, **more: Any) -> Container:
        return await update_project(graph, who, project.id, ProjectChange(**more), expected=None, operation=new_id())

    assert (await attempt(member, description="d")).description == "d"
    with pytest.raises(PermissionDeniedError):
        await attempt(member, name="mine")
    with pytest.raises(PermissionDeniedError):
        await attempt(viewer, description="mine")
    with pytest.raises(NotFoundError):
        await attempt(await new_admin(graph), description="mine")
    assert (await attempt(admin, name="ours")).name == "ours"


async def linked(site: Site, viewer: Viewer, registry: Container, source: PlacedVersion | None = None) -> PlacedVersion:
    if source is None:
        source = (await log(site, viewer, await new_project(site.graph, viewer), "data", {"a": b"1"})).placed
    return await link_artifact(
        site.graph,
        viewer,
        source.version.id,
        f"{registry.path}/Shown",
        project=None,
        aliases=[],
        operation=new_id(),
    )


async def sees_anything(site: Site, viewer: Viewer, shown: PlacedVersion) -> list[bool]:
    """Whether the registry is seen by id, by path, among the scopes, and what is in it by id."""
    graph, registry = site.graph, shown.container
    try:
        by_path = (await get_container(graph, viewer, registry.path)).id == registry.id
    except NotFoundError:
        by_path = False
    return [
        by_path,
        (await find_containers(graph, viewer, [registry.id])) != [None],
        registry.id in await visible_scopes(graph, viewer),
        registry.id in await event_scopes(graph, viewer),
        (await find_collections(graph, viewer, [shown.collection.id])) != [None],
        (await find_versions(graph, viewer, [shown.version.id])) != [None],
    ]


async def test_a_restricted_registry_is_seen_by_its_people_and_admins_of_the_entity_alone(site: Site) -> None:
    entity, admin, member, viewer = await new_people(site.graph)
    registry = await new_registry(site.graph, admin, entity.name, visibility=Visibility.RESTRICTED)
    shown = await linked(site, await refreshed(site.graph, admin), registry)

    without = [await sees_anything(site, one, shown) for one in (member, viewer)]
    viewer = await give_role(site.graph, admin, registry, viewer, Role.VIEWER)
    of_entity_admin = replace(admin, registry_roles={})

    assert without == [[False] * 6] * 2
    assert await sees_anything(site, viewer, shown) == [True] * 6
    assert await sees_anything(site, of_entity_admin, shown) == [True] * 6
    await change(site.graph, admin, registry, visibility=Visibility.ENTITY)
    assert await sees_anything(site, member, shown) == [True] * 6


async def test_linking_and_moving_aliases_takes_a_member_of_the_registry(site: Site) -> None:
    entity, admin, _, viewer = await new_people(site.graph)
    registry = await new_registry(site.graph, admin, entity.name)
    own = (await log(site, viewer, await new_project(site.graph, viewer), "data", {"a": b"1"})).placed

    with pytest.raises(PermissionDeniedError, match=r"link to .* takes member"):
        await linked(site, viewer, registry, own)
    promoted = await give_role(site.graph, admin, registry, viewer, Role.MEMBER)
    shown = await linked(site, promoted, registry, own)
    request = MoveRequest(collection_id=shown.collection.id, name="best", version_id=shown.version.id)
    moves = await move_aliases(site.graph, promoted, [request], reason="", operation=new_id())

    assert [move.to_version_id for move in moves] == [shown.version.id]
    # The role counts in that registry alone.
    with pytest.raises(PermissionDeniedError):
        await linked(site, promoted, await new_registry(site.graph, admin, entity.name), own)


async def test_only_admins_of_the_registry_or_its_entity_change_it_and_its_people(graph: Graph) -> None:
    entity, admin, member, viewer = await new_people(graph)
    registry = await new_registry(graph, admin, entity.name)

    async def attempts(who: Viewer) -> list[type[BaseException] | None]:
        done = [
            await asyncio.gather(one, return_exceptions=True)
            for one in (
                change(graph, who, registry, description="x"),
                set_registry_member(graph, who, registry.id, viewer.user_name, Role.ADMIN, operation=new_id()),
                remove_registry_member(graph, who, registry.id, viewer.user_name, operation=new_id()),
            )
        ]
        return [type(one) if isinstance(one, BaseException) else None for (one,) in done]

    assert await attempts(member) == [PermissionDeniedError] * 3
    assert await attempts(viewer) == [PermissionDeniedError] * 3
    assert await attempts(await new_admin(graph)) == [NotFoundError] * 3
    assert await attempts(replace(admin, project_id=registry.id, is_narrowed=True)) == [PermissionDeniedError] * 3
    assert await attempts(replace(admin, is_read_only=True)) == [PermissionDeniedError] * 3
    assert await events_of(graph, registry) == ["REGISTRY_CREATED"]
    promoted = await give_role(graph, admin, registry, member, Role.ADMIN)
    assert await attempts(promoted) == [None] * 3


async def test_members_are_given_changed_and_removed_with_an_event_each(graph: Graph) -> None:
    entity, admin, member, _ = await new_people(graph)
    registry = await new_registry(graph, admin, entity.name)
    operation = new_id()

    for _ in range(2):
        await set_registry_member(graph, admin, registry.id, member.user_name, Role.VIEWER, operation=operation)
    await set_registry_member(graph, admin, registry.id, member.user_name, Role.ADMIN, operation=new_id())
    given = await members_of(graph, registry)
    await remove_registry_member(graph, admin, registry.id, member.user_name, operation=new_id())

    assert sorted(given) == sorted([(admin.user_name, Role.ADMIN), (member.user_name, Role.ADMIN)])
    assert await members_of(graph, registry) == [(admin.user_name, Role.ADMIN)]
    kinds = ["REGISTRY_MEMBER_SET", "REGISTRY_MEMBER_SET", "REGISTRY_MEMBER_REMOVED"]
    assert (await events_of(graph, registry))[1:] == kinds
    with pytest.raises(NotFoundError, match="has no role of its own"):
        await remove_registry_member(graph, admin, registry.id, member.user_name, operation=new_id())


async def test_a_role_in_a_registry_is_for_members_of_its_entity(graph: Graph) -> None:
    entity, admin, _, _ = await new_people(graph)
    registry = await new_registry(graph, admin, entity.name)
    stranger = await new_admin(graph)

    for name in (stranger.user_name, fresh("nobody")):
        with pytest.raises(NotFoundError, match=f"is no member of '{entity.name}'"):
            await set_registry_member(graph, admin, registry.id, name, Role.VIEWER, operation=new_id())


async def test_who_leaves_the_entity_comes_back_without_roles_in_its_registries(graph: Graph) -> None:
    entity, admin, member, _ = await new_people(graph)
    registry = await new_registry(graph, admin, entity.name, visibility=Visibility.RESTRICTED)
    member = await give_role(graph, admin, registry, member, Role.ADMIN)

    await remove_member(graph, admin, entity.name, member.user_name, operation=new_id())
    gone = await refreshed(graph, member)
    await add_member(graph, admin, entity.name, member.user_name, Role.VIEWER, operation=new_id())
    back = await refreshed(graph, member)

    assert [viewer.role_at(registry) for viewer in (member, gone, back)] == [Role.ADMIN, None, None]
    assert back.registry_roles == {}
    # Told where only those learn of it who may see the registry.
    assert (await events_of(graph, registry))[-1] == "REGISTRY_MEMBER_REMOVED"


ROLES = st.sampled_from([None, *Role])


def rank(role: Role | None) -> int:
    return -1 if role is None else role.rank


@settings(max_examples=300)
@given(
    of_entity=ROLES,
    own=ROLES,
    visibility=st.sampled_from(Visibility),
    narrowed_to=st.sampled_from(["all", "this", "another"]),
)
def test_the_effective_role_is_the_higher_one_and_none_where_nothing_is_seen(
    of_entity: Role | None, own: Role | None, visibility: Visibility, narrowed_to: str
) -> None:
    registry = Container("r", ContainerKind.REGISTRY, "models", "e", "acme", "", Instant(1), visibility)
    viewer = Viewer(
        user_id="u",
        user_name="ana",
        is_admin=False,
        roles={} if of_entity is None else {"e": of_entity},
        entity_names={},
        default_entity_id="e",
        project_id={"all": None, "this": "r", "another": "other"}[narrowed_to],
        registry_roles={} if own is None else {"r": own},
    )

    role = viewer.role_at(registry)

    is_outside = of_entity is None or narrowed_to == "another"
    is_hidden = visibility is Visibility.RESTRICTED and own is None and of_entity is not Role.ADMIN
    if is_outside or is_hidden:
        assert role is None
    else:
        assert rank(role) == max(rank(of_entity), rank(own))
    assert viewer.sees(registry) is (role is not None)
