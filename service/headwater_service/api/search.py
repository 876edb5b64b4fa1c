"""GraphQL: one search over everything, for a box into which people type names, paths and words."""

from typing import Annotated, TypeAlias
from urllib.parse import unquote

import strawberry

from headwater_service.api.collections import Collection
from headwater_service.api.connection import page_request
from headwater_service.api.containers import Project, Registry, container_type
from headwater_service.api.context import Context
from headwater_service.api.enums import describe
from headwater_service.api.loaders import collection_type, run_type, version_type
from headwater_service.api.runs import Run
from headwater_service.api.versions import ArtifactVersion, RegistryVersion
from headwater_service.domain.search_all import Item, SearchKind, search_all
from headwater_service.model import Container
from headwater_service.store.reads import PlacedCollection, PlacedRun

describe(
    SearchKind,
    "What a search over everything finds.",
    {
        "PROJECT": "Containers of runs.",
        "REGISTRY": "Shared places of linked versions.",
        "COLLECTION": "Series of versions: artifacts in projects, registered models in registries.",
        "RUN": "Executions.",
        "VERSION": "Artifact versions and registry versions.",
    },
)

AnyHit: TypeAlias = Project | Registry | Collection | Run | ArtifactVersion | RegistryVersion
SearchHit = Annotated[
    AnyHit, strawberry.union("SearchHit", description="Something that a search over everything found.")
]

Text = Annotated[
    str,
    strawberry.argument(
        description="A path as every `path` argument takes it, or the beginning of one (`acme/p/mni`, `mnist:prod`), "
        "the key of a run, the address of a page of this server, or words; at most 256 characters."
    ),
]
Kinds = Annotated[
    list[SearchKind] | None, strawberry.argument(description="Leaves out what is of another kind; null finds all.")
]
FirstHits = Annotated[
    int, strawberry.argument(description="How many are wanted: 20 unless told, 200 at most (a setting of the server).")
]


async def find_hits(context: Context, text: str, kinds: list[SearchKind] | None, first: int) -> list[AnyHit]:
    """Return what a text finds, as the types of the schema."""
    limit = page_request(first, None, limit=context.settings.page_size).first
    found = await search_all(
        context.graph, context.viewer, _without_address(text.strip(), context.public_url), kinds=kinds, first=limit
    )
    return [_hit(item, context.public_url) for item in found]


def _without_address(text: str, public_url: str) -> str:
    """Return the path in an address of a page of ours; any other text as it is."""
    return unquote(text.removeprefix(public_url)) if text.startswith(f"{public_url}/") else text


def _hit(item: Item, public_url: str) -> AnyHit:
    if isinstance(item, Container):
        return container_type(item, public_url)
    if isinstance(item, PlacedCollection):
        return collection_type(item, public_url)
    return run_type(item, public_url) if isinstance(item, PlacedRun) else version_type(item, public_url)
