"""A service that is told to stop finishes what runs, refuses what is new, and then ends."""

import http.client
import os
import signal
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from headwater_service.config import Settings
from headwater_service.domain.sessions import viewer_of_key
from headwater_service.local.processes import is_running, wait_until
from headwater_service.store.graph import Graph
from servers import running_service


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.slow), 2])
async def test_a_request_that_runs_is_finished(
    settings: Settings, graph: Graph, admin_key: str, tmp_path: Path, workers: int
) -> None:
    viewer = await viewer_of_key(graph, admin_key)
    assert viewer is not None
    with (
        running_service(replace(settings, workers=workers), tmp_path) as service,
        closing(http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=20)) as connection,
    ):
        connection.putrequest("PUT", f"/api/manifests/{viewer.user_name}")
        connection.putheader("Authorization", f"Bearer {admin_key}")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        connection.send(b'd\r\n{"format":1}\n\r\n')
        time.sleep(0.5)  # nothing outside shows that the request has begun

        os.kill(service.process.pid, signal.SIGTERM)
        # Of several processes the parent keeps the socket open; what comes meanwhile waits, and nobody takes it up.
        refused = workers > 1 or wait_until(lambda: not _accepts(service.url), seconds=10)
        time.sleep(0.5)  # the processes have been told by now
        still_runs = is_running(service.process)
        connection.send(b"0\r\n\r\n")
        response = connection.getresponse()
        body = response.read()

        assert refused and still_runs
        assert response.status == 200, body
        assert b'"fileCount":0' in body
        assert wait_until(lambda: not is_running(service.process), seconds=20)


def _accepts(url: str) -> bool:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=2)
    try:
        connection.connect()
    except OSError:
        return False
    finally:
        connection.close()
    return True
