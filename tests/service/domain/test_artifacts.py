"""Artifacts: logged once, numbered without gaps, reused, replayed, changed."""

import asyncio
import secrets
from dataclasses import replace
from typing import Any

import orjson
import pytest

from content import Site, digest_of, log, log_stored, put_manifest, upload
from headwater_service.domain.artifacts import MetadataMode
from headwater_service.domain.version_changes import VersionChange, update_version
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import Instant
from headwater_service.store.aliases import find_alias, find_alias_at
from headwater_service.store.ids import new_id
from headwater_service.store.reads import list_aliases
from viewers import DOCUMENT_BYTES, new_admin, new_project, new_run, new_team

INDEXES = "MATCH (version:ArtifactVersion {collection_id: $id}) RETURN version.index AS index ORDER BY index"
HELD = """
MATCH (version:ArtifactVersion {id: $id})-[:HOLDS]->(blob:Blob)
RETURN blob.digest AS digest, blob.size AS size, blob.state AS state, blob.version_id AS version_id
"""
PRODUCED = """
MATCH (run:Run {id: $run})-[edge:PRODUCED]->(version:ArtifactVersion {id: $version})
RETURN edge.id AS id, edge.reused AS reused
"""
FIELDS = "MATCH (field:Field {owner_id: $id}) RETURN field.path AS path, field.num AS num, field.str AS str"
STORED = "MATCH (version:ArtifactVersion {id: $id}) RETURN version.metadata AS metadata"
EVENTS = "MATCH (event:Event {scope: $scope}) RETURN event.kind AS kind ORDER BY event.number"


async def rows(site: Site, query: Any, **parameters: Any) -> list[dict[str, Any]]:
    return await site.graph.read(lambda tx: tx.rows(query, parameters))


async def alias(site: Site, collection_id: str, name: str) -> str | None:
    return await site.graph.read(lambda tx: find_alias(tx, collection_id, name))


async def indexes(site: Site, collection_id: str) -> list[int]:
    return [row["index"] for row in await rows(site, INDEXES, id=collection_id)]


async def test_the_first_log_makes_version_zero_with_all_that_belongs_to_it(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    run = (await new_run(site.graph, viewer, project)).run
    files = {"a.txt": b"one", "sub/b.txt": b"two", "sub/c.txt": b"one"}

    logged = await log(
        site,
        viewer,
        project,
        "data",
        files,
        run_id=run.id,
        description="words",
        metadata={"rows": 3, "split": {"train": 0.8}, "classes": ["cat", "dog"], "clean": True, "none": None},
        aliases=["best", "latest"],
        tags=["raw"],
        history_step=7,
    )

    version = logged.placed.content
    assert (logged.is_reused, list(logged.notices)) == (False, [])
    assert (version.index, version.size, version.file_count, version.history_step) == (0, 9, 3, 7)
    assert (version.description, list(version.tags), version.type) == ("words", ["raw"], "dataset")
    held = await rows(site, HELD, id=version.id)
    assert {(row["digest"], row["size"], row["state"]) for row in held} == {
        (digest_of(b"one"), 3, "PRESENT"),
        (digest_of(b"two"), 3, "PRESENT"),
    }
    assert all(row["version_id"] for row in held)
    assert await rows(site, PRODUCED, run=run.id, version=version.id) == [
        {"id": f"{run.id}:{version.id}", "reused": False}
    ]
    assert [await alias(site, version.collection_id, name) for name in ("latest", "best")] == [version.id] * 2
    assert {(row["path"], row["num"], row["str"]) for row in await rows(site, FIELDS, id=version.id)} == {
        ("rows", 3, None),
        ("split.train", 0.8, None),
        ("classes", None, "cat"),
        ("classes", None, "dog"),
        ("clean", 1, None),
    }
    assert [row["kind"] for row in await rows(site, EVENTS, scope=version.collection_id)] == ["ARTIFACT_LOGGED"]


async def test_an_empty_artifact_is_a_version(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)

    logged = await log(site, viewer, project, "nothing", {})

    assert (logged.placed.content.size, logged.placed.content.file_count) == (0, 0)


async def test_equal_content_is_the_same_version_and_latest_stays(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    first_run, second_run = [(await new_run(site.graph, viewer, project)).run for _ in range(2)]
    first = await log(site, viewer, project, "data", {"a": b"1"}, run_id=first_run.id)
    second = await log(site, viewer, project, "data", {"a": b"2"}, run_id=first_run.id)

    again = await log(site, viewer, project, "data", {"a": b"1"}, run_id=second_run.id, aliases=["best"])

    version, collection_id = again.placed.version, again.placed.collection.id
    assert (again.is_reused, version.id) == (True, first.placed.version.id)
    assert await alias(site, collection_id, "best") == first.placed.version.id
    assert await alias(site, collection_id, "latest") == second.placed.version.id
    edges = await rows(site, PRODUCED, run=second_run.id, version=version.id)
    assert [edge["reused"] for edge in edges] == [True]


async def test_latest_does_not_go_back_even_when_it_is_asked_for(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    first = (await log(site, viewer, project, "data", {"a": b"1"})).placed
    second = (await log(site, viewer, project, "data", {"a": b"2"})).placed

    await log(site, viewer, project, "data", {"a": b"1"}, aliases=["latest", "best"])

    found = await site.graph.read(lambda tx: list_aliases(tx, [first.collection.id]))
    assert {alias.name: alias.version_id for alias in found[first.collection.id]} == {
        "best": first.version.id,
        "latest": second.version.id,
    }


async def test_a_run_that_logs_the_same_twice_keeps_its_first_edge(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    run = (await new_run(site.graph, viewer, project)).run

    first = await log(site, viewer, project, "data", {"a": b"1"}, run_id=run.id)
    await log(site, viewer, project, "data", {"a": b"1"}, run_id=run.id)

    edges = await rows(site, PRODUCED, run=run.id, version=first.placed.version.id)
    assert [edge["reused"] for edge in edges] == [False]


async def test_other_metadata_on_the_same_content_stays_out_with_a_notice_unless_update_is_asked(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    files = {"a": b"1"}
    first = await log(site, viewer, project, "data", files, metadata={"x": 1, "y": 2}, tags=["a"])
    version_id = first.placed.version.id

    kept = await log(site, viewer, project, "data", files, metadata={"x": 9})
    same = await log(site, viewer, project, "data", files, metadata={"x": 1})

    assert len(kept.notices) == 1 and "metadata" in kept.notices[0] and "data:v0" in kept.notices[0]
    assert list(same.notices) == []
    assert orjson.loads((await rows(site, STORED, id=version_id))[0]["metadata"]) == {"x": 1, "y": 2}

    updated = await log(
        site, viewer, project, "data", files, metadata={"x": 9}, tags=["b"], metadata_mode=MetadataMode.UPDATE
    )

    assert list(updated.notices) == []
    assert list(updated.placed.content.tags) == ["a", "b"]
    assert orjson.loads((await rows(site, STORED, id=version_id))[0]["metadata"]) == {"x": 9, "y": 2}
    assert {(row["path"], row["num"]) for row in await rows(site, FIELDS, id=version_id)} == {("x", 9), ("y", 2)}


async def test_a_replay_returns_the_recorded_answer_and_moves_nothing_back(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    operation = new_id()
    first = await log(site, viewer, project, "data", {"a": b"1"}, aliases=["best"], operation=operation)
    second = await log(site, viewer, project, "data", {"a": b"2"}, aliases=["best"])

    replayed = await log(site, viewer, project, "data", {"a": b"1"}, aliases=["best"], operation=operation)

    collection_id = first.placed.collection.id
    assert (replayed.placed.version.id, replayed.is_reused) == (first.placed.version.id, False)
    assert await alias(site, collection_id, "best") == second.placed.version.id
    assert await indexes(site, collection_id) == [0, 1]


async def test_a_commit_with_missing_blobs_is_refused_and_changes_nothing(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    await log(site, viewer, project, "data", {"a": b"0"})
    files = {"a": secrets.token_bytes(9), "b": secrets.token_bytes(9), "c": b"0"}
    stored = await put_manifest(site, viewer, project, files)
    await upload(site, viewer, project, files["a"])
    operation = new_id()

    with pytest.raises(ConflictError) as caught:
        await log_stored(site, viewer, project, "data", stored.summary.digest, operation=operation)

    assert caught.value.data["missing"] == [digest_of(files["b"])]
    assert sorted(stored.missing) == sorted([digest_of(files["a"]), digest_of(files["b"])])
    await upload(site, viewer, project, files["b"])
    logged = await log_stored(site, viewer, project, "data", stored.summary.digest, operation=operation)
    assert logged.placed.version.index == 1
    assert await indexes(site, logged.placed.collection.id) == [0, 1]


async def test_bytes_of_another_entity_do_not_count(site: Site) -> None:
    ana, bob = await new_admin(site.graph), await new_admin(site.graph)
    theirs, ours = await new_project(site.graph, ana), await new_project(site.graph, bob)
    secret = secrets.token_bytes(20)
    await log(site, ana, theirs, "data", {"a": secret})

    stored = await put_manifest(site, bob, ours, {"a": secret})
    with pytest.raises(ConflictError):
        await log_stored(site, bob, ours, "data", stored.summary.digest)

    assert list(stored.missing) == [digest_of(secret)]


async def test_a_manifest_must_be_stored_first(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)

    with pytest.raises(NotFoundError, match="manifest is not stored"):
        await log_stored(site, viewer, project, "data", digest_of(b"no manifest"))


async def test_a_wrong_type_names_both(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    await log(site, viewer, project, "data", {"a": b"1"})

    with pytest.raises(ConflictError, match="'dataset', not 'model'"):
        await log(site, viewer, project, "data", {"a": b"2"}, type="model")


@pytest.mark.parametrize(
    "more",
    [
        {"aliases": ["v3"]},
        {"aliases": ["a/b"]},
        {"metadata": {"x": {"y": float("nan")}}},
        {"metadata": {"x": "y" * DOCUMENT_BYTES}},
        {"metadata": [1]},
        {"type": "a:b"},
        {"tags": [""]},
    ],
)
async def test_bad_input_is_refused(site: Site, more: dict[str, Any]) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)

    with pytest.raises(InvalidInputError):
        await log(site, viewer, project, "data", {}, **more)


async def test_long_texts_in_metadata_are_stored_whole_and_found_by_their_beginning(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    text = "日本" * 20_000

    logged = await log(site, viewer, project, "data", {}, metadata={"long": text, "big": 2**63 - 1})

    fields = await rows(site, FIELDS, id=logged.placed.version.id)
    assert {(row["path"], row["num"], row["str"]) for row in fields} == {
        ("long", None, text[:1000]),
        ("big", 2**63 - 1, None),
    }
    stored = orjson.loads((await rows(site, STORED, id=logged.placed.version.id))[0]["metadata"])
    assert stored == {"long": text, "big": 2**63 - 1}


async def test_a_run_of_another_project_can_not_log_here(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project, other = await new_project(site.graph, viewer), await new_project(site.graph, viewer)
    run = (await new_run(site.graph, viewer, other)).run

    with pytest.raises(InvalidInputError, match="can't log artifacts"):
        await log(site, viewer, project, "data", {}, run_id=run.id)


async def test_outsiders_find_nothing_and_viewers_may_not_log(site: Site) -> None:
    owner, outsider, reader = [await new_admin(site.graph) for _ in range(3)]
    _, (owner, reader) = await new_team(site.graph, owner, viewer=reader)
    project = await new_project(site.graph, owner)
    logged = await log(site, owner, project, "data", {"a": b"1"})
    digest, version_id = logged.placed.content.digest, logged.placed.version.id
    change = VersionChange(description="mine")

    with pytest.raises(NotFoundError):
        await log_stored(site, outsider, project, "data", digest)
    with pytest.raises(NotFoundError):
        await update_version(
            site.graph, outsider, version_id, change, operation=new_id(), document_bytes=DOCUMENT_BYTES
        )
    with pytest.raises(PermissionDeniedError):
        await log_stored(site, replace(owner, is_read_only=True), project, "data", digest)


async def test_versions_are_numbered_without_gaps_under_32_writers(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)

    async def write(number: int) -> int:
        logged = await log(site, viewer, project, "data", {"a": str(number % 24).encode()})
        return logged.placed.version.index

    taken = await asyncio.gather(*(write(number) for number in range(32)))

    collection_id = (await log(site, viewer, project, "data", {"a": b"0"})).placed.collection.id
    assert await indexes(site, collection_id) == list(range(24))
    assert set(taken) == set(range(24))


async def test_history_of_latest_tells_where_it_was(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    first = (await log(site, viewer, project, "data", {"a": b"1"})).placed
    second = (await log(site, viewer, project, "data", {"a": b"2"})).placed
    created = second.version.created_at

    async def latest_at(at: int) -> str | None:
        return await site.graph.read(lambda tx: find_alias_at(tx, first.collection.id, "latest", Instant(at)))

    then = [await latest_at(at) for at in (created - 1, created, first.version.created_at - 1)]

    assert then == [first.version.id, second.version.id, None]


async def test_a_version_s_words_change_and_its_replay_does_not_change_them_back(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    logged = await log(site, viewer, project, "data", {}, metadata={"x": 1}, description="old", tags=["a"])
    version_id = logged.placed.version.id
    operation = new_id()

    async def update(change: VersionChange, operation: str) -> Any:
        placed = await update_version(
            site.graph, viewer, version_id, change, operation=operation, document_bytes=DOCUMENT_BYTES
        )
        return placed.content

    first = await update(VersionChange(description="new", metadata={"y": "z"}, tags=[]), operation)
    await update(VersionChange(description="newer"), new_id())
    replayed = await update(VersionChange(description="new", metadata={"y": "z"}, tags=[]), operation)

    assert (first.description, list(first.tags)) == ("new", [])
    assert replayed.description == "newer"
    assert await rows(site, FIELDS, id=version_id) == [{"path": "y", "num": None, "str": "z"}]
