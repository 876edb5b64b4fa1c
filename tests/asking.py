"""Ask the schema in process, as a viewer: for tests of the API without HTTP."""

from typing import Any

from content import Site
from headwater_service.api.context import Context
from headwater_service.api.execution import GraphQLRequest, execute
from headwater_service.api.schema import schema
from headwater_service.config import Settings
from headwater_service.domain.access import Viewer


async def answer(
    site: Site, viewer: Viewer, document: str, *, settings: Settings | None = None, **variables: Any
) -> dict[str, Any]:
    """Return the whole body, errors included."""
    context = Context(
        graph=site.graph,
        objects=site.objects,
        settings=settings or site.settings,
        viewer=viewer,
        request_id="a-request",
    )
    found = await execute(schema, GraphQLRequest(query=document, variables=variables), context)
    return found.body


async def ask(site: Site, viewer: Viewer, document: str, **variables: Any) -> dict[str, Any]:
    """Return `data`; an error fails the test."""
    body = await answer(site, viewer, document, **variables)
    assert "errors" not in body, body["errors"]
    data: dict[str, Any] = body["data"]
    return data


async def refusal(site: Site, viewer: Viewer, document: str, **variables: Any) -> tuple[str, str]:
    """Return code and message of the one error that an operation must end with."""
    (error,) = (await answer(site, viewer, document, **variables))["errors"]
    assert error["extensions"]["requestId"] == "a-request"
    return error["extensions"]["code"], error["message"]
