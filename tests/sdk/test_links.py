"""Links: every form of a target, what a link says of its source and the source of its links, and what is refused."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest

import headwater
from conftest import Person
from headwater import Api, Artifact
from headwater.errors import ConflictError, InvalidInputError, NotFoundError, NotLoggedError, PermissionDeniedError
from posting import ask
from servers import Service

pytestmark = pytest.mark.usefixtures("client_environment")

CREATE_REGISTRY = """
mutation CreateRegistry($input: CreateRegistryInput!) {
  createRegistry(input: $input) {
    __typename
    ... on CreateRegistryPayload { registry { path } }
    ... on UserError { message }
  }
}
"""

REGISTRY_PAGE = """
query RegistryPage($path: String!) {
  artifact(path: $path) {
    url
    source { path url linkedVersions { totalCount edges { node { path url } } } }
  }
}
"""


@pytest.fixture
def registry(post: Callable[..., dict[str, Any]], user: Person, entity: str) -> str:
    """A registry of the user's own beside the first one; its name has a space."""
    made = post(
        CREATE_REGISTRY,
        key=user.key,
        input={"operationId": secrets.token_hex(16), "entity": entity, "name": "Vision models"},
    )["createRegistry"]
    assert made["__typename"] == "CreateRegistryPayload", made
    path: str = made["registry"]["path"]
    return path


def draft(name: str, content: str = "weights", type: str = "model") -> Artifact:
    artifact = Artifact(name, type=type)
    with artifact.new_file("content.txt") as file:
        file.write(content)
    return artifact


def logged(name: str = "net", content: str = "weights", type: str = "model") -> Artifact:
    with headwater.init() as run:
        return run.log_artifact(draft(name, content, type)).wait()


# A target as it is written, and where the link lies; `{e}` is the entity, `{p}` the project of the run.
TARGETS = [
    ("MNIST Grayscale 28x28", "{e}/{p}/MNIST Grayscale 28x28"),
    ("{p}/MNIST Grayscale 28x28", "{e}/{p}/MNIST Grayscale 28x28"),
    ("{e}/{p}/MNIST Grayscale 28x28", "{e}/{p}/MNIST Grayscale 28x28"),
    ("model-registry/MNIST", "{e}/model-registry/MNIST"),
    ("{e}/model-registry/Model Registry Tutorial", "{e}/model-registry/Model Registry Tutorial"),
    ("wandb-registry-model-registry/MNIST", "{e}/model-registry/MNIST"),
    ("wandb-registry-Vision models/手書き 数字", "{e}/Vision models/手書き 数字"),
    ("{e}/wandb-registry-Vision models/MNIST", "{e}/Vision models/MNIST"),
    ("Vision models/MNIST", "{e}/Vision models/MNIST"),
    ("{e}/Vision models/MNIST", "{e}/Vision models/MNIST"),
]


@pytest.mark.parametrize(("target", "place"), TARGETS)
@pytest.mark.parametrize(
    "way", ["run", "api", *(pytest.param(way, marks=pytest.mark.slow) for way in ("verb", "artifact"))]
)
def test_every_form_of_a_target_leads_to_its_collection(
    target: str, place: str, way: str, entity: str, project: str, request: pytest.FixtureRequest
) -> None:
    if "Vision models" in target:
        request.getfixturevalue("registry")
    names = {"e": entity, "p": project.partition("/")[2]}
    target, place = target.format(**names), place.format(**names)
    with headwater.init() as run:
        artifact = run.log_artifact(draft("net")).wait()

        links: dict[str, Callable[[], Artifact]] = {
            "run": lambda: run.link_artifact(artifact, target, aliases=["staging"]),
            "verb": lambda: headwater.link_artifact(artifact, target, "staging"),
            "artifact": lambda: artifact.link(target, aliases=["staging"]),
            "api": lambda: Api().artifact(artifact.qualified_name).link(target, ["staging"]),
        }
        link = links[way]()
        again = run.use_artifact(target if target.startswith("wandb-registry") else f"{place}:staging", type="model")

    assert link.qualified_name == f"{place}:v0"
    assert (link.is_link, sorted(link.aliases)) == (True, ["latest", "staging"])
    assert link.source_qualified_name == f"{project}/net:v0"
    assert again.id == link.id


def test_a_link_has_its_own_facts_and_those_of_its_source(entity: str, project: str) -> None:
    logged(content="0")
    source = logged(content="1")

    link = source.link("model-registry/MNIST", aliases=["staging"])

    project_name = project.partition("/")[2]
    assert (link.name, link.version, link.entity, link.project) == ("MNIST:v0", "v0", entity, "model-registry")
    assert (link.source_name, link.source_version) == ("net:v1", "v1")
    assert (link.source_entity, link.source_project) == (entity, project_name)
    assert link.source_qualified_name == f"{project}/net:v1"
    assert (link.collection.path, link.collection.kind) == (f"{entity}/model-registry/MNIST", "REGISTRY")
    assert (link.source_collection.path, link.source_collection.kind) == (f"{project}/net", "SOURCE")
    assert (link.digest, link.type, link.file_count) == (source.digest, "model", 1)
    assert source.aliases == ["latest"]


def test_a_source_is_its_own_source(project: str) -> None:
    source = logged()

    assert not source.is_link
    assert source.source_artifact is source
    assert (source.source_name, source.source_version) == ("net:v0", "v0")
    assert source.collection == source.source_collection
    assert source.linked_artifacts == []


def test_both_sides_show_each_other(entity: str, service: Service, project: str) -> None:
    source = logged()
    first = source.link("model-registry/MNIST")
    second = source.link("model-registry/Digits and more", aliases=["production"])

    back = second.source_artifact
    shown = second.linked_artifacts

    assert (back.id, back.url) == (source.id, f"{service.url}/{project}/net:v0")
    assert [link.id for link in shown] == [first.id, second.id]
    assert [link.url for link in source.linked_artifacts] == [
        f"{service.url}/{entity}/model-registry/MNIST:v0",
        f"{service.url}/{entity}/model-registry/Digits%20and%20more:v0",
    ]
    page = ask(REGISTRY_PAGE, path=f"{entity}/model-registry/Digits and more:production")["artifact"]
    assert (page["url"], page["source"]["url"]) == (second.url, source.url)
    assert page["source"]["linkedVersions"] == {
        "totalCount": 2,
        "edges": [{"node": {"path": link.qualified_name, "url": link.url}} for link in (first, second)],
    }


@pytest.mark.slow
def test_all_links_are_listed_however_many_there_are() -> None:
    source = logged()
    made = [source.link(f"model-registry/Model {number}").id for number in range(103)]

    assert [link.id for link in source.linked_artifacts] == made


def test_a_draft_is_logged_before_it_is_linked_by_the_run_that_links_it() -> None:
    artifact = draft("net")

    with headwater.init() as run:
        link = run.link_artifact(artifact, "model-registry/MNIST")

    producer = artifact.logged_by()
    assert producer is not None and producer.path == run.path
    assert (artifact.version, link.version) == ("v0", "v0")


def test_an_artifact_on_its_way_is_waited_for() -> None:
    with headwater.init() as run:
        artifact = run.log_artifact(draft("net"))
        link = artifact.link("model-registry/MNIST")

    assert link.source_qualified_name == artifact.qualified_name


def test_a_link_of_a_link_is_a_link_of_the_source(entity: str, project: str) -> None:
    source = logged()
    first = source.link("model-registry/MNIST")

    second = first.link("model-registry/MNIST production", aliases=["production"])

    assert second.qualified_name == f"{entity}/model-registry/MNIST production:v0"
    assert second.source_qualified_name == f"{project}/net:v0"
    assert [link.id for link in source.linked_artifacts] == [first.id, second.id]


def test_a_bare_target_of_a_link_means_the_project_of_its_source(project: str) -> None:
    link = logged().link("model-registry/MNIST")

    second = link.link("Registered here")

    assert second.qualified_name == f"{project}/Registered here:v0"


def test_the_same_version_linked_again_is_the_same_link_and_takes_the_aliases() -> None:
    first_source, second_source = logged(content="0"), logged(content="1")
    first = first_source.link("model-registry/MNIST", aliases=["staging"])
    second_source.link("model-registry/MNIST", aliases=["staging", "production"])

    again = first_source.link("model-registry/MNIST", aliases=["staging"])

    assert (again.id, again.version, again.aliases) == (first.id, "v0", ["staging"])
    # `latest` is the version that was linked last, and linking again links nothing.
    assert sorted(Api().artifact("model-registry/MNIST:v1").aliases) == ["latest", "production"]


def test_linking_a_link_into_its_own_collection_is_linking_again() -> None:
    link = logged().link("model-registry/MNIST")

    again = link.link("model-registry/MNIST", aliases="kept")

    assert (again.id, sorted(again.aliases)) == (link.id, ["kept", "latest"])


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        ("no-such-registry/MNIST", NotFoundError, "no-such-registry"),
        ("wandb-registry-nothing/MNIST", NotFoundError, "nothing"),
        ("a/b/c/d", InvalidInputError, "more than the three parts"),
        ("model-registry/MNIST:v0", InvalidInputError, "must not name a version or alias"),
        ("model-registry/", InvalidInputError, "1 to 128 characters, not 0"),
        ("", InvalidInputError, "1 to 128 characters, not 0"),
        ("net", ConflictError, "net"),
    ],
)
def test_a_target_that_cannot_be_is_refused_and_nothing_is_linked(
    target: str, error: type[Exception], message: str
) -> None:
    source = logged()

    with pytest.raises(error, match=message):
        source.link(target)

    assert source.linked_artifacts == []


def test_a_project_is_no_registry(project: str) -> None:
    source = logged()

    with pytest.raises(NotFoundError, match="is a project, not a registry"):
        source.link(f"wandb-registry-{project.partition('/')[2]}/MNIST")


@pytest.mark.parametrize("alias", ["a:b", "a/b", "v12", ""])
def test_an_alias_that_cannot_be_is_refused_before_anything_is_linked(alias: str) -> None:
    source = logged()
    with headwater.init() as run, pytest.raises(InvalidInputError):
        run.link_artifact(source, "model-registry/MNIST", aliases=[alias])
    with pytest.raises(InvalidInputError):
        source.link("model-registry/MNIST", aliases=[alias])

    assert source.linked_artifacts == []


def test_a_registered_model_of_another_type_names_both_types() -> None:
    logged().link("model-registry/MNIST")

    with pytest.raises(ConflictError, match="model-registry/MNIST' has the type 'model', not 'dataset'"):
        logged("data", type="dataset").link("model-registry/MNIST")


def test_the_registry_of_another_entity_is_out_of_reach(make_user: Callable[..., Person]) -> None:
    stranger = make_user()

    with pytest.raises((NotFoundError, PermissionDeniedError)):
        logged().link(f"{stranger.name}/model-registry/MNIST")


def test_a_link_that_stays_is_not_said_to_be_gone(
    registry: str, entity: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Api().registry(registry)
    settings.protected_aliases = ["production"]
    settings.save()
    linked = logged().link(f"{registry}/手書き 数字", aliases=["production"])
    capsys.readouterr()

    with pytest.raises(PermissionDeniedError, match=r"An admin of .* must take it off first") as caught:
        linked.delete()

    assert f"protected in {registry}" in str(caught.value)
    assert capsys.readouterr().err == ""
    assert Api().artifact(f"{registry}/手書き 数字:production").version == "v0"


def test_what_is_not_logged_has_no_links() -> None:
    artifact = draft("net")

    for fact in ("is_link", "linked_artifacts", "source_artifact", "collection", "source_collection", "source_name"):
        with pytest.raises(NotLoggedError):
            getattr(artifact, fact)


def test_what_is_no_artifact_is_not_linked() -> None:
    wrong: Any = "net:v0"
    with headwater.init() as run, pytest.raises(InvalidInputError, match="link_artifact takes an Artifact, not a str"):
        run.link_artifact(wrong, "model-registry/MNIST")
