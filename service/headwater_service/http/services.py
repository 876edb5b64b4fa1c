"""What a request finds behind the routes: one set a process, made when the application starts."""

from collections import Counter
from dataclasses import dataclass, field

from starlette.types import Scope

from headwater_service.config import Settings
from headwater_service.domain.event_tail import EventTail
from headwater_service.store.graph import Graph
from headwater_service.store.objects import ObjectStore


@dataclass(kw_only=True)
class Services:
    """`is_prepared` turns true once the migrations of the graph are known to be applied.

    `store_faults` are what the object store lacks and nothing is safe without; None until it was asked.
    """

    settings: Settings
    graph: Graph
    objects: ObjectStore
    tail: EventTail
    # Open sockets by the id of their user.
    sockets: Counter[str] = field(default_factory=Counter)
    is_prepared: bool = False
    store_faults: tuple[str, ...] | None = None
    preparation_error: str = "has not been tried yet"


def services_of(scope: Scope) -> Services:
    """Return the services that the lifespan put into the state of every request."""
    services = scope["state"]["services"]
    assert isinstance(services, Services)
    return services
