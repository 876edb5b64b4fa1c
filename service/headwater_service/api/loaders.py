"""Loaders: what many fields of one request ask for by id is read in one query. One set a request.

They return API types, or None for what is absent or not visible.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property, partial
from typing import Any, Final, Generic, TypeAlias, TypeVar

from strawberry.dataloader import DataLoader

from headwater_service import model
from headwater_service.api.alias_loaders import AliasLoaders
from headwater_service.api.aliases import Alias
from headwater_service.api.collections import Collection
from headwater_service.api.containers import Project, Registry, container_type
from headwater_service.api.deletion import Ending
from headwater_service.api.events import Event
from headwater_service.api.guard_loaders import GuardLoaders
from headwater_service.api.node import Node
from headwater_service.api.people import ApiKey, Entity, Member, User
from headwater_service.api.proposals import Proposal
from headwater_service.api.recalls import Recall
from headwater_service.api.run_surroundings import RunAlert
from headwater_service.api.runs import Run
from headwater_service.api.versions import ArtifactVersion, RegistryVersion
from headwater_service.config import Settings
from headwater_service.domain import reading
from headwater_service.domain.access import Viewer
from headwater_service.domain.lineage import LineageDirection
from headwater_service.domain.lineage_cards import group_neighbours
from headwater_service.domain.recalls import SeenRecall, list_seen_recalls
from headwater_service.domain.run_alerts import find_alerts
from headwater_service.domain.trash import list_ends
from headwater_service.domain.ttl import list_lifetimes
from headwater_service.domain.version_metrics import Moment, metrics_at
from headwater_service.errors import InvalidInputError
from headwater_service.store import reads
from headwater_service.store.alias_moves import Seen
from headwater_service.store.degrees import NeighbourGroup
from headwater_service.store.graph import Graph
from headwater_service.store.hops import Hop, find_loggers
from headwater_service.store.listing import Window
from headwater_service.store.listings_events import find_labels
from headwater_service.store.objects import ObjectStore
from headwater_service.store.ttl import Lifetime

K = TypeVar("K")
T = TypeVar("T")
V = TypeVar("V")
# Hop, page, and the node to start from.
HopKey: TypeAlias = tuple[Hop[Any], Window, str]
AnyVersion: TypeAlias = ArtifactVersion | RegistryVersion


def version_type(placed: reads.PlacedVersion, public_url: str) -> AnyVersion:
    """Return the GraphQL type that a version's kind calls for."""
    if isinstance(placed.version, model.RegistryVersion):
        return RegistryVersion.from_model(
            placed.version, placed.content, placed.collection, placed.container, public_url
        )
    return ArtifactVersion.from_model(placed.version, placed.collection, placed.container, public_url)


def run_type(placed: reads.PlacedRun, public_url: str) -> Run:
    return Run.from_model(placed.run, placed.container, public_url)


def collection_type(placed: reads.PlacedCollection, public_url: str) -> Collection:
    return Collection.from_model(placed.collection, placed.container, public_url)


class Loaded(Generic[K, V]):
    """A loader among a request's `Loaders`, made when it is asked first: a request needs two or three of them all."""

    def __init__(self, read: Callable[["Loaders", list[K]], Awaitable[Sequence[V | BaseException]]]) -> None:
        self._read = read

    def __set_name__(self, owner: type["Loaders"], name: str) -> None:
        self._name = name

    def __get__(self, loaders: "Loaders", owner: type["Loaders"]) -> DataLoader[K, V]:
        # From now on it is found in the instance, before this.
        made = loaders.__dict__[self._name] = DataLoader[K, V](load_fn=partial(self._read, loaders))
        return made


def _by_id(read: Callable[["Loaders", list[str]], Awaitable[list[V]]]) -> Loaded[str, V]:
    return Loaded(read)


def _found_by_id(find: Callable[..., Awaitable[dict[str, Any]]]) -> Loaded[str, Any]:
    async def read(loaders: "Loaders", ids: list[str]) -> list[Any]:
        found = await loaders.graph.read(lambda tx: find(tx, ids))
        return [found.get(one) for one in ids]

    return Loaded(read)


class Loaders:
    """Everything a request reads by id. Nothing loaded here outlives the request."""

    def __init__(self, graph: Graph, objects: ObjectStore, viewer: Viewer, settings: Settings) -> None:
        self.graph = graph
        self._objects = objects
        self._viewer = viewer
        self._url = settings.service_public_url
        self._settings = settings
        self._restore_days = settings.restore_days

    _authors = _by_id(lambda self, ids: reading.find_authors(self.graph, ids))
    _users = _by_id(lambda self, ids: reading.find_users(self.graph, self._viewer, ids))
    _entities = _by_id(lambda self, ids: reading.find_entities(self.graph, self._viewer, ids))
    _members = _by_id(lambda self, ids: reading.list_members(self.graph, self._viewer, ids))
    _registry_members = _by_id(lambda self, ids: reading.list_registry_members(self.graph, self._viewer, ids))
    _api_keys = _by_id(lambda self, ids: reading.find_api_keys(self.graph, self._viewer, ids))
    _keys_of_users = _by_id(lambda self, ids: reading.list_api_keys(self.graph, self._viewer, ids))
    _containers = _by_id(lambda self, ids: reading.find_containers(self.graph, self._viewer, ids))
    _collections = _by_id(lambda self, ids: reading.find_collections(self.graph, self._viewer, ids))
    _runs = _by_id(lambda self, ids: reading.find_runs(self.graph, self._viewer, ids))
    _versions = _by_id(lambda self, ids: reading.find_versions(self.graph, self._viewer, ids))
    _events = _by_id(lambda self, ids: reading.find_events(self.graph, self._viewer, ids))
    _recalls: Loaded[str, list[SeenRecall]] = Loaded(lambda self, keys: self._load_recalls(keys))
    _alerts = _by_id(lambda self, ids: find_alerts(self.graph, ids))
    _labels = _found_by_id(find_labels)
    _endings = _by_id(lambda self, ids: list_ends(self.graph, ids))
    _lifetimes = _by_id(lambda self, ids: list_lifetimes(self.graph, ids))
    _aliases = _by_id(lambda self, ids: reading.list_aliases(self.graph, ids))
    _alias_names = _found_by_id(reads.list_alias_names)
    _metadata = _found_by_id(reads.find_metadata)
    _documents = _found_by_id(reads.find_run_documents)
    _loggers: Loaded[str, reads.PlacedRun | None] = Loaded(lambda self, keys: self._load_loggers(keys))
    _moments: Loaded[Moment, model.JsonObject] = Loaded(lambda self, keys: self._load_moments(keys))
    _pages: Loaded[HopKey, model.Page[Any]] = Loaded(lambda self, keys: self._load_pages(keys))
    _counts: Loaded[tuple[Hop[Any], str], int] = Loaded(lambda self, keys: self._load_counts(keys))
    _groups: Loaded[tuple[str, LineageDirection], Sequence[NeighbourGroup]] = Loaded(
        lambda self, keys: self._load_groups(keys)
    )
    _scopes: Loaded[str, list[str]] = Loaded(lambda self, keys: self._load_scopes(keys))

    @cached_property
    def alias_history(self) -> AliasLoaders:
        return AliasLoaders(self.graph, self._settings)

    @cached_property
    def guards(self) -> GuardLoaders:
        return GuardLoaders(self.graph, self._viewer)

    def take(self, seen: Seen) -> None:
        """Keep what a move of this request read already, for its answer."""
        for placed in seen.versions:
            self._versions.prime(placed.version.id, placed)
        for user in seen.users:
            self._authors.prime(user.id, user)
        for move in seen.moves:
            self.alias_history.take(move)

    async def author(self, user_id: str | None) -> User | None:
        """Return the user whom something visible names."""
        found = None if user_id is None else await self._authors.load(user_id)
        return None if found is None else User.from_model(found)

    async def user(self, user_id: str) -> User | None:
        found = await self._users.load(user_id)
        return None if found is None else User.from_model(found)

    async def entity(self, entity_id: str) -> Entity | None:
        found = await self._entities.load(entity_id)
        return None if found is None else Entity.from_model(found, self._url)

    async def members(self, entity_id: str) -> list[Member]:
        return [Member.from_model(member) for member in await self._members.load(entity_id)]

    async def registry_members(self, registry_id: str) -> list[Member]:
        return [Member.from_model(member) for member in await self._registry_members.load(registry_id)]

    async def api_key(self, key_id: str) -> ApiKey | None:
        found = await self._api_keys.load(key_id)
        return None if found is None else ApiKey.from_model(found)

    async def api_keys(self, user_id: str) -> list[ApiKey]:
        return [ApiKey.from_model(key) for key in await self._keys_of_users.load(user_id)]

    async def container(self, container_id: str) -> Project | Registry | None:
        found = await self._containers.load(container_id)
        return None if found is None else container_type(found, self._url)

    async def project(self, project_id: str) -> Project | None:
        found = await self.container(project_id)
        return found if isinstance(found, Project) else None

    async def collection(self, collection_id: str) -> Collection | None:
        found = await self._collections.load(collection_id)
        return None if found is None else collection_type(found, self._url)

    async def aliases(self, collection_id: str) -> list[Alias]:
        return [Alias.from_model(alias) for alias in await self._aliases.load(collection_id)]

    async def run(self, run_id: str) -> Run | None:
        found = await self._runs.load(run_id)
        return None if found is None else run_type(found, self._url)

    async def runs(self, ids: Sequence[str]) -> list[Run | None]:
        found = await self._runs.load_many(list(ids))
        return [None if placed is None else run_type(placed, self._url) for placed in found]

    async def ending(self, node_id: str) -> Ending | None:
        """Return how a run or version that the viewer was given ended."""
        found = await self._endings.load(node_id)
        return None if found is None else Ending.from_end(found, self._restore_days)

    async def lifetime(self, version_id: str) -> Lifetime | None:
        """Return the time to live of an artifact version."""
        return await self._lifetimes.load(version_id)

    async def event(self, event_id: str) -> Event | None:
        found = await self._events.load(event_id)
        return None if found is None else Event.from_model(found.event)

    async def proposal(self, proposal_id: str) -> Proposal | None:
        found = await self.guards.proposal(proposal_id)
        return None if found is None else Proposal.from_model(found)

    async def subject(self, subject_id: str) -> Node | None:
        """Return what an event is about, whatever it is."""
        labels = await self._labels.load(subject_id) or frozenset()
        for label, load in SUBJECTS.items():
            if label in labels:
                return await load(self, subject_id)
        return None

    async def run_documents(self, run_id: str) -> tuple[Any, Any]:
        """Return config and summary of a run."""
        found: tuple[Any, Any] = await self._documents.load(run_id) or ({}, {})
        return found

    async def version(self, version_id: str) -> AnyVersion | None:
        found = await self._versions.load(version_id)
        return None if found is None else version_type(found, self._url)

    async def artifact_version(self, version_id: str) -> ArtifactVersion | None:
        found = await self.version(version_id)
        return found if isinstance(found, ArtifactVersion) else None

    async def registry_versions(self, ids: Sequence[str]) -> list[RegistryVersion | None]:
        found = await self._versions.load_many(list(ids))
        versions = [None if placed is None else version_type(placed, self._url) for placed in found]
        return [version if isinstance(version, RegistryVersion) else None for version in versions]

    async def registry_version(self, version_id: str) -> RegistryVersion | None:
        found = await self.version(version_id)
        return found if isinstance(found, RegistryVersion) else None

    async def recalls(self, node_id: str) -> list[Recall]:
        return [Recall.from_seen(seen) for seen in await self._recalls.load(node_id)]

    async def alerts(self, run_id: str) -> list[RunAlert]:
        return [RunAlert.from_model(alert) for alert in await self._alerts.load(run_id)]

    async def metadata(self, version_id: str) -> Any:
        return await self._metadata.load(version_id) or {}

    async def alias_names(self, version_id: str) -> list[str]:
        names: list[str] = await self._alias_names.load(version_id) or []
        return names

    async def logger(self, version_id: str) -> Run | None:
        """Return the run that made an artifact version."""
        found = await self._loggers.load(version_id)
        return None if found is None else run_type(found, self._url)

    async def metrics(self, version_id: str, step: int) -> model.JsonObject | None:
        """Return what the run that made an artifact version had logged at a step; None: the viewer sees no such run."""
        found = await self._loggers.load(version_id)
        if found is None:
            return None
        return await self._moments.load(Moment(found.container.entity_id, found.run.id, step))

    async def neighbours(self, hop: Hop[T], window: Window, node_id: str) -> model.Page[T]:
        return await self._pages.load((hop, window, node_id))

    async def count_neighbours(self, hop: Hop[Any], node_id: str) -> int:
        return await self._counts.load((hop, node_id))

    async def neighbour_groups(self, node_id: str, direction: LineageDirection) -> Sequence[NeighbourGroup]:
        """Return the visible neighbours of a node on one side, counted by state and type."""
        return await self._groups.load((node_id, direction))

    async def scopes(self) -> Sequence[str]:
        """Return the ids of the projects and registries that the viewer may see; read once."""
        return await self._scopes.load(self._viewer.user_id)

    async def _load_scopes(self, viewers: list[str]) -> list[list[str]]:
        # A loader of one key: concurrent fields wait for the same query.
        scopes = await reading.visible_scopes(self.graph, self._viewer)
        return [scopes for _ in viewers]

    async def _load_recalls(self, ids: list[str]) -> list[list[SeenRecall] | InvalidInputError]:
        return await list_seen_recalls(self.graph, self._viewer, ids)

    async def _load_loggers(self, ids: list[str]) -> list[reads.PlacedRun | None]:
        scopes = await self.scopes()
        found = await self.graph.read(lambda tx: find_loggers(tx, ids, scopes))
        return [found.get(one) for one in ids]

    async def _load_moments(self, moments: list[Moment]) -> list[model.JsonObject]:
        return await metrics_at(self.graph, self._objects, moments)

    async def _load_pages(self, keys: list[HopKey]) -> list[model.Page[Any]]:
        scopes = await self.scopes()
        found: dict[HopKey, model.Page[Any]] = {}
        for hop, window in dict.fromkeys((hop, window) for hop, window, _ in keys):
            ids = [node_id for other, same, node_id in keys if (other, same) == (hop, window)]
            pages = await reading.list_neighbours(self.graph, hop, ids, scopes, window)
            found.update({(hop, window, node_id): page for node_id, page in zip(ids, pages, strict=True)})
        return [found[key] for key in keys]

    async def _load_counts(self, keys: list[tuple[Hop[Any], str]]) -> list[int]:
        scopes = await self.scopes()
        found: dict[tuple[Hop[Any], str], int] = {}
        for hop in dict.fromkeys(hop for hop, _ in keys):
            ids = [node_id for other, node_id in keys if other == hop]
            counts = await reading.count_neighbours(self.graph, hop, ids, scopes)
            found.update({(hop, node_id): count for node_id, count in zip(ids, counts, strict=True)})
        return [found[key] for key in keys]

    async def _load_groups(self, keys: list[tuple[str, LineageDirection]]) -> list[Sequence[NeighbourGroup]]:
        scopes = await self.scopes()
        found: dict[tuple[str, LineageDirection], Sequence[NeighbourGroup]] = {}
        for direction in dict.fromkeys(direction for _, direction in keys):
            ids = [node_id for node_id, other in keys if other is direction]
            is_upstream = direction is LineageDirection.UPSTREAM
            groups = await group_neighbours(self.graph, ids, scopes, is_upstream=is_upstream)
            found.update({(node_id, direction): of_node for node_id, of_node in zip(ids, groups, strict=True)})
        return [found[key] for key in keys]


# The label that tells what an event is about, and the loader that reads it for the viewer.
SUBJECTS: Final[dict[str, Callable[[Loaders, str], Awaitable[Node | None]]]] = {
    "Collection": lambda loaders, node_id: loaders.collection(node_id),
    "Container": lambda loaders, node_id: loaders.container(node_id),
    "Run": lambda loaders, node_id: loaders.run(node_id),
    "Entity": lambda loaders, node_id: loaders.entity(node_id),
    "User": lambda loaders, node_id: loaders.user(node_id),
}
