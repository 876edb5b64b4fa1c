"""Search in listings: what finds collections, versions and runs, what does not, and that pages and counts agree."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from asking import answer, ask, refusal
from content import Site, log
from draws import FEW, in_many_draws
from headwater_service.domain.access import Viewer
from headwater_service.domain.collection_changes import CollectionChange, CollectionFacts, update_collection
from headwater_service.domain.collections import GivenCollection, create_collection_at
from headwater_service.domain.links import link_artifact
from headwater_service.domain.runs import RunChange, update_run
from headwater_service.domain.version_changes import VersionChange, update_version
from headwater_service.model import Container
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion
from pipelines import start
from viewers import DOCUMENT_BYTES, new_admin, new_project, new_team

COLLECTIONS = """
query SearchCollections($container: String, $filter: CollectionFilter, $order: CollectionOrder, $first: Int!,
  $after: String) {
  collections(container: $container, filter: $filter, orderBy: $order, first: $first, after: $after) {
    totalCount edges { node { name } } pageInfo { hasNextPage endCursor }
  }
}
"""
VERSIONS = """
query SearchVersions($container: String, $collection: String, $filter: VersionFilter, $order: VersionOrder,
  $first: Int!, $after: String) {
  versions(container: $container, collection: $collection, filter: $filter, orderBy: $order, first: $first,
    after: $after) {
    totalCount edges { node { name path } } pageInfo { hasNextPage endCursor }
  }
}
"""
RUNS = """
query SearchRuns($project: String, $filter: RunFilter, $first: Int!, $after: String) {
  runs(project: $project, filter: $filter, first: $first, after: $after) {
    totalCount edges { node { name } } pageInfo { hasNextPage endCursor }
  }
}
"""
NAMES = {
    "mnist-raw": ("Pictures of digits", ["vision"]),
    "mnist_28x28.grayscale": ("", []),
    "notMNIST": ("Letters, not digits", []),
    "ResNet50-classifier": ("A model of pictures", ["vision", "production ready"]),
    "手書き数字認識": ("", ["画像"]),
    "Model Registry Tutorial": ("", []),
}


@dataclass(frozen=True)
class Shelf:
    """Collections without versions in a project of this module alone."""

    viewer: Viewer
    project: Container


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shelf(graph: Any, objects: Any, settings: Any) -> Shelf:
    viewer = await new_admin(graph)
    project = await new_project(graph, viewer)
    for name, (description, tags) in NAMES.items():
        await make(Site(graph, objects, settings), viewer, project, name, description=description, tags=tags)
    return Shelf(viewer, project)


async def make(
    site: Site, viewer: Viewer, project: Container, name: str, *, description: str = "", tags: Sequence[str] = ()
) -> str:
    wanted = GivenCollection(name=name, type="model", description=description, tags=tags)
    made = await create_collection_at(site.graph, viewer, project.path, wanted, operation=new_id())
    return made.collection.id


async def names(
    site: Site, viewer: Viewer, document: str, field: str, search: Any, *, first: int = 50, **more: Any
) -> list[str]:
    """Return what is found, page by page, after checking that the total is as many."""
    condition = {"search": search} if isinstance(search, str) else search
    found: list[str] = []
    after: str | None = None
    while True:
        page = (await ask(site, viewer, document, filter=condition, first=first, after=after, **more))[field]
        found += [edge["node"]["name"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(found)
            return found
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("mnist", {"mnist-raw", "mnist_28x28.grayscale", "notMNIST"}),
        ("MNIST raw", {"mnist-raw"}),
        ("mnist-raw", {"mnist-raw"}),
        ("mnistraw", {"mnist-raw"}),
        ("mni", {"mnist-raw", "mnist_28x28.grayscale", "notMNIST"}),
        ("gray mnist", {"mnist_28x28.grayscale"}),
        ("28", {"mnist_28x28.grayscale"}),
        ("28x28", {"mnist_28x28.grayscale"}),
        ("not", {"notMNIST"}),
        ("resnet", {"ResNet50-classifier"}),
        ("net 50", {"ResNet50-classifier"}),
        ("resnet-50", {"ResNet50-classifier"}),
        ("digits", {"mnist-raw", "notMNIST"}),
        ("vision", {"mnist-raw", "ResNet50-classifier"}),
        ("production ready", {"ResNet50-classifier"}),
        ("数字", {"手書き数字認識"}),
        ("手書き 認識", {"手書き数字認識"}),
        ("字", {"手書き数字認識"}),
        ("識", {"手書き数字認識"}),
        ("画", {"手書き数字認識"}),
        ("認字", set()),
        ("model tutorial", {"Model Registry Tutorial"}),
        ("mnist tutorial", set()),
        ("nist", set()),
        ("", set(NAMES)),
        (" ", set(NAMES)),
        ("-", set(NAMES)),
    ],
)
async def test_collections_are_found_by_words_of_name_description_and_tags(
    search: str, expected: set[str], site: Site, shelf: Shelf
) -> None:
    found = await names(site, shelf.viewer, COLLECTIONS, "collections", search, container=shelf.project.path)

    assert set(found) == expected


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("minst", {"mnist-raw", "mnist_28x28.grayscale", "notMNIST"}),
        ("mnsit raw", {"mnist-raw"}),
        ("clasifierr", {"ResNet50-classifier"}),
        ("rwa", set()),
        ("tutoriel", {"Model Registry Tutorial"}),
    ],
)
async def test_a_word_that_nothing_holds_finds_those_near_it(
    search: str, expected: set[str], site: Site, shelf: Shelf
) -> None:
    found = await names(site, shelf.viewer, COLLECTIONS, "collections", search, container=shelf.project.path)

    assert set(found) == expected


async def test_what_is_only_near_never_stands_beside_what_is_exact(site: Site, shelf: Shelf) -> None:
    project = await new_project(site.graph, shelf.viewer)
    for name in ("trace", "track"):
        await make(site, shelf.viewer, project, name)

    found = await names(site, shelf.viewer, COLLECTIONS, "collections", "track", container=project.path)

    assert found == ["track"]


@pytest.mark.parametrize("first", [1, 2, 50])
async def test_the_nearest_collections_come_first_whatever_the_pages(first: int, site: Site, shelf: Shelf) -> None:
    project = await new_project(site.graph, shelf.viewer)
    for name in ("a-bertha", "bert", "bert-large", "tiny-bert", "another-bert"):
        await make(site, shelf.viewer, project, name)
    order = {"field": "RELEVANCE", "direction": "DESC"}

    best = await names(
        site, shelf.viewer, COLLECTIONS, "collections", "bert", first=first, container=project.path, order=order
    )
    worst = await names(
        site,
        shelf.viewer,
        COLLECTIONS,
        "collections",
        "bert",
        first=first,
        container=project.path,
        order=order | {"direction": "ASC"},
    )

    assert best == ["bert", "bert-large", "another-bert", "tiny-bert", "a-bertha"]
    assert worst == best[::-1]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"search": "mnist", "tags": ["vision"]}, {"mnist-raw"}),
        ({"search": "mnist", "types": ["dataset"]}, set()),
        ({"search": "mnist", "nameContains": "RAW"}, {"mnist-raw"}),
        ({"search": "mnist", "not": {"search": "digits"}}, {"mnist_28x28.grayscale"}),
        ({"any": [{"search": "tutorial"}, {"search": "数字"}]}, {"Model Registry Tutorial", "手書き数字認識"}),
        ({"any": [{"search": "tutoriel"}]}, {"Model Registry Tutorial"}),
        ({"search": "mnist", "kinds": ["REGISTRY"]}, set()),
        ({"search": "tutorial", "createdAfter": "2020-01-01T00:00:00Z"}, {"Model Registry Tutorial"}),
        ({"search": "tutorial", "createdAfter": "2099-01-01T00:00:00Z"}, set()),
        ({"search": "tutorial", "createdBefore": "2099-01-01T00:00:00Z"}, {"Model Registry Tutorial"}),
        ({"search": "tutorial", "createdBefore": "2020-01-01T00:00:00Z"}, set()),
    ],
)
async def test_a_search_goes_with_other_conditions(
    wanted: dict[str, Any], expected: set[str], site: Site, shelf: Shelf
) -> None:
    found = await names(site, shelf.viewer, COLLECTIONS, "collections", wanted, container=shelf.project.path)

    assert set(found) == expected


async def test_a_search_without_a_place_finds_what_the_viewer_may_see_and_no_more(site: Site, shelf: Shelf) -> None:
    word = f"w{secrets.token_hex(6)}"
    stranger = await new_admin(site.graph)
    for viewer in (shelf.viewer, stranger):
        await make(site, viewer, await new_project(site.graph, viewer), f"{word}-of-{viewer.user_name}")

    found = await names(site, shelf.viewer, COLLECTIONS, "collections", word)

    assert found == [f"{word}-of-{shelf.viewer.user_name}"]


async def test_a_misspelling_tells_nothing_of_what_the_viewer_may_not_see(site: Site, shelf: Shelf) -> None:
    stranger = await new_admin(site.graph)
    await make(site, stranger, await new_project(site.graph, stranger), "mnisty")

    # A word of a stranger is no word: `mnisty` is taken for a misspelling.
    found = await names(site, shelf.viewer, COLLECTIONS, "collections", "mnisty", container=shelf.project.path)

    assert set(found) == {"mnist-raw", "mnist_28x28.grayscale", "notMNIST"}


async def test_a_collection_is_found_by_what_it_is_called_now(site: Site, shelf: Shelf) -> None:
    project = await new_project(site.graph, shelf.viewer)
    collection_id = await make(site, shelf.viewer, project, "first-name", description="old", tags=["stale"])
    facts = CollectionFacts(name="second-name", description="new", tags=["fresh"])

    await update_collection(site.graph, shelf.viewer, collection_id, CollectionChange(facts=facts), operation=new_id())

    for word in ("first", "old", "stale"):
        assert await names(site, shelf.viewer, COLLECTIONS, "collections", word, container=project.path) == []
    for word in ("second", "new", "fresh"):
        found = await names(site, shelf.viewer, COLLECTIONS, "collections", word, container=project.path)
        assert found == ["second-name"]


@dataclass(frozen=True)
class Models:
    """Three versions in two collections, and a link to one of them in the registry."""

    viewer: Viewer
    project: Container
    link: PlacedVersion


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def models(graph: Any, objects: Any, settings: Any) -> Models:
    site = Site(graph, objects, settings)
    viewer = await new_admin(graph)
    project = await new_project(graph, viewer)
    wanted: list[tuple[str, dict[str, Any]]] = [
        ("digit-model", {"description": "first fold", "metadata": {"accuracy": 0.5}}),
        ("digit-model", {"tags": ["cross-validated"], "metadata": {"accuracy": 0.9}, "aliases": ["best"]}),
        ("letter-model", {"description": "first fold 第一回学習"}),
    ]
    logged = [
        await log(site, viewer, project, name, {"a": secrets.token_bytes(8)}, type="model", **more)
        for name, more in wanted
    ]
    target = f"{project.entity_name}/model-registry/Classifier"
    link = await link_artifact(
        graph, viewer, logged[1].placed.version.id, target, project=None, aliases=["production"], operation=new_id()
    )
    return Models(viewer, project, link)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("digit", ["digit-model:v1", "digit-model:v0"]),
        ("model", ["letter-model:v0", "digit-model:v1", "digit-model:v0"]),
        ("fold", ["letter-model:v0", "digit-model:v0"]),
        ("digit fold", ["digit-model:v0"]),
        ("letter fold 学習", ["letter-model:v0"]),
        ("cross-validated digit", ["digit-model:v1"]),
        ("cifar fold", []),
        ("modle fold", ["letter-model:v0", "digit-model:v0"]),
        ({"search": "model", "aliases": ["best"]}, ["digit-model:v1"]),
        ({"search": "model", "tags": ["cross-validated"]}, ["digit-model:v1"]),
        ({"search": "model", "metadata": [{"path": "accuracy", "op": "GTE", "value": 0.6}]}, ["digit-model:v1"]),
        ({"search": "model", "createdAfter": "2099-01-01T00:00:00Z"}, []),
        ({"not": {"search": "digit"}}, ["letter-model:v0"]),
        ({"any": [{"search": "validated"}, {"search": "学習"}]}, ["letter-model:v0", "digit-model:v1"]),
    ],
)
@pytest.mark.parametrize("first", [1, 50])
async def test_versions_are_found_by_their_own_words_and_those_of_their_collection(
    wanted: Any, expected: list[str], first: int, site: Site, models: Models
) -> None:
    path = models.project.path

    found = await names(site, models.viewer, VERSIONS, "versions", wanted, first=first, container=path)
    by_size = await names(
        site,
        models.viewer,
        VERSIONS,
        "versions",
        wanted,
        first=first,
        container=path,
        order={"field": "SIZE", "direction": "ASC"},
    )

    assert found == expected
    assert set(by_size) == set(expected)


async def test_versions_of_one_collection_are_searched(site: Site, models: Models) -> None:
    path = f"{models.project.path}/digit-model"

    found = await names(site, models.viewer, VERSIONS, "versions", "digit fold", collection=path)

    assert found == ["digit-model:v0"]


async def test_a_link_is_found_by_its_own_collection_and_by_what_its_source_says(site: Site, models: Models) -> None:
    registry = models.link.container.path

    for search in ("classifier", "validated", "classifier cross"):
        assert await names(site, models.viewer, VERSIONS, "versions", search, container=registry) == ["Classifier:v0"]
    # The name of the source's collection is not the link's to tell.
    assert await names(site, models.viewer, VERSIONS, "versions", "digit", container=registry) == []


async def test_links_follow_what_is_written_on_their_source(site: Site, models: Models) -> None:
    project = await new_project(site.graph, models.viewer)
    logged = await log(site, models.viewer, project, "model", {"a": secrets.token_bytes(8)}, tags=["before"])
    version_id = logged.placed.version.id
    link = await link_artifact(
        site.graph, models.viewer, version_id, "Shelf", project=None, aliases=[], operation=new_id()
    )
    path = f"{project.path}/{link.collection.name}"

    change = VersionChange(description="after", tags=[])
    await update_version(
        site.graph, models.viewer, version_id, change, operation=new_id(), document_bytes=DOCUMENT_BYTES
    )

    assert await names(site, models.viewer, VERSIONS, "versions", "before", container=project.path) == []
    assert await names(site, models.viewer, VERSIONS, "versions", "after", collection=path) == ["Shelf:v0"]
    assert set(await names(site, models.viewer, VERSIONS, "versions", "after", container=project.path)) == {
        "Shelf:v0",
        "model:v0",
    }


async def test_a_member_of_a_team_finds_what_others_logged_and_a_stranger_does_not(site: Site, models: Models) -> None:
    member, stranger = await new_admin(site.graph), await new_admin(site.graph)
    team, (owner, member) = await new_team(site.graph, models.viewer, viewer=member)
    word = f"w{secrets.token_hex(6)}"
    run = await start(site, owner, Container(**_in_team(models.project, team.name)), word)

    found = await names(site, member, RUNS, "runs", word)

    assert found == [run.name]
    assert await names(site, stranger, RUNS, "runs", word) == []


def _in_team(container: Container, entity_name: str) -> dict[str, Any]:
    facts = {name: getattr(container, name) for name in container.__dataclass_fields__}
    return facts | {"entity_name": entity_name}


async def test_runs_are_found_by_name_job_type_tags_and_notes_as_they_are_now(site: Site, models: Models) -> None:
    project = await new_project(site.graph, models.viewer)
    one = await start(site, models.viewer, project, "train-bert", tags=["nightly"], notes="学習率を下げた")
    two = await start(site, models.viewer, project, "evaluate")

    async def found(search: str) -> list[str]:
        return await names(site, models.viewer, RUNS, "runs", search, project=project.path)

    for search in ("bert", "train night", "学習率", "nightli"):
        assert await found(search) == [one.name]
    change = RunChange(name="score", notes="on mnist", tags=["daily"])
    await update_run(site.graph, models.viewer, two.id, change, operation=new_id(), document_bytes=DOCUMENT_BYTES)
    assert await found("score mnist daily evaluate") == ["score"]
    assert await found("nothing") == []


async def test_a_search_that_is_too_long_is_a_typed_error(site: Site, shelf: Shelf) -> None:
    code, message = await refusal(site, shelf.viewer, COLLECTIONS, filter={"search": "x" * 257}, first=1)

    assert (code, message) == ("InvalidInputError", "A search has at most 256 characters.")


ANY_TEXT = given(
    text=st.one_of(
        st.text(max_size=40),
        st.text(alphabet='+-&|!(){}[]^"~*?:\\/ ANDORTO aあ字1_', max_size=40),
        st.sampled_from(
            ["AND", "NOT a", "a OR", "*", "?", "a~0.5", '"a b"~2', "[a TO b]", "/.*/", "search_scope:x", "\\"]
        ),
    )
)


@FEW
@ANY_TEXT
async def test_any_text_is_answered_or_refused_by_name(text: str, site: Site, shelf: Shelf) -> None:
    for document in (COLLECTIONS, VERSIONS, RUNS):
        body = await answer(site, shelf.viewer, document, filter={"search": text}, first=5, **place(document, shelf))

        if "errors" in body:
            assert [error["extensions"]["code"] for error in body["errors"]] == ["InvalidInputError"]
        else:
            # Nothing from elsewhere, however it is asked for.
            (page,) = body["data"].values()
            assert {edge["node"]["name"] for edge in page["edges"]} <= set(NAMES)


test_any_text_is_answered_or_refused_in_many_draws = in_many_draws(
    test_any_text_is_answered_or_refused_by_name, ANY_TEXT
)


def place(document: str, shelf: Shelf) -> dict[str, Any]:
    return {"project" if document is RUNS else "container": shelf.project.path}
