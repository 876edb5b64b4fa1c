"""Leases: which replica does a piece of periodic work, by the database's clock and with a token that grows.

A replica that was paused may still believe that it holds a lease. So time only decides who may *take* one; what
protects the data is `check_lease`, which locks the lease inside the holder's own write transaction and
compares the token: a successor either comes after that transaction or makes it fail.
"""

from dataclasses import dataclass
from typing import Final

from headwater_service.store.graph import Transaction

# Written before anything is read, so that the lease is locked and seen as it is now.
TAKE_LEASE: Final = """
MERGE (lease:Lease {name: $name})
SET lease.lock = $holder
WITH lease, datetime.realtime() AS clock
WITH lease, clock.epochSeconds * 1000000 + clock.microsecond AS now
WITH lease, now, lease.holder = $holder AND lease.expires_at > now AS is_ours
WHERE is_ours OR coalesce(lease.expires_at, 0) <= now
SET lease.token = CASE WHEN is_ours THEN lease.token ELSE coalesce(lease.token, 0) + 1 END,
    lease.holder = $holder,
    lease.expires_at = now + $microseconds
RETURN lease.token AS token
"""

CHECK_LEASE: Final = """
MATCH (lease:Lease {name: $name})
SET lease.lock = $holder
WITH lease
WHERE lease.token = $token AND lease.holder = $holder
RETURN lease.token AS token
"""

DROP_LEASE: Final = """
MATCH (lease:Lease {name: $name})
SET lease.lock = $holder
WITH lease
WHERE lease.token = $token AND lease.holder = $holder
SET lease.expires_at = 0
"""


class LeaseLostError(Exception):
    """Another replica holds the lease now: what this transaction wrote is rolled back. Stays inside the service."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease as it was taken; `token` is greater than that of every holder before."""

    name: str
    holder: str
    token: int


async def take_lease(tx: Transaction, name: str, holder: str, *, seconds: float) -> Lease | None:
    """Take a free lease, or keep one's own for another `seconds`. None: another holder has it."""
    row = await tx.row(TAKE_LEASE, name=name, holder=holder, microseconds=int(seconds * 1_000_000))
    return None if row is None else Lease(name, holder, row["token"])


async def check_lease(tx: Transaction, lease: Lease) -> None:
    """Hold the lease until this transaction ends. Raises LeaseLostError when it went to another holder."""
    if await tx.row(CHECK_LEASE, name=lease.name, holder=lease.holder, token=lease.token) is None:
        raise LeaseLostError(f"lease {lease.name!r}, token {lease.token}")


async def drop_lease(tx: Transaction, lease: Lease) -> None:
    """Let another replica take the lease at once; does nothing when it is lost already."""
    await tx.rows(DROP_LEASE, name=lease.name, holder=lease.holder, token=lease.token)
