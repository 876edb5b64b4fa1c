"""Connections to servers: one pool a process, and one packet for a short request."""

from __future__ import annotations

import os
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

# Copying more into one packet would cost more than the second packet.
MOST_BYTES_AT_ONCE = 65_536


class _AtOnce(HTTPConnection):
    """Sends the headers together with a short body. Apart, as http.client sends them, they wake the server twice."""

    _held: list[Any] | None = None

    def request(self, method: str, url: str, body: Any = None, *arguments: Any, **named: Any) -> None:
        if not isinstance(body, bytes) or len(body) > MOST_BYTES_AT_ONCE:
            super().request(method, url, body, *arguments, **named)
            return
        held: list[Any] = []
        self._held = held
        try:
            super().request(method, url, body, *arguments, **named)
        finally:
            self._held = None
        self.send(b"".join(held))

    def send(self, data: Any) -> None:
        if self._held is None:
            super().send(data)
        else:
            self._held.append(data)


class _HTTPSAtOnce(_AtOnce, HTTPSConnection):
    """The same over TLS."""


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _AtOnce


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HTTPSAtOnce


_POOL_CLASSES = {"http": _Pool, "https": _HTTPSPool}


class ForkSafePool:
    """One `urllib3.PoolManager` per process: a child of a fork must never write on its parent's sockets."""

    def __init__(self, *, size: int, timeout: urllib3.Timeout, blocksize: int = 16384) -> None:
        self._arguments: dict[str, Any] = {"maxsize": size, "timeout": timeout, "blocksize": blocksize}
        self._owner: tuple[int, urllib3.PoolManager] | None = None

    def get(self) -> urllib3.PoolManager:
        """The pool of this process."""
        owner = self._owner
        if owner is None or owner[0] != os.getpid():
            # No lock: a fork could copy it locked. Two threads that race make two pools, and one is dropped.
            owner = self._owner = (os.getpid(), urllib3.PoolManager(retries=False, **self._arguments))
            owner[1].pool_classes_by_scheme = _POOL_CLASSES
        return owner[1]

    def close(self) -> None:
        """Close the idle connections of this process."""
        owner, self._owner = self._owner, None
        if owner is not None and owner[0] == os.getpid():
            owner[1].clear()
