"""Plain file addresses: a redirect to the bytes in the object store, which serves them from another origin."""

from starlette.requests import Request
from starlette.responses import Response

from headwater_service.domain.file_addresses import signed_address
from headwater_service.http.guard import viewer_of
from headwater_service.http.services import services_of


async def redirect_to_file(request: Request) -> Response:
    """302 to a signed URL, pinned to one object version. A download, or with `?preview` shown if it is harmless."""
    services = services_of(request.scope)
    signed = await signed_address(
        services.graph,
        services.objects,
        viewer_of(request),
        request.path_params["path"],
        is_preview="preview" in request.query_params,
    )
    return Response(status_code=302, headers={"Location": signed.url, "Cache-Control": "no-store"})
