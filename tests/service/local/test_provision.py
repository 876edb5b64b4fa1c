"""Programs are brought whole or not at all, once, and a failure is told in the tool's own words."""

import os
import threading
from pathlib import Path

import pytest

from headwater_service.errors import UnavailableError
from headwater_service.local.home import Home, read_json
from headwater_service.local.provision import MINIO_VERSION, provision_minio, provision_neo4j
from servers import PROVISIONED, Servers

# Stands in for Go: the real one takes minutes. What is tested is what we make of its outcome.
GOOD_GO = '#!/bin/sh\necho started >> "$GOBIN/../starts"\nsleep 0.3\necho program > "$GOBIN/minio"\n'
BAD_GO = '#!/bin/sh\necho half > "$GOBIN/minio"\necho "go: module not found" >&2\nexit 7\n'


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def put_on_path(folder: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    (folder / name).write_text(script)
    (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def ignore(message: str) -> None:
    """Where no progress is looked at."""


def test_a_program_is_built_once_and_recorded_by_version(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_path(tmp_path / "bin", "go", GOOD_GO, monkeypatch)
    said: list[str] = []

    paths = [provision_minio(home, said.append) for _ in range(2)]

    assert paths[0] == paths[1]
    assert paths[0].read_text() == "program\n"
    assert len(said) == 1 and "minutes" in said[0]
    recorded = read_json(home.provisioned / "versions.json")
    assert [facts["version"] for facts in recorded.values()] == [MINIO_VERSION]


def test_two_at_the_same_time_build_once(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_path(tmp_path / "bin", "go", GOOD_GO, monkeypatch)

    threads = [threading.Thread(target=provision_minio, args=(home, ignore)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (home.provisioned / "starts").read_text() == "started\n"


def test_a_failed_build_says_why_and_leaves_nothing_behind(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_path(tmp_path / "bin", "go", BAD_GO, monkeypatch)

    with pytest.raises(UnavailableError) as failure:
        provision_minio(home, ignore)

    assert "exit code 7: go: module not found" in str(failure.value)
    assert sorted(path.name for path in home.provisioned.iterdir()) == ["go.log", "lock"]


def test_what_a_killed_attempt_left_is_cleared_away(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_path(tmp_path / "bin", "go", GOOD_GO, monkeypatch)
    home.create()
    (home.provisioned / ".new-left").mkdir()

    provision_minio(home, ignore)

    assert not (home.provisioned / ".new-left").exists()


def test_a_missing_tool_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(UnavailableError, match="'mvn' is not installed"):
        provision_neo4j(home, ignore)


def test_a_damaged_jar_is_found(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maven = '#!/bin/sh\nmkdir lib\nprintf "PK and nothing else" > lib/neo4j-5.26.30.jar\n'
    put_on_path(tmp_path / "bin", "mvn", maven, monkeypatch)

    with pytest.raises(UnavailableError, match=r"neo4j-5\.26\.30\.jar is damaged"):
        provision_neo4j(home, ignore)


@pytest.mark.skipif("HEADWATER_TEST_NEO4J_URI" in os.environ, reason="the servers were not provisioned by the tests")
def test_the_real_programs_are_there_with_their_versions(servers: Servers) -> None:
    versions = read_json(PROVISIONED.provisioned / "versions.json")

    assert {facts["program"]: facts["version"] for facts in versions.values()} == {
        "neo4j": "5.26.30",
        "minio": MINIO_VERSION,
    }
