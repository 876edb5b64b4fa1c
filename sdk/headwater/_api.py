"""`Api`: reads what the service knows, without a run and without leaving an edge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from . import _run_operations as operations
from ._artifact import Artifact
from ._client import Client
from ._console import Console
from ._errors import InvalidInputError, NotFoundError
from ._listing import pages
from ._names import format_time, parse_version_path
from ._recorded import Collection, Project, RecordedRun, collection_of, project_of
from ._settings import DEFAULT_PROJECT, read_settings
from ._start import connect, default_entity
from ._version import get_version, version_from_wire

_RUN_FILTERS = {
    "states": "states",
    "job_types": "jobTypes",
    "groups": "groups",
    "tags": "tags",
    "name_contains": "nameContains",
    "created_after": "createdAfter",
    "created_before": "createdBefore",
    "consumed": "consumed",
    "produced": "produced",
}
_VERSION_FILTERS = {
    "types": "types",
    "aliases": "aliases",
    "tags": "tags",
    "metadata": "metadata",
    "created_after": "createdAfter",
    "created_before": "createdBefore",
    "consumed": "consumed",
}
_LISTS = frozenset(("states", "job_types", "groups", "tags", "types", "aliases"))
_RUN_ORDERS = {"created_at": "CREATED_AT", "name": "NAME", "finished_at": "FINISHED_AT"}
_VERSION_ORDERS = {"created_at": "CREATED_AT", "size": "SIZE", "index": "INDEX"}


class Api:
    """Reads runs, artifacts and projects.

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

    def runs(self, path: str | None = None, order: str = "-created_at", **filters: Any) -> Iterator[RecordedRun]:
        """The runs of a project, fetched while you read them.

        Args:
            path: `[entity/]project`. Default: the default project.
            order: "created_at", "finished_at" or "name", with "-" in front for the last first.
            filters: Any of states, job_types, groups, tags (one or several), name_contains, created_after,
                created_before (times), consumed, produced (the path of a version).
        """
        variables = {
            "project": self._path(path or self.default_project, 2),
            "filter": _filter(filters, _RUN_FILTERS),
            "orderBy": _order(order, _RUN_ORDERS),
        }
        edges = pages(self._client, operations.LIST_RUNS, variables, lambda data: data["runs"])
        return (RecordedRun(self._client, edge["node"]) for edge in edges)

    def projects(self, entity: str | None = None) -> Iterator[Project]:
        """The projects of an entity, fetched while you read them.

        Args:
            entity: Its name. Default: the default entity.
        """
        variables = {"entity": entity or self.default_entity}
        edges = pages(self._client, operations.LIST_PROJECTS, variables, lambda data: data["projects"])
        return (project_of(edge["node"]) for edge in edges)

    def collections(
        self, path: str | None = None, types: str | Sequence[str] | None = None, name_contains: str | None = None
    ) -> Iterator[Collection]:
        """The collections of a project or a registry, fetched while you read them.

        Args:
            path: `[entity/]project` or `[entity/]registry`. Default: the default project.
            types: Only those of these types.
            name_contains: Only those whose name has this text.
        """
        given = {"types": types, "name_contains": name_contains}
        variables = {
            "container": self._path(path or self.default_project, 2),
            "filter": _filter(given, {"types": "types", "name_contains": "nameContains"}),
        }
        edges = pages(self._client, operations.LIST_COLLECTIONS, variables, lambda data: data["collections"])
        return (collection_of(self._client, edge["node"]) for edge in edges)

    def artifacts(
        self, type_name: str | None = None, name: str | None = None, order: str = "-created_at", **filters: Any
    ) -> Iterator[Artifact]:
        """The versions of a collection, or of the whole default project, fetched while you read them.

        Args:
            type_name: Only those of this type.
            name: `[[entity/]project/]name` of the collection. Default: all of the default project.
            order: "created_at", "size" or "index", with "-" in front for the last first.
            filters: Any of types, aliases, tags (one or several), metadata (conditions such as {"path": "accuracy",
                "op": "GTE", "value": 0.9}), created_after, created_before (times), consumed (True or False).
        """
        if type_name is not None:
            filters["types"] = type_name
        where = {"collection": self._path(name, 3)} if name else {"container": self._path(self.default_project, 2)}
        variables = {
            **where,
            "filter": _filter(filters, _VERSION_FILTERS),
            "orderBy": _order(order, _VERSION_ORDERS),
        }
        edges = pages(self._client, operations.LIST_VERSIONS, variables, lambda data: data["versions"])
        return (Artifact._from_version(self._client, version_from_wire(edge["node"])) for edge in edges)

    def _version_path(self, name: str) -> str:
        # Only ask for the default entity when it is needed: it may take a request.
        entity = None if name.partition(":")[0].count("/") == 2 else self.default_entity
        return str(parse_version_path(name, entity=entity, project=self.default_project))

    def _path(self, path: str, parts: int) -> str:
        given = path.replace("/-/runs/", "/").strip("/").split("/")
        if len(given) > parts:
            raise InvalidInputError(f"{path!r} has {len(given)} parts, {parts} at most are possible here.")
        if len(given) < parts - 1:
            given.insert(0, self.default_project)
        if len(given) < parts:
            given.insert(0, self.default_entity)
        return "/".join(given)


def _order(order: str, fields: dict[str, str]) -> dict[str, str]:
    name = order.lstrip("+-")
    if name not in fields:
        raise InvalidInputError(
            f"The order {order!r} is not one of: {', '.join(fields)} (with '-' for the last first)."
        )
    return {"field": fields[name], "direction": "DESC" if order.startswith("-") else "ASC"}


def _filter(given: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise InvalidInputError(f"There is no filter {unknown[0]!r}. The filters are: {', '.join(names)}.")
    return {names[name]: _condition(name, value) for name, value in given.items() if value is not None}


def _condition(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return format_time(value)
    if name not in _LISTS:
        return value
    values = [value] if isinstance(value, str) else list(value)
    return [item.upper() for item in values] if name == "states" else values
