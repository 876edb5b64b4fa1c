"""Two people who change what is written about one thing: the second is told, and what the first wrote stays."""

import asyncio
from typing import Any

import pytest

from content import Site, log
from headwater_service.domain.access import Viewer
from headwater_service.domain.runs import RunChange, RunFacts, update_run
from headwater_service.domain.version_changes import VersionChange, VersionFacts, update_version
from headwater_service.errors import ConflictError
from headwater_service.store.graph import Transaction
from headwater_service.store.ids import new_id
from pipelines import start
from viewers import DOCUMENT_BYTES, new_admin, new_project

METADATA = "MATCH (version:ArtifactVersion {id: $id}) RETURN version.metadata AS metadata"


async def change_version(site: Site, viewer: Viewer, version_id: str, change: VersionChange) -> Any:
    placed = await update_version(
        site.graph, viewer, version_id, change, operation=new_id(), document_bytes=DOCUMENT_BYTES
    )
    return placed.content


async def change_run(site: Site, viewer: Viewer, run_id: str, change: RunChange) -> Any:
    run, _ = await update_run(site.graph, viewer, run_id, change, operation=new_id(), document_bytes=DOCUMENT_BYTES)
    return run


async def new_version(site: Site, metadata: dict[str, Any] | None = None) -> tuple[Viewer, str]:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    logged = await log(
        site, viewer, project, "data", {"a": b"1"}, description="old", tags=["b", "a"], metadata=metadata or {"x": 1}
    )
    return viewer, logged.placed.version.id


def split(answers: list[Any]) -> tuple[list[Any], list[ConflictError]]:
    """Return what was written, and the refusals; any other error is a fault of the test."""
    refusals = [answer for answer in answers if isinstance(answer, ConflictError)]
    written = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert len(refusals) + len(written) == len(answers), answers
    return written, refusals


async def test_of_two_writers_of_one_description_the_second_is_told_what_the_first_wrote(site: Site) -> None:
    viewer, version_id = await new_version(site)
    known = VersionFacts(description="old")

    for turn in range(3):
        changes = [VersionChange(description=f"{turn} by {who}", expected=known) for who in ("mai", "ken")]
        answers = await asyncio.gather(
            *(change_version(site, viewer, version_id, change) for change in changes), return_exceptions=True
        )
        (written,), (refused,) = split(answers)
        assert refused.data["current"] == written.description
        assert "description of data:v0" in refused.message
        known = VersionFacts(description=written.description)


async def test_tags_are_compared_whatever_their_order_and_a_refused_change_changes_nothing(site: Site) -> None:
    viewer, version_id = await new_version(site)

    await change_version(
        site, viewer, version_id, VersionChange(tags=["c"], expected=VersionFacts(tags=["a", "b"], description="old"))
    )
    with pytest.raises(ConflictError) as refused:
        late = VersionChange(description="late", tags=["d"], expected=VersionFacts(tags=["a", "b"]))
        await change_version(site, viewer, version_id, late)

    assert refused.value.data["current"] == "c"
    now = await change_version(site, viewer, version_id, VersionChange(metadata={}))
    assert (now.description, list(now.tags)) == ("old", ["c"])


async def test_metadata_is_compared_by_its_values_as_a_browser_knows_them(site: Site) -> None:
    stored = {"loss": 1.0, "id": 2**60 + 1, "nested": {"ok": True, "list": [1, 2]}}
    viewer, version_id = await new_version(site, stored)
    # What JSON.parse and JSON.stringify make of it: other keys first, no integers beyond 2^53.
    read = {"nested": {"list": [1, 2], "ok": True}, "id": 2**60, "loss": 1}
    known = VersionFacts(metadata=read)

    await change_version(site, viewer, version_id, VersionChange(metadata={"x": 2}, expected=known))
    with pytest.raises(ConflictError) as refused:
        await change_version(site, viewer, version_id, VersionChange(metadata={"x": 3}, expected=known))

    assert refused.value.data["current"] == '{"x":2}'


@pytest.mark.parametrize(("there", "read"), [({"a": True}, {"a": 1}), ({"a": 1}, {}), ({"a": [1, 2]}, {"a": [2, 1]})])
async def test_other_metadata_is_not_taken_for_the_same(
    site: Site, there: dict[str, Any], read: dict[str, Any]
) -> None:
    viewer, version_id = await new_version(site, there)

    with pytest.raises(ConflictError):
        await change_version(
            site, viewer, version_id, VersionChange(metadata={"b": 1}, expected=VersionFacts(metadata=read))
        )

    async def metadata(tx: Transaction) -> Any:
        return await tx.row(METADATA, id=version_id)

    assert "b" not in (await site.graph.read(metadata))["metadata"]


async def test_a_change_that_was_made_is_answered_again_although_its_expectation_is_old_by_now(site: Site) -> None:
    viewer, version_id = await new_version(site)
    operation = new_id()
    change = VersionChange(description="new", expected=VersionFacts(description="old"))

    for _ in range(2):
        placed = await update_version(
            site.graph, viewer, version_id, change, operation=operation, document_bytes=DOCUMENT_BYTES
        )
        assert placed.content.description == "new"


async def test_of_two_writers_of_the_notes_of_a_run_the_second_is_told_what_the_first_wrote(site: Site) -> None:
    viewer = await new_admin(site.graph)
    run = await start(site, viewer, await new_project(site.graph, viewer), "train", notes="old")
    changes = [RunChange(notes=f"by {who}", expected=RunFacts(notes="old")) for who in ("mai", "ken")]

    answers = await asyncio.gather(
        *(change_run(site, viewer, run.id, change) for change in changes), return_exceptions=True
    )

    (written,), (refused,) = split(answers)
    assert refused.data["current"] == written.notes


async def test_tags_and_texts_of_a_run_that_has_none_can_be_expected(site: Site) -> None:
    viewer = await new_admin(site.graph)
    run = await start(site, viewer, await new_project(site.graph, viewer), "train")

    changed = await change_run(site, viewer, run.id, RunChange(tags=["a"], expected=RunFacts(tags=[])))
    with pytest.raises(ConflictError) as refused:
        await change_run(site, viewer, run.id, RunChange(group="g", expected=RunFacts(group="old")))

    assert list(changed.tags) == ["a"]
    assert refused.value.data["current"] == ""
