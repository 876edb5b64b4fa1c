"""Deletions beside other writers: an edge, a link or an alias is either counted, or refused; never on a tombstone."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from content import Site, digest_of
from deletions import (
    LIMIT,
    aliases_in,
    deleted,
    ended,
    finish,
    give_alias,
    ids_of,
    link,
    logged,
    planned,
    restored,
    use,
)
from headwater_service.domain.access import Viewer
from headwater_service.domain.deletion import delete
from headwater_service.domain.deletion_targets import Targets
from headwater_service.errors import ConflictError, DomainError
from headwater_service.model import Container
from headwater_service.store.blobs import claim_blobs, hold_blobs
from headwater_service.store.graph import Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion
from viewers import new_admin, new_project, new_run

pytestmark = pytest.mark.slow

ROUNDS = 12
DANGLING = """
MATCH (version:Lineage {id: $id})
WHERE version.ended_at IS NOT NULL
OPTIONAL MATCH (version)-[edge:CONSUMED_BY]->() WHERE edge.retracted_at IS NULL
OPTIONAL MATCH (version)<-[:POINTS_TO]-(alias)
OPTIONAL MATCH (version)-[:LINKED_TO]->(link) WHERE link.state = 'COMMITTED'
RETURN count(edge) + count(alias) + count(link) AS count
"""
BUSY = """
MATCH (version:ArtifactVersion {id: $id})
UNWIND range(1, 80) AS n
CREATE (version)-[:CONSUMED_BY {id: $id + ':' + n, at: n, retracted_at: 1}]->(:Run {id: $id + ':' + n})
"""

Rival = Callable[[Site, Viewer, Container, PlacedVersion], Awaitable[None]]


async def consume(site: Site, viewer: Viewer, project: Container, version: PlacedVersion) -> None:
    run = (await new_run(site.graph, viewer, project)).run
    await use(site, viewer, run, version)


async def make_link(site: Site, viewer: Viewer, project: Container, version: PlacedVersion) -> None:
    await link(site, viewer, version, "model-registry/Churn")


async def name_it(site: Site, viewer: Viewer, project: Container, version: PlacedVersion) -> None:
    await give_alias(site, viewer, version, "best")


async def outcome(attempt: Awaitable[object]) -> bool:
    """Tell whether it succeeded; a refusal is the other good outcome."""
    try:
        await attempt
    except DomainError as error:
        assert isinstance(error, ConflictError), error
        return False
    return True


@pytest.mark.parametrize("rival", [consume, make_link, name_it], ids=["consumed", "linked", "aliased"])
@pytest.mark.parametrize("is_busy", [False, True], ids=["", "busy"])
async def test_a_version_is_used_or_deleted_but_never_both(site: Site, rival: Rival, is_busy: bool) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    outcomes: list[tuple[bool, bool]] = []
    for number in range(ROUNDS):
        version = await logged(site, viewer, project, "churn", f"{number}")
        if is_busy:
            # A node of many edges is locked in another way by the database.
            await site.graph.write(lambda tx, found=version: tx.rows(BUSY, id=found.version.id))  # type: ignore[misc]
        targets = Targets(versions=ids_of([version]))
        plan = await planned(site, viewer, targets)

        is_deleted, is_used = await asyncio.gather(
            outcome(deleted(site, viewer, targets, plan=plan)),
            outcome(_after(number * 0.002, rival(site, viewer, project, version))),
        )

        rows = await site.graph.read(lambda tx, found=version: tx.rows(DANGLING, id=found.version.id))  # type: ignore[misc]
        assert [row["count"] for row in rows] == [0]
        assert await ended(site, version.version.id) == [is_deleted]
        outcomes.append((is_deleted, is_used))

    assert (True, True) not in outcomes
    assert (False, False) not in outcomes


async def _after(seconds: float, attempt: Awaitable[None]) -> None:
    await asyncio.sleep(seconds)
    await attempt


async def test_two_deletions_of_one_plan_are_one(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    version = await logged(site, viewer, project, "churn", "1")
    targets = Targets(versions=ids_of([version]))
    plan = await planned(site, viewer, targets)

    made = await asyncio.gather(*(outcome(deleted(site, viewer, targets, plan=plan)) for _ in range(4)))

    assert sorted(made) == [False, False, False, True]


async def test_the_same_operation_sent_twice_at_once_is_one_deletion_with_one_answer(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    version = await logged(site, viewer, project, "churn", "1")
    targets, operation = Targets(versions=ids_of([version])), new_id()
    plan = await planned(site, viewer, targets)

    answers = await asyncio.gather(*(deleted(site, viewer, targets, plan=plan, operation=operation) for _ in range(4)))

    assert len(set(answers)) == 1


async def test_logging_beside_the_deletion_of_its_collection_never_leaves_a_version_in_a_deleted_one(
    site: Site,
) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    for number in range(ROUNDS):
        name = f"churn-{number}"
        first = await logged(site, viewer, project, name, "1")
        targets = Targets(collections=[first.collection.id])
        plan = await planned(site, viewer, targets)

        await asyncio.gather(
            outcome(deleted(site, viewer, targets, plan=plan)),
            outcome(_log(site, viewer, project, name, number)),
        )

        rows = await site.graph.read(
            lambda tx, found=first: tx.rows(  # type: ignore[misc]
                "MATCH (c:Collection {id: $id})<-[:VERSION_OF]-(v) WHERE c.ended_at IS NOT NULL AND v.ended_at IS NULL "
                "RETURN count(v) AS count",
                id=found.collection.id,
            )
        )
        assert rows == [{"count": 0}]


async def _log(site: Site, viewer: Viewer, project: Container, name: str, number: int) -> None:
    await asyncio.sleep(number * 0.003)
    await logged(site, viewer, project, name, "2")


async def test_bytes_told_are_exact_beside_a_writer_of_the_same_bytes(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    version = await logged(site, viewer, project, "churn", "the same")
    other = await logged(site, viewer, project, "other", "else")
    targets = Targets(versions=ids_of([version]))
    plan = await planned(site, viewer, targets)
    has_begun, may_end = asyncio.Event(), asyncio.Event()
    digest = digest_of(b"the same")

    async def hold(tx: Transaction) -> None:
        """Commit the same bytes in another version, slowly."""
        blobs: list[dict[str, str | int | None]] = [{"digest": digest, "size": 8, "version_id": None}]
        await claim_blobs(tx, project.entity_id, blobs, operation=new_id(), at=version.version.created_at)
        await hold_blobs(tx, project.entity_id, other.version.id, [digest])
        has_begun.set()
        await may_end.wait()

    holding = asyncio.create_task(site.graph.write(hold))
    await has_begun.wait()
    deleting = asyncio.create_task(deleted(site, viewer, targets, plan=plan))
    await asyncio.sleep(0.5)
    waited = not deleting.done()
    may_end.set()
    await holding
    with pytest.raises(ConflictError, match="not what was planned"):
        await deleting

    assert (plan.figures.freed, waited) == (8, True)
    assert (await planned(site, viewer, targets)).figures.shared == 8


async def test_restoring_twice_at_once_restores_once(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    version = await logged(site, viewer, project, "churn", "1")
    made = await deleted(site, viewer, Targets(versions=ids_of([version])))

    answers = await asyncio.gather(*(restored(site, viewer, deletion=made) for _ in range(3)), return_exceptions=True)

    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1
    assert await aliases_in(site, version) == {"latest": 0}


async def test_a_limit_holds_under_the_locks_as_well(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    version = await logged(site, viewer, project, "churn", "1")
    run = (await new_run(site.graph, viewer, project)).run
    await finish(site, viewer, run)
    targets = Targets(versions=ids_of([version]), runs=[run.id])
    plan = await planned(site, viewer, targets)

    with pytest.raises(DomainError, match="HEADWATER_DELETION_NODES"):
        await delete(
            site.graph,
            viewer,
            targets,
            plan_digest=plan.digest,
            delete_aliases=False,
            operation=new_id(),
            limit=1,
        )
    made = await deleted(site, viewer, targets, plan=plan)

    assert (made.figures.versions, made.figures.runs, LIMIT) == (1, 1, 10_000)
