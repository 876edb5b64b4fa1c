"""History over REST: batches of records as msgpack, which keeps NaN and costs a tenth of JSON."""

import asyncio
from typing import Any, Final

import msgpack
from starlette.requests import Request
from starlette.responses import Response

from headwater_service.domain.history import Batch, append_batch, parse_batch
from headwater_service.errors import InvalidInputError
from headwater_service.http.body import read_body
from headwater_service.http.errors import json_response
from headwater_service.http.guard import viewer_of
from headwater_service.http.services import services_of

# Larger bodies are decoded and checked in a thread, so that other requests go on meanwhile.
_INLINE_BYTES: Final = 64 * 1024
_MOST_NAMED: Final = 10
_MOST_CONTAINERS: Final = 2**20


async def post_history(request: Request) -> Response:
    """Append records to a run's history; answers once they are durable. Without records it is a heartbeat."""
    services = services_of(request.scope)
    body = await read_body(
        request, most_bytes=services.settings.history_batch_bytes, setting="HEADWATER_HISTORY_BATCH_BYTES"
    )
    most_keys = services.settings.history_keys
    if len(body) <= _INLINE_BYTES:
        batch = _batch(body, most_keys)
    else:
        batch = await asyncio.to_thread(_batch, body, most_keys)
    acknowledged = await append_batch(
        services.graph, services.objects, viewer_of(request), request.path_params["run_id"], batch
    )
    return json_response({"acknowledged": acknowledged, **_told_of(batch, most_keys)})


def _told_of(batch: Batch, most_keys: int) -> dict[str, Any]:
    """Return what the sender must know beside the number: how many keys were left out, and some of them."""
    if not batch.left_out:
        return {}
    named = batch.left_out[:_MOST_NAMED]
    return {"leftOut": {"count": len(batch.left_out), "keys": named, "most": most_keys}}


def _batch(body: bytes, most_keys: int) -> Batch:
    return parse_batch(_decode(body), most_keys=most_keys)


def _decode(body: bytes) -> Any:
    containers = 0

    def count(container: Any) -> Any:
        # An empty list is one byte here and 56 in memory, and compressed next to none.
        nonlocal containers
        containers += 1
        if containers > _MOST_CONTAINERS:
            raise InvalidInputError(f"The body has more than {_MOST_CONTAINERS:,} lists and maps. Send it in parts.")
        return container

    try:
        return msgpack.unpackb(body, strict_map_key=True, max_ext_len=0, list_hook=count, object_hook=count)
    except (ValueError, msgpack.UnpackException, RecursionError) as error:
        raise InvalidInputError("The body is not msgpack.") from error
