"""Deleting, unlinking, restoring and times to live, as a program does it."""

from datetime import timedelta

import pytest

import headwater
from headwater import Api, Artifact, ArtifactTTL
from headwater.errors import ConflictError, InvalidInputError, NotFoundError, NotLoggedError

pytestmark = pytest.mark.usefixtures("client_environment")


def draft(name: str = "net", content: str = "weights") -> Artifact:
    artifact = Artifact(name, type="model")
    with artifact.new_file("content.txt") as file:
        file.write(content)
    return artifact


def logged(name: str = "net", content: str = "weights", aliases: list[str] | None = None) -> Artifact:
    with headwater.init() as run:
        return run.log_artifact(draft(name, content), aliases=aliases).wait()


def test_a_version_is_deleted_and_restored_with_its_number() -> None:
    first, second = logged(content="12345"), logged(content="2")

    made = second.delete()

    assert made is not None
    assert (made.figures.versions, made.figures.bytes_freed) == (1, 1)
    assert (second.state, second.aliases) == ("DELETED", [])
    assert Api().artifact("net").version == "v0"
    assert Api().artifact("net:v1").state == "DELETED"
    with pytest.raises(ConflictError, match="was deleted"):
        Api().artifact("net:v1").download()
    with pytest.raises(ConflictError):
        second.delete()
    back = Api().restore(made.id)
    assert back.versions == 1
    assert Api().artifact("net").version == "v1"
    assert first.version == "v0"


def test_aliases_refuse_unless_they_go_too() -> None:
    logged(content="1", aliases=["best"])
    version = Api().artifact("net:best")

    with pytest.raises(ConflictError, match="'best'"):
        version.delete()
    version.delete(delete_aliases=True)

    assert not Api().artifact_exists("net:best")
    assert not Api().artifact_exists("net")


def test_a_link_is_unlinked_alone_and_deleting_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    source = logged()
    first = source.link("model-registry/Net")

    first.unlink()

    assert (first.state, Api().artifact("net").state) == ("DELETED", "COMMITTED")
    again = source.link("model-registry/Net")
    assert again.version == "v1"
    assert again.delete() is None
    assert "Net:v1 is a link: it is unlinked, and net:v0 stays" in capsys.readouterr().err
    assert source.linked_artifacts == []
    with pytest.raises(InvalidInputError, match="no link"):
        source.unlink()
    with pytest.raises(NotLoggedError):
        draft().delete()


def test_a_time_to_live_is_set_before_and_after_logging() -> None:
    artifact = draft()
    artifact.ttl = timedelta(days=30)
    with headwater.init() as run:
        run.log_artifact(artifact).wait()
    found = Api().artifact("net")

    assert (found.ttl, found.ttl_is_inherited) == (timedelta(days=30), False)
    assert found.expires_at == found.created_at + timedelta(days=30)
    found.ttl = None
    assert Api().artifact("net").ttl == timedelta(days=30)
    found.save()
    assert (Api().artifact("net").ttl, Api().artifact("net").expires_at) == (None, None)
    found.ttl = ArtifactTTL.INHERIT
    found.save()
    Api().collection("net").ttl = timedelta(hours=5)
    inherited = Api().artifact("net")
    assert (inherited.ttl, inherited.ttl_is_inherited) == (timedelta(hours=5), True)
    assert Api().collection("net").ttl == timedelta(hours=5)


def test_a_linked_version_does_not_expire() -> None:
    source = logged()
    source.ttl = timedelta(days=1)
    source.save()

    linked = source.link("model-registry/Net")

    assert source.expires_at is None
    with pytest.raises(InvalidInputError, match="source"):
        linked.ttl = timedelta(days=1)


@pytest.mark.parametrize("ttl", [timedelta(0), timedelta(days=-1), 30])
def test_what_is_no_time_to_live_is_refused_at_once(ttl: timedelta) -> None:
    with pytest.raises(InvalidInputError, match="timedelta"):
        draft().ttl = ttl


def test_a_run_goes_with_or_without_its_artifacts() -> None:
    with headwater.init() as run:
        run.log_artifact(draft("a")).wait()
        keys = [run.id]
    with headwater.init() as run:
        run.log_artifact(draft("b", "other")).wait()
        keys.append(run.id)
    project = Api().default_project
    runs = [Api().run(f"{project}/{key}") for key in keys]

    runs[0].delete()
    runs[1].delete(delete_artifacts=True)

    assert [run.id for run in Api().runs()] == []
    assert (Api().artifact_exists("a"), Api().artifact_exists("b")) == (True, False)


def test_a_collection_a_registry_and_a_project_go_and_come_back() -> None:
    source = logged()
    source.link("model-registry/Net")
    registry = Api().create_registry("spare")
    source.link("spare/Net")

    Api().collection("model-registry/Net").delete()
    gone = registry.delete()
    (project,) = [project for project in Api().projects() if project.name == Api().default_project]
    made = project.delete()

    assert (gone.figures.projects, gone.figures.links) == (1, 1)
    assert [item.path for item in Api().trash()][:2] == [project.path, registry.path]
    assert next(Api().trash()).deletion == made.id
    with pytest.raises(NotFoundError):
        Api().collection("net")
    back = Api().restore(ids=[project.id])
    assert (back.projects, back.collections, back.versions, back.runs) == (1, 1, 1, 1)
    assert Api().artifact("net").version == "v0"


def test_the_registry_of_every_entity_stays() -> None:
    with pytest.raises(ConflictError, match="every entity has"):
        Api().registry("model-registry").delete()
