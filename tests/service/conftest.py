"""Fixtures for tests below the API."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from content import Site
from headwater_service.config import Settings
from headwater_service.store.graph import Graph
from headwater_service.store.objects import ObjectStore, open_objects


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def objects(settings: Settings) -> AsyncIterator[ObjectStore]:
    """The object store of the session, with its three limited keys."""
    opened = open_objects(settings)
    yield opened
    await opened.close()


@pytest.fixture
def site(graph: Graph, objects: ObjectStore, settings: Settings) -> Site:
    """The doors of a service, for the helpers of `content`."""
    return Site(graph, objects, settings)
