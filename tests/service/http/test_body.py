"""Bodies are limited by what they unpack to."""

import gzip
from collections.abc import Sequence

import pytest
from starlette.requests import Request
from starlette.types import Message

from headwater_service.errors import InvalidInputError
from headwater_service.http.body import read_body


def request_of(pieces: Sequence[bytes], *, encoding: str = "identity", length: int | None = None) -> Request:
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Message:
        return messages.pop(0)

    headers = [(b"content-encoding", encoding.encode())]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


async def test_a_body_comes_back_whole() -> None:
    assert await read_body(request_of([b"ab", b"", b"cd"]), most_bytes=4, setting="S") == b"abcd"


async def test_a_gzip_body_is_unpacked_across_pieces() -> None:
    packed = gzip.compress(b"x" * 200_000)

    body = await read_body(request_of([packed[:20], packed[20:]], encoding="gzip"), most_bytes=200_000, setting="S")

    assert body == b"x" * 200_000


async def test_one_byte_too_many_is_refused_by_the_name_of_the_setting() -> None:
    with pytest.raises(InvalidInputError, match="larger than 4 bytes, the limit that THE_SETTING sets") as caught:
        await read_body(request_of([b"ab", b"cde"]), most_bytes=4, setting="THE_SETTING")

    assert caught.value.data == {"limit": "THE_SETTING"}


async def test_an_announced_length_is_refused_before_anything_is_read() -> None:
    with pytest.raises(InvalidInputError, match="larger than 4 bytes"):
        await read_body(request_of([], length=5), most_bytes=4, setting="S")


async def test_a_small_body_that_unpacks_to_a_large_one_is_refused() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)

    with pytest.raises(InvalidInputError, match="larger than 1,000,000 bytes"):
        await read_body(request_of([bomb], encoding="gzip"), most_bytes=1_000_000, setting="S")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"no gzip", "not the gzip"),
        (gzip.compress(b"abc", mtime=0)[:-4], "ends too early"),
        (gzip.compress(b"abc", mtime=0) + b"more", "bytes after its end"),
    ],
)
async def test_broken_gzip_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        await read_body(request_of([body], encoding="gzip"), most_bytes=1000, setting="S")


async def test_other_encodings_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="Content-Encoding 'br' is not known"):
        await read_body(request_of([b"x"], encoding="br"), most_bytes=10, setting="S")
