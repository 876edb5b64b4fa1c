"""What is left of runs after kills: counted by what the service answers, and by what it stored."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from e2e.killed_runs import Attempt
from e2e.killed_site import ENTITY, Site, opened_graph
from e2e.killed_training import COLLECTION, SIZES, STEPS_A_IMAGE, content_of, values_of
from headwater import Api, Artifact
from headwater.errors import NotFoundError
from headwater_service.domain.history import plan_read
from headwater_service.domain.sessions import viewer_of_key
from headwater_service.store.history import key_of
from headwater_service.store.history_chunks import decode_chunk
from headwater_service.store.objects import open_objects

LOW, HIGH = -(2**63), 2**63 - 1


@dataclass
class Tally:
    """What was acknowledged, and what is wrong with what is there."""

    runs: int = 0
    acknowledged: int = 0
    absent: int = 0
    duplicates: int = 0
    left_running: int = 0
    artifacts_begun: int = 0
    artifacts_stored: int = 0
    artifacts_absent: int = 0
    artifacts_wrong: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        lost = self.absent + self.artifacts_absent
        return not (lost or self.duplicates or self.left_running or self.artifacts_wrong or self.faults)


def count(site: Site, project: str, attempts: Sequence[Attempt]) -> Tally:
    """Compare what the programs noted with what is there."""
    api = Api(base_url=site.url, api_key=site.key, entity=ENTITY, project=project)
    tally = Tally(faults=[fault for attempt in attempts for fault in attempt.faults])
    ids: list[str] = []
    for attempt in attempts:
        _count_run(api, attempt, tally, ids)
    if len(api.runs()) != len(ids):
        tally.duplicates += abs(len(api.runs()) - len(ids))
        tally.faults.append(f"The project has {len(api.runs())} runs, of {len(ids)} programs.")
    tally.left_running = len(api.runs(states="RUNNING"))
    tally.duplicates += asyncio.run(_stored_twice(site, ids))
    _count_artifacts(api, attempts, tally)
    return tally


def _count_run(api: Api, attempt: Attempt, tally: Tally, ids: list[str]) -> None:
    logged = attempt.noted("logged")
    tally.acknowledged += len(logged)
    try:
        run = api.run(attempt.run)
    except NotFoundError:
        tally.absent += len(logged)
        return
    ids.append(run._node_id)
    tally.runs += 1
    wanted = "CRASHED" if attempt.was_killed else "FINISHED"
    if run.state not in (wanted, "RUNNING"):
        tally.faults.append(f"{attempt.run} is {run.state}, not {wanted}.")
    rows = {row["_step"]: row for row in run.history()}
    files = {file.path: file.digest for file in run.files("media/")}
    torn = [path for path, digest in files.items() if digest.removeprefix("sha256:")[:8] not in path]
    if torn:
        tally.faults.append(f"{attempt.run} has files that were never written to their end: {torn}.")
    for step in logged:
        tally.absent += not _is_there(step, rows.get(step, {}), files)
    # A kill may come between the record and the note of it, but there is one such moment only.
    if sorted(rows) != list(range(len(rows))) or len(rows) - len(logged) not in (0, 1):
        tally.faults.append(f"{attempt.run} has {len(rows)} steps, and acknowledged {len(logged)}.")


def _is_there(step: int, row: dict[str, Any], files: dict[str, str]) -> bool:
    """Whether a step has all its values, and its image is among the files of the run."""
    if {key: row.get(key) for key in values_of(step)} != values_of(step):
        return False
    image = row.get("image")
    if image is None:
        return step % STEPS_A_IMAGE != 0
    return bool(files.get(image["path"]) == image["digest"])


async def _stored_twice(site: Site, run_ids: Sequence[str]) -> int:
    """How many stored records have the number or the step of another one: answers would show them as one."""
    objects = open_objects(site.settings)
    twice = 0
    async with opened_graph(site.settings) as graph:
        viewer = await viewer_of_key(graph, site.key)
        assert viewer is not None
        for run_id in run_ids:
            entity_id, chunks = await plan_read(graph, viewer, run_id, LOW, HIGH)
            numbers: Counter[tuple[str, int]] = Counter()
            steps: Counter[int] = Counter()
            for chunk in chunks:
                for record in decode_chunk(await objects.get(key_of(entity_id, run_id, chunk)), ["n"]):
                    numbers[chunk.stream, record.number] += 1
                    steps[record.step] += 1
            twice += max(numbers.total() - len(numbers), steps.total() - len(steps))
    await objects.close()
    return twice


def _count_artifacts(api: Api, attempts: Sequence[Attempt], tally: Tally) -> None:
    """Each artifact is there once and whole, or not at all; one that `wait` returned for is there."""
    begun = {(attempt.run, number) for attempt in attempts for number in attempt.noted("begins")}
    stored = {(attempt.run, number) for attempt in attempts for number in attempt.noted("stored")}
    versions = list(api.artifacts("model", COLLECTION)) if begun else []
    found = Counter((version.metadata["run"], version.metadata["number"]) for version in versions)
    tally.artifacts_begun, tally.artifacts_stored = len(begun), len(versions)
    tally.artifacts_absent = len(stored - found.keys())
    tally.duplicates += found.total() - len(found)
    if {version.version for version in versions} != {f"v{number}" for number in range(len(versions))}:
        tally.faults.append("The versions are not numbered without gap.")
    if not found.keys() <= begun:
        tally.faults.append(f"Nobody logged {found.keys() - begun}.")
    with ThreadPoolExecutor(4) as pool:
        tally.artifacts_wrong = sum(pool.map(_is_wrong, versions))


def _is_wrong(version: Artifact) -> bool:
    run, number = version.metadata["run"], version.metadata["number"]
    producer = version.logged_by()
    with tempfile.TemporaryDirectory(prefix="headwater-killed-") as folder:
        version.download(root=folder, skip_cache=True)
        read = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    is_whole = read == {f"part-{file}.bin": content_of(run, number, file) for file in range(len(SIZES))}
    return not is_whole or producer is None or producer.id != run
