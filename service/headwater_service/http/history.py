"""History over REST: batches of records as msgpack, which keeps NaN and costs a tenth of JSON."""

import asyncio
from typing import Any, Final

import msgpack
from starlette.requests import Request
from starlette.responses import Response

from headwater_service.domain.history import append_batch, parse_batch
from headwater_service.errors import InvalidInputError
from headwater_service.http.body import read_body
from headwater_service.http.errors import json_response
from headwater_service.http.guard import viewer_of
from headwater_service.http.services import services_of

# Larger bodies are decoded in a thread, so that other requests go on meanwhile.
_INLINE_BYTES: Final = 64 * 1024


async def post_history(request: Request) -> Response:
    """Append records to a run's history; answers once they are durable. Without records it is a heartbeat."""
    services = services_of(request.scope)
    body = await read_body(
        request, most_bytes=services.settings.history_batch_bytes, setting="HEADWATER_HISTORY_BATCH_BYTES"
    )
    document = _decode(body) if len(body) <= _INLINE_BYTES else await asyncio.to_thread(_decode, body)
    acknowledged = await append_batch(
        services.graph,
        services.objects,
        viewer_of(request),
        request.path_params["run_id"],
        parse_batch(document),
    )
    return json_response({"acknowledged": acknowledged})


def _decode(body: bytes) -> Any:
    try:
        return msgpack.unpackb(body, strict_map_key=True, max_ext_len=0)
    except (ValueError, msgpack.UnpackException, RecursionError) as error:
        raise InvalidInputError("The body is not msgpack.") from error
