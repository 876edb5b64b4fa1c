"""Give runs from before there were leaves theirs, a stretch at a time, once for each graph."""

from typing import Final

from headwater_service.domain.run_fields import keep_fields
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.leases import Lease, check_lease
from headwater_service.store.run_fields import delete_all_run_fields, find_filled, lock_runs_after, set_filled

# A run may have thousands of leaves.
STRETCH: Final = 50


async def fill_run_fields(graph: Graph, lease: Lease) -> bool:
    """Fill the next stretch and tell whether more is left. Raises LeaseLostError."""
    if await graph.read(find_filled) is None:
        return False
    return await graph.write(lambda tx: _fill(tx, lease))


async def _fill(tx: Transaction, lease: Lease) -> bool:
    await check_lease(tx, lease)
    after = await find_filled(tx)
    if after is None:
        return False
    runs = await lock_runs_after(tx, after, limit=STRETCH)
    for run in runs:
        # Of a run that changed since, only the leaves that changed are there.
        await delete_all_run_fields(tx, run["id"])
        await keep_fields(tx, None, run)
    await set_filled(tx, None if len(runs) < STRETCH else runs[-1]["id"])
    return len(runs) == STRETCH
