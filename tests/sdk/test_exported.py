"""The public names: complete, sorted, there, and cheap to import."""

import inspect
import subprocess
import sys
from collections.abc import Callable

import pytest

import headwater
from headwater import errors


def test_the_list_is_sorted_and_every_name_is_there() -> None:
    assert headwater.__all__ == sorted(headwater.__all__)
    for name in headwater.__all__:
        if name not in ("config", "summary"):
            getattr(headwater, name)


def test_every_public_name_of_the_package_is_in_the_list() -> None:
    import types

    # The last one is called by IPython, not by people.
    others = ("annotations", "import_module", "TYPE_CHECKING", "Any", "cli", "load_ipython_extension")
    names = {name for name in dir(headwater) if not name.startswith("_") and name not in others}

    assert {
        n for n in names if n in headwater.__all__ or not isinstance(getattr(headwater, n), types.ModuleType)
    } == set(headwater.__all__)


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'headwater' has no attribute 'sweep'"):
        _ = headwater.sweep


def test_without_a_run_there_is_none_and_the_verbs_say_init() -> None:
    assert headwater.run is None
    calls: dict[str, Callable[[], object]] = {
        "config": lambda: headwater.config,
        "summary": lambda: headwater.summary,
        "log": lambda: headwater.log({"a": 1}),
        "save": lambda: headwater.save("x"),
        "log_artifact": lambda: headwater.log_artifact("x"),
        "use_artifact": lambda: headwater.use_artifact("x"),
        "link_artifact": lambda: headwater.link_artifact(headwater.Artifact("x", "y"), "z"),
        "log_model": lambda: headwater.log_model("x"),
        "use_model": lambda: headwater.use_model("x"),
        "link_model": lambda: headwater.link_model("x", "y"),
    }
    for name, call in calls.items():
        with pytest.raises(
            errors.InvalidInputError, match=rf"{name} needs an open run\. Start one first: headwater\.init"
        ):
            call()


def test_finish_says_init_until_a_run_was_started_and_is_silent_after_one_was_finished() -> None:
    script = (
        "import headwater\n"
        "from headwater.errors import InvalidInputError\n"
        "try:\n"
        "    headwater.finish()\n"
        "except InvalidInputError as error:\n"
        "    print(error)\n"
        "with headwater.init(mode='disabled'):\n"
        "    pass\n"
        "print(headwater.finish(), headwater.run)\n"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == [
        "finish needs an open run. Start one first: headwater.init().",
        "None None",
    ]


def test_every_verb_of_a_run_is_there_at_module_level() -> None:
    verbs = {
        name for name, value in vars(headwater.Run).items() if inspect.isfunction(value) and not name.startswith("_")
    }

    assert verbs > {"log", "log_artifact", "finish"}
    for name in verbs:
        assert inspect.isfunction(getattr(headwater, name)), name
    assert verbs <= set(headwater.__all__)


def test_importing_it_loads_nothing_heavy() -> None:
    script = """
import sys
before = set(sys.modules)
import headwater
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(loaded & {"numpy", "PIL", "rich", "orjson", "msgpack", "urllib3", "typer", "boto3", "matplotlib"}))
headwater.init, headwater.Artifact, headwater.Api, headwater.login
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(loaded & {"numpy", "PIL", "rich", "typer", "boto3", "matplotlib"}))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["[]", "[]"]


def test_errors_are_also_the_builtin_ones() -> None:
    assert issubclass(errors.NotFoundError, LookupError)
    assert issubclass(errors.MissingFileError, FileNotFoundError)
    assert issubclass(errors.InvalidInputError, ValueError)
    assert issubclass(errors.PermissionDeniedError, PermissionError)
    assert issubclass(errors.UnavailableError, ConnectionError)
    assert all(issubclass(getattr(errors, name), errors.HeadwaterError) for name in errors.__all__)
