"""Each test begins and ends without an open run."""

from collections.abc import Iterator

import pytest

import headwater


@pytest.fixture(autouse=True)
def no_run_is_left(client_environment: dict[str, str]) -> Iterator[None]:
    yield
    if headwater.run is not None:
        headwater.finish()
