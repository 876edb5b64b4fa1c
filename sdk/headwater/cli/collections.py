"""`headwater collection`: named series of versions, made by hand, described, tagged and renamed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headwater import _registry_operations as operations
from headwater import _run_operations
from headwater._collection import Collection
from headwater._errors import InvalidInputError

from .output import AsJson, print_facts, print_json, print_table, say
from .service import Service, found, read_pages

app = typer.Typer(
    no_args_is_help=True,
    help="Make, show and change collections. To delete one: `headwater rm PATH`.",
    rich_markup_mode=None,
)

Where = Annotated[
    str,
    typer.Argument(metavar="COLLECTION", help="[[entity/]project/]name; a registry may stand in the project's place."),
]
Card = Annotated[Path | None, typer.Option(help="A Markdown file to take the description from.", dir_okay=False)]


@app.command("ls")
def list_collections(
    container: Annotated[str | None, typer.Argument(help="[entity/]project or [entity/]registry.")] = None,
    types: Annotated[list[str] | None, typer.Option("--type", help="Only of this type; may be repeated.")] = None,
    name: Annotated[str | None, typer.Option(help="Only those whose name has this text.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List the collections of a project or registry."""
    service = Service()
    wanted = {key: value for key, value in (("types", types), ("nameContains", name)) if value}
    path = service.listed_container(container)
    nodes = read_pages(service, _run_operations.LIST_COLLECTIONS, "collections", limit, container=path, filter=wanted)
    collections = [Collection(service.client, node) for node in nodes]
    if as_json:
        print_json([_facts(collection) for collection in collections])
        return
    print_table(
        ("collection", "type", "kind", "tags", "aliases"),
        [(one.path, one.type, one.kind.lower(), one.tags, list(one.aliases)) for one in collections],
    )


@app.command("create")
def create_collection(
    where: Where,
    type: Annotated[str, typer.Option(help="What its versions will be.")] = "model",
    description: Annotated[str, typer.Option(help="What it is, in Markdown.")] = "",
    card: Card = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="A free label; may be repeated.")] = None,
    registered: Annotated[
        bool, typer.Option("--registered", help="In a project: for versions linked, not logged.")
    ] = False,
) -> None:
    """Make an empty collection."""
    service = Service()
    container, _, name = service.item_path(where).rpartition("/")
    wanted = {
        "container": container,
        "name": name,
        "type": type,
        "kind": "REGISTRY" if registered else None,
        "description": description if card is None else card.read_text("utf-8"),
        "tags": tags or [],
    }
    made = Collection(service.client, service.mutate(operations.CREATE_COLLECTION, wanted)["collection"])
    say(f"Created {made.path}: {made.url}")


@app.command("show")
def show_collection(where: Where, as_json: AsJson = False) -> None:
    """Show a collection and its card."""
    facts = _facts(_collection_at(where))
    if as_json:
        print_json(facts)
    else:
        print_facts(facts)


@app.command("set")
def set_collection(
    where: Where,
    name: Annotated[str | None, typer.Option(help="A new name; the former one still leads to it.")] = None,
    description: Annotated[str | None, typer.Option(help="What it is, in Markdown.")] = None,
    card: Card = None,
    type: Annotated[str | None, typer.Option(help="Another type, until it has had a version.")] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="A label to add; may be repeated.")] = None,
    untags: Annotated[list[str] | None, typer.Option("--untag", help="A label to remove; may be repeated.")] = None,
) -> None:
    """Change what is given and nothing else."""
    if not any((name, description is not None, card, type, tags, untags)):
        raise InvalidInputError("Give what to change: headwater collection set --help lists the options.")
    collection = _collection_at(where)
    collection.name = collection.name if name is None else name
    collection.type = collection.type if type is None else type
    collection.description = collection.description if description is None else description
    if card is not None:
        collection.description = card.read_text("utf-8")
    collection.tags = [tag for tag in [*collection.tags, *(tags or ())] if tag not in (untags or ())]
    collection.save()
    say(f"{collection.path} is as you want it.")


def _collection_at(given: str) -> Collection:
    service = Service()
    path = service.item_path(given)
    return Collection(service.client, found(service.query(operations.FIND_COLLECTION, path=path)["collection"], path))


def _facts(collection: Collection) -> dict[str, object]:
    return {
        "path": collection.path,
        "url": collection.url,
        "kind": collection.kind,
        "type": collection.type,
        "description": collection.description,
        "tags": collection.tags,
        "aliases": list(collection.aliases),
        "createdAt": collection.created_at.isoformat(),
        "updatedAt": collection.updated_at.isoformat(),
    }
