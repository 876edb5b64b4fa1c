"""Service and store known to clients by other names than inside: everything that clients are given has those names."""

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import urllib3

import headwater
from conftest import Person
from e2e.round_robin import round_robin
from forwarding import forwarded
from headwater_service.config import Settings
from headwater_service.local.ports import free_port
from servers import Service, running_service

PART = 16 * 1024**2


@dataclass(frozen=True)
class Public:
    """What clients are told: neither address is one that the servers listen on."""

    url: str
    store: str
    service: Service


@pytest.fixture(scope="module", params=["one service", pytest.param("two replicas", marks=pytest.mark.slow)])
def public(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Public]:
    port, inner = free_port(), int(settings.s3_endpoint.rpartition(":")[2])
    url = f"http://localhost:{port}"
    with forwarded(inner) as store_port:
        store = f"http://localhost:{store_port}"
        named = replace(settings, public_url=url, s3_public_endpoint=store)
        with contextlib.ExitStack() as stack:
            service = stack.enter_context(running_service(named, tmp_path_factory.mktemp("named")))
            if request.param == "two replicas":
                other = stack.enter_context(running_service(named, tmp_path_factory.mktemp("other")))
                stack.enter_context(round_robin(port, [service.url, other.url]))
            else:
                stack.enter_context(forwarded(int(service.url.rpartition(":")[2]), port=port))
            yield Public(url, store, service)


def redirected(public: Public, key: str, path: str) -> str:
    response = urllib3.request(
        "GET", f"{public.url}/files/{path}", headers={"Authorization": f"Bearer {key}"}, redirect=False
    )
    assert response.status == 302
    return response.headers["Location"]


def test_files_go_up_and_come_down_through_the_public_names(
    public: Public, client_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, user: Person, tmp_path: Path
) -> None:
    monkeypatch.setenv("HEADWATER_BASE_URL", public.url)
    small, large = tmp_path / "note.txt", tmp_path / "weights.bin"
    small.write_text("a note", "utf-8")
    large.write_bytes(b"0123456789abcdef" * (PART // 16) + b"one byte too many for a part")
    artifact = headwater.Artifact("files", type="dataset")
    artifact.add_file(str(small))
    artifact.add_file(str(large))

    with headwater.init(job_type="load") as run:
        logged = run.log_artifact(artifact).wait()
        run_url = run.url
    with headwater.init(job_type="read") as run:
        folder = Path(run.use_artifact("files:latest").download(str(tmp_path / "got"), skip_cache=True))

    assert (folder / "note.txt").read_text("utf-8") == "a note"
    assert hashlib.sha256((folder / "weights.bin").read_bytes()).digest() == hashlib.sha256(large.read_bytes()).digest()
    assert str(run_url).startswith(f"{public.url}/{user.name}/")
    assert str(logged.url).startswith(f"{public.url}/{user.name}/")


def test_a_preview_and_a_download_are_served_under_the_public_name_of_the_store(
    public: Public,
    client_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    user: Person,
    project: str,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("HEADWATER_BASE_URL", public.url)
    (tmp_path / "note.txt").write_text("a note", "utf-8")
    with headwater.init(job_type="load") as run:
        run.log_artifact(str(tmp_path / "note.txt"), name="notes", type="dataset").wait()

    preview = redirected(public, user.key, f"{project}/notes:v0/note.txt?preview")
    download = redirected(public, user.key, f"{project}/notes:v0/note.txt")

    shown, saved = urllib3.request("GET", preview), urllib3.request("GET", download)
    assert {f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in (preview, download)} == {public.store}
    assert (shown.status, shown.data, saved.status, saved.data) == (200, b"a note", 200, b"a note")
    assert shown.headers["Content-Type"].startswith("text/plain")
    assert saved.headers["Content-Disposition"].startswith("attachment")


def test_no_page_names_an_internal_address_in_its_policy(public: Public) -> None:
    policy = urllib3.request("GET", f"{public.url}/sign-in").headers["Content-Security-Policy"]
    graphiql = urllib3.request("GET", f"{public.url}/graphiql").headers["Content-Security-Policy"]

    assert "default-src" in policy and "default-src" in graphiql
    assert public.service.settings.s3_endpoint not in policy + graphiql
    assert public.service.url not in policy + graphiql
