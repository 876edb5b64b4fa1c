"""Two people and a team: what one of them owns alone, what they share, and every id and name of the former.

The owner's secrets touch shared things on purpose: the owner's run consumed the team's dataset, what that run produced
is consumed by the team's run and linked into the team's registry. Whoever walks from the shared things must not arrive
at the secrets.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
import urllib3

from headwater_service.local.processes import wait_until

START_RUN = """
mutation StartRun($input: StartRunInput!) {
  startRun(input: $input) { ... on StartRunPayload { run { id key name path } } ... on UserError { message } }
}
"""
LOG_ARTIFACT = """
mutation LogArtifact($input: LogArtifactInput!) {
  logArtifact(input: $input) {
    ... on LogArtifactPayload { version { id name path digest collection { id path } } }
    ... on UserError { message }
  }
}
"""
USE_ARTIFACT = """
mutation UseArtifact($input: UseArtifactInput!) {
  useArtifact(input: $input) { ... on UseArtifactPayload { version { id } } ... on UserError { message } }
}
"""
REMOVE_MEMBER = """
mutation RemoveMember($input: RemoveMemberInput!) {
  removeMember(input: $input) { ... on RemoveMemberPayload { entity { id } } ... on UserError { message } }
}
"""
PROPOSE = """
mutation ProposeAliasMove($input: ProposeAliasMoveInput!) {
  proposeAliasMove(input: $input) { ... on ProposeAliasMovePayload { proposal { id } } ... on UserError { message } }
}
"""
SET_GUARD = """
mutation SetGuard($input: SetGuardInput!) {
  setGuard(input: $input) { ... on SetGuardPayload { guard { name } } ... on UserError { message } }
}
"""
LINK_ARTIFACT = """
mutation LinkArtifact($input: LinkArtifactInput!) {
  linkArtifact(input: $input) {
    ... on LinkArtifactPayload { version { id path collection { id path } } }
    ... on UserError { message }
  }
}
"""
RECALL = """
mutation RecallVersion($input: RecallVersionInput!) {
  recallVersion(input: $input) { ... on RecallVersionPayload { recall { id } } ... on UserError { message } }
}
"""
PREPARE_UPLOADS = """
mutation PrepareUploads($input: PrepareUploadsInput!) {
  prepareUploads(input: $input) {
    ... on PrepareUploadsPayload { uploads { state url headers } }
    ... on UserError { message }
  }
}
"""
ATTACH = """
mutation AttachRunFiles($input: AttachRunFilesInput!) {
  attachRunFiles(input: $input) { ... on AttachRunFilesPayload { run { id } } ... on UserError { message } }
}
"""
PLAN_DELETION = """
query PlanDeletion($input: DeletionInput!) { deletionPlan(input: $input) { digest } }
"""
DELETE = """
mutation Delete($input: DeleteInput!) {
  delete(input: $input) { ... on DeletePayload { deletion } ... on UserError { message } }
}
"""
CREATE_TEAM = """
mutation CreateEntity($input: CreateEntityInput!) {
  createEntity(input: $input) { ... on CreateEntityPayload { entity { id name } } ... on UserError { message } }
}
"""
ADD_MEMBER = """
mutation AddMember($input: AddMemberInput!) {
  addMember(input: $input) { ... on AddMemberPayload { entity { id } } ... on UserError { message } }
}
"""
CREATE_REGISTRY = """
mutation CreateRegistry($input: CreateRegistryInput!) {
  createRegistry(input: $input) { ... on CreateRegistryPayload { registry { id path } } ... on UserError { message } }
}
"""
CREATE_KEY = """
mutation CreateApiKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { ... on CreateApiKeyPayload { key apiKey { id } } ... on UserError { message } }
}
"""
TEAM_IDS = """
query TeamIds($project: String!, $registry: String!) {
  project(path: $project) { id }
  registry(path: $registry) { id }
}
"""
EVENTS = """
query Events($scope: String!) { events(filter: {container: $scope}, first: 200) { edges { node { kind } } } }
"""
OWN_IDS = """
query OwnIds($project: String!, $entity: String!) {
  viewer { user { id } }
  project(path: $project) { id }
  entity(name: $entity) { id }
  registry(path: "model-registry") { id path }
  events(filter: {container: $project}, first: 100) { edges { node { id } } }
}
"""


HTTP = urllib3.PoolManager(retries=False)


class Post(Protocol):
    def __call__(self, document: str, *, key: str, **variables: Any) -> dict[str, Any]: ...


class HasNameAndKey(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def key(self) -> str: ...


@dataclass(frozen=True)
class Logged:
    """A version with the run that logged it."""

    run_id: str
    run_key: str
    run_path: str
    version_id: str
    version_path: str
    collection_id: str
    collection_path: str
    digest: str
    blob: str


@dataclass(frozen=True)
class Hidden:
    """A restricted registry of the team in which the outsider has no role, with a link of what the team shares."""

    registry_id: str
    registry_path: str
    link_id: str
    link_path: str
    collection_id: str
    collection_path: str


@dataclass(frozen=True)
class World:
    """`secret` is a word that occurs in all names of what is the owner's alone; `secret_ids` are its ids.

    `mine` is the outsider's own.
    """

    url: str
    owner: HasNameAndKey
    outsider: HasNameAndKey
    team: str
    project: str
    project_id: str
    entity_id: str
    user_id: str
    registry_id: str
    registry_path: str
    api_key_id: str
    own: Logged
    shared: Logged
    mine: Logged
    link_id: str
    link_path: str
    hidden: Hidden
    recall_id: str
    shared_recall_id: str
    proposal_id: str
    shared_proposal_id: str
    team_project_id: str
    team_registry_id: str
    secret: str
    event_ids: tuple[str, ...]
    deleted_id: str
    deletion_id: str
    shared_deleted_id: str

    @property
    def secret_ids(self) -> dict[str, str]:
        return {
            "project": self.project_id,
            "registry": self.registry_id,
            "entity": self.entity_id,
            "run": self.own.run_id,
            "version": self.own.version_id,
            "collection": self.own.collection_id,
            "API key": self.api_key_id,
            "proposal": self.proposal_id,
            "hidden registry": self.hidden.registry_id,
            "hidden link": self.hidden.link_id,
            "hidden collection": self.hidden.collection_id,
            **{f"event {place}": event for place, event in enumerate(self.event_ids)},
        }


def operation() -> str:
    return secrets.token_hex(16)


def upload(post: Post, person: HasNameAndKey, entity: str, content: bytes) -> str:
    """Store bytes and return their digest."""
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    given = {"entity": entity, "blobs": [{"digest": digest, "size": len(content)}]}
    found = post(PREPARE_UPLOADS, key=person.key, input=given)["prepareUploads"]["uploads"][0]
    if found["state"] == "UPLOAD":
        response = HTTP.request("PUT", found["url"], body=content, headers=found["headers"])
        assert response.status == 200, response.data
    return digest


def put_manifest(url: str, key: str, entity: str, *, digest: str, size: int) -> str:
    """Store a manifest of one file, `data.csv`."""
    line = orjson.dumps({"path": "data.csv", "size": size, "digest": digest})
    response = HTTP.request(
        "PUT",
        f"{url}/api/manifests/{entity}",
        body=b'{"format":1}\n' + line + b"\n",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert response.status == 200, response.data
    stored: str = response.json()["digest"]
    return stored


def log(url: str, post: Post, person: HasNameAndKey, project: str, *, name: str, uses: str | None = None) -> Logged:
    """Start a run that may use a version and logs another."""
    started = post(
        START_RUN,
        key=person.key,
        input={"operationId": operation(), "project": project, "key": f"run-{name}", "config": {"word": name}},
    )["startRun"]["run"]
    if uses is not None:
        post(USE_ARTIFACT, key=person.key, input={"operationId": operation(), "runId": started["id"], "path": uses})
    entity, content = project.partition("/")[0], f"word\n{name}\n".encode()
    blob = upload(post, person, entity, content)
    file = {"path": "log.txt", "digest": blob, "size": len(content)}
    post(ATTACH, key=person.key, input={"operationId": operation(), "runId": started["id"], "files": [file]})
    digest = put_manifest(url, person.key, entity, digest=blob, size=len(content))
    version = post(
        LOG_ARTIFACT,
        key=person.key,
        input={
            "operationId": operation(),
            "project": project,
            "runId": started["id"],
            "name": f"data-{name}",
            "type": "dataset",
            "manifestDigest": digest,
            "metadata": {"rows": 3},
            "aliases": [f"alias-{name}"],
        },
    )["logArtifact"]["version"]
    return Logged(
        run_id=started["id"],
        run_key=started["key"],
        run_path=started["path"],
        version_id=version["id"],
        version_path=version["path"],
        collection_id=version["collection"]["id"],
        collection_path=version["collection"]["path"],
        digest=version["digest"],
        blob=blob,
    )


def kinds_of_events(post: Post, person: HasNameAndKey, scope: str) -> list[str]:
    """Return the kinds of the events that are listed already: they are numbered a moment after the change."""
    events = post(EVENTS, key=person.key, scope=scope)["events"]["edges"]
    return [edge["node"]["kind"] for edge in events]


def hide(post: Post, owner: HasNameAndKey, team: str, secret: str, version_id: str) -> Hidden:
    """Make a restricted registry in the team and link a version into it."""
    wanted = {"operationId": operation(), "entity": team, "name": f"hidden {secret}", "visibility": "RESTRICTED"}
    registry = post(CREATE_REGISTRY, key=owner.key, input=wanted)["createRegistry"]["registry"]
    target = f"{registry['path']}/{secret}"
    link = post(
        LINK_ARTIFACT,
        key=owner.key,
        input={"operationId": operation(), "versionId": version_id, "target": target, "aliases": [secret]},
    )["linkArtifact"]["version"]
    return Hidden(
        registry_id=registry["id"],
        registry_path=registry["path"],
        link_id=link["id"],
        link_path=link["path"],
        collection_id=link["collection"]["id"],
        collection_path=link["collection"]["path"],
    )


def recall(post: Post, owner: HasNameAndKey, version_id: str, reason: str) -> str:
    """Recall a version and return the id of that."""
    wanted = {"operationId": operation(), "versionId": version_id, "reason": reason}
    recall_id: str = post(RECALL, key=owner.key, input=wanted)["recallVersion"]["recall"]["id"]
    return recall_id


def delete(post: Post, owner: HasNameAndKey, version_id: str) -> str:
    """Delete a version, with its aliases, and return the id of the deletion."""
    wanted = {"versions": [version_id]}
    digest = post(PLAN_DELETION, key=owner.key, input=wanted)["deletionPlan"]["digest"]
    given = {**wanted, "operationId": operation(), "planDigest": digest, "deleteAliases": True}
    deletion_id: str = post(DELETE, key=owner.key, input=given)["delete"]["deletion"]
    return deletion_id


def propose(post: Post, owner: HasNameAndKey, helper: HasNameAndKey, logged: Logged) -> str:
    """Let a member who is none before and after propose a move that the owner may approve; return the proposal."""
    entity = {"entity": logged.collection_path.partition("/")[0], "user": helper.name}
    post(ADD_MEMBER, key=owner.key, input={"operationId": operation(), **entity, "role": "MEMBER"})
    asked = {"collection": logged.collection_id, "name": "promoted", "version": logged.version_id}
    made = post(PROPOSE, key=helper.key, input={"operationId": operation(), **asked})["proposeAliasMove"]
    post(REMOVE_MEMBER, key=owner.key, input={"operationId": operation(), **entity})
    proposal: str = made["proposal"]["id"]
    return proposal


def guard(post: Post, owner: HasNameAndKey, owner_id: str, collection_id: str) -> None:
    """Ask that models come from a collection, on an alias that nobody moves."""
    rule = {"requiresUpstream": {"type": "dataset", "collection": collection_id}}
    given = {"owner": owner_id, "name": "guarded", "rules": [rule]}
    made = post(SET_GUARD, key=owner.key, input={"operationId": operation(), **given})["setGuard"]
    assert made == {"guard": {"name": "guarded"}}, made


def make_world(url: str, post: Post, make_user: Callable[..., Any]) -> World:
    """Build it through the public API."""
    owner, outsider = make_user(), make_user()
    secret = f"secret{secrets.token_hex(6)}"
    team = f"team-{secrets.token_hex(4)}"
    post(CREATE_TEAM, key=owner.key, input={"operationId": operation(), "name": team})
    post(
        ADD_MEMBER,
        key=owner.key,
        input={"operationId": operation(), "entity": team, "user": outsider.name, "role": "VIEWER"},
    )
    shared = log(url, post, owner, f"{team}/shared", name=f"shared{secrets.token_hex(3)}")
    own = log(url, post, owner, f"{owner.name}/{secret}", name=secret, uses=shared.version_path)
    mine = log(url, post, outsider, f"{outsider.name}/mine", name=f"mine{secrets.token_hex(3)}")
    post(
        USE_ARTIFACT,
        key=owner.key,
        input={"operationId": operation(), "runId": shared.run_id, "path": own.version_path},
    )
    link = post(
        LINK_ARTIFACT,
        key=owner.key,
        input={"operationId": operation(), "versionId": own.version_id, "target": f"{team}/model-registry/shown"},
    )["linkArtifact"]["version"]
    assert wait_until(lambda: "LINKED" in kinds_of_events(post, owner, f"{team}/model-registry"), seconds=30, pause=0.1)
    hidden = hide(post, owner, team, secret, shared.version_id)
    recalls = [
        recall(post, owner, logged.version_id, reason) for logged, reason in ((own, secret), (shared, "wrong labels"))
    ]
    team_ids = post(TEAM_IDS, key=owner.key, project=f"{team}/shared", registry=f"{team}/model-registry")
    gone = [
        log(url, post, owner, project, name=f"gone{word}")
        for project, word in ((f"{owner.name}/{secret}", secret), (f"{team}/shared", secrets.token_hex(3)))
    ]
    deletions = [delete(post, owner, logged.version_id) for logged in gone]
    helper = make_user()
    proposals = [propose(post, owner, helper, logged) for logged in (own, shared)]
    for guarded in (team_ids["registry"]["id"], shared.collection_id, own.collection_id):
        guard(post, owner, guarded, own.collection_id)
    issued = post(CREATE_KEY, key=owner.key, input={"operationId": operation(), "name": secret})["createApiKey"]
    ids = post(OWN_IDS, key=owner.key, project=f"{owner.name}/{secret}", entity=owner.name)
    shown = {event["node"]["id"] for event in ids["events"]["edges"]}
    return World(
        url=url,
        owner=owner,
        outsider=outsider,
        team=team,
        project=f"{owner.name}/{secret}",
        project_id=ids["project"]["id"],
        entity_id=ids["entity"]["id"],
        user_id=ids["viewer"]["user"]["id"],
        registry_id=ids["registry"]["id"],
        registry_path=ids["registry"]["path"],
        api_key_id=issued["apiKey"]["id"],
        own=own,
        shared=shared,
        mine=mine,
        link_id=link["id"],
        link_path=link["path"],
        hidden=hidden,
        recall_id=recalls[0],
        shared_recall_id=recalls[1],
        proposal_id=proposals[0],
        shared_proposal_id=proposals[1],
        team_project_id=team_ids["project"]["id"],
        team_registry_id=team_ids["registry"]["id"],
        secret=secret,
        event_ids=tuple(sorted(shown)),
        deleted_id=gone[0].version_id,
        deletion_id=deletions[0],
        shared_deleted_id=gone[1].version_id,
    )
