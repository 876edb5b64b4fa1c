"""Files that a run keeps beside what it logs: media, saved files. Their bytes are blobs, as those of artifacts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from headwater_service.domain.access import Viewer
from headwater_service.domain.digests import check_size, parse_digest
from headwater_service.domain.names import valid_entry_path
from headwater_service.domain.runs import run_with_role
from headwater_service.domain.uploads import require_blobs, verify_blobs
from headwater_service.errors import InvalidInputError, NotFoundError
from headwater_service.model import Container, Role, Run
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.objects import ObjectStore
from headwater_service.store.operations import record, take_lock
from headwater_service.store.run_files import list_held_at
from headwater_service.store.runs import hold_run_files

FILES: Final = 1000


@dataclass(frozen=True, slots=True)
class RunFile:
    path: str
    digest: str
    size: int


async def attach_run_files(
    graph: Graph, objects: ObjectStore, viewer: Viewer, run_id: str, files: Sequence[RunFile], *, operation: str
) -> tuple[Run, Container]:
    """Give a run files whose bytes are uploaded; a path it has already is replaced.

    Raises ConflictError whose `missing` are the digests to be uploaded before the same call can succeed.
    """
    sizes = _checked(files)

    async def allowed(tx: Transaction) -> tuple[Run, Container]:
        return await run_with_role(tx, viewer, run_id, Role.MEMBER, what="attach files")

    _, container = await graph.read(allowed)
    # The store is asked before the transaction: none may wait for it.
    verified = await verify_blobs(graph, objects, container.entity_id, sizes)

    async def work(tx: Transaction) -> tuple[Run, Container]:
        lock = await take_lock(tx, run_id, operation)
        if lock is None:
            raise NotFoundError("There is no such run any more.")
        run, _ = await allowed(tx)
        if lock.replayed("RUN_FILES_ATTACHED") is not None:
            return run, container
        await require_blobs(tx, container.entity_id, sizes, verified, operation=operation, at=lock.at)
        given = [asdict(file) for file in files]
        replaced = await list_held_at(tx, run_id, [file.path for file in files])
        await hold_run_files(tx, run_id, container.entity_id, given)
        await record(
            tx,
            lock,
            "RUN_FILES_ATTACHED",
            scope_id=container.id,
            by=viewer.user_id,
            answer={"run": run_id},
            before={"run_id": run_id, "files": replaced},
            after={"run_id": run_id, "files": given},
        )
        return run, container

    return await graph.write(work)


def _checked(files: Sequence[RunFile]) -> dict[str, int]:
    """Return the size of each digest. Raises InvalidInputError."""
    if len(files) > FILES:
        raise InvalidInputError(f"At most {FILES} files a call, not {len(files)}.", field="files")
    paths = [valid_entry_path(file.path) for file in files]
    if len(set(paths)) < len(paths):
        raise InvalidInputError("A path occurs twice.", field="files")
    sizes: dict[str, int] = {}
    for file in files:
        check_size(parse_digest(file.digest), file.size)
        if sizes.setdefault(file.digest, file.size) != file.size:
            raise InvalidInputError(f"{file.digest} is given with two sizes.", field="files")
    return sizes
