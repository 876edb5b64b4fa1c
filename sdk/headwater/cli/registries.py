"""`headwater registry`: shared places of collections, and who may do what in them."""

from __future__ import annotations

from typing import Annotated

import typer

from headwater import _registry_operations as operations
from headwater._errors import InvalidInputError
from headwater._registry import Registry

from .output import AsJson, examples, print_facts, print_json, print_table, say
from .service import Service, found, read_pages
from .teams import Role

app = typer.Typer(
    no_args_is_help=True,
    help="Make, show and change registries. To delete one: `headwater rm NAME/`, with the slash.",
    rich_markup_mode=None,
)
member_app = typer.Typer(no_args_is_help=True, help="Give roles in one registry alone.", rich_markup_mode=None)
app.add_typer(member_app, name="member")

Where = Annotated[str, typer.Argument(metavar="REGISTRY", help="[entity/]name, or its address.")]
Types = Annotated[list[str] | None, typer.Option("--type", help="A type it takes; may be repeated.")]
Protected = Annotated[
    list[str] | None, typer.Option("--protect", help="An alias that only its admins move; may be repeated.")
]


@app.command("ls")
def list_registries(
    entity: Annotated[str | None, typer.Argument(help="Only those of this entity.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List the registries that you see."""
    service = Service()
    nodes = read_pages(service, operations.LIST_REGISTRIES, "registries", limit, entity=entity)
    registries = [Registry(service.client, node) for node in nodes]
    if as_json:
        print_json([_facts(registry) for registry in registries])
        return
    print_table(
        ("registry", "seen by", "types", "your role"),
        [(one.path, one.visibility, one.artifact_types or "any", one.role) for one in registries],
    )


@app.command("create", epilog=examples('registry create "Vision models" --type model --protect production'))
def create_registry(
    where: Where,
    description: Annotated[str, typer.Option(help="What it is for, in Markdown.")] = "",
    restricted: Annotated[bool, typer.Option("--restricted", help="Seen only by those with a role in it.")] = False,
    types: Types = None,
    protected: Protected = None,
) -> None:
    """Make a registry, of which you are the admin."""
    service = Service()
    entity, _, name = service.container_path(where).rpartition("/")
    wanted = {
        "entity": entity or None,
        "name": name,
        "description": description,
        "visibility": "RESTRICTED" if restricted else "ENTITY",
        "artifactTypes": types or [],
        "protectedAliases": protected or [],
    }
    registry = Registry(service.client, service.mutate(operations.CREATE_REGISTRY, wanted)["registry"])
    say(f"Created {registry.path}: {registry.url}")


@app.command("show")
def show_registry(where: Where, as_json: AsJson = False) -> None:
    """Show a registry, its settings and the roles in it."""
    registry = _registry_at(where)
    facts, members = _facts(registry), registry.members()
    if as_json:
        print_json({**facts, "members": members})
        return
    people = [f"{user} ({role})" for user, role in members.items()]
    print_facts({**facts, "artifactTypes": registry.artifact_types or "any", "members": people})


@app.command(
    "set", epilog=examples('registry set "Vision models" --description "What the cameras use." --type dataset')
)
def set_registry(
    where: Where,
    name: Annotated[str | None, typer.Option(help="A new name; the former one still leads to it.")] = None,
    description: Annotated[str | None, typer.Option(help="What it is for, in Markdown.")] = None,
    visibility: Annotated[str | None, typer.Option(help="entity or restricted.")] = None,
    types: Types = None,
    any_type: Annotated[bool, typer.Option("--any-type", help="Take versions of every type.")] = False,
    protected: Protected = None,
    unprotected: Annotated[
        list[str] | None, typer.Option("--unprotect", help="An alias that members may move again.")
    ] = None,
) -> None:
    """Change what is given; types and protected aliases are added to those there are."""
    if not any((name, description is not None, visibility, types, any_type, protected, unprotected)):
        raise InvalidInputError("Give what to change: headwater registry set --help lists the options.")
    registry = _registry_at(where)
    registry.name = registry.name if name is None else name
    registry.description = registry.description if description is None else description
    registry.visibility = registry.visibility if visibility is None else visibility
    registry.artifact_types += [type for type in types or () if type not in registry.artifact_types]
    if any_type:
        registry.artifact_types = []
    registry.protected_aliases += [alias for alias in protected or () if alias not in registry.protected_aliases]
    registry.protected_aliases = [alias for alias in registry.protected_aliases if alias not in (unprotected or ())]
    registry.save()
    say(f"{registry.path} is as you want it.")


@member_app.command("set", epilog=examples('registry member set "Vision models" mika member'))
def set_member(
    where: Where,
    user: Annotated[str, typer.Argument(metavar="USER", help="A member of its entity.")],
    role: Annotated[Role, typer.Argument(metavar="ROLE", help="What they may do: viewer, member or admin.")],
) -> None:
    """Give a user a role in a registry; a higher one in its entity still counts."""
    registry = _registry_at(where)
    registry.set_member(user, role.value)
    say(f"{user} is now {role.value} of {registry.path}.")


@member_app.command("remove")
def remove_member(
    where: Where,
    user: Annotated[str, typer.Argument(metavar="USER", help="Who has a role in the registry itself.")],
) -> None:
    """Take away the role that a user has in a registry itself."""
    registry = _registry_at(where)
    registry.remove_member(user)
    say(f"{user} has no role of its own in {registry.path} any more.")


def _registry_at(given: str) -> Registry:
    service = Service()
    path = service.container_path(given)
    return Registry(service.client, found(service.query(operations.GET_REGISTRY, path=path)["registry"], path))


def _facts(registry: Registry) -> dict[str, object]:
    return {
        "path": registry.path,
        "url": registry.url,
        "description": registry.description,
        "visibility": registry.visibility,
        "artifactTypes": registry.artifact_types,
        "protectedAliases": registry.protected_aliases,
        "role": registry.role,
    }
