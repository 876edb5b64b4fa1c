"""`headwater doctor` finds each thing that can be wrong, on real servers that are wrong in that way."""

import contextlib
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import urllib3
from minio.versioningconfig import SUSPENDED, VersioningConfig

from forwarding import forwarded
from headwater_service.config import Settings
from headwater_service.local import servers as local_servers
from headwater_service.local.doctor import examine, java_version
from headwater_service.local.home import home_from
from headwater_service.local.plan import make_plan
from headwater_service.local.ports import free_port
from headwater_service.store.probes import StoreProbes, judge_guard_rail
from headwater_service.store.setup import add_key, admin_client, policies, s3_client
from servers import REGION, Servers, Service, environment_of, fresh_bucket_settings, new_key, running_neo4j


def outcomes(settings: Settings) -> dict[str, str]:
    return {probe.name: probe.outcome for probe in StoreProbes(settings).run()}


def failures(settings: Settings) -> dict[str, str]:
    return {probe.name: probe.message for probe in StoreProbes(settings).run() if probe.outcome == "fail"}


def test_a_store_as_it_should_be_passes_every_probe(settings: Settings) -> None:
    assert outcomes(settings) == {
        "object store": "ok",
        "clock": "ok",
        "versioned bucket": "ok",
        "write, read and delete through signed URLs": "ok",
        "SHA-256 checked by the store": "ok",
        "If-None-Match on PUT": "ok",
        "store keys": "ok",
        "forged writes": "ok",
        "CORS of the bucket": "ok",
    }


def test_a_store_that_clients_reach_under_another_name_passes_too(settings: Settings) -> None:
    inner = int(settings.s3_endpoint.rpartition(":")[2])

    with forwarded(inner) as port:
        found = failures(replace(settings, s3_public_endpoint=f"http://localhost:{port}"))

    assert found == {}


def test_a_public_address_that_does_not_answer_is_found(settings: Settings) -> None:
    public = f"http://127.0.0.1:{free_port()}"

    found = failures(replace(settings, s3_public_endpoint=public))

    assert list(found) == ["store from the client's side"]
    assert "HEADWATER_S3_PUBLIC_ENDPOINT" in found["store from the client's side"]


def test_a_store_that_does_not_answer_is_one_line(settings: Settings) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"

    found = failures(replace(settings, s3_endpoint=endpoint))

    assert list(found) == ["object store"]
    assert found["object store"].startswith(f"{endpoint} does not answer")


def test_a_clock_that_is_away_from_the_stores_is_found(settings: Settings) -> None:
    # Behind a clock of its own: the store answers as it does, and says that it is an hour later.
    with answering_from_another_hour(settings.s3_endpoint, hours=1) as endpoint:
        found = failures(replace(settings, s3_endpoint=endpoint, s3_public_endpoint=settings.s3_endpoint))

    assert re.fullmatch(r"(3599|36\d\d) s away from the store's: signatures will be refused\. .+NTP.+", found["clock"])


@contextlib.contextmanager
def answering_from_another_hour(store: str, *, hours: int) -> Iterator[str]:
    """Serve what a store answers to a GET, with a Date some hours ahead."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            response = urllib3.request("GET", store + self.path, headers=dict(self.headers.items()), retries=False)
            self.send_response_only(response.status)
            self.send_header("Date", formatdate(time.time() + hours * 3600, usegmt=True))
            self.send_header("Content-Length", str(len(response.data)))
            self.end_headers()
            self.wfile.write(response.data)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_missing_bucket_and_a_refused_key_are_told_apart(settings: Settings) -> None:
    refused = failures(replace(settings, s3_admin_secret="wrong"))["object store"]
    unknown = failures(replace(settings, s3_bucket="there-is-none-of-this-name"))["object store"]

    assert "SignatureDoesNotMatch" in refused
    # The limited key may not even ask about another bucket.
    assert "HEADWATER_S3_ADMIN_" in unknown


def test_a_bucket_without_versions_is_found(servers: Servers) -> None:
    settings = fresh_bucket_settings(servers)
    root = s3_client(servers.store.endpoint, region=REGION, key=servers.store.root)
    root.set_bucket_versioning(settings.s3_bucket, VersioningConfig(SUSPENDED))

    assert "versioned bucket" in failures(settings)


def test_a_key_that_takes_forged_writes_is_found_and_named(servers: Servers) -> None:
    settings = fresh_bucket_settings(servers)
    policy = policies(settings.s3_bucket)["write"]
    del policy["Statement"][0]["Condition"]
    key = new_key()
    admin = admin_client(servers.store.endpoint, region=REGION, root=servers.store.root)
    add_key(admin, key, policy_name=f"{settings.s3_bucket}-open", policy=policy)

    found = failures(replace(settings, s3_write_key_id=key.id, s3_write_secret=key.secret))

    admin.user_remove(key.id)
    assert list(found) == ["forged writes"]
    assert "the write key alone" in found["forged writes"]


def test_a_key_that_may_too_much_is_found_and_named(settings: Settings) -> None:
    mixed = replace(settings, s3_read_key_id=settings.s3_admin_key_id, s3_read_secret=settings.s3_admin_secret)

    found = failures(mixed)

    assert list(found) == ["store keys"]
    assert "read may write (200)" in found["store keys"]


def test_one_key_for_everything_is_only_noted(settings: Settings) -> None:
    single = replace(settings, s3_read_key_id="", s3_read_secret="", s3_write_key_id="", s3_write_secret="")

    assert outcomes(single)["store keys"] == "warn"


def test_everything_is_well_with_the_service_of_the_tests(service: Service, tmp_path: Path) -> None:
    plan = make_plan({**environment_of(service.settings), "HEADWATER_HOME": str(tmp_path / "home")})

    bad = [check for check in examine(plan) if check.state == "fail"]

    # Its port is in use by a service that this home knows nothing of.
    assert [check.name for check in bad] == [f"port {plan.listen.rpartition(':')[2]}"]
    assert "taken by" in bad[0].message


def test_a_service_and_a_graph_that_are_away_are_told_with_what_to_do(settings: Settings, tmp_path: Path) -> None:
    away = replace(settings, neo4j_uri=f"bolt://127.0.0.1:{free_port()}", listen=f"127.0.0.1:{free_port()}")
    plan = make_plan({**environment_of(away), "HEADWATER_HOME": str(tmp_path / "home")})

    bad = {check.name: check.message for check in examine(plan) if check.state == "fail"}

    assert set(bad) == {"Bolt", "service", "service from the client's side"}
    assert "headwater up" in bad["service"]


@pytest.mark.parametrize(
    ("value", "outcome"), [("30s", "ok"), ("10m", "ok"), ("1h30m", "ok"), ("0s", "fail"), ("0", "fail"), ("", "fail")]
)
def test_a_time_limit_of_the_graph_that_is_off_is_found(value: str, outcome: str) -> None:
    probe = judge_guard_rail("db.lock.acquisition.timeout", value)

    assert (probe.name, probe.outcome) == ("db.lock.acquisition.timeout", outcome)
    advice = "is off: a client that stalls can hold a lock for ever. Set db.lock.acquisition.timeout=30s in neo4j.conf."
    assert probe.message == (advice if outcome == "fail" else value)


@pytest.mark.slow
def test_a_graph_without_time_limits_is_found(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_servers, "TRANSACTION_SECONDS", 0)
    monkeypatch.setattr(local_servers, "LOCK_SECONDS", 0)
    with running_neo4j(tmp_path / "neo4j") as neo4j:
        away = f"127.0.0.1:{free_port()}"
        endless = replace(settings, neo4j_uri=neo4j.uri, neo4j_password=neo4j.password, listen=away)
        plan = make_plan({**environment_of(endless), "HEADWATER_HOME": str(tmp_path / "home")})

        bad = {check.name: check.message for check in examine(plan) if check.state == "fail"}

    assert set(bad) >= {"db.transaction.timeout", "db.lock.acquisition.timeout"}
    assert "Set db.transaction.timeout=30s in neo4j.conf" in bad["db.transaction.timeout"]


def test_a_secret_that_others_can_read_is_found(settings: Settings, tmp_path: Path) -> None:
    plan = make_plan({**environment_of(settings), "HEADWATER_HOME": str(tmp_path / "home")})
    plan.home.credentials_file.chmod(0o644)

    secrets = next(check for check in examine(plan) if check.name == "secrets")

    assert secrets.state == "fail"
    assert secrets.message.endswith(f"chmod go= {plan.home.credentials_file}")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "21" 2023-09-19', 21),
        ('java version "1.8.0_401"', 1),
        ('openjdk version "25-ea" 2025-09-16', 25),
        ("bash: java: not found", None),
    ],
)
def test_the_version_of_java_is_read_from_what_it_prints(text: str, version: int | None) -> None:
    assert java_version(text) == version


def test_home_is_taken_from_the_environment_else_from_the_platform(tmp_path: Path) -> None:
    assert home_from({"HEADWATER_HOME": str(tmp_path)}).root == tmp_path
    assert home_from({}).root.name == "headwater"
