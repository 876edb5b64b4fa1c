"""The root fields and what hangs on them, over a real pipeline."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from asking import answer, ask, refusal
from content import Site
from headwater_service.domain.people import KeyRequest, create_api_key
from headwater_service.model import Role
from headwater_service.store.ids import new_id
from pipelines import Pipeline, new_pipeline
from viewers import known, new_admin, new_project, new_team

VERSION = """
query Version($path: String!, $type: String) {
  artifact(path: $path, type: $type) {
    __typename id kind label url createdAt distance index name path type digest size fileCount description metadata
    tags state aliases
    collection { name path kind type container { __typename ... on Registry { path } ... on Project { path } } }
    source { id name }
    producedBy { totalCount edges { node { name } } }
    consumedBy { totalCount edges { node { name } } }
    ... on ArtifactVersion { historyStep loggedBy { name } links { name path } }
    ... on RegistryVersion { linkedBy { name } linkedAt }
  }
}
"""

RUN = """
query Run($path: String!) {
  run(path: $path) {
    __typename id kind label url key name path jobType group tags notes state config summary host command gitCommit
    gitRemote heartbeatAt finishedAt exitCode
    project { path } createdBy { name }
    inputs { totalCount edges { node { name } } pageInfo { hasNextPage endCursor } }
    outputs { totalCount edges { isReused node { name } } }
    files { totalCount edges { node { path } } }
    history { keys rows endCursor hasNextPage }
  }
}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pipeline(graph: Any, objects: Any, settings: Any) -> Pipeline:
    return await new_pipeline(Site(graph, objects, settings))


async def test_a_version_is_found_by_its_path_with_all_around_it(site: Site, pipeline: Pipeline) -> None:
    found = (await ask(site, pipeline.viewer, VERSION, path=f"{pipeline.project.path}/model"))["artifact"]

    assert found["__typename"] == "ArtifactVersion"
    assert found["id"] == pipeline.model.version.id
    assert (found["name"], found["label"], found["index"], found["kind"]) == (
        "model:v0",
        "model:v0",
        0,
        "ARTIFACT_VERSION",
    )
    assert found["path"] == f"{pipeline.project.path}/model:v0"
    assert found["url"] == f"{site.settings.service_public_url}/{pipeline.project.path}/model:v0"
    assert found["metadata"] == {"accuracy": 0.97, "framework": "scikit-learn", "tuned": True}
    assert (found["tags"], found["state"], found["aliases"]) == (["small"], "COMMITTED", ["latest"])
    assert (found["size"], found["fileCount"], found["digest"]) == (100, 1, pipeline.model.content.digest)
    assert found["collection"]["container"] == {"__typename": "Project", "path": pipeline.project.path}
    assert found["source"]["id"] == found["id"]
    assert found["producedBy"] == {"totalCount": 1, "edges": [{"node": {"name": "train"}}]}
    assert found["consumedBy"] == {"totalCount": 1, "edges": [{"node": {"name": "evaluate"}}]}
    assert found["loggedBy"] == {"name": "train"}
    assert [link["name"] for link in found["links"]] == [f"{pipeline.link.collection.name}:v0"]
    assert found["distance"] is None


async def test_a_registry_path_gives_the_link_with_the_content_of_its_source(site: Site, pipeline: Pipeline) -> None:
    path = f"{pipeline.registry.path}/{pipeline.link.collection.name}:production"

    found = (await ask(site, pipeline.viewer, VERSION, path=path))["artifact"]

    assert (found["__typename"], found["id"]) == ("RegistryVersion", pipeline.link.version.id)
    assert found["source"] == {"id": pipeline.model.version.id, "name": "model:v0"}
    assert (found["digest"], found["metadata"]["accuracy"]) == (pipeline.model.content.digest, 0.97)
    assert found["aliases"] == ["latest", "production"]
    assert found["collection"]["container"] == {"__typename": "Registry", "path": pipeline.registry.path}
    assert found["producedBy"]["edges"] == [{"node": {"name": "train"}}]
    assert found["consumedBy"]["edges"] == [{"node": {"name": "evaluate"}}]
    assert found["linkedBy"] == {"name": pipeline.viewer.user_name}
    assert found["linkedAt"] == found["createdAt"]


async def test_consumers_through_links_can_be_left_out(site: Site, pipeline: Pipeline) -> None:
    document = """
    query Consumers($id: ID!) { node(id: $id) { ... on Version {
      all: consumedBy { edges { node { name } } }
      direct: consumedBy(viaLinks: false) { totalCount edges { node { name } } }
    } } }
    """

    found = (await ask(site, pipeline.viewer, document, id=pipeline.model.version.id))["node"]

    assert found["all"]["edges"] == [{"node": {"name": "evaluate"}}]
    assert found["direct"] == {"totalCount": 0, "edges": []}


async def test_a_wrong_type_is_refused_naming_both(site: Site, pipeline: Pipeline) -> None:
    code, message = await refusal(site, pipeline.viewer, VERSION, path=f"{pipeline.project.path}/model", type="dataset")

    assert code == "InvalidInputError"
    assert "'model'" in message and "'dataset'" in message


async def test_a_run_is_found_with_and_without_the_mark_before_its_key(site: Site, pipeline: Pipeline) -> None:
    plain = await ask(site, pipeline.viewer, RUN, path=f"{pipeline.project.path}/{pipeline.train.key}")
    marked = await ask(site, pipeline.viewer, RUN, path=f"{pipeline.project.path}/-/runs/{pipeline.train.key}")

    assert plain == marked
    found = plain["run"]
    assert (found["id"], found["label"], found["jobType"], found["group"]) == (
        pipeline.train.id,
        "train",
        "train",
        "first",
    )
    assert (found["state"], found["config"], found["summary"]) == ("RUNNING", {"lr": 0.1}, {})
    assert found["url"] == f"{site.settings.service_public_url}/{pipeline.project.path}/-/runs/{pipeline.train.key}"
    assert found["project"] == {"path": pipeline.project.path}
    assert found["createdBy"] == {"name": pipeline.viewer.user_name}
    assert found["inputs"]["totalCount"] == 1
    assert found["inputs"]["edges"] == [{"node": {"name": "data:v0"}}]
    assert found["outputs"]["edges"] == [{"isReused": False, "node": {"name": "model:v0"}}]
    assert found["files"] == {"totalCount": 0, "edges": []}
    assert found["history"] == {"keys": [], "rows": [], "endCursor": None, "hasNextPage": False}


async def test_files_are_listed_in_pages_with_plain_addresses(site: Site, pipeline: Pipeline) -> None:
    document = """
    query Files($id: ID!, $prefix: String, $first: Int!, $after: String) { node(id: $id) { ... on ArtifactVersion {
      files(prefix: $prefix, first: $first, after: $after) {
        totalCount edges { node { path size digest reference url } } pageInfo { hasNextPage hasPreviousPage endCursor }
      }
      manifest { digest size fileCount url layoutUrl expiresAt }
    } } }
    """
    viewer, version = pipeline.viewer, pipeline.data.version

    first = (await ask(site, viewer, document, id=version.id, first=1))["node"]
    cursor = first["files"]["pageInfo"]["endCursor"]
    second = (await ask(site, viewer, document, id=version.id, first=1, after=cursor))["node"]
    below = (await ask(site, viewer, document, id=version.id, first=50, prefix="sub/"))["node"]

    assert [edge["node"]["path"] for edge in first["files"]["edges"]] == ["sub/test.csv"]
    assert first["files"]["totalCount"] == 2
    assert first["files"]["pageInfo"]["hasNextPage"] is True
    assert [edge["node"]["path"] for edge in second["files"]["edges"]] == ["train.csv"]
    assert (second["files"]["pageInfo"]["hasNextPage"], second["files"]["pageInfo"]["hasPreviousPage"]) == (False, True)
    assert (below["files"]["totalCount"], len(below["files"]["edges"])) == (1, 1)
    url = f"{site.settings.service_public_url}/files/{pipeline.project.path}/data:v0/sub/test.csv"
    assert first["files"]["edges"][0]["node"]["url"] == url
    assert (first["manifest"]["digest"], first["manifest"]["size"]) == (pipeline.data.content.digest, 20)
    assert "X-Amz-Signature=" in first["manifest"]["url"] and "X-Amz-Signature=" in first["manifest"]["layoutUrl"]


async def test_a_folder_tells_its_files_and_what_lies_below_its_subfolders(site: Site, pipeline: Pipeline) -> None:
    document = """
    query Folder($id: ID!, $path: String!, $after: String) { node(id: $id) { ... on ArtifactVersion {
      folder(path: $path, first: 1, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } edges { node { path fileCount size file { path url } } }
      }
    } } }
    """
    viewer, version = pipeline.viewer, pipeline.data.version
    files = f"{site.settings.service_public_url}/files/{pipeline.project.path}/data:v0"

    top = (await ask(site, viewer, document, id=version.id, path=""))["node"]["folder"]
    after = top["pageInfo"]["endCursor"]
    rest = (await ask(site, viewer, document, id=version.id, path="", after=after))["node"]["folder"]
    below = (await ask(site, viewer, document, id=version.id, path="sub/"))["node"]["folder"]

    assert (top["totalCount"], top["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (2, True, False)
    assert [(one["node"]["path"], one["node"]["fileCount"], one["node"]["file"]) for one in top["edges"]] == [
        ("sub/", 1, None)
    ]
    assert rest["edges"][0]["node"]["file"] == {"path": "train.csv", "url": f"{files}/train.csv"}
    assert top["edges"][0]["node"]["size"] + rest["edges"][0]["node"]["size"] == 20
    assert below["edges"][0]["node"]["file"] == {"path": "sub/test.csv", "url": f"{files}/sub/test.csv"}


async def test_everything_with_an_id_is_found_by_it(site: Site, pipeline: Pipeline) -> None:
    document = "query Node($id: ID!) { node(id: $id) { __typename id } }"
    viewer = pipeline.viewer
    ids = {
        "Run": pipeline.train.id,
        "ArtifactVersion": pipeline.data.version.id,
        "RegistryVersion": pipeline.link.version.id,
        "Collection": pipeline.data.collection.id,
        "Project": pipeline.project.id,
        "Registry": pipeline.registry.id,
        "Entity": pipeline.project.entity_id,
        "User": viewer.user_id,
        "ApiKey": viewer.key_id,
    }

    found = {kind: (await ask(site, viewer, document, id=node_id))["node"] for kind, node_id in ids.items()}

    assert found == {kind: {"__typename": kind, "id": node_id} for kind, node_id in ids.items()}


async def test_what_an_outsider_asks_for_is_null(site: Site, pipeline: Pipeline) -> None:
    outsider = await new_admin(site.graph)
    node = "query Node($id: ID!) { node(id: $id) { id } }"
    by_path = """
    query ByPath($version: String!, $run: String!, $project: String!, $registry: String!, $collection: String!,
                 $entity: String!) {
      artifact(path: $version) { id } run(path: $run) { id } project(path: $project) { id }
      registry(path: $registry) { id } collection(path: $collection) { id } entity(name: $entity) { id }
    }
    """
    things = (
        pipeline.train.id,
        pipeline.data.version.id,
        pipeline.link.version.id,
        pipeline.data.collection.id,
        pipeline.project.id,
        pipeline.registry.id,
        pipeline.project.entity_id,
        new_id(),
    )

    found = [await ask(site, outsider, node, id=thing) for thing in things]
    paths = await ask(
        site,
        outsider,
        by_path,
        version=f"{pipeline.project.path}/data",
        run=f"{pipeline.project.path}/{pipeline.train.key}",
        project=pipeline.project.path,
        registry=pipeline.registry.path,
        collection=f"{pipeline.project.path}/data",
        entity=pipeline.project.entity_name,
    )

    assert found == [{"node": None}] * len(things)
    assert set(paths.values()) == {None}


async def test_a_key_for_one_project_sees_a_link_but_not_its_source(site: Site, pipeline: Pipeline) -> None:
    wanted = KeyRequest(name="", is_read_only=True, entity=None, project=pipeline.registry.path, expires_at=None)
    issued = await create_api_key(site.graph, pipeline.viewer, wanted, operation=new_id())
    narrow = await known(site.graph, issued.secret)
    document = """
    query Narrow($id: ID!, $user: ID!) {
      node(id: $id) { ... on RegistryVersion { name source { id } producedBy { totalCount edges { node { id } } } } }
      user: node(id: $user) { ... on User { name apiKeys { id } } }
      viewer { isReadOnly isAdmin entities { name members { role } projects { totalCount } registries { totalCount } } }
      runs { totalCount edges { node { id } } }
    }
    """

    found = await ask(site, narrow, document, id=pipeline.link.version.id, user=narrow.user_id)

    assert found["node"]["name"] == f"{pipeline.link.collection.name}:v0"
    assert found["node"]["source"] is None
    assert found["node"]["producedBy"] == {"totalCount": 0, "edges": []}
    assert found["user"]["apiKeys"] == []
    (entity,) = found["viewer"]["entities"]
    assert (entity["members"], entity["projects"], entity["registries"]) == ([], {"totalCount": 0}, {"totalCount": 1})
    assert found["runs"] == {"totalCount": 0, "edges": []}


async def test_the_viewer_is_told_who_it_is(site: Site, pipeline: Pipeline) -> None:
    document = """
    { viewer { isAdmin isReadOnly serverVersion defaultEntity { name kind viewerRole members { role user { name } } }
      user { name apiKeys { id hint isReadOnly entity { name } project { path } revokedAt } } entities { name } } }
    """
    viewer = pipeline.viewer

    found = (await ask(site, viewer, document))["viewer"]

    assert found["defaultEntity"] == {
        "name": viewer.user_name,
        "kind": "USER",
        "viewerRole": "ADMIN",
        "members": [{"role": "ADMIN", "user": {"name": viewer.user_name}}],
    }
    assert (found["isAdmin"], found["isReadOnly"]) == (True, False)
    assert found["entities"] == [{"name": viewer.user_name}]
    assert found["user"]["name"] == viewer.user_name
    assert viewer.key_id in [key["id"] for key in found["user"]["apiKeys"]]


async def test_users_are_seen_by_those_who_share_an_entity(site: Site) -> None:
    document = "query Node($id: ID!) { node(id: $id) { ... on User { name apiKeys { id } } } }"
    admin, member, stranger = [await new_admin(site.graph) for _ in range(3)]
    plain = [known_as_plain(viewer) for viewer in (member, stranger)]
    _, (admin, member) = await new_team(site.graph, admin, member=member)

    seen = await ask(site, known_as_plain(member), document, id=admin.user_id)
    unseen = await ask(site, plain[1], document, id=admin.user_id)

    assert seen == {"node": {"name": admin.user_name, "apiKeys": []}}
    assert unseen == {"node": None}
    assert member.roles[next(iter(set(member.roles) & set(admin.roles)))] is Role.MEMBER


def known_as_plain(viewer: Any) -> Any:
    """The same user without the rights of an administrator of the server."""
    return replace(viewer, is_admin=False)


async def test_aliases_show_their_history_newest_first(site: Site, pipeline: Pipeline) -> None:
    document = """
    query Aliases($path: String!) { collection(path: $path) { aliases {
      name version { name } movedAt movedBy { name }
      history { totalCount edges { node { name from { name } to { name } by { name } reason } } }
    } } }
    """

    found = (await ask(site, pipeline.viewer, document, path=f"{pipeline.project.path}/data"))["collection"]["aliases"]

    assert [(alias["name"], alias["version"]["name"]) for alias in found] == [("latest", "data:v0"), ("raw", "data:v0")]
    assert found[1]["movedBy"] == {"name": pipeline.viewer.user_name}
    assert found[1]["history"]["totalCount"] == 1
    (move,) = [edge["node"] for edge in found[1]["history"]["edges"]]
    assert (move["from"], move["to"], move["by"]) == (None, {"name": "data:v0"}, {"name": pipeline.viewer.user_name})


async def test_a_cursor_serves_its_own_filter_and_place_only_however_these_are_spelt(
    site: Site, pipeline: Pipeline
) -> None:
    document = """
    query Versions($container: String, $filter: VersionFilter, $after: String) {
      versions(container: $container, filter: $filter, first: 1, after: $after) { edges { cursor node { name } } }
    }
    """
    place, other = pipeline.project.path, pipeline.registry.path
    both = ["dataset", "model"]

    async def page(container: str | None, types: list[str] | None, after: str | None = None) -> Any:
        condition = None if types is None else {"types": types}
        body = await answer(site, pipeline.viewer, document, container=container, filter=condition, after=after)
        return body["data"]["versions"]["edges"] if "errors" not in body else body["errors"][0]["message"]

    (first,) = await page(place, both)
    (everywhere,) = await page(None, None)

    (second,) = await page(place, both[::-1], first["cursor"])
    assert {first["node"]["name"], second["node"]["name"]} == {"data:v0", "model:v0"}
    refused = "`after` is a cursor of another listing or order."
    assert await page(place, ["dataset"], first["cursor"]) == refused
    assert await page(place, None, first["cursor"]) == refused
    assert await page(other, both, first["cursor"]) == refused
    assert await page(place, None, everywhere["cursor"]) == refused
    # What the viewer may see at all may grow between two pages.
    await new_project(site.graph, pipeline.viewer)
    assert len(await page(None, None, everywhere["cursor"])) == 1


async def test_a_foreign_cursor_and_a_long_page_are_refused(site: Site, pipeline: Pipeline) -> None:
    document = "query Runs($first: Int!, $after: String) { runs(first: $first, after: $after) { edges { cursor } } }"
    projects = "{ projects { edges { cursor } } }"
    cursor = (await ask(site, pipeline.viewer, projects))["projects"]["edges"][0]["cursor"]

    assert await refusal(site, pipeline.viewer, document, first=201) == (
        "InvalidInputError",
        "`first` is 201; a page holds from 0 to 200 items.",
    )
    assert (await refusal(site, pipeline.viewer, document, first=1, after=cursor))[0] == "InvalidInputError"
    assert (await refusal(site, pipeline.viewer, document, first=1, after="not a cursor"))[0] == "InvalidInputError"


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (None, {"load", "train", "evaluate"}),
        ({}, {"load", "train", "evaluate"}),
        ({"jobTypes": None, "tags": None}, {"load", "train", "evaluate"}),
        ({"jobTypes": []}, set()),
        ({"any": []}, set()),
        ({"jobTypes": ["train"], "groups": ["first"]}, {"train"}),
        ({"not": {"jobTypes": ["train"]}}, {"load", "evaluate"}),
        ({"any": [{"jobTypes": ["load"]}, {"not": {"any": [{"jobTypes": ["load"]}, {"nameContains": "TR"}]}}]}, None),
        ({"createdAfter": "2000-01-01T00:00:00Z", "createdBefore": "2000-01-02T00:00:00+09:00"}, set()),
    ],
)
async def test_filters_mean_over_the_wire_what_they_mean_below(
    site: Site, pipeline: Pipeline, wanted: Any, names: set[str] | None
) -> None:
    document = """
    query Runs($path: String!, $filter: RunFilter) {
      runs(project: $path, filter: $filter) { totalCount edges { node { name } } }
    }
    """

    found = (await ask(site, pipeline.viewer, document, path=pipeline.project.path, filter=wanted))["runs"]

    expected = {"load", "evaluate"} if names is None else names
    assert {edge["node"]["name"] for edge in found["edges"]} == expected
    assert found["totalCount"] == len(expected)


@pytest.mark.parametrize(
    ("op", "value", "found"),
    [
        ("EQ", 0.97, True),
        ("NE", 0.97, False),
        ("GT", 0.97, False),
        ("GTE", 0.97, True),
        ("LT", 1, True),
        ("LTE", 0.5, False),
        ("EXISTS", None, True),
        ("CONTAINS", "LEARN", True),
    ],
)
async def test_each_operator_on_metadata_works_over_the_wire(
    site: Site, pipeline: Pipeline, op: str, value: Any, found: bool
) -> None:
    document = """
    query Versions($path: String!, $condition: FieldCondition!) {
      versions(container: $path, filter: {metadata: [$condition]}) { edges { node { name } } }
    }
    """
    condition = {"path": "framework" if op == "CONTAINS" else "accuracy", "op": op, "value": value}

    data = await ask(site, pipeline.viewer, document, path=pipeline.project.path, condition=condition)

    assert [edge["node"]["name"] for edge in data["versions"]["edges"]] == (["model:v0"] if found else [])


async def counts(site: Site, pipeline: Pipeline, field: str) -> list[tuple[list[str], str, int]]:
    found = await ask(site, pipeline.viewer, f"{{ counts: {field} {{ key keys count }} }}")
    return [(one["keys"], one["key"], one["count"]) for one in found["counts"]]


async def test_a_run_tells_when_it_used_and_logged_what(site: Site, pipeline: Pipeline) -> None:
    path = f"{pipeline.project.path}/{pipeline.train.key}"
    edges = "inputs { edges { usedAt node { name } } } outputs { edges { loggedAt node { name createdAt } } }"
    found = await ask(site, pipeline.viewer, f'{{ run(path: "{path}") {{ createdAt {edges} }} }}')

    [used], [logged] = found["run"]["inputs"]["edges"], found["run"]["outputs"]["edges"]
    assert (used["node"]["name"], logged["node"]["name"]) == ("data:v0", "model:v0")
    assert found["run"]["createdAt"] <= used["usedAt"] <= logged["loggedAt"]


async def test_things_are_counted_by_several_keys_at_once(site: Site, pipeline: Pipeline) -> None:
    path = pipeline.project.path
    day = f"{datetime.fromtimestamp(pipeline.load.created_at / 1e6, UTC):%Y-%m-%d}"

    runs = await counts(site, pipeline, f'runCounts(project: "{path}", groupBy: [DAY, PROJECT, JOB_TYPE])')
    versions = await counts(site, pipeline, f'versionCounts(container: "{path}", groupBy: [TYPE, STATE])')

    assert runs == [
        ([day, path, "evaluate"], f"{day}, {path}, evaluate", 1),
        ([day, path, "load"], f"{day}, {path}, load", 1),
        ([day, path, "train"], f"{day}, {path}, train", 1),
    ]
    assert versions == [
        (["dataset", "COMMITTED"], "dataset, COMMITTED", 1),
        (["model", "COMMITTED"], "model, COMMITTED", 1),
    ]


async def test_one_key_needs_no_list(site: Site, pipeline: Pipeline) -> None:
    found = await counts(site, pipeline, f'versionCounts(container: "{pipeline.project.path}", groupBy: TYPE)')

    assert found == [(["dataset"], "dataset", 1), (["model"], "model", 1)]


@pytest.mark.parametrize("field", ["runCounts", "versionCounts"])
@pytest.mark.parametrize(
    ("keys", "message"),
    [("[]", "`groupBy` is empty; it takes at least one key."), ("[DAY, STATE, DAY]", "`groupBy` names DAY twice.")],
)
async def test_no_key_and_a_key_given_twice_are_refused(
    site: Site, pipeline: Pipeline, field: str, keys: str, message: str
) -> None:
    document = f"{{ {field}(groupBy: {keys}) {{ count }} }}"

    assert await refusal(site, pipeline.viewer, document) == ("InvalidInputError", message)
