"""Nobody sees or changes what is not theirs: all root fields and mutations are asked for.

The tables below name every root field and every mutation: a new one fails here until somebody says what an outsider
must get from it.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, LiteralString

import orjson
import pytest
from graphql import (
    get_named_type,
)
from neo4j import GraphDatabase

from authorisation_walk import SCHEMA, ask, found_in, words
from authorisation_world import World, operation
from headwater_service.config import Settings

QUERY = SCHEMA.query_type
MUTATION = SCHEMA.mutation_type
DIGEST = "sha256:" + "0" * 64
EVENTS: LiteralString = """
MATCH (entity:Entity) WHERE entity.name IN $names
OPTIONAL MATCH (container:Container {entity_id: entity.id})
WITH entity, collect(container.id) AS inside
MATCH (event:Event) WHERE event.scope IN inside + entity.id
RETURN event.id AS id ORDER BY id
"""
Events = Callable[..., list[str]]


# What an outsider asks of each root field, and what the outsider must get. A list answers with its length.
ABSENT = None
ROOT_FIELDS: dict[str, list[tuple[str, Any]]] = {
    "viewer": [("user { apiKeys { id } }", "own")],
    "node": [],  # all ids, in a test of their own
    "entity": [('(name: "{entity}") {{ id }}', ABSENT)],
    "project": [('(path: "{project}") {{ id }}', ABSENT)],
    "registry": [('(path: "{registry}") {{ id }}', ABSENT)],
    "collection": [('(path: "{collection}") {{ id }}', ABSENT)],
    "artifact": [('(path: "{version}") {{ id }}', ABSENT), ('(path: "{latest}") {{ id }}', ABSENT)],
    "run": [('(path: "{run}") {{ id }}', ABSENT)],
    "users": [("(first: 200) { edges { node { id } } totalCount }", "known")],
    "projects": [('(entity: "{entity}") {{ edges {{ node {{ id }} }} totalCount }}', 0)],
    "registries": [('(entity: "{entity}") {{ edges {{ node {{ id }} }} totalCount }}', 0)],
    "collections": [('(container: "{project}") {{ edges {{ node {{ id }} }} totalCount }}', 0)],
    "versions": [
        ('(container: "{project}") {{ edges {{ node {{ id }} }} totalCount }}', 0),
        ('(collection: "{collection}") {{ edges {{ node {{ id }} }} totalCount }}', 0),
        ('(filter: {{ types: ["dataset"] }}) {{ edges {{ node {{ id }} }} totalCount }}', "shared"),
    ],
    "runs": [
        ('(project: "{project}") {{ edges {{ node {{ id }} }} totalCount }}', 0),
        ('(filter: {{ consumed: "{shared}" }}) {{ edges {{ node {{ id }} }} totalCount }}', 0),
        ('(filter: {{ produced: "{version}" }}) {{ edges {{ node {{ id }} }} totalCount }}', 0),
    ],
    "search": [
        ('(text: "{project}") {{ __typename }}', 0),
        ('(text: "{version}") {{ __typename }}', 0),
        ('(text: "{run}") {{ __typename }}', 0),
        ('(text: "{collection}", kinds: [COLLECTION]) {{ __typename }}', 0),
    ],
    "lineageEdges": [('(ids: ["{run_id}", "{version_id}"]) {{ id }}', 0)],
    "recalls": [
        ('(container: "{project}") {{ edges {{ node {{ id }} }} totalCount }}', 0),
        ('(collection: "{collection}") {{ edges {{ node {{ id }} }} totalCount }}', 0),
    ],
    "events": [
        ('(filter: {{ container: "{project}" }}) {{ edges {{ node {{ id }} }} totalCount }}', 0),
        ('(filter: {{ entity: "{entity}" }}) {{ edges {{ node {{ id }} }} totalCount }}', 0),
        ('(filter: {{ collection: "{collection}" }}) {{ edges {{ node {{ id }} }} totalCount }}', 0),
    ],
    "auditCheck": [],  # for administrators of the server alone, in a test of its own
    "deletionPlan": [
        ('(input: {{ versions: ["{version_id}"] }}) {{ digest }}', ABSENT),
        ('(input: {{ collections: ["{collection_id}"] }}) {{ digest }}', ABSENT),
        ('(input: {{ runs: ["{run_id}"] }}) {{ digest }}', ABSENT),
        ('(input: {{ projects: ["{project_id}"] }}) {{ digest }}', ABSENT),
    ],
    "trash": [('(container: "{project}") {{ edges {{ node {{ id }} }} totalCount }}', ABSENT)],
    "runCounts": [('(project: "{project}", groupBy: STATE) {{ key count }}', 0)],
    "versionCounts": [('(container: "{project}", groupBy: TYPE) {{ key count size }}', 0)],
}


def filled(text: str, world: World) -> str:
    return text.format(
        entity=world.owner.name,
        project=world.project,
        registry=world.registry_path,
        collection=world.own.collection_path,
        version=world.own.version_path,
        latest=world.own.collection_path,
        run=world.own.run_path,
        shared=world.shared.version_path,
        version_id=world.own.version_id,
        collection_id=world.own.collection_id,
        run_id=world.own.run_id,
        project_id=world.project_id,
    )


def test_the_table_names_every_root_field() -> None:
    assert QUERY is not None
    assert set(ROOT_FIELDS) == set(QUERY.fields)


def test_the_one_subscription_is_that_whose_own_tests_ask_as_an_outsider() -> None:
    # tests/service/http/test_graphql_socket.py
    assert SCHEMA.subscription_type is not None
    assert set(SCHEMA.subscription_type.fields) == {"events"}


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        (field, text, expected)
        for field, cases in ROOT_FIELDS.items()
        for text, expected in cases
        if expected in (ABSENT, 0)
    ],
)
def test_a_root_field_gives_an_outsider_nothing(world: World, field: str, text: str, expected: Any) -> None:
    document = f"{{ {field}{filled(text, world)} }}"

    _, own = ask(world, document, world.owner.key)
    _, answer = ask(world, document, world.outsider.key)

    assert own["data"][field] not in (None, [], {"edges": [], "totalCount": 0}), own
    assert found_in(answer, field) == expected


def test_only_an_administrator_of_the_server_checks_the_audit_trail(world: World, admin_key: str) -> None:
    document = "{ auditCheck(count: 1) { events anchor fault { message } } }"

    _, allowed = ask(world, document, admin_key)
    _, owners = ask(world, document, world.owner.key)
    _, nobodys = ask(world, document, None)

    assert allowed["data"]["auditCheck"]["events"] == 1
    assert [error["extensions"]["code"] for error in owners["errors"]] == ["PermissionDeniedError"]
    assert owners["data"] is None
    assert "data" not in nobodys or nobodys["data"] is None


def test_users_are_told_of_those_with_whom_they_share_an_entity(world: World, make_user: Callable[..., Any]) -> None:
    stranger = make_user()
    document = "{ users(first: 200) { edges { node { name apiKeys { id } } } totalCount } }"

    _, answer = ask(world, document, world.outsider.key)
    _, strangers = ask(world, document, stranger.key)

    found = {edge["node"]["name"]: edge["node"]["apiKeys"] for edge in answer["data"]["users"]["edges"]}
    assert set(found) == {world.owner.name, world.outsider.name}
    assert found[world.owner.name] == []
    assert answer["data"]["users"]["totalCount"] == 2
    assert [edge["node"]["name"] for edge in strangers["data"]["users"]["edges"]] == [stranger.name]


def test_node_gives_an_outsider_nothing_for_any_id(world: World) -> None:
    document = "query Node($id: ID!) { node(id: $id) { __typename id } }"

    for what, node_id in world.secret_ids.items():
        _, own = ask(world, document, world.owner.key, id=node_id)
        _, answer = ask(world, document, world.outsider.key, id=node_id)

        assert own["data"]["node"]["id"] == node_id, what
        assert answer["data"] == {"node": None}, what


# What an outsider sends to each mutation: always something that exists and is not the outsider's.
MUTATIONS: dict[str, dict[str, Any] | None] = {
    "createUser": {"name": "intruder"},
    "createEntity": None,  # anybody may make a team of their own
    "addMember": {"entity": "{entity}", "user": "{outsider}", "role": "ADMIN"},
    "removeMember": {"entity": "{entity}", "user": "{owner}"},
    "createApiKey": {"entity": "{entity}"},
    "revokeApiKey": {"apiKeyId": "{api_key_id}"},
    "createSignInLink": None,  # only ever for the viewer
    "createProject": {"entity": "{entity}", "name": "intruded"},
    "startRun": {"project": "{project}", "key": "intruder"},
    "updateRun": {"runId": "{run_id}", "notes": "intruded"},
    "finishRun": {"runId": "{run_id}", "exitCode": 1},
    "attachRunFiles": {"runId": "{run_id}", "files": []},
    "raiseAlert": {"runId": "{run_id}", "title": "intruded"},
    "prepareUploads": {"entity": "{entity}", "blobs": [{"digest": DIGEST, "size": 3}]},
    "signUploadParts": {
        "entity": "{entity}",
        "digest": "sha256-16m:" + "0" * 64 + "-2",
        "uploadId": "x",
        "parts": [{"number": 1, "digest": DIGEST}],
    },
    "completeUpload": {"entity": "{entity}", "digest": "sha256-16m:" + "0" * 64 + "-2", "uploadId": "x"},
    "logArtifact": {
        "project": "{project}",
        "name": "intruded",
        "type": "dataset",
        "manifestDigest": "{digest}",
    },
    "useArtifact": {"runId": "{run_id}", "path": "{version}"},
    "linkArtifact": {"versionId": "{version_id}", "target": "{outsider}/model-registry/intruded"},
    "recallVersion": {"versionId": "{version_id}", "reason": "intruded"},
    "withdrawRecall": {"recallId": "{recall_id}"},
    "moveAliases": {"moves": [{"collection": "{collection_id}", "name": "intruded", "version": "{version_id}"}]},
    "rollbackAlias": {"collection": "{collection_id}", "name": "intruded"},
    "setGuard": {"owner": "{collection_id}", "name": "intruded", "rules": [{"requiredTag": "intruded"}]},
    "removeGuard": {"owner": "{collection_id}", "name": "guarded"},
    "proposeAliasMove": {"collection": "{collection_id}", "name": "intruded", "version": "{version_id}"},
    "approveAliasMove": {"proposal": "{proposal_id}"},
    "rejectAliasMove": {"proposal": "{proposal_id}"},
    "updateVersion": {"versionId": "{version_id}", "description": "intruded"},
    "createRegistry": {"entity": "{entity}", "name": "intruded"},
    "updateRegistry": {"registryId": "{registry_id}", "changes": {"description": "intruded"}},
    "setRegistryMember": {"registryId": "{registry_id}", "user": "{outsider}", "role": "ADMIN"},
    "removeRegistryMember": {"registryId": "{registry_id}", "user": "{owner}"},
    "updateProject": {"projectId": "{project_id}", "changes": {"description": "intruded"}},
    "createCollection": {"container": "{project}", "name": "intruded", "type": "dataset"},
    "updateCollection": {"collectionId": "{collection_id}", "changes": {"description": "intruded"}},
    "repairBlob": {"versionId": "{version_id}", "blob": DIGEST},
    "delete": {"versions": ["{version_id}"], "planDigest": "x"},
    "restore": {"ids": ["{deleted_id}"]},
    "unlink": {"versionId": "{version_id}"},
    "setVersionTtl": {"versionId": "{version_id}", "ttlSeconds": 5},
    "setCollectionTtl": {"collectionId": "{collection_id}", "ttlSeconds": 5},
}


FOR_ADMINISTRATORS = ("createUser",)


def test_the_table_names_every_mutation() -> None:
    assert MUTATION is not None
    assert set(MUTATIONS) == set(MUTATION.fields)


@pytest.mark.parametrize("name", [name for name, given in MUTATIONS.items() if given is not None])
def test_a_mutation_refuses_an_outsider_and_changes_nothing(world: World, events: Events, name: str) -> None:
    before = events(world.owner.name)

    kind = mutate(world, name, world.outsider.key)

    # "You may not" would tell that the thing exists; only what is about no thing of anybody's may say so.
    assert kind == ("PermissionDeniedError" if name in FOR_ADMINISTRATORS else "NotFoundError")
    assert events(world.owner.name) == before


@pytest.mark.parametrize("name", [name for name, given in MUTATIONS.items() if given is not None])
def test_a_mutation_tells_an_outsider_no_more_than_that_it_may_be_absent(world: World, name: str) -> None:
    answer = mutation_answer(world, name, world.outsider.key)

    # What the outsider sent itself may come back; ids and names it did not send may not.
    text = orjson.dumps(answer).decode()
    assert not any(secret in text and secret not in sent(world, name) for secret in words(world))


def mutate(world: World, name: str, key: str, given: dict[str, Any] | None = None) -> str:
    answer = mutation_answer(world, name, key, given)
    assert "errors" not in answer, answer
    kind: str = answer["data"][name]["__typename"]
    return kind


def mutation_answer(world: World, name: str, key: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
    assert MUTATION is not None
    input_type = str(MUTATION.fields[name].args["input"].type)
    document = (
        f"mutation M($input: {input_type}) {{ {name}(input: $input) {{ __typename ... on UserError {{ message }} }} }}"
    )
    status, answer = ask(world, document, key, input=orjson.loads(sent(world, name, given)))
    assert status == 200
    return answer


def sent(world: World, name: str, wanted: dict[str, Any] | None = None) -> str:
    """Return the input as JSON; without `wanted`, that of the table above."""
    given = dict(wanted if wanted is not None else MUTATIONS[name] or {})
    assert MUTATION is not None
    input_type: Any = get_named_type(MUTATION.fields[name].args["input"].type)
    if "operationId" in input_type.fields:
        given["operationId"] = "{operation}"
    values = {
        "entity": world.owner.name,
        "owner": world.owner.name,
        "outsider": world.outsider.name,
        "project": world.project,
        "api_key_id": world.api_key_id,
        "run_id": world.own.run_id,
        "version": world.own.version_path,
        "version_id": world.own.version_id,
        "collection_id": world.own.collection_id,
        "digest": world.own.digest,
        "operation": operation(),
        "recall_id": world.recall_id,
        "shared_recall_id": world.shared_recall_id,
        "proposal_id": world.proposal_id,
        "shared_proposal_id": world.shared_proposal_id,
        "run_key": world.own.run_key,
        "deleted_id": world.deleted_id,
        "deletion_id": world.deletion_id,
        "shared_deleted_id": world.shared_deleted_id,
        "blob": world.own.blob,
        **{f"my_{what}": value for what, value in asdict(world.mine).items()},
        **{f"shared_{what}": value for what, value in asdict(world.shared).items()},
        "my_project": world.mine.collection_path.rpartition("/")[0],
        "team": world.team,
        "team_project_id": world.team_project_id,
        "team_registry_id": world.team_registry_id,
        "registry_id": world.registry_id,
        "project_id": world.project_id,
        **{f"hidden_{what}": value for what, value in asdict(world.hidden).items()},
    }
    text = orjson.dumps(given).decode()
    for word, value in values.items():
        text = text.replace(f"{{{word}}}", value)
    return text


@pytest.fixture(scope="module")
def events(settings: Settings) -> Iterator[Events]:
    """Ask the graph itself for the events of entities: the API lists them only a moment after they happened."""
    auth = (settings.neo4j_user, settings.neo4j_password)
    with GraphDatabase.driver(settings.neo4j_uri, auth=auth) as driver:

        def ids(*entities: str) -> list[str]:
            found = driver.execute_query(EVENTS, names=entities, database_=settings.neo4j_database)
            assert found.records, "what has no events shows no change either"
            return [record["id"] for record in found.records]

        yield ids


# One id of somebody else's among the outsider's own, for each place where an input takes one.
SMUGGLED: list[tuple[str, dict[str, Any]]] = [
    ("useArtifact", {"runId": "{my_run_id}", "path": "{version}"}),
    ("useArtifact", {"runId": "{run_id}", "path": "{my_version_path}"}),
    ("linkArtifact", {"versionId": "{my_version_id}", "target": "{owner}/model-registry/intruded"}),
    ("linkArtifact", {"versionId": "{my_version_id}", "target": "{project}/intruded"}),
    ("linkArtifact", {"versionId": "{my_version_id}", "target": "intruded", "project": "{project}"}),
    ("moveAliases", {"moves": [{"collection": "{my_collection_id}", "name": "a", "version": "{version_id}"}]}),
    ("moveAliases", {"moves": [{"collection": "{collection_id}", "name": "a", "version": "{my_version_id}"}]}),
    (
        "moveAliases",
        {
            "moves": [
                {"collection": "{my_collection_id}", "name": "a", "version": "{my_version_id}"},
                {"collection": "{collection_id}", "name": "a"},
            ]
        },
    ),
    (
        "logArtifact",
        {
            "project": "{my_project}",
            "runId": "{run_id}",
            "name": "a",
            "type": "dataset",
            "manifestDigest": "{my_digest}",
        },
    ),
    (
        "logArtifact",
        {
            "project": "{project}",
            "runId": "{my_run_id}",
            "name": "a",
            "type": "dataset",
            "manifestDigest": "{my_digest}",
        },
    ),
    ("logArtifact", {"project": "{my_project}", "name": "a", "type": "dataset", "manifestDigest": "{digest}"}),
    ("createApiKey", {"project": "{project}"}),
    ("delete", {"versions": ["{my_version_id}", "{version_id}"], "planDigest": "x"}),
    ("delete", {"versions": ["{my_version_id}"], "collections": ["{collection_id}"], "planDigest": "x"}),
    ("delete", {"versions": ["{my_version_id}"], "runs": ["{run_id}"], "planDigest": "x"}),
    ("delete", {"versions": ["{my_version_id}"], "projects": ["{project_id}"], "planDigest": "x"}),
    ("delete", {"versions": ["{hidden_link_id}"], "planDigest": "x"}),
    ("delete", {"projects": ["{hidden_registry_id}"], "planDigest": "x"}),
    ("restore", {"deletion": "{deletion_id}"}),
    ("unlink", {"versionId": "{hidden_link_id}"}),
    ("startRun", {"project": "{my_project}", "key": "{run_key}", "resume": "MUST"}),
    ("removeMember", {"entity": "{outsider}", "user": "{owner}"}),
    # The team's restricted registry, to a member of the team who has no role in it.
    ("linkArtifact", {"versionId": "{my_version_id}", "target": "{hidden_registry_path}/intruded"}),
    ("linkArtifact", {"versionId": "{hidden_link_id}", "target": "{outsider}/model-registry/intruded"}),
    ("moveAliases", {"moves": [{"collection": "{hidden_collection_id}", "name": "a"}]}),
    ("moveAliases", {"moves": [{"collection": "{hidden_collection_id}", "name": "a"}], "dryRun": True}),
    (
        "setGuard",
        {
            "owner": "{my_collection_id}",
            "name": "a",
            "rules": [{"requiresUpstream": {"type": "dataset", "collection": "{collection_id}"}}],
        },
    ),
    ("setGuard", {"owner": "{hidden_registry_id}", "name": "a", "rules": [{"requiredTag": "a"}]}),
    ("removeGuard", {"owner": "{hidden_collection_id}", "name": "a"}),
    ("proposeAliasMove", {"collection": "{my_collection_id}", "name": "a", "version": "{version_id}"}),
    ("proposeAliasMove", {"collection": "{collection_id}", "name": "a", "version": "{my_version_id}"}),
    ("rollbackAlias", {"collection": "{hidden_collection_id}", "name": "a"}),
    ("useArtifact", {"runId": "{my_run_id}", "path": "{hidden_link_path}"}),
    ("updateRegistry", {"registryId": "{hidden_registry_id}", "changes": {"visibility": "ENTITY"}}),
    ("setRegistryMember", {"registryId": "{hidden_registry_id}", "user": "{outsider}", "role": "ADMIN"}),
    ("removeRegistryMember", {"registryId": "{hidden_registry_id}", "user": "{owner}"}),
    ("createCollection", {"container": "{hidden_registry_path}", "name": "a", "type": "dataset"}),
    ("updateCollection", {"collectionId": "{hidden_collection_id}", "changes": {"description": "a"}}),
    ("createApiKey", {"project": "{hidden_registry_path}"}),
]
# Bytes are known by their digest alone: those of another entity are as if nobody had ever sent them.
FOREIGN_BYTES: list[tuple[str, dict[str, Any], str]] = [
    ("attachRunFiles", {"runId": "{my_run_id}", "files": [{"path": "a", "digest": "{blob}", "size": 29}]}, "Conflict"),
    ("repairBlob", {"versionId": "{my_version_id}", "blob": "{blob}"}, "InvalidInput"),
]


@pytest.mark.parametrize(("name", "given"), SMUGGLED, ids=[f"{name}-{n}" for n, (name, _) in enumerate(SMUGGLED)])
def test_an_id_of_somebody_else_among_ones_own_is_not_found(
    world: World, events: Events, name: str, given: dict[str, Any]
) -> None:
    before = events(world.owner.name, world.outsider.name)

    answer = mutation_answer(world, name, world.outsider.key, given)

    assert answer["data"][name]["__typename"] == "NotFoundError", answer
    assert events(world.owner.name, world.outsider.name) == before
    text, known = orjson.dumps(answer).decode(), sent(world, name, given)
    assert not any(secret in text and secret not in known for secret in words(world))


@pytest.mark.parametrize(("name", "given", "kind"), FOREIGN_BYTES, ids=[name for name, _, _ in FOREIGN_BYTES])
def test_bytes_of_somebody_else_are_as_absent_as_bytes_of_nobody(
    world: World, name: str, given: dict[str, Any], kind: str
) -> None:
    nobodys = orjson.loads(orjson.dumps(given).replace(b"{blob}", DIGEST.encode()))

    foreign = mutation_answer(world, name, world.outsider.key, given)["data"][name]
    absent = mutation_answer(world, name, world.outsider.key, nobodys)["data"][name]

    assert foreign["__typename"] == f"{kind}Error"
    assert orjson.dumps(foreign).replace(world.own.blob.encode(), DIGEST.encode()) == orjson.dumps(absent)


# What somebody who only reads a team sends about things of the team's.
BY_A_VIEWER: dict[str, dict[str, Any]] = {
    "addMember": {"entity": "{team}", "user": "{outsider}", "role": "ADMIN"},
    "removeMember": {"entity": "{team}", "user": "{owner}"},
    "createProject": {"entity": "{team}", "name": "intruded"},
    "startRun": {"project": "{team}/shared", "key": "intruder"},
    "updateRun": {"runId": "{shared_run_id}", "notes": "intruded"},
    "finishRun": {"runId": "{shared_run_id}", "exitCode": 1},
    "attachRunFiles": {"runId": "{shared_run_id}", "files": []},
    "raiseAlert": {"runId": "{shared_run_id}", "title": "intruded"},
    "prepareUploads": {"entity": "{team}", "blobs": [{"digest": DIGEST, "size": 3}]},
    "signUploadParts": {
        "entity": "{team}",
        "digest": "sha256-16m:" + "0" * 64 + "-2",
        "uploadId": "x",
        "parts": [{"number": 1, "digest": DIGEST}],
    },
    "completeUpload": {"entity": "{team}", "digest": "sha256-16m:" + "0" * 64 + "-2", "uploadId": "x"},
    "logArtifact": {
        "project": "{team}/shared",
        "name": "intruded",
        "type": "dataset",
        "manifestDigest": "{shared_digest}",
    },
    "useArtifact": {"runId": "{shared_run_id}", "path": "{my_version_path}"},
    "linkArtifact": {"versionId": "{my_version_id}", "target": "{team}/model-registry/intruded"},
    "moveAliases": {
        "moves": [{"collection": "{shared_collection_id}", "name": "intruded", "version": "{shared_version_id}"}]
    },
    "rollbackAlias": {"collection": "{shared_collection_id}", "name": "intruded"},
    "setGuard": {"owner": "{shared_collection_id}", "name": "intruded", "rules": [{"requiredTag": "intruded"}]},
    "removeGuard": {"owner": "{shared_collection_id}", "name": "guarded"},
    "proposeAliasMove": {
        "collection": "{shared_collection_id}",
        "name": "intruded",
        "version": "{shared_version_id}",
    },
    "approveAliasMove": {"proposal": "{shared_proposal_id}"},
    "rejectAliasMove": {"proposal": "{shared_proposal_id}"},
    "recallVersion": {"versionId": "{shared_version_id}", "reason": "intruded"},
    "withdrawRecall": {"recallId": "{shared_recall_id}"},
    "updateVersion": {"versionId": "{shared_version_id}", "description": "intruded"},
    "delete": {"versions": ["{shared_version_id}"], "planDigest": "x"},
    "restore": {"ids": ["{shared_deleted_id}"]},
    "unlink": {"versionId": "{shared_version_id}"},
    "setVersionTtl": {"versionId": "{shared_version_id}", "ttlSeconds": 5},
    "setCollectionTtl": {"collectionId": "{shared_collection_id}", "ttlSeconds": 5},
    "createRegistry": {"entity": "{team}", "name": "intruded"},
    "updateRegistry": {"registryId": "{team_registry_id}", "changes": {"description": "intruded"}},
    "setRegistryMember": {"registryId": "{team_registry_id}", "user": "{outsider}", "role": "ADMIN"},
    "removeRegistryMember": {"registryId": "{team_registry_id}", "user": "{owner}"},
    "updateProject": {"projectId": "{team_project_id}", "changes": {"description": "intruded"}},
    "createCollection": {"container": "{team}/model-registry", "name": "intruded", "type": "dataset"},
    "updateCollection": {"collectionId": "{shared_collection_id}", "addTags": ["intruded"]},
}
# These take no role in an entity, or are for readers too.
NOT_BY_ROLE = {"createUser", "createEntity", "createApiKey", "revokeApiKey", "createSignInLink", "repairBlob"}


def test_the_table_of_a_viewer_names_every_mutation() -> None:
    assert MUTATION is not None
    assert set(BY_A_VIEWER) | NOT_BY_ROLE == set(MUTATION.fields)


@pytest.mark.parametrize("name", BY_A_VIEWER)
def test_a_viewer_of_a_team_may_read_but_not_change_it(world: World, events: Events, name: str) -> None:
    before = events(world.team)

    kind = mutate(world, name, world.outsider.key, BY_A_VIEWER[name])
    _, read = ask(
        world, "query A($p: String!) { artifact(path: $p) { id } }", world.outsider.key, p=world.shared.version_path
    )

    assert kind == "PermissionDeniedError"
    assert events(world.team) == before
    assert read["data"]["artifact"]["id"] == world.shared.version_id
