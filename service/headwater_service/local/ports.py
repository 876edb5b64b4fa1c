"""Ports of the local servers: chosen once, kept, and explained when another program took one."""

import contextlib
import socket
from collections.abc import Mapping
from typing import Final

import psutil

from headwater_service.errors import ConflictError
from headwater_service.local.home import Home, read_json, write_json

PREFERRED: Final[Mapping[str, int]] = {"bolt": 7687, "s3": 9000, "console": 9001, "service": 8900}
_TRIES: Final = 200


def choose_ports(home: Home) -> dict[str, int]:
    """Return the port of each server, chosen at the first call: the usual one, or the next that is free."""
    stored = read_json(home.ports_file)
    ports: dict[str, int] = {name: int(port) for name, port in stored.items() if name in PREFERRED}
    for name, preferred in PREFERRED.items():
        if name not in ports:
            ports[name] = _next_free(preferred, taken=set(ports.values()))
    if ports != stored:
        write_json(home.ports_file, ports)
    return ports


def check_free(name: str, port: int, home: Home) -> None:
    """Raise ConflictError that names who has the port, unless it is free."""
    if is_free(port):
        return
    raise ConflictError(
        f"Port {port}, which Headwater uses for {name}, is taken by {holder_of(port)}. Stop that program, or delete "
        f"the line {name!r} from {home.ports_file} to have another port chosen.",
        current=str(port),
    )


def is_free(port: int) -> bool:
    """Tell whether a server could listen on a port of this machine."""
    with socket.socket() as probe:
        # As servers do: a port that only waits for old connections to fade is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port that the system calls free just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def holder_of(port: int) -> str:
    """Name the program that listens on a port, as far as this user may know."""
    with contextlib.suppress(psutil.AccessDenied):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,) and connection.pid:
                with contextlib.suppress(psutil.NoSuchProcess):
                    return f"{psutil.Process(connection.pid).name()!r} (pid {connection.pid})"
    return "another program"


def _next_free(preferred: int, *, taken: set[int]) -> int:
    for port in range(preferred, preferred + _TRIES):
        if port not in taken and is_free(port):
            return port
    raise ConflictError(f"No port from {preferred} to {preferred + _TRIES - 1} is free.")
