"""The quick move of one alias: the same as the general way, or nothing at all."""

import json
from dataclasses import asdict, replace
from itertools import product
from typing import Any, LiteralString

import pytest

from content import Site, log
from headwater_service.domain.access import Viewer
from headwater_service.domain.aliases import MoveRequest, move_aliases
from headwater_service.model import Container, Role, Visibility
from headwater_service.store.alias_moves import Seen, move_alias
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion
from viewers import new_admin, new_project

# Everything that a move writes, without what no two moves share.
STORED = """
MATCH (event:Event {scope: $id, operation_id: $operation})
MATCH (move:AliasMove {collection_id: $id, at: event.at, name: $name})
MATCH (alias:Alias {collection_id: $id, name: $name})-[:POINTS_TO]->(version)
MATCH (scope:EventScope {id: $id})
RETURN event {.*} AS event, move {.*} AS move, alias {.*} AS alias, version.id AS version,
  labels(event) AS labels, scope.last_at = event.at AND scope.event_number = event.number AS is_last
"""
LOCK = "MATCH (scope:EventScope {id: $id}) RETURN scope.lock AS lock"
COUNT = """
MATCH (scope:EventScope {id: $id})
RETURN scope.event_number AS events, scope.last_at AS last_at, COUNT { (:AliasMove {collection_id: $id}) } AS moves
"""
NAME = 'best "日本" \\ 1'


async def one_version(site: Site) -> tuple[Viewer, Container, PlacedVersion]:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    return viewer, project, (await log(site, viewer, project, "data", {"a": b"1"})).placed


async def quick(
    site: Site, viewer: Viewer, placed: PlacedVersion, name: str = NAME, operation: str = "", **more: Any
) -> Any:
    given = {
        "collection_id": placed.collection.id,
        "name": name,
        "version_id": placed.version.id,
        "expected_id": None,
        "is_checked": False,
        "by": viewer.user_id,
        "reach": asdict(viewer.reach(Role.MEMBER)),
        "reason": 'as "asked"',
        "operation": operation or new_id(),
        "seen": Seen(),
    }
    return await site.graph.write_each(lambda tx: move_alias(tx, **{**given, **more}))


async def show(site: Site, project: Container, to: Visibility) -> None:
    query: LiteralString = "MATCH (c:Container {id: $id}) SET c.visibility = $to"
    await site.graph.write(lambda tx: tx.rows(query, id=project.id, to=to))


async def stored(site: Site, placed: PlacedVersion, name: str, operation: str) -> dict[str, Any]:
    """Return what a move wrote, but for what no two moves share."""
    (row,) = await site.graph.read(lambda tx: tx.rows(STORED, id=placed.collection.id, name=name, operation=operation))
    # The audit trail of a service that runs takes up an event at any moment.
    own = {"id", "operation_id", "at", "moved_at", "number", "name", "seq", "hash"}
    texts = {"before", "after", "answer"}
    return {
        "event": {key: value for key, value in row["event"].items() if key not in own | texts},
        "texts": texts & set(row["event"]),
        "move": {key: value for key, value in row["move"].items() if key not in own},
        "alias": {key: value for key, value in row["alias"].items() if key not in own},
        "labels": set(row["labels"]) - {"Unsequenced"},
        "is_for_the_audit": "Unsequenced" in row["labels"] or "seq" in row["event"],
        "is_last": row["is_last"],
    }


async def test_it_writes_what_the_general_way_writes(site: Site) -> None:
    viewer, _, placed = await one_version(site)
    # Two moves in one call go the general way.
    general = new_id()
    request = MoveRequest(collection_id=placed.collection.id, name="general", version_id=placed.version.id)
    other = MoveRequest(collection_id=placed.collection.id, name="other", version_id=placed.version.id)
    await move_aliases(site.graph, viewer, [request, other], reason='as "asked"', operation=general)
    expected = await stored(site, placed, "general", general)

    made = await quick(site, viewer, placed, name="quick", operation=(operation := new_id()))

    assert made.rev == 1
    assert await stored(site, placed, "quick", operation) == expected


async def test_its_event_holds_the_move_as_json(site: Site) -> None:
    viewer, _, placed = await one_version(site)

    made = await quick(site, viewer, placed, operation=(operation := new_id()))

    (row,) = await site.graph.read(lambda tx: tx.rows(STORED, id=placed.collection.id, name=NAME, operation=operation))
    event = row["event"]
    assert json.loads(event["before"]) == {"aliases": {NAME: None}}
    assert json.loads(event["answer"]) == [[NAME, 1]]
    assert json.loads(event["after"]) == {
        "moves": [
            {
                "collection_id": placed.collection.id,
                "name": NAME,
                "rev": 1,
                "from_version_id": None,
                "to_version_id": placed.version.id,
                "at": made.at,
                "by": viewer.user_id,
                "reason": 'as "asked"',
            }
        ]
    }


@pytest.mark.parametrize(
    "against",
    [
        pytest.param({"expected_id": "another", "is_checked": True}, id="it points elsewhere than expected"),
        pytest.param({"version_id": "unknown"}, id="there is no such version"),
    ],
)
async def test_it_changes_nothing_when_something_stands_against_it(site: Site, against: dict[str, Any]) -> None:
    viewer, _, placed = await one_version(site)
    before = await site.graph.read(lambda tx: tx.row(COUNT, id=placed.collection.id))

    made = await quick(site, viewer, placed, **against)

    assert made is None
    assert await site.graph.read(lambda tx: tx.row(COUNT, id=placed.collection.id)) == before


async def test_it_leaves_versions_of_others_protected_aliases_and_replays_to_the_general_way(site: Site) -> None:
    viewer, project, placed = await one_version(site)
    foreign = (await log(site, viewer, project, "other", {"a": b"2"})).placed
    await quick(site, viewer, placed, operation="first")
    protect = "MATCH (c:Container {id: $id}) SET c.protected_aliases = ['production']"
    await site.graph.write(lambda tx: tx.rows(protect, id=project.id))
    before = await site.graph.read(lambda tx: tx.row(COUNT, id=placed.collection.id))

    of_another = await quick(site, viewer, placed, version_id=foreign.version.id)
    protected = await quick(site, viewer, placed, name="production")
    replayed = await quick(site, viewer, placed, name="new", operation="first")
    unmoved = await quick(site, viewer, placed)

    assert (of_another, protected, replayed, unmoved) == (None, None, None, None)
    assert await site.graph.read(lambda tx: tx.row(COUNT, id=placed.collection.id)) == before


async def test_it_moves_just_where_the_viewer_may_and_locks_nothing_elsewhere(site: Site) -> None:
    viewer, project, placed = await one_version(site)
    ranks = (None, *Role)
    expected: list[tuple[Any, ...]] = []
    moved: list[tuple[Any, ...]] = []
    locked: list[tuple[Any, ...]] = []

    for visibility in Visibility:
        await show(site, project, visibility)
        container = replace(project, visibility=visibility)
        for case in product(ranks, ranks, (None, project.id, "another")):
            of_entity, own, narrowed = case
            held = replace(
                viewer,
                roles={} if of_entity is None else {project.entity_id: of_entity},
                registry_roles={} if own is None else {project.id: own},
                project_id=narrowed,
            )
            role = held.role_at(container)
            if role is not None and role.rank >= Role.MEMBER.rank:
                expected.append((visibility, *case))
            operation = new_id()
            if await quick(site, held, placed, name=f"alias-{operation}", operation=operation):
                moved.append((visibility, *case))
            row = await site.graph.read(lambda tx: tx.row(LOCK, id=placed.collection.id))
            if row == {"lock": operation}:
                locked.append((visibility, *case))

    assert len(expected) > 20
    assert moved == expected
    assert locked == expected


async def test_it_tells_what_its_answer_shows(site: Site) -> None:
    viewer, project, placed = await one_version(site)
    later = (await log(site, viewer, project, "data", {"a": b"2"})).placed
    await quick(site, viewer, placed)

    made = await quick(site, viewer, later, seen=(seen := Seen()))

    assert made.from_version_id == placed.version.id
    assert seen.moves == [made]
    assert [(one.version.id, one.version.index) for one in seen.versions] == [
        (later.version.id, 1),
        (placed.version.id, 0),
    ]
    assert [one.container.id for one in seen.versions] == [project.id, project.id]
    assert [(user.id, user.name) for user in seen.users] == [(viewer.user_id, viewer.user_name)]
