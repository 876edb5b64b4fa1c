"""The interface of everything that has an id."""

import strawberry

# Registers the enums before any type names one.
from headwater_service.api import enums as enums


@strawberry.interface(description="Anything stored, found again by its id through the root field `node`.")
class Node:
    id: strawberry.ID = strawberry.field(
        description="Made by the server, opaque, never reused; stays the same when names change."
    )
