"""The callbacks for training libraries are there when they are asked for, and not before."""

import subprocess
import sys

import pytest

import headwater


def test_importing_headwater_imports_none_of_them() -> None:
    script = """
import sys
import headwater
headwater.init, headwater.watch, headwater.Table, headwater.Artifact, dir(headwater)
libraries = {"keras", "lightning", "transformers", "sklearn", "xgboost", "lightgbm", "torch", "tensorflow", "jax"}
print(sorted(libraries & {name.partition(".")[0] for name in sys.modules}))
print([name for name in sys.modules if name.startswith("headwater.integration")])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["[]", "[]"]


@pytest.mark.parametrize("name", ["keras", "lightgbm", "sklearn", "xgboost"])
def test_one_whose_library_is_missing_names_it(name: str) -> None:
    script = f"""
import sys
sys.modules[{name!r}] = None
import headwater
try:
    headwater.{name}
except ModuleNotFoundError as error:
    print(error.name)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == [name]


def test_a_module_has_two_names_and_the_same_members() -> None:
    from headwater.integration import sklearn

    assert headwater.sklearn.__all__ == sklearn.__all__
    assert all(getattr(headwater.sklearn, name) is getattr(sklearn, name) for name in sklearn.__all__)
