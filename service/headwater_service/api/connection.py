"""Relay connections over keyset pages. A cursor is opaque; counting is done only when asked for."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import strawberry

from headwater_service.api.fields import resolved
from headwater_service.errors import InvalidInputError
from headwater_service.model import Page

T = TypeVar("T")
C = TypeVar("C", bound="Connection")

First = Annotated[
    int, strawberry.argument(description="Length of the page: 50 unless told, 200 at most (a setting of the server).")
]
After = Annotated[
    str | None,
    strawberry.argument(description="`endCursor` of the page before; null starts at the beginning."),
]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a listing is asked for: `after` is the position that the store gave with an item, not a cursor."""

    first: int
    after: str | None


def page_request(first: int, after: str | None, *, limit: int) -> PageRequest:
    """Check the paging arguments of a field. Raises InvalidInputError naming the one that is wrong."""
    if not 0 <= first <= limit:
        raise InvalidInputError(f"`first` is {first}; a page holds from 0 to {limit} items.", field="first")
    return PageRequest(first, None if after is None else decode_cursor(after))


def encode_cursor(position: str) -> str:
    """Turn a position in a listing into the opaque string that a client sends back as `after`."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError("`after` is not a cursor of this listing.", field="after") from error


@strawberry.type(description="Where a page lies in its listing.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more items follow; ask for them with `endCursor`.")
    has_previous_page: bool = strawberry.field(description="True on every page but the one asked without `after`.")
    start_cursor: str | None = strawberry.field(description="Position of the first item; null on an empty page.")
    end_cursor: str | None = strawberry.field(
        description="Position of the last item, to be sent as `after`; null on an empty page."
    )


@strawberry.type(description="One item of a page.")
class Edge:
    cursor: str = strawberry.field(description="Opaque position of this item, usable as `after`.")


@strawberry.type(description="A page of a listing.")
class Connection:
    page_info: PageInfo = strawberry.field(description="What lies before and behind this page.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @resolved("Number of items on all pages together, as the filter leaves them. Counted only when asked for.")
    async def total_count(self) -> int:
        return await self.count()


def connect(
    connection: Callable[..., C],
    edge: Callable[..., Any],  # each noun's edge has its own type of node
    page: Page[Any],
    nodes: Sequence[Any],
    *,
    request: PageRequest,
    count: Callable[[], Awaitable[int]],
    facts: Sequence[Mapping[str, Any]] | None = None,
) -> C:
    """Build the connection of a noun from a page of the store and the nodes made of its items.

    `facts` are further fields of each edge; a connection with further fields of its own comes with them bound.
    """
    cursors = [encode_cursor(position) for position in page.cursors]
    further = [{} for _ in nodes] if facts is None else facts
    edges = [edge(cursor=cursor, node=node, **more) for cursor, node, more in zip(cursors, nodes, further, strict=True)]
    info = PageInfo(
        has_next_page=page.has_next,
        has_previous_page=request.after is not None,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )
    # `edges` is a field of each noun's own class.
    return connection(edges=edges, page_info=info, count=count)
