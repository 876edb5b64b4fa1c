"""A recall reaches everything that came from the version, by whatever way, until it is withdrawn; and stops aliases."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from content import Site, log
from headwater_service.domain import recalls
from headwater_service.domain.access import Viewer
from headwater_service.domain.aliases import MoveRequest, move_aliases
from headwater_service.domain.containers import create_project
from headwater_service.domain.links import link_artifact
from headwater_service.domain.recall_changes import recall_version, withdraw
from headwater_service.domain.recalls import recalls_of, seen_recalls
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import Instant, Recall, RecallSeverity
from headwater_service.store import recalls as store
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion
from headwater_service.store.recalls import create_recall, withdraw_recall
from pipelines import new_pipeline, start, use
from random_graphs import World, breadth_first
from viewers import fresh, new_admin, new_team

CRITICAL, WARNING = RecallSeverity.CRITICAL, RecallSeverity.WARNING
PROTECT = "MATCH (container:Container {id: $id}) SET container.protected_aliases = ['production']"
PROTECT_GOLD = "MATCH (container:Container {id: $id}) SET container.protected_aliases = ['gold']"
DELETE = "MATCH (version:ArtifactVersion {id: $id}) SET version.state = 'DELETED', version.ended_at = 1"


async def mark(
    site: Site, viewer: Viewer, placed: PlacedVersion, severity: RecallSeverity = WARNING, reason: str = "bad data"
) -> Recall:
    seen = await recall_version(site.graph, viewer, placed.version.id, severity, reason, operation=new_id())
    return seen.recall


async def reached(graph: Graph, ids: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
    """Return the recalls that reach nodes, with their distances."""
    found = await graph.read(lambda tx: recalls_of(tx, ids))
    return {node_id: [(one.recall.id, one.distance) for one in of_node] for node_id, of_node in found.items()}


async def test_what_came_from_a_recalled_version_tells_so_through_runs_and_links(site: Site) -> None:
    one = await new_pipeline(site)
    recall = await mark(site, one.viewer, one.data)
    ids = [
        one.load.id,
        *(one.data.version.id, one.train.id, one.model.version.id, one.link.version.id, one.evaluate.id),
    ]

    found = await reached(site.graph, ids)

    assert found == {node_id: [(recall.id, distance)] for distance, node_id in enumerate(ids[1:])}


async def test_withdrawing_a_recall_clears_all_at_once_and_leaves_others(site: Site) -> None:
    one = await new_pipeline(site)
    first, second = await mark(site, one.viewer, one.data), await mark(site, one.viewer, one.model, CRITICAL)

    before = await reached(site.graph, [one.evaluate.id])
    withdrawn = await withdraw(site.graph, one.viewer, first.id, operation=new_id())
    between = await reached(site.graph, [one.evaluate.id, one.data.version.id])
    await withdraw(site.graph, one.viewer, second.id, operation=new_id())

    # What is critical comes first.
    assert before == {one.evaluate.id: [(second.id, 2), (first.id, 4)]}
    assert withdrawn.recall.withdrawn_by == one.viewer.user_id
    assert between == {one.evaluate.id: [(second.id, 2)]}
    assert await reached(site.graph, [one.evaluate.id, one.model.version.id]) == {}


async def test_a_recall_passes_through_deleted_versions(site: Site) -> None:
    one = await new_pipeline(site)
    recall = await mark(site, one.viewer, one.data)
    await site.graph.write(lambda tx: tx.rows(DELETE, id=one.model.version.id))

    found = await reached(site.graph, [one.evaluate.id])

    assert found == {one.evaluate.id: [(recall.id, 4)]}


async def test_recalling_a_link_reaches_what_used_the_link_and_not_its_source(site: Site) -> None:
    one = await new_pipeline(site)
    recall = await mark(site, one.viewer, one.link)

    found = await reached(site.graph, [one.link.version.id, one.evaluate.id, one.model.version.id, one.train.id])

    assert found == {one.link.version.id: [(recall.id, 0)], one.evaluate.id: [(recall.id, 1)]}


@st.composite
def worlds(draw: st.DrawFn) -> tuple[World, list[str]]:
    """A random lineage, cycles and retracted edges included, and the versions in it that are recalled."""
    world = World()
    runs = [world.add("run", "scope") for _ in range(draw(st.integers(1, 4)))]
    versions = [world.add("version", "scope", "dataset") for _ in range(draw(st.integers(1, 5)))]
    links = [world.add("link", "scope", "dataset") for _ in range(draw(st.integers(0, 2)))]
    pairs = [(run, version) for run in runs for version in versions]
    pairs += [(used, run) for run in runs for used in [*versions, *links]]
    pairs += [(version, link) for version in versions for link in links]
    for source, target in draw(st.lists(st.sampled_from(pairs), unique=True, max_size=20)):
        world.connect(source, target, is_retracted=draw(st.booleans()) and draw(st.booleans()))
    return world, draw(st.lists(st.sampled_from([*versions, *links]), unique=True, max_size=3))


@given(worlds())
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
async def test_recalls_are_those_of_a_plain_search_over_any_lineage(
    graph: Graph, drawn: tuple[World, list[str]]
) -> None:
    world, recalled = drawn
    await world.write(graph)
    marks = {version: new_recall(version) for version in recalled}
    for mark_ in marks.values():
        await graph.write(lambda tx, one=mark_: create_recall(tx, one))  # type: ignore[misc]  # bound now, not later

    found = await graph.read(lambda tx: recalls_of(tx, list(world.kinds)))

    expected = {
        node_id: {
            (marks[version].id, distances[version])
            for version in recalled
            if version in (distances := breadth_first(node_id, world.live, lambda _: True, is_upstream=True))
        }
        for node_id in world.kinds
    }
    assert {node_id: {(one.recall.id, one.distance) for one in found.get(node_id, [])} for node_id in expected} == (
        expected
    )
    for one in marks.values():
        await graph.write(
            lambda tx, gone=one: withdraw_recall(tx, gone.id, at=Instant(2), by="x")  # type: ignore[misc]
        )
    assert await graph.read(lambda tx: recalls_of(tx, list(world.kinds))) == {}


@given(worlds())
@hypothesis_settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
async def test_walks_from_what_is_recalled_find_the_same(graph: Graph, drawn: tuple[World, list[str]]) -> None:
    world, recalled = drawn
    await world.write(graph)
    marks = {version: new_recall(version) for version in recalled}
    for mark_ in marks.values():
        await graph.write(lambda tx, one=mark_: create_recall(tx, one))  # type: ignore[misc]  # bound now, not later
    ids = list(world.kinds)

    found = await graph.read(lambda tx: store.reached_from(tx, recalled, ids, reach=len(ids)))
    usual = await reached(graph, ids)

    for one in marks.values():
        await graph.write(
            lambda tx, gone=one: withdraw_recall(tx, gone.id, at=Instant(2), by="x")  # type: ignore[misc]
        )
    assert found is not None
    assert {node_id: {(one.recall.id, one.distance) for one in of_node} for node_id, of_node in found.items()} == {
        node_id: set(of_node) for node_id, of_node in usual.items()
    }


async def test_a_recall_is_found_where_much_is_upstream(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    run = world.add("run", "scope")
    for version in (versions := [world.add("version", "scope", "dataset") for _ in range(60)]):
        world.connect(version, run, is_retracted=False)
    await world.write(graph)
    recall = new_recall(versions[7])
    await graph.write(lambda tx: create_recall(tx, recall))
    # Recalls of other tests are walked from as well.
    monkeypatch.setattr(store, "MOST_WALKS", 1_000_000)

    found = await graph.read(lambda tx: store.list_reaching(tx, [run, versions[7]], limit=5, reach=50))

    await graph.write(lambda tx: withdraw_recall(tx, recall.id, at=Instant(2), by="x"))
    assert found.untold == frozenset()
    assert {node_id: [(one.recall.id, one.distance) for one in some] for node_id, some in found.of_node.items()} == {
        run: [(recall.id, 1)],
        versions[7]: [(recall.id, 0)],
    }


async def test_a_recall_that_nobody_can_tell_of_is_never_taken_to_be_absent(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await new_pipeline(site)
    recall = await mark(site, one.viewer, one.data)
    await site.graph.write(lambda tx: tx.rows(PROTECT_GOLD, id=one.registry.id))
    # Six are upstream of what evaluated, five came of the data, and two are upstream of that.
    monkeypatch.setattr(recalls, "MOST_WALKED", 3)
    path, move = (
        f"{one.project.path}/model:v0",
        MoveRequest(collection_id=one.link.collection.id, name="gold", version_id=one.link.version.id),
    )

    with pytest.raises(InvalidInputError, match="can't be told"):
        await reached(site.graph, [one.evaluate.id])
    untold, told = await recalls.list_seen_recalls(site.graph, one.viewer, [one.evaluate.id, one.data.version.id])
    with pytest.raises(ConflictError, match="can't be told"):
        await move_aliases(site.graph, one.viewer, [move], reason="", operation=new_id())
    with pytest.raises(ConflictError, match="can't be told"):
        await use(site, one.viewer, one.evaluate, path)

    assert isinstance(untold, InvalidInputError)
    assert not isinstance(told, InvalidInputError) and [seen.recall.id for seen in told] == [recall.id]
    withdrawn = await withdraw(site.graph, one.viewer, recall.id, operation=new_id())
    assert withdrawn.recall.withdrawn_at is not None


def new_recall(version_id: str) -> Recall:
    return Recall(new_id(), version_id, "collection", "scope", WARNING, "bad", Instant(1), "x", None, None)


async def test_a_protected_alias_is_not_moved_onto_what_a_recall_reaches(site: Site) -> None:
    one = await new_pipeline(site)
    await site.graph.write(lambda tx: tx.rows(PROTECT, id=one.registry.id))
    other = await log(
        site, one.viewer, one.project, "model", {"other.bin": b"other"}, type="model", run_id=one.train.id
    )
    recall = await mark(site, one.viewer, one.data, reason="labels were shuffled")
    link = await link_artifact(
        site.graph,
        one.viewer,
        other.placed.version.id,
        f"{one.registry.path}/{one.link.collection.name}",
        project=None,
        aliases=["best"],
        operation=new_id(),
    )
    move = MoveRequest(collection_id=one.link.collection.id, name="production", version_id=link.version.id)

    with pytest.raises(ConflictError) as refused:
        await move_aliases(site.graph, one.viewer, [move], reason="", operation=new_id())
    await withdraw(site.graph, one.viewer, recall.id, operation=new_id())
    (made,) = await move_aliases(site.graph, one.viewer, [move], reason="", operation=new_id())

    message = f"It comes from {one.project.path}/data:v0, which was recalled (warning): labels were shuffled"
    assert refused.value.data["unmet_rules"] == [{"rule": "NOT_RECALLED", "message": message}]
    assert message in refused.value.message
    assert made.to_version_id == link.version.id


async def test_an_alias_that_nothing_guards_moves_all_the_same_and_so_does_one_off_a_recalled_version(
    site: Site,
) -> None:
    one = await new_pipeline(site)
    await mark(site, one.viewer, one.data, CRITICAL)
    onto = MoveRequest(collection_id=one.link.collection.id, name="canary", version_id=one.link.version.id)
    await move_aliases(site.graph, one.viewer, [onto], reason="", operation=new_id())
    await site.graph.write(lambda tx: tx.rows(PROTECT, id=one.registry.id))
    off = MoveRequest(collection_id=one.link.collection.id, name="production", version_id=None)

    (removed,) = await move_aliases(site.graph, one.viewer, [off], reason="recalled", operation=new_id())

    assert removed.to_version_id is None


async def test_what_is_recalled_in_a_place_that_the_viewer_may_not_see_still_counts(site: Site) -> None:
    one = await new_pipeline(site)
    stranger = await new_admin(site.graph)
    team, (owner, member) = await new_team(site.graph, one.viewer, member=stranger)
    link = await link_artifact(
        site.graph,
        owner,
        one.model.version.id,
        f"{team.name}/model-registry/Shown",
        project=None,
        aliases=[],
        operation=new_id(),
    )
    await mark(site, owner, one.data, reason="a secret reason")
    await site.graph.write(lambda tx: tx.rows(PROTECT, id=link.container.id))

    theirs = (await site.graph.read(lambda tx: seen_recalls(tx, member, [link.version.id])))[link.version.id]
    owners = (await site.graph.read(lambda tx: seen_recalls(tx, owner, [link.version.id])))[link.version.id]

    assert [seen.version for seen in theirs] == [None]
    assert theirs[0].text == "a version that you may not see, which was recalled (warning)"
    assert owners[0].text == f"{one.project.path}/data:v0, which was recalled (warning): a secret reason"


async def test_a_critical_recall_stops_use_unless_it_is_allowed_and_a_warning_does_not(site: Site) -> None:
    one = await new_pipeline(site)
    path = f"{one.project.path}/model:v0"
    warned = await mark(site, one.viewer, one.data)
    await use(site, one.viewer, await start(site, one.viewer, one.project, "again"), path)
    await mark(site, one.viewer, one.data, CRITICAL, "personal data")
    run = await start(site, one.viewer, one.project, "again")

    with pytest.raises(ConflictError) as refused:
        await use(site, one.viewer, run, path)
    inputs = await site.graph.read(
        lambda tx: tx.rows("MATCH (:Run {id: $id})<-[edge:CONSUMED_BY]-() RETURN edge.id AS id", id=run.id)
    )

    assert inputs == []
    message = f"It comes from {one.project.path}/data:v0, which was recalled (critical): personal data"
    assert refused.value.data["unmet_rules"] == [{"rule": "NOT_RECALLED", "message": message}]
    assert warned.severity is WARNING


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 10_001])
async def test_a_recall_says_why(site: Site, reason: str) -> None:
    one = await new_pipeline(site)

    with pytest.raises(InvalidInputError, match="A recall says why"):
        await recall_version(site.graph, one.viewer, one.data.version.id, WARNING, reason, operation=new_id())

    assert await reached(site.graph, [one.data.version.id]) == {}


async def test_a_replay_gives_the_same_recall_and_makes_no_second(site: Site) -> None:
    one = await new_pipeline(site)
    operation = new_id()
    version_id = one.data.version.id

    first = await recall_version(site.graph, one.viewer, version_id, WARNING, "why", operation=operation)
    second = await recall_version(site.graph, one.viewer, version_id, CRITICAL, "other", operation=operation)
    ending = new_id()
    ended = await withdraw(site.graph, one.viewer, first.recall.id, operation=ending)
    again = await withdraw(site.graph, one.viewer, first.recall.id, operation=ending)
    later = await withdraw(site.graph, one.viewer, first.recall.id, operation=new_id())

    assert first == second
    assert ended == again == later


async def test_only_members_recall_and_withdraw_and_strangers_are_told_of_nothing(site: Site) -> None:
    stranger = await new_admin(site.graph)
    team, (owner, reader) = await new_team(
        site.graph, await new_admin(site.graph), viewer=await new_admin(site.graph)
    )  # fmt: skip
    project = await create_project(site.graph, owner, team.name, fresh("project"), "", operation=new_id())
    data = (await log(site, owner, project, fresh("data"), {"a": b"a"})).placed
    recall = await mark(site, owner, data)

    for viewer, kind in ((stranger, NotFoundError), (reader, PermissionDeniedError)):
        with pytest.raises(kind):
            await recall_version(site.graph, viewer, data.version.id, WARNING, "why", operation=new_id())
        with pytest.raises(kind):
            await withdraw(site.graph, viewer, recall.id, operation=new_id())
    with pytest.raises(NotFoundError):
        await withdraw(site.graph, owner, new_id(), operation=new_id())

    assert await reached(site.graph, [data.version.id]) == {data.version.id: [(recall.id, 0)]}
