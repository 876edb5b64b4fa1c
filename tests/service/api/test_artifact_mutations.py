"""The mutations of uploads, artifacts and aliases, as a client posts them."""

from typing import Any

import pytest

from content import Site, digest_of, http, put_manifest
from headwater_service.api.context import Context
from headwater_service.api.schema import schema
from headwater_service.domain.access import Viewer
from headwater_service.model import Container, Run
from headwater_service.store.ids import new_id
from viewers import new_admin, new_project, new_run

PREPARE = """
mutation PrepareUploads($input: PrepareUploadsInput!) {
  result: prepareUploads(input: $input) {
    __typename
    ... on PrepareUploadsPayload { uploads { digest state url headers uploadId partSize parts { number digest } } }
    ... on UserError { message }
  }
}
"""
SIGN_PARTS = """
mutation SignUploadParts($input: SignUploadPartsInput!) {
  result: signUploadParts(input: $input) {
    __typename
    ... on SignUploadPartsPayload { parts { number url headers } expiresAt }
    ... on UserError { message }
  }
}
"""
COMPLETE = """
mutation CompleteUpload($input: CompleteUploadInput!) {
  result: completeUpload(input: $input) {
    __typename
    ... on CompleteUploadPayload { digest }
    ... on UserError { message }
  }
}
"""
LOG = """
mutation LogArtifact($input: LogArtifactInput!) {
  result: logArtifact(input: $input) {
    __typename
    ... on LogArtifactPayload {
      version { id name path type digest size fileCount state metadata tags aliases historyStep collection { id } }
      isReused
      notices
    }
    ... on ConflictError { message missing current }
    ... on InvalidInputError { message field }
  }
}
"""
USE = """
mutation UseArtifact($input: UseArtifactInput!) {
  result: useArtifact(input: $input) {
    __typename
    ... on UseArtifactPayload { version { __typename id name source { id } } }
    ... on NotFoundError { message path }
  }
}
"""
LINK = """
mutation LinkArtifact($input: LinkArtifactInput!) {
  result: linkArtifact(input: $input) {
    __typename
    ... on LinkArtifactPayload { version { id path aliases linkedBy { name } source { id } collection { id kind } } }
    ... on UserError { message }
  }
}
"""
MOVE = """
mutation MoveAliases($input: MoveAliasesInput!) {
  result: moveAliases(input: $input) {
    __typename
    ... on MoveAliasesPayload { aliases { name reason from { id } to { id } by { name } } }
    ... on ConflictError { message current }
  }
}
"""
UPDATE = """
mutation UpdateVersion($input: UpdateVersionInput!) {
  result: updateVersion(input: $input) {
    __typename
    ... on UpdateVersionPayload { version { id description metadata tags } }
    ... on InvalidInputError { message field }
  }
}
"""
REPAIR = """
mutation RepairBlob($input: RepairBlobInput!) {
  result: repairBlob(input: $input) {
    __typename
    ... on RepairBlobPayload { url }
    ... on UserError { message }
  }
}
"""


class Client:
    """Posts documents as one viewer."""

    def __init__(self, site: Site, viewer: Viewer, project: Container, run: Run) -> None:
        self.site = site
        self.viewer = viewer
        self.project = project
        self.run = run

    async def post(self, document: str, **given: Any) -> dict[str, Any]:
        context = Context(
            graph=self.site.graph,
            objects=self.site.objects,
            settings=self.site.settings,
            viewer=self.viewer,
            request_id="test",
        )
        answer = await schema.execute(document, variable_values={"input": given}, context_value=context)
        assert answer.errors is None, answer.errors
        assert answer.data is not None
        result: dict[str, Any] = answer.data["result"]
        return result

    async def log(self, files: dict[str, bytes], **more: Any) -> dict[str, Any]:
        stored = await put_manifest(self.site, self.viewer, self.project, files)
        given = {"name": "data", "type": "dataset", "operationId": new_id(), "runId": self.run.id, **more}
        return await self.post(LOG, project=self.project.path, manifestDigest=stored.summary.digest, **given)


@pytest.fixture
async def client(site: Site) -> Client:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    return Client(site, viewer, project, (await new_run(site.graph, viewer, project)).run)


async def test_bytes_are_sent_where_the_service_says_and_then_logged(client: Client) -> None:
    files = {"a": b"some bytes", "b": b"other bytes"}
    operation = new_id()
    refused = await client.log(files, operationId=operation)
    assert refused["__typename"] == "ConflictError"
    assert refused["missing"] == sorted(digest_of(data) for data in files.values())

    blobs = [{"digest": digest_of(data), "size": len(data)} for data in files.values()]
    prepared = await client.post(PREPARE, entity=client.project.entity_name, blobs=blobs)
    for upload, data in zip(prepared["uploads"], files.values(), strict=True):
        assert (upload["digest"], upload["state"], upload["parts"]) == (digest_of(data), "UPLOAD", [])
        assert http.request("PUT", upload["url"], body=data, headers=upload["headers"]).status == 200
    logged = await client.log(
        files, operationId=operation, metadata={"x": [1]}, tags=["t"], aliases=["best"], historyStep=3
    )

    version = logged["version"]
    assert (logged["__typename"], logged["isReused"], logged["notices"]) == ("LogArtifactPayload", False, [])
    assert version["path"] == f"{client.project.path}/data:v0"
    assert {key: version[key] for key in ("name", "type", "size", "fileCount", "state", "metadata", "tags")} == {
        "name": "data:v0",
        "type": "dataset",
        "size": 21,
        "fileCount": 2,
        "state": "COMMITTED",
        "metadata": {"x": [1]},
        "tags": ["t"],
    }
    assert (sorted(version["aliases"]), version["historyStep"]) == (["best", "latest"], 3)
    present = await client.post(PREPARE, entity=client.project.entity_name, blobs=blobs)
    assert [upload["state"] for upload in present["uploads"]] == ["PRESENT", "PRESENT"]
    assert [upload["url"] for upload in present["uploads"]] == [None, None]


async def test_a_version_is_used_linked_aliased_and_changed(client: Client) -> None:
    first = (await client.log({}))["version"]
    used = await client.post(USE, operationId=new_id(), runId=client.run.id, path="data:v0", type="dataset")
    assert used["version"] == {
        "__typename": "ArtifactVersion",
        "id": first["id"],
        "name": "data:v0",
        "source": {"id": first["id"]},
    }

    linked = await client.post(
        LINK, operationId=new_id(), versionId=first["id"], target="model-registry/Data", aliases=["prod"]
    )
    link = linked["version"]
    assert link["path"] == f"{client.viewer.user_name}/model-registry/Data:v0"
    assert (sorted(link["aliases"]), link["source"], link["linkedBy"]) == (
        ["latest", "prod"],
        {"id": first["id"]},
        {"name": client.viewer.user_name},
    )

    move = {"collection": first["collection"]["id"], "name": "best", "version": first["id"], "checkExpected": True}
    moved = await client.post(MOVE, operationId=new_id(), moves=[move], reason="why not")
    assert moved["aliases"] == [
        {
            "name": "best",
            "reason": "why not",
            "from": None,
            "to": {"id": first["id"]},
            "by": {"name": client.viewer.user_name},
        }
    ]
    stale = await client.post(MOVE, operationId=new_id(), moves=[{**move, "version": None}])
    assert (stale["__typename"], stale["current"]) == ("ConflictError", "v0")

    changed = await client.post(
        UPDATE, operationId=new_id(), versionId=first["id"], description="new", metadata={"y": 1}, tags=["z"]
    )
    assert changed["version"] == {"id": first["id"], "description": "new", "metadata": {"y": 1}, "tags": ["z"]}
    refused = await client.post(UPDATE, operationId=new_id(), versionId=link["id"], description="of the link")
    assert (refused["__typename"], refused["field"]) == ("InvalidInputError", "versionId")


async def test_errors_are_members_of_the_unions(client: Client) -> None:
    absent = await client.post(USE, operationId=new_id(), runId=client.run.id, path="none:v3")
    assert (absent["__typename"], absent["path"]) == ("NotFoundError", "none:v3")

    bad = await client.log({}, aliases=["v1"])
    assert (bad["__typename"], bad["field"]) == ("InvalidInputError", "aliases")

    composite = f"sha256-16m:{'ab' * 32}-2"
    gone = await client.post(COMPLETE, digest=composite, uploadId="bm8gc3VjaCB1cGxvYWQ")
    assert gone["__typename"] == "NotFoundError"
    signed = await client.post(
        SIGN_PARTS, digest=composite, uploadId="any", parts=[{"number": 2, "digest": digest_of(b"x")}]
    )
    assert [(part["number"], list(part["headers"])) for part in signed["parts"]] == [(2, ["x-amz-checksum-sha256"])]


async def test_a_repair_gives_an_address_of_right_bytes(client: Client) -> None:
    blob = {"digest": digest_of(b"precious"), "size": 8}
    (upload,) = (await client.post(PREPARE, blobs=[blob]))["uploads"]
    http.request("PUT", upload["url"], body=b"precious", headers=upload["headers"])
    version = (await client.log({"a": b"precious"}))["version"]

    repaired = await client.post(REPAIR, operationId=new_id(), versionId=version["id"], blob=blob["digest"])

    assert http.request("GET", repaired["url"]).data == b"precious"
