"""Guards of a registry or a collection, as both show and set them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import _guard_operations as operations
from ._client import Client
from ._errors import NotFoundError
from ._names import check_alias
from .rules import Rule


@dataclass(frozen=True)
class Guard:
    """What a version must meet before an alias may point at it: `rules` in words, all of which must hold.

    `set_by` is the name of who set them last, None when the account is gone.
    """

    alias: str
    rules: tuple[str, ...]
    set_at: datetime
    set_by: str | None


class Guarded:
    """The part of a registry or a collection that is about guards."""

    _client: Client
    id: str
    path: str

    def guards(self) -> dict[str, Guard]:
        """The guards set here, by alias. A registry's hold for all of its collections, beside their own."""
        node = self._client.execute(operations.GUARDS, {"id": self.id})["node"]
        if not node:
            raise NotFoundError(f"{self.path} is gone, or you may no longer see it.", path=self.path)
        return {guard["name"]: _guard_of(guard) for guard in node["guards"]}

    def set_guard(self, alias: str, *rules: Rule) -> Guard:
        """Set the rules for an alias, in place of those it has here.

        Args:
            alias: The alias; it need not point anywhere yet.
            rules: 1 to 20, made by the functions of `headwater.rules`.

        Raises:
            PermissionDeniedError: if you are no admin here.
            InvalidInputError: if nothing or nobody here could meet a rule: a metric that no version has, more
                approvals than there are admins beside the one who proposes.
        """
        wanted = {"owner": self.id, "name": check_alias(alias), "rules": [{rule.kind: rule.value} for rule in rules]}
        return _guard_of(self._client.mutate(operations.SET_GUARD, wanted)["guard"])

    def remove_guard(self, alias: str) -> None:
        """Take the rules for an alias away.

        Args:
            alias: The alias.

        Raises:
            NotFoundError: if it has none here.
            PermissionDeniedError: if you are no admin here.
        """
        self._client.mutate(operations.REMOVE_GUARD, {"owner": self.id, "name": check_alias(alias)})


def _guard_of(node: Mapping[str, Any]) -> Guard:
    return Guard(
        alias=node["name"],
        rules=tuple(_words(rule) for rule in node["rules"]),
        set_at=datetime.fromisoformat(node["setAt"]),
        set_by=None if node["setBy"] is None else node["setBy"]["name"],
    )


def _words(rule: Mapping[str, Any]) -> str:
    # Only the one rule names a collection, and only to those who may see it.
    collection = rule.get("collection")
    return str(rule["text"]) if collection is None else f"{rule['text']}: {collection['path']}"
