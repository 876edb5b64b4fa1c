"""Ids made by the service: UUID version 7, so that they sort by the time they were made."""

import os
import time
import uuid


def new_id() -> str:
    """Return a UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = (
        (milliseconds & (1 << 48) - 1) << 80 | 7 << 76 | (random >> 68 & 0xFFF) << 64 | 2 << 62 | random & (1 << 62) - 1
    )
    return str(uuid.UUID(int=value))
