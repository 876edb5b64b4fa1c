"""The interface of what a lineage is made of."""

import strawberry

from headwater_service.api.enums import describe
from headwater_service.domain.lineage import LineageKind
from headwater_service.model import Instant

describe(
    LineageKind,
    "What a node of a lineage is.",
    {
        "RUN": "An execution: it consumes versions and produces versions.",
        "ARTIFACT_VERSION": "Content that a run logged.",
        "REGISTRY_VERSION": "A link to an artifact version, numbered in a registry.",
    },
)


@strawberry.interface(description="A run or a version, as far as a lineage shows it.")
class LineageNode:
    id: strawberry.ID = strawberry.field(description="The id that the root field `node` takes.")
    kind: LineageKind = strawberry.field(description="Which of the three implementing types this is.")
    label: str = strawberry.field(description="Short text for people: a run's name, or a version such as `mnist:v3`.")
    url: str = strawberry.field(description="Address of its page on this server.")
    created_at: Instant = strawberry.field(description="When the server learned of it.")
    is_deleted: bool = strawberry.field(
        description="Whether only a tombstone is left, which lineage passes through and lists leave out."
    )
    distance: int | None = strawberry.field(
        description="Edges from the start of the lineage that gave this node; null outside a lineage.", default=None
    )
