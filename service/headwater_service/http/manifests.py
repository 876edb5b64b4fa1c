"""Manifests over REST: they may have a million lines, so they are streamed and not put into a GraphQL variable."""

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from headwater_service.domain.manifests import has_manifest, store_manifest
from headwater_service.errors import InvalidInputError
from headwater_service.http.errors import json_response
from headwater_service.http.guard import viewer_of
from headwater_service.http.services import services_of


async def put_manifest(request: Request) -> Response:
    """Check and store a manifest as it comes in, and say which blobs are missing."""
    services = services_of(request.scope)
    try:
        stored = await store_manifest(
            services.graph,
            services.objects,
            viewer_of(request),
            services.settings,
            request.path_params["entity"],
            request.stream(),
            content_encoding=request.headers.get("content-encoding"),
        )
    except ClientDisconnect as error:
        raise InvalidInputError("The client went away before its manifest was complete.") from error
    return json_response(
        {
            "digest": stored.summary.digest,
            "size": stored.summary.size,
            "fileCount": stored.summary.file_count,
            "missing": list(stored.missing),
            "isKnown": stored.is_known,
        }
    )


async def head_manifest(request: Request) -> Response:
    """200 when the manifest is stored already, else 404."""
    services = services_of(request.scope)
    is_known = await has_manifest(
        services.graph, viewer_of(request), request.path_params["entity"], request.path_params["digest"]
    )
    return Response(status_code=200 if is_known else 404, headers={"Cache-Control": "no-store"})
