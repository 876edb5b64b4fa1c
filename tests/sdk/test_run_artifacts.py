"""What runs do with artifacts: outputs in the background, inputs, links, models."""

from pathlib import Path

import pytest

import headwater
from headwater import Api, Artifact
from headwater.errors import ConflictError, HeadwaterError, InvalidInputError, MissingFileError, NotFoundError
from servers import Service

pytestmark = pytest.mark.usefixtures("client_environment")


def made(name: str, content: str, type: str = "dataset") -> Artifact:
    artifact = Artifact(name, type=type)
    with artifact.new_file("content.txt") as file:
        file.write(content)
    return artifact


def test_a_logged_artifact_is_an_output_and_a_used_one_an_input(project: str) -> None:
    with headwater.init(job_type="load") as loader:
        logged = loader.log_artifact(made("data", "a"), aliases=["first"])
        assert logged.wait().qualified_name == f"{project}/data:v0"
    with headwater.init(job_type="train") as run:
        used = run.use_artifact("data:latest")
        folder = Path(used.download())

    assert (folder / "content.txt").read_text() == "a"
    assert sorted(used.aliases) == ["first", "latest"]
    producer = used.logged_by()
    assert producer is not None and producer.path == loader.path
    assert [consumer.path for consumer in used.used_by()] == [run.path]


def test_versions_of_one_name_are_numbered_in_the_order_of_the_calls() -> None:
    with headwater.init() as run:
        logged = [run.log_artifact(made("data", str(number))) for number in range(6)]

    assert [artifact.version for artifact in logged] == ["v0", "v1", "v2", "v3", "v4", "v5"]


def test_what_was_just_logged_can_be_used_at_once() -> None:
    with headwater.init() as run:
        run.log_artifact(made("data", "a"))

        assert run.use_artifact("data").version == "v0"


def test_the_same_content_is_the_same_version_and_the_run_produced_it(project: str) -> None:
    with headwater.init():
        headwater.log_artifact(made("data", "a"))
    with headwater.init() as again:
        logged = headwater.log_artifact(made("data", "a"), aliases="again").wait()

        assert logged.is_reused
    assert [a.qualified_name for a in Api().run(again.path).logged_artifacts()] == [f"{project}/data:v0"]
    assert sorted(Api().artifact("data").aliases) == ["again", "latest"]


def test_a_failure_surfaces_at_wait_and_at_finish(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("before")
    run = headwater.init()
    artifact = Artifact("data", type="dataset")
    artifact.add_file(tmp_path / "a.txt", policy="immutable")
    (tmp_path / "a.txt").write_text("after!")

    run.log_artifact(artifact)

    with pytest.raises(ConflictError, match="changed"):
        artifact.wait()
    with pytest.raises(ConflictError, match="changed"):
        run.finish()
    found = Api().run(run.path)
    assert (found.state, found.exit_code) == ("FAILED", 1)


def test_another_type_of_the_same_name_is_refused() -> None:
    with headwater.init() as run:
        run.log_artifact(made("data", "a", "dataset")).wait()

    with pytest.raises(HeadwaterError, match=r"dataset"), headwater.init() as run:
        run.log_artifact(made("data", "b", "model"))


def test_a_path_becomes_an_artifact_named_after_run_and_file(tmp_path: Path) -> None:
    (tmp_path / "model.pt").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b").write_text("y")

    with headwater.init() as run:
        file = run.log_artifact(tmp_path / "model.pt").wait()
        folder = run.log_artifact(str(tmp_path / "folder"), name="whole", type="dataset", tags=["t"]).wait()
        with pytest.raises(MissingFileError):
            run.log_artifact(tmp_path / "absent")
        with pytest.raises(InvalidInputError, match="has the type 'dataset', not 'model'"):
            run.log_artifact(made("x", "y"), type="model")

    assert (file.name, file.type) == (f"run-{run.id}-model.pt:v0", "unspecified")
    assert (folder.name, folder.type, folder.tags) == ("whole:v0", "dataset", ["t"])
    assert [entry.path for entry in folder.manifest] == ["b"]


def test_a_uri_becomes_an_artifact_that_refers_to_it(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("1,2")
    uri = (tmp_path / "rows.csv").as_uri()

    with headwater.init() as run:
        data = run.log_artifact(uri, type="dataset", aliases="outside").wait()
        model = run.log_model(uri, name="net").wait()

    assert (data.name, data.type, data.aliases) == (f"run-{run.id}-rows.csv:v0", "dataset", ["latest", "outside"])
    assert [(entry.path, entry.ref) for entry in data.manifest] == [("rows.csv", uri)]
    assert (model.name, model.type, model.manifest.entries["rows.csv"].ref) == ("net:v0", "model", uri)


@pytest.mark.parametrize("aliases", ["chosen", ["chosen"]])
def test_the_alias_given_beside_a_name_is_the_version_to_use(aliases: str | list[str]) -> None:
    with headwater.init() as run:
        run.log_artifact(made("data", "a"), aliases=["chosen"])
        run.log_artifact(made("data", "b"))

        assert run.use_artifact(artifact_or_name="data", aliases=aliases).version == "v0"
        assert run.use_artifact("data").version == "v1"
        assert run.use_artifact("data:v0", aliases="v0").version == "v0"
        with pytest.raises(InvalidInputError, match="name different versions"):
            run.use_artifact("data:v1", aliases="chosen")
        with pytest.raises(InvalidInputError, match="takes one alias"):
            run.use_artifact("data", aliases=["chosen", "latest"])


def test_a_wrong_type_or_an_absent_name_is_refused_and_leaves_no_edge() -> None:
    with headwater.init() as run:
        run.log_artifact(made("data", "a"))
        with pytest.raises(InvalidInputError, match="dataset"):
            run.use_artifact("data", type="model")
        with pytest.raises(NotFoundError):
            run.use_artifact("absent:latest")

    assert list(Api().run(run.path).used_artifacts()) == []


def test_a_draft_that_is_used_is_logged_first_by_no_run(project: str) -> None:
    with headwater.init() as run:
        used = run.use_artifact(made("local data", "a"))

    assert used.qualified_name == f"{project}/local data:v0"
    assert used.logged_by() is None
    assert [a.name for a in Api().run(run.path).used_artifacts()] == ["local data:v0"]
    assert list(Api().run(run.path).logged_artifacts()) == []


def test_an_artifact_at_hand_can_be_used_and_logged_again(project: str) -> None:
    with headwater.init():
        first = headwater.log_artifact(made("data", "a")).wait()
    with headwater.init() as run:
        run.use_artifact(first)
        again = run.log_artifact(first, aliases=["kept"])

    assert again.qualified_name == first.qualified_name
    assert sorted(again.aliases) == ["kept", "latest"]
    assert [a.name for a in Api().run(run.path).used_artifacts()] == ["data:v0"]
    assert [a.name for a in Api().run(run.path).logged_artifacts()] == ["data:v0"]


def test_metrics_logged_before_a_version_belong_to_it() -> None:
    with headwater.init() as run:
        early = run.log_artifact(made("net", "0")).wait()
        run.log({"loss": 1}, step=7)
        late = run.log_artifact(made("net", "1")).wait()

    assert (early.history_step, late.history_step) == (None, 7)


def test_a_link_is_a_version_of_its_own(entity: str, project: str) -> None:
    with headwater.init() as run:
        linked = run.link_artifact(
            made("net", "0", "model"), f"{entity}/model-registry/Model Registry Tutorial", aliases=["staging"]
        )
        used = run.use_artifact(f"{entity}/model-registry/Model Registry Tutorial:staging", type="model")

    assert linked.qualified_name == f"{entity}/model-registry/Model Registry Tutorial:v0"
    assert linked.is_link
    assert (used.qualified_name, used.source_qualified_name) == (linked.qualified_name, f"{project}/net:v0")
    assert sorted(used.aliases) == ["latest", "staging"]
    assert [a.qualified_name for a in Api().run(run.path).used_artifacts()] == [linked.qualified_name]


def test_a_model_is_logged_used_and_linked(tmp_path: Path, entity: str) -> None:
    (tmp_path / "model.h5").write_text("weights")
    (tmp_path / "saved").mkdir()
    for name in ("a", "b"):
        (tmp_path / "saved" / name).write_text(name)

    with headwater.init() as run:
        named = run.log_model(path=str(tmp_path / "model.h5"), name="MNIST").wait()
        unnamed = run.log_model(tmp_path / "saved", aliases="x").wait()
        linked = run.link_model(
            path=str(tmp_path / "model.h5"), registered_model_name="MNIST-dev", name="mnist_model", aliases=["staging"]
        )
    with headwater.init() as user:
        file = headwater.use_model(name="MNIST:latest")
        folder = headwater.use_model(unnamed.name)
        run_data = user.log_artifact(made("data", "a")).wait()
        with pytest.raises(InvalidInputError, match="has the type 'dataset', not 'model'"):
            user.use_model(run_data.name)
        with pytest.raises(InvalidInputError, match="a name alone"):
            user.link_model(tmp_path / "model.h5", "a/b")

    assert (named.name, named.type) == ("MNIST:v0", "model")
    assert (unnamed.name, unnamed.type) == (f"run-{run.id}-saved:v0", "model")
    assert linked.qualified_name == f"{entity}/model-registry/MNIST-dev:v0"
    assert (linked.source_name, sorted(linked.aliases)) == ("mnist_model:v0", ["latest", "staging"])
    assert (Path(file).name, Path(file).read_text()) == ("model.h5", "weights")
    assert sorted(path.name for path in Path(folder).iterdir()) == ["a", "b"]
    used = [a.qualified_name.rpartition("/")[2] for a in Api().run(user.path).used_artifacts()]
    assert sorted(used) == sorted(["MNIST:v0", unnamed.name])


def test_the_lines_at_the_end_name_the_artifacts(
    capsys: pytest.CaptureFixture[str], service: Service, project: str
) -> None:
    with headwater.init() as run:
        run.log_artifact(made("my data", "a"))

    lines = capsys.readouterr().err.splitlines()
    assert "Synced 0 record(s), 0 media, 1 artifact file(s), 0 other file(s)" in lines
    assert f"Artifact my data:v0 at: {service.url}/{project}/my%20data:v0" in lines


def test_a_disabled_run_returns_the_artifacts_it_is_given() -> None:
    with headwater.init(mode="disabled") as run:
        artifact = run.log_artifact(made("data", "a"))

        assert artifact.wait() is artifact
        assert run.use_artifact(artifact) is artifact
        assert run.link_artifact(artifact, "registry/x") is artifact
        with pytest.raises(InvalidInputError, match="the run is disabled"):
            run.use_artifact("data")
