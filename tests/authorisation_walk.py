"""Documents that select all fields of a type, some objects deep; and what a person sees to start from."""

from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
)

from authorisation_world import HTTP, World
from headwater_service.api.schema import schema

SCHEMA: GraphQLSchema = build_schema(schema.as_str())

ARGUMENTS = {
    "direction": "BOTH",
    "blobs": "[]",
    "first": "5",
    "limit": "50",
    "groupBy": "STATE",
    "name": '"latest"',
    # The node that the walk starts at.
    "id": "$id",
    "to": "$id",
}


def ask(world: World, document: str, key: str | None, **variables: Any) -> tuple[int, dict[str, Any]]:
    """Post a document and return the status and the whole answer."""
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    response = HTTP.request(
        "POST", f"{world.url}/graphql", json={"query": document, "variables": variables}, headers=headers
    )
    answer: dict[str, Any] = response.json()
    return response.status, answer


def found_in(answer: dict[str, Any], field: str) -> Any:
    """Return None for null, a count for a list or a connection; an error about what is absent counts as absent."""
    data = (answer.get("data") or {}).get(field)
    if "errors" in answer:
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["NotFoundError"], answer
        assert data is None
        return 0 if field.endswith("s") or field.endswith("Counts") else None
    if isinstance(data, dict) and "edges" in data:
        assert data["totalCount"] == len(data["edges"])
        return len(data["edges"])
    return len(data) if isinstance(data, list) else data


def words(world: World) -> list[str]:
    """Return every id and name that no answer to the outsider may hold."""
    return [*world.secret_ids.values(), world.secret]


def starts_of(world: World) -> dict[str, str]:
    """Return one id of each type that the outsider may see."""
    _, answer = ask(
        world,
        """
          query Starts($team: String!, $shared: String!, $registry: String!) {
            viewer { user { apiKeys { id } } }
            entity(name: $team) { id }
            project(path: $shared) { id }
            registry(path: $registry) { id }
            events(filter: {container: $registry}, first: 200) { edges { node { id kind } } }
          }
        """,
        world.outsider.key,
        team=world.team,
        shared=f"{world.team}/shared",
        registry=f"{world.team}/model-registry",
    )
    data = answer["data"]
    # The link of the secret version.
    linked = [edge["node"]["id"] for edge in data["events"]["edges"] if edge["node"]["kind"] == "LINKED"]
    return {
        "ArtifactVersion": world.shared.version_id,
        "RegistryVersion": world.link_id,
        "Run": world.shared.run_id,
        "Collection": world.shared.collection_id,
        "Project": data["project"]["id"],
        "Registry": data["registry"]["id"],
        "Entity": data["entity"]["id"],
        "User": world.user_id,
        "ApiKey": data["viewer"]["user"]["apiKeys"][0]["id"],
        "Event": linked[0],
        "Proposal": world.shared_proposal_id,
    }


def walk(type_name: str, levels: int) -> str:
    fields = everything(type_name, levels)
    return f"query Walk($id: ID!) {{ node(id: $id) {{ __typename ... on {type_name} {{ {fields} }} }} }}"


def everything(type_name: str, levels: int) -> str:
    """Select all fields of a type, down to `levels` objects below it."""
    type_: Any = SCHEMA.get_type(type_name)
    return " ".join(part for name, field in type_.fields.items() if (part := selected(type_name, name, field, levels)))


def selected(type_name: str, name: str, field: GraphQLField, levels: int) -> str:
    if (type_name, name) == ("Collection", "alias"):
        # One of `aliases`, which is walked; twice would square what lies below.
        return ""
    below = get_named_type(field.type)
    # Aliased by type and argument, so that fields of one name in different types do not clash.
    alias = f"{type_name}_{name}: "
    text = alias + name + arguments(field)
    if is_leaf_type(below):
        return text
    is_wrapper = below.name.endswith(("Connection", "Edge", "PageInfo", "Graph"))
    rest = levels if is_wrapper else levels - 1
    if rest < 0:
        return ""
    inside = inner(below, rest)
    return f"{text} {{ {inside} }}" if inside else ""


def inner(type_: GraphQLNamedType, levels: int) -> str:
    if not is_abstract_type(type_):
        return everything(type_.name, levels)
    possible = [found for found in SCHEMA.get_possible_types(type_) if isinstance(found, GraphQLObjectType)]
    return "__typename " + " ".join(f"... on {found.name} {{ {everything(found.name, levels)} }}" for found in possible)


def arguments(field: GraphQLField) -> str:
    given = [
        f"{name}: {ARGUMENTS[name]}"
        for name, argument in field.args.items()
        if is_required_argument(argument) or name in ("first", "limit")
    ]
    return f"({', '.join(given)})" if given else ""
