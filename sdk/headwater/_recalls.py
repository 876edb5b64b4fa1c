"""Recalls: what is known to be wrong with a version or with what it came from, told before it is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ._client import Client
from ._console import write
from ._errors import ConflictError, RecalledError, UnmetRule

CRITICAL = "CRITICAL"
NOT_RECALLED = "NOT_RECALLED"

RECALLS_OF = """
query RecallsOf($id: ID!) {
  node(id: $id) {
    ... on Version { recalls { id severity reason at distance version { path url } by { name } } }
    ... on Run { recalls { id severity reason at distance version { path url } by { name } } }
  }
}
"""

RECALL_VERSION = """
mutation RecallVersion($input: RecallVersionInput!) {
  recallVersion(input: $input) {
    __typename
    ... on RecallVersionPayload {
      recall { id severity reason at distance version { path url } by { name } }
    }
    ... on UserError { message }
    ... on InvalidInputError { field }
  }
}
"""

WITHDRAW_RECALL = """
mutation WithdrawRecall($input: WithdrawRecallInput!) {
  withdrawRecall(input: $input) {
    __typename
    ... on WithdrawRecallPayload { recall { id } }
    ... on UserError { message }
  }
}
"""


@dataclass(frozen=True)
class Recall:
    """A mark that a version is bad, with all that came from it.

    `severity` is "WARNING" or "CRITICAL"; `path` and `url` are those of the recalled version, `distance` how many
    steps upstream it is (0: the version itself). Of a version that you may not see only severity and time are known.
    """

    id: str
    severity: str
    at: datetime
    reason: str | None
    path: str | None
    url: str | None
    distance: int | None
    by: str | None

    @property
    def text(self) -> str:
        """What is wrong, for people."""
        severity = self.severity.lower()
        if self.path is None:
            return f"comes from a version that you may not see, which was recalled ({severity})"
        where = "was recalled" if self.distance == 0 else f"comes from {self.path}, which was recalled"
        return f"{where} ({severity}): {self.reason} See {self.url}"


def recalls_from_wire(found: Iterable[Mapping[str, Any]]) -> tuple[Recall, ...]:
    """Read the recalls of a version or run."""
    return tuple(_recall(one) for one in found)


def read_recalls(client: Client, node_id: str) -> tuple[Recall, ...]:
    """The recalls that reach a version or a run now: critical ones first, then the nearest."""
    node = client.execute(RECALLS_OF, {"id": node_id})["node"]
    return recalls_from_wire((node or {}).get("recalls") or ())


def recall_version(client: Client, version_id: str, reason: str, severity: str) -> Recall:
    """Mark a version as bad, and return the mark."""
    given = {"versionId": version_id, "reason": reason, "severity": severity}
    return _recall(client.mutate(RECALL_VERSION, given)["recall"])


def withdraw_recall(client: Client, recall_id: str) -> None:
    """Take one recall back."""
    client.mutate(WITHDRAW_RECALL, {"recallId": recall_id})


def tell(name: str, recalls: Iterable[Recall]) -> None:
    """Warn of each recall on stderr, whatever the settings are: nobody asked for silence about bad data."""
    for recall in recalls:
        write(f"Warning: {name} {recall.text}")


def require_allowed(name: str, recalls: Iterable[Recall]) -> None:
    """Let pass what no critical recall reaches.

    Raises:
        RecalledError: for a critical one, with the reasons.
    """
    critical = [recall for recall in recalls if recall.severity == CRITICAL]
    if critical:
        raise RecalledError(
            f"{name} {critical[0].text} To use it all the same: allow_recalled=True.",
            unmet_rules=[UnmetRule(NOT_RECALLED, f"{name} {recall.text}") for recall in critical],
        )


def refusal_of_use(error: ConflictError) -> ConflictError:
    """The refusal to use a version, as the error for what is recalled if that is why."""
    if not any(rule.rule == NOT_RECALLED for rule in error.unmet_rules):
        return error
    return RecalledError(
        f"{error.message} To use it all the same: allow_recalled=True.",
        unmet_rules=error.unmet_rules,
        request_id=error.request_id,
    )


def _recall(data: Mapping[str, Any]) -> Recall:
    version = data["version"] or {}
    return Recall(
        id=data["id"],
        severity=data["severity"],
        at=datetime.fromisoformat(data["at"]),
        reason=data["reason"],
        path=version.get("path"),
        url=version.get("url"),
        distance=data["distance"],
        by=data["by"] and data["by"]["name"],
    )
