"""What a node reaches, over GraphQL: rows, counts, pages and the table for spreadsheets."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from asking import answer, ask, refusal
from content import Site, log
from headwater_service.domain.impact import table_of
from headwater_service.domain.links import link_artifact
from headwater_service.model import Instant
from headwater_service.store.ids import new_id
from headwater_service.store.impact import ReachedVersion
from pipelines import Pipeline, new_pipeline, start, use

IMPACT = """
query Impact($id: ID!, $registeredOnly: Boolean! = true, $types: [String!], $first: Int! = 50, $after: String) {
  node(id: $id) { ... on Run { ...reached } ... on Version { ...reached } }
}
fragment reached on LineageNode {
  impact(registeredOnly: $registeredOnly, types: $types, first: $first, after: $after) {
    totalCount isComplete reason
    totals { runs versions registryVersions collections hidden }
    pageInfo { hasNextPage endCursor }
    edges { node { distance aliases protectedAliases collection { name } version { __typename name } } }
  }
}
"""
TABLE = """
query Table($id: ID!, $limit: Int! = 10000, $registeredOnly: Boolean! = true) {
  node(id: $id) { ... on Version {
    impactTable(limit: $limit, registeredOnly: $registeredOnly) { csv rowCount isComplete reason }
  } }
}
"""
PROTECT = "MATCH (registry:Registry {id: $id}) SET registry.protected_aliases = ['production']"


async def impact(site: Site, pipeline: Pipeline, start_id: str, **more: Any) -> Any:
    data = await ask(site, pipeline.viewer, IMPACT, id=start_id, **more)
    return data["node"]["impact"]


async def protected(site: Site, pipeline: Pipeline) -> None:
    await site.graph.write(lambda tx: tx.rows(PROTECT, id=pipeline.registry.id))


async def test_a_dataset_reaches_the_registered_model_and_what_has_an_alias(site: Site) -> None:
    pipeline = await new_pipeline(site)
    await protected(site, pipeline)

    found = await impact(site, pipeline, pipeline.data.version.id)

    name = pipeline.link.collection.name
    assert [edge["node"] for edge in found["edges"]] == [
        {
            "distance": 3,
            "aliases": ["latest", "production"],
            "protectedAliases": ["production"],
            "collection": {"name": name},
            "version": {"__typename": "RegistryVersion", "name": f"{name}:v0"},
        },
        {
            "distance": 2,
            "aliases": ["latest"],
            "protectedAliases": [],
            "collection": {"name": "model"},
            "version": {"__typename": "ArtifactVersion", "name": "model:v0"},
        },
    ]
    # Train and evaluate; the model; its link.
    assert found["totals"] == {"runs": 2, "versions": 1, "registryVersions": 1, "collections": 1, "hidden": 0}
    assert (found["totalCount"], found["isComplete"], found["reason"]) == (2, True, None)


async def test_a_version_that_nothing_names_any_more_is_reached_only_when_all_are_asked_for(site: Site) -> None:
    pipeline = await new_pipeline(site)
    await log(site, pipeline.viewer, pipeline.project, "model", {"b": b"newer"}, type="model")

    registered = await impact(site, pipeline, pipeline.train.id)
    everything = await impact(site, pipeline, pipeline.train.id, registeredOnly=False)
    datasets = await impact(site, pipeline, pipeline.train.id, registeredOnly=False, types=["dataset"])

    link = f"{pipeline.link.collection.name}:v0"
    assert [edge["node"]["version"]["name"] for edge in registered["edges"]] == [link]
    assert [edge["node"]["version"]["name"] for edge in everything["edges"]] == [link, "model:v0"]
    assert (datasets["edges"], datasets["totalCount"], datasets["totals"]["versions"]) == ([], 0, 1)


async def test_pages_go_on_where_the_one_before_ended_and_a_cursor_is_of_its_own_impact(site: Site) -> None:
    pipeline = await new_pipeline(site)

    first = await impact(site, pipeline, pipeline.data.version.id, first=1)
    cursor = first["pageInfo"]["endCursor"]
    second = await impact(site, pipeline, pipeline.data.version.id, first=1, after=cursor)
    code, message = await refusal(site, pipeline.viewer, IMPACT, id=pipeline.train.id, after=cursor)

    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    assert second["edges"][0]["node"]["version"]["name"] == "model:v0"
    assert (code, "another listing" in message) == ("InvalidInputError", True)


async def test_queries_do_not_grow_with_the_rows(site: Site) -> None:
    pipeline = await new_pipeline(site)
    for number in range(4):
        await link_artifact(
            site.graph,
            pipeline.viewer,
            pipeline.model.version.id,
            f"{pipeline.registry.path}/More-{number}",
            project=None,
            aliases=[],
            operation=new_id(),
        )

    async def count(first: int) -> int:
        before = site.graph.query_count
        assert len((await impact(site, pipeline, pipeline.data.version.id, first=first))["edges"]) == first
        return site.graph.query_count - before

    # What the start is, the version, the scopes, the walk, the versions and the collections of the page.
    assert await count(1) == await count(6) == 6


async def test_a_table_has_all_rows_in_the_same_order(site: Site) -> None:
    pipeline = await new_pipeline(site)
    await protected(site, pipeline)

    data = await ask(site, pipeline.viewer, TABLE, id=pipeline.data.version.id)

    table = data["node"]["impactTable"]
    rows = list(csv.DictReader(io.StringIO(table["csv"], newline="")))
    name = pipeline.link.collection.name
    assert (table["rowCount"], table["isComplete"], table["reason"]) == (2, True, None)
    assert [row["path"] for row in rows] == [f"{pipeline.registry.path}/{name}:v0", f"{pipeline.project.path}/model:v0"]
    assert rows[0] | {"created_at": "", "url": ""} == {
        "path": f"{pipeline.registry.path}/{name}:v0",
        "collection": name,
        "version": "v0",
        "kind": "REGISTRY_VERSION",
        "type": "model",
        "aliases": "latest / production",
        "protected_aliases": "production",
        "distance": "3",
        "created_at": "",
        "url": "",
        "id": pipeline.link.version.id,
    }
    assert rows[0]["url"].endswith(f"/{pipeline.registry.path}/{name}:v0")


async def test_a_table_larger_than_its_limit_is_refused_and_not_cut(site: Site) -> None:
    pipeline = await new_pipeline(site)

    code, message = await refusal(site, pipeline.viewer, TABLE, id=pipeline.data.version.id, limit=1)
    bad = await refusal(site, pipeline.viewer, TABLE, id=pipeline.data.version.id, limit=0)

    assert (code, "2 rows and `limit` is 1" in message) == ("InvalidInputError", True)
    assert bad[0] == "InvalidInputError"


async def test_a_walk_that_the_server_cuts_says_so(site: Site) -> None:
    pipeline = await new_pipeline(site)

    body = await answer(
        site,
        pipeline.viewer,
        IMPACT,
        settings=replace(site.settings, lineage_nodes=2),
        id=pipeline.data.version.id,
    )

    found = body["data"]["node"]["impact"]
    assert (found["isComplete"], found["reason"]) == (False, "NODES")


async def test_what_was_deleted_is_passed_through_and_left_out(site: Site) -> None:
    pipeline = await new_pipeline(site)
    end = "MATCH (node:Lineage {id: $id}) SET node.ended_at = 5, node.state = 'DELETED'"
    await site.graph.write(lambda tx: tx.rows(end, id=pipeline.model.version.id))

    found = await impact(site, pipeline, pipeline.data.version.id, registeredOnly=False)

    assert [edge["node"]["version"]["__typename"] for edge in found["edges"]] == ["RegistryVersion"]
    assert (found["totals"]["versions"], found["totals"]["runs"]) == (0, 2)


async def test_an_impact_costs_its_page_and_a_table_a_tenth_of_its_rows(site: Site) -> None:
    pipeline = await new_pipeline(site)

    async def used(document: str, **variables: Any) -> int:
        body = await answer(site, pipeline.viewer, document, id=pipeline.data.version.id, **variables)
        assert "errors" not in body
        nodes: int = body["extensions"]["cost"]["nodes"]["used"]
        return nodes

    # The node itself, and in the impact a version and a collection with each of the rows; the two types both count.
    assert await used(IMPACT, first=10) == 1 + 2 * (10 + 10 * 2)
    assert await used(TABLE, limit=500) == 1 + 50


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_cell_of_a_table_is_a_formula(sign: str) -> None:
    bad = f'{sign}HYPERLINK("http://x","y")'
    row = ReachedVersion(
        "id", "REGISTRY_VERSION", 3, [bad], [bad], "c", bad, "acme", "models", 2, bad, Instant(1_000_000)
    )

    header, cells = csv.reader(io.StringIO(table_of([row], "https://example.test"), newline=""))

    found = dict(zip(header, cells, strict=True))
    assert [
        value for value in cells if value.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    ] == []
    assert found["collection"] == found["type"] == found["aliases"] == f"'{bad}"
    assert found["path"] == f"acme/models/{bad}:v2"
    assert found["created_at"] == "1970-01-01T00:00:01.000000Z"


def test_a_table_is_csv_as_the_standard_has_it() -> None:
    name = 'データ, "best"\nmodel'
    row = ReachedVersion("id", "ARTIFACT_VERSION", 1, ["a", "b"], [], "c", name, "acme", "p", 0, "model", Instant(0))

    text = table_of([row], "https://example.test")

    assert text.startswith("path,collection,version,kind,type,aliases,protected_aliases,distance,created_at,url,id\r\n")
    assert text.endswith("\r\n")
    assert '"データ, ""best""\nmodel"' in text
    assert next(csv.DictReader(io.StringIO(text, newline="")))["collection"] == name


async def test_a_run_that_only_reads_reaches_nothing(site: Site) -> None:
    pipeline = await new_pipeline(site)
    reader = await start(site, pipeline.viewer, pipeline.project, "read")
    await use(site, pipeline.viewer, reader, "data:v0")

    found = await impact(site, pipeline, reader.id)

    assert (found["edges"], found["totalCount"], found["isComplete"]) == ([], 0, True)
    assert found["totals"] == {"runs": 0, "versions": 0, "registryVersions": 0, "collections": 0, "hidden": 0}
