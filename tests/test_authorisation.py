"""Nobody sees or changes what is not theirs: all routes, root fields, mutations and nested fields are walked.

The tables below name every root field and every mutation: a new one fails here until somebody says what an outsider
must get from it.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any

import msgpack
import orjson
import pytest
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

from authorisation_world import HTTP, World, make_world, operation
from headwater_service.api.schema import schema
from headwater_service.config import Settings
from headwater_service.http.guard import Access
from headwater_service.http.routes import ENDPOINTS
from servers import Service, running_service

SCHEMA: GraphQLSchema = build_schema(schema.as_str())
QUERY = SCHEMA.query_type
MUTATION = SCHEMA.mutation_type
DIGEST = "sha256:" + "0" * 64


@pytest.fixture(scope="module")
def roomy_service(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose cost limits do not stop a walk over everything."""
    roomy = replace(
        settings,
        graphql_nodes=10_000_000,
        graphql_depth=60,
        graphql_aliases=100_000,
        graphql_bytes=10_000_000,
        graphql_seconds=60.0,
    )
    with running_service(roomy, tmp_path_factory.mktemp("roomy")) as started:
        yield started


@pytest.fixture(scope="module")
def world(roomy_service: Service, post: Callable[..., Any], make_user: Callable[..., Any]) -> World:
    def send(document: str, *, key: str, **variables: Any) -> dict[str, Any]:
        data: dict[str, Any] = post(document, key=key, url=roomy_service.url, **variables)
        return data

    return make_world(roomy_service.url, send, make_user)


def ask(world: World, document: str, key: str | None, **variables: Any) -> tuple[int, dict[str, Any]]:
    """Post a document and return the status and the whole answer."""
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    response = HTTP.request(
        "POST", f"{world.url}/graphql", json={"query": document, "variables": variables}, headers=headers
    )
    answer: dict[str, Any] = response.json()
    return response.status, answer


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
    "events": [
        ('(filter: {{ container: "{project}" }}) {{ edges {{ node {{ id }} }} totalCount }}', 0),
        ('(filter: {{ entity: "{entity}" }}) {{ edges {{ node {{ id }} }} totalCount }}', 0),
        ('(filter: {{ collection: "{collection}" }}) {{ edges {{ node {{ id }} }} totalCount }}', 0),
    ],
    "auditCheck": [],  # for administrators of the server alone, in a test of its own
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
    )


def test_the_table_names_every_root_field() -> None:
    assert QUERY is not None
    assert set(ROOT_FIELDS) == set(QUERY.fields)


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
    "moveAliases": {"moves": [{"collection": "{collection_id}", "name": "intruded", "version": "{version_id}"}]},
    "rollbackAlias": {"collection": "{collection_id}", "name": "intruded"},
    "updateVersion": {"versionId": "{version_id}", "description": "intruded"},
    "createRegistry": {"entity": "{entity}", "name": "intruded"},
    "updateRegistry": {"registryId": "{registry_id}", "changes": {"description": "intruded"}},
    "setRegistryMember": {"registryId": "{registry_id}", "user": "{outsider}", "role": "ADMIN"},
    "removeRegistryMember": {"registryId": "{registry_id}", "user": "{owner}"},
    "updateProject": {"projectId": "{project_id}", "changes": {"description": "intruded"}},
    "createCollection": {"container": "{project}", "name": "intruded", "type": "dataset"},
    "updateCollection": {"collectionId": "{collection_id}", "changes": {"description": "intruded"}},
    "repairBlob": {"versionId": "{version_id}", "blob": DIGEST},
}


FOR_ADMINISTRATORS = ("createUser",)


def test_the_table_names_every_mutation() -> None:
    assert MUTATION is not None
    assert set(MUTATIONS) == set(MUTATION.fields)


@pytest.mark.parametrize("name", [name for name, given in MUTATIONS.items() if given is not None])
def test_a_mutation_refuses_an_outsider_and_changes_nothing(world: World, name: str) -> None:
    before = events_of(world)

    kind = mutate(world, name, world.outsider.key)

    # "You may not" would tell that the thing exists; only what is about no thing of anybody's may say so.
    assert kind == ("PermissionDeniedError" if name in FOR_ADMINISTRATORS else "NotFoundError")
    assert events_of(world) == before


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
        "run_key": world.own.run_key,
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


def events_of(world: World) -> list[str]:
    """Return the ids of all events of the owner's own entity and of what lies in it."""
    return events_in(world, world.owner.key, [world.owner.name, world.project, world.registry_path])


def mine_events(world: World) -> list[str]:
    """Return the ids of all events of the outsider's own."""
    mine = world.outsider.name
    project = world.mine.collection_path.rpartition("/")[0]
    return events_in(world, world.outsider.key, [mine, project, f"{mine}/model-registry"])


def team_events(world: World) -> list[str]:
    """Return the ids of all events of the team's."""
    return events_in(world, world.owner.key, [world.team, f"{world.team}/shared", f"{world.team}/model-registry"])


def events_in(world: World, key: str, scopes: list[str]) -> list[str]:
    found: list[str] = []
    for scope in scopes:
        _, answer = ask(
            world,
            "query E($filter: EventFilter!) { events(filter: $filter, first: 200) { edges { node { id } } } }",
            key,
            filter={"container" if "/" in scope else "entity": scope},
        )
        found += [edge["node"]["id"] for edge in answer["data"]["events"]["edges"]]
    return found


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
    ("startRun", {"project": "{my_project}", "key": "{run_key}", "resume": "MUST"}),
    ("removeMember", {"entity": "{outsider}", "user": "{owner}"}),
    # The team's restricted registry, to a member of the team who has no role in it.
    ("linkArtifact", {"versionId": "{my_version_id}", "target": "{hidden_registry_path}/intruded"}),
    ("linkArtifact", {"versionId": "{hidden_link_id}", "target": "{outsider}/model-registry/intruded"}),
    ("moveAliases", {"moves": [{"collection": "{hidden_collection_id}", "name": "a"}]}),
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
def test_an_id_of_somebody_else_among_ones_own_is_not_found(world: World, name: str, given: dict[str, Any]) -> None:
    before = events_of(world), mine_events(world)

    answer = mutation_answer(world, name, world.outsider.key, given)

    assert answer["data"][name]["__typename"] == "NotFoundError", answer
    assert (events_of(world), mine_events(world)) == before
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
    "updateVersion": {"versionId": "{shared_version_id}", "description": "intruded"},
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
def test_a_viewer_of_a_team_may_read_but_not_change_it(world: World, name: str) -> None:
    before = team_events(world)

    kind = mutate(world, name, world.outsider.key, BY_A_VIEWER[name])
    _, read = ask(
        world, "query A($p: String!) { artifact(path: $p) { id } }", world.outsider.key, p=world.shared.version_path
    )

    assert kind == "PermissionDeniedError"
    assert team_events(world) == before
    assert read["data"]["artifact"]["id"] == world.shared.version_id


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
    }


def test_the_walk_starts_at_every_type_of_node(world: World) -> None:
    node: Any = SCHEMA.get_type("Node")

    assert set(starts_of(world)) == {found.name for found in SCHEMA.get_possible_types(node)}


def test_no_nested_field_of_what_is_shared_leads_to_what_is_not(world: World) -> None:
    """All fields of all objects in reach of the outsider, two objects deep, hold no id and no name of a secret."""
    for type_name, node_id in starts_of(world).items():
        document = walk(type_name, 2)
        status, answer = ask(world, document, world.outsider.key, id=node_id)

        assert status == 200
        assert "errors" not in answer, answer["errors"][:3]
        assert answer["data"]["node"]["__typename"] == type_name
        assert [word for word in words(world) if word in orjson.dumps(answer).decode()] == [], type_name


def test_the_events_of_what_is_shared_name_nothing_that_is_not(world: World) -> None:
    document = """
    query E($s: String!) { events(filter: {container: $s}, first: 200) { edges { node { kind before after } } } }
    """
    scopes = (f"{world.team}/shared", f"{world.team}/model-registry")

    told = {
        person.name: orjson.dumps([ask(world, document, person.key, s=scope)[1] for scope in scopes]).decode()
        for person in (world.owner, world.outsider)
    }

    # The run of the team's consumed a version by its path, and a link names its source.
    assert world.own.version_path in told[world.owner.name]
    assert [word for word in words(world) if word in told[world.outsider.name]] == []
    assert '"path":null' in told[world.outsider.name] and '"source_id":null' in told[world.outsider.name]


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("registry", '(path: "{registry_path}") {{ id }}', None),
        ("collection", '(path: "{collection_path}") {{ id }}', None),
        ("artifact", '(path: "{link_path}") {{ id }}', None),
        ("node", '(id: "{registry_id}") {{ id }}', None),
        ("node", '(id: "{collection_id}") {{ id }}', None),
        ("node", '(id: "{link_id}") {{ id }}', None),
        ("registries", '(entity: "{team}") {{ edges {{ node {{ path }} }} totalCount }}', 1),
        ("collections", '(container: "{registry_path}") {{ edges {{ node {{ id }} }} totalCount }}', 0),
        ("versions", '(container: "{registry_path}") {{ edges {{ node {{ id }} }} totalCount }}', 0),
        ("events", '(filter: {{ container: "{registry_path}" }}) {{ edges {{ node {{ id }} }} totalCount }}', 0),
    ],
)
def test_a_restricted_registry_is_not_there_for_a_member_without_a_role(
    world: World, field: str, text: str, expected: int | None
) -> None:
    document = "{ " + field + text.format(team=world.team, **asdict(world.hidden)) + " }"

    _, own = ask(world, document, world.owner.key)
    _, answer = ask(world, document, world.outsider.key)

    assert found_in(own, field) not in (None, expected)
    assert found_in(answer, field) == expected


def test_the_owner_walks_from_the_same_things_to_the_secrets(world: World) -> None:
    """The walk above would find them: it does for the owner."""
    document = walk("ArtifactVersion", 1)
    _, answer = ask(world, document, world.owner.key, id=world.shared.version_id)
    text = orjson.dumps(answer["data"]).decode()

    assert world.own.run_id in text
    assert world.own.version_id in text
    assert world.secret in text


def test_lineage_stops_at_what_the_outsider_may_not_see_and_says_so(world: World) -> None:
    document = """
      query L($id: ID!) { node(id: $id) { ... on ArtifactVersion { lineage(direction: DOWNSTREAM) {
        nodes { id } completeness { isComplete reason frontier { id hidden } } } } } }
    """
    _, answer = ask(world, document, world.outsider.key, id=world.shared.version_id)

    lineage = answer["data"]["node"]["lineage"]
    assert lineage["nodes"] == [{"id": world.shared.version_id}]
    assert lineage["completeness"] == {
        "isComplete": False,
        "reason": "PERMISSION",
        # What the owner's run made of it, and its link in the restricted registry.
        "frontier": [{"id": world.shared.version_id, "hidden": 2}],
    }


ARGUMENTS = {
    "direction": "BOTH",
    "blobs": "[]",
    "first": "5",
    "limit": "50",
    "groupBy": "STATE",
    "name": '"latest"',
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


# How an outsider calls each route that needs a viewer, and the status that must come back.
ROUTES: dict[tuple[str, str], tuple[str, int] | None] = {
    ("PUT", "/api/manifests/{entity}"): ("/api/manifests/{entity}", 404),
    ("HEAD", "/api/manifests/{entity}/{digest}"): ("/api/manifests/{entity}/{digest}", 404),
    ("POST", "/api/runs/{run_id}/history"): ("/api/runs/{run_id}/history", 404),
    ("GET", "/files/{path:path}"): ("/files/{version}/data.csv", 404),
    ("GET", "/files/{path:path} of a run"): ("/files/{project}/-/runs/{run_key}/log.txt", 404),
    ("DELETE", "/api/sessions"): None,  # ends the viewer's own session
    ("POST", "/graphql"): None,  # walked above
    ("GET", "/graphql"): None,
    ("GET", "/graphiql"): None,  # a page without data
    ("GET", "/{path:path}"): None,
}
HISTORY = msgpack.packb({"stream": "main", "first": 0, "records": [{"step": 0, "time": 1.0, "values": {"x": 1}}]})


def test_the_table_names_every_route_that_needs_a_viewer() -> None:
    found = {
        (method, endpoint.path)
        for endpoint in ENDPOINTS
        if endpoint.access is Access.VIEWER
        for method in endpoint.methods
    }

    assert {(method, path.removesuffix(" of a run")) for method, path in ROUTES} == found


@pytest.mark.parametrize(("method", "path"), [route for route, given in ROUTES.items() if given is not None])
def test_a_route_refuses_an_outsider_what_it_gives_the_owner(world: World, method: str, path: str) -> None:
    given = ROUTES[method, path]
    assert given is not None
    url = world.url + given[0].format(
        entity=world.owner.name,
        project=world.project,
        digest=world.own.digest,
        run_id=world.own.run_id,
        run_key=world.own.run_key,
        version=world.own.version_path,
    )
    body = {"PUT": b'{"format":1}\n', "POST": HISTORY}.get(method)

    def status(key: str | None) -> int:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return HTTP.request(method, url, body=body, headers=headers, redirect=False).status

    assert status(None) == 401
    assert status(world.outsider.key) == given[1]
    assert status(world.owner.key) in (200, 302)


def test_nobody_is_answered_with_the_form_of_a_graphql_error(world: World) -> None:
    status, answer = ask(world, "{ viewer { user { id } } }", None)

    assert status == 401
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "PermissionDeniedError"
    assert "headwater login" in answer["errors"][0]["message"]


def test_a_revoked_key_is_nobody(world: World) -> None:
    make = (
        "mutation C($i: CreateApiKeyInput!) "
        "{ createApiKey(input: $i) { ... on CreateApiKeyPayload { key apiKey { id } } } }"
    )
    end = "mutation R($i: RevokeApiKeyInput!) { revokeApiKey(input: $i) { __typename } }"
    _, made = ask(world, make, world.outsider.key, i={"operationId": operation(), "name": secrets.token_hex(4)})
    issued = made["data"]["createApiKey"]

    before, _ = ask(world, "{ viewer { isAdmin } }", issued["key"])
    ask(world, end, world.outsider.key, i={"operationId": operation(), "apiKeyId": issued["apiKey"]["id"]})
    after, _ = ask(world, "{ viewer { isAdmin } }", issued["key"])

    assert (before, after) == (200, 401)
