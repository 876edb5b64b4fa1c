"""Deletions, the trash and times to live, as a client posts them."""

from typing import Any

from content import Site
from deletions import finish, finished_run, give_alias, link, logged, use
from headwater_service.api.context import Context
from headwater_service.api.schema import schema
from headwater_service.domain.access import Viewer
from headwater_service.model import Container
from headwater_service.store.ids import new_id
from headwater_service.store.reads import PlacedVersion
from viewers import new_admin, new_project, new_run

PLAN = """
query Plan($input: DeletionInput!) {
  deletionPlan(input: $input) {
    digest
    figures { versions links collections runs projects aliases bytesFreed bytesShared }
    refusals { rule message }
    aliases { name isProtected collection { name } }
    links { name }
    consumers
    consumedBy { key }
    descendants
    isDescendantsComplete
  }
}
"""
DELETE = """
mutation Delete($input: DeleteInput!) {
  result: delete(input: $input) {
    __typename
    ... on DeletePayload { deletion figures { versions bytesFreed } }
    ... on UserError { message }
  }
}
"""
RESTORE = """
mutation Restore($input: RestoreInput!) {
  result: restore(input: $input) {
    __typename
    ... on RestorePayload { versions links collections runs projects }
    ... on UserError { message }
  }
}
"""
UNLINK = """
mutation Unlink($input: UnlinkInput!) {
  result: unlink(input: $input) {
    __typename
    ... on UnlinkPayload {
      version { name state isDeleted ending { reason restorableUntil endedAt endedBy { name } } source { isDeleted } }
    }
    ... on InvalidInputError { message field }
  }
}
"""
SET_TTL = """
mutation SetVersionTtl($input: SetVersionTtlInput!) {
  result: setVersionTtl(input: $input) {
    __typename
    ... on SetVersionTtlPayload { version { ttlSeconds isTtlInherited expiresAt createdAt } }
    ... on InvalidInputError { message field }
  }
}
"""
SET_COLLECTION_TTL = """
mutation SetCollectionTtl($input: SetCollectionTtlInput!) {
  result: setCollectionTtl(input: $input) {
    __typename
    ... on SetCollectionTtlPayload {
      collection { ttlSeconds versions { edges { node { ttlSeconds isTtlInherited } } } }
    }
    ... on InvalidInputError { message field }
  }
}
"""
TRASH = """
query Trash($container: String, $first: Int!, $after: String) {
  trash(container: $container, first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { node { id kind path size ending { reason deletion endedBy { name } } } }
  }
}
"""
LISTS = """
query Lists($project: String!) {
  collections(container: $project) { totalCount }
  versions(container: $project) { totalCount }
  runs(project: $project) { totalCount }
  project(path: $project) { id }
}
"""
STATES = """
query States($id: ID!) {
  node(id: $id) { ... on ArtifactVersion { isDeleted lineage(direction: BOTH) {
    nodes { label isDeleted } completeness { isComplete } compact
  } } }
}
"""


async def post(site: Site, viewer: Viewer, document: str, **variables: Any) -> Any:
    context = Context(graph=site.graph, objects=site.objects, settings=site.settings, viewer=viewer, request_id="x")
    answer = await schema.execute(document, variable_values=variables, context_value=context)
    assert answer.errors is None, answer.errors
    assert answer.data is not None
    return answer.data


async def mutate(site: Site, viewer: Viewer, document: str, **given: Any) -> Any:
    return (await post(site, viewer, document, input={"operationId": new_id(), **given}))["result"]


async def scene(site: Site, *contents: str) -> tuple[Viewer, Container, list[PlacedVersion]]:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    return viewer, project, [await logged(site, viewer, project, "churn", content) for content in contents]


async def test_a_plan_shows_all_that_hangs_on_it_and_is_carried_out(site: Site) -> None:
    viewer, project, (first, _) = await scene(site, "12345", "2")
    linked = await link(site, viewer, first, "model-registry/Churn")
    run = (await new_run(site.graph, viewer, project)).run
    await use(site, viewer, run, linked)
    await give_alias(site, viewer, first, "best")
    targets = {"versions": [first.version.id]}

    plan = (await post(site, viewer, PLAN, input=targets))["deletionPlan"]
    refused = await mutate(site, viewer, DELETE, **targets, planDigest=plan["digest"])
    made = await mutate(site, viewer, DELETE, **targets, planDigest=plan["digest"], deleteAliases=True)

    assert plan["figures"] == {
        "versions": 1,
        "links": 1,
        "collections": 0,
        "runs": 0,
        "projects": 0,
        "aliases": 2,
        "bytesFreed": 5,
        "bytesShared": 0,
    }
    assert [refusal["rule"] for refusal in plan["refusals"]] == ["ALIASES"]
    assert sorted((alias["name"], alias["collection"]["name"]) for alias in plan["aliases"]) == [
        ("best", "churn"),
        ("latest", "Churn"),
    ]
    assert [link["name"] for link in plan["links"]] == ["Churn:v0"]
    assert (plan["consumers"], plan["consumedBy"]) == (1, [{"key": run.key}])
    assert (plan["descendants"], plan["isDescendantsComplete"]) == (1, True)
    assert refused["__typename"] == "ConflictError"
    assert made == {
        "__typename": "DeletePayload",
        "deletion": made["deletion"],
        "figures": {"versions": 1, "bytesFreed": 5},
    }


async def test_lists_leave_out_what_was_deleted_and_the_trash_shows_it(site: Site) -> None:
    viewer, project, (first, second) = await scene(site, "12345", "2")
    run = await finished_run(site, viewer, project)
    before = await post(site, viewer, LISTS, project=project.path)
    digests = {}
    for name, targets in (("v", {"versions": [first.version.id]}), ("p", {"projects": [project.id]})):
        plan = (await post(site, viewer, PLAN, input=targets))["deletionPlan"]
        digests[name] = await mutate(site, viewer, DELETE, **targets, planDigest=plan["digest"])
        if name == "v":
            inside = await post(site, viewer, TRASH, container=project.path, first=5)

    everywhere = await post(site, viewer, TRASH, container=None, first=1)
    cursor = everywhere["trash"]["pageInfo"]["endCursor"]
    rest = await post(site, viewer, TRASH, container=None, first=1, after=cursor)
    back = await mutate(site, viewer, RESTORE, deletion=digests["p"]["deletion"])
    after = await post(site, viewer, LISTS, project=project.path)

    assert (before["versions"], before["runs"]) == ({"totalCount": 2}, {"totalCount": 1})
    assert [edge["node"]["path"] for edge in inside["trash"]["edges"]] == [f"{project.path}/churn:v0"]
    assert inside["trash"]["edges"][0]["node"]["size"] == 5
    shown = everywhere["trash"]["edges"][0]["node"]
    assert (shown["kind"], shown["path"], shown["id"]) == ("CONTAINER", project.path, project.id)
    assert shown["ending"] == {
        "reason": "DELETED",
        "deletion": digests["p"]["deletion"],
        "endedBy": {"name": viewer.user_name},
    }
    assert (everywhere["trash"]["totalCount"], everywhere["trash"]["pageInfo"]["hasNextPage"]) == (2, True)
    assert [edge["node"]["kind"] for edge in rest["trash"]["edges"]] == ["ARTIFACT_VERSION"]
    assert back == {
        "__typename": "RestorePayload",
        "versions": 1,
        "links": 0,
        "collections": 1,
        "runs": 1,
        "projects": 1,
    }
    assert after == {
        "collections": {"totalCount": 1},
        "versions": {"totalCount": 1},
        "runs": {"totalCount": 1},
        "project": {"id": project.id},
    }
    assert (second.version.index, run.scope_id) == (1, project.id)


async def test_lineage_tells_which_nodes_are_tombstones(site: Site) -> None:
    viewer, project, (source,) = await scene(site, "1")
    run = (await new_run(site.graph, viewer, project)).run
    await use(site, viewer, run, source)
    result = await logged(site, viewer, project, "result", "2", run_id=run.id)

    await finish(site, viewer, run)
    targets = {"versions": [source.version.id], "runs": [run.id]}
    plan = (await post(site, viewer, PLAN, input=targets))["deletionPlan"]
    await mutate(site, viewer, DELETE, **targets, planDigest=plan["digest"])

    node = (await post(site, viewer, STATES, id=result.version.id))["node"]

    shown = {one["label"]: one["isDeleted"] for one in node["lineage"]["nodes"]}
    assert shown == {"result:v0": False, run.name: True, "churn:v0": True}
    assert node["lineage"]["completeness"]["isComplete"]
    compact = node["lineage"]["compact"]["nodes"]
    assert dict(zip(compact["label"], compact["state"], strict=True)) == {
        "result:v0": "COMMITTED",
        run.name: "DELETED",
        "churn:v0": "DELETED",
    }


async def test_a_link_ends_and_a_source_is_no_link(site: Site) -> None:
    viewer, _, (source,) = await scene(site, "1")
    linked = await link(site, viewer, source, "model-registry/Churn")

    done = await mutate(site, viewer, UNLINK, versionId=linked.version.id)
    refused = await mutate(site, viewer, UNLINK, versionId=source.version.id)

    version = done["version"]
    assert (version["name"], version["state"], version["isDeleted"]) == ("Churn:v0", "DELETED", True)
    assert (version["ending"]["reason"], version["ending"]["endedBy"]) == ("UNLINKED", {"name": viewer.user_name})
    assert version["source"] == {"isDeleted": False}
    assert (refused["__typename"], refused["field"]) == ("InvalidInputError", "versionId")


async def test_times_to_live_are_set_inherited_and_taken_away(site: Site) -> None:
    viewer, _, (version,) = await scene(site, "1")
    node = version.version.id

    own = await mutate(site, viewer, SET_TTL, versionId=node, ttlSeconds=3600)
    series = await mutate(site, viewer, SET_COLLECTION_TTL, collectionId=version.collection.id, ttlSeconds=7200)
    inherited = await mutate(site, viewer, SET_TTL, versionId=node, inherit=True)
    never = await mutate(site, viewer, SET_TTL, versionId=node, ttlSeconds=None)
    wrong = await mutate(site, viewer, SET_TTL, versionId=node, ttlSeconds=0)

    assert (own["version"]["ttlSeconds"], own["version"]["isTtlInherited"]) == (3600, False)
    assert own["version"]["expiresAt"] > own["version"]["createdAt"]
    assert series["collection"] == {
        "ttlSeconds": 7200,
        "versions": {"edges": [{"node": {"ttlSeconds": 3600, "isTtlInherited": False}}]},
    }
    assert (inherited["version"]["ttlSeconds"], inherited["version"]["isTtlInherited"]) == (7200, True)
    assert (never["version"]["ttlSeconds"], never["version"]["expiresAt"]) == (None, None)
    assert (wrong["__typename"], wrong["field"]) == ("InvalidInputError", "ttlSeconds")


async def test_a_plan_of_what_is_not_there_is_null(site: Site) -> None:
    viewer, _, (version,) = await scene(site, "1")
    outsider = await new_admin(site.graph)

    assert await post(site, viewer, PLAN, input={"versions": ["none"]}) == {"deletionPlan": None}
    assert await post(site, outsider, PLAN, input={"versions": [version.version.id]}) == {"deletionPlan": None}
