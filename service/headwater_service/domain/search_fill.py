"""Give what was written before there was a search its text, a stretch at a time, once for each graph."""

from collections.abc import Mapping
from typing import Any, Final

from headwater_service.domain.search import collection_text, run_text, version_text
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.leases import Lease, check_lease
from headwater_service.store.search import set_collection_text, set_version_text
from headwater_service.store.search_fill import Filled, find_progress, lock_next, set_progress, set_run_text

STRETCH: Final = 200
_NEXT: Final = {
    Filled.COLLECTIONS: Filled.VERSIONS,
    Filled.VERSIONS: Filled.RUNS,
    Filled.RUNS: Filled.DONE,
}


async def fill_texts(graph: Graph, lease: Lease) -> bool:
    """Fill the next stretch and tell whether more is left. Raises LeaseLostError."""
    filled, _ = await graph.read(find_progress)
    return filled is not Filled.DONE and await graph.write(lambda tx: _fill(tx, lease))


async def _fill(tx: Transaction, lease: Lease) -> bool:
    await check_lease(tx, lease)
    filled, after = await find_progress(tx)
    if filled is Filled.DONE:
        return False
    found = await lock_next(tx, filled, after, limit=STRETCH)
    for node in found:
        # What was changed since has its text.
        if node["search_text"] is None:
            await _set_text(tx, filled, node)
    if len(found) < STRETCH:
        filled, last = _NEXT[filled], ""
    else:
        last = found[-1]["id"]
    await set_progress(tx, filled, last)
    return filled is not Filled.DONE


async def _set_text(tx: Transaction, filled: Filled, node: Mapping[str, Any]) -> None:
    if filled is Filled.COLLECTIONS:
        text = collection_text(node)
        await set_collection_text(tx, node["id"], text["search_text"], text["search_scope"])
    elif filled is Filled.VERSIONS:
        text = version_text(node)
        if text["search_text"] is not None:
            await set_version_text(tx, node["id"], text["search_text"], text["search_scope"])
    else:
        text = run_text(node)
        await set_run_text(tx, node["id"], text["search_text"], text["search_scope"])
