"""Who is behind a key or a browser: API keys, one-time sign-in tokens and browser sessions, all found by hash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from headwater_service.model import Instant
from headwater_service.store.graph import Transaction

# This runs on every request, once for all that come at the same time. Membership is read each time, so that a removal
# takes effect at once.
CALLERS_OF_KEYS: Final = """
UNWIND $hashes AS hash
MATCH (key:ApiKey {hash: hash})
WITH key, datetime.realtime() AS clock
WITH key, clock.epochSeconds * 1000000 + clock.microsecond AS now
WHERE key.revoked_at IS NULL AND (key.expires_at IS NULL OR key.expires_at > now)
MATCH (user:User {id: key.user_id})
OPTIONAL MATCH (user)-[membership:MEMBER_OF]->(entity:Entity)
WHERE key.entity_id IS NULL OR key.entity_id = entity.id
RETURN key.hash AS hash, user {.id, .name, .is_admin, .default_entity_id} AS user,
  key {.id, .is_read_only, .entity_id, .project_id} AS key,
  collect([entity.id, entity.name, membership.role]) AS memberships,
  [(user)-[held:HAS_ROLE_IN]->(registry:Registry) | [registry.id, registry.entity_id, held.role]] AS registry_roles
"""

CALLERS_OF_SESSIONS: Final = """
UNWIND $hashes AS hash
MATCH (session:Session {hash: hash})
WITH session, datetime.realtime() AS clock
WITH session, clock.epochSeconds * 1000000 + clock.microsecond AS now
WHERE session.expires_at > now
MATCH (user:User {id: session.user_id})
OPTIONAL MATCH (user)-[membership:MEMBER_OF]->(entity:Entity)
RETURN session.hash AS hash, user {.id, .name, .is_admin, .default_entity_id} AS user,
  collect([entity.id, entity.name, membership.role]) AS memberships,
  [(user)-[held:HAS_ROLE_IN]->(registry:Registry) | [registry.id, registry.entity_id, held.role]] AS registry_roles
"""

CREATE_SIGN_IN: Final = """
WITH datetime.realtime() AS clock
WITH clock.epochSeconds * 1000000 + clock.microsecond AS now
CREATE (token:SignIn {hash: $hash, user_id: $user_id, created_at: now, expires_at: now + $microseconds})
RETURN token.expires_at AS expires_at
"""

# The write comes first: of two requests with one token the second waits, and then finds nothing.
USE_SIGN_IN: Final = """
MATCH (token:SignIn {hash: $hash})
SET token.lock = $session_hash
WITH token, datetime.realtime() AS clock
WITH token, token.user_id AS user_id, token.expires_at AS expires_at,
  clock.epochSeconds * 1000000 + clock.microsecond AS now
DELETE token
WITH user_id, expires_at, now
WHERE expires_at > now
CREATE (:Session {hash: $session_hash, user_id: user_id, created_at: now, expires_at: now + $microseconds})
RETURN user_id
"""

DELETE_SESSION: Final = """
MATCH (session:Session {hash: $hash})
DELETE session
"""

DELETE_EXPIRED_SIGN_INS: Final = """
WITH datetime.realtime() AS clock
WITH clock.epochSeconds * 1000000 + clock.microsecond AS now
MATCH (token:SignIn {user_id: $user_id})
WHERE token.expires_at < now
DELETE token
"""

DELETE_EXPIRED_SESSIONS: Final = """
WITH datetime.realtime() AS clock
WITH clock.epochSeconds * 1000000 + clock.microsecond AS now
MATCH (session:Session {user_id: $user_id})
WHERE session.expires_at < now
DELETE session
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """A user, and the key that was shown, if it was a key.

    Its memberships are `(entity id, entity name, role)`, its registry roles `(registry id, entity id, role)`.
    """

    user: dict[str, Any]
    memberships: list[tuple[str, str, str]]
    registry_roles: list[tuple[str, str, str]]
    key: dict[str, Any] | None


async def find_callers_of_keys(tx: Transaction, hashes: Sequence[str]) -> dict[str, Caller]:
    """Return who each key stands for, but for those that are unknown, expired or revoked."""
    return {row["hash"]: _caller(row) for row in await tx.rows(CALLERS_OF_KEYS, hashes=hashes)}


async def find_callers_of_sessions(tx: Transaction, hashes: Sequence[str]) -> dict[str, Caller]:
    """Return who each browser session stands for, but for those that are unknown or over."""
    return {row["hash"]: _caller(row) for row in await tx.rows(CALLERS_OF_SESSIONS, hashes=hashes)}


async def create_sign_in(tx: Transaction, user_id: str, token_hash: str, *, seconds: int) -> Instant:
    """Store a one-time token and return when it expires. Drops the user's expired ones."""
    await tx.rows(DELETE_EXPIRED_SIGN_INS, user_id=user_id)
    row = await tx.row(CREATE_SIGN_IN, user_id=user_id, hash=token_hash, microseconds=seconds * 1_000_000)
    assert row is not None, "CREATE returns a row"
    return Instant(row["expires_at"])


async def exchange_sign_in(tx: Transaction, token_hash: str, session_hash: str, *, seconds: int) -> bool:
    """Turn a one-time token into a session. False: the token is unknown, used or expired."""
    row = await tx.row(USE_SIGN_IN, hash=token_hash, session_hash=session_hash, microseconds=seconds * 1_000_000)
    if row is None:
        return False
    await tx.rows(DELETE_EXPIRED_SESSIONS, user_id=row["user_id"])
    return True


async def delete_session(tx: Transaction, token_hash: str) -> None:
    await tx.rows(DELETE_SESSION, hash=token_hash)


def _caller(row: Mapping[str, Any]) -> Caller:
    memberships = [tuple(member) for member in row["memberships"] if member[0] is not None]
    registry_roles = [tuple(held) for held in row["registry_roles"]]
    return Caller(row["user"], memberships, registry_roles, row.get("key"))
