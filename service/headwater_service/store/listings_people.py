"""Users in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from headwater_service.model import Page, User
from headwater_service.store.filters import OrderDirection
from headwater_service.store.graph import Transaction
from headwater_service.store.listing import Listing, Sorting, Window, count_all, read_page

_ACQUAINTED: Final[LiteralString] = (
    "(user.id = $self OR EXISTS { MATCH (user)-[:MEMBER_OF]->(entity:Entity) WHERE entity.id IN $entities })"
)
_NAME_ORDER: Final = Sorting("NAME", "user.name", "user.id", OrderDirection.ASC)


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """Whom a user knows: itself and the members of some entities."""

    user_id: str
    entity_ids: Sequence[str]


async def list_users(tx: Transaction, known_to: Acquaintance | None, window: Window) -> Page[User]:
    """Return a page of those whom somebody knows, or of all users, in order of their names."""
    return await read_page(tx, _users(known_to), _NAME_ORDER, window, lambda row: User(**row["user"]))


async def count_users(tx: Transaction, known_to: Acquaintance | None) -> int:
    return await count_all(tx, _users(known_to), "user")


def _users(known_to: Acquaintance | None) -> Listing:
    parameters: dict[str, Any] = {}
    if known_to is not None:
        parameters = {"self": known_to.user_id, "entities": list(known_to.entity_ids)}
    return Listing(
        match="MATCH (user:User)",
        condition="true" if known_to is None else _ACQUAINTED,
        carry="user",
        columns="RETURN user {.id, .name, .is_admin, .created_at} AS user",
        parameters=parameters,
    )
