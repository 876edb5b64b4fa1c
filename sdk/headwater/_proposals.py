"""Moves of aliases that are tried, proposed, approved and rejected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from types import EllipsisType
from typing import TYPE_CHECKING, Any

from . import _guard_operations as operations
from ._aliases import CollectionAliases
from ._client import Client
from ._errors import InvalidInputError, NotFoundError, UnmetRule, error_from_wire
from ._listing import pages
from ._names import check_alias

if TYPE_CHECKING:
    from ._artifact import Artifact

STATES = ("open", "stale", "executed", "rejected")


class Proposal:
    """A move of an alias that waits for approvals, or waited: `Api().proposal(id)`.

    `state` is "open", "stale" (the alias was moved since), "executed" or "rejected". `version` is where the alias
    shall point, `from_version` where it pointed, both like "v3". `approvals` are the names of those who approved.
    """

    id: str
    collection: str
    alias: str
    version: str
    from_version: str | None
    state: str
    reason: str
    proposed_by: str | None
    approvals: tuple[str, ...]
    approvals_needed: int
    may_approve: bool
    created_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    decision_reason: str

    def __init__(self, client: Client, node: dict[str, Any]) -> None:
        self._client = client
        self._read(node)

    def __repr__(self) -> str:
        """Its move, state and id."""
        return f"<Proposal {self.collection}:{self.alias} to {self.version} {self.state} {self.id}>"

    def approve(self) -> bool:
        """Approve it as an admin; return whether that was the last approval needed, so that the alias moved.

        Raises:
            PermissionDeniedError: if you are no admin there, or proposed it yourself.
            ConflictError: if it is closed or stale, you approved it already, or the version no longer meets the rules
                (`unmet_rules`): the proposal then stays open, and your approval is not kept.
        """
        self._read(self._client.mutate(operations.APPROVE, {"proposal": self.id})["proposal"])
        return self.state == "executed"

    def reject(self, reason: str = "") -> None:
        """Close it, as an admin or as the one who proposed it.

        Args:
            reason: Why, for the one who proposed it.

        Raises:
            PermissionDeniedError: if you are neither.
            ConflictError: if it is closed already.
        """
        self._read(self._client.mutate(operations.REJECT, {"proposal": self.id, "reason": reason})["proposal"])

    def _read(self, node: dict[str, Any]) -> None:
        self.id = node["id"]
        self.collection = node["collection"]["path"]
        self.alias = node["name"]
        self.version = f"v{node['version']['index']}"
        self.from_version = None if node["from"] is None else f"v{node['from']['index']}"
        self.state = node["state"].lower()
        self.reason = node["reason"]
        self.proposed_by = _name(node["proposedBy"])
        self.approvals = tuple(_name(approval["by"]) or "" for approval in node["approvals"])
        self.approvals_needed = node["approvalsNeeded"]
        self.may_approve = node["viewerMayApprove"]
        self.created_at = datetime.fromisoformat(node["createdAt"])
        self.decided_at = None if node["decidedAt"] is None else datetime.fromisoformat(node["decidedAt"])
        self.decided_by = _name(node["decidedBy"])
        self.decision_reason = node["decisionReason"]


class CollectionProposals(CollectionAliases):
    """The part of a collection that is about aliases: also moves which rules forbid, or which admins approve."""

    def try_alias(self, name: str, to: Artifact | str) -> list[UnmetRule]:
        """Tell which rules would keep an alias from moving, without moving it; none: it would move.

        Args:
            name: The alias.
            to: The version, or what follows the ':' in its path.

        Raises:
            PermissionDeniedError: if the alias is protected, or the key may not change the collection.
            NotFoundError: if the collection has no such version.
        """
        move = {"collection": self.id, "name": check_alias(name), "version": self._version_id(to)}
        payload = self._client.mutate(operations.TRY_MOVE, {"moves": [move], "dryRun": True})
        for refused in payload["refusedAliases"]:
            error = refused["error"]
            if not error.get("unmetRules"):
                raise error_from_wire(error["__typename"], error["message"], error, None)
            return [UnmetRule(rule["rule"], rule["message"]) for rule in error["unmetRules"]]
        return []

    def propose_alias(
        self,
        name: str,
        to: Artifact | str,
        *,
        expect: Artifact | str | EllipsisType | None = ...,
        reason: str = "",
    ) -> Proposal:
        """Ask admins to approve the move of an alias. All rules but approvals are checked at once.

        Args:
            name: The alias.
            to: The version, or what follows the ':' in its path.
            expect: Where it must point now, None for nowhere; by default that does not matter.
            reason: Why, for those who approve and for the history.

        Raises:
            ConflictError: if the version does not meet the rules (`unmet_rules`), or that move is proposed already.
            PermissionDeniedError: if your role is less than member.
            NotFoundError: if the collection has no such version.
        """
        version = self._version_id(to)
        wanted = {"collection": self.id, "name": check_alias(name), "version": version, "reason": reason}
        payload = self._client.mutate(operations.PROPOSE, {**wanted, **self._expected(expect)})
        return Proposal(self._client, payload["proposal"])

    def proposals(self, states: str | Sequence[str] | None = None) -> Iterator[Proposal]:
        """The moves that were proposed here, newest first, fetched while you read them.

        Args:
            states: Only those that are "open", "stale", "executed" or "rejected": one or several. Default: all.

        Raises:
            InvalidInputError: if there is no such state.
        """
        wanted = [states] if isinstance(states, str) else states
        for state in wanted or ():
            if state not in STATES:
                raise InvalidInputError(f"{state!r} is none of {', '.join(STATES)}.", field="states")
        variables = {"id": self.id, "states": None if wanted is None else [state.upper() for state in wanted]}
        edges = pages(
            self._client, operations.LIST_PROPOSALS, variables, lambda data: (data["node"] or {}).get("proposals")
        )
        return (Proposal(self._client, edge["node"]) for edge in edges)


def find_proposal(client: Client, proposal_id: str) -> Proposal:
    """A proposal by its id.

    Raises:
        NotFoundError: if there is none.
    """
    node = client.execute(operations.GET_PROPOSAL, {"id": proposal_id})["node"]
    if not node:
        raise NotFoundError(f"There is no proposal {proposal_id!r}, or you may not see it.", path=proposal_id)
    return Proposal(client, node)


def waiting_proposals(client: Client) -> Iterator[Proposal]:
    """The open proposals that the key's user could approve, newest first."""
    edges = pages(client, operations.WAITING_PROPOSALS, {}, lambda data: data["viewer"]["proposals"])
    return (Proposal(client, edge["node"]) for edge in edges)


def _name(user: dict[str, Any] | None) -> str | None:
    return None if user is None else str(user["name"])
