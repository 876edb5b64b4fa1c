"""`run.config` and the values that may be recorded."""

import argparse
import dataclasses
import math
from typing import Any

import numpy as np
import pytest

import headwater
from headwater._config import Config
from headwater._history import json_value, plain, unwire, wire
from headwater._summary import Summary
from headwater.errors import ConflictError, InvalidInputError


def test_a_key_is_an_item_an_attribute_and_a_keyword() -> None:
    config = Config({"lr": 0.1, "layers": [32, 64]})

    def built(**settings: Any) -> dict[str, Any]:
        return settings

    assert (config["lr"], config.lr, config.get("none"), "lr" in config) == (0.1, 0.1, None, True)
    assert dict(config) == {"lr": 0.1, "layers": [32, 64]}
    assert built(**config) == {"lr": 0.1, "layers": [32, 64]}


def test_numbers_of_numpy_become_python_numbers_and_tuples_lists() -> None:
    config = Config(
        {"lr": np.float32(0.5), "n": np.int64(3), "on": np.bool_(True), "shape": (1, 28), "at": np.arange(2)}
    )

    assert config.as_dict() == {"lr": 0.5, "n": 3, "on": True, "shape": [1, 28], "at": [0, 1]}
    assert [type(value) for value in config.values()] == [float, int, bool, list, list]


def test_a_namespace_and_int_keys_are_taken() -> None:
    assert Config(argparse.Namespace(lr=1, deep={0: "a"})).as_dict() == {"lr": 1, "deep": {"0": "a"}}


def test_setting_another_value_is_refused_and_nothing_changes() -> None:
    config = Config({"lr": 0.1})

    with pytest.raises(ConflictError, match=r"has lr = 0\.1, and cannot set it to 0\.2"):
        config["lr"] = 0.2
    with pytest.raises(ConflictError, match="allow_val_change=True"):
        config.update({"new": 1, "lr": 0.2})

    assert dict(config) == {"lr": 0.1}


def test_setting_the_same_value_again_is_no_change() -> None:
    changes: list[int] = []
    config = Config({"lr": 0.1, "bound": math.nan}, on_change=lambda: changes.append(1))
    changes.clear()

    config.lr = 0.1
    config.update({"lr": 0.1, "bound": math.nan})

    assert changes == []


def test_update_with_permission_changes_a_value() -> None:
    config = Config({"lr": 0.1})

    config.update({"lr": 0.2}, allow_val_change=True)
    config.update(epochs=3)

    assert dict(config) == {"lr": 0.2, "epochs": 3}


def test_a_missing_attribute_names_those_that_are_there() -> None:
    with pytest.raises(AttributeError, match=r"has no 'epochs'\. It has: lr"):
        _ = Config({"lr": 1}).epochs


def test_defaults_leave_what_is_set() -> None:
    config = Config({"lr": 1})

    config.setdefaults({"lr": 2, "epochs": 3})

    assert dict(config) == {"lr": 1, "epochs": 3}
    assert config.differing({"lr": 2, "epochs": 3, "new": 4}) == ["lr"]


def test_the_summary_takes_items_attributes_and_updates() -> None:
    summary = Summary({"loss": 1.0})

    summary["acc"] = np.float64(0.5)
    summary.best = 3
    summary.update({"loss": 0.5})

    assert dict(summary) == {"loss": 0.5, "acc": 0.5, "best": 3}
    assert summary.acc == 0.5


class Tensor:
    """Behaves as a tensor on a device does: numbers come out only after `detach().cpu()`."""

    def __init__(self, values: Any, is_here: bool = False) -> None:
        self._array = np.asarray(values)
        self._is_here = is_here
        self.shape = self._array.shape

    def detach(self) -> "Tensor":
        return self

    def cpu(self) -> "Tensor":
        return Tensor(self._array, is_here=True)

    def item(self) -> Any:
        assert self._is_here
        return self._array.item()

    def tolist(self) -> Any:
        assert self._is_here
        return self._array.tolist()


@pytest.mark.parametrize(
    ("value", "recorded"),
    [
        (1, 1),
        (True, True),
        ("text", "text"),
        (None, None),
        (np.float32(0.5), 0.5),
        (np.array(2), 2),
        (np.array([[7]]), 7),
        (np.array([1.0, 2.0]), [1.0, 2.0]),
        (Tensor(0.25), 0.25),
        (Tensor([1, 2]), [1, 2]),
        ([np.int8(1), (2, 3)], [1, [2, 3]]),
        (2**70, float(2**70)),
        (math.inf, math.inf),
    ],
)
def test_a_logged_value_is_recorded_plainly(value: object, recorded: object) -> None:
    result = plain(value, "key")

    assert result == recorded
    assert type(result) is type(recorded)


def test_a_value_that_cannot_be_logged_is_named() -> None:
    with pytest.raises(InvalidInputError, match=r"'model' is a builtins\.object, which cannot be logged"):
        plain(object(), "model")
    with pytest.raises(InvalidInputError, match="'hidden' has 10,001 elements"):
        plain([0.0] * 10_001, "hidden")
    with pytest.raises(InvalidInputError, match=r"'pairs\[1\]\[0\]' is a builtins\.complex"):
        plain([1, [2j]], "pairs")


def test_an_array_of_too_many_numbers_is_its_histogram() -> None:
    value = plain(np.arange(10_001.0), "hidden")

    assert (value["_type"], len(value["values"]), sum(value["values"])) == ("histogram", 64, 10_001)
    assert (value["bins"][0], value["bins"][-1]) == (0.0, 10_000.0)


def test_json_has_texts_for_what_it_cannot_hold() -> None:
    value = {"a": [math.nan, math.inf, {"b": -math.inf}], "c": 1.5}

    wired = wire(json_value(value))

    assert wired == {"a": ["NaN", "Infinity", {"b": "-Infinity"}], "c": 1.5}
    assert repr(unwire(wired)) == repr(value)


def test_a_configuration_value_without_a_form_is_its_text() -> None:
    assert json_value({"device": 2j, "on": np.dtype("int8")}) == {"device": "2j", "on": "int8"}


def test_a_large_array_in_the_configuration_is_its_text() -> None:
    assert json_value({"all": np.zeros(20_000)}) == {"all": "[0. 0. 0. ... 0. 0. 0.]"}


def test_a_whole_number_beyond_a_double_is_its_text() -> None:
    assert json_value({"id": 10**400}) == {"id": "1" + "0" * 400}


@dataclasses.dataclass
class Optimizer:
    lr: float
    betas: tuple[float, float] = (0.9, 0.999)


@dataclasses.dataclass(slots=True)
class Settings:
    optimizer: Optimizer
    rate: Any = None


def test_fields_of_objects_are_settings_at_every_depth() -> None:
    args = argparse.Namespace(seed=1, deep=argparse.Namespace(on=True))

    config = Config(Settings(Optimizer(0.1), rate=np.float32(0.5)))
    config.update(args)

    assert config.as_dict() == {
        "optimizer": {"lr": 0.1, "betas": [0.9, 0.999]},
        "rate": 0.5,
        "seed": 1,
        "deep": {"on": True},
    }


def test_a_pydantic_model_is_settings() -> None:
    pydantic = pytest.importorskip("pydantic", reason="pydantic is not installed")
    inner = pydantic.create_model("Inner", lr=(float, 0.1))
    outer = pydantic.create_model("Outer", inner=(inner, inner()), name=(str, "a"))

    assert Config(outer()).as_dict() == {"inner": {"lr": 0.1}, "name": "a"}


def test_what_is_changed_inside_a_value_is_recorded_plainly() -> None:
    config, summary = Config({"model": {"lr": 1}}), Summary({"best": {"loss": 1}})
    before = config.as_dict()

    config.model["lr"] = np.float32(0.5)
    summary["best"]["loss"] = np.int64(3)

    assert (before, config.as_dict()) == ({"model": {"lr": 1}}, {"model": {"lr": 0.5}})
    assert summary.as_dict() == {"best": {"loss": 3}}


@pytest.mark.parametrize("values", [5, "text", [1], int])
def test_what_holds_no_settings_is_refused(values: Any) -> None:
    with pytest.raises(InvalidInputError, match="must be a dictionary, a namespace"):
        Config(values)


def test_a_value_too_large_for_the_service_is_refused_where_it_is_set() -> None:
    config = Config({"lr": 0.1})

    with pytest.raises(InvalidInputError, match=r"^With 'text' the configuration has 1,000,0\d\d bytes as JSON"):
        config.update({"text": "x" * 1_000_000, "more": 1})

    assert dict(config) == {"lr": 0.1}


def test_values_that_hold_themselves_are_refused() -> None:
    config, summary = Config({"lr": 0.1}), Summary()
    values: dict[str, Any] = {}
    values["itself"] = values

    for record in (config.update, summary.update):
        with pytest.raises(InvalidInputError, match="nested more than 50 levels deep, or hold themselves"):
            record(values)

    assert (dict(config), dict(summary)) == ({"lr": 0.1}, {})


def test_configuration_and_summary_of_a_run_that_ended_are_not_changed() -> None:
    with headwater.init(mode="disabled", config={"lr": 1}) as run:
        run.summary["best"] = 2

    for change in (
        lambda: run.config.update({"epochs": 3}),
        lambda: run.summary.update({"best": 3}),
        lambda: run.summary.pop("best"),
        lambda: setattr(run.summary, "last", 3),
        lambda: run.config.pop("lr"),
    ):
        with pytest.raises(InvalidInputError, match=r"is FINISHED; run\.(config|summary)\.update needs an open one"):
            change()
    assert (dict(run.config), dict(run.summary)) == ({"lr": 1}, {"best": 2})


def test_a_medium_is_logged_and_not_set_in_the_summary() -> None:
    with headwater.init(mode="disabled") as run:
        with pytest.raises(InvalidInputError, match=r"'sample'\] is given a Html, which is kept as a file"):
            run.summary["sample"] = headwater.Html("<p>")
        run.summary["weights"] = np.arange(20_000)

    assert list(run.summary) == ["weights"]
    assert sum(run.summary["weights"]["values"]) == 20_000
