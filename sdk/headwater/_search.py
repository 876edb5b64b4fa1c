"""Lists and searches of collections and versions: over everything you may see, or over one project or registry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import _run_operations as operations
from ._artifact import Artifact
from ._client import Client
from ._collection import Collection
from ._filters import COLLECTION_FILTERS, VERSION_FILTERS, VERSION_ORDERS, wire_filter, wire_order
from ._listing import pages
from ._version import version_from_wire


def list_collections(client: Client, container: str, filters: Mapping[str, Any]) -> Iterator[Collection]:
    """The collections of a project or registry, by name."""
    variables = {"container": container, "filter": wire_filter(filters, COLLECTION_FILTERS)}
    edges = pages(client, operations.LIST_COLLECTIONS, variables, lambda data: data["collections"])
    return (Collection(client, edge["node"]) for edge in edges)


def search_collections(client: Client, container: str | None, filters: Mapping[str, Any]) -> Iterator[Collection]:
    """The collections found, the nearest first."""
    variables = {"container": container, "filter": wire_filter(filters, COLLECTION_FILTERS)}
    edges = pages(client, operations.SEARCH_COLLECTIONS, variables, lambda data: data["collections"])
    return (Collection(client, edge["node"]) for edge in edges)


def search_versions(
    client: Client, container: str | None, filters: Mapping[str, Any], order: str
) -> Iterator[Artifact]:
    """The versions found, in the order asked for."""
    variables = {
        "container": container,
        "filter": wire_filter(filters, VERSION_FILTERS),
        "orderBy": wire_order(order, VERSION_ORDERS),
    }
    edges = pages(client, operations.LIST_VERSIONS, variables, lambda data: data["versions"])
    return (Artifact._from_version(client, version_from_wire(edge["node"])) for edge in edges)
