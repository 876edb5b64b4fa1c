"""Locks of many scopes at once, and events of all of them: for a change that is one although it touches many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from headwater_service.errors import ConflictError, InvalidInputError
from headwater_service.model import Instant, JsonObject
from headwater_service.store.graph import Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.operations import (
    EVENT_FORMAT,
    GIVEN_INPUT,
    OPERATION_CHARACTERS,
    USED_BEFORE,
    Lock,
    require_same_input,
)

# As for one scope (store/operations.py): the write comes before anything is read. The rows come in the order of the
# list, which is that of the ids, and so do the locks.
LOCK_ALL: Final = """
UNWIND $scopes AS id
MATCH (scope:EventScope {id: id})
SET scope.lock = $operation
WITH scope
OPTIONAL MATCH (event:Event {scope: scope.id, operation_id: $operation})
WITH scope, event, datetime.realtime() AS now
WITH scope, event, now.epochSeconds * 1000000 + now.microsecond AS clock
WITH scope, event, CASE WHEN clock > coalesce(scope.last_at, 0) THEN clock ELSE scope.last_at + 1 END AS at
SET scope.last_at = at
RETURN scope.id AS scope, at, event.answer AS answer, event.kind AS kind, event.input AS input,
  scope.ended_at AS ended_at
"""

RECORD_ALL: Final = """
UNWIND $events AS event
MATCH (scope:EventScope {id: event.scope})
SET scope.event_number = coalesce(scope.event_number, 0) + 1
CREATE (:Event:Unsequenced {
  id: event.id, scope: event.scope, scope_id: event.scope_id, subject_id: event.scope, number: scope.event_number,
  kind: event.kind, operation_id: $operation, before: event.before, after: event.after, answer: event.answer,
  by: $by, at: event.at, format: $format, input: $input
})
"""

FIND_ANSWER: Final = """
MATCH (event:Event {scope: $scope, operation_id: $operation})
RETURN event.answer AS answer, event.kind AS kind, event.input AS input
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one event of many tells: the lock of its scope, who may see it, and what was and is."""

    lock: Lock
    kind: str
    scope_id: str
    before: JsonObject | None
    after: JsonObject | None


async def take_locks(tx: Transaction, scopes: Iterable[str], operation: str) -> dict[str, Lock]:
    """Lock scopes, in order of id, until the transaction ends; one that does not exist is left out."""
    if not 1 <= len(operation) <= OPERATION_CHARACTERS:
        raise InvalidInputError(
            f"An operation id has 1 to {OPERATION_CHARACTERS} characters, not {len(operation)}.", field="operationId"
        )
    rows = await tx.rows(LOCK_ALL, scopes=sorted(set(scopes)), operation=operation)
    return {row["scope"]: _lock(row, operation) for row in rows}


async def record_all(tx: Transaction, changes: Sequence[Change], *, by: str | None, answer: Any) -> None:
    """Write the events of one operation, one a scope, each with its answer."""
    if not changes:
        return
    recorded = orjson.dumps(answer).decode()
    events = [
        {
            "id": new_id(),
            "scope": change.lock.scope,
            "scope_id": change.scope_id,
            "kind": change.kind,
            "before": _json(change.before),
            "after": _json(change.after),
            "answer": recorded,
            "at": change.lock.at,
        }
        for change in changes
    ]
    await tx.rows(
        RECORD_ALL,
        events=events,
        operation=changes[0].lock.operation,
        by=by,
        format=EVENT_FORMAT,
        input=GIVEN_INPUT.get(),
    )


async def find_answer(tx: Transaction, scope: str, operation: str) -> tuple[str, Any] | None:
    """Return kind and answer of an operation that was recorded in a scope. Needs no lock: it is history.

    Raises ConflictError when it was carried out with other input.
    """
    row = await tx.row(FIND_ANSWER, scope=scope, operation=operation)
    if row is None:
        return None
    require_same_input(row["input"])
    return row["kind"], orjson.loads(row["answer"])


def require_new(locks: Iterable[Lock]) -> None:
    """Raise ConflictError when the operation was recorded in one of the locked scopes: as another change."""
    if any(lock.answer is not None for lock in locks):
        raise ConflictError(USED_BEFORE)


def _lock(row: dict[str, Any], operation: str) -> Lock:
    require_same_input(row["input"])
    answer = None if row["answer"] is None else orjson.loads(row["answer"])
    return Lock(row["scope"], operation, Instant(row["at"]), answer, row["kind"], row["ended_at"])


def _json(value: JsonObject | None) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
