"""Registries, roles and collections over GraphQL: what an answer shows, and refusals as members of the union."""

from typing import Any

from asking import ask
from content import Site
from headwater_service.domain.access import Viewer
from headwater_service.store.ids import new_id
from viewers import fresh, new_admin, new_team, refreshed

CREATE = """
mutation Create($input: CreateRegistryInput!) {
  createRegistry(input: $input) {
    __typename
    ... on CreateRegistryPayload { registry {
      id path visibility artifactTypes protectedAliases viewerRole members { role user { name } }
    } }
    ... on ConflictError { message current }
  }
}
"""
UPDATE = """
mutation Update($input: UpdateRegistryInput!) {
  updateRegistry(input: $input) {
    __typename
    ... on UpdateRegistryPayload { registry { path description artifactTypes } }
    ... on ConflictError { message current }
  }
}
"""
SET = """
mutation Set($input: SetRegistryMemberInput!) {
  setRegistryMember(input: $input) {
    __typename
    ... on SetRegistryMemberPayload { registry { viewerRole members { role user { name } } } }
    ... on NotFoundError { path }
  }
}
"""
REMOVE = """
mutation Remove($input: RemoveRegistryMemberInput!) {
  removeRegistryMember(input: $input) {
    __typename
    ... on RemoveRegistryMemberPayload { registry { viewerRole members { role user { name } } } }
  }
}
"""
CREATE_COLLECTION = """
mutation CreateCollection($input: CreateCollectionInput!) {
  createCollection(input: $input) {
    __typename
    ... on CreateCollectionPayload { collection { id name kind type tags aliases { name } container {
      ... on Registry { path } ... on Project { path }
    } } }
    ... on ConflictError { message current }
    ... on InvalidInputError { field }
  }
}
"""
UPDATE_COLLECTION = """
mutation UpdateCollection($input: UpdateCollectionInput!) {
  updateCollection(input: $input) {
    __typename
    ... on UpdateCollectionPayload { collection { name description tags } }
    ... on ConflictError { message current }
  }
}
"""


async def change(site: Site, viewer: Viewer, document: str, **wanted: Any) -> Any:
    answer = await ask(site, viewer, document, input={"operationId": new_id(), **wanted})
    (payload,) = answer.values()
    return payload


async def test_a_new_registry_is_answered_with_the_role_in_it(site: Site) -> None:
    entity, (_, member) = await new_team(site.graph, await new_admin(site.graph), member=await new_admin(site.graph))

    made = await change(
        site, member, CREATE, entity=entity.name, name="models", visibility="RESTRICTED", protectedAliases=["best"]
    )

    assert made["registry"] | {"id": ""} == {
        "id": "",
        "path": f"{entity.name}/models",
        "visibility": "RESTRICTED",
        "artifactTypes": [],
        "protectedAliases": ["best"],
        "viewerRole": "ADMIN",
        "members": [{"role": "ADMIN", "user": {"name": member.user_name}}],
    }
    again = await change(site, member, CREATE, entity=entity.name, name="models")
    assert again == {
        "__typename": "ConflictError",
        "message": f"The name 'models' is taken in {entity.name}.",
        "current": "models",
    }


async def test_a_setting_left_out_stays_and_an_empty_list_is_any(site: Site) -> None:
    admin = await new_admin(site.graph)
    name = fresh("registry")
    made = await change(site, admin, CREATE, name=name, description="d", artifactTypes=["model"])
    admin = await refreshed(site.graph, admin)

    changed = await change(
        site, admin, UPDATE, registryId=made["registry"]["id"], changes={"artifactTypes": [], "description": None}
    )
    stale = await change(
        site,
        admin,
        UPDATE,
        registryId=made["registry"]["id"],
        changes={"description": "e"},
        expected={"artifactTypes": ["model"]},
    )

    path = f"{admin.user_name}/{name}"
    assert changed["registry"] == {"path": path, "description": "d", "artifactTypes": []}
    assert (stale["__typename"], stale["current"]) == ("ConflictError", "")


async def test_who_gives_up_the_role_by_which_it_saw_a_registry_has_none(site: Site) -> None:
    entity, (_, member) = await new_team(site.graph, await new_admin(site.graph), member=await new_admin(site.graph))
    made = await change(site, member, CREATE, entity=entity.name, name="models", visibility="RESTRICTED")
    member = await refreshed(site.graph, member)
    wanted = {"registryId": made["registry"]["id"], "user": member.user_name}

    removed = await change(site, member, REMOVE, **wanted)

    assert removed["registry"] == {"viewerRole": None, "members": []}


async def test_an_unknown_user_is_named(site: Site) -> None:
    admin = await new_admin(site.graph)
    made = await change(site, admin, CREATE, name="models")
    admin = await refreshed(site.graph, admin)

    refused = await change(
        site, admin, SET, registryId=made["registry"]["id"], user="nobody-of-this-name", role="VIEWER"
    )

    assert refused == {"__typename": "NotFoundError", "path": "nobody-of-this-name"}


async def test_a_collection_is_made_tagged_and_renamed(site: Site) -> None:
    admin = await new_admin(site.graph)
    made = await change(
        site, admin, CREATE_COLLECTION, container="model-registry", name="Digits", type="model", tags=["a"]
    )
    collection = made["collection"]

    changed = await change(
        site, admin, UPDATE_COLLECTION, collectionId=collection["id"], changes={"name": "数字"}, addTags=["b"]
    )
    refused = await change(
        site, admin, CREATE_COLLECTION, container="model-registry", name="数字", type="model", kind="REGISTRY"
    )

    assert collection | {"id": ""} == {
        "id": "",
        "name": "Digits",
        "kind": "REGISTRY",
        "type": "model",
        "tags": ["a"],
        "aliases": [],
        "container": {"path": f"{admin.user_name}/model-registry"},
    }
    assert changed["collection"] == {"name": "数字", "description": "", "tags": ["a", "b"]}
    assert (refused["__typename"], refused["current"]) == ("ConflictError", "model")


async def test_runs_do_not_log_into_a_registry(site: Site) -> None:
    admin = await new_admin(site.graph)

    refused = await change(
        site, admin, CREATE_COLLECTION, container="model-registry", name="Digits", type="model", kind="SOURCE"
    )

    assert refused == {"__typename": "InvalidInputError", "field": "kind"}
