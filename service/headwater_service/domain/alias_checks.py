"""What may refuse the change of an alias: the one list of rules that every change of any kind passes."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from headwater_service.domain.access import Viewer
from headwater_service.domain.alias_changes import AliasChange, Cause, Refusal
from headwater_service.domain.guards import unmet_guards
from headwater_service.domain.paths import LATEST
from headwater_service.domain.recalls import not_recalled
from headwater_service.errors import PermissionDeniedError
from headwater_service.model import Role
from headwater_service.store.graph import Transaction
from headwater_service.store.reads import PlacedCollection

Check = Callable[[Transaction, Viewer, PlacedCollection, Sequence[AliasChange], Cause], Awaitable[list[Refusal]]]


async def refusals_of(
    tx: Transaction, viewer: Viewer, home: PlacedCollection, changes: Sequence[AliasChange], cause: Cause
) -> list[Refusal]:
    """Return a refusal for each change that a rule forbids: that of the first rule, in the order of `CHECKS`.

    `latest` is kept by the service and passes. The collection is locked.
    """
    refusals: list[Refusal] = []
    open_changes = [change for change in changes if change.name != LATEST]
    for check in CHECKS:
        if not open_changes:
            break
        found = await check(tx, viewer, home, open_changes, cause)
        refused = {refusal.name for refusal in found}
        refusals += found
        open_changes = [change for change in open_changes if change.name not in refused]
    return refusals


async def _protected(
    tx: Transaction, viewer: Viewer, home: PlacedCollection, changes: Sequence[AliasChange], cause: Cause
) -> list[Refusal]:
    """Refuse protected aliases to all but admins of the registry; with their version they never go."""
    # Who proposes a move makes none: it is made in the name of the admin who approves last.
    if cause is Cause.PROPOSE or (cause is not Cause.DROP and viewer.role_at(home.container) is Role.ADMIN):
        return []
    return [Refusal(change.name, _denied(home, change.name, cause)) for change in changes if change.is_protected]


def _denied(home: PlacedCollection, name: str, cause: Cause) -> PermissionDeniedError:
    path = home.container.path
    if cause is Cause.DROP:
        return PermissionDeniedError(
            f"The alias {name!r} is protected in {path}: the version that has it stays. "
            f"An admin of {path} must take it off first."
        )
    return PermissionDeniedError(f"The alias {name!r} is protected in {path}: only an admin of it may move it.")


# Protection comes first, so that who may not move an alias learns nothing of recalls and guards.
CHECKS: Final[tuple[Check, ...]] = (_protected, not_recalled, unmet_guards)
