"""Time as the hub keeps it: microseconds since 1970 UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime

EPOCH = datetime.fromtimestamp(0, UTC)


def now() -> int:
    """This moment, in microseconds since 1970 UTC."""
    return time.time_ns() // 1000


def instant(micros: int) -> str:
    """RFC 3339 in UTC, fractions only where there are any."""
    whole, fraction = divmod(micros, 1_000_000)
    text = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{fraction:06d}Z" if fraction else f"{text}Z"
