"""`Api`: reads what the service knows, and keeps registries, without a run and without leaving an edge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from . import _registry_operations as registry_operations
from . import _run_operations as operations
from ._artifact import Artifact
from ._artifact_types import ArtifactType, list_types
from ._audit import Event, list_events
from ._client import Client
from ._collection import Collection
from ._console import Console
from ._deletion import Restored, TrashItem, list_trash, restore
from ._errors import InvalidInputError, NotFoundError
from ._filters import (
    VERSION_FILTERS,
    VERSION_ORDERS,
    wire_filter,
    wire_order,
)
from ._listing import pages
from ._names import check_text, format_time, parse_version_path
from ._proposals import Proposal, find_proposal, waiting_proposals
from ._recorded import Project, RecordedRun, project_of
from ._registry import Registry, wire_visibility
from ._run_filters import wire_run_filter, wire_run_order
from ._run_list import Runs
from ._search import list_collections, search_collections, search_versions
from ._settings import DEFAULT_PROJECT, read_settings
from ._start import connect, default_entity
from ._version import get_version, version_from_wire


class Api:
    """Reads runs, artifacts and projects; makes registries and collections.

    Args:
        base_url: The address of the service. Default: as for `init`.
        api_key: The key. Default: as for `init`.
        entity: The entity where a path names none. Default: HEADWATER_ENTITY, else the entity of the key.
        project: The project where a path names none. Default: HEADWATER_PROJECT, else `uncategorized`.

    Raises:
        PermissionDeniedError: without a key.
    """

    def __init__(
        self,
        base_url: str | None = None,
        api_key: str | None = None,
        entity: str | None = None,
        project: str | None = None,
    ) -> None:
        self._settings = read_settings(base_url=base_url, api_key=api_key, entity=entity, project=project)
        self._client: Client = connect(self._settings, Console(silent=self._settings.silent))

    @cached_property
    def default_entity(self) -> str:
        """The entity where a path names none."""
        return self._settings.entity or default_entity(self._client)

    @property
    def default_project(self) -> str:
        """The project where a path names none."""
        return self._settings.project or DEFAULT_PROJECT

    def viewer(self) -> dict[str, Any]:
        """Who the key belongs to: `user`, `entities`, `defaultEntity`, `isAdmin`, `isReadOnly`, `serverVersion`."""
        viewer: dict[str, Any] = self._client.execute(operations.VIEWER)["viewer"]
        return viewer

    def artifact(self, name: str, type: str | None = None) -> Artifact:
        """The artifact version of a path. It is read, not consumed: no run gets an edge to it.

        Args:
            name: `[[entity/]project/]name[:ref]`, `latest` without a ref.
            type: The type it must have.

        Raises:
            NotFoundError: if there is none.
            InvalidInputError: if it has another type.
        """
        return Artifact._from_version(self._client, get_version(self._client, self._version_path(name), type=type))

    def artifact_exists(self, name: str, type: str | None = None) -> bool:
        """Whether there is such an artifact version that you may see. Any other trouble raises.

        Args:
            name: `[[entity/]project/]name[:ref]`.
            type: The type it must have.
        """
        try:
            found = self.artifact(name)
        except NotFoundError:
            return False
        return type is None or found.type == type

    def run(self, path: str) -> RecordedRun:
        """A run by its path.

        Args:
            path: `[[entity/]project/]id`.

        Raises:
            NotFoundError: if there is none.
        """
        full = self._path(path, 3)
        known = self._client.execute(operations.GET_RUN, {"path": full})["run"]
        if known is None:
            raise NotFoundError(f"There is no run {full!r}, or you may not see it.", path=full)
        return RecordedRun(self._client, known)

    def runs(
        self,
        path: str | None = None,
        filters: Mapping[str, Any] | None = None,
        order: str = "-created_at",
        **keywords: Any,
    ) -> Runs:
        """The runs of a project, fetched while you read them; `len()` and `[0]` work, too.

        Args:
            path: `[entity/]project`. Default: the default project.
            filters: What must hold, as other trackers write it: values by `state`, `display_name`, `job_type`,
                `group`, `tags`, `created_at`, `config.<key>` and `summary.<key>`, each a value or
                `{"$gt": …, "$in": […]}`, joined by "$and", "$or" and "$not".
            order: "created_at", "finished_at", "duration", "name", "state", "job_type", "config.<key>" or
                "summary.<key>", with "-" in front for the last or largest first. Runs without a job type, or without
                a number at that key, come last.
            keywords: Any of states, job_types, groups, names, tags (one or several), name_contains, created_after,
                created_before (times), consumed, produced (the path of a version), config, summary (values by path,
                such as {"optimizer.lr": {"$gte": 0.1}}), search (words in their name, job type, tags or notes).
        """
        wanted = {
            "project": self._path(path or self.default_project, 2),
            "filter": wire_run_filter(filters, keywords),
            "orderBy": wire_run_order(order),
        }
        return Runs(self._client, wanted)

    def projects(self, entity: str | None = None) -> Iterator[Project]:
        """The projects of an entity, fetched while you read them.

        Args:
            entity: Its name. Default: the default entity.
        """
        variables = {"entity": entity or self.default_entity}
        edges = pages(self._client, operations.LIST_PROJECTS, variables, lambda data: data["projects"])
        return (project_of(self._client, edge["node"]) for edge in edges)

    def search(self, text: str, path: str | None = None, **filters: Any) -> Iterator[Collection]:
        """The collections whose name, description or tags have all these words, the nearest first.

        A word finds those that begin with it, and a part of a Japanese, Chinese or Korean word finds it. A word that
        nothing has is taken for a misspelling.

        Args:
            text: The words, in any order.
            path: `[entity/]project` or `[entity/]registry`. Default: all that you may see.
            filters: Any of types, tags, kinds ("source", "registry"; one or several), name_contains, created_after,
                created_before (times).
        """
        container = None if path is None else self._path(path, 2)
        return search_collections(self._client, container, {**filters, "search": text})

    def search_artifacts(
        self, text: str, path: str | None = None, order: str = "-created_at", **filters: Any
    ) -> Iterator[Artifact]:
        """The versions that have all these words, in their collection's name, description and tags or in their own.

        Args:
            text: The words, in any order, as `search` takes them.
            path: `[entity/]project` or `[entity/]registry`. Default: all that you may see.
            order: "created_at", "size" or "index", with "-" in front for the last first.
            filters: As `artifacts` takes them.
        """
        container = None if path is None else self._path(path, 2)
        return search_versions(self._client, container, {**filters, "search": text}, order)

    def collections(
        self,
        path: str | None = None,
        types: str | Sequence[str] | None = None,
        name_contains: str | None = None,
        tags: str | Sequence[str] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
    ) -> Iterator[Collection]:
        """The collections of a project or a registry, fetched while you read them.

        Args:
            path: `[entity/]project` or `[entity/]registry`. Default: the default project.
            types: Only those of these types.
            name_contains: Only those whose name has this text.
            tags: Only those with one of these tags.
            created_after: Only those made, or begun by a first version, later than this.
            created_before: Only those made earlier than this.
        """
        given = {
            "types": types,
            "name_contains": name_contains,
            "tags": tags,
            "created_after": created_after,
            "created_before": created_before,
        }
        return list_collections(self._client, self._path(path or self.default_project, 2), given)

    def collection(self, path: str) -> Collection:
        """A collection by its path, whether runs log into it or versions are linked into it.

        Args:
            path: `[[entity/]project/]name`; a registry may stand in the project's place.

        Raises:
            NotFoundError: if there is none.
        """
        full = self._path(path, 3)
        node = self._client.execute(registry_operations.FIND_COLLECTION, {"path": full})["collection"]
        if node is None:
            raise NotFoundError(f"There is no collection {full!r}, or you may not see it.", path=full)
        return Collection(self._client, node)

    def artifact_types(self, project: str | None = None) -> list[ArtifactType]:
        """The types of the versions in a project or registry, by name.

        Args:
            project: `[entity/]project` or `[entity/]registry`. Default: the default project.

        Raises:
            NotFoundError: if there is no such place.
        """
        return list_types(self._client, self._path(project or self.default_project, 2))

    def artifact_type(self, type_name: str, project: str | None = None) -> ArtifactType:
        """One of the types of a project or registry, to list its collections.

        Args:
            type_name: The type.
            project: As for `artifact_types`.

        Raises:
            NotFoundError: if no version there has it; the error names those there are.
        """
        types = {one.name: one for one in self.artifact_types(project)}
        if type_name not in types:
            place = self._path(project or self.default_project, 2)
            known = f" There are: {', '.join(types)}." if types else ""
            raise NotFoundError(f"No version in {place} has the type {type_name!r}.{known}", path=type_name)
        return types[type_name]

    def artifact_collections(self, project_name: str, type_name: str) -> Iterator[Collection]:
        """The collections of one type: `collections` under the name that other trackers have for it.

        Args:
            project_name: `[entity/]project` or `[entity/]registry`.
            type_name: The type.
        """
        return self.collections(project_name, types=type_name)

    def artifact_versions(self, type_name: str, name: str) -> Iterator[Artifact]:
        """The versions of a collection: `artifacts` under its older name.

        Args:
            type_name: The type.
            name: `[[entity/]project/]name` of the collection.
        """
        return self.artifacts(type_name, name)

    def artifact_collection(self, type_name: str, name: str) -> Collection:
        """A collection that must have a type.

        Args:
            type_name: The type.
            name: `[[entity/]project/]name`.

        Raises:
            NotFoundError: if there is none of that type.
        """
        found = self.collection(name)
        if found.type != type_name:
            raise NotFoundError(f"{found.path!r} has the type {found.type!r}, not {type_name!r}.", path=found.path)
        return found

    def artifact_collection_exists(self, name: str, type: str) -> bool:
        """Whether there is such a collection that you may see. Any other trouble raises.

        Args:
            name: `[[entity/]project/]name`.
            type: The type it must have.
        """
        try:
            self.artifact_collection(type, name)
        except NotFoundError:
            return False
        return True

    def create_collection(
        self,
        path: str,
        type: str = "model",
        description: str = "",
        tags: Sequence[str] = (),
        kind: str | None = None,
    ) -> Collection:
        """Make an empty collection, and return it.

        Args:
            path: `[[entity/]project/]name`; a registry may stand in the project's place.
            type: What its versions will be.
            description: Its card, in Markdown.
            tags: Free labels.
            kind: "registry" for a registered model of a project; else a project's is for runs to log into.

        Raises:
            ConflictError: if there is one of that name, or the registry does not take the type.
            NotFoundError: if there is no such project or registry.
            PermissionDeniedError: if your role there is less than member.
        """
        container, _, name = self._path(path, 3).rpartition("/")
        wanted = {
            "container": container,
            "name": name,
            "type": type,
            "description": description,
            "tags": list(tags),
            "kind": None if kind is None else kind.upper(),
        }
        payload = self._client.mutate(registry_operations.CREATE_COLLECTION, wanted)
        return Collection(self._client, payload["collection"])

    def registry(self, path: str) -> Registry:
        """A registry by its path.

        Args:
            path: `[entity/]name`.

        Raises:
            NotFoundError: if there is none.
        """
        full = path if "/" in path else f"{self.default_entity}/{path}"
        node = self._client.execute(registry_operations.GET_REGISTRY, {"path": full})["registry"]
        if node is None:
            raise NotFoundError(f"There is no registry {full!r}, or you may not see it.", path=full)
        return Registry(self._client, node)

    def proposal(self, id: str) -> Proposal:
        """A proposal to move an alias, by its id.

        Args:
            id: As `Collection.propose_alias` gave it, and as it was told to you.

        Raises:
            NotFoundError: if there is none that you may see.
        """
        return find_proposal(self._client, id)

    def proposals(self) -> Iterator[Proposal]:
        """The open proposals that wait for you: you could approve them and have not, newest first."""
        return waiting_proposals(self._client)

    def registries(self, entity: str | None = None) -> Iterator[Registry]:
        """The registries that you see, fetched while you read them.

        Args:
            entity: Only those of this entity. Default: of all that you belong to.
        """
        edges = pages(
            self._client, registry_operations.LIST_REGISTRIES, {"entity": entity}, lambda data: data["registries"]
        )
        return (Registry(self._client, edge["node"]) for edge in edges)

    def create_registry(
        self,
        name: str,
        visibility: str = "entity",
        entity: str | None = None,
        description: str = "",
        artifact_types: Sequence[str] = (),
        protected_aliases: Sequence[str] = (),
    ) -> Registry:
        """Make a registry, of which you are the admin, and return it.

        Args:
            name: Unique among the projects and registries of the entity.
            visibility: "entity": all members of the entity see it; "restricted": only its admins and those who are
                given a role in it.
            entity: Whose it is. Default: the default entity.
            description: What it is for, in Markdown.
            artifact_types: The only types that can be linked into it; none: any.
            protected_aliases: Aliases that only its admins move.

        Raises:
            ConflictError: if the name is taken.
            PermissionDeniedError: if your role in the entity is less than member.
        """
        wanted = {
            "entity": entity or self.default_entity,
            "name": name,
            "description": description,
            "visibility": wire_visibility(visibility),
            "artifactTypes": list(artifact_types),
            "protectedAliases": list(protected_aliases),
        }
        return Registry(self._client, self._client.mutate(registry_operations.CREATE_REGISTRY, wanted)["registry"])

    def artifacts(
        self, type_name: str | None = None, name: str | None = None, order: str = "-created_at", **filters: Any
    ) -> Iterator[Artifact]:
        """The versions of a collection, or of the whole default project, fetched while you read them.

        Args:
            type_name: Only those of this type.
            name: `[[entity/]project/]name` of the collection. Default: all of the default project.
            order: "created_at", "size" or "index", with "-" in front for the last first.
            filters: Any of types, aliases, tags (one or several), metadata (conditions such as {"path": "accuracy",
                "op": "GTE", "value": 0.9}), created_after, created_before (times), consumed (True or False), search
                (words in its own description and tags or those of its collection, or in the collection's name).
        """
        if type_name is not None:
            filters["types"] = type_name
        where = {"collection": self._path(name, 3)} if name else {"container": self._path(self.default_project, 2)}
        variables = {
            **where,
            "filter": wire_filter(filters, VERSION_FILTERS),
            "orderBy": wire_order(order, VERSION_ORDERS),
        }
        edges = pages(self._client, operations.LIST_VERSIONS, variables, lambda data: data["versions"])
        return (Artifact._from_version(self._client, version_from_wire(edge["node"])) for edge in edges)

    def events(
        self,
        collection: str | None = None,
        *,
        container: str | None = None,
        entity: str | None = None,
        actor: str | None = None,
        kinds: str | Sequence[str] | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        newest_first: bool = True,
    ) -> Iterator[Event]:
        """What was changed, by whom and when, fetched while you read it. Without arguments all that you may see.

        Args:
            collection: Only what happened to `[[entity/]project/]name`, its versions and its aliases.
            container: Only in this project or registry, `[entity/]name`.
            entity: Only of this entity and all that lies in it.
            actor: Only by the user of this name.
            kinds: Only such as "ALIASES_MOVED" (one or several).
            after: Only later than this.
            before: Only earlier than this.
            newest_first: Whether the newest or the oldest comes first.

        Raises:
            NotFoundError: for a place that is not there, or that you may not see.
        """
        wanted = {
            "collection": self._path(collection, 3) if collection else None,
            "container": self._path(container, 2) if container else None,
            "entity": entity,
            "actor": actor,
            "kinds": [kinds] if isinstance(kinds, str) else kinds,
            "after": None if after is None else format_time(after),
            "before": None if before is None else format_time(before),
        }
        return list_events(self._client, wanted, newest_first=newest_first)

    def trash(self, path: str | None = None) -> Iterator[TrashItem]:
        """What was deleted and can be restored, the last first. What went along with it comes back with it.

        Args:
            path: `[entity/]project` or `[entity/]registry`. Default: all that you may see.
        """
        return list_trash(self._client, None if path is None else self._path(path, 2))

    def restore(self, deletion: str | None = None, ids: Sequence[str] = ()) -> Restored:
        """Bring back all that went in one deletion, or single things. Of their aliases only `latest` comes back.

        Args:
            deletion: `Deletion.id`, or `deletion` of something in the trash.
            ids: `id` of things in the trash, or of versions that went along with something.

        Raises:
            NotFoundError: if none of that is in the trash.
            ConflictError: if the time is over, or its place was taken meanwhile.
        """
        return restore(self._client, deletion=deletion, ids=ids)

    def _version_path(self, name: str) -> str:
        check_text(name, "name")
        # Only ask for the default entity when it is needed: it may take a request.
        entity = None if name.partition(":")[0].count("/") == 2 else self.default_entity
        return str(parse_version_path(name, entity=entity, project=self.default_project))

    def _path(self, path: str, parts: int) -> str:
        given = check_text(path, "path").replace("/-/runs/", "/").strip("/").split("/")
        if len(given) > parts:
            raise InvalidInputError(f"{path!r} has {len(given)} parts, {parts} at most are possible here.")
        if len(given) < parts - 1:
            given.insert(0, self.default_project)
        if len(given) < parts:
            given.insert(0, self.default_entity)
        return "/".join(given)
