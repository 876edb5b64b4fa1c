"""GraphQL types: aliases and how they moved."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

from headwater_service import model
from headwater_service.api.connection import After, Connection, Edge, First
from headwater_service.api.context import Info
from headwater_service.api.fields import resolved
from headwater_service.api.guards import Guard
from headwater_service.api.people import User
from headwater_service.model import Instant
from headwater_service.store.alias_history import MovesWanted

if TYPE_CHECKING:
    from headwater_service.api.versions import Version

MovedAfter: TypeAlias = Annotated[
    Instant | None, strawberry.argument(description="Only moves later than this; null: from the first.")
]
MovedBefore: TypeAlias = Annotated[
    Instant | None, strawberry.argument(description="Only moves earlier than this; null: to the last.")
]


@strawberry.type(description="A movable name of one version inside a collection, such as `latest` or `production`.")
class Alias:
    name: str = strawberry.field(description="Unique in its collection. `latest` is kept by the server.")
    moved_at: Instant = strawberry.field(description="Since when it points where it does.")
    is_provisional: bool = strawberry.field(
        description="Asked as of a time so recent that a change with an earlier time may still be under way: within "
        "the longest time that a write may take: 30 seconds, or `HEADWATER_QUERY_TIMEOUT` where that is longer."
    )
    collection_id: strawberry.Private[str]
    version_id: strawberry.Private[str]
    mover_id: strawberry.Private[str | None]
    rev: strawberry.Private[int]

    @classmethod
    def from_model(cls, alias: model.Alias, *, is_provisional: bool = False) -> "Alias":
        return cls(
            name=alias.name,
            moved_at=alias.moved_at,
            is_provisional=is_provisional,
            rev=alias.rev,
            collection_id=alias.collection_id,
            version_id=alias.version_id,
            mover_id=alias.moved_by,
        )

    @resolved("What it points at, or pointed at when it was asked for as of a time.")
    async def version(self, info: Info) -> Annotated["Version", strawberry.lazy("headwater_service.api.versions")]:
        found = await info.context.loaders.version(self.version_id)
        assert found is not None, "an alias points into its own collection"
        return found

    @resolved("Who pointed it there; null when the account is gone.")
    async def moved_by(self, info: Info) -> User | None:
        return await info.context.loaders.author(self.mover_id)

    @resolved("The move that put it there: who and why, since when, until when and for how long.")
    async def move(self, info: Info) -> "AliasMove":
        return await info.context.loaders.alias_history.move(self.collection_id, self.name, self.rev)

    @resolved("What a version must meet before it moves there: the guard of the registry, then that of the series.")
    async def guards(self, info: Info) -> list[Guard]:
        loaders = info.context.loaders
        collection = await loaders.collection(self.collection_id)
        assert collection is not None, "whoever sees an alias sees where it lives"
        guards = await loaders.guards.on_alias(collection.home.id, self.collection_id, self.name)
        return [Guard.from_model(guard) for guard in guards]

    @resolved("Every place it has pointed at, newest first.")
    async def history(
        self,
        info: Info,
        moved_after: MovedAfter = None,
        moved_before: MovedBefore = None,
        first: First = 50,
        after: After = None,
    ) -> "AliasMoveConnection":
        asked = MovesWanted(self.collection_id, self.name, after=moved_after, before=moved_before)
        return await info.context.listings.moves(asked, first=first, after=after)


@strawberry.type(description="One change of where an alias points. Moves are kept for ever.")
class AliasMove:
    name: str = strawberry.field(description="The alias that was moved.")
    at: Instant = strawberry.field(description="When the change took effect, by the clock of the database.")
    reason: str = strawberry.field(description="What the mover gave as the cause; may be empty.")
    collection_id: strawberry.Private[str]
    rev: strawberry.Private[int]
    from_id: strawberry.Private[str | None]
    to_id: strawberry.Private[str | None]
    mover_id: strawberry.Private[str | None]

    @classmethod
    def from_model(cls, move: model.AliasMove) -> "AliasMove":
        return cls(
            name=move.name,
            at=move.at,
            reason=move.reason,
            collection_id=move.collection_id,
            rev=move.rev,
            from_id=move.from_version_id,
            to_id=move.to_version_id,
            mover_id=move.by,
        )

    @resolved("Where it pointed before; null when it was new.", name="from")
    async def from_version(
        self, info: Info
    ) -> Annotated["Version", strawberry.lazy("headwater_service.api.versions")] | None:
        return None if self.from_id is None else await info.context.loaders.version(self.from_id)

    @resolved("Where it pointed afterwards; null when it was removed.", name="to")
    async def to_version(
        self, info: Info
    ) -> Annotated["Version", strawberry.lazy("headwater_service.api.versions")] | None:
        return None if self.to_id is None else await info.context.loaders.version(self.to_id)

    @resolved("Who moved it; null when the account is gone.")
    async def by(self, info: Info) -> User | None:
        return await info.context.loaders.author(self.mover_id)

    @resolved("When the next move replaced it; null while it stands.")
    async def until(self, info: Info) -> Instant | None:
        return (await info.context.loaders.alias_history.span(self.collection_id, self.name, self.rev)).until

    @resolved("How many seconds it stood: up to `until`, or so far.")
    async def seconds(self, info: Info) -> float:
        span = await info.context.loaders.alias_history.span(self.collection_id, self.name, self.rev)
        return ((span.now if span.until is None else span.until) - self.at) / 1_000_000


@strawberry.type(description="A move on a page of an alias's history.")
class AliasMoveEdge(Edge):
    node: AliasMove = strawberry.field(description="The move at this position.")


@strawberry.type(description="A page of an alias's history.")
class AliasMoveConnection(Connection):
    edges: list[AliasMoveEdge] = strawberry.field(description="The moves of this page, newest first.")
