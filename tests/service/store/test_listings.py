"""Pages with filters and orders: what each condition keeps, what an empty list and a null mean, where pages meet."""

import asyncio
import secrets
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from content import Site, log
from deletions import link
from headwater_service.domain.access import Viewer
from headwater_service.domain.runs import RunStart, finish_run, start_run
from headwater_service.errors import InvalidInputError
from headwater_service.model import CollectionKind, Container, ContainerKind, Run, RunState
from headwater_service.store import listing
from headwater_service.store.filters import (
    MOST_VALUES,
    CollectionFilter,
    CollectionOrder,
    FieldCondition,
    FieldOperator,
    OrderDirection,
    RunFilter,
    RunOrder,
    RunOrderField,
    VersionFilter,
    VersionOrder,
    VersionOrderField,
)
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from headwater_service.store.listing import Group, Window
from headwater_service.store.listings_collections import count_collections, list_collections, list_containers
from headwater_service.store.listings_runs import RunGroup, count_runs, group_runs, list_runs
from headwater_service.store.listings_versions import (
    Place,
    VersionGroup,
    count_versions,
    group_versions,
    list_versions,
)
from headwater_service.store.reads import PlacedVersion
from pipelines import Pipeline, new_pipeline, start, use
from viewers import DOCUMENT_BYTES, new_admin, new_project

ALL = Window(100)
# Orders by leaves of config and summary are in test_run_fields.py.
OWN_ORDERS = [field for field in RunOrderField if field not in (RunOrderField.CONFIG, RunOrderField.SUMMARY)]
OPERATOR = FieldOperator


@dataclass(frozen=True)
class Shelf:
    """A project with four runs and five versions in two collections, and a registry with one link."""

    viewer: Viewer
    project: Container
    registry: Container
    runs: dict[str, Run]
    data: list[PlacedVersion]
    pipeline: Pipeline


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shelf(graph: Any, objects: Any, settings: Any) -> Shelf:
    site = Site(graph, objects, settings)
    pipeline = await new_pipeline(site)
    viewer, project = pipeline.viewer, pipeline.project
    extra = await start(site, viewer, project, "train", name="Second Try", tags=["nightly", "gpu"], group="first")
    await finish_run(
        site.graph,
        viewer,
        extra.id,
        exit_code=1,
        state=None,
        summary=None,
        operation=new_id(),
        document_bytes=DOCUMENT_BYTES,
    )
    data = []
    for number in range(1, 4):
        logged = await log(
            site,
            viewer,
            project,
            "data",
            {"train.csv": secrets.token_bytes(10 * number)},
            metadata={"rows": number * 100, "split": {"kind": "Random" if number == 1 else "fixed"}},
            tags=["clean"] if number == 2 else [],
        )
        data.append(logged.placed)
    await use(site, viewer, extra, "data:v2")
    runs = {"load": pipeline.load, "train": pipeline.train, "evaluate": pipeline.evaluate, "Second Try": extra}
    return Shelf(viewer, project, pipeline.registry, runs, data, pipeline)


async def run_names(graph: Graph, shelf: Shelf, wanted: RunFilter) -> set[str]:
    page = await graph.read(partial(list_runs, scopes=[shelf.project.id], wanted=wanted, order=RunOrder(), window=ALL))
    count = await graph.read(partial(count_runs, scopes=[shelf.project.id], wanted=wanted))
    assert count == len(page.items)
    return {placed.run.name for placed in page.items}


async def version_names(graph: Graph, place: Place, wanted: VersionFilter) -> set[str]:
    page = await graph.read(partial(list_versions, place=place, wanted=wanted, order=VersionOrder(), window=ALL))
    assert await graph.read(partial(count_versions, place=place, wanted=wanted)) == len(page.items)
    return {f"{placed.collection.name}:v{placed.version.index}" for placed in page.items}


EVERY = {"load", "train", "evaluate", "Second Try"}


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (RunFilter(), EVERY),
        (RunFilter(states=[RunState.FAILED]), {"Second Try"}),
        (RunFilter(states=[RunState.FAILED, RunState.RUNNING]), EVERY),
        (RunFilter(states=[]), set()),
        (RunFilter(job_types=["train"]), {"train", "Second Try"}),
        (RunFilter(groups=["first"], states=[RunState.RUNNING]), {"train"}),
        (RunFilter(tags=["gpu", "nightly"]), {"load", "Second Try"}),
        (RunFilter(tags=[]), set()),
        (RunFilter(job_types=[]), set()),
        (RunFilter(groups=[]), set()),
        (RunFilter(name_contains="TRY"), {"Second Try"}),
        (RunFilter(none_of=RunFilter(tags=["nightly"])), {"train", "evaluate"}),
        (RunFilter(none_of=RunFilter(groups=["first"])), {"load", "evaluate"}),
        (RunFilter(none_of=RunFilter()), set()),
        (RunFilter(any_of=[]), set()),
        (RunFilter(any_of=[RunFilter(tags=["gpu"]), RunFilter(job_types=["load"])]), {"load", "Second Try"}),
        (RunFilter(job_types=["train"], any_of=[RunFilter(none_of=RunFilter(tags=["gpu"]))]), {"train"}),
    ],
)
async def test_a_filter_keeps_the_runs_it_describes(
    wanted: RunFilter, names: set[str], graph: Graph, shelf: Shelf
) -> None:
    assert await run_names(graph, shelf, wanted) == names


async def test_runs_are_found_by_what_they_consumed_and_produced(graph: Graph, shelf: Shelf) -> None:
    model, link = shelf.pipeline.model.version.id, shelf.pipeline.link.version.id

    assert await run_names(graph, shelf, RunFilter(consumed=shelf.pipeline.data.version.id)) == {"train"}
    assert await run_names(graph, shelf, RunFilter(consumed=shelf.data[1].version.id)) == {"Second Try"}
    # Used through the link to it.
    assert await run_names(graph, shelf, RunFilter(consumed=model)) == {"evaluate"}
    assert await run_names(graph, shelf, RunFilter(consumed=link)) == {"evaluate"}
    assert await run_names(graph, shelf, RunFilter(produced=model)) == {"train"}
    assert await run_names(graph, shelf, RunFilter(none_of=RunFilter(produced=model))) == EVERY - {"train"}


async def test_runs_are_found_by_when_they_started(graph: Graph, shelf: Shelf) -> None:
    times = {name: run.created_at for name, run in shelf.runs.items()}

    assert await run_names(graph, shelf, RunFilter(created_after=times["train"])) == {"evaluate", "Second Try"}
    assert await run_names(graph, shelf, RunFilter(created_before=times["train"])) == {"load"}


ROWS = FieldCondition("rows", OPERATOR.GTE, 200)
KIND = "split.kind"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wanted", "indexes"),
    [
        (VersionFilter(metadata=[ROWS]), {2, 3}),
        (VersionFilter(metadata=[ROWS, FieldCondition("rows", OPERATOR.LT, 300)]), {2}),
        (VersionFilter(metadata=[FieldCondition("rows", OPERATOR.LTE, 200)]), {0, 1, 2}),
        (VersionFilter(metadata=[FieldCondition("rows", OPERATOR.GT, 200)]), {3}),
        (VersionFilter(metadata=[FieldCondition("rows", OPERATOR.EQ, 100)]), {1}),
        (VersionFilter(metadata=[FieldCondition("rows", OPERATOR.NE, 100)]), {0, 2, 3}),
        (VersionFilter(metadata=[FieldCondition(KIND, OPERATOR.EQ, "fixed")]), {2, 3}),
        (VersionFilter(metadata=[FieldCondition(KIND, OPERATOR.CONTAINS, "AND")]), {1}),
        (VersionFilter(metadata=[FieldCondition(KIND, OPERATOR.NE, "fixed")]), {1}),
        (VersionFilter(metadata=[FieldCondition(KIND, OPERATOR.GT, "S")]), {2, 3}),
        (VersionFilter(metadata=[FieldCondition(KIND, OPERATOR.LTE, "Random")]), {1}),
        # A number and a text are not compared.
        (VersionFilter(metadata=[FieldCondition(KIND, OPERATOR.GT, 0)]), set()),
        (VersionFilter(metadata=[FieldCondition("rows", OPERATOR.NE, "100")]), set()),
        (VersionFilter(metadata=[FieldCondition(KIND, OPERATOR.EXISTS, None)]), {1, 2, 3}),
        (VersionFilter(metadata=[]), set()),
        (VersionFilter(none_of=VersionFilter(metadata=[FieldCondition(KIND, OPERATOR.EXISTS, None)])), {0}),
        (VersionFilter(any_of=[VersionFilter(metadata=[ROWS]), VersionFilter(aliases=["raw"])]), {0, 2, 3}),
        (VersionFilter(aliases=["latest"]), {3}),
        (VersionFilter(aliases=[]), set()),
        (VersionFilter(tags=["clean"]), {2}),
        (VersionFilter(types=["dataset"]), {0, 1, 2, 3}),
        (VersionFilter(types=["model"]), set()),
        (VersionFilter(types=[]), set()),
        (VersionFilter(tags=[]), set()),
        (VersionFilter(any_of=[]), set()),
        (VersionFilter(none_of=VersionFilter(tags=[])), {0, 1, 2, 3}),
        (VersionFilter(consumed=True), {0, 2}),
        (VersionFilter(consumed=False), {1, 3}),
    ],
)
async def test_a_filter_keeps_the_versions_it_describes(
    wanted: VersionFilter, indexes: set[int], graph: Graph, shelf: Shelf
) -> None:
    collection = Place([shelf.project.id], shelf.data[0].collection.id)
    whole = Place([shelf.project.id])

    inside = await version_names(graph, collection, wanted)
    everywhere = await version_names(graph, whole, wanted)

    assert inside == {f"data:v{index}" for index in indexes}
    assert {name for name in everywhere if name.startswith("data:")} == inside


async def test_versions_are_found_by_when_they_were_logged(graph: Graph, shelf: Shelf) -> None:
    place, middle = Place([shelf.project.id], shelf.data[0].collection.id), shelf.data[1].version.created_at

    assert await version_names(graph, place, VersionFilter(created_after=middle)) == {"data:v3"}
    assert await version_names(graph, place, VersionFilter(created_before=middle)) == {"data:v0", "data:v1"}


async def test_a_link_is_found_by_what_its_source_holds(graph: Graph, shelf: Shelf) -> None:
    registry = Place([shelf.registry.id])
    link = {f"{shelf.pipeline.link.collection.name}:v0"}
    accurate = FieldCondition("accuracy", OPERATOR.GT, 0.95)

    assert await version_names(graph, registry, VersionFilter(metadata=[accurate])) == link
    assert await version_names(graph, registry, VersionFilter(tags=["small"])) == link
    assert await version_names(graph, registry, VersionFilter(aliases=["production"], consumed=True)) == link
    assert await version_names(graph, registry, VersionFilter(metadata=[ROWS])) == set()
    tuned = VersionFilter(metadata=[FieldCondition("tuned", OPERATOR.EQ, 1)])
    assert await version_names(graph, Place([shelf.project.id]), tuned) == {"model:v0"}


async def test_the_items_of_a_list_lie_at_its_path_and_objects_in_it_at_theirs(graph: Graph, site: Site) -> None:
    viewer = await new_admin(graph)
    project = await new_project(graph, viewer)
    metadata = {"classes": ["cat", "dog"], "layers": [{"units": 64}, {"units": 8}], "shape": [28, 28], "empty": []}
    await log(site, viewer, project, "data", {"a": b"a"}, metadata=metadata)

    async def is_found(path: str, operator: FieldOperator, value: float | str | None) -> bool:
        wanted = VersionFilter(metadata=[FieldCondition(path, operator, value)])
        return await version_names(graph, Place([project.id]), wanted) == {"data:v0"}

    assert await is_found("classes", OPERATOR.EQ, "dog")
    assert await is_found("classes", OPERATOR.NE, "dog")
    assert not await is_found("shape", OPERATOR.NE, 28)
    assert await is_found("layers.units", OPERATOR.LT, 10)
    assert not await is_found("classes.0", OPERATOR.EXISTS, None)
    assert not await is_found("empty", OPERATOR.EXISTS, None)
    unlike = VersionFilter(none_of=VersionFilter(metadata=[FieldCondition("classes", OPERATOR.EQ, "dog")]))
    assert await version_names(graph, Place([project.id]), unlike) == set()


async def test_a_source_is_consumed_when_its_link_is(graph: Graph, shelf: Shelf) -> None:
    found = await version_names(graph, Place([shelf.project.id]), VersionFilter(consumed=True))

    assert found == {"data:v0", "data:v2", "model:v0"}


async def test_tombstones_are_left_out(graph: Graph, site: Site) -> None:
    pipeline = await new_pipeline(site)
    delete = "MATCH (version:ArtifactVersion {id: $id}) SET version.state = 'DELETED'"
    await graph.write(lambda tx: tx.rows(delete, id=pipeline.data.version.id))

    place = Place([pipeline.project.id])
    count = partial(group_versions, place=place, wanted=VersionFilter())
    assert await version_names(graph, place, VersionFilter()) == {"model:v0"}
    assert await graph.read(partial(count, groups=[VersionGroup.TYPE])) == [Group(["model"], 1, 100)]
    assert await graph.read(partial(count, groups=[VersionGroup.STATE, VersionGroup.TYPE])) == [
        Group(["COMMITTED", "model"], 1, 100),
        Group(["DELETED", "dataset"], 1, 20),
    ]


@pytest.mark.parametrize("direction", OrderDirection)
@pytest.mark.parametrize("field", OWN_ORDERS)
async def test_pages_meet_without_gap_or_double(
    field: RunOrderField, direction: OrderDirection, graph: Graph, shelf: Shelf
) -> None:
    order = RunOrder(field, direction)
    whole = await graph.read(partial(list_runs, scopes=[shelf.project.id], wanted=RunFilter(), order=order, window=ALL))
    found, after = [], None
    while True:
        window = Window(1, after)
        page = await graph.read(
            partial(list_runs, scopes=[shelf.project.id, "another"], wanted=RunFilter(), order=order, window=window)
        )
        found += [placed.run.id for placed in page.items]
        if not page.has_next:
            break
        after = page.cursors[-1]

    assert found == [placed.run.id for placed in whole.items]
    assert len(found) == 4
    values = [key_of(placed.run, field) for placed in whole.items]
    assert values == sorted(values, reverse=direction is OrderDirection.DESC)


def key_of(run: Run, field: RunOrderField) -> Any:
    if field is RunOrderField.NAME:
        return run.name
    if field is RunOrderField.CREATED_AT:
        return run.created_at
    if field is RunOrderField.STATE:
        return run.state
    if field is RunOrderField.JOB_TYPE:
        return run.job_type
    if field is RunOrderField.DURATION:
        return (run.finished_at or 2**53) - (run.started_at or run.created_at)
    return run.finished_at or 2**53


async def names_on_pages(
    graph: Graph, project: Container, order: RunOrder, size: int, *, pause: float = 0
) -> list[str]:
    names: list[str] = []
    after: str | None = None
    while True:
        window = Window(size, after)
        page = await graph.read(partial(list_runs, scopes=[project.id], wanted=RunFilter(), order=order, window=window))
        names += [placed.run.name for placed in page.items]
        if not page.has_next:
            return names
        after = page.cursors[-1]
        await asyncio.sleep(pause)


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize(
    ("direction", "names"),
    [
        (OrderDirection.ASC, ["sweep", "train", "学習", "first bare", "second bare"]),
        (OrderDirection.DESC, ["学習", "train", "sweep", "second bare", "first bare"]),
    ],
)
async def test_runs_without_job_type_come_last_either_way(
    graph: Graph, site: Site, direction: OrderDirection, names: list[str], size: int
) -> None:
    viewer = await new_admin(graph)
    project = await new_project(graph, viewer)
    for name, job_type in [("first bare", ""), ("train", "train"), ("学習", "学習"), ("second bare", None)]:
        given = RunStart(project=project.path, key=secrets.token_hex(4), name=name, job_type=job_type)
        await start_run(graph, viewer, given, operation=new_id(), document_bytes=DOCUMENT_BYTES)
    await start(site, viewer, project, "sweep")

    found = await names_on_pages(graph, project, RunOrder(RunOrderField.JOB_TYPE, direction), size)

    assert found == names


@pytest.mark.parametrize("direction", OrderDirection)
async def test_no_run_is_passed_over_that_overtakes_another_while_pages_are_turned(
    graph: Graph, site: Site, direction: OrderDirection
) -> None:
    viewer = await new_admin(graph)
    project = await new_project(graph, viewer)
    over = await start(site, viewer, project, "train", name="over")
    await start(site, viewer, project, "train", name="goes on")
    # The one took half a second; the other takes longer before the second page is read.
    end = "MATCH (run:Run {id: $id}) SET run.finished_at = run.created_at + 500000, run.state = 'FINISHED'"
    await graph.write(lambda tx: tx.rows(end, id=over.id))

    found = await names_on_pages(graph, project, RunOrder(RunOrderField.DURATION, direction), 1, pause=0.6)

    assert sorted(found) == ["goes on", "over"]


async def test_versions_are_ordered_by_number_and_by_size(graph: Graph, shelf: Shelf) -> None:
    place = Place([shelf.project.id], shelf.data[0].collection.id)

    async def listed(field: VersionOrderField, direction: OrderDirection) -> list[PlacedVersion]:
        order = VersionOrder(field, direction)
        read = partial(list_versions, place=place, wanted=VersionFilter(), order=order, window=ALL)
        return list((await graph.read(read)).items)

    rising = await listed(VersionOrderField.INDEX, OrderDirection.ASC)
    falling = await listed(VersionOrderField.INDEX, OrderDirection.DESC)
    largest = await listed(VersionOrderField.SIZE, OrderDirection.DESC)

    assert [placed.version.index for placed in rising] == [0, 1, 2, 3]
    assert [placed.version.index for placed in falling] == [3, 2, 1, 0]
    assert [placed.content.size for placed in largest] == [30, 20, 20, 10]


async def test_groups_are_counted_with_their_bytes(graph: Graph, shelf: Shelf) -> None:
    scopes, place = [shelf.project.id], Place([shelf.project.id])
    day = shelf.pipeline.load.created_at // 86_400_000_000

    async def runs(*groups: RunGroup) -> list[Group]:
        return await graph.read(partial(group_runs, scopes=scopes, wanted=RunFilter(), groups=groups))

    async def versions(place: Place, *groups: VersionGroup) -> list[Group]:
        return await graph.read(partial(group_versions, place=place, wanted=VersionFilter(), groups=groups))

    days = await runs(RunGroup.DAY)
    assert await runs(RunGroup.STATE) == [Group(["FAILED"], 1, 0), Group(["RUNNING"], 3, 0)]
    assert await runs(RunGroup.JOB_TYPE) == [Group(["evaluate"], 1, 0), Group(["load"], 1, 0), Group(["train"], 2, 0)]
    assert await runs(RunGroup.GROUP) == [Group([""], 2, 0), Group(["first"], 2, 0)]
    assert sum(one.count for one in days) == 4 and days[0].keys == [day]
    assert await versions(place, VersionGroup.TYPE) == [Group(["dataset"], 4, 80), Group(["model"], 1, 100)]
    assert await versions(Place([shelf.registry.id]), VersionGroup.PROJECT) == [Group([shelf.registry.id], 1, 0)]
    assert await runs(RunGroup.JOB_TYPE, RunGroup.STATE) == [
        Group(["evaluate", "RUNNING"], 1, 0),
        Group(["load", "RUNNING"], 1, 0),
        Group(["train", "FAILED"], 1, 0),
        Group(["train", "RUNNING"], 1, 0),
    ]
    assert await versions(place, VersionGroup.PROJECT, VersionGroup.TYPE) == [
        Group([shelf.project.id, "dataset"], 4, 80),
        Group([shelf.project.id, "model"], 1, 100),
    ]


async def test_a_position_of_another_noun_or_direction_is_refused(graph: Graph, shelf: Shelf) -> None:
    scopes, wanted = [shelf.project.id], VersionFilter()
    first = await graph.read(
        partial(list_versions, place=Place(scopes), wanted=wanted, order=VersionOrder(), window=Window(1))
    )
    after = Window(1, first.cursors[0])
    rising = VersionOrder(VersionOrderField.CREATED_AT, OrderDirection.ASC)

    with pytest.raises(InvalidInputError, match="a cursor of another listing or order") as refused:
        await graph.read(partial(list_runs, scopes=scopes, wanted=RunFilter(), order=RunOrder(), window=after))
    assert refused.value.data == {"field": "after"}
    with pytest.raises(InvalidInputError, match="a cursor of another listing or order"):
        await graph.read(partial(list_versions, place=Place(scopes), wanted=wanted, order=rising, window=after))


@pytest.mark.parametrize("tag", ["two words", 'a "quote" and a \\', "日本 語", "x:y AND z", "*"])
async def test_a_tag_is_found_as_it_is_written_by_itself_and_by_its_links(graph: Graph, site: Site, tag: str) -> None:
    viewer = await new_admin(graph)
    project = await new_project(graph, viewer)
    logged = await log(site, viewer, project, "data", {"a": b"a"}, tags=["common", tag])
    linked = await link(site, viewer, logged.placed, "model-registry/Data")
    await log(site, viewer, project, "data", {"b": b"b"}, tags=["common"])

    async def found(place: Place, *tags: str) -> set[str]:
        return await version_names(graph, place, VersionFilter(tags=list(tags)))

    assert await found(Place([project.id]), tag) == {"data:v0"}
    assert await found(Place([linked.container.id]), tag) == {"Data:v0"}
    assert await found(Place([project.id]), tag, "common") == {"data:v0", "data:v1"}
    assert await found(Place([project.id]), tag + "!") == set()


async def test_more_groups_than_a_chart_can_show_are_refused(
    graph: Graph, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST_GROUPS", 3)
    count = partial(group_runs, scopes=[shelf.project.id], wanted=RunFilter())

    assert len(await graph.read(partial(count, groups=[RunGroup.JOB_TYPE]))) == 3
    with pytest.raises(InvalidInputError, match="more than 3 groups") as refused:
        await graph.read(partial(count, groups=[RunGroup.JOB_TYPE, RunGroup.STATE]))
    assert refused.value.data == {"field": "groupBy"}


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (CollectionFilter(), ["data", "model"]),
        (CollectionFilter(types=["model"]), ["model"]),
        (CollectionFilter(kinds=[CollectionKind.REGISTRY]), []),
        (CollectionFilter(name_contains="DAT"), ["data"]),
        (CollectionFilter(kinds=[]), []),
        (CollectionFilter(none_of=CollectionFilter(name_contains="o")), ["data"]),
        (CollectionFilter(any_of=[CollectionFilter(types=["model"]), CollectionFilter(tags=["x"])]), ["model"]),
    ],
)
async def test_a_filter_keeps_the_collections_it_describes(
    wanted: CollectionFilter, names: list[str], graph: Graph, shelf: Shelf
) -> None:
    scopes = [shelf.project.id]

    page = await graph.read(
        partial(list_collections, scopes=scopes, wanted=wanted, order=CollectionOrder(), window=ALL)
    )

    assert [placed.collection.name for placed in page.items] == names
    assert await graph.read(partial(count_collections, scopes=scopes, wanted=wanted)) == len(names)


async def test_containers_are_listed_by_kind_and_name(graph: Graph, site: Site) -> None:
    viewer = await new_admin(site.graph)
    projects = sorted([await new_project(site.graph, viewer) for _ in range(3)], key=lambda project: project.name)
    scopes = [project.id for project in projects]

    first = await graph.read(
        partial(list_containers, scopes=scopes, kind=ContainerKind.PROJECT, name_contains=None, window=Window(2))
    )
    rest = await graph.read(
        partial(
            list_containers,
            scopes=scopes,
            kind=ContainerKind.PROJECT,
            name_contains=None,
            window=Window(2, first.cursors[-1]),
        )
    )
    named = await graph.read(
        partial(
            list_containers,
            scopes=scopes,
            kind=ContainerKind.PROJECT,
            name_contains=projects[1].name.upper(),
            window=ALL,
        )
    )

    assert [*first.items, *rest.items] == projects
    assert (first.has_next, rest.has_next) == (True, False)
    assert list(named.items) == [projects[1]]


async def test_a_filter_with_too_many_values_is_refused(graph: Graph, shelf: Shelf) -> None:
    wanted = RunFilter(any_of=[RunFilter(tags=["x"])] * (MOST_VALUES + 1))

    with pytest.raises(InvalidInputError, match="at most 48 values"):
        await run_names(graph, shelf, wanted)
