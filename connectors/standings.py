"""How the streams of a connector fare, kept while they run, so that whoever asks from elsewhere is told."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from connectors.errors import StateError
from connectors.load import Connector
from connectors.state import LastRun, Standing, State, StreamState

TELL_SECONDS = 1.0
"""How often a run that is under way tells how far it is."""


@dataclass
class Standings:
    """Those of a connector; `state` is for the one who holds it."""

    connector: Connector
    state: State
    _found: dict[str, Standing] = field(default_factory=dict)

    @asynccontextmanager
    async def telling(self, stream: str, began: float) -> AsyncIterator[None]:
        """For as long as the block runs, it is kept now and then how far the run of a stream is."""
        found = await asyncio.to_thread(self._of(stream).standing)
        self._found[stream] = replace(found, under_way=LastRun(began, 0.0), due=None)
        over = asyncio.Event()
        task = asyncio.create_task(self._keep_on(stream, over))
        try:
            yield
        finally:
            # What it keeps last must not come after what is kept of the run's end. A cancellation that reached it could
            # be lost there.
            over.set()
            await asyncio.wait({task})
            with contextlib.suppress(StateError):
                task.result()

    def tell(self, stream: str, run: LastRun) -> None:
        """Says how far the run of a stream is."""
        self._found[stream] = replace(self._found[stream], under_way=run)

    async def ended(self, stream: str, run: LastRun) -> None:
        """Keeps how a run went."""
        self._found[stream] = self._found[stream].after(run)
        await self._keep(stream, self._found[stream])

    async def due(self, stream: str, seconds: float, *, left_alone: bool = False) -> None:
        """Keeps when a stream is read next, and whether its source is left alone until then."""
        self._found[stream] = replace(self._found[stream], due=time.time() + seconds, left_alone=left_alone)
        await self._keep(stream, self._found[stream])

    async def _keep_on(self, stream: str, over: asyncio.Event) -> None:
        while not over.is_set():
            await self._keep(stream, self._found[stream])
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TELL_SECONDS):
                    await over.wait()

    async def _keep(self, stream: str, standing: Standing) -> None:
        await asyncio.to_thread(self._of(stream).stand, standing)

    def _of(self, stream: str) -> StreamState:
        return self.state.stream(self.connector.name, stream)
