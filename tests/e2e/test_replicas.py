"""Two replicas behind a balancer without memory do what one does: nothing that matters is kept in a process."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import urllib3

import headwater
from e2e.round_robin import round_robin
from headwater_service.config import Settings
from headwater_service.local.ports import free_port
from servers import Service, running_service

GRAPHQL = re.compile(r'headwater_requests_total\{method="POST",route="/graphql",status="200"\} (\d+)')


@pytest.fixture(scope="module")
def replicas(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[Service]]]:
    """The address of the balancer, and the two services behind it."""
    port = free_port()
    named = replace(settings, public_url=f"http://127.0.0.1:{port}")
    with (
        running_service(named, tmp_path_factory.mktemp("one")) as one,
        running_service(named, tmp_path_factory.mktemp("two")) as two,
        round_robin(port, [one.url, two.url]) as url,
    ):
        yield url, [one, two]


def answered(service: Service) -> int:
    text = urllib3.request("GET", f"{service.url}/metrics").data.decode()
    return sum(int(count) for count in GRAPHQL.findall(text))


def test_a_pipeline_runs_over_both(
    replicas: tuple[str, list[Service]],
    client_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    project: str,
    tmp_path: Path,
) -> None:
    url, services = replicas
    monkeypatch.setenv("HEADWATER_BASE_URL", url)
    before = [answered(service) for service in services]
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n", "utf-8")

    with headwater.init(job_type="load") as run:
        run.log_artifact(str(tmp_path / "rows.csv"), name="rows", type="dataset").wait()
    with headwater.init(job_type="train") as run:
        folder = run.use_artifact("rows:latest").download(str(tmp_path / "got"))
        for step in range(5):
            run.log({"loss": 1 / (step + 1)})
        model = headwater.Artifact("model", type="model", metadata={"loss": 0.2})
        with model.new_file("weights.txt") as file:
            file.write("0.5")
        run.log_artifact(model, aliases=["best"]).wait()
        key = run.id

    found = headwater.Api().artifact(f"{project}/model:best")
    after = [answered(service) for service in services]
    assert (Path(folder) / "rows.csv").read_text("utf-8") == "a,b\n1,2\n"
    assert found.version == "v0"
    assert found.metadata == {"loss": 0.2}
    assert logged_by(found) == key
    assert headwater.Api().run(f"{project}/{key}").state == "FINISHED"
    assert all(now > then for now, then in zip(after, before, strict=True))


def logged_by(artifact: Any) -> str:
    run = artifact.logged_by()
    assert run is not None
    return str(run.id)
