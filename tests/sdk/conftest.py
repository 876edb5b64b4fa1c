"""Fixtures of the tests of the SDK: each begins and ends without an open run."""

from collections.abc import Iterator

import pytest

import headwater
from headwater._client import Client


@pytest.fixture(autouse=True)
def no_run_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Finish what a failed test left open while the variables by which it reaches its service still stand."""
    yield
    if headwater.run is not None:
        headwater.finish()
    assert headwater.run is None


@pytest.fixture
def client(client_environment: dict[str, str]) -> Client:
    return Client(client_environment["HEADWATER_BASE_URL"], client_environment["HEADWATER_API_KEY"])
