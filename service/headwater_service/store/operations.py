"""Locks, recorded answers and events: what every write has in common.

A scope is the node whose lock a write holds: an entity, project, registry, collection, run or user, all with the
label `EventScope`. Under the lock come, in this order: the look-up of the operation id, the change, the event.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

import orjson

from headwater_service.errors import ConflictError, InvalidInputError
from headwater_service.model import Instant, JsonObject
from headwater_service.store.graph import Transaction
from headwater_service.store.ids import new_id

OPERATION_CHARACTERS: Final = 256
# What the hash of an event covers: see `store.events.StoredEvent`.
EVENT_FORMAT: Final = 2
USED_BEFORE: Final = "This operation id was used for another change here. Make a new one for each change."

# The digest of the input that is being carried out, set by whoever takes it (`api.fields`). It is kept with the event,
# so that a replay with other input is refused. None: nothing is compared.
GIVEN_INPUT: Final[ContextVar[str | None]] = ContextVar("given_input", default=None)

# A plain write of a parameter takes the lock before anything is read: reading first would show the state
# from before the lock. Time is the database's own, and at least one microsecond after the scope's last change.
LOCK: Final = """
MATCH (scope:EventScope {id: $scope})
SET scope.lock = $operation
WITH scope
OPTIONAL MATCH (event:Event {scope: $scope, operation_id: $operation})
WITH scope, event, datetime.realtime() AS now
WITH scope, event, now.epochSeconds * 1000000 + now.microsecond AS clock
WITH scope, event, CASE WHEN clock > coalesce(scope.last_at, 0) THEN clock ELSE scope.last_at + 1 END AS at
SET scope.last_at = at
RETURN at, event.answer AS answer, event.kind AS kind, event.input AS input, scope.ended_at AS ended_at
"""

RECORD: Final = """
MATCH (scope:EventScope {id: $scope})
SET scope.event_number = coalesce(scope.event_number, 0) + 1
CREATE (:Event:Unsequenced {
  id: $id, scope: $scope, scope_id: $scope_id, subject_id: $subject, number: scope.event_number, kind: $kind,
  operation_id: $operation, before: $before, after: $after, answer: $answer, by: $by, at: $at, format: $format,
  input: $input
})
"""


@dataclass(frozen=True, slots=True)
class Lock:
    """A held lock: the time of the change, and the answer recorded for the operation if it is a replay."""

    scope: str
    operation: str
    at: Instant
    answer: Any | None
    recorded_kind: str | None = None
    ended_at: Instant | None = None

    def replayed(self, *kinds: str) -> Any | None:
        """Return the recorded answer, or None if the operation is new.

        Raises ConflictError when its id was used for a change of another kind, and when the operation is new but
        the scope was deleted.
        """
        if self.answer is None:
            self.require_live()
        if self.answer is not None and self.recorded_kind not in kinds:
            raise ConflictError(USED_BEFORE)
        return self.answer

    def require_live(self) -> None:
        """Raise ConflictError when the scope was deleted, which may have happened just before the lock."""
        if self.ended_at is not None:
            raise ConflictError("What this changes was deleted. Restore it, or read again what is there.")


def is_operation(operation: str) -> bool:
    """Tell whether it can be an operation id."""
    return 1 <= len(operation) <= OPERATION_CHARACTERS


async def take_lock(tx: Transaction, scope: str, operation: str) -> Lock | None:
    """Lock a scope until the transaction ends. None: there is no such scope.

    Raises ConflictError when the operation was carried out there with other input.
    """
    if not is_operation(operation):
        raise InvalidInputError(
            f"An operation id has 1 to {OPERATION_CHARACTERS} characters, not {len(operation)}.", field="operationId"
        )
    row = await tx.row(LOCK, scope=scope, operation=operation)
    if row is None:
        return None
    require_same_input(row["input"])
    answer = None if row["answer"] is None else orjson.loads(row["answer"])
    return Lock(scope, operation, Instant(row["at"]), answer, row["kind"], row["ended_at"])


async def record(
    tx: Transaction,
    lock: Lock,
    kind: str,
    *,
    scope_id: str,
    by: str | None,
    answer: Any,
    before: JsonObject | None = None,
    after: JsonObject | None = None,
    subject: str | None = None,
) -> None:
    """Write the event of a change, with the answer that a replay of the operation is given.

    `scope_id` is what decides who may see it: the project or registry, else the entity or user. `subject` is what
    the event is about and found by, if that is not the scope: a collection made under the lock of its container.
    """
    await tx.rows(
        RECORD,
        id=new_id(),
        scope=lock.scope,
        scope_id=scope_id,
        subject=subject or lock.scope,
        format=EVENT_FORMAT,
        kind=kind,
        operation=lock.operation,
        before=_json(before),
        after=_json(after),
        answer=orjson.dumps(answer).decode(),
        by=by,
        at=lock.at,
        input=GIVEN_INPUT.get(),
    )


def require_same_input(recorded: str | None) -> None:
    """Raise ConflictError when an operation was recorded with other input than what is carried out now."""
    if recorded is not None and GIVEN_INPUT.get() not in (None, recorded):
        raise ConflictError(USED_BEFORE)


def _json(value: JsonObject | None) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
