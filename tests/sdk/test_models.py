"""Models as objects: adapters find their models, nothing is unpickled unasked, and paths of models lead to files."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import headwater
from headwater import Api, Artifact, ModelAdapter, _adapters, _adapters_shipped
from headwater.beta.workflows import LoadRequest, SavedModel, _SavedModel, link_model, log_model, use_model
from headwater.errors import ConflictError, InvalidInputError, NotFoundError, UntrustedModelError
from sdk.peer import Asked, Reply, answering

pytestmark = pytest.mark.usefixtures("client_environment")

X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [3.0, 1.0]])
Y = np.array([0, 0, 1, 1])


@pytest.fixture(autouse=True)
def no_run_is_left(client_environment: dict[str, str]) -> Iterator[None]:
    yield
    if headwater.run is not None:
        headwater.finish()


@pytest.fixture(autouse=True)
def adapters_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the adapters that a test defines."""
    _adapters.adapters()
    monkeypatch.setattr(_adapters, "_registered", dict(_adapters._registered))


@pytest.fixture
def classifier() -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)


def without(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    """Let an import of these fail, as where they are not installed."""
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)


class Thing:
    """A model of no framework."""

    def __init__(self, text: str) -> None:
        self.text = text


class SpecialThing(Thing):
    """A model for which there may be an adapter of its own."""


# -- objects


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


# -- trust


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
    with pytest.raises(UntrustedModelError, match=r"test_models\.double"):
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


# -- adapters


def test_a_dictionary_of_arrays_comes_back(classifier: Any) -> None:
    arrays = {"layer.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "層": np.array([1, 2])}

    with headwater.init():
        logged = log_model(arrays, "net").wait()

    read = use_model("net").model_obj()
    assert sorted(read) == sorted(arrays)
    assert all(np.array_equal(read[name], arrays[name]) for name in arrays)
    assert logged.artifact.metadata["saved_model"]["framework"] == "numpy"
    assert list(logged.artifact.entries) == ["model.safetensors"]


def test_a_missing_library_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "safetensors.numpy")

    with headwater.init(), pytest.raises(InvalidInputError, match=r"pip install 'headwater\[models\]'"):
        log_model({"a": np.zeros(1)}, "net")


def test_when_none_fits_those_that_were_tried_are_named() -> None:
    class Unused(ModelAdapter):
        name = "my-own"
        model_types = ("nowhere.Thing",)

    with headwater.init() as run:
        for model in (Thing("a"), {"a": 1}, {}, {1: np.zeros(1)}, object()):
            with pytest.raises(InvalidInputError) as raised:
                log_model(model, "net")

            assert "tried: keras, my-own, onnx, pytorch, scikit-learn, tensors." in str(raised.value)
            assert "headwater.ModelAdapter" in str(raised.value)
        path = run.path

    assert list(Api().run(path).logged_artifacts()) == []


def test_a_path_given_as_a_model_is_told_where_it_belongs() -> None:
    with headwater.init(), pytest.raises(InvalidInputError, match=r"That is a path: run\.log_model\(path\)"):
        log_model("model.pt", "net")


class ThingAdapter(ModelAdapter, abstract=True):
    """Writes the text of a thing; the tests register subclasses."""

    format = "text"
    safe_formats = frozenset({"text"})

    def save(self, model: Thing, folder: Path) -> None:
        (folder / "parts").mkdir()
        (folder / "parts" / "text.txt").write_text(f"{self.name}: {model.text}")

    def load(self, folder: Path, request: LoadRequest) -> Thing:
        return Thing((folder / "parts" / "text.txt").read_text())


def test_defining_a_subclass_registers_it() -> None:
    class MyThings(ThingAdapter):
        model_types = (Thing,)

    with headwater.init():
        logged = log_model(Thing("hello"), "thing").wait()

    assert logged.artifact.metadata["saved_model"]["adapter"].endswith("<locals>.MyThings")
    assert list(logged.artifact.entries) == ["parts/text.txt"]
    assert use_model("thing").model_obj().text.endswith("MyThings: hello")


@pytest.mark.parametrize("is_special_first", [True, False])
def test_the_more_specific_type_wins_whichever_was_defined_first(is_special_first: bool) -> None:
    def general() -> None:
        class General(ThingAdapter):
            name = "general"
            model_types = (Thing, object)

    def special() -> None:
        class Special(ThingAdapter):
            name = "special"
            model_types = (f"{__name__}.SpecialThing",)

    for define in (special, general) if is_special_first else (general, special):
        define()

    assert _adapters.find_adapter(SpecialThing("a")).name == "special"
    assert _adapters.find_adapter(Thing("a")).name == "general"


def test_of_two_as_specific_the_last_wins_also_defined_anew() -> None:
    def define(adapter_name: str) -> None:
        class Adapter(ThingAdapter):
            name = adapter_name
            model_types = (Thing,)

    define("first")
    define("second")
    before = _adapters.find_adapter(Thing("a")).name
    define("first")

    assert (before, _adapters.find_adapter(Thing("a")).name) == ("second", "first")


def test_one_that_does_not_accept_the_model_leaves_it_to_the_next() -> None:
    class General(ThingAdapter):
        name = "general"
        model_types = (Thing,)

    class Picky(ThingAdapter):
        name = "picky"
        model_types = (SpecialThing,)

        def accepts(self, model: Any) -> bool:
            return bool(model.text)

    assert _adapters.find_adapter(SpecialThing("a")).name == "picky"
    assert _adapters.find_adapter(SpecialThing("")).name == "general"


def test_an_adapter_that_does_not_call_its_format_safe_needs_trust() -> None:
    class Unsafe(ThingAdapter):
        name = "unsafe"
        model_types = (Thing,)
        safe_formats = frozenset()

    with headwater.init():
        log_model(Thing("a"), "thing").wait()

    with pytest.raises(UntrustedModelError, match="'text'"):
        use_model("thing").model_obj()
    assert use_model("thing").model_obj(trust=True).text == "unsafe: a"


def test_an_adapter_that_is_not_defined_here_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere(ThingAdapter):
        name = "elsewhere"
        model_types = (Thing,)

    with headwater.init():
        log_model(Thing("a"), "thing").wait()
    del _adapters._registered["elsewhere"]

    with pytest.raises(NotFoundError, match="'elsewhere', which is not defined here: import the module"):
        use_model("thing").model_obj()


def test_what_an_adapter_raises_is_told_and_nothing_is_logged() -> None:
    class Broken(ThingAdapter):
        name = "broken"
        model_types = (Thing,)

        def save(self, model: Thing, folder: Path) -> None:
            raise KeyError("no weights")

    class Empty(ThingAdapter):
        name = "empty"
        model_types = (SpecialThing,)

        def save(self, model: Thing, folder: Path) -> None:
            return None

    with headwater.init() as run:
        with pytest.raises(InvalidInputError, match="'broken' could not write the model: 'no weights'"):
            log_model(Thing("a"), "thing")
        with pytest.raises(InvalidInputError, match="'empty' wrote no file"):
            log_model(SpecialThing("a"), "thing")

    assert list(Api().run(run.path).logged_artifacts()) == []


def test_a_subclass_in_the_older_way_is_registered_too() -> None:
    class _ThingSavedModel(_SavedModel):
        _log_type = "thing-model-file"
        _path_extension = "txt"

        @staticmethod
        def _validate_obj(obj: Any) -> bool:
            return isinstance(obj, Thing)

        @staticmethod
        def _serialize(model_obj: Any, dir_or_file_path: str) -> None:
            Path(dir_or_file_path).write_text(model_obj.text)

        @staticmethod
        def _deserialize(dir_or_file_path: str) -> Any:
            return Thing(Path(dir_or_file_path).read_text())

    with headwater.init():
        logged = log_model(SpecialThing("hello"), "thing").wait()

    assert list(logged.artifact.entries) == ["model.txt"]
    assert logged.artifact.metadata["saved_model"]["adapter"] == "thing-model-file"
    with pytest.raises(UntrustedModelError, match="'txt'"):
        use_model("thing").model_obj()
    assert use_model("thing").model_obj(trust=True).text == "hello"


def test_a_framework_is_imported_only_for_a_model_of_its_own() -> None:
    script = """
import sys
from headwater import ModelAdapter, _adapters
from headwater.beta import workflows
try:
    _adapters.find_adapter(object())
except ValueError:
    pass
print(sorted(set(sys.modules) & {"sklearn", "torch", "keras", "onnx", "skops", "safetensors", "joblib", "numpy"}))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


# -- frameworks that are not installed everywhere


def test_a_module_of_pytorch_is_filled_from_its_state() -> None:
    torch = pytest.importorskip("torch")
    nn = torch.nn

    class Net(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(2, 4), nn.Linear(4, 2)
            self.norm = nn.BatchNorm1d(4)

        def forward(self, x: Any) -> Any:
            return self.second(self.norm(self.first(x)))

    globals()["Net"], Net.__qualname__, Net.__module__ = Net, "Net", __name__
    net, sample = Net().eval(), torch.randn(3, 2)
    with headwater.init():
        logged = log_model(net, "net").wait()

    by_class_path = use_model("net").model_obj().eval()
    by_class = use_model("net").model_obj(model=Net).eval()
    given = Net()
    filled = use_model("net").model_obj(model=given)

    saved = logged.artifact.metadata["saved_model"]
    assert (saved["adapter"], saved["format"], saved["framework"]) == ("pytorch", "safetensors", "torch")
    assert torch.equal(by_class_path(sample), net(sample))
    assert torch.equal(by_class(sample), net(sample))
    assert filled is given and torch.equal(given.eval()(sample), net(sample))


def test_a_module_whose_class_is_not_at_hand_is_asked_for() -> None:
    torch = pytest.importorskip("torch")
    with headwater.init():
        log_model(torch.nn.Linear(2, 3), "linear").wait()
        log_model({"w": torch.zeros(2)}, "state").wait()

    with pytest.raises(InvalidInputError, match=r"cannot be made without arguments .*model_obj\(model=Linear\(…\)\)"):
        use_model("linear").model_obj()
    with pytest.raises(InvalidInputError, match="is no module of PyTorch"):
        use_model("linear").model_obj(model=Thing)
    assert use_model("linear").model_obj(model=torch.nn.Linear(2, 3)).weight.shape == (3, 2)
    assert torch.equal(use_model("state").model_obj()["w"], torch.zeros(2))


def test_a_class_of_pytorch_that_is_not_imported_is_not_imported_without_trust(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    request = LoadRequest(
        saved=_adapters.SavedFormat(adapter="pytorch", format="safetensors", model_class="antigravity.Net")
    )

    with pytest.raises(InvalidInputError, match=r"antigravity.Net, which this program has not imported"):
        _adapters.load_model(tmp_path, request, name="net:v0")

    assert "antigravity" not in sys.modules


def test_a_model_of_keras_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    keras = pytest.importorskip("keras", exc_type=ImportError)
    layers = keras.layers
    model = keras.Sequential([layers.Input((2,)), layers.Dense(3), layers.Dense(1)])
    coded = keras.Sequential([layers.Input((2,)), layers.Lambda(lambda x: x * 2, output_shape=(2,))])
    with headwater.init():
        logged = log_model(model, "net").wait()
        log_model(coded, "coded").wait()

    read = use_model("net").model_obj()

    # Its class is a module of PyTorch too where that computes for it; the nearer type decides.
    assert logged.artifact.metadata["saved_model"]["adapter"] == "keras"
    assert list(logged.artifact.entries) == ["model.keras"]
    assert all(np.array_equal(a, b) for a, b in zip(read.get_weights(), model.get_weights(), strict=True))
    filled = keras.models.clone_model(model)
    assert use_model("net").model_obj(model=filled) is filled
    assert np.array_equal(filled.get_weights()[0], model.get_weights()[0])
    with pytest.raises(UntrustedModelError, match="trust=True"):
        use_model("coded").model_obj()
    assert use_model("coded").model_obj(trust=True).count_params() == 0
    monkeypatch.setattr(_adapters_shipped, "version_of", lambda name: "3.8.0")
    with pytest.raises(UntrustedModelError, match=r"Keras before 3\.12"):
        use_model("net").model_obj()


def test_a_model_of_onnx_comes_back() -> None:
    onnx = pytest.importorskip("onnx")
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Relu", ["x"], ["y"])],
        "graph",
        [value("x", onnx.TensorProto.FLOAT, [1])],
        [value("y", onnx.TensorProto.FLOAT, [1])],
    )
    model = onnx.helper.make_model(graph)
    with headwater.init():
        logged = log_model(model, "relu").wait()

    read = use_model("relu").model_obj()

    assert read.SerializeToString() == model.SerializeToString()
    assert logged.artifact.metadata["saved_model"]["adapter"] == "onnx"
    assert list(logged.artifact.entries) == ["model.onnx"]


# -- paths


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


def test_a_saved_model_shows_its_artifact() -> None:
    with headwater.init():
        logged = log_model({"a": np.zeros(1)}, "net")
        waited = logged.wait(timeout=60)

    assert waited is logged and isinstance(logged, SavedModel)
    assert repr(logged) == f"<SavedModel {logged.artifact!r}>"
