"""What a node reaches: how much of it is told, and its form as a table for spreadsheets."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from headwater_service.config import Settings
from headwater_service.domain import locations
from headwater_service.domain.access import Viewer
from headwater_service.domain.lineage import IncompleteReason
from headwater_service.domain.reading import visible_scopes
from headwater_service.errors import InvalidInputError
from headwater_service.store import impact as store
from headwater_service.store.graph import Graph
from headwater_service.store.impact import Impact, ImpactAsked, ReachedVersion
from headwater_service.store.listing import Window

# What a spreadsheet takes for the start of a formula, the wide forms of Japanese keyboards included.
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
# No alias holds it, so that a list of them can be taken apart.
_BETWEEN: Final = " / "
_COLUMNS: Final = (
    "path", "collection", "version", "kind", "type", "aliases", "protected_aliases", "distance", "created_at",
    "url", "id",
)  # fmt: skip
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ImpactTable:
    csv: str
    row_count: int
    reason: IncompleteReason | None


def reason_of(impact: Impact) -> IncompleteReason | None:
    """Tell why an impact is not all there is; None: it is."""
    if impact.is_full:
        return IncompleteReason.NODES
    return IncompleteReason.PERMISSION if impact.totals.hidden else None


async def find_impact(
    graph: Graph, viewer: Viewer, asked: ImpactAsked, window: Window, *, settings: Settings
) -> Impact:
    """Return a page of what a node that the viewer was given reaches downstream."""
    scopes = await visible_scopes(graph, viewer)
    cap = settings.lineage_nodes + 1
    return await graph.read(lambda tx: store.find_impact(tx, asked, scopes, cap=cap, window=window))


async def impact_table(
    graph: Graph, viewer: Viewer, asked: ImpactAsked, *, limit: int, settings: Settings
) -> ImpactTable:
    """Return all that a node reaches as CSV. Raises InvalidInputError for a bad limit, or when there is more."""
    if not 1 <= limit <= settings.lineage_nodes:
        raise InvalidInputError(
            f"`limit` is {limit}; a table has 1 to {settings.lineage_nodes:,} rows (HEADWATER_LINEAGE_NODES).",
            field="limit",
        )
    scopes = await visible_scopes(graph, viewer)
    cap = settings.lineage_nodes + 1
    found = await graph.read(lambda tx: store.list_impact(tx, asked, scopes, cap=cap, limit=limit))
    if found.total > limit:
        raise InvalidInputError(
            f"This table has {found.total:,} rows and `limit` is {limit:,}. Ask for more, or for fewer `types`.",
            field="limit",
        )
    return ImpactTable(table_of(found.rows, settings.service_public_url), found.total, reason_of(found))


def table_of(rows: Sequence[ReachedVersion], public_url: str) -> str:
    """Write versions as CSV (RFC 4180), the names of the columns first. No cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows([_cell(value) for value in _values(row, public_url)] for row in rows)
    return text.getvalue()


def _values(row: ReachedVersion, public_url: str) -> tuple[str | int, ...]:
    name = locations.version_name(row.collection_name, row.index)
    path = f"{row.entity_name}/{row.container_name}/{name}"
    created_at = (_EPOCH + timedelta(microseconds=row.created_at)).replace(tzinfo=None)
    return (
        path,
        row.collection_name,
        f"v{row.index}",
        row.kind,
        row.type,
        _BETWEEN.join(row.aliases),
        _BETWEEN.join(row.protected_aliases),
        row.distance,
        created_at.isoformat(timespec="microseconds") + "Z",
        locations.path_url(public_url, path),
        row.id,
    )


def _cell(value: str | int) -> str | int:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
