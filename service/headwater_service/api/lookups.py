"""One thing by its id or name, whatever it is: the ways of the root fields `node` and `entity`."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from headwater_service.api.context import Context
from headwater_service.api.loaders import Loaders
from headwater_service.api.node import Node
from headwater_service.api.people import Entity
from headwater_service.domain.reading import find_labels

Load: TypeAlias = Callable[[Loaders, str], Awaitable[Node | None]]

# The label that tells what a node of the graph is, and the loader that reads it for the viewer.
_LOADS: Final[dict[str, Load]] = {
    "Run": lambda loaders, node_id: loaders.run(node_id),
    "ArtifactVersion": lambda loaders, node_id: loaders.version(node_id),
    "RegistryVersion": lambda loaders, node_id: loaders.version(node_id),
    "Collection": lambda loaders, node_id: loaders.collection(node_id),
    "Container": lambda loaders, node_id: loaders.container(node_id),
    "Entity": lambda loaders, node_id: loaders.entity(node_id),
    "User": lambda loaders, node_id: loaders.user(node_id),
    "ApiKey": lambda loaders, node_id: loaders.api_key(node_id),
    "Event": lambda loaders, node_id: loaders.event(node_id),
    "Proposal": lambda loaders, node_id: loaders.proposal(node_id),
}


async def node(context: Context, node_id: str) -> Node | None:
    """Return whatever has this id, if the viewer may see it."""
    labels = await find_labels(context.graph, node_id)
    for label, load in _LOADS.items():
        if label in labels:
            return await load(context.loaders, node_id)
    return None


async def entity(context: Context, name: str) -> Entity | None:
    """Return one of the viewer's entities by its name."""
    for entity_id, known in context.viewer.entity_names.items():
        if known == name:
            return await context.loaders.entity(entity_id)
    return None
