"""What a collection does with its aliases: moves them, removes them, rolls them back, tells their history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import EllipsisType
from typing import TYPE_CHECKING, Any

from . import _operations
from ._client import Client
from ._errors import InvalidInputError, NotFoundError
from ._listing import pages
from ._names import check_alias, format_time, parse_ref
from ._version import get_version

if TYPE_CHECKING:
    from ._artifact import Artifact


@dataclass(frozen=True)
class AliasMove:
    """One change of where an alias points: `v3` or None before (`from_version`) and after it (`to_version`).

    It stood for `seconds`: up to `until`, or so far if that is None. `by` is the name of who moved it, None when the
    account is gone.
    """

    name: str
    at: datetime
    until: datetime | None
    seconds: float
    from_version: str | None
    to_version: str | None
    by: str | None
    reason: str


class CollectionAliases:
    """The part of a collection that is about its aliases."""

    _client: Client
    id: str
    path: str

    def move_alias(
        self,
        name: str,
        to: Artifact | str,
        *,
        expect: Artifact | str | EllipsisType | None = ...,
        reason: str = "",
    ) -> AliasMove:
        """Point an alias at a version of this collection, and return the move.

        Args:
            name: The alias; made if it is not there.
            to: The version, or what follows the ':' in its path: "v3", an alias, the beginning of a digest.
            expect: Where it must point now, None for nowhere; by default that does not matter.
            reason: Why, for the history.

        Raises:
            ConflictError: if it points elsewhere than expected (`current`), or a rule forbids it (`unmet_rules`).
            PermissionDeniedError: if it is protected, or the key may not change the collection.
            NotFoundError: if the collection has no such version.
            InvalidInputError: if the name is `latest` or no alias, or the version is of another collection.
        """
        return self._move(name, self._version_id(to), expect=expect, reason=reason)

    def remove_alias(
        self, name: str, *, expect: Artifact | str | EllipsisType | None = ..., reason: str = ""
    ) -> AliasMove:
        """Remove an alias, and return the move; its history stays.

        Args:
            name: The alias.
            expect: Where it must point now; by default that does not matter.
            reason: Why, for the history.

        Raises:
            NotFoundError: if there is no such alias.
            ConflictError: if it points elsewhere than expected, or a rule forbids it.
            PermissionDeniedError: if it is protected, or the key may not change the collection.
        """
        return self._move(name, None, expect=expect, reason=reason)

    def rollback_alias(
        self, name: str, *, expect: Artifact | str | EllipsisType | None = ..., reason: str = ""
    ) -> AliasMove:
        """Point an alias at the last other version that it pointed at and that is still there; return the new move.

        A removed alias comes back where it was. A second rollback undoes the first.

        Args:
            name: The alias.
            expect: Where it must point now, None for nowhere; by default that does not matter.
            reason: Why, for the history.

        Raises:
            NotFoundError: if it pointed at no other version that is still there.
            ConflictError: if it points elsewhere than expected, or the version was recalled.
            PermissionDeniedError: if it is protected, or the key may not change the collection.
        """
        given = {"collection": self.id, "name": check_alias(name), "reason": reason, **self._expected(expect)}
        return _move_of(self._client.mutate(_operations.ROLLBACK_ALIAS, given)["move"])

    def alias_history(
        self, name: str, *, after: datetime | None = None, before: datetime | None = None
    ) -> Iterator[AliasMove]:
        """The moves of an alias, newest first, also of one that was removed; fetched while you read them.

        Args:
            name: The alias; `latest` has a history too.
            after: Only moves later than this.
            before: Only moves earlier than this.
        """
        variables = {
            "id": self.id,
            "name": name,
            "movedAfter": None if after is None else format_time(after),
            "movedBefore": None if before is None else format_time(before),
        }
        edges = pages(
            self._client, _operations.ALIAS_MOVES, variables, lambda data: (data["node"] or {}).get("aliasMoves")
        )
        return (_move_of(edge["node"]) for edge in edges)

    def alias_at(self, name: str, at: datetime) -> AliasMove | None:
        """Where an alias pointed at a time: the move that put it there, with who, why and how long.

        None if it pointed nowhere.

        Args:
            name: The alias.
            at: The time, with its offset.
        """
        variables = {"id": self.id, "name": name, "at": format_time(at)}
        node = self._client.execute(_operations.ALIAS_AT, variables)["node"]
        if not node:
            raise NotFoundError(f"{self.path} is gone, or your key may no longer see it.", path=self.path)
        return None if node["alias"] is None else _move_of(node["alias"]["move"])

    def _move(
        self, name: str, version_id: str | None, *, expect: Artifact | str | EllipsisType | None, reason: str
    ) -> AliasMove:
        move = {"collection": self.id, "name": check_alias(name), "version": version_id, **self._expected(expect)}
        payload = self._client.mutate(_operations.MOVE_ALIASES, {"moves": [move], "reason": reason})
        return _move_of(payload["aliases"][0])

    def _expected(self, expect: Artifact | str | EllipsisType | None) -> dict[str, Any]:
        if isinstance(expect, EllipsisType):
            return {}
        return {"checkExpected": True, "expectedVersion": None if expect is None else self._version_id(expect)}

    def _version_id(self, version: Artifact | str) -> str:
        if isinstance(version, str):
            return get_version(self._client, f"{self.path}:{parse_ref(version)}").place.id
        place = version._logged("place in a collection").place
        if place.collection_id != self.id:
            raise InvalidInputError(
                f"{place.path} is no version of {self.path}, so no alias there can point at it. Link it first."
            )
        return place.id


def _move_of(node: Mapping[str, Any]) -> AliasMove:
    return AliasMove(
        name=node["name"],
        at=datetime.fromisoformat(node["at"]),
        until=None if node["until"] is None else datetime.fromisoformat(node["until"]),
        seconds=node["seconds"],
        from_version=None if node["from"] is None else f"v{node['from']['index']}",
        to_version=None if node["to"] is None else f"v{node['to']['index']}",
        by=None if node["by"] is None else node["by"]["name"],
        reason=node["reason"],
    )
