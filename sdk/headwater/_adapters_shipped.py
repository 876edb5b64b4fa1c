"""The adapters that come with Headwater: each imports its framework only for a model of that framework.

Formats that hold no code come first. `headwater[models]` installs what writes them: safetensors and skops.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from ._adapters import LoadRequest, ModelAdapter, version_of
from ._client import print_notice
from ._errors import InvalidInputError, UntrustedModelError

SAFETENSORS = "safetensors"
SKOPS = "skops"
JOBLIB = "joblib"
KERAS = "keras"
ONNX = "onnx"
TRUST = "If you trust who made it: model_obj(trust=True)."
# Older ones run code of a file that was made for it, whatever `safe_mode` says.
FIRST_SAFE_KERAS = (3, 12)


class ScikitLearnAdapter(ModelAdapter):
    """Estimators and pipelines of scikit-learn: skops, else joblib, which is pickle and needs trust to be read."""

    name = "scikit-learn"
    model_types = ("sklearn.base.BaseEstimator",)
    format = SKOPS
    safe_formats = frozenset({SKOPS})
    framework = "scikit-learn"

    def save(self, model: Any, folder: Path) -> str:
        """Write `model.skops`, or `model.joblib` if skops is not there or cannot hold the model."""
        try:
            skops = import_module("skops.io")
        except ImportError:
            why = "skops is not installed (pip install 'headwater[models]')"
        else:
            try:
                skops.dump(model, folder / "model.skops")
                return SKOPS
            except Exception as error:
                # skops raises errors of many kinds for what it cannot hold; joblib may hold it.
                why = f"skops cannot hold it: {error}"
                (folder / "model.skops").unlink(missing_ok=True)
        print_notice(f"The model is written with joblib, a pickle: reading it takes trust=True. {why}")
        import_module(JOBLIB).dump(model, folder / "model.joblib")
        return JOBLIB

    def load(self, folder: Path, request: LoadRequest) -> Any:
        """Read the model; what skops does not know to be harmless needs trust."""
        if request.saved.format == JOBLIB:
            return import_module(JOBLIB).load(folder / "model.joblib")
        skops = needed("skops.io")
        unknown = skops.get_untrusted_types(file=folder / "model.skops")
        if unknown and not request.trust:
            raise UntrustedModelError(
                f"The model holds objects of types that skops does not know to be harmless: {', '.join(unknown)}. "
                f"{TRUST}"
            )
        return skops.load(folder / "model.skops", trusted=unknown)


class PyTorchAdapter(ModelAdapter):
    """Modules of PyTorch: their state as safetensors, to be filled into an object of the same class.

    Beside it lies the rest of the module as a pickle, so that with trust nothing has to be given.
    """

    name = "pytorch"
    model_types = ("torch.nn.modules.module.Module",)
    format = SAFETENSORS
    safe_formats = frozenset({SAFETENSORS})
    framework = "torch"

    def save(self, model: Any, folder: Path) -> None:
        """Write `model.safetensors`: parameters and buffers, shared ones once; and `structure.pkl`, all the rest."""
        needed("safetensors.torch").save_model(model, str(folder / "model.safetensors"))
        structure = folder / "structure.pkl"
        try:
            _structures().write(model, structure)
        except Exception as error:
            # Pickling raises errors of many kinds; the state is there without it.
            structure.unlink(missing_ok=True)
            print_notice(f"Only the state of the model is written; reading it takes model_obj(model=…). Why: {error}")

    def load(self, folder: Path, request: LoadRequest) -> Any:
        """Fill the state into the object given, or with trust into the one that was written, or into a new one."""
        structure = folder / "structure.pkl"
        is_whole = request.trust and request.model is None and structure.exists()
        model = _structures().read(structure) if is_whole else _new_module(request)
        try:
            needed("safetensors.torch").load_model(model, str(folder / "model.safetensors"))
        except RuntimeError as error:
            raise InvalidInputError(
                f"The state does not fit: {error}. Give an object that it fits: model_obj(model=…). {TRUST}",
                field="model",
            ) from error
        return model


def _structures() -> Any:
    """The module that needs PyTorch to be imported."""
    return import_module("._module_structure", __package__)


def _new_module(request: LoadRequest) -> Any:
    """The object to be filled: as given, or made of a class without arguments."""
    base = needed("torch").nn.Module
    given = request.model
    if isinstance(given, base):
        return given
    path = request.saved.model_class
    kind = _known_class(path, is_imported=request.trust) if given is None else given
    if kind is None:
        raise InvalidInputError(
            f"The model has the class {path}, which this program has not imported. Give the class or an object to "
            "fill: model_obj(model=…); or let it be imported, which runs its module's code: model_obj(trust=True).",
            field="model",
        )
    if not (isinstance(kind, type) and issubclass(kind, base)):
        raise InvalidInputError(f"{kind!r} is no module of PyTorch, nor a class of one.", field="model")
    try:
        return kind()
    except TypeError as error:
        raise InvalidInputError(
            f"{kind.__qualname__} cannot be made without arguments ({error}). "
            f"Make one: model_obj(model={kind.__name__}(…)). {TRUST}",
            field="model",
        ) from error


def _known_class(path: str, *, is_imported: bool) -> Any:
    """The class of a dotted path: of a module that is imported already, or may be."""
    parts = path.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module_name = ".".join(parts[:cut])
        module = sys.modules.get(module_name)
        if module is None and is_imported:
            try:
                module = import_module(module_name)
            except ImportError:
                continue
        if module is not None:
            found: Any = module
            for part in parts[cut:]:
                found = getattr(found, part, None)
            return found
    return None


class KerasAdapter(ModelAdapter):
    """Models of Keras, in its own format `.keras`, read in its safe mode."""

    name = "keras"
    model_types = (
        "keras.src.models.model.Model",
        "keras.src.engine.training.Model",
        "keras.engine.training.Model",
    )
    format = KERAS
    safe_formats = frozenset({KERAS})
    framework = "keras"

    def save(self, model: Any, folder: Path) -> None:
        """Write `model.keras`."""
        model.save(str(folder / "model.keras"))

    def load(self, folder: Path, request: LoadRequest) -> Any:
        """Read the model, or fill its weights into the object given. Code inside, as of a Lambda layer, needs trust."""
        path = str(folder / "model.keras")
        if request.model is not None:
            request.model.load_weights(path)
            return request.model
        keras = needed("keras")
        installed = tuple(int(part) for part in (version_of("keras") or "0").split(".")[:2])
        if installed < FIRST_SAFE_KERAS and not request.trust:
            raise UntrustedModelError(f"Keras before 3.12 can run code that a file holds. Update it. {TRUST}")
        try:
            return keras.saving.load_model(path, safe_mode=not request.trust)
        except ValueError as error:
            if "safe_mode" not in str(error) and "unsafe" not in str(error):
                raise
            raise UntrustedModelError(f"The model holds code: {error} {TRUST}") from error


class OnnxAdapter(ModelAdapter):
    """Models of ONNX: a graph of known operators and its weights."""

    name = ONNX
    model_types = ("onnx.onnx_ml_pb2.ModelProto", "onnx_ml_pb2.ModelProto")
    format = ONNX
    safe_formats = frozenset({ONNX})
    framework = ONNX

    def save(self, model: Any, folder: Path) -> None:
        """Write `model.onnx`, in one file."""
        (folder / "model.onnx").write_bytes(model.SerializeToString())

    def load(self, folder: Path, request: LoadRequest) -> Any:
        """Read the model. Weights outside of it are not fetched: a file may name any path of this machine."""
        return needed(ONNX).load_model(str(folder / "model.onnx"), load_external_data=False)


class TensorsAdapter(ModelAdapter):
    """A dictionary of arrays of NumPy or tensors of PyTorch by name, such as a state dict, as safetensors."""

    name = "tensors"
    model_types = (dict,)
    format = SAFETENSORS
    safe_formats = frozenset({SAFETENSORS})
    _LIBRARIES: ClassVar[dict[str, str]] = {
        "numpy.ndarray": "numpy",
        "torch.Tensor": "torch",
        "torch.nn.parameter.Parameter": "torch",
    }

    def accepts(self, model: Any) -> bool:
        """Whether there are tensors by name and nothing else, all of one library."""
        return all(isinstance(key, str) for key in model) and self.framework_of(model) is not None

    def framework_of(self, model: Any) -> str | None:
        """The library of the tensors; None if there are none, or of several."""
        kinds = {f"{type(value).__module__}.{type(value).__qualname__}" for value in model.values()}
        libraries = {self._LIBRARIES.get(kind) for kind in kinds}
        return libraries.pop() if len(libraries) == 1 else None

    def save(self, model: Any, folder: Path) -> None:
        """Write `model.safetensors`."""
        flavour = needed(f"safetensors.{self.framework_of(model)}")
        flavour.save_file(dict(model), str(folder / "model.safetensors"))

    def load(self, folder: Path, request: LoadRequest) -> Any:
        """Read the dictionary, with tensors of the library that it was saved from."""
        library = "torch" if request.saved.framework == "torch" else "numpy"
        return needed(f"safetensors.{library}").load_file(str(folder / "model.safetensors"))


def needed(module: str) -> Any:
    """A module that this model cannot do without.

    Raises:
        InvalidInputError: if it is not installed, saying what is to be.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        advice = "'headwater[models]'" if package in (SAFETENSORS, SKOPS) else package
        raise InvalidInputError(f"{package} is not installed: pip install {advice}.") from error
