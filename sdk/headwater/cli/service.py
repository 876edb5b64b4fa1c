"""What the commands need of the service: GraphQL documents posted, pages read, paths completed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from headwater._console import Console
from headwater._errors import NotFoundError
from headwater._settings import DEFAULT_PROJECT, Settings, read_settings
from headwater._start import connect

from . import documents

PAGE_SIZE = 200
# Long enough for a restart of the service, short enough for a person who forgot to start it.
PATIENCE_SECONDS = 20.0
# Every answer of GraphQL is shown to the caller of `headwater api`, whatever its status.
GRAPHQL_STATUSES = frozenset({400, 401, 403, 413})
RUNS_SEGMENT = "/-/runs/"


class Service:
    """The service that the settings of this account name."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or read_settings()
        self.client = connect(self.settings, Console(silent=self.settings.silent))
        self.client.deadline_seconds = PATIENCE_SECONDS

    @property
    def base_url(self) -> str:
        """Where the service is."""
        return self.settings.base_url

    def query(self, document: str, **variables: Any) -> dict[str, Any]:
        """Post a query and return its data."""
        return self.client.execute(document, variables)

    def mutate(self, document: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out a mutation and return its payload; a refusal is raised."""
        return self.client.mutate(document, wanted)

    def post(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Post any document and return the whole answer, errors included."""
        body = orjson.dumps({"query": document, "variables": dict(variables)})
        answer = self.client.request(
            "POST",
            "/graphql",
            body=body,
            headers={"Content-Type": "application/json"},
            # Once: nobody knows whether a stranger's mutation may be repeated.
            retry=False,
            accepted=GRAPHQL_STATUSES,
        )
        decoded: dict[str, Any] = answer.json()
        return decoded

    def ensure_project(self, path: str) -> str:
        """The whole path of a project, also of one that had the name before; it is made if there is none."""
        known = self.query(documents.FIND_PROJECT, path=path)["project"]
        if known is not None:
            return str(known["path"])
        entity, _, name = path.rpartition("/")
        payload = self.mutate(documents.CREATE_PROJECT, {"entity": entity or None, "name": name})
        return str(payload["project"]["path"])

    def container_path(self, given: str | None) -> str:
        """A project's or registry's path from what was typed; nothing is the project of the settings."""
        path = local_path(given) if given else self.settings.project or DEFAULT_PROJECT
        return path if "/" in path or not self.settings.entity else f"{self.settings.entity}/{path}"

    def listed_container(self, given: str | None) -> str:
        """The path of a project or registry to list.

        Raises:
            NotFoundError: that names the projects there are, if none was typed or set and the default is not there.
        """
        path = self.container_path(given)
        if given or self.settings.project or self.query(documents.FIND_PROJECT, path=path)["project"]:
            return path
        names = [edge["node"]["path"] for edge in self.query(documents.SOME_PROJECTS)["projects"]["edges"]]
        raise NotFoundError(
            f"Say which project, or set HEADWATER_PROJECT. There are: {', '.join(names)}."
            if names
            else "There is no project yet. The first run makes one: headwater.init(project='first')."
        )

    def item_path(self, given: str) -> str:
        """The path of a collection or version from what was typed, its missing parts from the settings.

        An entity that no setting names is left to the service, which takes the key's.
        """
        path = local_path(given)
        name, separator, ref = path.partition(":")
        if "/" not in name:
            name = f"{self.settings.project or DEFAULT_PROJECT}/{name}"
        if name.count("/") == 1 and self.settings.entity:
            name = f"{self.settings.entity}/{name}"
        return name + separator + ref

    def run_path(self, given: str) -> str:
        """The path of a run from what was typed: its key alone, a path, or its address."""
        return self.item_path(local_path(given).replace(RUNS_SEGMENT, "/"))


def is_run_path(given: str) -> bool:
    """Whether it names a run and cannot name a version."""
    return RUNS_SEGMENT in local_path(given)


def may_be_run_path(given: str) -> bool:
    """Whether it could name a run: no version is asked for."""
    return is_run_path(given) or ":" not in local_path(given)


def local_path(given: str) -> str:
    """A path as typed, or the path in an address that the service shows."""
    if given.startswith(("http://", "https://")):
        return unquote(urlsplit(given).path).strip("/")
    return given


def found(value: Any, path: str) -> Any:
    """A looked-up value; null means that there is nothing, or nothing you may see.

    Raises:
        NotFoundError: if it is null.
    """
    if value is None:
        raise NotFoundError(f"There is no {path!r}, or you may not see it.", path=path)
    return value


def read_pages(service: Service, document: str, field: str, limit: int, **variables: Any) -> list[Any]:
    """The nodes of a connection, up to `limit`, fetched page by page."""
    nodes: list[Any] = []
    after: str | None = None
    while len(nodes) < limit:
        first = min(PAGE_SIZE, limit - len(nodes))
        page = service.query(document, **variables, first=first, after=after)[field]
        nodes += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    return nodes
