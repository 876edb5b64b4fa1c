"""Who is calling: API keys for programs, one-time sign-in links and sessions for browsers.

Keys and tokens are random, of 200 bits and more, and stored as plain SHA-256. A slow, salted hash protects
passwords, which people choose from a small space; nobody can search 2^200, and a slow hash would be paid on every
request.
"""

import hashlib
import secrets
import string
from typing import Final

from headwater_service.domain.access import Viewer, require_whole_user
from headwater_service.model import Instant, Role
from headwater_service.store import sessions as store
from headwater_service.store.graph import Graph

KEY_ALPHABET: Final = string.ascii_lowercase + string.digits
KEY_LENGTH: Final = 40


def new_key() -> str:
    """Return a random API key: 40 characters of [a-z0-9], 206 bits."""
    return "".join(secrets.choice(KEY_ALPHABET) for _ in range(KEY_LENGTH))


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def viewer_of_key(graph: Graph, key: str) -> Viewer | None:
    """Return who an API key stands for, cut down to what the key may reach. None: no such key, or not any more."""
    caller = await graph.find(store.find_callers_of_keys, hash_secret(key))
    return None if caller is None else _viewer(caller)


async def viewer_of_session(graph: Graph, token: str) -> Viewer | None:
    """Return who a browser session stands for. None: no such session, or it is over."""
    caller = await graph.find(store.find_callers_of_sessions, hash_secret(token))
    return None if caller is None else _viewer(caller)


async def create_sign_in(graph: Graph, viewer: Viewer, *, seconds: int) -> tuple[str, Instant]:
    """Make a one-time token that signs a browser in as the viewer; return it and when it expires."""
    require_whole_user(viewer, what="make sign-in links")
    token = secrets.token_urlsafe(32)
    expires_at = await graph.write(
        lambda tx: store.create_sign_in(tx, viewer.user_id, hash_secret(token), seconds=seconds)
    )
    return token, expires_at


async def sign_in(graph: Graph, token: str, *, seconds: int) -> str | None:
    """Turn a one-time token into a session and return the session's token. None: unknown, used or expired."""
    session = secrets.token_urlsafe(32)
    is_exchanged = await graph.write(
        lambda tx: store.exchange_sign_in(tx, hash_secret(token), hash_secret(session), seconds=seconds)
    )
    return session if is_exchanged else None


async def sign_out(graph: Graph, session: str) -> None:
    """End a session; one that is over already is a success."""
    await graph.write(lambda tx: store.delete_session(tx, hash_secret(session)))


def _viewer(caller: store.Caller) -> Viewer | None:
    roles = {entity_id: Role(role) for entity_id, _, role in caller.memberships}
    if not roles:
        return None
    key = caller.key or {}
    default = caller.user["default_entity_id"]
    is_narrowed = key.get("entity_id") is not None
    return Viewer(
        user_id=caller.user["id"],
        user_name=caller.user["name"],
        is_admin=caller.user["is_admin"] and not is_narrowed,
        roles=roles,
        entity_names={entity_id: name for entity_id, name, _ in caller.memberships},
        default_entity_id=default if default in roles else next(iter(roles)),
        # A role in a registry is nothing to who left its entity, or whose key is for another.
        registry_roles={
            registry_id: Role(role) for registry_id, entity_id, role in caller.registry_roles if entity_id in roles
        },
        is_read_only=key.get("is_read_only", False),
        project_id=key.get("project_id"),
        key_id=key.get("id"),
        is_narrowed=is_narrowed,
    )
