"""Offline runs: everything is kept in the journal, and a sync from any copy makes the same graph, however often."""

import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import headwater
from headwater import Api, Artifact
from headwater._client import Client
from headwater._journal import Stream, is_held, pack
from headwater._sync import Synced, find_journals, is_synced, sync
from headwater.cli.main import main
from headwater.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)
from headwater_service.local.ports import free_port

pytestmark = pytest.mark.usefixtures("client_environment")


def made(name: str, content: str, type: str = "dataset") -> Artifact:
    artifact = Artifact(name, type=type)
    with artifact.new_file("content.txt") as file:
        file.write(content)
    return artifact


def folder_of(run: headwater.Run) -> Path:
    assert run.dir is not None
    return run.dir


def synced(client: Client, folder: Path) -> Synced:
    done = sync(client, folder)
    assert (done.failures, done.problems) == ([], [])
    return done


def pipeline(tmp_path: Path) -> headwater.Run:
    """A run that does one of everything."""
    (tmp_path / "notes.txt").write_text("kept")
    with headwater.init(
        mode="offline", job_type="train", config={"rate": 0.1, "limit": math.inf}, tags=["a"], notes="n"
    ) as run:
        for step in range(30):
            run.log({"loss": 1 / (step + 1), "odd": math.nan})
        run.log({"image": headwater.Image([[0.0, 1.0]])})
        run.config["late"] = 3
        run.save(str(tmp_path / "notes.txt"))
        run.log_artifact(made("data", "first"), aliases=["good"], tags=["t"])
        used = run.use_artifact("data:good")
        assert Path(used.file()).read_text() == "first"
        run.log_artifact(made("model", "weights", type="model"))
        run.link_model(tmp_path / "notes.txt", "Registered", name="linked")
        run.summary["best"] = 0.5
    return run


def test_an_offline_run_asks_no_service_and_needs_no_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("HEADWATER_BASE_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("HEADWATER_API_KEY")
    monkeypatch.delenv("HEADWATER_ENTITY")

    run = pipeline(tmp_path)

    assert run.state == "FINISHED"
    assert capsys.readouterr().err.splitlines()[-1] == f"headwater sync {folder_of(run)}"


def test_a_sync_brings_everything_that_an_offline_run_did(client: Client, project: str, tmp_path: Path) -> None:
    run = pipeline(tmp_path)

    done = synced(client, folder_of(run))

    found = Api().run(f"{project}/{run.id}")
    assert done.path == found.path
    assert (found.state, found.job_type, list(found.tags), found.notes) == ("FINISHED", "train", ["a"], "n")
    assert not found.name.startswith("offline")
    assert found.config["rate"] == 0.1
    assert found.config["limit"] == math.inf
    assert found.config["late"] == 3
    assert found.summary["best"] == 0.5
    rows = list(found.history())
    assert [row["loss"] for row in rows if "loss" in row] == [1 / (step + 1) for step in range(30)]
    assert sorted(logged.name for logged in found.logged_artifacts()) == ["data:v0", "linked:v0", "model:v0"]
    assert [used.name for used in found.used_artifacts()] == ["data:v0"]
    data = Api().artifact(f"{project}/data:good")
    assert (data.tags, data.history_step, Path(data.file()).read_text()) == (["t"], 30, "first")
    entity = project.partition("/")[0]
    assert Api().artifact(f"{entity}/model-registry/Registered:latest").source_name == "linked:v0"
    names = [file.path for file in found.files()]
    assert "notes.txt" in names
    assert len([name for name in names if name.startswith("media/")]) == 1


def test_syncs_of_copies_change_nothing_more(client: Client, project: str, tmp_path: Path) -> None:
    run = pipeline(tmp_path)
    copies = [shutil.copytree(folder_of(run), tmp_path / f"copy-{number}" / run.id) for number in range(2)]
    synced(client, copies[0])
    before = events(client, "before")

    shutil.rmtree(folder_of(run))
    synced(client, copies[1])
    synced(client, copies[0])

    assert events(client, "after") == [*before, "PROJECT_CREATED"]
    assert len(list(Api().run(f"{project}/{run.id}").history())) == 31


def test_an_old_copy_takes_nothing_back(client: Client, project: str, tmp_path: Path) -> None:
    run = headwater.init(mode="offline", config={"a": 1})
    run.log({"x": 1})
    old = shutil.copytree(folder_of(run), tmp_path / "old")
    run.config.update({"a": 2}, allow_val_change=True)
    run.log({"x": 2})
    run.finish()
    synced(client, folder_of(run))

    sync(client, old)

    found = Api().run(f"{project}/{run.id}")
    assert (found.state, found.config["a"], found.summary["x"]) == ("FINISHED", 2, 2)


def test_the_bytes_are_in_the_journal_and_not_only_in_the_cache(
    client: Client, project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with headwater.init(mode="offline") as run:
        run.log_artifact(made("data", "in the journal"))
    copy = shutil.copytree(folder_of(run), tmp_path / "elsewhere")
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))

    synced(client, copy)

    assert Path(Api().artifact(f"{project}/data").file()).read_text() == "in the journal"


def test_a_run_without_an_entity_goes_to_that_of_the_key(
    client: Client, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEADWATER_ENTITY")
    with headwater.init(mode="offline") as run:
        artifact = run.log_artifact(made("data", "a")).wait()
        run.link_artifact(artifact, f"{run.entity}/model-registry/Linked", aliases=["staging"])
    assert run.path == f"offline/{project.partition('/')[2]}/{run.id}"

    done = synced(client, folder_of(run))

    assert done.path == f"{project}/{run.id}"
    linked = Api().artifact(f"{project.partition('/')[0]}/model-registry/Linked:staging")
    assert linked.source_name == "data:v0"


NO_UNICODE = """
import sys
import headwater

name = sys.argv[1]
with headwater.init(config={"path": name, name: [name]}, notes=name, tags=[name]) as run:
    run.log({name: name})
    run.summary.update({"file": {name: name}})
    run.config.late = name
    run.name = name
    run.alert(name, name)
print(run.dir)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="names are Unicode there")
@pytest.mark.parametrize("mode", ["offline", "online"])
def test_texts_that_are_no_unicode_end_no_run_wherever_they_are(client: Client, project: str, mode: str) -> None:
    environment = {**os.environ, "HEADWATER_MODE": mode}

    done = subprocess.run([sys.executable, "-c", NO_UNICODE, b"a\xff"], env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    path = synced(client, Path(done.stdout.strip())).path
    found = Api().run(path)
    assert (found.state, found.name, found.notes, list(found.tags)) == ("FINISHED", "a?", "a?", ["a?"])
    assert (found.config["path"], found.config["a?"], found.config["late"]) == ("a?", ["a?"], "a?")
    assert (found.summary["file"], next(iter(found.history()))["a?"]) == ({"a?": "a?"}, "a?")
    assert [(alert.title, alert.text) for alert in found.alerts] == [("a?", "a?")]
    assert (found.command or "").endswith("'a?'")


FULL = """
import resource, time
import headwater

resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
run = headwater.init(mode="offline", config={"rate": 0.1}, settings={"console": False})
run.log({"a": 1})
if ROOM:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
run.finish()
print(run.dir)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_run_that_begins_on_a_full_disk_is_whole_once_there_is_room(client: Client) -> None:
    done = subprocess.run([sys.executable, "-c", FULL.replace("ROOM", "True")], capture_output=True, text=True)

    assert "The journal cannot be written" in done.stderr
    found = Api().run(synced(client, Path(done.stdout.strip())).path)
    assert (found.state, dict(found.config), [row["a"] for row in found.history()]) == ("FINISHED", {"rate": 0.1}, [1])


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_run_that_never_had_room_is_told_to_be_lost() -> None:
    done = subprocess.run([sys.executable, "-c", FULL.replace("ROOM", "False")], capture_output=True, text=True)

    assert "is lost: its journal in" in done.stderr.splitlines()[-1]
    assert "File too large" in done.stderr.splitlines()[-1]
    assert "headwater sync" not in done.stderr


def test_a_journal_that_is_removed_while_the_run_goes_on_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with headwater.init(mode="offline") as run:
        run.log({"a": 1})
        shutil.rmtree(folder_of(run))

    told = capsys.readouterr().err
    assert f"its journal in {run.dir} was removed while the run went on" in told
    assert "headwater sync" not in told


def test_what_one_offline_run_made_another_uses(client: Client, project: str) -> None:
    with headwater.init(mode="offline") as first:
        first.log_artifact(made("data", "a"))
    with headwater.init(mode="offline") as second:
        used = second.use_artifact("data:latest", type="dataset")
        assert Path(used.file()).read_text() == "a"
        assert used.version == used.digest[:19]

    synced(client, folder_of(first))
    synced(client, folder_of(second))

    assert [used.name for used in Api().run(f"{project}/{second.id}").used_artifacts()] == ["data:v0"]


def test_what_was_used_online_is_known_offline(client: Client, project: str) -> None:
    with headwater.init() as run:
        run.log_artifact(made("data", "a"))
    with headwater.init() as run:
        run.use_artifact("data").download()

    with headwater.init(mode="offline") as run:
        used = run.use_artifact("data")
        assert (used.version, Path(used.file()).read_text()) == ("v0", "a")
        with pytest.raises(NotFoundError, match=r"other:latest is not known on this machine, and the run is offline"):
            run.use_artifact("other")
        with pytest.raises(InvalidInputError, match="has the type 'dataset', not 'model'"):
            run.use_artifact("data", type="model")

    synced(client, folder_of(run))
    assert [used.name for used in Api().run(f"{project}/{run.id}").used_artifacts()] == ["data:v0"]


def test_what_needs_the_service_says_so_offline() -> None:
    with headwater.init(mode="offline") as run:
        artifact = run.log_artifact(made("data", "a")).wait()
        artifact.aliases.append("x")

        with pytest.raises(UnavailableError, match="The run is offline, and this needs the service"):
            artifact.save()


def test_an_unreachable_service_makes_the_run_offline_with_one_warning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], client: Client, project: str
) -> None:
    monkeypatch.setattr("headwater._start.START_SECONDS", 0.2)
    monkeypatch.setenv("HEADWATER_BASE_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("HEADWATER_SILENT", "1")

    run = headwater.init()

    (warning,) = capsys.readouterr().err.splitlines()
    assert "does not answer" in warning
    assert warning.endswith(f"The run goes on offline; nothing is lost, and what it logs is sent by: "
                            f"headwater sync {folder_of(run)}")  # fmt: skip
    run.log({"a": 1})
    run.finish()
    synced(client, folder_of(run))
    assert Api(base_url=client.base_url).run(f"{project}/{run.id}").summary["a"] == 1


def test_an_unreachable_service_is_an_error_when_online_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headwater._start.START_SECONDS", 0.2)
    monkeypatch.setenv("HEADWATER_BASE_URL", f"http://127.0.0.1:{free_port()}")

    with pytest.raises(UnavailableError):
        headwater.init(require_online=True)

    assert list(Path(os.environ["HEADWATER_DIR"]).glob(".headwater/*")) == []


def test_a_refused_key_is_an_error_and_never_an_offline_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_API_KEY", "x" * 40)

    with pytest.raises(PermissionDeniedError):
        headwater.init()

    assert list(Path(os.environ["HEADWATER_DIR"]).glob(".headwater/*")) == []


def test_an_offline_run_has_the_times_at_which_it_ran(client: Client, project: str) -> None:
    before = datetime.now(UTC)
    with headwater.init(mode="offline") as run:
        run.log({"x": 1})
    after = datetime.now(UTC)
    synced(client, folder_of(run))

    found = Api().run(f"{project}/{run.id}")

    assert found.finished_at is not None
    assert before < found.started_at == run.start_time < found.finished_at < after < found.created_at


def test_what_cannot_be_sent_at_the_end_is_told_and_synced_later(
    client: Client, project: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("headwater._online.PATIENCE", 0.5)
    monkeypatch.setattr("headwater._online.UPDATE_SECONDS", 0.5)
    run = headwater.init()
    online = run._online
    assert online is not None
    online.client.base_url = f"http://127.0.0.1:{free_port()}"
    run.log({"x": 1})
    capsys.readouterr()

    with pytest.raises(UnavailableError):
        run.finish()

    assert f"headwater sync {folder_of(run)}" in capsys.readouterr().err.splitlines()
    synced(client, folder_of(run))
    found = Api().run(f"{project}/{run.id}")
    assert (found.state, found.exit_code, found.summary["x"]) == ("FINISHED", 0, 1)


GUEST = """
import headwater
with headwater.init(id="group", mode="shared") as run:
    for step in range(3):
        run.log({"guest": step})
"""


def test_processes_that_share_a_run_write_the_same_steps_and_the_first_one_ends_it(project: str) -> None:
    run = headwater.init(id="group", mode="shared")
    for step in range(3):
        run.log({"host": step})
    subprocess.run([sys.executable, "-c", GUEST], env=os.environ, check=True)
    between = Api().run(f"{project}/group").state
    run.finish()

    found = Api().run(f"{project}/group")
    assert (between, found.state, found.summary["guest"], found.summary["host"]) == ("RUNNING", "FINISHED", 2, 2)
    assert [(row["host"], row["guest"]) for row in found.history()] == [(0, 0), (1, 1), (2, 2)]


def test_a_shared_run_needs_an_id() -> None:
    with pytest.raises(InvalidInputError, match="mode='shared' needs the id of the run"):
        headwater.init(mode="shared")


def test_a_run_that_goes_on_is_not_ended_by_a_sync(client: Client, project: str) -> None:
    run = headwater.init(mode="offline")
    run.log({"x": 1})

    done = synced(client, folder_of(run))

    assert done.goes_on
    assert is_held(folder_of(run))
    assert Api().run(f"{project}/{run.id}").state == "RUNNING"
    run.finish()
    assert not is_held(folder_of(run))
    assert not synced(client, folder_of(run)).goes_on
    assert Api().run(f"{project}/{run.id}").state == "FINISHED"


def test_damaged_records_are_left_out_and_told_and_the_others_keep_their_place(client: Client, project: str) -> None:
    with headwater.init(mode="offline", settings={"console": False, "system_interval": 0}) as run:
        for step in range(10):
            run.log({"x": step})
    (path,) = [each for each in folder_of(run).glob("*.log") if each.stem != "run"]
    content = bytearray(path.read_bytes())
    size = len(content) // 10
    content[4 * size + 8 + 3] ^= 0xFF
    path.write_bytes(bytes(content) + b"\x50\x00\x00\x00torn")

    done = sync(client, folder_of(run))

    assert done.problems == [
        f"{path.name}: damaged in 1 place(s); the records there are lost.",
        f"{path.name}: its last 8 bytes are no whole record.",
    ]
    rows = list(Api().run(f"{project}/{run.id}").history())
    assert [row["x"] for row in rows if "x" in row] == [0, 1, 2, 3, 5, 6, 7, 8, 9]


def test_another_run_of_the_same_id_is_a_conflict(client: Client) -> None:
    with headwater.init(id="twice"):
        pass
    with headwater.init(mode="offline", id="twice") as run:
        run.log({"x": 1})

    with pytest.raises(ConflictError, match="It is not the run of this journal"):
        sync(client, folder_of(run))


def test_runs_of_one_id_that_allow_it_become_one_run(client: Client, project: str) -> None:
    for part in range(2):
        with headwater.init(mode="offline", id="parts", resume="allow") as run:
            for step in range(3):
                run.log({"x": 3 * part + step})

    for folder in find_journals(Path(os.environ["HEADWATER_DIR"])):
        synced(client, folder)

    assert [(row["_step"], row["x"]) for row in Api().run(f"{project}/parts").history()] == [(n, n) for n in range(6)]


def test_the_command_syncs_all_and_skips_what_is_synced(
    client: Client, project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with headwater.init(mode="offline") as first:
        first.log({"x": 1})
    with headwater.init() as online:
        online.log({"x": 1})
    capsys.readouterr()

    assert main(["sync", "--all"]) == 0
    told = capsys.readouterr().out
    assert main(["sync", "--all"]) == 0
    repeated = capsys.readouterr().out

    assert told.startswith(f"{project}/{first.id}: 1 record(s), 0 artifact(s), ")
    assert online.id not in told
    assert repeated == "All journals are synced already.\n"
    assert is_synced(folder_of(first), client.base_url)


def test_the_command_syncs_inputs_whose_sources_come_later(client: Client, project: str) -> None:
    with headwater.init(mode="offline", id="b") as maker:
        maker.log_artifact(made("data", "a"))
    with headwater.init(mode="offline", id="a") as user:
        user.use_artifact("data")

    assert main(["sync", str(folder_of(user)), str(folder_of(maker))]) == 0

    assert [used.name for used in Api().run(f"{project}/a").used_artifacts()] == ["data:v0"]


def test_the_command_without_a_folder_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with headwater.init(mode="offline") as run:
        pass
    capsys.readouterr()

    assert main(["sync"]) == 1

    assert capsys.readouterr().err == (
        f"Error: Name the folder of a journal, or --all. The last one here: headwater sync {folder_of(run)}\n"
    )


def test_a_journal_of_another_version_or_none_is_refused(client: Client, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no journal of a run"):
        sync(client, tmp_path)
    Stream(tmp_path / "run.log").append(pack({"kind": "config", "values": {}}))

    with pytest.raises(InvalidInputError, match="does not say how its run began"):
        sync(client, tmp_path)


EVENTS = """
query Events($after: String) {
  events(first: 200, after: $after) { edges { node { kind } } pageInfo { hasNextPage endCursor } }
}
"""
CREATE_PROJECT = """
mutation CreateProject($input: CreateProjectInput!) { createProject(input: $input) { __typename } }
"""


def events(client: Client, marker: str) -> list[str]:
    """The kinds of all that ever changed for this key, in order, up to the creation of a project of this name."""
    made = client.mutate(CREATE_PROJECT, {"name": marker})
    assert made["__typename"] == "CreateProjectPayload"
    # They get their order a moment after they happen.
    kinds: list[str] = []
    while kinds[-1:] != ["PROJECT_CREATED"]:
        time.sleep(0.3)
        kinds = list(all_events(client))
    return kinds


def all_events(client: Client) -> Iterator[str]:
    after = None
    while True:
        page = client.execute(EVENTS, {"after": after})["events"]
        yield from (edge["node"]["kind"] for edge in page["edges"])
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]
