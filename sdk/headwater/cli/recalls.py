"""`headwater recall`: mark a version as bad, take that back, and list what is marked."""

from __future__ import annotations

import enum
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from headwater._errors import NotFoundError
from headwater._recalls import RECALL_VERSION, WITHDRAW_RECALL

from .output import AsJson, examples, print_json, print_table, say
from .service import Service, found, read_pages

GET_ID = """
query GetId($path: String!) {
  artifact(path: $path) { __typename id path source { path } }
}
"""

LIST_RECALLS = """
query ListRecalls($container: String, $collection: String, $isActive: Boolean!, $first: Int!, $after: String) {
  recalls(container: $container, collection: $collection, isActive: $isActive, first: $first, after: $after) {
    edges { node { id severity reason at withdrawnAt version { path } by { name } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
MOST_WITHDRAWN = 1000


class Severity(enum.StrEnum):
    """What a recall asks for."""

    WARNING = "warning"
    CRITICAL = "critical"


class PathOrCommand(TyperGroup):
    """A group whose first word may be a path: `headwater recall PATH` recalls it."""

    # Any: the types are those of the click that typer brings with it, under a private name.
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command; a word that is none is the path of what is recalled."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["version", *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    help="Mark versions as bad: `headwater recall PATH --reason TEXT`, `recall withdraw`, `recall ls`.",
    no_args_is_help=True,
    cls=PathOrCommand,
)


@app.command("version", epilog=examples('recall digits:v2 --reason "labels were shuffled" --severity critical'))
def recall(
    path: Annotated[str, typer.Argument(metavar="PATH", help="What is bad: [[entity/]project/]name[:ref].")],
    reason: Annotated[str, typer.Option(help="Why, for everybody who meets it.")],
    severity: Annotated[
        Severity, typer.Option(help="Whether its use is only warned of, or refused.")
    ] = Severity.WARNING,
) -> None:
    """Recall a version: it and all that came from it tell so. The word `version` may be left out."""
    service = Service()
    version = _version(service, path)
    wanted = {"versionId": version["id"], "reason": reason, "severity": severity.name}
    made = service.mutate(RECALL_VERSION, wanted)["recall"]
    say(f"Recalled {version['path']}. To take it back: headwater recall withdraw {version['path']}")
    if version["__typename"] == "RegistryVersion" and version["source"] is not None:
        source = version["source"]["path"]
        say(f"The link is recalled, not {source}, which others may use. To recall that: headwater recall {source}")
    print(made["id"])


@app.command("withdraw")
def withdraw(
    path: Annotated[str, typer.Argument(metavar="PATH", help="The version whose recalls no longer hold.")],
    recall_id: Annotated[str | None, typer.Option("--id", help="Only this one, as `recall ls` shows it.")] = None,
) -> None:
    """Take the recalls of a version back; what came from it is clear at once."""
    service = Service()
    version = _version(service, path)
    held = _recalls(service, MOST_WITHDRAWN, collection=version["path"].rpartition(":")[0], isActive=True)
    ids = [one["id"] for one in held if one["version"] and one["version"]["path"] == version["path"]]
    wanted = [one for one in ids if recall_id in (None, one)]
    if not wanted:
        raise NotFoundError(f"{version['path']} has no such recall that holds. See: headwater recall ls")
    for one in wanted:
        service.mutate(WITHDRAW_RECALL, {"recallId": one})
    say(f"Withdrew {len(wanted)} recall(s) of {version['path']}.")


@app.command("ls")
def list_recalls(
    container: Annotated[
        str | None,
        typer.Argument(metavar="PLACE", help="A project or registry ([entity/]name). Default: all that you may see."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Those that were withdrawn too.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List recalled versions, the newest recall first."""
    service = Service()
    place = service.container_path(container) if container else None
    recalls = _recalls(service, limit, container=place, isActive=not every)
    if as_json:
        print_json(recalls)
        return
    print_table(
        ("id", "severity", "version", "reason", "by", "at", "withdrawn"),
        [
            (
                one["id"],
                one["severity"].lower(),
                (one["version"] or {}).get("path"),
                one["reason"],
                (one["by"] or {}).get("name"),
                one["at"],
                one["withdrawnAt"],
            )
            for one in recalls
        ],
    )


def _version(service: Service, path: str) -> dict[str, Any]:
    whole = service.item_path(path)
    version: dict[str, Any] = found(service.query(GET_ID, path=whole)["artifact"], whole)
    return version


def _recalls(service: Service, limit: int, **variables: Any) -> list[dict[str, Any]]:
    return read_pages(service, LIST_RECALLS, "recalls", limit, **variables)
