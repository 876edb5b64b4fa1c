"""`headwater audit`: what was changed, by whom, and whether that record is whole."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from headwater._errors import NotFoundError
from headwater._names import format_time, parse_time

from .output import AsJson, examples, print_json, print_table, say
from .service import Service, read_pages

app = typer.Typer(help="Who changed what, and whether the record of it is whole.", no_args_is_help=True)

LIST_EVENTS = """
query ListEvents($filter: EventFilter, $direction: OrderDirection!, $first: Int!, $after: String) {
  events(filter: $filter, direction: $direction, first: $first, after: $after) {
    edges {
      node {
        seq at kind number operationId hash before after
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

CHECK_AUDIT = """
query CheckAudit($anchor: String, $after: String) {
  auditCheck(anchor: $anchor, after: $after) {
    events scopes anchor cursor
    fault { kind message seq eventId scope number }
  }
}
"""


@app.command(
    "ls",
    epilog=examples(
        "audit ls model-registry/Digits --kind ALIASES_MOVED",
        "audit ls --container model-registry --after 2026-11-01",
    ),
)
def list_events(
    collection: Annotated[
        str | None,
        typer.Argument(metavar="COLLECTION", help="Only what happened to it, its versions and its aliases."),
    ] = None,
    container: Annotated[str | None, typer.Option(help="Only in this project or registry ([entity/]name).")] = None,
    entity: Annotated[str | None, typer.Option(help="Only of this entity and all that lies in it.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only by this user.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only such as ALIASES_MOVED. May be repeated.")] = None,
    after: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Only later than this: 2026-05-01T09:30:00Z, or 2026-05-01 for its start in UTC."
        ),
    ] = None,
    before: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only earlier than this, written the same.")
    ] = None,
    oldest: Annotated[bool, typer.Option("--oldest", help="The oldest first.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what was changed, the newest first: when, who, what. With --json also the state before and after."""
    service = Service()
    wanted = {
        "collection": service.item_path(collection) if collection else None,
        "container": service.container_path(container) if container else None,
        "entity": entity,
        "actor": actor,
        "kinds": [name.upper() for name in kind] if kind else None,
        "after": None if after is None else format_time(parse_time(after)),
        "before": None if before is None else format_time(parse_time(before)),
    }
    direction = "ASC" if oldest else "DESC"
    try:
        events = read_pages(service, LIST_EVENTS, "events", limit, filter=wanted, direction=direction)
    except NotFoundError as error:
        if collection is None:
            raise
        hint = f"For a whole project or registry: headwater audit ls --container {collection!r}"
        raise NotFoundError(f"{error.message} {hint}", path=error.path, request_id=error.request_id) from error
    if as_json:
        print_json(events)
        return
    if kind and not events:
        say("There is no such event. Without --kind all are listed, each with its kind.")
    print_table(
        ("seq", "when", "who", "what", "of"),
        [(event["seq"], event["at"], _name(event["by"]), event["kind"], _path(event)) for event in events],
    )


@app.command("verify")
def verify(
    anchor: Annotated[
        str | None,
        typer.Option(
            metavar="SEQ:HASH", help="What an earlier check printed: the record up to there must still be the same."
        ),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="With --anchor: read only what came after it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check that no event was edited, removed, added or moved behind the service's back.

    For administrators of the server. Exits with 1 and names the event if one was. Prints SEQ:HASH of the last event:
    kept where nobody who can write to the database can change it, it lets a later check find even a record that was
    written anew as a whole.
    """
    if quick and anchor is None:
        raise typer.BadParameter("--quick begins at an anchor: give --anchor SEQ:HASH")
    service = Service()
    if anchor is not None:
        found = _check(service, anchor)
        if found["fault"] is None and not quick:
            found = _check(service, None)
    else:
        found = _check(service, None)
    if as_json:
        print_json({name: found[name] for name in ("events", "scopes", "anchor", "fault")})
    elif found["fault"] is None:
        say(f"{found['events']} events of {found['scopes']} scopes are as they were written. The anchor to keep:")
        sys.stdout.write(found["anchor"] + "\n")
    else:
        say(f"{found['fault']['kind']}: {found['fault']['message']}")
        say(f"Everything up to {found['anchor'].partition(':')[0]} is as it was written.")
    if found["fault"] is not None:
        raise typer.Exit(1)


def _check(service: Service, anchor: str | None) -> dict[str, Any]:
    """Make all the calls of one check and return the last answer, with the sums of all."""
    events = scopes = 0
    cursor: str | None = None
    while True:
        found: dict[str, Any] = service.query(CHECK_AUDIT, anchor=anchor, after=cursor)["auditCheck"]
        events, scopes, cursor = events + found["events"], scopes + found["scopes"], found["cursor"]
        if cursor is None:
            return {**found, "events": events, "scopes": scopes}


def _name(user: dict[str, Any] | None) -> str:
    return "" if user is None else str(user["name"])


def _path(event: dict[str, Any]) -> str:
    return str((event["subject"] or {}).get("path", ""))
