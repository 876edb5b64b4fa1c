"""What is asked to be deleted, and all that ends with it: gathered within a limit, and only for who may delete it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from headwater_service.domain.access import Viewer, require_container
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError
from headwater_service.model import Container, Role
from headwater_service.store import deletion_plan as store
from headwater_service.store.deletion_plan import EndingNode
from headwater_service.store.graph import Transaction
from headwater_service.store.reads import PlacedCollection, find_collections, find_containers

MOST_TARGETS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What somebody wants to delete, by id. `projects` may be registries too; `with_outputs` is about the runs."""

    versions: Sequence[str] = ()
    collections: Sequence[str] = ()
    runs: Sequence[str] = ()
    projects: Sequence[str] = ()
    with_outputs: bool = False

    @property
    def ids(self) -> list[str]:
        return [*self.versions, *self.collections, *self.runs, *self.projects]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """All that a deletion ends: versions and runs in `nodes`, and the series, projects and registries around them.

    `collections` are all whose versions end; of those, `ending` end themselves. `containers` are the places of all of
    these, of which `ending_containers` end.
    """

    roots: frozenset[str]
    nodes: Mapping[str, EndingNode] = field(default_factory=dict)
    collections: Mapping[str, PlacedCollection] = field(default_factory=dict)
    ending: frozenset[str] = frozenset()
    containers: Mapping[str, Container] = field(default_factory=dict)
    ending_containers: frozenset[str] = frozenset()

    @property
    def runs(self) -> list[str]:
        return sorted(node.id for node in self.nodes.values() if node.kind == "RUN")

    @property
    def versions(self) -> list[str]:
        return sorted(node.id for node in self.nodes.values() if node.kind != "RUN")

    @property
    def links(self) -> list[str]:
        return sorted(node.id for node in self.nodes.values() if node.kind == "REGISTRY_VERSION")

    @property
    def scopes(self) -> list[str]:
        """What must be locked, in order of id."""
        return sorted({*self.runs, *self.collections, *self.ending_containers})

    def path_of(self, version_id: str) -> str:
        node = self.nodes[version_id]
        assert node.collection_id is not None, "it is a version"
        placed = self.collections[node.collection_id]
        return f"{placed.container.path}/{placed.collection.name}:v{node.index}"


async def gather(tx: Transaction, viewer: Viewer, targets: Targets, *, limit: int) -> Ends:
    """Return all that ends with the targets.

    Raises NotFoundError for what is absent or not visible, PermissionDeniedError, ConflictError for what was deleted
    already, and InvalidInputError when it is more than `limit` things, which names the setting.
    """
    if not 1 <= len(set(targets.ids)) <= MOST_TARGETS:
        raise InvalidInputError(f"Name 1 to {MOST_TARGETS:,} things to delete.", field="input")
    containers = await _target_containers(tx, viewer, targets)
    ending = await _ending_collections(tx, viewer, targets, limit=limit)
    nodes = await _target_nodes(tx, viewer, targets)
    if ending:
        nodes |= await store.list_in_collections(tx, sorted(ending), limit=limit + 1)
    if containers:
        nodes |= await store.list_runs_in(tx, sorted(containers), limit=limit + 1)
    runs = [node.id for node in nodes.values() if node.kind == "RUN"]
    if targets.with_outputs and runs:
        nodes |= await store.list_outputs(tx, runs, limit=limit + 1)
    sources = [node.id for node in nodes.values() if node.kind == "ARTIFACT_VERSION"]
    nodes |= await store.list_links(tx, sources, limit=limit + 1) if sources else {}
    found = len(nodes) + len(ending) + len(containers)
    if found > limit:
        raise InvalidInputError(
            f"That is more than {limit:,} versions, links, runs and collections, the limit of one deletion "
            "(HEADWATER_DELETION_NODES). Delete it in parts.",
            field="input",
        )
    return await _placed(tx, targets, nodes, ending, frozenset(containers))


async def _target_containers(tx: Transaction, viewer: Viewer, targets: Targets) -> dict[str, Container]:
    found = await find_containers(tx, targets.projects)
    for container_id in targets.projects:
        container = require_container(
            viewer, found.get(container_id), Role.ADMIN, what="delete projects and registries", path=container_id
        )
        _require_live(container.ended_at is None, container.path)
    return found


async def _ending_collections(tx: Transaction, viewer: Viewer, targets: Targets, *, limit: int) -> frozenset[str]:
    found = await find_collections(tx, targets.collections)
    for collection_id in targets.collections:
        placed = found.get(collection_id)
        container = None if placed is None else placed.container
        require_container(viewer, container, Role.MEMBER, what="delete collections", path=collection_id)
        assert placed is not None, "its container was found"
        _require_live(placed.collection.ended_at is None, f"{placed.container.path}/{placed.collection.name}")
    inside = await store.list_collections_in(tx, targets.projects, limit=limit + 1) if targets.projects else []
    return frozenset(found) | frozenset(inside)


async def _target_nodes(tx: Transaction, viewer: Viewer, targets: Targets) -> dict[str, EndingNode]:
    found = await store.find_nodes(tx, [*targets.versions, *targets.runs])
    containers = await find_containers(tx, sorted({node.scope_id for node in found.values()}))
    for kind, ids in (("versions", targets.versions), ("runs", targets.runs)):
        for node_id in ids:
            node = found.get(node_id)
            if node is None or (node.kind == "RUN") is not (kind == "runs"):
                raise NotFoundError(f"There is no {node_id!r} among {kind}, or you may not see it.", path=node_id)
            container = containers.get(node.scope_id)
            require_container(viewer, container, Role.MEMBER, what=f"delete {kind}", path=node_id)
            _require_live(node.is_live, node.key or f"v{node.index}")
    return found


def _require_live(is_live: bool, name: str) -> None:
    if not is_live:
        raise ConflictError(f"{name} was deleted already.", current="DELETED")


async def _placed(
    tx: Transaction,
    targets: Targets,
    nodes: Mapping[str, EndingNode],
    ending: frozenset[str],
    ending_containers: frozenset[str],
) -> Ends:
    held = {node.collection_id for node in nodes.values() if node.collection_id is not None}
    collections = await find_collections(tx, sorted(held | ending))
    scopes = {node.scope_id for node in nodes.values()} | set(ending_containers)
    containers = await find_containers(tx, sorted(scopes | {one.container.id for one in collections.values()}))
    return Ends(
        roots=frozenset(targets.ids),
        nodes=nodes,
        collections=collections,
        ending=ending,
        containers=containers,
        ending_containers=ending_containers,
    )
