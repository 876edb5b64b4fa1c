"""docker-compose.yml: valid by the Compose specification, the same settings as the local start, and no secrets."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest
import yaml

from headwater_service.config import Settings, settings_from
from headwater_service.local.compose import SECRETS
from headwater_service.local.provision import NEO4J_VERSION
from headwater_service.local.servers import NEO4J_CONF
from headwater_service.store.setup import main as set_up_store_from

ROOT = Path(__file__).parents[1]
VARIABLES = {field.metadata["variable"] for field in Settings.__dataclass_fields__.values()}
REFERENCE = re.compile(r"\$\{(\w+)(?:(:[-?])([^}]*))?\}")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return content


def environment_of(compose: dict[str, Any], name: str) -> dict[str, str]:
    return cast("dict[str, str]", compose["services"][name]["environment"])


def filled_in(values: dict[str, str]) -> dict[str, str]:
    """Put a value in the place of every variable that has no default, as Compose would with a complete `.env`."""

    def fill(match: re.Match[str]) -> str:
        return match[3] if match[2] == ":-" else f"a-value-of-{match[1].lower()}"

    return {name: REFERENCE.sub(fill, str(value)) for name, value in values.items()}


def test_the_file_is_valid_by_the_compose_specification(compose: dict[str, Any]) -> None:
    # The schema travels inside check-jsonschema, under the specification's Apache-2.0 licence.
    schema = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text("utf-8"))

    faults = [error.message for error in jsonschema.validators.validator_for(schema)(schema).iter_errors(compose)]

    assert faults == []
    assert set(compose["services"]) == {"neo4j", "minio", "store-setup", "service"}


def test_the_schema_would_find_a_wrong_key(compose: dict[str, Any]) -> None:
    schema = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text("utf-8"))
    wrong = {"services": {"neo4j": {**compose["services"]["neo4j"], "helthcheck": {}}}}

    faults = list(jsonschema.validators.validator_for(schema)(schema).iter_errors(wrong))

    assert len(faults) == 1


def test_the_service_is_given_only_settings_that_it_reads(compose: dict[str, Any]) -> None:
    given = set(environment_of(compose, "service"))

    assert given - VARIABLES == set()


def test_the_service_can_read_its_settings_from_the_file(compose: dict[str, Any]) -> None:
    settings = settings_from(filled_in(environment_of(compose, "service")))

    assert settings.neo4j_uri == "bolt://neo4j:7687"
    assert settings.service_public_url == "http://127.0.0.1:8900"
    assert settings.store_public_endpoint == "http://127.0.0.1:9000"
    assert len({settings.read_key, settings.write_key, settings.admin_key}) == 3
    assert settings.listen == "0.0.0.0:8900"


def test_the_store_setup_is_given_all_it_needs(compose: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    environment = filled_in(environment_of(compose, "store-setup"))
    needed = [name for name in environment if name not in ("HEADWATER_S3_BUCKET", "HEADWATER_S3_REGION")]

    exit_codes = [set_up_store_from({**environment, name: ""}) for name in needed]

    # Each one left out is refused by name before anything is contacted, and together nothing else is asked for.
    assert exit_codes == [2] * 9
    assert capsys.readouterr().err.splitlines() == [f"Not set: {name}" for name in needed]


def test_the_service_never_gets_the_root_key(compose: dict[str, Any]) -> None:
    given = " ".join(environment_of(compose, "service").values())

    assert "ROOT" not in given


def test_no_secret_has_a_default(compose: dict[str, Any]) -> None:
    text = json.dumps(compose)
    defaults = {match[1] for match in REFERENCE.finditer(text) if match[2] == ":-"}
    required = {match[1] for match in REFERENCE.finditer(text) if match[2] == ":?"}
    bare = {match[1] for match in REFERENCE.finditer(text) if match[2] is None}

    assert defaults & set(SECRETS) == set()
    assert required == set(SECRETS)
    assert bare == set()


def test_neo4j_has_the_settings_of_the_local_start(compose: dict[str, Any]) -> None:
    # In the image's variables `_` stands for `.` and `__` for `_`.
    given = {
        name.removeprefix("NEO4J_").replace("__", "\0").replace("_", ".").replace("\0", "_"): value
        for name, value in environment_of(compose, "neo4j").items()
        if name.startswith("NEO4J_") and name != "NEO4J_AUTH"
    }
    local = dict(
        line.split("=", 1)
        for line in NEO4J_CONF.format(port=7687, transaction_seconds=30, lock_seconds=10).splitlines()
        if not line.startswith("#")
    )
    # A container has its own network, and the image takes the heap as a setting where we give it to Java.
    own = {"server.default_listen_address", "server.bolt.listen_address"}
    heap = {"server.memory.heap.initial_size": "512m", "server.memory.heap.max_size": "1g"}

    assert given == {**{name: value for name, value in local.items() if name not in own}, **heap}


def test_neo4j_is_the_provisioned_version(compose: dict[str, Any]) -> None:
    assert compose["services"]["neo4j"]["image"] == f"neo4j:{NEO4J_VERSION}-community"


def test_what_stays_is_in_volumes_and_only_two_ports_are_published(compose: dict[str, Any]) -> None:
    services = compose["services"]

    assert set(compose["volumes"]) == {"neo4j", "minio"}
    assert services["neo4j"]["volumes"] == ["neo4j:/data"]
    assert services["minio"]["volumes"] == ["minio:/data"]
    assert {name: service["ports"] for name, service in services.items() if "ports" in service} == {
        "minio": ["${HEADWATER_S3_BIND:-127.0.0.1:9000}:9000"],
        "service": ["${HEADWATER_BIND:-127.0.0.1:8900}:8900"],
    }


@pytest.mark.parametrize("name", ["neo4j", "minio", "service"])
def test_every_server_has_a_health_check_and_time_to_stop(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]

    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert int(service["stop_grace_period"].removesuffix("s")) >= 30


def test_the_service_starts_after_graph_and_store_are_ready(compose: dict[str, Any]) -> None:
    assert compose["services"]["service"]["depends_on"] == {
        "neo4j": {"condition": "service_healthy"},
        "store-setup": {"condition": "service_completed_successfully"},
    }
    assert compose["services"]["store-setup"]["depends_on"] == {"minio": {"condition": "service_healthy"}}


def test_the_image_copies_what_is_there() -> None:
    lines = [line.split() for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines()]
    copied = [source for words in lines if words[:1] == ["COPY"] and "--from=ui" not in words for source in words[1:-1]]

    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert "requirements.lock" in copied
