"""An operation id stands for one input: with the same it gives the same answer, with any other it is refused."""

from typing import Any

import pytest

from asking import ask
from content import Site, log
from headwater_service.api.artifact_mutations import LogArtifactInput
from headwater_service.api.fields import digest_of
from headwater_service.api.scalars import Digest
from headwater_service.store.ids import new_id
from pipelines import new_pipeline
from viewers import new_admin, new_project

PLAN = "query Plan($input: DeletionInput!) { deletionPlan(input: $input) { digest } }"
STATE = "query State($id: ID!) { node(id: $id) { ... on ArtifactVersion { isDeleted } } }"


def document(field: str, payload: str) -> str:
    kind = field[0].upper() + field[1:]
    return f"""
    mutation Change($input: {kind}Input!) {{
      result: {field}(input: $input) {{
        __typename ... on {kind}Payload {{ {payload} }} ... on UserError {{ message }}
      }}
    }}
    """


CASES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("createProject", "project { id }", {"name": "p-one"}, {"name": "p-two"}),
    ("createRegistry", "registry { id }", {"name": "r"}, {"name": "r", "artifactTypes": ["model"]}),
    ("linkArtifact", "version { id }", {"versionId": "MODEL", "target": "A"}, {"versionId": "MODEL", "target": "B"}),
    (
        "linkArtifact",
        "version { id }",
        {"versionId": "MODEL", "target": "C"},
        {"versionId": "MODEL", "target": "C", "aliases": ["best"]},
    ),
    (
        "moveAliases",
        "aliases { name at }",
        {"moves": [{"collection": "HOME", "name": "a", "version": "DATA"}]},
        {"moves": [{"collection": "HOME", "name": "b", "version": "DATA"}]},
    ),
    (
        "moveAliases",
        "aliases { name at }",
        {"moves": [{"collection": "HOME", "name": "a", "version": "DATA"}], "reason": "good"},
        {"moves": [{"collection": "HOME", "name": "a", "version": "DATA"}], "reason": "better"},
    ),
    (
        "moveAliases",
        "aliases { name at }",
        {"moves": [{"collection": "HOME", "name": n, "version": "DATA"} for n in "xy"]},
        {"moves": [{"collection": "HOME", "name": n, "version": None} for n in "xy"]},
    ),
    ("recallVersion", "recall { id }", {"versionId": "DATA", "reason": "a"}, {"versionId": "DATA", "reason": "b"}),
    ("setVersionTtl", "version { id }", {"versionId": "DATA", "ttlSeconds": 50_000}, {"versionId": "DATA"}),
]


@pytest.mark.parametrize(
    ("field", "payload", "first", "second"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)]
)
async def test_a_replay_with_other_input_is_refused_and_changes_nothing(
    site: Site, field: str, payload: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    one = await new_pipeline(site)
    operation = {"operationId": new_id()}
    ids = {"DATA": one.data.version.id, "MODEL": one.model.version.id, "HOME": one.data.collection.id}

    def given(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: given(one) for key, one in value.items()}
        if isinstance(value, list):
            return [given(one) for one in value]
        return ids.get(value, value) if isinstance(value, str) else value

    async def changed(values: dict[str, Any]) -> Any:
        extra = {"severity": "WARNING"} if field == "recallVersion" else {}
        return (await ask(site, one.viewer, document(field, payload), input={**given(values), **extra, **operation}))[
            "result"
        ]

    made = await changed(first)
    other = await changed(second)
    again = await changed(first)

    assert made["__typename"].endswith("Payload"), made
    assert other == {
        "__typename": "ConflictError",
        "message": "This operation id was used for another change here. Make a new one for each change.",
    }
    assert again == made


async def test_a_replayed_deletion_of_other_things_is_refused(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    first, second, _ = [
        (await log(site, viewer, project, "data", {"a": name.encode()})).placed.version.id for name in "abc"
    ]
    operation = new_id()

    async def deleted(version_id: str) -> Any:
        targets = {"versions": [version_id]}
        digest = (await ask(site, viewer, PLAN, input=targets))["deletionPlan"]["digest"]
        given = {**targets, "operationId": operation, "planDigest": digest}
        return (await ask(site, viewer, document("delete", "deletion"), input=given))["result"]

    made = await deleted(first)
    refused = await deleted(second)

    assert made["__typename"] == "DeletePayload", made
    assert refused["__typename"] == "ConflictError"
    state = await ask(site, viewer, STATE, id=second)
    assert state["node"] == {"isDeleted": False}


def test_a_default_that_is_spelt_out_is_the_same_input() -> None:
    digest = Digest("sha256:" + "a" * 64)
    given: dict[str, Any] = {"operation_id": "o", "project": "p", "name": "n", "type": "t", "manifest_digest": digest}

    def digest_with(**more: Any) -> str:
        return digest_of(LogArtifactInput(**given, **more))

    assert digest_with(aliases=[], tags=[], metadata=None) == digest_with()
    assert digest_with(aliases=["a", "b"]) != digest_with(aliases=["b", "a"])
    assert digest_with(metadata={"a": 1, "b": 2}) == digest_with(metadata={"b": 2, "a": 1})
    assert digest_with(metadata={"a": 2}) != digest_with()
