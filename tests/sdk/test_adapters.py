"""Adapters: the nearest one writes the model, one of one's own is registered by defining it, and those shipped work."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import headwater
from headwater import Api, ModelAdapter, _adapters, _adapters_shipped
from headwater.beta.workflows import LoadRequest, _SavedModel, log_model, use_model
from headwater.errors import InvalidInputError, NotFoundError, UntrustedModelError

pytestmark = pytest.mark.usefixtures("client_environment")


@pytest.fixture(autouse=True)
def adapters_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with those that are shipped, whatever ran before in this process, and forget what the test defines."""
    _adapters.adapters()
    shipped = {
        name: kind for name, kind in _adapters._registered.items() if kind.__module__ == _adapters_shipped.__name__
    }
    monkeypatch.setattr(_adapters, "_registered", shipped)


class Thing:
    """A model of no framework."""

    def __init__(self, text: str) -> None:
        self.text = text


class SpecialThing(Thing):
    """A model for which there may be an adapter of its own."""


def test_a_dictionary_of_arrays_comes_back() -> None:
    arrays = {"layer.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "層": np.array([1, 2])}

    with headwater.init():
        logged = log_model(arrays, "net").wait()

    read = use_model("net").model_obj()
    assert sorted(read) == sorted(arrays)
    assert all(np.array_equal(read[name], arrays[name]) for name in arrays)
    assert logged.artifact.metadata["saved_model"]["framework"] == "numpy"
    assert list(logged.artifact.entries) == ["model.safetensors"]


def test_a_missing_library_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)

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


def test_a_whole_module_of_pytorch_comes_back_with_trust() -> None:
    nn = pytest.importorskip("torch").nn
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 2)).eval()
    net.append(nn.Linear(2, 2)).append(net[3])  # a layer that stands there twice
    net[0].weight.requires_grad_(False)
    sample = nn.init.uniform_(nn.Parameter(net[0].weight.new_empty(4, 2)))
    with headwater.init():
        logged = log_model(net, "net").wait()

    with pytest.raises(InvalidInputError, match=r"(?s)The state does not fit: .*model_obj\(trust=True\)"):
        use_model("net").model_obj()
    back = use_model("net").model_obj(trust=True)

    assert sorted(logged.artifact.entries) == ["model.safetensors", "structure.pkl"]
    assert logged.artifact.entries["structure.pkl"].size < 10_000
    assert back(sample).tolist() == net(sample).tolist()
    assert back[3] is back[4]
    assert (back[0].weight.requires_grad, back[0].bias.requires_grad, back.training) == (False, True, False)


def test_of_a_module_that_cannot_be_pickled_the_state_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    nn = pytest.importorskip("torch").nn
    net = nn.Linear(2, 3)
    net.unpicklable = lambda: None
    with headwater.init():
        logged = log_model(net, "net").wait()

    assert list(logged.artifact.entries) == ["model.safetensors"]
    assert "Only the state of the model is written" in capsys.readouterr().err
    assert use_model("net").model_obj(model=nn.Linear(2, 3)).weight.tolist() == net.weight.tolist()


def test_a_class_of_pytorch_that_is_not_imported_is_not_imported_without_trust(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    request = LoadRequest(
        saved=_adapters.SavedFormat(adapter="pytorch", format="safetensors", model_class="antigravity.Net")
    )

    with pytest.raises(InvalidInputError, match=r"antigravity.Net, which this program has not imported"):
        _adapters.load_model(tmp_path, request, name="net:v0")

    assert "antigravity" not in sys.modules


# Keras itself calls numpy in an older way.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")
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
