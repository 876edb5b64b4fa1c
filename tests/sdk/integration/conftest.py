"""Each callback reports to a service of the tests."""

import pytest


@pytest.fixture(autouse=True)
def reported_to(client_environment: dict[str, str]) -> dict[str, str]:
    return client_environment
