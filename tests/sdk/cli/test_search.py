"""`headwater search` against the service."""

import secrets

import pytest

import headwater
from command_lines import Cli
from headwater import Artifact

pytestmark = pytest.mark.usefixtures("client_environment")


@pytest.fixture
def word() -> str:
    """A word that nothing else has, in the names of a run, a collection and its version."""
    word = "w" + secrets.token_hex(6)
    with headwater.init(name=f"{word} run", tags=["nightly"]) as run:
        artifact = Artifact(f"{word} 手書き数字認識", type="model")
        with artifact.new_file("weights") as file:
            file.write(word)
        run.log_artifact(artifact, aliases=["best"], tags=["small"])
    return word


def test_collections_are_found_wherever_they_lie(ok: Cli, word: str, project: str) -> None:
    everywhere = ok("search", word, "数字", "--json").json()
    there = ok("search", word, "--in", project, "--type", "model", "--json").json()

    assert [one["path"] for one in everywhere] == [f"{project}/{word} 手書き数字認識"]
    assert there == everywhere
    assert ok("search", word, "--type", "dataset").out == ""


def test_versions_and_runs_are_found(ok: Cli, word: str, project: str) -> None:
    versions = ok("search", word, "--for", "versions", "--alias", "best", "--tag", "small").out
    runs = ok("search", word, "--for", "runs", "--tag", "nightly").out

    assert versions.split("\t")[:4] == [f"{project}/{word} 手書き数字認識:v0", "model", "best, latest", "small"]
    assert runs.split("\t")[1:3] == [f"{word} run", "FINISHED"]


def test_an_option_that_cannot_hold_is_refused(cli: Cli, word: str) -> None:
    done = cli("search", word, "--for", "runs", "--alias", "best")

    assert done.code == 1
    assert "Runs have no aliases" in done.err
