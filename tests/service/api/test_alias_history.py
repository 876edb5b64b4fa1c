"""Aliases over GraphQL: as of a time, for how long, moved between two times, rolled back, refused."""

from dataclasses import replace
from typing import Any

import pytest

from asking import answer, ask
from content import Site, log
from doc_blocks import ROOT, blocks_of
from headwater_service.api.alias_loaders import PROVISIONAL_SECONDS
from headwater_service.api.scalars import time_from, time_text
from headwater_service.domain.access import Viewer
from headwater_service.model import Container, Instant
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion
from viewers import new_admin, new_project

MOVE = """
mutation Move($input: MoveAliasesInput!) {
  result: moveAliases(input: $input) {
    __typename
    ... on MoveAliasesPayload { aliases { at until seconds } }
    ... on UserError { message }
  }
}
"""
ROLLBACK = """
mutation Rollback($input: RollbackAliasInput!) {
  result: rollbackAlias(input: $input) {
    __typename
    ... on RollbackAliasPayload { move { name reason from { index } to { index } by { name } until } }
    ... on UserError { message }
    ... on ConflictError { current }
  }
}
"""
# The one query that the page about registries shows.
WHO_WHEN_HOW_LONG = next(
    block.text for block in blocks_of(ROOT / "docs" / "registry.md") if block.text.startswith("query InProduction")
)
MOVES = """
query Moves($path: String!, $after: DateTime, $before: DateTime) {
  collection(path: $path) {
    aliasMoves(name: "production", movedAfter: $after, movedBefore: $before) {
      totalCount
      edges { node { at until from { index } to { index } } }
    }
  }
}
"""
LONG_AGO = """
MATCH (move:AliasMove {collection_id: $id}) SET move.at = move.at - $earlier
"""
HOUR = 3_600_000_000


async def moved(site: Site, viewer: Viewer, version: PlacedVersion, *, away: bool = False) -> dict[str, Any]:
    move = {
        "collection": version.collection.id,
        "name": "production",
        "version": None if away else version.version.id,
    }
    given = {"operationId": new_id(), "moves": [move], "reason": "because"}
    result: dict[str, Any] = (await ask(site, viewer, MOVE, input=given))["result"]
    assert result["__typename"] == "MoveAliasesPayload", result
    (made,) = result["aliases"]
    return dict(made)


async def two(site: Site) -> tuple[Viewer, Container, list[PlacedVersion]]:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    made = [(await log(site, viewer, project, "model", {"a": str(n).encode()})).placed for n in range(2)]
    return viewer, project, made


async def test_one_query_tells_what_was_in_production_how_long_and_by_whom(site: Site) -> None:
    viewer, project, (first, second) = await two(site)
    at = (await moved(site, viewer, first))["at"]
    until = (await moved(site, viewer, second))["at"]
    await site.graph.write(lambda tx: tx.rows(LONG_AGO, id=first.collection.id, earlier=HOUR))
    at, until = Instant(time_from(at) - HOUR), Instant(time_from(until) - HOUR)

    path = f"{project.path}/model"
    answer = await ask(site, viewer, WHO_WHEN_HOW_LONG, path=path, on=time_text(Instant(until - 1)))

    by = {"name": viewer.user_name}
    assert answer["collection"]["alias"] == {
        "isProvisional": False,
        "version": {"path": f"{path}:v0", "digest": first.content.digest},
        "move": {
            "at": time_text(at),
            "until": time_text(until),
            "seconds": (until - at) / 1_000_000,
            "reason": "because",
            "by": by,
        },
    }
    later = await ask(site, viewer, WHO_WHEN_HOW_LONG, path=path, on=time_text(until))
    assert later["collection"]["alias"]["version"]["path"] == f"{path}:v1"
    assert later["collection"]["alias"]["move"]["until"] is None
    assert 3600 <= later["collection"]["alias"]["move"]["seconds"] < 3600 + 600
    before = await ask(site, viewer, WHO_WHEN_HOW_LONG, path=path, on=time_text(Instant(at - 1)))
    assert before["collection"]["alias"] is None


async def test_a_time_of_a_moment_ago_is_provisional(site: Site) -> None:
    viewer, project, (first, _) = await two(site)
    at = (await moved(site, viewer, first))["at"]

    answer = await ask(site, viewer, WHO_WHEN_HOW_LONG, path=f"{project.path}/model", on=at)

    assert answer["collection"]["alias"]["isProvisional"] is True
    earlier = (PROVISIONAL_SECONDS + 5) * 1_000_000
    await site.graph.write(lambda tx: tx.rows(LONG_AGO, id=first.collection.id, earlier=earlier))
    at = time_text(Instant(time_from(at) - earlier))
    answer = await ask(site, viewer, WHO_WHEN_HOW_LONG, path=f"{project.path}/model", on=at)
    assert answer["collection"]["alias"]["isProvisional"] is False


async def test_a_time_is_provisional_for_as_long_as_a_write_may_take(site: Site) -> None:
    viewer, project, (first, _) = await two(site)
    at = time_from((await moved(site, viewer, first))["at"])
    earlier = (PROVISIONAL_SECONDS + 5) * 1_000_000
    await site.graph.write(lambda tx: tx.rows(LONG_AGO, id=first.collection.id, earlier=earlier))
    asked: dict[str, Any] = {"path": f"{project.path}/model", "on": time_text(Instant(at - earlier))}
    patient = replace(site.settings, query_timeout_seconds=PROVISIONAL_SECONDS * 10.0)

    usual = await answer(site, viewer, WHO_WHEN_HOW_LONG, **asked)
    longer = await answer(site, viewer, WHO_WHEN_HOW_LONG, settings=patient, **asked)

    assert usual["data"]["collection"]["alias"]["isProvisional"] is False
    assert longer["data"]["collection"]["alias"]["isProvisional"] is True


async def test_the_moves_of_a_removed_alias_are_listed_between_two_times(site: Site) -> None:
    viewer, project, (first, second) = await two(site)
    times = [(await moved(site, viewer, first))["at"]]
    times.append((await moved(site, viewer, second))["at"])
    times.append((await moved(site, viewer, second, away=True))["at"])
    path = f"{project.path}/model"

    every = (await ask(site, viewer, MOVES, path=path))["collection"]["aliasMoves"]
    middle = await ask(site, viewer, MOVES, path=path, after=times[0], before=times[2])

    zero, one = {"index": 0}, {"index": 1}
    assert every["totalCount"] == 3
    assert [edge["node"] for edge in every["edges"]] == [
        {"at": times[2], "until": None, "from": one, "to": None},
        {"at": times[1], "until": times[2], "from": zero, "to": one},
        {"at": times[0], "until": times[1], "from": None, "to": zero},
    ]
    (edge,) = middle["collection"]["aliasMoves"]["edges"]
    assert (edge["node"]["at"], middle["collection"]["aliasMoves"]["totalCount"]) == (times[1], 1)


async def test_a_rollback_says_where_it_went_and_a_stale_expectation_is_refused(site: Site) -> None:
    viewer, _, (first, second) = await two(site)
    await moved(site, viewer, first)
    await moved(site, viewer, second)
    given = {"collection": first.collection.id, "name": "production", "reason": "worse", "checkExpected": True}
    stale = {**given, "operationId": new_id(), "expectedVersion": first.version.id}
    right = {**given, "operationId": new_id(), "expectedVersion": second.version.id}

    refused = (await ask(site, viewer, ROLLBACK, input=stale))["result"]
    made = (await ask(site, viewer, ROLLBACK, input=right))["result"]

    assert (refused["__typename"], refused["current"]) == ("ConflictError", "v1")
    assert made["move"] == {
        "name": "production",
        "reason": "worse",
        "from": {"index": 1},
        "to": {"index": 0},
        "by": {"name": viewer.user_name},
        "until": None,
    }
    assert (await ask(site, viewer, ROLLBACK, input=right))["result"] == made


@pytest.mark.parametrize("field", ["moveAliases", "rollbackAlias", "proposeAliasMove"])
async def test_an_expected_version_is_compared_whether_or_not_that_is_asked_for(site: Site, field: str) -> None:
    viewer, _, (first, second) = await two(site)
    await moved(site, viewer, first)
    await moved(site, viewer, second)
    alias = {"collection": first.collection.id, "name": "production", "expectedVersion": first.version.id}
    given: dict[str, Any] = {
        "moveAliases": {"moves": [{**alias, "version": first.version.id}]},
        "rollbackAlias": alias,
        "proposeAliasMove": {**alias, "version": first.version.id},
    }
    kind = field[0].upper() + field[1:]
    document = f"""
    mutation Change($input: {kind}Input!) {{
      result: {field}(input: $input) {{ __typename ... on ConflictError {{ current }} }}
    }}
    """

    refused = (await ask(site, viewer, document, input={"operationId": new_id(), **given[field]}))["result"]

    assert refused == {"__typename": "ConflictError", "current": "v1"}


async def test_the_moves_of_a_page_are_read_in_as_many_queries_as_one(site: Site) -> None:
    viewer, project, (first, second) = await two(site)
    document = """
    query Few($path: String!, $first: Int!) {
      collection(path: $path) {
        aliasMoves(name: "production", first: $first) { edges { node { until seconds from { index } to { index } } } }
      }
    }
    """
    for version in (first, second) * 4:
        await moved(site, viewer, version)

    async def count(wanted: int) -> int:
        before = site.graph.query_count
        await ask(site, viewer, document, path=f"{project.path}/model", first=wanted)
        return site.graph.query_count - before

    # The one, the oldest excepted, has both its versions, and all come in one query.
    assert await count(8) == await count(1)


ALL_MOVES = """
query AllMoves($path: String!, $after: String) {
  collection(path: $path) {
    formerAliases
    aliasMoves(first: 2, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges { node { name to { index } } }
    }
  }
}
"""


async def test_the_moves_of_all_aliases_are_one_list_with_those_that_were_removed(site: Site) -> None:
    viewer, project, (first, second) = await two(site)
    own = {"collection": first.collection.id}
    both = [{**own, "name": name, "version": first.version.id} for name in ("production", "試験")]
    given = {"operationId": new_id(), "moves": both, "reason": ""}
    assert (await ask(site, viewer, MOVE, input=given))["result"]["__typename"] == "MoveAliasesPayload"
    await moved(site, viewer, second)
    path = f"{project.path}/model"
    assert (await ask(site, viewer, ALL_MOVES, path=path))["collection"]["formerAliases"] == []
    away = {"operationId": new_id(), "moves": [{**own, "name": "試験", "version": None}], "reason": ""}
    await ask(site, viewer, MOVE, input=away)

    found, after = [], None
    while True:
        collection = (await ask(site, viewer, ALL_MOVES, path=path, after=after))["collection"]
        page = collection["aliasMoves"]
        found += [(edge["node"]["name"], (edge["node"]["to"] or {}).get("index")) for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]

    assert found == [
        ("試験", None),
        ("production", 1),
        ("試験", 0),
        ("production", 0),
        ("latest", 1),
        ("latest", 0),
    ]
    assert page["totalCount"] == len(found)
    assert collection["formerAliases"] == ["試験"]


async def test_a_removed_alias_is_restored_to_where_it_pointed_last(site: Site) -> None:
    viewer, project, (first, second) = await two(site)
    await moved(site, viewer, first)
    await moved(site, viewer, second)
    await moved(site, viewer, second, away=True)
    given = {"collection": first.collection.id, "name": "production", "reason": "too early", "checkExpected": True}

    made = (await ask(site, viewer, ROLLBACK, input={**given, "operationId": new_id(), "expectedVersion": None}))[
        "result"
    ]

    assert (made["move"]["from"], made["move"]["to"]) == (None, {"index": 1})
    page = await ask(site, viewer, ALL_MOVES, path=f"{project.path}/model")
    assert page["collection"]["formerAliases"] == []
