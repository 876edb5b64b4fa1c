"""`Api`: runs, artifacts and projects are read, and nothing is left behind by reading."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import headwater
from headwater import Api, Artifact
from headwater.errors import InvalidInputError, NotFoundError, PermissionDeniedError

pytestmark = pytest.mark.usefixtures("client_environment")


@pytest.fixture
def trained(tmp_path: Path) -> Iterator[headwater.Run]:
    """A finished run that consumed `data:v0` and produced `net:v0` and `net:v1`."""
    with headwater.init(job_type="load", name="loader") as loader:
        data = Artifact("data", type="dataset")
        with data.new_file("a.csv") as file:
            file.write("1,2")
        loader.log_artifact(data)
    with headwater.init(job_type="train", name="trainer", group="g", tags=["t"]) as run:
        run.use_artifact("data:latest")
        for version in range(2):
            net = Artifact("net", type="model", metadata={"accuracy": 0.5 + version / 10})
            with net.new_file("weights") as file:
                file.write(str(version))
            run.log_artifact(net, aliases=["best"] if version else None)
    yield run


def test_an_artifact_is_read_without_an_edge(trained: headwater.Run, project: str) -> None:
    artifact = Api().artifact("net:best", type="model")

    assert artifact.qualified_name == f"{project}/net:v1"
    assert artifact.metadata == {"accuracy": 0.6}
    assert [run.path for run in artifact.used_by()] == []
    assert Api().artifact(f"{project}/net:v0").digest != artifact.digest


def test_what_does_not_exist_is_not_found(trained: headwater.Run, project: str) -> None:
    api = Api()

    for name in ("absent", "net:v9", "net:absent", "absent/net", "nobody/absent/net"):
        with pytest.raises(NotFoundError):
            api.artifact(name)
        assert api.artifact_exists(name) is False
    with pytest.raises(NotFoundError, match="There is no run"):
        api.run("absent0")
    with pytest.raises(InvalidInputError):
        api.artifact("net", type="dataset")
    with pytest.raises(InvalidInputError):
        api.artifact_exists("a/b/c/d")


def test_existence_takes_the_type_into_account(trained: headwater.Run) -> None:
    assert Api().artifact_exists("net") is True
    assert Api().artifact_exists("net:v1", type="model") is True
    assert Api().artifact_exists("net:v1", type="dataset") is False


def test_a_run_tells_what_it_consumed_and_produced(trained: headwater.Run, project: str) -> None:
    run = Api().run(trained.id)

    assert [artifact.qualified_name for artifact in run.used_artifacts()] == [f"{project}/data:v0"]
    assert sorted(artifact.qualified_name for artifact in run.logged_artifacts()) == [
        f"{project}/net:v0",
        f"{project}/net:v1",
    ]
    assert Api().run(f"{project}/-/runs/{trained.id}").name == "trainer"


def test_runs_are_filtered_and_ordered(trained: headwater.Run, project: str) -> None:
    api = Api()
    soon = datetime.now(UTC) + timedelta(hours=1)

    assert [run.name for run in api.runs(order="name")] == ["loader", "trainer"]
    assert [run.name for run in api.runs(project, order="-created_at")] == ["trainer", "loader"]
    assert [run.name for run in api.runs(job_types="train")] == ["trainer"]
    assert [run.name for run in api.runs(groups=["g"], tags="t", states="finished")] == ["trainer"]
    assert [run.name for run in api.runs(created_after=soon)] == []
    assert [run.name for run in api.runs(consumed=f"{project}/data:v0")] == ["trainer"]
    assert [run.name for run in api.runs(produced=f"{project}/data:v0")] == ["loader"]
    with pytest.raises(InvalidInputError, match="There is no filter 'colour'"):
        api.runs(colour="red")
    with pytest.raises(InvalidInputError, match="The order 'colour' is not one of"):
        api.runs(order="colour")


def test_more_runs_than_a_page_are_read_while_they_are_asked_for() -> None:
    for _ in range(3):
        with headwater.init():
            pass
    from headwater import _listing

    original, _listing.PAGE = _listing.PAGE, 2
    try:
        assert len(list(Api().runs())) == 3
    finally:
        _listing.PAGE = original


def test_collections_and_versions_are_listed(trained: headwater.Run, project: str) -> None:
    api = Api()

    assert [(c.name, c.type, c.kind) for c in api.collections()] == [
        ("data", "dataset", "SOURCE"),
        ("net", "model", "SOURCE"),
    ]
    assert [c.name for c in api.collections(project, types="model")] == ["net"]
    assert [c.name for c in api.collections(name_contains="dat")] == ["data"]
    assert [a.name for a in api.artifacts(name="net", order="index")] == ["net:v0", "net:v1"]
    assert [a.name for a in api.artifacts("dataset")] == ["data:v0"]
    assert [a.name for a in api.artifacts(name="net", aliases="best")] == ["net:v1"]
    condition = {"path": "accuracy", "op": "GTE", "value": 0.6}
    assert [a.name for a in api.artifacts(metadata=[condition])] == ["net:v1"]
    assert sorted(a.name for a in api.artifacts(consumed=False)) == ["net:v0", "net:v1"]


def test_collections_are_told_apart_by_when_they_were_made(trained: headwater.Run) -> None:
    api = Api()
    data, net = api.collections()

    assert [c.name for c in api.collections(created_after=data.created_at)] == ["net"]
    assert [c.name for c in api.collections(created_before=net.created_at)] == ["data"]
    assert list(api.collections(created_after=data.created_at, created_before=net.created_at)) == []
    assert [c.name for c in api.search("net", created_after=data.created_at)] == ["net"]
    assert list(api.search("net", created_before=net.created_at)) == []


def test_types_are_listed_with_their_collections(trained: headwater.Run, project: str) -> None:
    api = Api()

    assert [(one.name, one.project) for one in api.artifact_types()] == [("dataset", project), ("model", project)]
    assert api.artifact_type("model", project) == api.artifact_types(project)[1]
    assert [c.path for c in api.artifact_type("model").collections()] == [f"{project}/net"]
    assert list(api.artifact_type("model").collections(name_contains="data")) == []
    with pytest.raises(
        NotFoundError, match=rf"No version in {project} has the type 'table'\. There are: dataset, model\."
    ):
        api.artifact_type("table")
    with pytest.raises(NotFoundError):
        api.artifact_types("absent")


def test_names_of_other_trackers_list_the_same(trained: headwater.Run, project: str) -> None:
    api = Api()

    (net,) = api.artifact_collections(project, "model")
    versions = [version.name for version in api.artifact_versions("model", "net")]

    assert (net.path, versions) == (f"{project}/net", ["net:v1", "net:v0"])
    assert [version.name for version in net.artifacts()] == [version.name for version in net.versions()]
    assert [version.name for version in net.artifacts("index", aliases="best")] == ["net:v1"]
    assert list(api.artifact_versions("dataset", "net")) == []


def test_a_run_tells_what_was_recalled_upstream_of_it(trained: headwater.Run, project: str) -> None:
    run = Api().run(trained.id)
    assert list(run.recalls) == []
    data = Api().artifact("data")

    data.recall("labels were shuffled", severity="critical")

    (recall,) = run.recalls
    assert (recall.path, recall.severity, recall.reason) == (f"{project}/data:v0", "CRITICAL", "labels were shuffled")
    assert recall.distance == 1
    (loader,) = Api().runs(job_types="load")
    assert loader.recalls == ()
    data.withdraw_recalls()
    assert list(run.recalls) == []


def test_projects_of_an_entity_are_listed(project: str, entity: str) -> None:
    (found,) = Api().projects()

    assert (found.path, found.entity) == (project, entity)
    assert [each.path for each in Api().projects(entity)] == [project]


def test_without_a_key_it_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADWATER_API_KEY")

    with pytest.raises(PermissionDeniedError, match="headwater login"):
        Api()


def test_an_address_and_a_key_can_be_given(client_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in client_environment:
        monkeypatch.delenv(name)

    api = Api(client_environment["HEADWATER_BASE_URL"], client_environment["HEADWATER_API_KEY"])

    assert api.default_entity == client_environment["HEADWATER_ENTITY"]
    assert api.default_project == "uncategorized"
    assert api.viewer()["user"]["name"] == client_environment["HEADWATER_ENTITY"]


@pytest.mark.parametrize("given", [None, 7, b"data"])
def test_what_is_no_path_is_refused_with_the_name_of_the_argument(given: Any) -> None:
    draft = Artifact("data", type="dataset")
    calls: list[tuple[str, Callable[[Any], object]]] = [
        ("local_path", draft.add_file),
        ("local_path", draft.add_dir),
        ("name", draft.get_entry),
        ("item", draft.remove),
        ("name", Api().artifact),
        ("path", Api().run),
        ("path", Api().collection),
    ]

    for argument, call in calls:
        with pytest.raises(InvalidInputError, match=f"The {argument} must be a text, not {given!r}"):
            call(given)


def test_an_entity_is_offered_to_be_made_only_if_it_can_be() -> None:
    with pytest.raises(NotFoundError, match="To make one: headwater entity create no-such-one"):
        headwater.init(project="p", entity="no-such-one")
    with pytest.raises((NotFoundError, InvalidInputError)) as refused:
        headwater.init(project="p", entity="no such one")

    assert "entity create" not in str(refused.value)
