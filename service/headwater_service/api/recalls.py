"""GraphQL types: recalls, and what they reach."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from headwater_service.api.connection import Connection, Edge
from headwater_service.api.context import Info
from headwater_service.api.enums import describe
from headwater_service.api.fields import resolved
from headwater_service.api.people import User
from headwater_service.domain.recalls import SeenRecall
from headwater_service.model import Instant, RecallSeverity

if TYPE_CHECKING:
    from headwater_service.api.versions import Version

describe(
    RecallSeverity,
    "How bad a recalled version is.",
    {
        "WARNING": "Whoever uses what came from it is warned.",
        "CRITICAL": "Nothing that came from it is used, unless somebody says so each time.",
    },
)


@strawberry.type(
    description="A mark that a version is bad, with all that came from it. Of one whose version the viewer may not "
    "see, only severity and time are told."
)
class Recall:
    id: strawberry.ID = strawberry.field(description="What `withdrawRecall` takes.")
    severity: RecallSeverity = strawberry.field(description="How bad it is.")
    at: Instant = strawberry.field(description="When the version was recalled.")
    reason: str | None = strawberry.field(
        description="Why, as whoever recalled it wrote; null when the viewer may not see the version."
    )
    withdrawn_at: Instant | None = strawberry.field(
        description="When it was taken back, from which moment it reaches nothing; null while it holds."
    )
    distance: int | None = strawberry.field(
        description="How many edges of the lineage lie between the recalled version and what was asked for: 0 is the "
        "version itself. Null when the viewer may not see the version."
    )
    version_id: strawberry.Private[str]
    author_id: strawberry.Private[str | None]

    @classmethod
    def from_seen(cls, seen: SeenRecall) -> "Recall":
        recall, is_visible = seen.recall, seen.version is not None
        return cls(
            id=strawberry.ID(recall.id),
            severity=recall.severity,
            at=recall.at,
            reason=recall.reason if is_visible else None,
            withdrawn_at=recall.withdrawn_at,
            distance=seen.distance if is_visible else None,
            version_id=recall.version_id,
            author_id=recall.by if is_visible else None,
        )

    @resolved("What was recalled; null when the viewer may not see it.")
    async def version(
        self, info: Info
    ) -> Annotated["Version", strawberry.lazy("headwater_service.api.versions")] | None:
        return await info.context.loaders.version(self.version_id)

    @resolved("Who recalled it; null when the account is gone or the viewer may not see the version.")
    async def by(self, info: Info) -> User | None:
        return await info.context.loaders.author(self.author_id)


@strawberry.type(description="A recall on a page.")
class RecallEdge(Edge):
    node: Recall = strawberry.field(description="The recall at this position.")


@strawberry.type(description="A page of recalls.")
class RecallConnection(Connection):
    edges: list[RecallEdge] = strawberry.field(description="The recalls of this page, the newest first.")
