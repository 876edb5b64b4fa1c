"""One hop for many nodes at once: paged for each, in the order it came, and only what may be seen."""

from functools import partial
from typing import Any

import pytest

from content import Site, log
from headwater_service.errors import InvalidInputError
from headwater_service.store.graph import Graph
from headwater_service.store.hops import (
    CONSUMERS,
    CONSUMERS_VIA_LINKS,
    INPUTS,
    LINKS,
    OUTPUTS,
    PRODUCERS,
    Hop,
    count_neighbours,
    find_loggers,
    list_neighbours,
)
from headwater_service.store.listing import Window
from pipelines import new_pipeline, start, use


async def test_each_node_has_a_page_of_its_own(site: Site, graph: Graph) -> None:
    pipeline = await new_pipeline(site)
    viewer, project, scopes = pipeline.viewer, pipeline.project, [pipeline.project.id, pipeline.registry.id]
    both = await start(site, viewer, project, "both")
    await use(site, viewer, both, "model:v0")
    await use(site, viewer, both, "data:v0")
    ids = [both.id, pipeline.train.id, pipeline.load.id]

    first = await graph.read(lambda tx: list_neighbours(tx, INPUTS, ids, scopes, Window(1)))
    cursor = first[both.id].cursors[-1]
    rest = await graph.read(lambda tx: list_neighbours(tx, INPUTS, [both.id], scopes, Window(5, cursor)))
    with pytest.raises(InvalidInputError, match="a cursor of another listing or order"):
        await graph.read(lambda tx: list_neighbours(tx, OUTPUTS, [both.id], scopes, Window(5, cursor)))
    counts = await graph.read(lambda tx: count_neighbours(tx, INPUTS, ids, scopes))

    assert {run: [placed.collection.name for placed in page.items] for run, page in first.items()} == {
        both.id: ["model"],
        pipeline.train.id: ["data"],
    }
    assert (first[both.id].has_next, first[pipeline.train.id].has_next) == (True, False)
    assert [placed.collection.name for placed in rest[both.id].items] == ["data"]
    assert counts == {both.id: 2, pipeline.train.id: 1, pipeline.load.id: 0}


async def test_content_logged_again_is_marked_and_keeps_its_first_producer(site: Site, graph: Graph) -> None:
    pipeline = await new_pipeline(site)
    viewer, project, scopes = pipeline.viewer, pipeline.project, [pipeline.project.id]
    files = {"a": b"the same"}
    made = await log(site, viewer, project, "same", files, run_id=pipeline.load.id)
    again = await log(site, viewer, project, "same", files, run_id=pipeline.train.id)
    version = made.placed.version.id

    outputs = await graph.read(lambda tx: list_neighbours(tx, OUTPUTS, [pipeline.train.id], scopes, Window(9)))
    producers = await graph.read(lambda tx: list_neighbours(tx, PRODUCERS, [version], scopes, Window(9)))
    loggers = await graph.read(lambda tx: find_loggers(tx, [version], scopes))

    assert again.placed.version.id == version
    assert [(made.placed.collection.name, made.is_reused) for made in outputs[pipeline.train.id].items] == [
        ("model", False),
        ("same", True),
    ]
    assert [placed.run.name for placed in producers[version].items] == ["load", "train"]
    assert loggers[version].run.id == pipeline.load.id


async def test_a_run_that_used_a_version_twice_is_one_consumer(site: Site, graph: Graph) -> None:
    pipeline = await new_pipeline(site)
    scopes, model = [pipeline.project.id, pipeline.registry.id], pipeline.model.version.id
    await use(site, pipeline.viewer, pipeline.evaluate, f"{pipeline.project.path}/model:v0")

    both = await graph.read(lambda tx: list_neighbours(tx, CONSUMERS_VIA_LINKS, [model], scopes, Window(9)))
    direct = await graph.read(lambda tx: count_neighbours(tx, CONSUMERS, [model], scopes))

    assert [placed.run.id for placed in both[model].items] == [pipeline.evaluate.id]
    assert direct == {model: 1}


async def test_what_lies_in_other_scopes_is_left_out(site: Site, graph: Graph) -> None:
    pipeline = await new_pipeline(site)
    model, elsewhere = pipeline.model.version.id, ["another-scope"]

    hops: list[Hop[Any]] = [CONSUMERS_VIA_LINKS, LINKS, PRODUCERS]
    found = [
        await graph.read(partial(list_neighbours, hop=hop, ids=[model], scopes=elsewhere, window=Window(9)))
        for hop in hops
    ]

    assert found == [{}, {}, {}]
    assert await graph.read(lambda tx: find_loggers(tx, [model], elsewhere)) == {}


async def test_a_retracted_edge_is_no_hop(site: Site, graph: Graph) -> None:
    pipeline = await new_pipeline(site)
    retract = "MATCH (:Run {id: $id})<-[edge:CONSUMED_BY]-() SET edge.retracted_at = 5"
    await graph.write(lambda tx: tx.rows(retract, id=pipeline.train.id))

    counts = await graph.read(lambda tx: count_neighbours(tx, INPUTS, [pipeline.train.id], [pipeline.project.id]))

    assert counts == {pipeline.train.id: 0}
