"""`headwater audit` against the service, and `Api.events`, which lists the same."""

import secrets
import time
from collections.abc import Callable
from datetime import datetime

import pytest

import headwater
from command_lines import Cli
from conftest import Person

STARTED = "RUN_STARTED"


@pytest.fixture
def logged(client_environment: dict[str, str], tmp_path: object) -> str:
    """A collection with one version, whose events have their places."""
    name = f"data-{secrets.token_hex(3)}"
    with headwater.init(project=client_environment["HEADWATER_PROJECT"]) as run:
        artifact = headwater.Artifact(name, type="dataset")
        with artifact.new_file("a.txt") as file:
            file.write("a")
        run.log_artifact(artifact).wait()
    path = f"{client_environment['HEADWATER_ENTITY']}/{client_environment['HEADWATER_PROJECT']}/{name}"
    until = time.monotonic() + 20
    while time.monotonic() < until and len(list(headwater.Api().events(path))) < 2:
        time.sleep(0.1)
    return path


def test_what_happened_to_a_collection_is_listed_newest_first(ok: Cli, logged: str, user: Person) -> None:
    newest = ok("audit", "ls", logged).rows
    oldest = ok("audit", "ls", logged, "--oldest").rows
    full = ok("audit", "ls", logged, "--json").json()

    assert [row[2:] for row in newest] == [
        [user.name, "ARTIFACT_LOGGED", logged],
        [user.name, "COLLECTION_CREATED", logged],
    ]
    assert newest == oldest[::-1]
    assert full[1]["before"] is None and full[1]["after"]["name"] == logged.rpartition("/")[2]
    assert [len(event["hash"]) for event in full] == [64, 64]


def test_events_are_narrowed_by_actor_kind_container_and_time(ok: Cli, logged: str, user: Person) -> None:
    container = logged.rpartition("/")[0]
    times = [row[1] for row in ok("audit", "ls", logged, "--oldest").rows]

    def kinds(*more: str) -> list[str]:
        return [row[3] for row in ok("audit", "ls", "--container", container, *more).rows]

    assert set(kinds()) >= {STARTED, "ARTIFACT_LOGGED", "COLLECTION_CREATED"}
    assert kinds("--kind", "run_started") == [STARTED]
    assert kinds("--actor", "nobody-at-all") == []
    assert kinds("--actor", user.name) == kinds()
    assert "COLLECTION_CREATED" not in kinds("--after", times[0])
    assert "ARTIFACT_LOGGED" not in kinds("--before", times[1])
    assert len(kinds("--limit", "2")) == 2


def test_what_finds_no_event_is_told_what_to_type(cli: Cli, ok: Cli, logged: str) -> None:
    place = cli("audit", "ls", "model-registry")
    kind = ok("audit", "ls", logged, "--kind", "LOGGED")
    unread = cli("audit", "ls", "--after", "yesterday")

    assert (place.code, "headwater audit ls --container 'model-registry'" in place.err) == (3, True)
    assert (kind.rows, kind.err) == ([], "There is no such event. Without --kind all are listed, each with its kind.\n")
    assert (unread.code, "'yesterday' is no time." in unread.err) == (1, True)
    assert len(ok("audit", "ls", logged, "--after", "2020-01-01", "--before", "9999-12-31").rows) == 2
    assert ok("audit", "ls", logged, "--before", "2020-01-01").rows == []


def test_the_events_of_a_place_that_is_not_there_are_not_found(cli: Cli) -> None:
    assert cli("audit", "ls", "nothing-of-this-name").code == 3


def test_the_sdk_lists_the_same_events(logged: str, user: Person) -> None:
    api = headwater.Api()

    newest = list(api.events(logged))
    oldest = list(api.events(logged, newest_first=False))
    by_kind = list(api.events(container=logged.rpartition("/")[0], kinds=STARTED))
    later = list(api.events(logged, after=newest[-1].at))

    assert [event.kind for event in newest] == ["ARTIFACT_LOGGED", "COLLECTION_CREATED"]
    assert newest == oldest[::-1]
    assert newest[0].by == user.name
    assert newest[0].path == logged
    assert newest[0].after is not None and newest[0].after["index"] == 0
    assert isinstance(newest[0].at, datetime)
    assert [event.kind for event in by_kind] == [STARTED]
    assert [event.kind for event in later] == ["ARTIFACT_LOGGED"]


def test_only_an_administrator_of_the_server_verifies(cli: Cli) -> None:
    done = cli("audit", "verify")

    assert (done.code, done.out) == (4, "")
    assert "Only an administrator of the server may check the audit trail." in done.err


def test_a_quick_check_needs_an_anchor(cli: Cli) -> None:
    assert cli("audit", "verify", "--quick").code == 2


def test_an_anchor_that_is_none_is_refused(
    cli: Cli, make_user: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWATER_API_KEY", make_user(is_admin=True).key)

    done = cli("audit", "verify", "--anchor", "not-one")

    assert done.code == 1
    assert "An anchor is the number and the hash of an event" in done.err
