"""One search over everything: what a text finds, what comes first, and who finds nothing."""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio

from asking import ask, refusal
from content import Site, log
from headwater_service.domain.access import Viewer
from headwater_service.domain.collections import GivenCollection, create_collection_at
from headwater_service.domain.containers import create_project
from headwater_service.domain.links import link_artifact
from headwater_service.domain.runs import RunChange, update_run
from headwater_service.model import Container, Run
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion
from pipelines import start
from viewers import DOCUMENT_BYTES, fresh, new_admin, new_project

SEARCH = """
query Search($text: String!, $kinds: [SearchKind!], $first: Int) {
  search(text: $text, kinds: $kinds, first: $first) {
    __typename
    ... on Project { path } ... on Registry { path } ... on Collection { path } ... on Run { path name }
    ... on ArtifactVersion { path aliases } ... on RegistryVersion { path aliases }
  }
}
"""


@dataclass(frozen=True)
class Place:
    """A project with a few things of names like each other."""

    viewer: Viewer
    project: Container
    other: Container
    train: Run
    digits: PlacedVersion
    link: PlacedVersion

    @property
    def entity(self) -> str:
        return self.project.entity_name


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(graph: Any, objects: Any, settings: Any) -> Place:
    site = Site(graph, objects, settings)
    viewer = await new_admin(graph)
    project = await create_project(graph, viewer, None, "vision", "", operation=new_id())
    other = await create_project(graph, viewer, None, "digits archive", "", operation=new_id())
    train = await start(site, viewer, project, "train", name="digits-run-1", notes="the night of the storm")
    await start(site, viewer, project, "evaluate", name="check of digits")
    for content in (b"a", b"b", b"c"):
        logged = await log(
            site, viewer, project, "digits", {"a.csv": content + secrets.token_bytes(4)}, run_id=train.id
        )
    await log(site, viewer, other, "digits", {"a.csv": secrets.token_bytes(4)}, aliases=["production"])
    await log(site, viewer, project, "digits-clean", {"a.csv": secrets.token_bytes(4)}, description="swept twice")
    for name in ("clean digits", "手書き数字"):
        wanted = GivenCollection(name=name, type="dataset")
        await create_collection_at(graph, viewer, project.path, wanted, operation=new_id())
    link = await link_artifact(
        graph, viewer, logged.placed.version.id, f"{viewer.user_name}/model-registry/Digits Reader", project=None,
        aliases=["production", "preview"], operation=new_id(),
    )  # fmt: skip
    return Place(viewer, project, other, train, logged.placed, link)


async def found(site: Site, viewer: Viewer, text: str, **more: Any) -> list[str]:
    """Return what is found as `Type path`, without the entity."""
    hits = (await ask(site, viewer, SEARCH, text=text, **{"kinds": None, "first": 20, **more}))["search"]
    return [f"{hit['__typename']} {hit['path'].partition('/')[2]}" for hit in hits]


async def test_what_is_named_exactly_comes_first_then_what_begins_so_then_other_words(site: Site, place: Place) -> None:
    hits = await found(site, place.viewer, "digits", kinds=["COLLECTION", "RUN", "PROJECT"])

    assert sorted(hits[:2]) == ["Collection digits archive/digits", "Collection vision/digits"]
    # Kinds take turns among those whose names begin so.
    assert hits[2:6] == [
        "Project digits archive",
        "Collection model-registry/Digits Reader",
        f"Run vision/{place.train.key}",
        "Collection vision/digits-clean",
    ]
    assert len(hits) == 8
    assert hits[6] == "Collection vision/clean digits"
    assert hits[7].startswith("Run vision/")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("{entity}/vision/digits:v1", "ArtifactVersion vision/digits:v1"),
        ("/{entity}/vision/digits:v1", "ArtifactVersion vision/digits:v1"),
        ("vision/digits:v0", "ArtifactVersion vision/digits:v0"),
        ("vision/digits:latest", "ArtifactVersion vision/digits:v2"),
        ("vision/digits:lat", "ArtifactVersion vision/digits:v2"),
        ("digits:production", "ArtifactVersion digits archive/digits:v0"),
        ("digits:prod", "ArtifactVersion digits archive/digits:v0"),
        ("DIGITS:prod", "ArtifactVersion digits archive/digits:v0"),
        ("digits reader:prod", "RegistryVersion model-registry/Digits Reader:v0"),
        ("model-registry/Digits Reader:", "RegistryVersion model-registry/Digits Reader:v0"),
        ("{entity}/vision", "Project vision"),
        ("{entity}/vis", "Project vision"),
        ("{entity}/model-reg", "Registry model-registry"),
        ("vision", "Project vision"),
        ("{entity}/vision/digits-cl", "Collection vision/digits-clean"),
        ("vision/手書き", "Collection vision/手書き数字"),
        ("数字", "Collection vision/手書き数字"),
        ("vision/digits-run", "Run vision/{key}"),
        ("{key}", "Run vision/{key}"),
        ("{prefix}", "Run vision/{key}"),
        ("{entity}/vision/{key}", "Run vision/{key}"),
        ("{entity}/vision/-/runs/{key}", "Run vision/{key}"),
        ("{url}/{entity}/vision/-/runs/{key}", "Run vision/{key}"),
        ("storm", "Run vision/{key}"),
        ("swept", "ArtifactVersion vision/digits-clean:v0"),
        ("readre", "Collection model-registry/Digits Reader"),
    ],
)
async def test_a_path_a_key_an_address_or_words_find_what_is_meant(
    site: Site, place: Place, text: str, first: str
) -> None:
    names = {
        "entity": place.entity,
        "key": place.train.key,
        "prefix": place.train.key[:5],
        "url": site.settings.service_public_url,
    }

    hits = await found(site, place.viewer, text.format(**names))

    assert hits[0] == first.format(**names)


async def test_the_address_of_a_page_is_read_as_the_path_in_it(site: Site, place: Place) -> None:
    address = f"{site.settings.service_public_url}/{place.entity}/vision/{quote('手書き数字')}"

    assert await found(site, place.viewer, address) == ["Collection vision/手書き数字"]


async def test_a_path_that_ends_with_a_slash_shows_what_lies_there(site: Site, place: Place) -> None:
    inside = await found(site, place.viewer, f"{place.entity}/vision/")
    of_entity = await found(site, place.viewer, f"{place.entity}/")

    assert {hit for hit in inside if hit.startswith("Collection")} == {
        f"Collection vision/{name}" for name in ("digits", "digits-clean", "clean digits", "手書き数字")
    }
    assert sum(hit.startswith("Run") for hit in inside) == 2
    assert of_entity == ["Project digits archive", "Registry model-registry", "Project vision"]


async def test_versions_tell_their_aliases_and_are_found_by_the_words_of_their_collection(
    site: Site, place: Place
) -> None:
    hits = (await ask(site, place.viewer, SEARCH, text="reader", kinds=["VERSION"], first=5))["search"]

    assert hits == [
        {
            "__typename": "RegistryVersion",
            "path": f"{place.entity}/model-registry/Digits Reader:v0",
            "aliases": ["latest", "preview", "production"],
        }
    ]


async def test_only_the_kinds_and_as_many_as_are_asked_for_are_found(site: Site, place: Place) -> None:
    assert {hit.split()[0] for hit in await found(site, place.viewer, "digits", kinds=["RUN"])} == {"Run"}
    assert len(await found(site, place.viewer, "digits", first=3)) == 3
    assert await found(site, place.viewer, "digits", first=0) == []
    assert await found(site, place.viewer, "digits", kinds=[]) == []


# Letters that are no digits of the made-up names.
@pytest.mark.parametrize("text", ["", "   ", "/", "!?", ":", "w/x/y/z", "no-such-thing-anywhere", "::", "x:y:z"])
async def test_what_names_nothing_finds_nothing(site: Site, text: str) -> None:
    viewer = await new_admin(site.graph)
    await new_project(site.graph, viewer)

    assert await found(site, viewer, text) == []


async def test_a_text_that_is_too_long_is_refused(site: Site, place: Place) -> None:
    assert await refusal(site, place.viewer, SEARCH, text="x" * 257, first=5) == (
        "InvalidInputError",
        "A search has at most 256 characters.",
    )
    code, message = await refusal(site, place.viewer, SEARCH, text="x", first=201)
    assert (code, "`first` is 201" in message) == ("InvalidInputError", True)


async def test_whoever_may_not_see_it_finds_nothing_by_path_key_or_words(site: Site, place: Place) -> None:
    stranger = await new_admin(site.graph)
    texts = ("digits", f"{place.entity}/vision/digits:v1", "digits:production", place.train.key, f"{place.entity}/",
             f"{place.entity}/vision/", "手書き")  # fmt: skip

    assert [await found(site, stranger, text) for text in texts] == [[]] * len(texts)


async def test_a_renamed_run_is_found_by_its_new_name_alone(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    before, after = fresh("before"), fresh("after")
    run = await start(site, viewer, project, "train", name=before)

    await update_run(
        site.graph, viewer, run.id, RunChange(name=after), operation=new_id(), document_bytes=DOCUMENT_BYTES
    )

    path = f"Run {project.name}/{run.key}"
    assert (await found(site, viewer, after), await found(site, viewer, before)) == ([path], [])


async def test_a_search_costs_as_many_queries_for_many_hits_as_for_few(site: Site, place: Place) -> None:
    async def count(first: int) -> int:
        before = site.graph.query_count
        assert len(await found(site, place.viewer, "digits", kinds=["VERSION"], first=first)) == first
        return site.graph.query_count - before

    assert await count(2) == await count(5)
