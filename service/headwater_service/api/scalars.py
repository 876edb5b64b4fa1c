"""The five scalars of the schema: how each is written as JSON, read from JSON, and refused."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from headwater_service.model import Instant

Digest = NewType("Digest", str)
ByteCount = NewType("ByteCount", int)
Json = NewType("Json", object)
Step = NewType("Step", int)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}|sha256-[1-9][0-9]*m:[0-9a-f]{64}-[1-9][0-9]*")
_LARGEST_COUNT: Final = 2**63 - 1
_STEPS: Final = range(-(2**63), 2**63)


def time_text(at: Instant) -> str:
    """Write an instant as RFC 3339 in UTC with microseconds."""
    return (_EPOCH + timedelta(microseconds=at)).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def time_from(value: Any) -> Instant:
    """Read RFC 3339 with any offset; a time without one is refused, for it could mean several instants."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise GraphQLError(f"{value!r} is not a time in RFC 3339 with an offset, such as '2026-11-03T09:30:00Z'.")
    # Python reads no more than six digits of a second; finer ones are cut.
    text = re.sub(r"(\.\d{6})\d+", r"\1", value.upper().replace(" ", "T"))
    try:
        return Instant((datetime.fromisoformat(text).astimezone(UTC) - _EPOCH) // _MICROSECOND)
    except (ValueError, OverflowError) as error:
        raise GraphQLError(f"{value!r} is not a time that exists: {error}.") from error


def digest_from(value: Any) -> Digest:
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        raise GraphQLError(f"{value!r} is not a digest: 'sha256:<64 hex>' or 'sha256-<MiB>m:<64 hex>-<parts>'.")
    return Digest(value)


def byte_count_from(value: Any) -> ByteCount:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST_COUNT:
        raise GraphQLError(f"{value!r} is not a number of bytes from 0 to {_LARGEST_COUNT}.")
    return ByteCount(value)


def step_from(value: Any) -> Step:
    if isinstance(value, bool) or not isinstance(value, int) or value not in _STEPS:
        raise GraphQLError(f"{value!r} is not a step: a whole number of 64 bits.")
    return Step(value)


def step_of(step: int | None) -> Step | None:
    """Return a step as the schema has it."""
    return None if step is None else Step(step)


SCALARS: Final[dict[object, ScalarDefinition]] = {
    Instant: strawberry.scalar(
        name="DateTime",
        description="An instant in UTC, RFC 3339 with microseconds: `2026-11-03T09:30:00.000000Z`. "
        "As input any offset is accepted, none is not.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=time_text,
        parse_value=time_from,
    ),
    Digest: strawberry.scalar(
        name="Digest",
        description="SHA-256 of some bytes. `sha256:<64 hex>`, or for files sent in parts "
        "`sha256-<part size in MiB>m:<64 hex>-<parts>`, the hash over the hashes of the parts.",
        parse_value=digest_from,
    ),
    ByteCount: strawberry.scalar(
        name="ByteCount",
        description="A size in bytes as a JSON number of up to 64 bits; `Int` would end at 2 GiB.",
        parse_value=byte_count_from,
    ),
    Step: strawberry.scalar(
        name="Step",
        description="A step of a run's history as a JSON number of up to 64 bits; `Int` would end at 2,147,483,647, "
        "which counts of tokens pass.",
        parse_value=step_from,
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="Any JSON value. Numbers that JSON lacks are the strings `NaN`, `Infinity` and `-Infinity`.",
        parse_value=lambda value: Json(value),
    ),
}
