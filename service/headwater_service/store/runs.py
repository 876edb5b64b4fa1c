"""Runs in the graph: their facts, their heartbeat and the files they hold."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from headwater_service.model import Instant, Run, RunState
from headwater_service.store.graph import Transaction

FIND_RUN: Final = """
MATCH (run:Run {id: $id})
RETURN run {
  .id, .key, .name, .scope_id, .created_by, .job_type, .group, .tags, .notes, .state, .host, .command, .git_commit,
  .git_remote, .created_at, .started_at, .heartbeat_at, .finished_at, .exit_code, .ended_at
} AS run
"""

FIND_RUN_BY_KEY: Final = """
MATCH (run:Run {scope_id: $scope_id, key: $key})
RETURN run {
  .id, .key, .name, .scope_id, .created_by, .job_type, .group, .tags, .notes, .state, .host, .command, .git_commit,
  .git_remote, .created_at, .started_at, .heartbeat_at, .finished_at, .exit_code, .ended_at
} AS run
"""

FIND_DOCUMENTS: Final = """
MATCH (run:Run {id: $id})
RETURN run.config AS config, run.summary AS summary
"""

# The project is locked, so no two runs get one number.
NEXT_RUN_NUMBER: Final = """
MATCH (project:Container {id: $scope_id})
SET project.run_count = coalesce(project.run_count, 0) + 1
RETURN project.run_count AS number
"""

CREATE_RUN: Final = """
CREATE (run:Run:Lineage:EventScope)
SET run = $properties, run.heartbeat_at = $at
RETURN run {
  .id, .key, .name, .scope_id, .created_by, .job_type, .group, .tags, .notes, .state, .host, .command, .git_commit,
  .git_remote, .created_at, .started_at, .heartbeat_at, .finished_at, .exit_code, .ended_at
} AS run
"""

CHANGE_RUN: Final = """
MATCH (run:Run {id: $id})
SET run += $changes
RETURN run {
  .id, .key, .name, .scope_id, .created_by, .job_type, .group, .tags, .notes, .state, .host, .command, .git_commit,
  .git_remote, .created_at, .started_at, .heartbeat_at, .finished_at, .exit_code, .ended_at
} AS run
"""

# A run that ended stays as it ended: records may arrive late, from another process or an offline journal.
BEAT: Final = """
MATCH (run:Run {id: $id})
WITH run, datetime.realtime() AS clock
SET run.heartbeat_at = CASE
  WHEN run.state = 'RUNNING' THEN clock.epochSeconds * 1000000 + clock.microsecond
  ELSE run.heartbeat_at
END
RETURN run.state AS state
"""

LIST_SILENT_RUNS: Final = """
WITH datetime.realtime() AS clock
WITH clock.epochSeconds * 1000000 + clock.microsecond - $microseconds AS limit
MATCH (run:Run)
WHERE run.state = 'RUNNING' AND run.heartbeat_at < limit
RETURN run.id AS id
LIMIT $count
"""

IS_SILENT: Final = """
WITH datetime.realtime() AS clock
WITH clock.epochSeconds * 1000000 + clock.microsecond - $microseconds AS limit
MATCH (run:Run {id: $id})
RETURN run.state = 'RUNNING' AND run.heartbeat_at < limit AS is_silent
"""

DROP_RUN_FILES: Final = """
MATCH (run:Run {id: $id})-[held:HOLDS]->(:Blob)
WHERE held.path IN $paths
DELETE held
"""

HOLD_RUN_FILES: Final = """
MATCH (run:Run {id: $id})
UNWIND $files AS file
MATCH (blob:Blob {entity_id: $entity_id, digest: file.digest})
CREATE (run)-[:HOLDS {path: file.path, size: file.size}]->(blob)
"""


async def find_run(tx: Transaction, run_id: str) -> Run | None:
    row = await tx.row(FIND_RUN, id=run_id)
    return None if row is None else _run(row["run"])


async def find_run_by_key(tx: Transaction, scope_id: str, key: str) -> Run | None:
    row = await tx.row(FIND_RUN_BY_KEY, scope_id=scope_id, key=key)
    return None if row is None else _run(row["run"])


async def find_documents(tx: Transaction, run_id: str) -> tuple[str, str]:
    """Return a run's config and summary, each as the JSON text that is stored."""
    row = await tx.row(FIND_DOCUMENTS, id=run_id)
    assert row is not None, "the run was locked or read in this transaction, and runs are never deleted"
    return row["config"], row["summary"]


async def next_run_number(tx: Transaction, scope_id: str) -> int:
    """Count one more run of a locked project."""
    row = await tx.row(NEXT_RUN_NUMBER, scope_id=scope_id)
    assert row is not None, "the project was locked in this transaction"
    number: int = row["number"]
    return number


async def create_run(tx: Transaction, properties: Mapping[str, Any], *, at: Instant) -> Run:
    row = await tx.row(CREATE_RUN, properties=properties, at=at)
    assert row is not None, "CREATE returns a row"
    return _run(row["run"])


async def change_run(tx: Transaction, run_id: str, changes: Mapping[str, Any]) -> Run:
    """Set the properties given; a null removes one."""
    row = await tx.row(CHANGE_RUN, id=run_id, changes=changes)
    assert row is not None, "the run was locked in this transaction"
    return _run(row["run"])


async def beat(tx: Transaction, run_id: str) -> RunState | None:
    """Note that a run was heard of, if it goes on, and return its state. None: there is no such run."""
    row = await tx.row(BEAT, id=run_id)
    return None if row is None else RunState(row["state"])


async def list_silent_runs(tx: Transaction, *, seconds: float, count: int) -> list[str]:
    """Return ids of runs that should go on but were not heard of for so long."""
    rows = await tx.rows(LIST_SILENT_RUNS, microseconds=int(seconds * 1_000_000), count=count)
    return [row["id"] for row in rows]


async def is_silent(tx: Transaction, run_id: str, *, seconds: float) -> bool:
    row = await tx.row(IS_SILENT, id=run_id, microseconds=int(seconds * 1_000_000))
    return row is not None and bool(row["is_silent"])


async def hold_run_files(tx: Transaction, run_id: str, entity_id: str, files: Sequence[Mapping[str, Any]]) -> None:
    """Give a run files `{path, digest, size}` of blobs that are there; a path it has is replaced."""
    await tx.rows(DROP_RUN_FILES, id=run_id, paths=[file["path"] for file in files])
    await tx.rows(HOLD_RUN_FILES, id=run_id, entity_id=entity_id, files=files)


def _run(row: dict[str, Any]) -> Run:
    return Run(**{**row, "state": RunState(row["state"])})
