"""The record of every change, as `Api.events` reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ._client import Client
from ._listing import pages

LIST_EVENTS = """
query ListEvents($filter: EventFilter, $direction: OrderDirection!, $first: Int!, $after: String) {
  events(filter: $filter, direction: $direction, first: $first, after: $after) {
    edges {
      node {
        id seq hash kind at number scope operationId before after
        by { name }
        subject {
          __typename
          ... on Collection { path }
          ... on Project { path }
          ... on Registry { path }
          ... on Run { path }
        }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""


@dataclass(frozen=True)
class Event:
    """One change: who, when, what, and the whole state before and after.

    `seq` is its place in the order of all events of the server, `number` among those of one scope, and `hash` covers
    it and everything before it. `by` is None for what the server did by itself; `path` is that of the changed thing,
    if it has one and you may see it.
    """

    id: str
    seq: int
    hash: str
    kind: str
    at: datetime
    by: str | None
    path: str | None
    scope: str
    number: int
    operation_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def list_events(client: Client, wanted: Mapping[str, Any], *, newest_first: bool) -> Iterator[Event]:
    """The events that a filter of the service matches, fetched while they are read."""
    variables = {"filter": dict(wanted), "direction": "DESC" if newest_first else "ASC"}
    for edge in pages(client, LIST_EVENTS, variables, lambda data: data["events"]):
        yield _event(edge["node"])


def _event(node: dict[str, Any]) -> Event:
    return Event(
        id=node["id"],
        seq=node["seq"],
        hash=node["hash"],
        kind=node["kind"],
        at=datetime.fromisoformat(node["at"]),
        by=node["by"] and node["by"]["name"],
        path=(node["subject"] or {}).get("path"),
        scope=node["scope"],
        number=node["number"],
        operation_id=node["operationId"],
        before=node["before"],
        after=node["after"],
    )
