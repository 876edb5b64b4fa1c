"""Version numbers when the process of 32 writers is killed, again and again."""

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from content import Site
from headwater_service.domain.containers import get_container
from headwater_service.domain.people import bootstrap_user
from headwater_service.domain.resolution import resolve_version
from headwater_service.store.collections import find_collection
from viewers import fresh, known, new_project

WRITERS = Path(__file__).with_name("log_writers.py")
TESTS = Path(__file__).parents[2]
INDEXES = """
MATCH (version:ArtifactVersion {collection_id: $id})
RETURN version.index AS index, version.id AS id ORDER BY index
"""
HALF_MADE = """
MATCH (version:ArtifactVersion {collection_id: $id})
WHERE NOT EXISTS { (version)-[:HOLDS]->(:Blob {state: 'PRESENT'}) } OR NOT EXISTS { (version)-[:VERSION_OF]->() }
RETURN version.id AS id
"""


def environment(site: Site) -> dict[str, str]:
    variables = {
        setting.metadata["variable"]: str(getattr(site.settings, setting.name))
        for setting in fields(site.settings)
        if getattr(site.settings, setting.name) not in ((), "")
    }
    return {**os.environ, **variables, "PYTHONPATH": str(TESTS)}


@pytest.mark.slow
async def test_killed_writers_leave_no_gap_and_lose_nothing_acknowledged(site: Site) -> None:
    key = await bootstrap_user(site.graph, fresh("person"))
    viewer = await known(site.graph, key)
    project = await new_project(site.graph, viewer)
    acknowledged: dict[int, str] = {}

    for before_kill in (10, 40, 25):
        with subprocess.Popen(
            [sys.executable, str(WRITERS), key, project.path, "32"],
            env=environment(site),
            stdout=subprocess.PIPE,
            text=True,
        ) as writers:
            assert writers.stdout is not None
            for number, line in enumerate(writers.stdout):
                index, _, version_id = line.strip().partition(" ")
                acknowledged[int(index)] = version_id
                if number == before_kill:
                    writers.kill()

    container = await get_container(site.graph, viewer, project.path)
    collection = await site.graph.read(lambda tx: find_collection(tx, container.id, "data"))
    assert collection is not None
    rows = await site.graph.read(lambda tx: tx.rows(INDEXES, id=collection.id))
    assert [row["index"] for row in rows] == list(range(len(rows)))
    assert len(acknowledged) > 75
    assert acknowledged.items() <= {row["index"]: row["id"] for row in rows}.items()
    assert await site.graph.read(lambda tx: tx.rows(HALF_MADE, id=collection.id)) == []
    latest = await site.graph.read(
        lambda tx: resolve_version(tx, viewer, f"{project.path}/data", entity=None, project=None)
    )
    assert latest.version.index == len(rows) - 1
