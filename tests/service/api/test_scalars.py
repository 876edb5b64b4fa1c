"""The scalars: what is written, what is read back, and what is refused."""

from typing import Any

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from headwater_service.api.scalars import byte_count_from, digest_from, time_from, time_text
from headwater_service.model import Instant


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1970-01-01T09:00:00+09:00", 0),
        ("1969-12-31t23:59:59.5z", -500_000),
        ("2026-11-03 09:30:00.1234567-01:30", 1_793_703_600_123_456),
    ],
)
def test_a_time_is_read_with_any_offset(text: str, instant: int) -> None:
    assert time_from(text) == instant


@pytest.mark.parametrize(
    "value", ["2026-11-03T09:30:00", "2026-11-03", "2026-02-30T00:00:00Z", "9999-12-31T23:00:00-05:00", "now", 5, None]
)
def test_what_is_no_time_is_refused(value: Any) -> None:
    with pytest.raises(GraphQLError):
        time_from(value)


@given(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999))
def test_a_time_is_read_as_it_was_written(instant: int) -> None:
    text = time_text(Instant(instant))

    assert time_from(text) == instant
    assert text.endswith("Z") and len(text) == 27


HEX = "0123456789abcdef" * 4


@pytest.mark.parametrize("text", [f"sha256:{HEX}", f"sha256-16m:{HEX}-7"])
def test_a_digest_is_read(text: str) -> None:
    assert digest_from(text) == text


@pytest.mark.parametrize(
    "value", [HEX, f"sha256:{HEX[1:]}", f"sha256:{HEX.upper()}", f"sha256-0m:{HEX}-1", f"md5:{HEX}", 1]
)
def test_what_is_no_digest_is_refused(value: Any) -> None:
    with pytest.raises(GraphQLError):
        digest_from(value)


def test_a_byte_count_has_64_bits() -> None:
    assert byte_count_from(2**63 - 1) == 2**63 - 1


@pytest.mark.parametrize("value", [-1, 2**63, 1.5, True, "3"])
def test_what_is_no_byte_count_is_refused(value: Any) -> None:
    with pytest.raises(GraphQLError):
        byte_count_from(value)
