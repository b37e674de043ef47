"""How long an answer is waited for: up to a limit, and no longer than its client does.

What is no longer wanted is cancelled, and with it what it has the graph read.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from hub.api.view.refused import Refused

LOOK_AFTER = 0.5
"""Seconds after which it is looked whether the client is still there; most answers are made by then."""


class Patience:
    """A block that is cancelled when the client goes away, or after a time: `ClientDisconnect`, `Refused` with 504."""

    def __init__(self, receive: Receive, seconds: float) -> None:
        """`receive` has given the request in whole already."""
        self._receive = receive
        self._seconds = seconds
        self._ended: BaseException | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._looking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._timer = task.get_loop().call_later(min(LOOK_AFTER, self._seconds), self._look)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        assert self._timer is not None
        self._timer.cancel()
        if self._looking is not None:
            self._looking.cancel()
        if self._ended is None:
            return
        # Another cancellation, as when the hub stops, goes on its way.
        if self._task.uncancel() == 0 and (kind is None or kind is asyncio.CancelledError):
            raise self._ended from None

    def _look(self) -> None:
        self._looking = asyncio.create_task(self._wait())
        self._timer = self._task.get_loop().call_later(max(0, self._seconds - LOOK_AFTER), self._be_late)

    async def _wait(self) -> None:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._end(ClientDisconnect())

    def _end(self, why: BaseException) -> None:
        if self._ended is None:
            self._ended = why
            self._task.cancel()

    def _be_late(self) -> None:
        self._end(
            Refused(
                504,
                f"the answer took longer than {self._seconds:g} s (setting `requestTimeout`) and was given up; ask for "
                "less at once (a mutation may have been done all the same)",
            )
        )
