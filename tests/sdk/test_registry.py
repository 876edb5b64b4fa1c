"""`Api`: registries and collections made, changed and read; what differs is sent, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

import headwater
from conftest import Person
from headwater import Api, Artifact
from headwater.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError

pytestmark = pytest.mark.usefixtures("client_environment")


def logged(name: str, text: str = "1", type: str = "model") -> Artifact:
    with headwater.init() as run:
        artifact = Artifact(name, type=type)
        with artifact.new_file("weights") as file:
            file.write(text)
        run.log_artifact(artifact)
    return artifact


def test_a_registry_is_made_and_read_by_its_path(entity: str) -> None:
    made = Api().create_registry(
        "音声 models",
        visibility="restricted",
        description="# Card",
        artifact_types=["model"],
        protected_aliases=["production"],
    )

    read = Api().registry(f"{entity}/音声 models")
    assert (read.id, read.name, read.entity, read.path) == (made.id, "音声 models", entity, f"{entity}/音声 models")
    assert (read.description, read.visibility, read.role) == ("# Card", "restricted", "admin")
    assert (read.artifact_types, read.protected_aliases) == (["model"], ["production"])
    assert read.members() == {entity: "admin"}
    assert Api().registry("音声 models").url == read.url
    paths = [registry.path for registry in Api().registries()]
    assert paths == [registry.path for registry in Api().registries(entity)]
    assert set(paths) == {f"{entity}/model-registry", f"{entity}/音声 models"}


def test_what_is_no_registry_is_not_found(project: str) -> None:
    api = Api()

    for path in ("absent", project, "nobody/models"):
        with pytest.raises(NotFoundError, match="There is no registry"):
            api.registry(path)
    with pytest.raises(ConflictError, match="is taken"):
        api.create_registry("model-registry")
    with pytest.raises(InvalidInputError, match="neither 'entity' nor 'restricted'"):
        api.create_registry("models", visibility="public")


def test_save_sends_what_differs_of_a_registry(entity: str) -> None:
    registry = Api().create_registry("models", artifact_types=["model"])
    theirs = Api().registry("models")
    theirs.description = "theirs"
    theirs.save()

    registry.save()
    registry.artifact_types.append("dataset")
    registry.name, registry.visibility = "renamed", "restricted"
    registry.save()

    read = Api().registry("models")
    assert (read.path, read.description) == (f"{entity}/renamed", "theirs")
    assert (read.artifact_types, read.visibility) == (["model", "dataset"], "restricted")
    assert registry.description == "theirs"


def test_save_refuses_to_overwrite_what_somebody_else_changed(entity: str) -> None:
    registry = Api().create_registry("models")
    theirs = Api().registry("models")
    theirs.description = "theirs"
    theirs.save()
    registry.description = "mine"

    with pytest.raises(ConflictError, match="changed by somebody else") as refusal:
        registry.save()

    assert refusal.value.current == "theirs"
    assert (registry.description, Api().registry("models").description) == ("mine", "theirs")


def test_members_of_a_restricted_registry_see_it_and_nobody_else(
    entity: str, make_user: Callable[..., Person], post: Callable[..., object], user: Person
) -> None:
    member = make_user()
    document = """
      mutation A($input: AddMemberInput!) { addMember(input: $input) { ... on UserError { message } __typename } }
    """
    wanted = {"operationId": "add", "entity": entity, "user": member.name, "role": "VIEWER"}
    post(document, key=user.key, input=wanted)
    registry = Api().create_registry("models", visibility="restricted")
    theirs = Api(api_key=member.key, entity=entity)

    with pytest.raises(NotFoundError):
        theirs.registry("models")
    registry.set_member(member.name, "member")
    seen = theirs.registry("models")

    assert (seen.role, registry.members()) == ("member", {entity: "admin", member.name: "member"})
    seen.description = "mine"
    with pytest.raises(PermissionDeniedError):
        seen.save()
    with pytest.raises(PermissionDeniedError):
        seen.set_member(member.name, "admin")
    registry.remove_member(member.name)
    with pytest.raises(NotFoundError):
        theirs.registry("models")
    with pytest.raises(NotFoundError):
        registry.remove_member(member.name)
    with pytest.raises(InvalidInputError, match="There is no role"):
        registry.set_member(member.name, "owner")


def test_members_are_added_changed_and_removed_several_at_once(
    entity: str, make_user: Callable[..., Person], post: Callable[..., object], user: Person
) -> None:
    people = [make_user() for _ in range(2)]
    document = """
      mutation A($input: AddMemberInput!) { addMember(input: $input) { ... on UserError { message } __typename } }
    """
    for person in people:
        wanted = {"operationId": f"add {person.name}", "entity": entity, "user": person.name, "role": "VIEWER"}
        post(document, key=user.key, input=wanted)
    one, other = (person.name for person in people)
    registry = Api().create_registry("models", visibility="restricted")

    assert registry.add_members(one).update_member(one, "member") is registry
    registry.add_members(one, other)

    assert registry.members() == {entity: "admin", one: "member", other: "viewer"}
    assert registry.remove_members(one, other).members() == {entity: "admin"}
    assert registry.add_members(other, role="admin").members() == {entity: "admin", other: "admin"}
    with pytest.raises(InvalidInputError, match="Name at least one user"):
        registry.add_members()
    with pytest.raises(InvalidInputError, match="must be a text"):
        registry.remove_members([one])  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="There is no role 'owner'"):
        registry.update_member(other, "owner")
    with pytest.raises(NotFoundError):
        registry.remove_members(one)


def test_collections_and_versions_of_a_registry_are_found_by_conditions(entity: str, project: str) -> None:
    registry = Api().create_registry("models")
    for name, tag in (("net", "audio"), ("tree", "tables")):
        logged(name).link(f"{entity}/models/{name}", aliases=["production"] if name == "net" else None)
        made = Api().collection(f"{entity}/models/{name}")
        made.tags.append(tag)
        made.save()
    net = f"{entity}/models/net:v0"

    assert [found.name for found in registry.collections()] == ["net", "tree"]
    assert [found.name for found in registry.collections({"tag": "audio"})] == ["net"]
    assert [found.name for found in registry.collections(search="tables", types="model")] == ["tree"]
    assert [found.qualified_name for found in registry.versions()] == [f"{entity}/models/tree:v0", net]
    assert [found.qualified_name for found in registry.versions({"alias": "production"})] == [net]
    assert next(registry.versions(order="created_at", types="model")).qualified_name == net
    with pytest.raises(InvalidInputError, match=r"There is no filter 'name'\. The filters are: types, tags"):
        registry.collections({"name": {"$regex": "net"}})
    with pytest.raises(InvalidInputError, match="The filter 'aliases' takes values, not a query document"):
        registry.versions({"alias": {"$in": ["production"]}})


def test_a_collection_is_made_described_tagged_and_renamed(project: str) -> None:
    made = Api().create_collection("Model Registry Tutorial", type="model", description="# Card", tags=["a", "b"])
    made.description += "\n\nmore"
    made.tags.remove("a")
    made.tags.append("c")
    made.name = "Tutorial"

    made.save()

    read = Api().collection(f"{project}/Model Registry Tutorial")
    assert read == made
    assert (read.path, read.kind, read.type) == (f"{project}/Tutorial", "SOURCE", "model")
    assert (read.description, read.tags, read.aliases) == ("# Card\n\nmore", ["b", "c"], ())


def test_two_people_tag_a_collection_at_once(project: str) -> None:
    mine = Api().create_collection("net", tags=["old"])
    theirs = Api().collection("net")
    mine.tags.append("mine")
    theirs.tags += ["theirs"]
    theirs.tags.remove("old")

    mine.save()
    theirs.save()

    assert theirs.tags == ["mine", "theirs"]


def test_a_description_that_somebody_else_changed_is_not_overwritten(project: str) -> None:
    mine = Api().create_collection("net")
    theirs = Api().collection("net")
    theirs.description = "theirs"
    theirs.save()
    mine.description = "mine"
    mine.tags.append("new")

    with pytest.raises(ConflictError, match="description"):
        mine.save()

    read = Api().collection("net")
    assert (read.description, read.tags) == ("theirs", [])


def test_the_versions_of_a_collection_come_newest_first_and_filtered(project: str, tmp_path: Path) -> None:
    for text in ("1", "2", "3"):
        logged("net", text)
    collection = Api().collection("net")

    assert [version.name for version in collection.versions()] == ["net:v2", "net:v1", "net:v0"]
    assert [version.name for version in collection.versions(order="index", aliases="latest")] == ["net:v2"]
    with pytest.raises(InvalidInputError, match="There is no filter"):
        collection.versions(size=3)


def test_a_collection_is_there_under_its_type_only(project: str) -> None:
    Api().create_collection("net", type="model")
    api = Api()

    assert api.artifact_collection("model", "net").path == f"{project}/net"
    assert api.artifact_collection_exists("net", "model") is True
    assert api.artifact_collection_exists("net", "dataset") is False
    assert api.artifact_collection_exists("absent", "model") is False
    with pytest.raises(NotFoundError, match="has the type 'model', not 'dataset'"):
        api.artifact_collection("dataset", "net")
    with pytest.raises(NotFoundError, match="There is no collection"):
        api.collection("absent")


def test_a_registry_takes_only_its_types(entity: str, project: str) -> None:
    registry = Api().create_registry("models", artifact_types=["model"])
    data = logged("data", type="dataset")

    with pytest.raises(ConflictError, match=r"'model', not 'dataset'"):
        registry.create_collection("Digits", type="dataset")
    with pytest.raises(ConflictError, match=r"'model', not 'dataset'"):
        data.link(f"{entity}/models/Digits")
    made = registry.create_collection("Digits", tags=["a"])

    assert [found.path for found in registry.collections()] == [f"{entity}/models/Digits"]
    assert (made.kind, made.type) == ("REGISTRY", "model")
    assert [found.name for found in registry.collections(types="dataset")] == []


def test_a_registered_model_of_a_project_takes_links(project: str) -> None:
    made = Api().create_collection("Digits", kind="registry")
    linked = logged("net").link("Digits")

    assert (made.kind, linked.qualified_name) == ("REGISTRY", f"{project}/Digits:v0")
