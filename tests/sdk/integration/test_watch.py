"""`watch` with PyTorch: what is logged when, and that the training goes on as without it."""

import copy
import pickle
from typing import Any

import pytest

import headwater
from headwater.errors import InvalidInputError
from sdk.integration.seen import rows_of

torch = pytest.importorskip("torch", reason="PyTorch is not installed")


def model_of(seed: int = 0) -> Any:
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))


def train(model: Any, passes: int, **log: Any) -> None:
    for number in range(passes):
        model(torch.ones(5, 3)).sum().backward()
        headwater.log({"loss": float(number)}, **log)


NAMES = ["0.weight", "0.bias", "2.weight", "2.bias"]


@pytest.mark.parametrize(
    ("log", "parts"),
    [("gradients", ["gradients"]), ("parameters", ["parameters"]), ("all", ["gradients", "parameters"])],
)
def test_histograms_of_the_first_pass_and_each_nth_are_beside_what_is_logged_next(log: str, parts: list[str]) -> None:
    model = model_of()
    with headwater.init() as run:
        headwater.watch(model, log=log, log_freq=3)
        train(model, 7)

    rows = rows_of(run.path)
    watched = {f"{part}/{name}" for part in parts for name in NAMES}
    assert [row["loss"] for row in rows] == [0, 1, 2, 3, 4, 5, 6]
    assert [row["_step"] for row in rows if watched <= set(row)] == [0, 3, 6]
    assert all(set(row) == {"_step", "loss"} for row in rows if row["_step"] % 3)


@pytest.mark.parametrize(("frequency", "steps"), [(1, [0, 1, 2, 3]), (2, [0, 2])])
def test_every_pass_and_every_second_one(frequency: int, steps: list[int]) -> None:
    model = model_of()
    with headwater.init() as run:
        run.watch(model, log="all", log_freq=frequency)
        train(model, 4)

    rows = rows_of(run.path)
    assert [row["_step"] for row in rows if len(row) == 2 + 2 * len(NAMES)] == steps
    assert {len(row) for row in rows if row["_step"] not in steps} <= {2}


def test_a_histogram_counts_the_gradients_of_that_pass() -> None:
    model = model_of()
    with headwater.init() as run:
        run.watch(model, log="all", log_freq=1)
        model(torch.ones(5, 3)).sum().backward()
        run.log({})

    row = rows_of(run.path)[0]
    found = row["gradients/2.bias"]
    assert sum(found["values"]) == 2
    assert found["bins"][0] < 5 < found["bins"][-1]  # the gradient of a bias is the number of examples
    weights = row["parameters/0.weight"]
    assert sum(weights["values"]) == 12
    assert weights["bins"][0] == pytest.approx(float(model[0].weight.detach().min()))
    assert weights["bins"][-1] == pytest.approx(float(model[0].weight.detach().max()))


def test_a_program_that_logs_several_times_at_one_step_loses_none_of_it() -> None:
    model = model_of()
    with headwater.init() as run:
        run.watch(model, log_freq=1)
        train(model, 3, step=7)

    rows = rows_of(run.path)
    assert [row["_step"] for row in rows] == [7]
    assert rows[0]["loss"] == 2
    assert "gradients/0.weight" in rows[0]


def test_what_no_log_followed_is_recorded_at_the_end() -> None:
    model = model_of()
    with headwater.init() as run:
        run.watch(model)
        model(torch.ones(5, 3)).sum().backward()

    assert set(rows_of(run.path)[0]) == {"_step", *(f"gradients/{name}" for name in NAMES)}


def test_frozen_parameters_are_left_out_and_one_that_takes_no_part_is_not_logged() -> None:
    model = model_of()
    model[0].weight.requires_grad = False
    with headwater.init() as run:
        run.watch(model, log_freq=2)
        model[2](torch.ones(5, 4)).sum().backward()
        run.log({})
        train(model, 3)

    rows = rows_of(run.path)
    assert set(rows[0]) == {"_step", "gradients/2.weight", "gradients/2.bias"}
    assert set(rows[1]) == {"_step", "loss"}
    assert set(rows[2]) == {"_step", "loss", "gradients/0.bias", "gradients/2.weight", "gradients/2.bias"}


def test_a_gradient_that_is_nan_is_counted_as_such() -> None:
    model = model_of()
    with headwater.init() as run:
        run.watch(model)
        (model(torch.ones(5, 3)).sum() * float("nan")).backward()
        run.log({})

    assert rows_of(run.path)[0]["gradients/2.bias"]["ignored"] == 2


def test_several_models_have_numbers_and_can_be_left_again() -> None:
    one, other = model_of(1), model_of(2)
    with headwater.init() as run:
        run.watch([one, other], log_freq=1)
        (one(torch.ones(1, 3)) + other(torch.ones(1, 3))).sum().backward()
        run.log({})
        run.unwatch(one)
        (one(torch.ones(1, 3)) + other(torch.ones(1, 3))).sum().backward()
        run.log({})
        run.unwatch()
        (one(torch.ones(1, 3)) + other(torch.ones(1, 3))).sum().backward()
        run.log({"end": 1})

    rows = rows_of(run.path)
    of_one = {f"gradients/{name}" for name in NAMES}
    of_other = {f"gradients/graph_1/{name}" for name in NAMES}
    assert set(rows[0]) == {"_step", *of_one, *of_other}
    assert set(rows[1]) == {"_step", *of_other}
    assert set(rows[2]) == {"_step", "end"}


def test_watching_again_replaces_what_was_said_before() -> None:
    model = model_of()
    with headwater.init() as run:
        run.watch(model, log="gradients", log_freq=1)
        run.watch(model, log="parameters", log_freq=1)
        train(model, 1)

    assert set(rows_of(run.path)[0]) == {"_step", "loss", *(f"parameters/{name}" for name in NAMES)}


def test_a_watched_model_is_copied_pickled_and_goes_on_after_the_run() -> None:
    model = model_of()
    with headwater.init() as run:
        run.watch(model, log="all", log_freq=1)
        twin = copy.deepcopy(model)
        stored = pickle.loads(pickle.dumps(model))
        twin(torch.ones(5, 3)).sum().backward()
        stored(torch.ones(5, 3)).sum().backward()
        run.log({"end": 1})
    model(torch.ones(5, 3)).sum().backward()

    assert rows_of(run.path) == [{"_step": 0, "end": 1}]
    assert model[0].weight.grad is not None


def test_the_training_is_the_same_with_and_without_it() -> None:
    plain, watched = model_of(), model_of()
    with headwater.init() as run:
        run.watch(watched, log="all", log_freq=1)
        for model in (plain, watched):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for _ in range(3):
                optimizer.zero_grad()
                model(torch.ones(5, 3)).square().sum().backward()
                optimizer.step()

    assert all(torch.equal(a, b) for a, b in zip(plain.parameters(), watched.parameters(), strict=True))


def test_a_disabled_run_hooks_nothing() -> None:
    model = model_of()
    with headwater.init(mode="disabled") as run:
        run.watch(model, log="all")

        assert all(not parameter._backward_hooks for parameter in model.parameters())


def test_arguments_that_cannot_be_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    frozen = model_of().requires_grad_(False)
    with headwater.init() as run:
        with pytest.raises(InvalidInputError, match="log is 'everything'; it must be 'gradients', 'parameters', 'all'"):
            run.watch(model_of(), log="everything")
        with pytest.raises(InvalidInputError, match="log_freq is 0; it must be a whole number from 1"):
            run.watch(model_of(), log_freq=0)
        with pytest.raises(InvalidInputError, match="watch takes modules of PyTorch, not 'model'"):
            run.watch("model")
        run.watch(frozen)

    assert "the model has no parameter that is trained" in capsys.readouterr().err
