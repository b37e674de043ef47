from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

_COLLECT_AFTER = 400_000
"""Objects more than were freed since the last collection of the young; Python's own number is 700.

It is more than four batches of a thousand hold while they are in flight: they would be gone through and kept.
"""

_T = TypeVar("_T")


def tune() -> None:
    """Sets Python up for a process that is a hub, once everything is imported. `docs/performance.md` has the measures.

    Messages, records and rows are made by the thousand and freed without the collector's help. With Python's own
    thresholds it goes through them over and over, and through the model with them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 50)


def run(main: Coroutine[Any, Any, _T]) -> _T:
    """Runs a process that is a hub, on the fastest event loop there is for the platform."""
    with asyncio.Runner(loop_factory=_loops()) as runner:
        return runner.run(main)


def _loops() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop
