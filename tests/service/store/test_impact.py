"""What a node reaches, over random lineages: rows, their order, pages and totals, against plain counting in Python."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater_service.errors import InvalidInputError
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.impact import Impact, ImpactAsked, ImpactTotals, find_impact, list_impact
from headwater_service.store.listing import Window, write_position
from random_graphs import World, breadth_first
from random_worlds import REAL, worlds

KINDS = {"version": "ARTIFACT_VERSION", "link": "REGISTRY_VERSION"}
ENOUGH = 10_000
# Versions of one series each, in a container of their scope that protects `production`.
PLACE = """
MERGE (entity:Entity {id: $entity, name: $entity})
WITH entity
UNWIND $scopes AS scope
CREATE (container:Container {id: scope, name: scope, protected_aliases: ['production']})-[:OWNED_BY]->(entity)
WITH container
UNWIND [one IN $series WHERE one.scope = container.id] AS one
CREATE (collection:Collection {id: one.id, name: one.name})-[:IN]->(container)
WITH one, collection
UNWIND one.versions AS made
MATCH (version:Lineage {id: made.id})
SET version.collection_id = one.id, version.index = made.index, version.ended_at = made.ended_at
CREATE (version)-[:VERSION_OF]->(collection)
WITH one, version, made
UNWIND made.aliases AS alias
CREATE (:Alias {collection_id: one.id, name: alias})-[:POINTS_TO]->(version)
"""


class Placed:
    """A lineage whose versions have series, aliases and ends."""

    def __init__(self, world: World, draw: Any) -> None:
        self.world = world
        self.scope, self.hidden = "scope-" + new_id(), "hidden-" + new_id()
        world.scopes = {node: self.scope if place == "seen" else self.hidden for node, place in world.scopes.items()}
        self.aliases: dict[str, list[str]] = {}
        self.places: dict[str, tuple[str, str, int]] = {}
        self.ended: set[str] = set()
        series: dict[tuple[str, str, str], list[str]] = {}
        for node, kind in world.kinds.items():
            if kind != "run":
                name = draw(st.sampled_from(["alpha", "ベータ"]))
                series.setdefault((world.scopes[node], kind, name), []).append(node)
        self.series = []
        for (scope, _, name), versions in series.items():
            series_id = new_id()
            free = ["production", "best", "latest"]
            made: list[dict[str, Any]] = []
            for index, node in enumerate(versions):
                self.aliases[node] = sorted(draw(st.sets(st.sampled_from(free), max_size=2))) if free else []
                free = [alias for alias in free if alias not in self.aliases[node]]
                self.places[node] = (series_id, name, index)
                is_ended = draw(st.integers(0, 7)) == 0
                self.ended |= {node} if is_ended else set()
                made.append(
                    {"id": node, "index": index, "aliases": self.aliases[node], "ended_at": 5 if is_ended else None}
                )
            self.series.append({"id": series_id, "scope": scope, "name": name, "versions": made})

    async def write(self, graph: Graph) -> None:
        await self.world.write(graph)
        given = {"entity": "entity-" + new_id(), "scopes": [self.scope, self.hidden], "series": self.series}
        await graph.write(lambda tx: tx.rows(PLACE, given))

    def reached(self, start: str) -> dict[str, int]:
        found = breadth_first(
            start, self.world.live, lambda node: self.world.scopes[node] == self.scope, is_upstream=False
        )
        return {node: distance for node, distance in found.items() if node != start}

    def rank(self, node: str) -> int:
        aliases = self.aliases[node]
        return 0 if "production" in aliases else 1 if aliases else 2

    def rows(self, start: str, *, is_registered: bool, types: list[str] | None) -> list[tuple[str, int, list[str]]]:
        """The rows in their order: id, distance, aliases."""
        found = [
            (node, distance)
            for node, distance in self.reached(start).items()
            if node in self.places and node not in self.ended and (types is None or self.world.types[node] in types)
            if not is_registered or self.world.kinds[node] == "link" or self.aliases[node]
        ]

        def key(row: tuple[str, int]) -> tuple[Any, ...]:
            series_id, name, index = self.places[row[0]]
            return self.rank(row[0]), name, series_id, -index, row[0]

        return [(node, distance, self.aliases[node]) for node, distance in sorted(found, key=key)]

    def totals(self, start: str) -> ImpactTotals:
        reached = self.reached(start)
        live = [node for node in reached if node not in self.ended]
        links = [node for node in live if self.world.kinds[node] == "link"]
        near = {start, *reached}
        hidden = {
            edge.target
            for edge in self.world.live
            if edge.source in near and self.world.scopes[edge.target] == self.hidden
        }
        return ImpactTotals(
            runs=sum(self.world.kinds[node] == "run" for node in live),
            versions=sum(self.world.kinds[node] == "version" for node in live),
            registry_versions=len(links),
            collections=len({self.places[node][0] for node in links}),
            hidden=len(hidden),
        )


@st.composite
def placed_worlds(draw: st.DrawFn) -> Placed:
    return Placed(draw(worlds(["seen", "seen", "seen", "hidden"])), draw)


async def impact_of(graph: Graph, asked: ImpactAsked, scope: str, window: Window, *, cap: int = ENOUGH) -> Impact:
    return await graph.read(lambda tx: find_impact(tx, asked, [scope], cap=cap, window=window))


def rows_of(impact: Impact) -> list[tuple[str, int, list[str]]]:
    return [(row.id, row.distance, list(row.aliases)) for row in impact.rows]


@REAL
@given(placed=placed_worlds(), is_registered=st.booleans(), types=st.sampled_from([None, ["model"], []]))
async def test_rows_and_totals_are_those_of_plain_counting(
    placed: Placed, is_registered: bool, types: list[str] | None, graph: Graph
) -> None:
    await placed.write(graph)
    start = next(iter(placed.world.kinds))
    asked = ImpactAsked(start, is_registered, types)
    expected = placed.rows(start, is_registered=is_registered, types=types)

    found = await impact_of(graph, asked, placed.scope, Window(100, of="test"))
    table = await graph.read(lambda tx: list_impact(tx, asked, [placed.scope], cap=ENOUGH, limit=100))

    assert rows_of(found) == rows_of(table) == expected
    assert found.total == table.total == len(expected)
    assert found.totals == table.totals == placed.totals(start)
    assert (found.has_next, found.is_full) == (False, False)
    for row in found.rows:
        assert row.kind == KINDS[placed.world.kinds[row.id]]
        assert row.protected_aliases == [alias for alias in row.aliases if alias == "production"]
        assert (row.collection_id, row.collection_name, row.index) == placed.places[row.id]


@REAL
@given(placed=placed_worlds(), first=st.integers(1, 4))
async def test_pages_put_together_are_the_whole(placed: Placed, first: int, graph: Graph) -> None:
    await placed.write(graph)
    start = next(iter(placed.world.kinds))
    asked = ImpactAsked(start, False, None)
    collected, after, has_next = [], None, True

    while has_next:
        window = Window(first, after, of="test")
        page = await impact_of(graph, asked, placed.scope, window)
        collected += rows_of(page)
        assert page.total == len(placed.rows(start, is_registered=False, types=None))
        after, has_next = (page.cursors[-1] if page.cursors else None), page.has_next

    assert collected == placed.rows(start, is_registered=False, types=None)


async def test_a_walk_that_is_cut_says_so(graph: Graph) -> None:
    world = World()
    run = world.add("run", "seen-" + new_id())
    for _ in range(5):
        world.connect(run, world.add("version", world.scopes[run], "model"))
    await world.write(graph)
    asked = ImpactAsked(run, False, None)

    cut, whole = [await impact_of(graph, asked, world.scopes[run], Window(5, of="test"), cap=cap) for cap in (6, 7)]

    assert (cut.is_full, cut.totals.versions) == (True, 5)
    assert (whole.is_full, whole.totals.versions) == (False, 5)


@pytest.mark.parametrize("key", ["[", "7", "[1]", '["0","a","b",0,"c"]', "[null,null,null,null,null]"])
async def test_a_cursor_that_was_made_up_is_refused(key: str, graph: Graph) -> None:
    window = Window(5, write_position("IMPACT test", key, "id"), of="test")

    with pytest.raises(InvalidInputError):
        await graph.read(lambda tx: find_impact(tx, ImpactAsked("x", True, None), [], cap=5, window=window))


async def test_a_cursor_of_another_impact_is_refused(graph: Graph) -> None:
    key = orjson.dumps([0, "a", "b", -1, "c"]).decode()
    window = Window(5, write_position("IMPACT other", key, "c"), of="test")

    with pytest.raises(InvalidInputError, match="another listing"):
        await graph.read(lambda tx: find_impact(tx, ImpactAsked("x", True, None), [], cap=5, window=window))


async def test_a_page_of_many_rows_needs_little_memory(graph: Graph) -> None:
    scope, run = "seen-" + new_id(), new_id()
    made = """
    MERGE (entity:Entity {id: $scope, name: $scope})
    CREATE (:Container {id: $scope, name: $scope})-[:OWNED_BY]->(entity)
    CREATE (collection:Collection {id: $scope, name: 'model'})-[:IN]->(:Container {id: $scope + '-in'})
      -[:OWNED_BY]->(entity)
    CREATE (run:Run:Lineage {id: $run, key: $run, scope_id: $scope, created_at: 1})
    WITH run, collection
    UNWIND range(0, 5999) AS index
    CREATE (run)-[:PRODUCED {id: $run + index, at: 1}]->(version:ArtifactVersion:Lineage {
      id: $run + '-' + index, scope_id: $scope, collection_id: $scope, index: index, type: 'model', created_at: 1
    })-[:VERSION_OF]->(collection)
    """
    await graph.write(lambda tx: tx.rows(made, scope=scope, run=run))

    # A sort that carried all rows along with each of the page would need some gigabytes.
    found = await impact_of(graph, ImpactAsked(run, False, None), scope, Window(200, of="test"))

    assert [row.index for row in found.rows] == list(range(5999, 5799, -1))
    assert found.total == 6000
