"""GraphQL over HTTP: who may post what, what an answer holds, and what stops an operation."""

from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import get_introspection_query

from headwater_service.config import Settings
from headwater_service.domain.sessions import create_sign_in, sign_in, viewer_of_key
from headwater_service.store.graph import Graph
from servers import Service, running_service
from service.http.http_client import bearer, send

VIEWER = "query WhoAmI { viewer { user { name } } }"


def answer_to(service: Service, content: Any, **headers: str) -> tuple[int, dict[str, Any]]:
    response = send(
        "POST",
        f"{service.url}/graphql",
        body=content if isinstance(content, bytes) else orjson.dumps(content),
        headers={"Content-Type": "application/json", **headers},
    )
    return response.status, response.json()


async def cookie_of(graph: Graph, key: str) -> str:
    viewer = await viewer_of_key(graph, key)
    assert viewer is not None
    token, _ = await create_sign_in(graph, viewer, seconds=60)
    return f"headwater_session={await sign_in(graph, token, seconds=60)}"


def test_an_answer_tells_its_cost(service: Service, admin_key: str) -> None:
    status, answer = answer_to(service, {"query": VIEWER}, **bearer(admin_key))

    assert status == 200
    assert answer["data"]["viewer"]["user"]["name"].startswith("root-")
    assert answer["extensions"]["cost"] == {
        "nodes": {"used": 2, "limit": 10_000},
        "depth": {"used": 3, "limit": 12},
        "aliases": {"used": 0, "limit": 30},
        "bytes": {"used": len(VIEWER), "limit": 100_000},
    }


async def test_a_session_needs_the_header_that_only_our_pages_send(
    service: Service, graph: Graph, admin_key: str
) -> None:
    cookie = await cookie_of(graph, admin_key)

    without, refused = answer_to(service, {"query": VIEWER}, Cookie=cookie)
    with_it, answer = answer_to(service, {"query": VIEWER}, **{"Cookie": cookie, "X-Headwater-Request": "1"})

    assert without == 403
    assert refused["errors"][0]["extensions"]["code"] == "PermissionDeniedError"
    assert with_it == 200
    assert "errors" not in answer


async def test_a_get_takes_a_query_with_a_key_and_nothing_else(service: Service, graph: Graph, admin_key: str) -> None:
    cookie = await cookie_of(graph, admin_key)
    mutation = 'mutation M { createSignInLink(input: {operationId: "x"}) { __typename } }'

    def get(query: str, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        response = send("GET", f"{service.url}/graphql", fields={"query": query}, headers=headers)
        return response.status, response.json()

    assert get(VIEWER, bearer(admin_key))[1]["data"]["viewer"]["user"]["name"].startswith("root-")
    assert get(VIEWER, {"Cookie": cookie})[0] == 401
    assert get(VIEWER, {})[0] == 401
    password = b64encode(f"api:{admin_key}".encode()).decode()
    assert get(VIEWER, {"Authorization": f"Basic {password}"})[0] == 401
    refused = get(mutation, bearer(admin_key))[1]
    assert refused["data"] is None
    assert refused["errors"][0]["message"] == "Only queries are possible here."
    assert refused["errors"][0]["extensions"]["code"] == "InvalidInputError"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "The body is not JSON"),
        ([{"query": VIEWER}], "Batches are not taken"),
        ({}, "There is no `query`"),
        ({"query": 3}, "There is no `query`"),
        ({"query": VIEWER, "variables": []}, "`variables` is not an object"),
        ({"query": VIEWER, "operationName": 3}, "`operationName` is not text"),
    ],
)
def test_what_is_no_request_is_refused(service: Service, admin_key: str, content: Any, says: str) -> None:
    status, answer = answer_to(service, content, **bearer(admin_key))

    assert status == 400
    assert says in answer["errors"][0]["message"]
    assert answer["errors"][0]["extensions"]["code"] == "InvalidInputError"


def test_a_form_is_refused(service: Service, admin_key: str) -> None:
    response = send("POST", f"{service.url}/graphql", fields={"query": VIEWER}, headers=bearer(admin_key))

    assert response.status == 400
    assert "application/json" in response.json()["errors"][0]["message"]


FRAGMENTS_IN_FRAGMENTS = "{ ...F0 } fragment F2000 on Query { __typename } " + " ".join(
    f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(2_000)
)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("{ nothing }", "Cannot query field 'nothing'"),
        ("{ viewer { ", "Syntax Error"),
        ("{ projects(first: 10001) { totalCount } }", "estimated 10,001 nodes; the limit is 10,000"),
        ("{ viewer { isAdmin } } # " + "x" * 100_000, "bytes long; the limit is 100,000 (HEADWATER_GRAPHQL_BYTES)"),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(31)) + " }", "31 aliases rich; the limit is 30"),
        ("subscription S { viewer { isAdmin } }", "Only queries and mutations are possible here."),
        ("fragment F on Query { __typename }", "The document has no operation, only definitions."),
        ("", "The document is empty."),
        ("{ a " * 15_000 + "}" * 15_000, "Document is nested too deeply"),
        (FRAGMENTS_IN_FRAGMENTS, "Its fragments are nested too deeply"),
        ("{ ...F } fragment F on Query { ...F }", "Cannot spread fragment 'F' within itself."),
    ],
)
def test_a_document_at_fault_is_told_why(service: Service, admin_key: str, document: str, says: str) -> None:
    status, answer = answer_to(service, {"query": document}, **bearer(admin_key), **{"X-Request-Id": "mine"})

    assert status == 200
    assert answer["data"] is None
    assert says in answer["errors"][0]["message"]
    assert answer["errors"][0]["extensions"] == {"code": "InvalidInputError", "requestId": "mine"}


def test_an_operation_that_is_not_there_is_named(service: Service, admin_key: str) -> None:
    _, answer = answer_to(service, {"query": VIEWER, "operationName": "Other"}, **bearer(admin_key))

    assert answer["data"] is None
    assert answer["errors"][0]["message"] == "The document has no operation 'Other'."


def test_the_introspection_of_tools_passes(service: Service, admin_key: str) -> None:
    document = get_introspection_query(input_value_deprecation=True, specified_by_url=True)

    _, answer = answer_to(service, {"query": document, "operationName": "IntrospectionQuery"}, **bearer(admin_key))

    assert "errors" not in answer
    assert answer["data"]["__schema"]["queryType"]["name"] == "Query"


def test_introspection_that_multiplies_is_refused(service: Service, admin_key: str) -> None:
    inside = "name"
    for _ in range(5):
        inside = f"fields {{ type {{ {inside} }} }}"

    _, answer = answer_to(service, {"query": f"{{ __schema {{ types {{ {inside} }} }} }}"}, **bearer(admin_key))

    assert answer["data"] is None
    assert "introspection depth" in answer["errors"][0]["message"]


def test_an_operation_that_takes_too_long_is_ended(settings: Settings, admin_key: str, tmp_path: Path) -> None:
    with running_service(replace(settings, graphql_seconds=0.0005), tmp_path) as service:
        status, answer = answer_to(service, {"query": "{ projects { totalCount } }"}, **bearer(admin_key))

    assert status == 200
    assert "longer than 0.0005 seconds, the limit that HEADWATER_GRAPHQL_TIMEOUT sets" in answer["errors"][0]["message"]
    assert answer["errors"][0]["extensions"]["code"] == "UnavailableError"


def test_operations_are_measured_by_name(service: Service, admin_key: str) -> None:
    answer_to(service, {"query": VIEWER, "operationName": "WhoAmI"}, **bearer(admin_key))

    text = send("GET", f"{service.url}/metrics").data.decode()
    assert 'headwater_graphql_seconds_count{operation="WhoAmI",outcome="ok"}' in text


def test_of_several_operations_one_must_be_named(service: Service, admin_key: str) -> None:
    document = "query A { a: __typename } query B { b: __typename }"

    _, unnamed = answer_to(service, {"query": document}, **bearer(admin_key))
    _, named = answer_to(service, {"query": document, "operationName": "B"}, **bearer(admin_key))

    assert unnamed["data"] is None
    assert [error["message"] for error in unnamed["errors"]] == [
        "The document has the operations A, B: `operationName` must say which one is meant."
    ]
    assert named["data"] == {"b": "Query"}
