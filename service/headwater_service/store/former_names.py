"""Names that things had before they were renamed. In its scope, an entity or container, a name leads to one thing."""

from typing import Final

from headwater_service.model import Instant
from headwater_service.store.graph import Transaction

KEEP_FORMER_NAME: Final = """
MERGE (former:FormerName {scope_id: $scope_id, name: $name})
SET former.target_id = $target_id, former.at = $at
"""

DROP_FORMER_NAME: Final = """
MATCH (former:FormerName {scope_id: $scope_id, name: $name})
DELETE former
"""


async def keep_former_name(tx: Transaction, scope_id: str, name: str, target_id: str, *, at: Instant) -> None:
    """Let a name lead to what bore it until now."""
    await tx.rows(KEEP_FORMER_NAME, scope_id=scope_id, name=name, target_id=target_id, at=at)


async def drop_former_name(tx: Transaction, scope_id: str, name: str) -> None:
    """Make a name lead nowhere but to what bears it: it has been taken."""
    await tx.rows(DROP_FORMER_NAME, scope_id=scope_id, name=name)
