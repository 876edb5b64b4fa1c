"""The texts that are searched: kept with every change, filled in where missing, and what the index makes of them."""

import asyncio
import secrets
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from content import Site, log
from headwater_service.domain.links import link_artifact
from headwater_service.domain.search_fill import fill_texts
from headwater_service.domain.search_text import search_of, search_scope, search_text
from headwater_service.domain.version_changes import VersionChange, update_version
from headwater_service.store import search as store_search
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.leases import take_lease
from headwater_service.store.search import SearchIndex, count_hits, count_version_hits, set_collection_text
from headwater_service.store.search_fill import Filled, set_progress
from pipelines import start
from viewers import DOCUMENT_BYTES, new_admin, new_project

TEXTS = """
MATCH (node)
WHERE node:Lineage AND node.id IN $ids OR node:Collection AND node.id IN $ids
RETURN node.id AS id, node.search_text AS text, node.search_scope AS scope
"""
FORGET = """
UNWIND $ids AS id
OPTIONAL MATCH (collection:Collection {id: id})
OPTIONAL MATCH (version:Lineage {id: id})
REMOVE collection.search_text, collection.search_scope, version.search_text, version.search_scope
"""
CREATE_UNSCOPED = "CREATE (:Collection {id: $id})"


async def texts_of(graph: Graph, *ids: str) -> list[tuple[str | None, str | None]]:
    found = {row["id"]: (row["text"], row["scope"]) for row in await graph.read(lambda tx: tx.rows(TEXTS, ids=ids))}
    return [found[node_id] for node_id in ids]


async def test_what_says_nothing_of_itself_is_not_in_the_index(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)

    logged = await log(site, viewer, project, "data", {"a": secrets.token_bytes(8)})

    version = logged.placed.version
    assert await texts_of(site.graph, version.id, version.collection_id) == [
        (None, None),
        (" data_ ", search_scope(project.id)),
    ]


async def test_links_made_while_the_source_is_described_have_its_last_description(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    logged = await log(site, viewer, project, "data", {"a": secrets.token_bytes(8)}, description="start")
    version_id = logged.placed.version.id
    links: list[str] = []

    async def describe(turn: int) -> None:
        change = VersionChange(description=f"take {turn}")
        await update_version(site.graph, viewer, version_id, change, operation=new_id(), document_bytes=DOCUMENT_BYTES)

    async def link(name: str) -> None:
        placed = await link_artifact(site.graph, viewer, version_id, name, project=None, aliases=[], operation=new_id())
        links.append(placed.version.id)

    for turn in range(8):
        await asyncio.gather(describe(turn), *[link(f"shelf-{turn}-{number}") for number in range(4)])

        (source, *copies) = await texts_of(site.graph, version_id, *links)
        assert source == (f" take_ {turn}_ ", search_scope(project.id))
        assert copies == [source] * len(links)


async def test_what_was_written_before_gets_its_text_and_what_has_one_keeps_it(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    logged = await log(site, viewer, project, "data", {"a": secrets.token_bytes(8)}, tags=["old"])
    version = logged.placed.version
    link = await link_artifact(site.graph, viewer, version.id, "shelf", project=None, aliases=[], operation=new_id())
    run = await start(site, viewer, project, "train", notes="by hand")
    ids = [version.collection_id, version.id, link.version.id, run.id]
    expected = await texts_of(site.graph, *ids)
    await site.graph.write(lambda tx: tx.rows(FORGET, ids=ids))
    await site.graph.write(lambda tx: tx.rows(CREATE_UNSCOPED, id=f"{version.collection_id}-unscoped"))
    kept = link.collection.id
    await site.graph.write(lambda tx: set_collection_text(tx, kept, " kept_ ", search_scope(project.id)))

    for filled, first in (
        (Filled.COLLECTIONS, version.collection_id),
        (Filled.VERSIONS, version.id),
        (Filled.RUNS, run.id),
    ):
        await fill_from(site.graph, filled, first)

    assert await texts_of(site.graph, *ids) == expected
    assert [text for text, _ in expected] == [" data_ ", " old_ ", " old_ ", " train_ train_ by_ hand_ "]
    assert await texts_of(site.graph, kept) == [(" kept_ ", search_scope(project.id))]


async def fill_from(graph: Graph, filled: Filled, first: str) -> None:
    """Fill a stretch from just before an id, as the one replica that has the lease."""
    name = f"search-texts-{secrets.token_hex(4)}"
    lease = await graph.write(lambda tx: take_lease(tx, name, new_id(), seconds=30))
    assert lease is not None
    before = first[:-1]
    await graph.write(lambda tx: set_progress(tx, filled, before))
    await fill_texts(graph, lease)


async def test_the_index_finds_what_the_stored_text_holds_and_nothing_else(graph: Graph) -> None:
    """Candidates come from the index and are judged by their texts: both must say the same of every word."""
    scope_id = new_id()
    names = [
        "mnist-raw", "MNIST_28x28", "notMNIST", "ResNet50", "resnet-50", "手書き数字認識", "数字", "字", "認識v2",
        "データセット", "한국어 데이터", "to be or not to be", "C3PO", "été 2024", "модель", "🚀 rocket", "a_b.c-d",
        "〆切",
    ]  # fmt: skip
    nodes = [{"id": new_id(), "text": search_text(name), "scope": search_scope(scope_id)} for name in names]
    await graph.write(lambda tx: tx.rows(MAKE, nodes=nodes, scope_id=scope_id))
    searches = {
        part for name in names for start in range(len(name)) for end in range(start + 1, len(name) + 1)
        if (part := name[start:end]).strip() and end - start <= 6
    }  # fmt: skip

    differing = []
    words = {word.clause: word for text in searches if (search := search_of(text)) for word in search.words}
    hits = await graph.read(lambda tx: count_hits(tx, SearchIndex.RUNS, [scope_id], list(words.values())))
    for word, hit in zip(words.values(), hits, strict=True):
        held = sum(any(piece in node["text"] for piece in word.pieces) for node in nodes)
        if hit != held:
            differing.append((word.clause, hit, held))

    assert len(words) > 200
    assert differing == []


MAKE = """
UNWIND $nodes AS node
CREATE (:Run {id: node.id, key: node.id, scope_id: $scope_id, search_text: node.text, search_scope: node.scope})
"""


@given(text=st.text(max_size=30))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_index_takes_every_word_of_every_text(text: str, graph: Graph) -> None:
    search = search_of(text) if len(set(text)) <= 16 else None

    words: Any = [] if search is None else search.words
    hits = await graph.read(lambda tx: count_hits(tx, SearchIndex.COLLECTIONS, [new_id()], words))

    assert hits == [0] * len(words)


async def test_a_word_in_few_collections_of_many_versions_is_not_taken_for_the_rarest(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    for _ in range(6):
        await log(site, viewer, project, "crowded", {"a": secrets.token_bytes(8)})
    for number in range(4):
        await log(site, viewer, project, f"shelf-{number}", {"a": secrets.token_bytes(8)}, description="rare")
    monkeypatch.setattr(store_search, "COUNTED", 3)
    searched = search_of("crowded rare")
    assert searched is not None

    crowded, rare = await site.graph.read(lambda tx: count_version_hits(tx, [project.id], searched.words))

    # The index was asked for three at most, and had more of the rarer word.
    assert (crowded.count, crowded.scopes) == (6, frozenset({project.id}))
    assert (rare.count, rare.scopes) == (4, None)
