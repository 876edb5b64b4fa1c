"""What every resolver finds at `info.context`: the request's viewer and the doors to graph and store."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import strawberry

from headwater_service.config import Settings
from headwater_service.domain.access import Viewer
from headwater_service.domain.event_stream import Live
from headwater_service.store.graph import Graph
from headwater_service.store.objects import ObjectStore

if TYPE_CHECKING:
    from headwater_service.api.listings import Listings
    from headwater_service.api.loaders import Loaders


@dataclass(kw_only=True)
class Context:
    """One a request."""

    graph: Graph
    objects: ObjectStore
    settings: Settings
    viewer: Viewer
    request_id: str
    # Of a subscription alone.
    live: Live | None = None

    @cached_property
    def loaders(self) -> "Loaders":
        # The loaders build API types, which read this context: imported late to end the circle.
        from headwater_service.api.loaders import Loaders

        return Loaders(self.graph, self.objects, self.viewer, self.settings)

    @cached_property
    def listings(self) -> "Listings":
        from headwater_service.api.listings import Listings

        return Listings(self)

    def forget(self) -> None:
        """Drop what was loaded: a mutation calls this after its change, before it reads what to return."""
        self.__dict__.pop("loaders", None)

    @property
    def public_url(self) -> str:
        return self.settings.service_public_url


Info: TypeAlias = strawberry.Info[Context, None]
