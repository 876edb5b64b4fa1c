"""Plain requests to a service, without retries or redirects."""

from collections.abc import Mapping
from typing import Any

import urllib3


def send(method: str, url: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> urllib3.BaseHTTPResponse:
    with urllib3.PoolManager() as pool:
        return pool.request(method, url, headers=headers, redirect=False, retries=False, **more)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
