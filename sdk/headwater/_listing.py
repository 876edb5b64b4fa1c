"""Pages of the API as one lazy sequence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ._client import Client
from ._errors import NotFoundError

PAGE = 100


def pages(
    client: Client, document: str, variables: Mapping[str, Any], find: Callable[[dict[str, Any]], Any]
) -> Iterator[dict[str, Any]]:
    """The edges of a connection, fetched a page at a time while they are read.

    Args:
        client: Where to ask.
        document: A query with `$first` and `$after`.
        variables: Its other variables.
        find: Takes the connection out of the data.

    Raises:
        NotFoundError: if what should have the connection is not there.
    """
    after: str | None = None
    while True:
        data = client.execute(document, {**variables, "first": PAGE, "after": after})
        connection = find(data)
        if connection is None:
            raise NotFoundError(f"There is no {variables.get('path')!r}, or you may not see it.")
        yield from connection["edges"]
        if not connection["pageInfo"]["hasNextPage"]:
            return
        after = connection["pageInfo"]["endCursor"]
