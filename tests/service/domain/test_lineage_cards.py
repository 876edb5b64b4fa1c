"""What cards say: recalls that reach a node from in and out of the answer, neighbours, protected aliases."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from content import Site
from headwater_service.domain import lineage_cards
from headwater_service.domain.lineage import LineageDirection, LineageRequest, settle, walk_lineage
from headwater_service.domain.lineage_cards import UNTOLD, Card, read_cards, read_recalls, spread
from headwater_service.domain.lineage_forms import read_names
from headwater_service.domain.recall_changes import recall_version, withdraw
from headwater_service.model import Instant, Recall, RecallSeverity
from headwater_service.store import recalls as recalls_store
from headwater_service.store.degrees import Degree, count_around
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.lineage import WALK_BOTH, WALK_DOWNSTREAM, WALK_UPSTREAM, Reach, walk
from headwater_service.store.recalls import create_recall, withdraw_recall
from pipelines import Pipeline, new_pipeline, start, use
from random_graphs import World, breadth_first

VISIBLE, HIDDEN = "visible-" + new_id(), "hidden-" + new_id()
CRITICAL, WARNING = RecallSeverity.CRITICAL, RecallSeverity.WARNING
WALKS = {
    LineageDirection.UPSTREAM: WALK_UPSTREAM,
    LineageDirection.DOWNSTREAM: WALK_DOWNSTREAM,
    LineageDirection.BOTH: WALK_BOTH,
}
PROTECT = "MATCH (container:Container {id: $id}) SET container.protected_aliases = ['production', 'gold']"


async def cards_of(site: Site, pipeline: Pipeline, start_id: str, request: LineageRequest) -> dict[str, Card]:
    found = await walk_lineage(site.graph, pipeline.viewer, start_id, request, settings=site.settings, details=False)
    names = await read_names(site.graph, found)
    return await read_cards(site.graph, found, names.containers)


async def test_a_recall_is_told_of_all_that_it_reaches_and_who_bears_it(site: Site) -> None:
    one = await new_pipeline(site)
    both = LineageRequest(direction=LineageDirection.BOTH)
    seen = await recall_version(site.graph, one.viewer, one.data.version.id, WARNING, "leak", operation=new_id())
    await recall_version(site.graph, one.viewer, one.model.version.id, CRITICAL, "bad", operation=new_id())

    cards = await cards_of(site, one, one.train.id, both)
    near = await cards_of(site, one, one.evaluate.id, LineageRequest(direction=LineageDirection.UPSTREAM, depth=1))
    await withdraw(site.graph, one.viewer, seen.recall.id, operation=new_id())
    after = await cards_of(site, one, one.train.id, both)

    link, model, data = one.link.version.id, one.model.version.id, one.data.version.id
    assert {node_id: card.recall for node_id, card in cards.items()} == {
        one.load.id: None, data: "WARNING", one.train.id: "WARNING", model: "CRITICAL", link: "CRITICAL",
        one.evaluate.id: "CRITICAL",
    }  # fmt: skip
    assert {node_id for node_id, card in cards.items() if card.is_recalled} == {data, model}
    # Both come from outside this answer.
    assert {node_id: card.recall for node_id, card in near.items()} == {one.evaluate.id: "CRITICAL", link: "CRITICAL"}
    assert (after[data].recall, after[one.train.id].recall, after[model].recall) == (None, None, "CRITICAL")


async def test_where_too_much_is_upstream_it_says_that_it_cannot_tell(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await new_pipeline(site)
    await recall_version(site.graph, one.viewer, one.data.version.id, WARNING, "leak", operation=new_id())
    monkeypatch.setattr(lineage_cards, "MOST_WALKED", 2)
    monkeypatch.setattr(recalls_store, "MOST_WALKS", 0)

    cards = await cards_of(site, one, one.link.version.id, LineageRequest(direction=LineageDirection.DOWNSTREAM))

    # Four are upstream of the link and itself; of what comes of it nothing better can be said.
    assert {node_id: card.recall for node_id, card in cards.items()} == {
        one.link.version.id: UNTOLD,
        one.evaluate.id: UNTOLD,
    }


async def test_protected_aliases_are_those_of_the_place(site: Site) -> None:
    one = await new_pipeline(site)
    await site.graph.write(lambda tx: tx.rows(PROTECT, id=one.registry.id))

    cards = await cards_of(site, one, one.model.version.id, LineageRequest(direction=LineageDirection.DOWNSTREAM))

    assert (list(cards[one.link.version.id].aliases), cards[one.link.version.id].protected) == (
        ["latest", "production"],
        ["production"],
    )
    assert (list(cards[one.model.version.id].aliases), cards[one.model.version.id].protected) == (["latest"], [])


async def test_neighbours_out_of_sight_are_counted_apart_on_both_sides(site: Site) -> None:
    one = await new_pipeline(site)
    outside = await new_pipeline(site, one.viewer)
    secret = await start(site, one.viewer, outside.project, "secret")
    await use(site, one.viewer, secret, f"{one.project.path}/data:v0")
    narrow = replace(one, viewer=replace(one.viewer, project_id=one.project.id))
    ids = (one.data.version.id, one.model.version.id)

    whole = await cards_of(site, one, one.train.id, LineageRequest(direction=LineageDirection.BOTH))
    seen = await cards_of(site, narrow, one.train.id, LineageRequest(direction=LineageDirection.BOTH))

    assert [(whole[one].inputs, whole[one].outputs) for one in ids] == [
        (Degree(1, 0), Degree(2, 0)),
        (Degree(1, 0), Degree(1, 0)),
    ]
    # The link lies in the registry, which a key for one project does not reach.
    assert [(seen[one].inputs, seen[one].outputs) for one in ids] == [
        (Degree(1, 0), Degree(1, 1)),
        (Degree(1, 0), Degree(0, 1)),
    ]
    assert secret.id not in seen


@st.composite
def recalled_worlds(draw: st.DrawFn) -> tuple[World, dict[str, RecallSeverity]]:
    """A lineage with cycles and hidden parts, and recalls on some of its versions."""
    world = World()
    for kind, most in (("run", 5), ("version", 6)):
        for number in range(draw(st.integers(1, most))):
            world.add(kind, VISIBLE if number == 0 else draw(st.sampled_from([VISIBLE, VISIBLE, HIDDEN])))
    runs = [one for one, kind in world.kinds.items() if kind == "run"]
    versions = [one for one, kind in world.kinds.items() if kind == "version"]
    pairs = st.tuples(st.sampled_from(runs), st.sampled_from(versions), st.booleans())
    for run, version, is_input in sorted(draw(st.sets(pairs, max_size=14))):
        ends = (version, run) if is_input else (run, version)
        world.connect(*ends, is_retracted=draw(st.integers(0, 9)) == 0)
    severities = {one: draw(st.sampled_from([None, None, WARNING, CRITICAL])) for one in versions}
    return world, {one: severity for one, severity in severities.items() if severity is not None}


def expected(world: World, severities: dict[str, RecallSeverity], node_id: str) -> str | None:
    """The worst over all that is upstream, seen or not."""
    above = breadth_first(node_id, world.live, lambda _: True, is_upstream=True)
    return min((severities[one].value for one in above if one in severities), default=None)


@hypothesis_settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(drawn=recalled_worlds(), direction=st.sampled_from(LineageDirection), depth=st.integers(0, 4))
async def test_recalls_and_neighbours_are_what_a_plain_search_finds(
    drawn: tuple[World, dict[str, RecallSeverity]], direction: LineageDirection, depth: int, graph: Graph
) -> None:
    world, severities = drawn
    await world.write(graph)
    made = [
        Recall(new_id(), one, one, world.scopes[one], severity, "", Instant(1), "", None, None)
        for one, severity in severities.items()
    ]
    for recall in made:
        await graph.write(lambda tx, recall=recall: create_recall(tx, recall))  # type: ignore[misc]
    begin = next(iter(world.kinds))
    reach = Reach([VISIBLE], 1000, depth, details=False)
    walked = await graph.read(lambda tx: walk(tx, WALKS[direction], begin, reach))
    answer = settle(walked, LineageRequest(direction=direction, depth=depth), begin, cap=1000)
    ids = [shown.node.id for shown in answer.nodes]
    inputs = await graph.read(lambda tx: count_around(tx, ids, [VISIBLE], is_upstream=True))
    outputs = await graph.read(lambda tx: count_around(tx, ids, [VISIBLE], is_upstream=False))

    found = await read_recalls(graph, answer, inputs)
    for recall in made:
        # What is recalled for ever would slow down all tests after this one.
        await graph.write(lambda tx, recall=recall: withdraw_recall(tx, recall.id, at=Instant(2), by=""))  # type: ignore[misc]

    assert {one: found.worst.get(one) for one in ids} == {one: expected(world, severities, one) for one in ids}
    assert found.standing == {one for one in ids if one in severities}
    # What the walk counted is what a count finds.
    assert {**inputs, **answer.inputs} == inputs
    assert {**outputs, **answer.outputs} == outputs


def test_the_worst_goes_on_along_the_edges_and_stops_where_worse_was_before() -> None:
    empty = settle(None, LineageRequest(direction=LineageDirection.BOTH), "a", cap=1)

    assert spread(empty, {"CRITICAL": {"a"}, UNTOLD: {"a", "b"}, "WARNING": {"a", "b", "c"}}) == {
        "a": "CRITICAL",
        "b": UNTOLD,
        "c": "WARNING",
    }
