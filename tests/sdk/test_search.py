"""`Api.search`: collections and versions found by words, wherever they lie."""

import secrets

import pytest

import headwater
from headwater import Api, Artifact
from headwater.errors import InvalidInputError

pytestmark = pytest.mark.usefixtures("client_environment")


@pytest.fixture
def words() -> tuple[str, str]:
    """Two words that nothing else has."""
    return "w" + secrets.token_hex(6), "x" + secrets.token_hex(6)


@pytest.fixture
def logged(words: tuple[str, str]) -> list[str]:
    """Paths of two collections, the second with a version of its own words."""
    first, second = words
    with headwater.init(job_type="train", name=f"run of {first}", notes="学習率を下げた") as run:
        for name, description, tags in (
            (f"{first} 手書き数字認識", None, None),
            (f"{first}-model", second, ["small"]),
        ):
            artifact = Artifact(name, type="model", description=description)
            with artifact.new_file("weights") as file:
                file.write(name)
            run.log_artifact(artifact, tags=tags).wait()
        return [f"{run.entity}/{run.project}/{first} 手書き数字認識", f"{run.entity}/{run.project}/{first}-model"]


def test_collections_are_found_by_words_of_their_names(logged: list[str], words: tuple[str, str], project: str) -> None:
    api = Api()

    assert [found.path for found in api.search(words[0])] == logged
    assert [found.path for found in api.search(f"数字 {words[0]}")] == logged[:1]
    assert [found.path for found in api.search(words[0], path=project, types="dataset")] == []
    assert [found.path for found in api.search(words[0], kinds="source", name_contains="MODEL")] == logged[1:]


def test_versions_are_found_by_their_own_words_too(logged: list[str], words: tuple[str, str], project: str) -> None:
    api = Api()

    assert [found.qualified_name for found in api.search_artifacts(" ".join(words))] == [f"{logged[1]}:v0"]
    assert [found.qualified_name for found in api.search_artifacts(words[0], path=project, order="created_at")] == [
        f"{path}:v0" for path in logged
    ]
    assert [found.qualified_name for found in api.artifacts(search=words[0], tags="small")] == [f"{logged[1]}:v0"]


def test_runs_are_found_by_their_notes(logged: list[str], words: tuple[str, str]) -> None:
    assert [run.name for run in Api().runs(search="学習率")] == [f"run of {words[0]}"]


def test_a_search_that_is_too_long_is_refused(logged: list[str]) -> None:
    with pytest.raises(InvalidInputError, match="at most 256 characters"):
        list(Api().search("x" * 257))


def test_an_unknown_filter_is_named(logged: list[str]) -> None:
    with pytest.raises(InvalidInputError, match="no filter 'colour'"):
        Api().search("x", colour="red")
