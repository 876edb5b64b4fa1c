"""An offline run that is synced from copies of its journal leaves one graph: that of the same program online."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import headwater
from e2e.examples import NewPlace, Place
from headwater_service.store.graph import Graph

PREPARE = """
import headwater
with headwater.init(id="prepare", name="preparing") as run:
    artifact = headwater.Artifact("raw", type="dataset")
    with artifact.new_file("raw.txt") as file:
        file.write("raw")
    run.log_artifact(artifact)
"""
TRAIN = """
import math
from pathlib import Path
import headwater

settings = {"console": False, "system_interval": 0, "record_environment": False}
config = {"rate": 0.1, "limit": math.inf}
with headwater.init(
    id="train", name="training", job_type="train", group="g", tags=["a"], notes="n", config=config, settings=settings
) as run:
    raw = run.use_artifact("raw:latest")
    assert Path(raw.file()).read_text() == "raw"
    for step in range(20):
        run.log({"loss": 1 / (step + 1), "odd": math.nan, "nested": {"text": f"step {step}"}})
    run.log({"image": headwater.Image([[0.0, 1.0]])})
    run.log({"table": headwater.Table(columns=["a"], data=[[1], [2]])})
    run.config["late"] = 3
    Path("notes.txt").write_text("kept")
    run.save("notes.txt")
    for number in range(2):
        model = headwater.Artifact("model", type="model", description="d", metadata={"number": number})
        for name in ("weights", "labels"):
            with model.new_file(f"{name}.bin", mode="wb") as file:
                file.write(bytes([number]) * 1_000)
        run.log_artifact(model, aliases=[f"number-{number}"], tags=["t"]).wait()
    run.link_artifact(model, "model-registry/Registered", aliases=["staging"])
    run.summary["best"] = 0.5
"""

# A user, the entity of the same name, and everything in it.
NODES = """
MATCH (entity:Entity {name: $entity}), (user:User {name: $entity})
OPTIONAL MATCH (container:Container {entity_id: entity.id})
WITH entity, user, collect(container.id) AS scopes
OPTIONAL MATCH (scoped:Run|Collection WHERE scoped.scope_id IN scopes)
WITH entity, user, scopes, collect(scoped.id) AS owners
MATCH (node)
WHERE node IN [entity, user] OR node.entity_id = entity.id OR node.id IN scopes OR node.scope_id IN scopes
   OR node.collection_id IN owners OR node.run_id IN owners
WITH collect(node) AS nodes
RETURN [node IN nodes | [elementId(node), labels(node), properties(node)]] AS nodes,
  COLLECT {
    UNWIND nodes AS source MATCH (source)-[edge]->(target)
    RETURN [elementId(source), type(edge), properties(edge), elementId(target)]
  } AS edges
"""
# What taking a lock writes, whether or not anything is changed under it, and what follows a change in the background.
MARKS = frozenset(("lock", "last_at", "seq", "hash"))
IN_THE_BACKGROUND = frozenset(("HistoryChunk", "Stream"))
# What tells which entity this is, where its programs lie, and when.
OWN = frozenset(("at", "command", "event_number", "search_scope"))
# How bytes are packed, and what events there are, depends on when things were sent.
ON_THE_WAY = frozenset(("AliasMove", "Blob", "Event"))

Dump = dict[str, list[Any]]


async def dump(graph: Graph, entity: str) -> Dump:
    """All nodes and edges of an entity, as they are stored."""
    (row,) = await graph.read(lambda tx: tx.rows(NODES, entity=entity))
    nodes = [
        [node, sorted({*labels} - {"Unsequenced"}), _without(given, MARKS)]
        for node, labels, given in row["nodes"]
        if IN_THE_BACKGROUND.isdisjoint(labels)
    ]
    kept = {node for node, _, _ in nodes}
    edges = [edge for edge in row["edges"] if edge[0] in kept and edge[3] in kept]
    return {"nodes": sorted(nodes, key=str), "edges": sorted(edges, key=str)}


def shape(found: Dump, place: Place) -> Dump:
    """The same without what differs from one entity to another: ids become names, times are left out."""
    kept = [node for node in found["nodes"] if ON_THE_WAY.isdisjoint(node[1])]
    by_id = {given["id"]: given for _, _, given in found["nodes"] if "id" in given}
    names = {place.entity: "entity", place.project: "project"}
    names |= {each: _name(given, by_id, names) for each, given in by_id.items()}
    elements = {element: names.get(given.get("id"), str(sorted(labels))) for element, labels, given in kept}
    nodes = [[sorted(labels), _shaped(given, names)] for _, labels, given in kept]
    edges = [
        [elements[source], kind, _shaped(_without(given, {"id"}), names), elements[target]]
        for source, kind, given, target in found["edges"]
        if source in elements and target in elements
    ]
    return {"nodes": sorted(nodes, key=str), "edges": sorted(edges, key=str)}


def _name(given: dict[str, Any], by_id: dict[str, dict[str, Any]], names: dict[str, str]) -> str:
    if "index" in given:
        return f"{_name(by_id[given['collection_id']], by_id, names)}:v{given['index']}"
    own = str(given.get("key", given.get("name", "")))
    above = by_id.get(str(given.get("scope_id", given.get("entity_id"))))
    return "/".join([*([_name(above, by_id, names)] if above else []), names.get(own, own)])


def _shaped(given: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    shaped: dict[str, Any] = {}
    for key, value in given.items():
        if key in OWN or key.endswith("_at"):
            continue
        if isinstance(value, str) and value.startswith("{"):
            value = json.loads(value)
        if isinstance(value, str):
            for before, after in names.items():
                value = value.replace(before, after)
        shaped[key] = value
    return shaped


def _without(given: dict[str, Any], keys: frozenset[str] | set[str]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key not in keys}


def program(place: Place, text: str, **more: str) -> None:
    path = place.folder / "program.py"
    path.write_text(text)
    place.run(path, **more)


def command(place: Place, *arguments: str, **more: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from headwater.cli.main import run; run()", *arguments],
        cwd=place.folder,
        env={**place.variables, **more},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def prepared(new_place: NewPlace) -> Place:
    """A place whose lockfile pins the input, which lies in the cache."""
    here = new_place()
    program(here, PREPARE)
    command(here, "lock", "--download", "raw:latest")
    return here


def told(place: Place, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the API answers of the run and of what it made."""
    place.enter(monkeypatch)
    api = headwater.Api()
    run = api.run(f"{place.path}/train")
    models = [api.artifact(f"{place.path}/model:number-{number}") for number in range(2)]
    return {
        "rows": [{key: str(value) for key, value in row.items() if key != "_time"} for row in run.history()],
        "summary": str(run.summary),
        "config": str(run.config),
        "files": sorted((file.path, file.digest, file.size) for file in run.files()),
        "used": [used.name for used in run.used_artifacts()],
        "logged": sorted((made.name, made.digest) for made in run.logged_artifacts()),
        "models": [(model.name, model.digest, sorted(model.aliases), model.history_step) for model in models],
        "bytes": [Path(models[1].download(place.folder / "down"), "weights.bin").read_bytes()],
        "registered": api.artifact(f"{place.entity}/model-registry/Registered:staging").source_name,
    }


@pytest.mark.slow
async def test_syncs_of_a_moved_copy_leave_the_graph_of_the_same_program_online(
    graph: Graph, new_place: NewPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline, online = prepared(new_place), prepared(new_place)
    program(online, TRAIN)

    program(offline, TRAIN, HEADWATER_DIR=str(tmp_path / "a"), HEADWATER_MODE="offline", HEADWATER_BASE_URL="http://0")
    copies = [Path(shutil.copytree(tmp_path / "a", tmp_path / name)) for name in ("b", "c")]
    shutil.rmtree(tmp_path / "a")
    elsewhere = replace(offline, variables={**offline.variables, "HEADWATER_HOME": str(tmp_path / "home")})
    dumps = []
    for copy in (copies[0], copies[0], copies[1]):
        command(elsewhere, "sync", str(copy))
        dumps.append(await dump(graph, offline.entity))

    assert dumps[1] == dumps[0]
    assert dumps[2] == dumps[0]
    assert shape(dumps[0], offline) == shape(await dump(graph, online.entity), online)
    synced = told(offline, monkeypatch)
    assert synced == told(online, monkeypatch)
    assert (len(synced["rows"]), synced["used"], synced["registered"]) == (22, ["raw:v0"], "model:v1")
