"""Every mutation leaves one event in each scope that it changes: who, and the whole state before and after."""

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import orjson
import pytest
from graphql import build_schema, get_named_type

from asking import ask
from content import Site, digest_of, log, put_manifest, upload
from headwater_service.api.schema import schema
from headwater_service.store.graph import Graph
from headwater_service.store.ids import new_id
from pipelines import Pipeline, new_pipeline
from viewers import fresh, new_admin, refreshed

SCHEMA = build_schema(schema.as_str())
EVENTS = """
MATCH (event:Event {operation_id: $operation})
RETURN event.scope AS scope, event.kind AS kind, event.by AS by, event.before AS before, event.after AS after
ORDER BY kind
"""
# These move bytes, or let somebody in: they change nothing that is named.
WITHOUT_EVENT = {"createSignInLink", "prepareUploads", "signUploadParts", "completeUpload", "repairBlob"}
# What these say of its subject before is nothing, for it was not there; after, for it is gone.
MADE = {
    *("USER_CREATED", "ENTITY_CREATED", "MEMBER_SET", "API_KEY_CREATED", "PROJECT_CREATED", "REGISTRY_CREATED"),
    *("COLLECTION_CREATED", "RUN_STARTED", "ARTIFACT_LOGGED", "ARTIFACT_USED", "GUARD_SET", "PROPOSAL_MADE"),
    *("VERSION_RECALLED", "REGISTRY_MEMBER_SET", "DELETION_MADE", "TRASH_RESTORED", "RUN_ALERTED"),
}
GONE = {"MEMBER_REMOVED", "REGISTRY_MEMBER_REMOVED", "GUARD_REMOVED"}


class Walk:
    """Sends mutations one after another as one viewer, and keeps what each left in the record."""

    def __init__(self, site: Site, one: Pipeline) -> None:
        self.site, self.one, self.viewer = site, one, one.viewer
        self.left: dict[str, list[dict[str, Any]]] = {}

    async def send(self, name: str, answer: str = "", /, **given: Any) -> Any:
        """Send one and return what its payload holds."""
        assert SCHEMA.mutation_type is not None
        field = SCHEMA.mutation_type.fields[name]
        input_type = get_named_type(field.args["input"].type).name
        payload = f"{name[0].upper()}{name[1:]}Payload"
        fields = f"... on {payload} {{ {answer} }}" if answer else ""
        document = f"""
        mutation M($input: {input_type}!) {{
          {name}(input: $input) {{ __typename {fields} ... on UserError {{ message }} }}
        }}
        """
        operation = new_id()
        data = (await ask(self.site, self.viewer, document, input={"operationId": operation, **given}))[name]
        assert data["__typename"] == payload, (name, data)
        found = await self.site.graph.read(lambda tx: tx.rows(EVENTS, operation=operation))
        assert {event["by"] for event in found} <= {self.viewer.user_id}, name
        self.left.setdefault(name, []).extend(found)
        return data


async def people(walk: Walk) -> str:
    """Users, entities, members, keys; returns the name of the entity."""
    name, team = fresh("person"), fresh("team")
    await walk.send("createUser", name=name)
    await walk.send("createEntity", name=team)
    walk.viewer = await refreshed(walk.site.graph, walk.viewer)
    await walk.send("addMember", entity=team, user=name, role="MEMBER")
    await walk.send("addMember", entity=team, user=name, role="VIEWER")
    key = await walk.send("createApiKey", "apiKey { id }", name="one")
    await walk.send("revokeApiKey", apiKeyId=key["apiKey"]["id"])
    registry = await walk.send("createRegistry", "registry { id }", entity=team, name=fresh("registry"))
    registry_id = registry["registry"]["id"]
    await walk.send("updateRegistry", registryId=registry_id, changes={"description": "new"})
    await walk.send("setRegistryMember", registryId=registry_id, user=name, role="MEMBER")
    await walk.send("removeRegistryMember", registryId=registry_id, user=name)
    await walk.send("removeMember", entity=team, user=name)
    return team


async def work(walk: Walk) -> None:
    """Projects, runs, artifacts, links."""
    one, entity = walk.one, walk.viewer.user_name
    project = await walk.send("createProject", "project { id path }", entity=entity, name=fresh("project"))
    path = project["project"]["path"]
    await walk.send("updateProject", projectId=project["project"]["id"], changes={"description": "new"})
    run = (await walk.send("startRun", "run { id }", project=path, key="one"))["run"]["id"]
    await walk.send("updateRun", runId=run, notes="new")
    await walk.send("raiseAlert", runId=run, title="Loss is NaN")
    await upload(walk.site, walk.viewer, one.project, b"some bytes")
    file = {"path": "a", "digest": digest_of(b"some bytes"), "size": 10}
    await walk.send("attachRunFiles", runId=run, files=[file])
    await walk.send("useArtifact", runId=run, path=f"{one.project.path}/data:v0")
    stored = await put_manifest(walk.site, walk.viewer, one.project, {"a": b"some bytes"})
    logged = await walk.send(
        "logArtifact",
        "version { id }",
        project=path,
        runId=run,
        name="new",
        type="dataset",
        manifestDigest=stored.summary.digest,
    )
    version = logged["version"]["id"]
    await walk.send("updateVersion", versionId=version, tags=["new"])
    await walk.send("setVersionTtl", versionId=version, ttlSeconds=86_400)
    await walk.send("linkArtifact", versionId=version, target=f"{one.registry.path}/{fresh('Linked')}")
    made = await walk.send("createCollection", "collection { id }", container=path, name="Empty", type="model")
    collection = made["collection"]["id"]
    await walk.send("updateCollection", collectionId=collection, addTags=["new"])
    await walk.send("setCollectionTtl", collectionId=collection, ttlSeconds=86_400)
    await walk.send("finishRun", runId=run, exitCode=0)


async def registry(walk: Walk) -> None:
    """Aliases, guards, proposals, recalls."""
    one = walk.one
    collection, link = one.link.collection.id, one.link.version.id
    await walk.send("moveAliases", moves=[{"collection": collection, "name": "best", "version": link}])
    await walk.send("moveAliases", moves=[{"collection": collection, "name": "best"}])
    await walk.send("rollbackAlias", collection=collection, name="best")
    tagged = [{"requiredTag": "small"}]
    await walk.send("setGuard", owner=collection, name="checked", rules=tagged)
    await walk.send("removeGuard", owner=collection, name="checked")
    recall = await walk.send("recallVersion", "recall { id }", versionId=one.data.version.id, reason="bad")
    await walk.send("withdrawRecall", recallId=recall["recall"]["id"])
    await propose(walk, {"collection": collection, "version": link})


async def propose(walk: Walk, wanted: dict[str, str]) -> None:
    """Moves that another admin decides."""
    colleague = await new_admin(walk.site.graph)
    await walk.send("addMember", entity=walk.one.viewer.user_name, user=colleague.user_name, role="ADMIN")
    walk.viewer = await refreshed(walk.site.graph, walk.viewer)
    first = await walk.send("proposeAliasMove", "proposal { id }", name="first", **wanted)
    await walk.send("rejectAliasMove", proposal=first["proposal"]["id"], reason="no")
    second = await walk.send("proposeAliasMove", "proposal { id }", name="second", **wanted)
    proposer, walk.viewer = walk.viewer, await refreshed(walk.site.graph, colleague)
    await walk.send("approveAliasMove", proposal=second["proposal"]["id"])
    walk.viewer = proposer


async def ends(walk: Walk) -> None:
    """Unlinking, deleting, restoring."""
    one = walk.one
    await walk.send("unlink", versionId=one.link.version.id)
    wanted = {"versions": [one.model.version.id]}
    plan = """
    query Plan($input: DeletionInput!) { deletionPlan(input: $input) { digest } }
    """
    digest = (await ask(walk.site, walk.viewer, plan, input=wanted))["deletionPlan"]["digest"]
    await walk.send("delete", **wanted, planDigest=digest, deleteAliases=True)
    await walk.send("restore", ids=wanted["versions"])


async def test_every_mutation_leaves_one_event_a_scope_with_the_actor_and_the_state_before_and_after(
    site: Site,
) -> None:
    walk = Walk(site, await new_pipeline(site))
    for part in (people, work, registry, ends):
        await part(walk)

    assert SCHEMA.mutation_type is not None
    assert set(walk.left) | WITHOUT_EVENT == set(SCHEMA.mutation_type.fields)
    for name, events in walk.left.items():
        assert events, f"{name} left no event"
        assert all(event["by"] for event in events), name
    for event in (event for events in walk.left.values() for event in events):
        before, after = (None if text is None else orjson.loads(text) for text in (event["before"], event["after"]))
        assert after or event["kind"] in GONE, event
        assert before or event["kind"] in MADE, event
        assert before != after, event


async def test_a_change_of_several_scopes_leaves_one_event_in_each(site: Site) -> None:
    walk = Walk(site, await new_pipeline(site))
    other = await log(site, walk.viewer, walk.one.project, "other", {"b": b"b"})
    moves = [
        {"collection": walk.one.data.collection.id, "name": "best", "version": walk.one.data.version.id},
        {"collection": other.placed.collection.id, "name": "best", "version": other.placed.version.id},
    ]

    await walk.send("moveAliases", moves=moves)

    assert {event["scope"] for event in walk.left["moveAliases"]} == {move["collection"] for move in moves}
    assert len(walk.left["moveAliases"]) == 2


async def test_a_key_that_is_given_a_new_secret_and_a_first_user_are_recorded_too(graph: Graph, site: Site) -> None:
    admin = await new_admin(graph)
    operation = new_id()
    document = """
    mutation K($input: CreateApiKeyInput!) {
      createApiKey(input: $input) { ... on CreateApiKeyPayload { key apiKey { id hint } } }
    }
    """
    given = {"operationId": operation, "name": "again"}
    first = (await ask(site, admin, document, input=given))["createApiKey"]
    second = (await ask(site, admin, document, input=given))["createApiKey"]

    found = await graph.read(
        lambda tx: tx.rows(
            "MATCH (event:Event {scope: $scope}) "
            "RETURN event.kind AS kind, event.before AS before, event.after AS after ORDER BY event.number",
            scope=admin.user_id,
        )
    )

    assert first["key"] != second["key"]
    assert [row["kind"] for row in found] == [
        *("ENTITY_CREATED", "USER_CREATED", "API_KEY_CREATED", "API_KEY_CREATED", "API_KEY_REISSUED")
    ]
    assert orjson.loads(found[-1]["before"])["hint"] == first["key"][-4:]
    assert orjson.loads(found[-1]["after"])["hint"] == second["key"][-4:]
    assert first["key"] not in str(found) and second["key"] not in str(found)


def texts() -> Iterator[tuple[str, str]]:
    """Every text in capitals of the store's modules and migrations."""
    for file in (files("headwater_service") / "store").iterdir():
        if file.name.endswith(".py"):
            for text in re.findall(r'"""(.*?)"""', file.read_text("utf-8"), re.DOTALL):
                yield file.name, text


@pytest.mark.parametrize("pattern", [r"DELETE\s+event\b", r"REMOVE\s+event\.", r"\(event:Event[^)]*\)[^;]*DELETE"])
def test_no_text_of_the_store_deletes_an_event_or_takes_something_from_it(pattern: str) -> None:
    assert [name for name, text in texts() if re.search(pattern, text)] == []


def test_only_the_sequencer_sets_anything_on_an_event() -> None:
    setting = {name for name, text in texts() if re.search(r"SET\s+event\.", text)}

    assert setting == {"events.py"}
