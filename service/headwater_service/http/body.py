"""Request bodies: limited in size, and unpacked while they arrive."""

import zlib
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request

from headwater_service.errors import InvalidInputError


async def read_body(request: Request, *, most_bytes: int, setting: str) -> bytes:
    """Return the whole body, unpacked. Raises InvalidInputError when it is larger than `most_bytes`."""
    pieces = [piece async for piece in stream_body(request, most_bytes=most_bytes, setting=setting)]
    return b"".join(pieces)


async def stream_body(request: Request, *, most_bytes: int, setting: str) -> AsyncIterator[bytes]:
    """Yield the body in pieces, unpacked if it is gzip, and stop with InvalidInputError at the limit.

    The limit counts unpacked bytes and is looked at after each piece of at most 64 KiB of them, so that a small
    body cannot unpack to a large one in memory.
    """
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise InvalidInputError(f"Content-Encoding {encoding!r} is not known here; send gzip or none.")
    _refuse_announced(request, most_bytes, setting)
    pieces = _received(request)
    size = 0
    async for piece in _unpacked(pieces) if encoding == "gzip" else pieces:
        size += len(piece)
        if size > most_bytes:
            raise _too_large(most_bytes, setting)
        yield piece


def _refuse_announced(request: Request, most_bytes: int, setting: str) -> None:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most_bytes:
        raise _too_large(most_bytes, setting)


def _too_large(most_bytes: int, setting: str) -> InvalidInputError:
    return InvalidInputError(
        f"The request body is larger than {most_bytes:,} bytes, the limit that {setting} sets.", limit=setting
    )


async def _received(request: Request) -> AsyncIterator[bytes]:
    try:
        async for piece in request.stream():
            if piece:
                yield piece
    except ClientDisconnect as error:
        raise InvalidInputError("The client went away before its request was complete.") from error


async def _unpacked(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        async for piece in pieces:
            rest = piece
            while rest:
                if unpacker.eof:
                    raise InvalidInputError("The gzip body has bytes after its end.")
                unpacked = unpacker.decompress(rest, 65_536)
                rest = unpacker.unconsumed_tail or unpacker.unused_data
                if unpacked:
                    yield unpacked
    except zlib.error as error:
        raise InvalidInputError("The body is not the gzip that its Content-Encoding says.") from error
    if not unpacker.eof:
        raise InvalidInputError("The gzip body ends too early.")
