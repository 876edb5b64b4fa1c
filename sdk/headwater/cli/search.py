"""`headwater search`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from headwater._errors import InvalidInputError

from . import documents
from .output import AsJson, examples, print_json, print_table, size_text
from .service import Service, read_pages

EXAMPLES = examples(
    "search wake word", "search digits --for versions --in model-registry --alias staging", "search 数字 --type dataset"
)


class Sought(StrEnum):
    """What is searched for."""

    COLLECTIONS = "collections"
    VERSIONS = "versions"
    RUNS = "runs"


DOCUMENTS = {
    Sought.COLLECTIONS: documents.SEARCH_COLLECTIONS,
    Sought.VERSIONS: documents.SEARCH_VERSIONS,
    Sought.RUNS: documents.SEARCH_RUNS,
}


def search(
    words: Annotated[list[str], typer.Argument(metavar="WORD...", help="All must be found, in any order.")],
    sought: Annotated[Sought, typer.Option("--for", help="What to search for.")] = Sought.COLLECTIONS,
    container: Annotated[
        str | None, typer.Option("--in", metavar="[ENTITY/]NAME", help="Only in this project or registry.")
    ] = None,
    type: Annotated[list[str] | None, typer.Option(help="Only of this type; may be repeated.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only with this tag; may be repeated.")] = None,
    alias: Annotated[
        list[str] | None, typer.Option(help="Only versions that this alias points at; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Find collections, versions or runs by words in their names, descriptions and tags, wherever they lie.

    A word finds those that begin with it, and a part of a Japanese, Chinese or Korean word finds it. A word that
    nothing has is taken for a misspelling. Collections come in order of nearness, the others newest first.
    """
    conditions = {"search": " ".join(words), **conditions_of(sought, types=type, tags=tag, aliases=alias)}
    service = Service()
    path = None if container is None else service.container_path(container)
    found = read_pages(service, DOCUMENTS[sought], sought.value, limit, container=path, filter=conditions)

    if as_json:
        print_json(found)
    elif sought is Sought.COLLECTIONS:
        print_table(
            ("collection", "type", "tags", "changed"),
            [(one["path"], one["type"], one["tags"], one["updatedAt"]) for one in found],
        )
    elif sought is Sought.VERSIONS:
        print_table(
            ("version", "type", "aliases", "tags", "size", "created"),
            [
                (one["path"], one["type"], one["aliases"], one["tags"], size_text(one["size"]), one["createdAt"])
                for one in found
            ],
        )
    else:
        print_table(
            ("run", "name", "state", "job type", "started"),
            [(one["path"], one["name"], one["state"], one["jobType"], one["createdAt"]) for one in found],
        )


def conditions_of(sought: Sought, **given: list[str] | None) -> dict[str, Any]:
    """The further conditions that were given.

    Raises:
        InvalidInputError: for one that what is searched for cannot have.
    """
    possible = {
        Sought.COLLECTIONS: ("types", "tags"),
        Sought.VERSIONS: ("types", "tags", "aliases"),
        Sought.RUNS: ("tags",),
    }[sought]
    wanted = {name: values for name, values in given.items() if values}
    other = next((name for name in wanted if name not in possible), None)
    if other is not None:
        raise InvalidInputError(f"{sought.value.capitalize()} have no {other}; leave that option out.")
    return wanted
