"""Groups of a lineage answer: what is alike becomes one, what matters stands alone, and no node is in two groups."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from headwater_service.domain.lineage import (
    Completeness,
    Lineage,
    LineageDirection,
    LineageEdge,
    LineageEdgeKind,
    LineageKind,
    LineageNode,
)
from headwater_service.domain.lineage_cards import Card
from headwater_service.domain.lineage_groups import FEWEST_IN_CLUSTER, MOST_BESIDE, Cluster, Groups, group
from headwater_service.model import Instant
from headwater_service.store.degrees import Degree
from headwater_service.store.lineage import WalkedNode

PLAIN = Card(aliases=(), protected=(), is_recalled=False, recall=None, inputs=Degree(1, 0), outputs=Degree(1, 0))


def node(name: str, type_: str | None = "t", *, collection: str = "c", state: str = "FINISHED") -> WalkedNode:
    """A run if its name begins with r, else a version, numbered by the digits of its name."""
    is_run = name[0] == "r"
    kind = LineageKind.RUN if is_run else LineageKind.ARTIFACT_VERSION
    home, index = (None, None) if is_run else (collection, int(name[1:]))
    return WalkedNode(name, kind.value, "scope", Instant(1), state, type_, name, name, home, index, None, None)


def lineage(nodes: list[WalkedNode], edges: list[tuple[str, str]], start: str) -> Lineage:
    return Lineage(
        nodes=[LineageNode(one, 1) for one in nodes],
        edges=[
            LineageEdge(a, b, LineageEdgeKind.PRODUCED if a[0] == "r" else LineageEdgeKind.CONSUMED, Instant(1))
            for a, b in edges
        ],
        completeness=Completeness(None, ()),
        start_id=start,
    )


def fan(count: int, *, types: tuple[str, ...] = ("train",)) -> Lineage:
    """v0, used by runs of some job types in turn."""
    runs = [node(f"r{number}", types[number % len(types)]) for number in range(count)]
    return lineage([node("v0"), *runs], [("v0", run.id) for run in runs], "v0")


def plain(answer: Lineage) -> dict[str, Card]:
    return {shown.node.id: PLAIN for shown in answer.nodes}


def test_five_alike_are_one_and_four_are_not() -> None:
    five, four = fan(5), fan(4)

    (cluster,) = group(five, plain(five)).clusters

    assert group(four, plain(four)) == Groups([], [])
    assert (cluster.kind, cluster.type, cluster.side) == ("RUN", "train", LineageDirection.UPSTREAM)
    assert cluster.members == ["r0", "r1", "r2", "r3", "r4"]
    assert (cluster.upstream, cluster.downstream) == (["v0"], [])
    assert (dict(cluster.states), cluster.index_range, cluster.collection_id) == ({"FINISHED": 5}, None, None)


def test_runs_of_another_job_type_are_another_cluster() -> None:
    answer = fan(11, types=("train", "evaluate"))

    clusters = group(answer, plain(answer)).clusters

    assert [(one.type, len(one.members)) for one in clusters] == [("train", 6), ("evaluate", 5)]


def test_versions_of_one_collection_tell_their_range() -> None:
    versions = [node(f"v{number}") for number in (3, 4, 7, 9, 41)]
    answer = lineage([node("r0"), *versions], [("r0", one.id) for one in versions], "r0")
    mixed = replace(answer, nodes=[LineageNode(node("v3", collection="d"), 1), *answer.nodes[2:], answer.nodes[0]])

    (cluster,) = group(answer, plain(answer)).clusters
    (of_two,) = group(mixed, plain(mixed)).clusters

    assert (cluster.index_range, cluster.collection_id) == ((3, 41), "c")
    assert (of_two.index_range, of_two.collection_id) == (None, None)


def test_what_is_alike_on_both_sides_is_in_one_cluster_only() -> None:
    answer = fan(6)
    made = [("r" + str(number), "v1") for number in range(6)]
    both = lineage([*(shown.node for shown in answer.nodes), node("v1")], [("v0", one) for one, _ in made] + made, "v0")

    (cluster,) = group(both, plain(both)).clusters

    assert len(cluster.members) == 6
    assert (cluster.upstream, cluster.downstream) == (["v0"], ["v1"])


def test_a_cluster_keeps_its_id_when_more_join_it() -> None:
    five, nine = fan(5), fan(9)

    ids = [group(answer, plain(answer)).clusters[0].id for answer in (five, nine)]

    assert ids[0] == ids[1]


def test_what_a_recall_reaches_is_not_hidden_among_the_rest() -> None:
    answer = fan(10)
    cards = {one: replace(PLAIN, recall="CRITICAL") if one < "r5" else PLAIN for one in plain(answer)}

    clusters = group(answer, cards).clusters

    assert sorted((one.recall or "", len(one.members)) for one in clusters) == [("", 5), ("CRITICAL", 5)]


def test_a_hub_holds_what_hangs_on_it_alone() -> None:
    answer = fan(8)
    made = node("v1")
    answer = replace(
        answer,
        nodes=[*answer.nodes, LineageNode(made, 2)],
        edges=[*answer.edges, LineageEdge("r7", "v1", LineageEdgeKind.PRODUCED, Instant(1))],
    )
    exactly = {**plain(answer), "v0": replace(PLAIN, outputs=Degree(MOST_BESIDE, 7))}
    more = {**plain(answer), "v0": replace(PLAIN, outputs=Degree(100_000, 7))}

    (hub,) = group(answer, more).hubs

    assert group(answer, exactly).hubs == []
    assert (hub.id, hub.direction, hub.degree) == ("v0", LineageDirection.DOWNSTREAM, Degree(100_000, 7))
    assert (hub.shown, hub.members) == (8, [f"r{number}" for number in range(7)])
    assert group(answer, more).clusters == []


@st.composite
def answers(draw: st.DrawFn) -> tuple[Lineage, dict[str, Card]]:
    """A small answer of few types with many edges alike, and cards of which some forbid to be grouped."""
    names = [f"{kind}{number}" for kind in "rv" for number in range(draw(st.integers(1, 14)))]
    nodes = [
        node(name, draw(st.sampled_from(["a", "b", None])), collection=draw(st.sampled_from("cd"))) for name in names
    ]
    few = st.sampled_from(names)
    edges: set[tuple[str, str]] = set()
    for _ in range(draw(st.integers(0, 4))):
        hub, is_source, is_whole = draw(few), draw(st.booleans()), draw(st.booleans())
        for other in names:
            if other[0] != hub[0] and (is_whole or draw(st.integers(0, 4))):
                edges.add((hub, other) if is_source else (other, hub))
    cards = {
        name: replace(
            PLAIN,
            protected=draw(st.sampled_from([(), (), (), ("production",)])),
            is_recalled=draw(st.sampled_from([False, False, False, True])),
            recall=draw(st.sampled_from([None, None, "CRITICAL"])),
            outputs=Degree(draw(st.sampled_from([1, 1, 1, 1, 500])), 0),
        )
        for name in names
    }
    return lineage(nodes, sorted(edges), draw(few)), cards


def grouped(groups: Groups) -> list[str]:
    return [name for one in groups.clusters for name in one.members] + [
        name for hub in groups.hubs for name in hub.members
    ]


def beside(answer: Lineage, name: str, side: LineageDirection) -> set[str]:
    if side is LineageDirection.UPSTREAM:
        return {edge.source for edge in answer.edges if edge.target == name}
    return {edge.target for edge in answer.edges if edge.source == name}


@given(answers())
def test_no_node_is_in_two_groups(drawn: tuple[Lineage, dict[str, Card]]) -> None:
    groups = group(*drawn)

    members = Counter(grouped(groups))

    assert set(members.values()) <= {1}
    assert len({one.id for one in groups.clusters}) == len(groups.clusters)


@given(answers())
def test_members_are_five_or_more_and_have_all_in_common(drawn: tuple[Lineage, dict[str, Card]]) -> None:
    answer, cards = drawn
    nodes = {shown.node.id: shown.node for shown in answer.nodes}

    for cluster in group(answer, cards).clusters:
        assert len(cluster.members) >= FEWEST_IN_CLUSTER
        likeness = {
            (
                nodes[name].kind,
                nodes[name].type,
                cards[name].recall,
                frozenset(beside(answer, name, cluster.side)),
            )
            for name in cluster.members
        }
        assert len(likeness) == 1
        assert next(iter(likeness))[3]
        assert_sides(answer, cluster)


def assert_sides(answer: Lineage, cluster: Cluster) -> None:
    for side, found in (
        (LineageDirection.UPSTREAM, cluster.upstream),
        (LineageDirection.DOWNSTREAM, cluster.downstream),
    ):
        assert set(found) == set().union(*(beside(answer, name, side) for name in cluster.members))
    assert sum(cluster.states.values()) == len(cluster.members)


@given(answers())
def test_what_matters_is_in_no_group(drawn: tuple[Lineage, dict[str, Card]]) -> None:
    answer, cards = drawn
    groups = group(answer, cards)

    inside = set(grouped(groups))

    assert answer.start_id not in inside
    assert [name for name in inside if cards[name].protected or cards[name].is_recalled] == []
    assert not inside & {hub.id for hub in groups.hubs}


@given(answers())
def test_nothing_that_could_be_a_cluster_is_left(drawn: tuple[Lineage, dict[str, Card]]) -> None:
    answer, cards = drawn
    groups = group(answer, cards)
    taken = {*grouped(groups), *(hub.id for hub in groups.hubs)}

    left: Counter[object] = Counter()
    for shown in answer.nodes:
        name, card = shown.node.id, cards[shown.node.id]
        if name in taken or name == answer.start_id or card.protected or card.is_recalled:
            continue
        for side in (LineageDirection.UPSTREAM, LineageDirection.DOWNSTREAM):
            if neighbours := frozenset(beside(answer, name, side)):
                left[shown.node.kind, shown.node.type, card.recall, side, neighbours] += 1

    assert [count for count in left.values() if count >= FEWEST_IN_CLUSTER] == []


@given(answers())
def test_the_order_of_edges_changes_nothing(drawn: tuple[Lineage, dict[str, Card]]) -> None:
    answer, cards = drawn
    turned = replace(answer, edges=list(reversed(answer.edges)))

    assert [(one.id, one.members) for one in group(turned, cards).clusters] == [
        (one.id, one.members) for one in group(answer, cards).clusters
    ]
