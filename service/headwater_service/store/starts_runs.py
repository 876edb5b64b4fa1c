"""Where a listing of runs starts: at what the most telling condition finds, or else at all runs of the projects.

As with versions, the whole condition is then applied to what a start finds: it decides how long a listing takes, never
what is in it.
"""

from collections.abc import Sequence
from typing import Final, LiteralString

from headwater_service.store.conditions import field_condition
from headwater_service.store.filters import FieldCondition, Parameters, RunFilter
from headwater_service.store.graph import Transaction
from headwater_service.store.search import COUNTED, SearchIndex, count_hits

# One project is by far the usual case, and only equality lets the index give the order too. An index over two
# properties is used only when both are asked about, hence the time.
IN_ONE: Final[LiteralString] = "MATCH (run:Run {scope_id: $scopes[0]}) WHERE run.created_at > 0 WITH run"
IN_MANY: Final[LiteralString] = "MATCH (run:Run) WHERE run.scope_id IN $scopes AND run.created_at > 0 WITH run"

_SEARCHED: Final[LiteralString] = """
CALL db.index.fulltext.queryNodes('run_search', $search) YIELD node AS run
WITH run WHERE run.scope_id IN $scopes WITH run"""

_BY_FIELD: Final[tuple[LiteralString, LiteralString]] = (
    """
CALL () {
  MATCH (field:RunField) WHERE field.scope_id IN $scopes AND """,
    """
  MATCH (run:Run {id: field.run_id})
  RETURN DISTINCT run
}
WITH run""",
)
_COUNT_FIELDS: Final[tuple[LiteralString, LiteralString]] = (
    "MATCH (field:RunField) WHERE field.scope_id IN $scopes AND ",
    " WITH field LIMIT $limit RETURN count(field) AS count",
)

COUNT_ALL_RUNS: Final = """
MATCH (run:Run)
RETURN count(run) AS count
"""


async def choose_run_start(
    tx: Transaction, scopes: Sequence[str], wanted: RunFilter, parameters: Parameters, *, newest: int | None = None
) -> LiteralString | None:
    """Return a match of candidates, or None where all runs of the projects are the better start.

    `newest` is how many are wanted when these are the newest (or oldest), which an index of times gives. A start adds
    what it needs to `parameters`, which the condition will share.
    """
    found: list[tuple[int, FieldCondition | None]] = []
    if wanted.search is not None:
        hits = await count_hits(tx, SearchIndex.RUNS, scopes, wanted.search.words)
        found.append((min(hits), None))
    for condition in (*(wanted.config or ()), *(wanted.summary or ())):
        found.append((await _count(tx, scopes, condition), condition))
    best = min(found, key=lambda one: one[0], default=None)
    if best is None:
        return None
    count, telling = best
    if newest is not None and (count >= COUNTED or await _rows_walked(tx, len(scopes), newest, count) < count):
        return None
    if telling is None:
        return _SEARCHED
    before, behind = _BY_FIELD
    return before + field_condition(telling, parameters) + behind


async def _count(tx: Transaction, scopes: Sequence[str], condition: FieldCondition) -> int:
    counted = Parameters()
    before, behind = _COUNT_FIELDS
    text = before + field_condition(condition, counted) + behind
    row = await tx.row(text, {**counted.values, "scopes": list(scopes), "limit": COUNTED})
    assert row is not None, "count returns a row"
    return int(row["count"])


async def _rows_walked(tx: Transaction, scopes: int, limit: int, count: int) -> int:
    """Return about how many runs are looked at until each project has given a page of those that are wanted."""
    row = await tx.row(COUNT_ALL_RUNS)
    assert row is not None, "count returns a row"
    total = int(row["count"])
    return min(total, scopes * limit * total // max(count, 1))
