"""How what is typed becomes a path: by the shared table, from settings, and from addresses."""

import json
from pathlib import Path
from typing import Any

import pytest

from headwater._names import parse_version_path
from headwater._settings import Settings
from headwater.cli.service import Service, is_run_path, local_path, may_be_run_path
from headwater.errors import InvalidInputError

TABLE = json.loads((Path(__file__).parents[2] / "vectors" / "paths.json").read_text("utf-8"))["paths"]


def service(entity: str | None, project: str | None) -> Service:
    return Service(Settings(api_key="0" * 40, entity=entity, project=project))


@pytest.mark.parametrize("case", [case for case in TABLE if "parsed" in case], ids=lambda case: repr(case["input"]))
def test_a_path_of_the_table_is_completed(case: dict[str, Any]) -> None:
    completed = service(case["defaultEntity"], case["defaultProject"]).item_path(case["input"])

    # Without defaults: nothing may be missing any more.
    parsed = parse_version_path(completed)
    expected = case["parsed"]
    assert (parsed.entity, parsed.container, parsed.name) == (
        expected["entity"],
        expected["container"],
        expected["name"],
    )


# Here there always is a default: the key's entity, and the project `uncategorized`.
REFUSED = [case for case in TABLE if "error" in case and not case["error"].startswith("no default ")]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: repr(case["input"]))
def test_what_the_table_refuses_stays_refused(case: dict[str, Any]) -> None:
    completed = service("ana", "demo").item_path(case["input"])

    with pytest.raises(InvalidInputError):
        parse_version_path(completed, entity="ana", project="demo")


def test_without_an_entity_in_the_settings_the_service_takes_the_key_s() -> None:
    assert service(None, None).item_path("mnist:v1") == "uncategorized/mnist:v1"
    assert service(None, "demo").run_path("abcd1234") == "demo/abcd1234"


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("https://headwater.example.org/ana/demo/my%20data:v3", "ana/demo/my data:v3"),
        ("http://127.0.0.1:8900/ana/demo/-/runs/abcd1234", "ana/demo/-/runs/abcd1234"),
        ("ana/demo/x:best", "ana/demo/x:best"),
    ],
)
def test_an_address_is_the_path_in_it(given: str, path: str) -> None:
    assert local_path(given) == path


def test_a_run_is_told_from_a_version() -> None:
    run = "ana/demo/-/runs/abcd1234"

    assert is_run_path(run) and not is_run_path("ana/demo/abcd1234")
    assert may_be_run_path("ana/demo/abcd1234") and not may_be_run_path("ana/demo/mnist:v1")
    assert service("ana", "demo").run_path(run) == "ana/demo/abcd1234"


def test_a_container_is_completed_by_the_settings() -> None:
    assert service("ana", "demo").container_path(None) == "ana/demo"
    assert service("ana", "demo").container_path("model-registry") == "ana/model-registry"
    assert service("ana", None).container_path("bob/other") == "bob/other"
