"""The one query behind a plain address of a run's file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from headwater_service.store.graph import Transaction

FIND_RUN_FILE: Final = """
MATCH (run:Run {scope_id: $scope_id, key: $key})-[held:HOLDS {path: $path}]->(blob:Blob)
WHERE run.ended_at IS NULL
RETURN blob.entity_id AS entity_id, blob.digest AS digest, blob.version_id AS version_id
"""


LIST_HELD_AT: Final = """
MATCH (run:Run {id: $id})-[held:HOLDS]->(blob:Blob)
WHERE held.path IN $paths
RETURN held.path AS path, blob.digest AS digest, held.size AS size
ORDER BY path
"""


@dataclass(frozen=True, slots=True)
class HeldFile:
    """The blob of a file, and the object version that was seen to be right."""

    entity_id: str
    digest: str
    version_id: str


async def find_run_file(tx: Transaction, scope_id: str, key: str, path: str) -> HeldFile | None:
    row = await tx.row(FIND_RUN_FILE, scope_id=scope_id, key=key, path=path)
    return None if row is None else HeldFile(**row)


async def list_held_at(tx: Transaction, run_id: str, paths: Sequence[str]) -> list[dict[str, Any]]:
    """Return the files `{path, digest, size}` that a run has at some paths."""
    return await tx.rows(LIST_HELD_AT, id=run_id, paths=list(paths))
