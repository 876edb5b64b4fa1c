"""Models by path: logged, linked, and used by every form of a ref."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import headwater
from headwater import Api
from headwater.beta.workflows import use_model
from headwater.errors import ConflictError, InvalidInputError, NotFoundError
from sdk.peer import Asked, Reply, answering

pytestmark = pytest.mark.usefixtures("client_environment")


def saved(path: Path, text: str = "weights") -> Path:
    path.write_text(text)
    return path


def test_a_path_is_logged_as_a_model_under_the_name_of_the_run_and_its_own(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    saved(tmp_path / "folder" / "a")
    saved(tmp_path / "folder" / "b")

    with headwater.init() as run:
        file = run.log_model(saved(tmp_path / "model.h5"), aliases="best").wait()
        folder = run.log_model(path=f"{tmp_path / 'folder'}/", name="MNIST").wait()
        with pytest.raises(FileNotFoundError):
            run.log_model(str(tmp_path / "missing.pt"))

    assert (file.name, file.type, sorted(file.aliases)) == (f"run-{run.id}-model.h5:v0", "model", ["best", "latest"])
    assert (folder.name, folder.type, list(folder.entries)) == ("MNIST:v0", "model", ["a", "b"])
    produced = sorted(artifact.name for artifact in Api().run(run.path).logged_artifacts())
    assert produced == sorted([file.name, folder.name])


def test_a_reference_is_logged_as_a_model_and_used_as_a_file() -> None:
    def serve(asked: Asked) -> Reply:
        return Reply(body=b"far away", headers={"ETag": '"tag-1"'})

    with answering(serve) as peer, headwater.init() as run:
        logged = run.log_model(path=f"{peer.url}/models/model.pt").wait()
        path = run.use_model(name=logged.name)

        assert Path(path).read_bytes() == b"far away"
    assert logged.name == f"run-{run.id}-model.pt:v0"
    assert [entry.ref for entry in logged.files()] == [f"{peer.url}/models/model.pt"]


def test_a_model_is_used_by_every_form_of_a_ref(tmp_path: Path, entity: str) -> None:
    registered = f"{entity}/model-registry/MNIST-dev"
    with headwater.init() as run:
        first = run.link_model(saved(tmp_path / "model.pt", "0"), "MNIST-dev", name="net", aliases=["production"])
        between = datetime.now(UTC).isoformat()
        second = run.link_model(saved(tmp_path / "model.pt", "1"), "MNIST-dev", name="net", aliases=["production"])

    refs = {
        "": "1",
        ":latest": "1",
        ":v0": "0",
        ":v1": "1",
        ":production": "1",
        f":production@{between}": "0",
        f":{first.digest[:20]}": "0",
        f":{second.digest}": "1",
    }
    for ref, text in refs.items():
        with headwater.init() as user:
            path = user.use_model(registered + ref)

        assert (ref, Path(path).name, Path(path).read_text()) == (ref, "model.pt", text)
        expected = first if text == "0" else second
        used = list(Api().run(user.path).used_artifacts())
        assert [artifact.qualified_name for artifact in used] == [expected.qualified_name]


@pytest.mark.parametrize("verb", ["use_model", "use_artifact"])
def test_the_name_of_a_registered_model_alone_is_told_its_path(verb: str, tmp_path: Path, entity: str) -> None:
    with headwater.init() as run:
        run.link_model(saved(tmp_path / "model.pt"), "MNIST-dev", name="net", aliases=["production"])
        use = getattr(run, verb)

        with pytest.raises(NotFoundError, match=f"use '{entity}/model-registry/MNIST-dev:production'"):
            use("MNIST-dev:production")
        with pytest.raises(NotFoundError, match=f"use '{entity}/model-registry/MNIST-dev:latest'"):
            use("MNIST-dev")
        with pytest.raises(NotFoundError) as raised:
            use("no such model")
    with pytest.raises(NotFoundError, match=f"use '{entity}/model-registry/MNIST-dev:latest'"):
        use_model("MNIST-dev")

    assert "registry" not in str(raised.value)
    assert list(Api().run(run.path).used_artifacts()) == []


def test_what_is_no_model_names_both_types_and_is_not_consumed(tmp_path: Path) -> None:
    with headwater.init() as run:
        run.log_artifact(saved(tmp_path / "data.txt"), name="data", type="dataset").wait()
        for use in (run.use_model, use_model):
            with pytest.raises(InvalidInputError, match="has the type 'dataset', not 'model'"):
                use("data")
        with pytest.raises(InvalidInputError, match="has the type 'dataset', not 'model'"):
            run.use_artifact("data", type="model")

    with pytest.raises(InvalidInputError, match="has the type 'dataset', not 'model'"):
        use_model("data")
    assert list(Api().run(run.path).used_artifacts()) == []


def test_a_model_of_a_longer_type_is_a_model(tmp_path: Path) -> None:
    with headwater.init() as run:
        run.log_artifact(saved(tmp_path / "net.pt"), name="net", type="language-model").wait()

        assert Path(run.use_model("net")).read_text() == "weights"


def test_a_model_cannot_be_logged_under_the_name_of_a_dataset(tmp_path: Path) -> None:
    with headwater.init() as run:
        run.log_artifact(saved(tmp_path / "data.txt"), name="data", type="dataset").wait()
        refused = run.log_model(saved(tmp_path / "model.pt"), name="data")
        with pytest.raises(ConflictError, match="has the type 'dataset', not 'model'"):
            refused.wait()
        with pytest.raises(ConflictError, match="has the type 'dataset', not 'model'"):
            run.finish()


@pytest.mark.parametrize("name", ["a/b", "entity/registry/a", "a:v0", "a:production"])
def test_the_name_of_a_registered_model_is_a_name_alone(name: str, tmp_path: Path) -> None:
    with headwater.init() as run:
        with pytest.raises(InvalidInputError, match="a name alone"):
            run.link_model(saved(tmp_path / "model.pt"), name)

    assert list(Api().run(run.path).logged_artifacts()) == []
