"""The errors: what they inherit, what they say, what survives a process border."""

import pickle

import pytest

from headwater._errors import (
    ConflictError,
    HeadwaterError,
    InvalidInputError,
    MissingFileError,
    NotFoundError,
    NotLoggedError,
    PermissionDeniedError,
    UnavailableError,
    WaitTimeoutError,
    error_from_wire,
)


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (NotFoundError, LookupError),
        (MissingFileError, FileNotFoundError),
        (MissingFileError, NotFoundError),
        (NotLoggedError, ConflictError),
        (InvalidInputError, ValueError),
        (PermissionDeniedError, PermissionError),
        (UnavailableError, ConnectionError),
        (WaitTimeoutError, TimeoutError),
        (WaitTimeoutError, UnavailableError),
    ],
)
def test_errors_can_be_caught_as_the_builtin_that_people_know(
    kind: type[HeadwaterError], builtin: type[Exception]
) -> None:
    with pytest.raises(builtin, match=r"^it went wrong$"):
        raise kind("it went wrong")


def test_an_error_says_by_which_request_the_log_knows_it() -> None:
    assert str(NotFoundError("No such run.", request_id="r-1")) == "No such run. (request r-1)"


@pytest.mark.parametrize(
    "error",
    [
        NotFoundError("gone", path="a/b", request_id="r"),
        MissingFileError("gone", path="/tmp/ü"),
        ConflictError("moved", current="v7", missing=["sha256:a"], request_id="r"),
        InvalidInputError("bad", field="name"),
        WaitTimeoutError("late"),
    ],
)
def test_an_error_keeps_its_data_across_processes(error: HeadwaterError) -> None:
    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


def test_the_wire_names_the_error_and_brings_its_data() -> None:
    error = error_from_wire("ConflictError", "It moved.", {"current": "v7", "missing": ["sha256:a"]}, "r-1")

    assert isinstance(error, ConflictError)
    assert (error.message, error.current, error.missing, error.request_id) == ("It moved.", "v7", ("sha256:a",), "r-1")


def test_an_unknown_name_on_the_wire_is_the_root_error() -> None:
    error = error_from_wire("InternalError", "Something broke.", {}, "r-1")

    assert type(error) is HeadwaterError
