"""`headwater user|entity|member|key`: people, teams and their keys."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib import import_module
from importlib.metadata import entry_points
from typing import Annotated, Any

import typer

from . import documents
from .output import AsJson, print_json, print_table, say
from .service import Service, found, read_pages

user_app = typer.Typer(no_args_is_help=True, help="Add and list users.", rich_markup_mode=None)
entity_app = typer.Typer(no_args_is_help=True, help="Create teams.", rich_markup_mode=None)
member_app = typer.Typer(no_args_is_help=True, help="Say who belongs to an entity.", rich_markup_mode=None)
key_app = typer.Typer(no_args_is_help=True, help="Create, list and revoke API keys.", rich_markup_mode=None)


class Role(StrEnum):
    """What a member of an entity may do."""

    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"


@user_app.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="Letters, digits, _ . - ; the user's own entity gets the same name.")],
    admin: Annotated[bool, typer.Option("--admin", help="Also manage users and every entity.")] = False,
) -> None:
    """Create a user and print their API key, which is shown this once.

    Inside the service's container, where no key exists yet, `user add --admin NAME` makes the first one.
    """
    if admin and is_inside_service():
        key = bootstrap(name)
    else:
        wanted = {"name": name, "isAdmin": admin}
        key = Service().mutate(documents.CREATE_USER, wanted)["apiKey"]
    say(f"Created user {name}. This is the key, shown once; they run: headwater login KEY --host ADDRESS")
    sys.stdout.write(key + "\n")


def is_inside_service() -> bool:
    """Whether this process has the service's own settings and no client's."""
    is_client = any(os.environ.get(name) for name in ("HEADWATER_API_KEY", "HEADWATER_BASE_URL"))
    return bool(os.environ.get("HEADWATER_NEO4J_URI")) and not is_client


def bootstrap(name: str) -> str:
    """Make the first administrator through the service's own code, which the server extra registers."""
    registered = next(iter(entry_points(group="headwater.commands", name="server")))
    # Any: the server side is found at run time; the base install knows nothing of it.
    module: Any = import_module(registered.module)
    key: str = module.bootstrap_from_environment(name)
    return key


@user_app.command("list")
def list_users(
    entity: Annotated[str | None, typer.Argument(help="Whose members, with their roles. Default: of all.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most, without an entity.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List the users with whom you share an entity; an administrator of the server sees all."""
    if entity is not None:
        _list_members(entity, as_json=as_json)
        return
    users = read_pages(Service(), documents.LIST_USERS, "users", limit)
    if as_json:
        print_json([{"user": user["name"], "createdAt": user["createdAt"]} for user in users])
    else:
        print_table(("user", "created"), [(user["name"], user["createdAt"]) for user in users])


def _list_members(entity: str, *, as_json: bool) -> None:
    members = found(Service().query(documents.LIST_MEMBERS, entity=entity)["entity"], entity)["members"]
    if as_json:
        print_json([{"user": member["user"]["name"], "role": member["role"]} for member in members])
    else:
        print_table(("user", "role"), [(member["user"]["name"], member["role"].lower()) for member in members])


@entity_app.command("create")
def create_entity(name: Annotated[str, typer.Argument(help="Letters, digits, _ . -")]) -> None:
    """Create a team, of which you are the admin."""
    wanted = {"name": name}
    payload = Service().mutate(documents.CREATE_ENTITY, wanted)
    say(f"Created {payload['entity']['name']}. Add people to it: headwater member add {name} USER")


@member_app.command("add")
def add_member(
    entity: Annotated[str, typer.Argument(help="The team.")],
    user: Annotated[str, typer.Argument(help="Who is to belong to it.")],
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.MEMBER,
) -> None:
    """Add a user to an entity, or change the role they have there."""
    wanted = {"entity": entity, "user": user, "role": role.name}
    Service().mutate(documents.ADD_MEMBER, wanted)
    say(f"{user} is now {role.value} of {entity}.")


@member_app.command("remove")
def remove_member(
    entity: Annotated[str, typer.Argument(help="The team.")],
    user: Annotated[str, typer.Argument(help="Who is to leave it.")],
) -> None:
    """Remove a user from an entity."""
    wanted = {"entity": entity, "user": user}
    Service().mutate(documents.REMOVE_MEMBER, wanted)
    say(f"{user} no longer belongs to {entity}.")


@key_app.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What it is for, as 'grafana'.")] = "",
    read_only: Annotated[bool, typer.Option("--read-only", help="A key that changes nothing.")] = False,
    entity: Annotated[str | None, typer.Option(help="It sees this entity alone.")] = None,
    project: Annotated[str | None, typer.Option(help="It sees this project ([entity/]project) alone.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="It expires after so many days.")] = None,
) -> None:
    """Create an API key of yours and print it, this once."""
    wanted = {
        "name": name,
        "isReadOnly": read_only,
        "entity": entity,
        "project": project,
        "expiresAt": (datetime.now(UTC) + timedelta(days=days)).isoformat() if days else None,
    }
    payload = Service().mutate(documents.CREATE_API_KEY, wanted)
    say(f"Created key {payload['apiKey']['id']}, shown this once:")
    sys.stdout.write(payload["key"] + "\n")


@key_app.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """List your API keys. The keys themselves are known to nobody but who holds them."""
    keys = Service().query(documents.LIST_KEYS)["viewer"]["user"]["apiKeys"]
    if as_json:
        print_json(keys)
        return
    print_table(
        ("id", "name", "key", "may", "sees", "created", "until"),
        [(key["id"], key["name"], key["hint"], _may(key), _sees(key), key["createdAt"], _until(key)) for key in keys],
    )


@key_app.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(metavar="ID", help="As `headwater key list` shows it.")]) -> None:
    """Revoke an API key at once and for good."""
    wanted = {"apiKeyId": key_id}
    Service().mutate(documents.REVOKE_API_KEY, wanted)
    say(f"Revoked {key_id}.")


def _may(key: dict[str, Any]) -> str:
    return "read" if key["isReadOnly"] else "read and write"


def _sees(key: dict[str, Any]) -> str:
    if key["project"]:
        return str(key["project"]["path"])
    return str(key["entity"]["name"]) if key["entity"] else "all that is yours"


def _until(key: dict[str, Any]) -> str:
    if key["revokedAt"]:
        return f"revoked {key['revokedAt']}"
    return str(key["expiresAt"] or "")
