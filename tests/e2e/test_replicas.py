"""Two replicas behind a balancer without memory do what one does: nothing that matters is kept in a process.

The tests of the examples run over them too; here is what those do not touch.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import urllib3

import headwater
from authorisation_world import operation
from conftest import Person
from e2e.conftest import Replicas
from servers import Service

GRAPHQL = re.compile(r'headwater_requests_total\{method="POST",route="/graphql",status="200"\} (\d+)')

SIGN_IN = """
mutation SignIn($input: CreateSignInLinkInput!) {
  createSignInLink(input: $input) { ... on CreateSignInLinkPayload { url } ... on UserError { message } }
}
"""


def answered(service: Service) -> int:
    text = urllib3.request("GET", f"{service.url}/metrics").data.decode()
    return sum(int(count) for count in GRAPHQL.findall(text))


def test_a_pipeline_runs_over_both(
    replicas: Replicas,
    client_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    project: str,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("HEADWATER_BASE_URL", replicas.url)
    before = [answered(service) for service in replicas.services]
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
    after = [answered(service) for service in replicas.services]
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


def test_a_browser_signed_in_by_one_is_known_to_both_until_it_signs_out(
    replicas: Replicas, post: Callable[..., dict[str, Any]], user: Person
) -> None:
    first, second = (service.url for service in replicas.services)
    link = post(SIGN_IN, key=user.key, url=first, input={"operationId": operation()})["createSignInLink"]["url"]
    signed_in = urllib3.request("POST", f"{second}/api/sessions", json={"token": link.partition("#")[2]})
    headers = {"Cookie": signed_in.headers["Set-Cookie"].partition(";")[0], "X-Headwater-Request": "1"}

    def viewers() -> list[tuple[int, Any]]:
        body = {"query": "{ viewer { user { name } } }"}
        asked = [urllib3.request("POST", f"{url}/graphql", json=body, headers=headers) for url in (first, second)]
        return [(answer.status, answer.json()["data"]) for answer in asked]

    known = viewers()
    urllib3.request("DELETE", f"{first}/api/sessions", headers=headers)

    assert link.startswith(f"{replicas.url}/sign-in#")
    assert signed_in.status == 200
    assert known == [(200, {"viewer": {"user": {"name": user.name}}})] * 2
    assert viewers() == [(401, None)] * 2


def test_a_key_revoked_at_one_is_refused_by_the_other_at_once(
    replicas: Replicas, post: Callable[..., dict[str, Any]], user: Person
) -> None:
    make = (
        "mutation C($i: CreateApiKeyInput!) "
        "{ createApiKey(input: $i) { ... on CreateApiKeyPayload { key apiKey { id } } } }"
    )
    end = "mutation R($i: RevokeApiKeyInput!) { revokeApiKey(input: $i) { __typename } }"
    first, second = (service.url for service in replicas.services)
    made = post(make, key=user.key, url=first, i={"operationId": operation(), "name": "short-lived"})["createApiKey"]

    def status() -> int:
        headers = {"Authorization": f"Bearer {made['key']}"}
        return urllib3.request("POST", f"{second}/graphql", json={"query": "{ __typename }"}, headers=headers).status

    before = status()
    post(end, key=user.key, url=first, i={"operationId": operation(), "apiKeyId": made["apiKey"]["id"]})

    assert (before, status()) == (200, 401)
