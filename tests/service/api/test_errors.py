"""How errors reach a client: coded, with the request id, and masked when nobody foresaw them."""

from typing import Any

import pytest
from graphql import GraphQLError
from structlog.testing import capture_logs

from asking import answer, ask, refusal
from content import Site
from headwater_service.api import query
from headwater_service.api.errors import ERROR_TYPES, code_of
from headwater_service.errors import ConflictError, DomainError, NotFoundError
from headwater_service.store.ids import new_id
from pipelines import new_pipeline
from viewers import new_admin

START = """
mutation Start($input: StartRunInput!) { startRun(input: $input) {
  __typename ... on StartRunPayload { run { key } } ... on UserError { message } ... on NotFoundError { path }
  ... on InvalidInputError { field } ... on ConflictError { current missing }
} }
"""


async def test_a_refusal_of_a_mutation_is_a_member_of_its_union(site: Site) -> None:
    viewer = await new_admin(site.graph)

    async def started(**given: Any) -> Any:
        return (await ask(site, viewer, START, input={"operationId": new_id(), "key": "k1", **given}))["startRun"]

    unknown = await started(project="nobody-has-this/p")
    first = await started(project="p")
    again = await started(project="p")
    wrong = await started(project="p", key="not a key")

    assert (unknown["__typename"], unknown["path"]) == ("NotFoundError", "nobody-has-this")
    assert viewer.user_name in unknown["message"]
    assert first == {"__typename": "StartRunPayload", "run": {"key": "k1"}}
    assert (again["__typename"], again["current"], again["missing"]) == ("ConflictError", "RUNNING", None)
    assert (wrong["__typename"], wrong["field"]) == ("InvalidInputError", "key")


async def test_a_bad_name_is_refused_by_the_name_of_its_input_wherever_it_is_given(site: Site) -> None:
    one = await new_pipeline(site)
    home, registry = one.data.collection.id, one.registry.id
    move = {"collection": home, "version": one.data.version.id}
    logged = {"project": one.project.path, "name": "data", "type": "dataset", "manifestDigest": f"sha256:{'a' * 64}"}
    linked = {"versionId": one.data.version.id, "target": "Data"}
    cases: list[tuple[str, dict[str, Any], str]] = [
        *(("logArtifact", {**logged, "aliases": [bad]}, "aliases") for bad in ("a:b", "v12", "")),
        ("logArtifact", {**logged, "name": "a/b"}, "name"),
        ("logArtifact", {**logged, "type": "a/b"}, "type"),
        *(("linkArtifact", {**linked, "aliases": [bad]}, "aliases") for bad in ("a/b", "v12")),
        *(("linkArtifact", {**linked, "target": bad}, "target") for bad in ("a:b", "a/b/c/d", "a/b/ c")),
        *(("moveAliases", {"moves": [{**move, "name": bad}]}, "name") for bad in ("a:b", "v12", "latest")),
        ("moveAliases", {"moves": [{**move, "name": "a"}, {**move, "name": "a"}]}, "moves"),
        ("moveAliases", {"moves": []}, "moves"),
        *(("rollbackAlias", {"collection": home, "name": bad}, "name") for bad in ("a:b", "v12", "latest")),
        *(("proposeAliasMove", {**move, "name": bad}, "name") for bad in ("a:b", "v12", "latest")),
        *(("setGuard", {"owner": registry, "name": bad, "rules": []}, "name") for bad in ("a:b", "v12", "latest")),
        ("removeGuard", {"owner": registry, "name": "v12"}, "name"),
        ("createRegistry", {"name": "a/b"}, "name"),
        ("createRegistry", {"name": "a", "protectedAliases": ["v12"]}, "protectedAliases"),
        ("createRegistry", {"name": "a", "artifactTypes": ["a:b"]}, "artifactTypes"),
        ("createCollection", {"container": one.project.path, "name": "a", "type": "a:b"}, "type"),
        ("createProject", {"name": "a:b"}, "name"),
    ]

    for mutation, given, field in cases:
        kind = mutation[0].upper() + mutation[1:]
        document = f"""
        mutation Bad($input: {kind}Input!) {{
          result: {mutation}(input: $input) {{ __typename ... on InvalidInputError {{ field }} }}
        }}
        """
        found = (await ask(site, one.viewer, document, input={"operationId": new_id(), **given}))["result"]
        assert found == {"__typename": "InvalidInputError", "field": field}, (mutation, given, found)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{ viewer { name } }", "InvalidInputError"),
        ("{ viewer ", "InvalidInputError"),
        ('{ artifact(path: "a:b:c/d") { id } }', "InvalidInputError"),
        ('{ runs(project: "no-such-project") { edges { cursor } } }', "NotFoundError"),
        ('{ runs(filter: {consumed: "nothing:v1"}) { edges { cursor } } }', "NotFoundError"),
        ('{ events(filter: {container: "a/b/c"}) { edges { cursor } } }', "InvalidInputError"),
        ('{ runs(filter: {createdAfter: "yesterday"}) { edges { cursor } } }', "InvalidInputError"),
        ('{ versions(filter: {metadata: [{path: "a", op: GT}]}) { edges { cursor } } }', "InvalidInputError"),
    ],
)
async def test_a_bad_query_is_a_top_level_error_with_a_code(document: str, code: str, site: Site) -> None:
    viewer = await new_admin(site.graph)

    assert (await refusal(site, viewer, document))[0] == code


async def test_a_bad_variable_is_refused_with_a_code(site: Site) -> None:
    viewer = await new_admin(site.graph)
    document = "query Runs($after: DateTime!) { runs(filter: {createdAfter: $after}) { totalCount } }"

    code, message = await refusal(site, viewer, document, after="2026-11-03T09:30:00")

    assert code == "InvalidInputError"
    assert "RFC 3339 with an offset" in message


async def test_the_unforeseen_is_masked_and_logged_with_the_request_id(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = await new_admin(site.graph)

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("a secret of ours")

    monkeypatch.setattr(query, "find_version_at", broken)

    with capture_logs() as logged:
        body = await answer(site, viewer, '{ artifact(path: "a") { id } }')

    (error,) = body["errors"]
    assert body["data"] == {"artifact": None}
    assert error["extensions"] == {"code": "InternalError", "requestId": "a-request"}
    assert "secret" not in str(body) and "a-request" in error["message"]
    assert [(entry["log_level"], entry["request_id"], entry["path"]) for entry in logged] == [
        ("error", "a-request", ["artifact"])
    ]
    assert isinstance(logged[0]["exc_info"][1], ZeroDivisionError)


def test_each_domain_error_has_a_type_of_its_name() -> None:
    assert {error.__name__ for error in DomainError.__subclasses__()} == {error.__name__ for error in ERROR_TYPES}
    assert all(error.__name__ == type_.__name__ for error, type_ in ERROR_TYPES.items())


def test_a_code_is_told_from_the_cause() -> None:
    assert code_of(GraphQLError("x", original_error=NotFoundError("y"))) == "NotFoundError"
    assert code_of(GraphQLError("x")) == "InvalidInputError"
    assert code_of(GraphQLError("x", original_error=KeyError("y"))) == "InternalError"


def test_a_conflict_carries_what_is_missing() -> None:
    made = ERROR_TYPES[ConflictError].from_error(ConflictError("m", current="v7", missing=["sha256:a"]))

    assert (made.message, made.current, made.missing) == ("m", "v7", ["sha256:a"])
