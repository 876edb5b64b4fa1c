"""Start the service: `python -m headwater_service`, with the settings of the environment."""

import os
import sys
import tempfile

import uvicorn

from headwater_service.config import Settings, settings_from
from headwater_service.errors import InvalidInputError

GRACE_SECONDS = 30
# A message of a client holds a subscription, and nothing else.
SOCKET_MESSAGE_BYTES = 1024 * 1024


def main() -> int:
    """Serve until a signal says to stop; requests that run are finished first."""
    try:
        settings = settings_from()
        host, port = _address(settings.listen)
    except InvalidInputError as error:
        print(error.message, file=sys.stderr)
        return 2
    if settings.workers == 1:
        _serve(settings, host, port)
        return 0
    # The processes put their measurements into files that /metrics of any of them adds up.
    with tempfile.TemporaryDirectory(prefix="headwater-metrics-") as folder:
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", folder)
        _serve(settings, host, port)
    return 0


def _serve(settings: Settings, host: str, port: int) -> None:
    uvicorn.run(
        "headwater_service.app:create",
        factory=True,
        host=host,
        port=port,
        workers=settings.workers,
        # With several workers, asyncio's own loop serves sockets that wait 40 ms for an acknowledgement on every
        # sequential request; uvloop sets TCP_NODELAY on each connection.
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        ws_max_size=SOCKET_MESSAGE_BYTES,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not port.isdecimal() or not host:
        raise InvalidInputError(f"HEADWATER_LISTEN={listen!r} is not <address>:<port>", field="HEADWATER_LISTEN")
    return host.strip("[]"), int(port)


if __name__ == "__main__":
    sys.exit(main())
