"""Reads by id for many ids at once, as a viewer may have them: what is absent or not visible is None, in place."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from headwater_service.domain.access import Viewer
from headwater_service.model import Alias, ApiKey, Container, Entity, Member, Page, Role, User
from headwater_service.store import containers, hops, reads
from headwater_service.store.graph import Graph
from headwater_service.store.listing import Window

T = TypeVar("T")


async def visible_scopes(graph: Graph, viewer: Viewer) -> list[str]:
    """Return the ids of every project and registry that the viewer may see."""
    return await visible_scopes_in(graph, viewer, list(viewer.roles))


async def visible_scopes_in(graph: Graph, viewer: Viewer, entity_ids: Sequence[str]) -> list[str]:
    """Return the ids of the projects and registries of some entities that the viewer may see."""
    return await graph.read(
        lambda tx: reads.list_visible_scopes(
            tx,
            entity_ids,
            viewer.project_id,
            administered=[entity_id for entity_id, role in viewer.roles.items() if role is Role.ADMIN],
            held=list(viewer.registry_roles),
        )
    )


async def find_runs(graph: Graph, viewer: Viewer, ids: Sequence[str]) -> list[reads.PlacedRun | None]:
    found = await graph.read(lambda tx: reads.find_runs(tx, ids))
    return _in_place(ids, found, lambda placed: viewer.sees(placed.container))


async def find_versions(graph: Graph, viewer: Viewer, ids: Sequence[str]) -> list[reads.PlacedVersion | None]:
    found = await graph.read(lambda tx: reads.find_versions(tx, ids))
    return _in_place(ids, found, lambda placed: viewer.sees(placed.container))


async def find_collections(graph: Graph, viewer: Viewer, ids: Sequence[str]) -> list[reads.PlacedCollection | None]:
    found = await graph.read(lambda tx: reads.find_collections(tx, ids))
    return _in_place(ids, found, lambda placed: viewer.sees(placed.container))


async def find_containers(graph: Graph, viewer: Viewer, ids: Sequence[str]) -> list[Container | None]:
    found = await graph.read(lambda tx: reads.find_containers(tx, ids))
    return _in_place(ids, found, viewer.sees)


async def find_entities(graph: Graph, viewer: Viewer, ids: Sequence[str]) -> list[Entity | None]:
    found = await graph.read(lambda tx: reads.find_entities(tx, ids))
    return _in_place(ids, found, lambda entity: entity.id in viewer.roles)


async def find_authors(graph: Graph, ids: Sequence[str]) -> list[User | None]:
    """Return the users behind the ids. For those only that something visible names as its author or mover."""
    found = await graph.read(lambda tx: reads.find_users(tx, ids))
    return [None if (known := found.get(user_id)) is None else known.user for user_id in ids]


async def find_users(graph: Graph, viewer: Viewer, ids: Sequence[str]) -> list[User | None]:
    """Return the users who share an entity with the viewer; the viewer itself; to an administrator, all."""
    found = await graph.read(lambda tx: reads.find_users(tx, ids))

    def is_visible(known: reads.KnownUser) -> bool:
        is_known = viewer.is_admin or known.user.id == viewer.user_id
        return is_known or any(entity_id in viewer.roles for entity_id in known.entity_ids)

    return [None if known is None else known.user for known in _in_place(ids, found, is_visible)]


async def find_api_keys(graph: Graph, viewer: Viewer, ids: Sequence[str]) -> list[ApiKey | None]:
    found = await graph.read(lambda tx: reads.find_api_keys(tx, ids))
    return _in_place(ids, found, lambda key: _manages(viewer, key.user_id))


async def list_api_keys(graph: Graph, viewer: Viewer, user_ids: Sequence[str]) -> list[list[ApiKey]]:
    """Return the keys of users: one's own, to an administrator all, else none."""
    found = await graph.read(lambda tx: reads.list_api_keys(tx, user_ids))
    return [found.get(user_id, []) if _manages(viewer, user_id) else [] for user_id in user_ids]


async def list_members(graph: Graph, viewer: Viewer, entity_ids: Sequence[str]) -> list[list[Member]]:
    """Return the members of entities; a key for one project is told none."""
    found = await graph.read(lambda tx: reads.list_members(tx, entity_ids))
    is_open = viewer.project_id is None
    return [found.get(entity_id, []) if is_open and entity_id in viewer.roles else [] for entity_id in entity_ids]


async def list_registry_members(graph: Graph, viewer: Viewer, registry_ids: Sequence[str]) -> list[list[Member]]:
    """Return who has a role in registries that the viewer was given; a key for one registry is told nobody."""
    if viewer.project_id is not None:
        return [[] for _ in registry_ids]
    found = await graph.read(lambda tx: containers.list_registry_members(tx, registry_ids))
    return [found.get(registry_id, []) for registry_id in registry_ids]


async def find_events(graph: Graph, viewer: Viewer, ids: Sequence[str]) -> list[reads.ScopedEvent | None]:
    scopes = set(await event_scopes(graph, viewer))
    found = await graph.read(lambda tx: reads.find_events(tx, ids))
    return _in_place(ids, found, lambda scoped: scoped.scope_id in scopes)


async def event_scopes(graph: Graph, viewer: Viewer) -> list[str]:
    """Return the ids of all scopes whose events the viewer may see: entities, what lies in them, and itself."""
    containers = await visible_scopes(graph, viewer)
    if viewer.project_id is not None:
        return containers
    return [*viewer.roles, *containers, viewer.user_id]


async def list_aliases(graph: Graph, collection_ids: Sequence[str]) -> list[list[Alias]]:
    """Return the aliases of collections that the viewer was given."""
    found = await graph.read(lambda tx: reads.list_aliases(tx, collection_ids))
    return [found.get(collection_id, []) for collection_id in collection_ids]


async def list_neighbours(
    graph: Graph, hop: hops.Hop[T], ids: Sequence[str], scopes: Sequence[str], window: Window
) -> list[Page[T]]:
    """Return a page of neighbours for each node that the viewer was given; `scopes` are those it may see."""
    found = await graph.read(lambda tx: hops.list_neighbours(tx, hop, ids, scopes, window))
    empty: Page[T] = Page((), (), False)
    return [found.get(node_id, empty) for node_id in ids]


async def count_neighbours(graph: Graph, hop: hops.Hop[Any], ids: Sequence[str], scopes: Sequence[str]) -> list[int]:
    found = await graph.read(lambda tx: hops.count_neighbours(tx, hop, ids, scopes))
    return [found.get(node_id, 0) for node_id in ids]


async def find_labels(graph: Graph, node_id: str) -> frozenset[str]:
    """Return what something is, none for an unknown id. Tells nothing else; whoever reads on checks the viewer."""
    return await graph.read(lambda tx: reads.find_labels(tx, node_id))


def _manages(viewer: Viewer, user_id: str) -> bool:
    # A narrowed key must not learn of its user's other keys.
    return not viewer.is_narrowed and (viewer.is_admin or viewer.user_id == user_id)


def _in_place(ids: Sequence[str], found: Mapping[str, T], is_visible: Callable[[T], bool]) -> list[T | None]:
    return [item if (item := found.get(one)) is not None and is_visible(item) else None for one in ids]
