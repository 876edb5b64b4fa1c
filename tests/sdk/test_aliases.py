"""Aliases in the SDK: moved, removed, rolled back and read through a collection; refused ones cost no version."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import headwater
from authorisation_world import ADD_MEMBER, CREATE_TEAM, operation
from headwater import Api, Artifact
from headwater.cli.main import main
from headwater.errors import ConflictError, InvalidInputError, NotFoundError, NotLoggedError, PermissionDeniedError
from headwater_service.store.graph import Graph

pytestmark = pytest.mark.usefixtures("client_environment")

PROTECT = "MATCH (container:Container {name: $name}) SET container.protected_aliases = $names"


@pytest.fixture(autouse=True)
def no_run_is_left(client_environment: dict[str, str]) -> Iterator[None]:
    """As for the other tests of the SDK; here a test may have taken the right to finish."""
    yield
    if headwater.run is not None:
        with contextlib.suppress(PermissionDeniedError):
            headwater.finish()


def logged(name: str, count: int) -> list[Artifact]:
    """Log versions of a new collection."""
    made = []
    with headwater.init() as run:
        for number in range(count):
            artifact = Artifact(name, "model")
            with artifact.new_file("weights") as file:
                file.write(str(number))
            made.append(run.log_artifact(artifact).wait())
    return made


def test_an_alias_is_moved_removed_and_its_history_told(client_environment: dict[str, str]) -> None:
    first, _ = logged("model", 2)
    collection = first.collection

    made = collection.move_alias("production", first, reason="good")
    moved = collection.move_alias("production", "v1", expect=first, reason="better")
    removed = collection.remove_alias("production", expect="v1")

    assert (made.from_version, made.to_version, made.reason) == (None, "v0", "good")
    assert (moved.from_version, moved.to_version, moved.until) == ("v0", "v1", None)
    assert (removed.from_version, removed.to_version, removed.by) == (
        "v1",
        None,
        client_environment["HEADWATER_ENTITY"],
    )
    history = list(collection.alias_history("production"))
    assert [(move.to_version, move.until) for move in history] == [(None, None), ("v1", removed.at), ("v0", moved.at)]
    assert history[2].seconds == (moved.at - made.at).total_seconds()
    between = collection.alias_history("production", after=made.at, before=removed.at)
    assert [move.at for move in between] == [moved.at]


def test_a_stale_expectation_says_where_the_alias_points() -> None:
    first, second = logged("model", 2)
    first.collection.move_alias("production", second)

    with pytest.raises(ConflictError, match="points at v1, expected v0") as caught:
        first.collection.move_alias("production", first, expect="v0")
    with pytest.raises(ConflictError, match=r"already: it points at v1\. To move it, expect v1"):
        first.collection.move_alias("production", first, expect=None)

    assert (caught.value.current, caught.value.unmet_rules) == ("v1", ())
    assert Api().artifact("model:production").version == "v1"


def test_a_rollback_goes_to_the_version_before_and_back_again() -> None:
    first, second = logged("model", 2)
    collection = first.collection
    for version in (first, second):
        collection.move_alias("production", version)

    back = collection.rollback_alias("production", reason="worse", expect=second)
    forth = collection.rollback_alias("production")

    assert (back.from_version, back.to_version, back.reason, forth.to_version) == ("v1", "v0", "worse", "v1")
    with pytest.raises(NotFoundError, match="has pointed at no other version"):
        collection.rollback_alias("never")


def test_where_an_alias_pointed_at_a_time_is_told_and_resolved_by_every_path() -> None:
    first, second = logged("model", 2)
    collection = first.collection
    made = collection.move_alias("production", first)
    moved = collection.move_alias("production", second)
    then = moved.at - timedelta(microseconds=1)
    ref = f"production@{then.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%fZ')}"

    found = collection.alias_at("production", then)

    assert found is not None
    assert (found.to_version, found.at, found.until) == ("v0", made.at, moved.at)
    assert collection.alias_at("production", made.at - timedelta(microseconds=1)) is None
    assert Api().artifact(f"model:{ref}").version == "v0"
    with headwater.init() as run:
        assert run.use_artifact(f"model:{ref}").version == "v0"
        assert run.use_artifact("model:production").version == "v1"
    with pytest.raises(NotFoundError, match="production@2020-01-01"):
        Api().artifact("model:production@2020-01-01T00:00:00Z")


def test_saving_sends_only_what_changed_of_the_aliases() -> None:
    first, second = logged("model", 2)
    first.aliases = ["mine", "other"]
    first.save()
    stale = Api().artifact("model:v0")
    second.aliases.append("other")
    second.save()

    stale.aliases.append("new")
    stale.aliases.remove("mine")
    stale.save()

    assert sorted(Api().artifact("model:v0").aliases) == ["new"]
    assert sorted(Api().artifact("model:v1").aliases) == ["latest", "other"]
    moves = list(first.collection.alias_history("other"))
    assert [move.to_version for move in moves] == ["v1", "v0"]


def test_removing_an_alias_that_was_moved_meanwhile_is_refused() -> None:
    first, second = logged("model", 2)
    first.aliases.append("mine")
    first.save()
    stale = Api().artifact("model:v0")
    second.aliases.append("mine")
    second.save()

    stale.aliases.remove("mine")
    stale.aliases.append("new")
    with pytest.raises(ConflictError) as caught:
        stale.save()

    assert caught.value.current == "v1"
    assert Api().artifact("model:mine").version == "v1"
    assert Api().artifact("model:v0").aliases == []


@pytest.mark.parametrize("name", ["latest", "v12", "a:b", "a/b", "a@b", ""])
def test_names_that_are_kept_or_bad_are_refused(name: str) -> None:
    (first,) = logged("model", 1)

    with pytest.raises(InvalidInputError):
        first.collection.move_alias(name, first)
    with pytest.raises(InvalidInputError):
        first.collection.remove_alias(name)
    with pytest.raises(InvalidInputError):
        first.collection.rollback_alias(name)

    assert first.collection.aliases == ("latest",)


def test_latest_may_be_given_and_left_out_but_moves_by_itself() -> None:
    first, second = logged("model", 2)

    first.aliases.append("latest")
    first.save()
    second.aliases.remove("latest")
    second.save()

    assert Api().artifact("model").version == "v1"


def test_a_version_of_another_collection_is_refused(client_environment: dict[str, str]) -> None:
    (first,) = logged("model", 1)
    (other,) = logged("other", 1)
    registry = f"{client_environment['HEADWATER_ENTITY']}/model-registry/Model"
    link = first.link(registry)

    with pytest.raises(InvalidInputError, match=r"other:v0 is no version of .*/model, so no alias"):
        first.collection.move_alias("production", other)
    with pytest.raises(InvalidInputError, match="Link it first"):
        link.collection.move_alias("production", first)
    with pytest.raises(NotFoundError):
        first.collection.move_alias("production", "v7")

    assert first.collection.aliases == ("latest",)
    assert link.collection.aliases == ("latest",)


def test_a_draft_is_no_place_for_an_alias() -> None:
    (first,) = logged("model", 1)
    draft = Artifact("model", "model")

    with pytest.raises(NotLoggedError):
        first.collection.move_alias("production", draft)
    with pytest.raises(NotLoggedError):
        first.collection.move_alias("production", first, expect=draft)

    assert first.collection.aliases == ("latest",)


@pytest.fixture
async def protected(
    client_environment: dict[str, str],
    post: Callable[..., Any],
    make_user: Callable[..., Any],
    user: Any,
    graph: Graph,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """A team's project that protects `best`, to which the test's user logs as a member."""
    owner, team = make_user(), f"team-{operation()[:8]}"
    post(CREATE_TEAM, key=owner.key, input={"operationId": operation(), "name": team})
    member = {"operationId": operation(), "entity": team, "user": user.name, "role": "MEMBER"}
    post(ADD_MEMBER, key=owner.key, input=member)
    monkeypatch.setenv("HEADWATER_ENTITY", team)
    project = f"project-{operation()[:8]}"
    monkeypatch.setenv("HEADWATER_PROJECT", project)
    with headwater.init():
        pass
    await graph.write(lambda tx: tx.rows(PROTECT, name=project, names=["best"]))
    return f"{team}/{project}"


def test_a_refused_alias_costs_no_version_and_is_raised_by_wait_and_finish(protected: str) -> None:
    run = headwater.init()
    artifact = Artifact("model", "model")
    with artifact.new_file("weights") as file:
        file.write("1")

    run.log_artifact(artifact, aliases=["best", "mine"])

    with pytest.raises(PermissionDeniedError, match=r"^model:v0 is logged, but not all .* 'best': The alias 'best' is"):
        artifact.wait()
    assert sorted(artifact.aliases) == ["latest", "mine"]
    assert artifact.link(f"{protected}/Registered").version == "v0"
    assert run.link_artifact(artifact, f"{protected}/Again").version == "v0"
    with pytest.raises(PermissionDeniedError, match="'best'"):
        run.finish()
    assert Api().run(run.path).state == "FINISHED"
    assert Api().artifact("model:mine").qualified_name == f"{protected}/model:v0"


def test_put_on_the_command_line_prints_the_version_and_tells_the_refusal(
    protected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "weights").write_text("1")

    code = main(["artifact", "put", str(tmp_path / "weights"), "-n", "cnn", "-t", "model", "-a", "best", "-a", "mine"])

    told = capsys.readouterr()
    assert (code, told.out) == (4, f"{protected}/cnn:v0\n")
    assert told.err.startswith("Error: cnn:v0 is logged, but not all of its aliases are set. 'best': ")
    assert sorted(Api().artifact("cnn").aliases) == ["latest", "mine"]


def test_a_save_with_a_refused_alias_changes_nothing(protected: str) -> None:
    with headwater.init() as run:
        artifact = Artifact("model", "model")
        with artifact.new_file("weights") as file:
            file.write("1")
        run.log_artifact(artifact).wait()
    artifact.tags.append("new")
    artifact.description = "Better."
    artifact.aliases.append("best")

    with pytest.raises(PermissionDeniedError, match="'best'"):
        artifact.save()

    found = Api().artifact("model")
    assert (found.tags, found.description, found.aliases) == ([], "", ["latest"])


def test_logging_again_what_is_there_raises_a_refusal_too(protected: str) -> None:
    with headwater.init() as run:
        artifact = Artifact("model", "model")
        with artifact.new_file("weights") as file:
            file.write("1")
        run.log_artifact(artifact).wait()

    second = headwater.init()
    again = second.log_artifact(artifact, aliases="best")

    with pytest.raises(PermissionDeniedError):
        again.wait()
    with pytest.raises(PermissionDeniedError):
        second.finish()
    assert again.qualified_name == f"{protected}/model:v0"


def test_a_time_without_an_offset_is_that_of_this_machine() -> None:
    (first,) = logged("model", 1)
    first.collection.move_alias("production", first)

    found = first.collection.alias_at("production", datetime.now() + timedelta(seconds=60))

    assert found is not None and found.to_version == "v0"
