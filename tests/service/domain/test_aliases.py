"""Aliases: moved all or none, compare-and-set, never `latest`, with a history."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from content import Site, log
from headwater_service.domain.access import Viewer
from headwater_service.domain.aliases import Expectation, MoveRequest, move_aliases
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import AliasMove, Container
from headwater_service.store.aliases import find_alias
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion, list_aliases
from viewers import new_admin, new_project

HISTORY = """
MATCH (move:AliasMove {collection_id: $id, name: $name})
RETURN move.rev AS rev, move.from AS from, move.to AS to, move.reason AS reason ORDER BY rev
"""


async def versions(site: Site, count: int, name: str = "data") -> tuple[Viewer, Container, list[PlacedVersion]]:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    made = [(await log(site, viewer, project, name, {"a": str(n).encode()})).placed for n in range(count)]
    return viewer, project, made


def move(version: PlacedVersion, name: str, **more: Any) -> MoveRequest:
    return MoveRequest(
        **{"collection_id": version.collection.id, "name": name, "version_id": version.version.id, **more}
    )


async def moved(
    site: Site, viewer: Viewer, *moves: MoveRequest, reason: str = "", operation: str | None = None
) -> list[AliasMove]:
    return await move_aliases(site.graph, viewer, moves, reason=reason, operation=operation or new_id())


async def alias(site: Site, version: PlacedVersion, name: str) -> str | None:
    return await site.graph.read(lambda tx: find_alias(tx, version.collection.id, name))


async def history(site: Site, version: PlacedVersion, name: str) -> list[tuple[int, str | None, str | None, str]]:
    rows = await site.graph.read(lambda tx: tx.rows(HISTORY, id=version.collection.id, name=name))
    return [(row["rev"], row["from"], row["to"], row["reason"]) for row in rows]


async def test_an_alias_is_made_moved_removed_and_made_again_with_one_history(site: Site) -> None:
    viewer, _, (first, second) = await versions(site, 2)
    one, two = first.version.id, second.version.id

    await moved(site, viewer, move(first, "best"), reason="good")
    await moved(site, viewer, move(second, "best"), reason="better")
    await moved(site, viewer, move(first, "best", version_id=None), reason="none is good")
    (last,) = await moved(site, viewer, move(first, "best"))

    assert (last.rev, last.from_version_id, last.to_version_id, last.by) == (4, None, one, viewer.user_id)
    assert await alias(site, first, "best") == one
    assert await history(site, first, "best") == [
        (1, None, one, "good"),
        (2, one, two, "better"),
        (3, two, None, "none is good"),
        (4, None, one, ""),
    ]
    found = await site.graph.read(lambda tx: list_aliases(tx, [first.collection.id]))
    assert {(one.name, one.version_id) for one in found[first.collection.id]} == {("best", one), ("latest", two)}


async def test_a_stale_expectation_is_refused_and_says_where_it_points(site: Site) -> None:
    viewer, _, (first, second) = await versions(site, 2)
    await moved(site, viewer, move(second, "best"))

    with pytest.raises(ConflictError, match=r"'best' points at v1, expected v0\. Read it again and retry\.") as caught:
        await moved(site, viewer, move(first, "best", expected=Expectation(version_id=first.version.id)))
    with pytest.raises(ConflictError, match=r"already: it points at v1\. To move it, expect v1"):
        await moved(site, viewer, move(first, "best", expected=Expectation(version_id=None)))

    assert caught.value.data["current"] == "v1"
    await moved(site, viewer, move(first, "best", expected=Expectation(version_id=second.version.id)))
    assert await alias(site, first, "best") == first.version.id


async def test_all_moves_are_made_or_none(site: Site) -> None:
    viewer, project, (first, second) = await versions(site, 2)
    other = (await log(site, viewer, project, "other", {"b": b"1"})).placed

    with pytest.raises(ConflictError):
        await moved(
            site,
            viewer,
            move(other, "best"),
            move(first, "best"),
            move(second, "worst", expected=Expectation(version_id=first.version.id)),
        )

    assert [await alias(site, one, "best") for one in (first, other)] == [None, None]
    made = await moved(site, viewer, move(other, "best"), move(second, "best"), move(first, "worst"))
    assert [(one.collection_id, one.name) for one in made] == [
        (other.collection.id, "best"),
        (first.collection.id, "best"),
        (first.collection.id, "worst"),
    ]


async def test_two_racing_writers_do_not_both_win(site: Site) -> None:
    viewer, _, (first, second) = await versions(site, 2)
    nowhere = Expectation(version_id=None)

    answers = await asyncio.gather(
        *(moved(site, viewer, move(one, "best", expected=nowhere)) for one in (first, second) * 4),
        return_exceptions=True,
    )

    won = [answer for answer in answers if isinstance(answer, list)]
    assert len(won) == 1
    assert sum(isinstance(answer, ConflictError) for answer in answers) == 7
    assert await alias(site, first, "best") == won[0][0].to_version_id


async def test_a_replay_returns_the_move_and_does_not_repeat_it(site: Site) -> None:
    viewer, _, (first, second) = await versions(site, 2)
    operation = new_id()
    made = await moved(site, viewer, move(first, "best"), operation=operation)
    await moved(site, viewer, move(second, "best"))

    assert await moved(site, viewer, move(first, "best"), operation=operation) == made

    assert await alias(site, first, "best") == second.version.id


async def test_a_move_to_where_it_is_makes_no_history(site: Site) -> None:
    viewer, _, (first,) = await versions(site, 1)
    made = await moved(site, viewer, move(first, "best"))

    assert await moved(site, viewer, move(first, "best")) == made

    assert len(await history(site, first, "best")) == 1


@pytest.mark.parametrize("name", ["latest", "v3", "a/b", ""])
async def test_names_that_are_kept_or_bad_are_refused(site: Site, name: str) -> None:
    viewer = await new_admin(site.graph)
    request = MoveRequest(collection_id="any", name=name, version_id="any")

    with pytest.raises(InvalidInputError):
        await moved(site, viewer, request)


async def test_the_same_alias_twice_or_no_move_is_refused(site: Site) -> None:
    viewer, _, (first, second) = await versions(site, 2)

    with pytest.raises(InvalidInputError):
        await moved(site, viewer, move(first, "best"), move(second, "best"))
    with pytest.raises(InvalidInputError):
        await moved(site, viewer)


async def test_versions_of_elsewhere_and_absent_aliases_are_not_found(site: Site) -> None:
    viewer, project, (first,) = await versions(site, 1)
    other = (await log(site, viewer, project, "other", {"b": b"1"})).placed

    with pytest.raises(NotFoundError):
        await moved(site, viewer, move(first, "best", version_id=other.version.id))
    with pytest.raises(NotFoundError):
        await moved(site, viewer, move(first, "best", version_id=new_id()))
    with pytest.raises(NotFoundError, match="no alias 'best'"):
        await moved(site, viewer, move(first, "best", version_id=None))


async def test_outsiders_find_no_collection_and_readers_may_not_move(site: Site) -> None:
    owner, _, (first,) = await versions(site, 1)
    outsider = await new_admin(site.graph)

    with pytest.raises(NotFoundError):
        await moved(site, outsider, move(first, "best"))
    with pytest.raises(PermissionDeniedError):
        await moved(site, replace(owner, is_read_only=True), move(first, "best"))

    assert await alias(site, first, "best") is None
