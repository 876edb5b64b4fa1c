"""Every route that needs a viewer refuses an outsider what it gives the owner."""

import secrets

import msgpack
import pytest

from authorisation_walk import ask
from authorisation_world import HTTP, World, operation
from headwater_service.http.guard import Access
from headwater_service.http.routes import ENDPOINTS

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
