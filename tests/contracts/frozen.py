"""An event loop whose clock stands still until a test sets it on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

PATIENCE = 60.0


class Frozen(asyncio.SelectorEventLoop):
    """Pauses of any length pass when the test says so, and not before."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 1000.0

    def time(self) -> float:
        return self._now

    def skip(self, seconds: float) -> None:
        """Sets the clock on."""
        self._now += seconds


async def until(holds: Callable[[], bool]) -> None:
    """Returns when something holds, by the clock on the wall."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        await _moment()


async def calm() -> None:
    """Gives what is due the time to be done."""
    for _ in range(10):
        await _moment()


async def _moment() -> None:
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.01)
