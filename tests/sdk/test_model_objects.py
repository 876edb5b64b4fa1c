"""Models as objects: logged, linked, used, and nothing unpickled that nobody trusted."""

import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import headwater
from headwater import Api, Artifact
from headwater.beta.workflows import SavedModel, link_model, log_model, use_model
from headwater.errors import InvalidInputError, NotFoundError, UntrustedModelError

pytestmark = pytest.mark.usefixtures("client_environment")

X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [3.0, 1.0]])
Y = np.array([0, 0, 1, 1])


@pytest.fixture
def classifier() -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)


def without(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    """Let an import of these fail, as where they are not installed."""
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)


def test_a_model_is_logged_linked_used_and_back_as_an_object(classifier: Any, entity: str) -> None:
    with headwater.init() as run:
        logged = log_model(classifier, "mnist-nn", aliases=["best"])
        linked = link_model(logged, f"{entity}/model-registry/MNIST", aliases=["production"])
    with headwater.init() as user:
        used = use_model(f"{entity}/model-registry/MNIST:production")
        model = used.model_obj()

    assert model.predict(X).tolist() == classifier.predict(X).tolist()
    assert logged.artifact.type == "model"
    assert sorted(logged.artifact.aliases) == ["best", "latest"]
    assert linked.source_qualified_name == logged.artifact.qualified_name
    producer = logged.artifact.logged_by()
    assert producer is not None and producer.path == run.path
    assert [a.qualified_name for a in Api().run(user.path).used_artifacts()] == [linked.qualified_name]


def test_the_metadata_names_adapter_format_and_versions(classifier: Any) -> None:
    import sklearn

    with headwater.init():
        logged = log_model(classifier, "net", description="A net", metadata={"accuracy": 0.9, "format": "mine"}).wait()

    assert Api().artifact("net").metadata == {
        "accuracy": 0.9,
        "format": "mine",
        "saved_model": {
            "adapter": "scikit-learn",
            "format": "skops",
            "framework": "scikit-learn",
            "framework_version": sklearn.__version__,
            "model_class": "sklearn.pipeline.Pipeline",
        },
    }
    assert (logged.name, logged.artifact.description) == ("net:v0", "A net")
    assert list(logged.artifact.entries) == ["model.skops"]


def test_a_model_of_a_bare_name_is_the_latest_and_the_name_has_a_default(classifier: Any) -> None:
    with headwater.init() as run:
        first = log_model(classifier).wait()

    assert first.name == f"run-{run.id}-Pipeline:v0"
    assert use_model(f"run-{run.id}-Pipeline").artifact.id == first.artifact.id


def test_without_a_run_log_model_starts_one_and_use_model_needs_none(classifier: Any) -> None:
    logged = log_model(classifier, "net").wait()

    producer = logged.artifact.logged_by()
    started = headwater.run
    assert producer is not None and started is not None and started.path == producer.path
    headwater.finish()
    assert use_model("net:v0").model_obj().predict(X).tolist() == [0, 0, 1, 1]
    assert use_model("net").artifact.used_by() == []


def test_an_open_run_in_another_project_is_named(classifier: Any, project: str) -> None:
    with headwater.init(), pytest.raises(InvalidInputError, match="not 'elsewhere'"):
        log_model(classifier, "net", project="elsewhere")


def test_a_key_of_the_metadata_is_taken(classifier: Any) -> None:
    with headwater.init(), pytest.raises(InvalidInputError, match="'saved_model' of the metadata is taken"):
        log_model(classifier, "net", metadata={"saved_model": "x"})


def test_the_verb_log_model_takes_an_object_too(classifier: Any) -> None:
    with headwater.init():
        version = headwater.log_model(classifier, "mnist_nn")
        linked = link_model(version, "Digits")

    assert isinstance(version, Artifact)
    assert (version.qualified_name, linked.source_qualified_name) == (linked.source_qualified_name,) * 2
    assert use_model("Digits").model_obj().predict(X).tolist() == [0, 0, 1, 1]


def test_the_object_that_was_logged_is_not_read_again(classifier: Any) -> None:
    with headwater.init(mode="disabled"):
        logged = log_model(classifier, "net")

        assert logged.model_obj() is classifier


def test_the_same_model_again_is_the_same_version(classifier: Any) -> None:
    arrays = {"weights": np.arange(6.0).reshape(2, 3)}
    with headwater.init():
        first = log_model(arrays, "net").wait()
        second = log_model({"weights": arrays["weights"].copy()}, "net").wait()

    assert (first.artifact.version, second.artifact.version) == ("v0", "v0")


def test_without_skops_it_is_a_pickle_which_only_trust_reads(
    classifier: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without(monkeypatch, "skops.io")
    with headwater.init():
        log_model(classifier, "net").wait()

    with pytest.raises(UntrustedModelError, match=r"has the format 'joblib'.*model_obj\(trust=True\)"):
        use_model("net").model_obj()

    assert "a pickle: reading it takes trust=True" in capsys.readouterr().err
    assert use_model("net").model_obj(trust=True).predict(X).tolist() == [0, 0, 1, 1]
    assert use_model("net", trust=True).model_obj().predict(X).tolist() == [0, 0, 1, 1]


class Bomb:
    """What runs code when it is unpickled."""

    def __init__(self, marker: str) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path(self.marker),))


@pytest.mark.parametrize("format", ["joblib", "skops", "safetensors"])
@pytest.mark.parametrize("adapter", ["scikit-learn", "tensors", "unknown"])
@pytest.mark.parametrize("file", ["model.joblib", "model.skops", "model.safetensors"])
def test_whatever_the_metadata_claims_nothing_is_unpickled_without_trust(
    format: str, adapter: str, file: str, tmp_path: Path
) -> None:
    marker = tmp_path / "exploded"
    artifact = Artifact(
        "net", "model", metadata={"saved_model": {"adapter": adapter, "format": format, "model_class": "x.Y"}}
    )
    joblib.dump(Bomb(str(marker)), tmp_path / file)
    artifact.add_file(tmp_path / file)
    with headwater.init() as run:
        run.log_artifact(artifact)

    with pytest.raises((UntrustedModelError, InvalidInputError, NotFoundError)):
        use_model("net").model_obj()

    assert not marker.exists()


def test_types_that_skops_does_not_know_need_trust(classifier: Any) -> None:
    model = make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()).fit(X, Y)
    odd = make_pipeline(FunctionTransformer(double), LogisticRegression()).fit(X, Y)
    with headwater.init():
        log_model(model, "known").wait()
        log_model(odd, "odd").wait()

    assert use_model("known").model_obj().predict(X).shape == (4,)
    with pytest.raises(UntrustedModelError, match=r"test_model_objects\.double"):
        use_model("odd").model_obj()
    assert use_model("odd").model_obj(trust=True).predict(X).tolist() == odd.predict(X).tolist()


def double(x: Any) -> Any:
    return 2 * x


@pytest.mark.parametrize("noted", [None, "skops", {"adapter": "scikit-learn"}, {"adapter": 1, "format": []}])
def test_a_version_that_no_adapter_wrote_is_not_read(noted: Any, tmp_path: Path) -> None:
    artifact = Artifact("net", "model", metadata={} if noted is None else {"saved_model": noted})
    with artifact.new_file("model.skops") as file:
        file.write("x")
    with headwater.init() as run:
        run.log_artifact(artifact)

    with pytest.raises(InvalidInputError, match=r"net:v0 does not say how its model was written"):
        use_model("net").model_obj()


def test_a_broken_file_is_an_error_of_ours_that_names_the_version(classifier: Any) -> None:
    saved = {"adapter": "tensors", "format": "safetensors", "model_class": "builtins.dict", "framework": "numpy"}
    artifact = Artifact("net", "model", metadata={"saved_model": saved})
    with artifact.new_file("model.safetensors") as file:
        file.write("no tensors")
    with headwater.init() as run:
        run.log_artifact(artifact)

    with pytest.raises(InvalidInputError, match="net:v0 could not be read by the adapter 'tensors'"):
        use_model("net").model_obj()


def test_a_saved_model_shows_its_artifact() -> None:
    with headwater.init():
        logged = log_model({"a": np.zeros(1)}, "net")
        waited = logged.wait(timeout=60)

    assert waited is logged and isinstance(logged, SavedModel)
    assert repr(logged) == f"<SavedModel {logged.artifact!r}>"
