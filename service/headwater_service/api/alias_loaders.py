"""Loaders of what aliases were: many questions of one request in one query."""

from typing import Final, TypeAlias

from strawberry.dataloader import DataLoader

from headwater_service import model
from headwater_service.api.aliases import Alias, AliasMove
from headwater_service.config import Settings
from headwater_service.model import Instant
from headwater_service.store.alias_history import (
    AliasAt,
    Span,
    find_aliases_at,
    find_former_names,
    find_moves,
    find_spans,
)
from headwater_service.store.graph import Graph

# A collection, a name, and the number of a move or a time.
MoveKey: TypeAlias = tuple[str, str, int]
TimeKey: TypeAlias = tuple[str, str, Instant]

# A change has the time at which its transaction took the lock, and is seen when that ends. So what was true at a time
# is certain once every transaction that was open then has ended: after the database's own limit, which `headwater up`
# sets and the doctor asks for, or after the deadline of writes where that was set longer (deletions have 28 s).
# Only a commit of more than 30,000 blobs is given longer (`domain/artifacts.py`).
PROVISIONAL_SECONDS: Final = 30


class AliasLoaders:
    """One set a request. The collections that are asked for were given to the viewer before."""

    def __init__(self, graph: Graph, settings: Settings) -> None:
        self._graph = graph
        self._provisional = int(max(PROVISIONAL_SECONDS, settings.query_timeout_seconds) * 1_000_000)
        self._aliases: DataLoader[TimeKey, AliasAt] = DataLoader(load_fn=self._load_aliases)
        self._moves: DataLoader[MoveKey, model.AliasMove] = DataLoader(load_fn=self._load_moves)
        self._spans: DataLoader[MoveKey, Span] = DataLoader(load_fn=self._load_spans)
        self._former: DataLoader[str, list[str]] = DataLoader(load_fn=self._load_former)

    def take(self, move: model.AliasMove) -> None:
        """Keep that a move of this very moment still stands."""
        self._spans.prime((move.collection_id, move.name, move.rev), Span(until=None, now=move.at))

    async def alias_at(self, collection_id: str, name: str, at: Instant) -> Alias | None:
        """Return an alias as it stood at a time, or None if it pointed nowhere."""
        found = await self._aliases.load((collection_id, name, at))
        if found.alias is None:
            return None
        return Alias.from_model(found.alias, is_provisional=at > found.now - self._provisional)

    async def move(self, collection_id: str, name: str, rev: int) -> AliasMove:
        return AliasMove.from_model(await self._moves.load((collection_id, name, rev)))

    async def span(self, collection_id: str, name: str, rev: int) -> Span:
        """Return when the next move replaced one."""
        return await self._spans.load((collection_id, name, rev))

    async def former_names(self, collection_id: str) -> list[str]:
        """Return the names of aliases that were removed from a collection."""
        return await self._former.load(collection_id)

    async def _load_aliases(self, keys: list[TimeKey]) -> list[AliasAt]:
        return await self._graph.read(lambda tx: find_aliases_at(tx, keys))

    async def _load_moves(self, keys: list[MoveKey]) -> list[model.AliasMove]:
        return await self._graph.read(lambda tx: find_moves(tx, keys))

    async def _load_spans(self, keys: list[MoveKey]) -> list[Span]:
        return await self._graph.read(lambda tx: find_spans(tx, keys))

    async def _load_former(self, ids: list[str]) -> list[list[str]]:
        found = await self._graph.read(lambda tx: find_former_names(tx, ids))
        return [list(found.get(one, ())) for one in ids]
