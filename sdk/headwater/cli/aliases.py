"""`headwater alias set|rm|ls|history|rollback`."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from itertools import islice
from types import EllipsisType
from typing import Annotated, Any

import typer

from headwater._aliases import AliasMove, CollectionAliases
from headwater._client import Client
from headwater._errors import ConflictError, InvalidInputError
from headwater._names import format_time, parse_time
from headwater._version import get_version

from . import documents
from .output import AsJson, examples, print_json, print_table, say
from .service import Service, found, local_path

app = typer.Typer(
    no_args_is_help=True, help="Move aliases, take them back, and read their history.", rich_markup_mode=None
)

CollectionPath = Annotated[
    str, typer.Argument(metavar="COLLECTION", help="[[entity/]project/]name, or [entity/]registry/name.")
]
Name = Annotated[str, typer.Argument(metavar="ALIAS", help="The alias, as production.")]
Expect = Annotated[str | None, typer.Option(metavar="REF", help="Refuse unless it points at this version now, as v3.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why, for the history.")]

NOWHERE = "nothing"  # what the service calls the place of an alias that is not there


@dataclass(frozen=True)
class Place(CollectionAliases):
    """A collection, known by id and path."""

    _client: Client
    id: str
    path: str


@app.command(
    "set",
    epilog=examples(
        'alias set model-registry/Digits:v3 production --reason "passed the review"',
        "alias set model-registry/Digits:v4 production --expect v3",
    ),
)
def set_alias(
    version: Annotated[
        str, typer.Argument(metavar="VERSION", help="[[entity/]project/]name:ref; without a ref the latest version.")
    ],
    alias: Name,
    expect: Expect = None,
    new: Annotated[bool, typer.Option("--new", help="Refuse if there is such an alias already.")] = False,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Point an alias at a version of its own collection, and print where it points."""
    if new and expect is not None:
        raise InvalidInputError("--new expects that there is no such alias, --expect that there is. Give one of them.")
    service = Service()
    place = get_version(service.client, service.item_path(version)).place
    collection = Place(service.client, place.collection_id, place.path.rpartition(":")[0])
    try:
        move = collection.move_alias(alias, f"v{place.index}", expect=None if new else expected(expect), reason=reason)
    except ConflictError as error:
        raise with_way_on(error, "set", f"{collection.path}:v{place.index}", alias) from error
    print_move(collection, move, as_json)


@app.command("rm", epilog=examples("alias rm model-registry/Digits candidate"))
def remove_alias(
    collection: CollectionPath, alias: Name, expect: Expect = None, reason: Reason = "", as_json: AsJson = False
) -> None:
    """Remove an alias from its collection. Its history stays, and rollback brings it back."""
    place = collection_at(collection)
    try:
        move = place.remove_alias(alias, expect=expected(expect), reason=reason)
    except ConflictError as error:
        raise with_way_on(error, "rm", place.path, alias) from error
    print_move(place, move, as_json)


@app.command("ls", epilog=examples("alias ls model-registry/Digits"))
def list_aliases(collection: CollectionPath, as_json: AsJson = False) -> None:
    """List the aliases of a collection: where each points, since when, and who pointed it there."""
    place = collection_at(collection)
    aliases = place._client.execute(documents.ALIASES_OF, {"path": place.path})["collection"]["aliases"]
    if as_json:
        print_json(aliases)
        return
    print_table(
        ("alias", "version", "since", "by"),
        [
            (one["name"], f"v{one['version']['index']}", one["movedAt"], (one["movedBy"] or {}).get("name"))
            for one in aliases
        ],
    )


@app.command("rollback", epilog=examples('alias rollback model-registry/Digits production -r "worse at night"'))
def roll_back(
    collection: CollectionPath, alias: Name, expect: Expect = None, reason: Reason = "", as_json: AsJson = False
) -> None:
    """Point an alias at the last other version that it pointed at, and print where it points.

    Deleted versions are passed over. A second rollback undoes the first.
    """
    place = collection_at(collection)
    try:
        move = place.rollback_alias(alias, expect=expected(expect), reason=reason)
    except ConflictError as error:
        raise with_way_on(error, "rollback", place.path, alias) from error
    print_move(place, move, as_json)


@app.command(
    "history",
    epilog=examples(
        "alias history model-registry/Digits production",
        "alias history model-registry/Digits production --at 2026-11-03",
    ),
)
def show_history(
    collection: CollectionPath,
    alias: Name,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Only where it pointed then: 2026-05-01T09:30:00Z, or 2026-05-01 for its start in UTC."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many lines at most.")] = 200,
    as_json: AsJson = False,
) -> None:
    """Show where an alias has pointed, newest first: since when, how long, moved by whom and why."""
    place = collection_at(collection)
    if at is None:
        moves = list(islice(place.alias_history(alias), limit))
    else:
        then = place.alias_at(alias, parse_time(at))
        moves = [] if then is None else [then]
    if as_json:
        print_json([facts(move) for move in moves])
        return
    if not moves:
        say(
            f"{alias!r} has never pointed anywhere in {place.path}."
            if at is None
            else f"{alias!r} pointed nowhere then."
        )
    print_table(
        ("version", "from", "until", "by", "reason"),
        [
            (
                move.to_version or "(removed)",
                format_time(move.at),
                None if move.until is None else format_time(move.until),
                move.by,
                move.reason,
            )
            for move in moves
        ],
    )


def collection_at(given: str) -> Place:
    """The collection of a path as typed.

    Raises:
        InvalidInputError: if the path names a version.
        NotFoundError: if there is no such collection.
    """
    if ":" in local_path(given):
        raise InvalidInputError(f"{given!r} names a version; an alias belongs to the collection: leave the ':' out.")
    service = Service()
    path = service.item_path(given)
    node = found(service.query(documents.FIND_COLLECTION, path=path)["collection"], path)
    return Place(service.client, node["id"], node["path"])


def expected(ref: str | None) -> str | EllipsisType:
    """What `--expect` means: without it the alias may point anywhere."""
    return ... if ref is None else ref


def with_way_on(error: ConflictError, verb: str, path: str, alias: str) -> ConflictError:
    """The refusal of an alias that is elsewhere than expected, with how to go on all the same; others unchanged."""
    if error.current is None:
        return error
    command = shlex.join(["headwater", "alias", verb, path, alias])
    if error.current != NOWHERE:
        told = f"{alias!r} points at {error.current}, and stays there. To go on: {command} --expect {error.current}"
    elif verb == "set":
        told = f"There is no alias {alias!r} now, so nothing was moved. To make it: {command} --new"
    else:
        told = f"There is no alias {alias!r} now, so nothing was moved."
    return ConflictError(told, current=error.current, request_id=error.request_id)


def print_move(place: CollectionAliases, move: AliasMove, as_json: bool) -> None:
    """Print what an alias came to: its path and version, or as JSON the whole move."""
    if as_json:
        print_json({"collection": place.path, **facts(move)})
    else:
        sys.stdout.write(f"{place.path}:{move.name}\t{move.to_version or '(removed)'}\n")


def facts(move: AliasMove) -> dict[str, Any]:
    """A move as JSON, with the names of the API."""
    return {
        "name": move.name,
        "from": move.from_version,
        "to": move.to_version,
        "at": format_time(move.at),
        "until": None if move.until is None else format_time(move.until),
        "seconds": move.seconds,
        "by": move.by,
        "reason": move.reason,
    }
