"""Files of a run in pages: what is stored beside what it logged."""

from typing import Any, Final, LiteralString

from headwater_service.model import ManifestEntry, Page
from headwater_service.store.filters import OrderDirection
from headwater_service.store.graph import Transaction
from headwater_service.store.listing import Listing, Sorting, Window, count_all, read_page

_FILES: Final[LiteralString] = "MATCH (:Run {id: $run})-[held:HOLDS]->(blob:Blob)"
_ORDER: Final = Sorting("PATH", "held.path", "held.path", OrderDirection.ASC)
_COLUMNS: Final[LiteralString] = "RETURN held.path AS path, held.size AS size, blob.digest AS digest"


async def list_run_files(tx: Transaction, run_id: str, prefix: str, window: Window) -> Page[ManifestEntry]:
    """Return a page of a run's files whose paths begin so, in order of path."""
    return await read_page(tx, _listing(run_id, prefix), _ORDER, window, lambda row: _entry(**row))


async def count_run_files(tx: Transaction, run_id: str, prefix: str) -> int:
    return await count_all(tx, _listing(run_id, prefix), "held")


def _listing(run_id: str, prefix: str) -> Listing:
    return Listing(
        match=_FILES,
        condition="held.path STARTS WITH $prefix",
        carry="held, blob",
        columns=_COLUMNS,
        parameters={"run": run_id, "prefix": prefix},
    )


def _entry(*, path: str, size: int, digest: str, **_: Any) -> ManifestEntry:
    return ManifestEntry(path, size, digest=digest)
